"""Measures how exact the times of words are, against forced alignment.

Needs `pocketsphinx`, which is not a dependency of scenewire and brings its English model:

    $ pip install pocketsphinx
    $ python scripts/word_times.py --voice en-us+f3
    $ python scripts/word_times.py --engine kokoro-onnx --weights ~/models/kokoro

The aligner works in steps of 10 ms. What it makes of espeak, whose own times are exact, is its error. It finds the first word
after a pause about 25 ms before its energy rises. It cannot follow all of espeak's speech; the texts that it loses are counted.
"""

import argparse
import asyncio
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import open_kokoro
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE

TEXTS: Final = (
    (
        "The river was quiet in the early morning. A boat passed slowly under the old bridge, and nobody looked up. The man at "
        "the wheel was thinking of his daughter, who had left for the city the week before. He had not slept well. On the left "
        "bank, a few children were throwing stones into the water, and a dog ran after every one of them."
    ),
    (
        "Tea is the most popular drink in the world after water. It was first grown in the hills of southern China, and traders "
        "carried it along the roads to the west. When the ships came, the price fell, and within a hundred years it was on every "
        "table. Why did people like it so much? It was warm, it was cheap, and it kept them awake."
    ),
    (
        "A glacier is a river of ice. Snow falls in the mountains, and because it does not melt in summer, it grows deeper and "
        "heavier every year. The weight presses the lower layers into ice. Then the ice begins to move. It carries stones with "
        "it, grinds the rock below, and leaves behind a wide valley with steep walls."
    ),
    (
        "Most people never see a lighthouse keeper at work. Every evening he climbed the stairs, cleaned the glass, filled the "
        "lamp and lit it. Then he sat by the window and watched the sea until morning. In a storm he could hear nothing but the "
        "wind. When machines took over, the towers stayed, and today visitors climb the same stairs to look at the sunset."
    ),
    (
        "Bread needs flour, water, salt and time. Mix them in a bowl, cover the dough with a cloth, and wait until it has doubled "
        "in size. Shape it, let it rest again, and bake it in a hot oven for half an hour. Does it sound hollow when you knock on "
        "it? Then it is done. Let it cool before you cut it, if you can."
    ),
)
"""Words that the aligner's dictionary knows."""

WORD: Final = re.compile(r"[a-z']+")


def aligned(decoder: Any, text: str, pcm: Any) -> Iterator[tuple[str, float]]:
    """Yields each word with the second at which it begins."""
    decoder.set_align_text(" ".join(WORD.findall(text.casefold())))
    decoder.start_utt()
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    decoder.end_utt()
    for segment in decoder.seg() or ():
        word = re.sub(r"\(\d+\)$", "", segment.word)
        if WORD.fullmatch(word):
            yield word, segment.start_frame / 100


async def errors(engine: SpeechEngine, decoder: Any, text: str, voice: str | None, speed: float) -> list[float]:
    """Returns by how many milliseconds each word of a text is late; nothing if the aligner loses its way."""
    speech = finish(await engine.speak(text, language="en-US", voice=voice, speed=speed), text, pause=SAMPLE_RATE // 4)
    found = list(aligned(decoder, text, speech.pcm))
    if [word for word, _ in found] != WORD.findall(text.casefold()):
        return []
    return [
        1000 * (word.start_sample / SAMPLE_RATE - start) for word, (_, start) in zip(speech.words, found, strict=True)
    ]


async def measure(engine: SpeechEngine, voice: str | None, speed: float) -> None:
    """Prints the errors of an engine over all texts."""
    pocketsphinx = importlib.import_module("pocketsphinx")
    late: list[float] = []
    lost = 0
    for text in TEXTS:
        decoder = pocketsphinx.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")
        found = await errors(engine, decoder, text, voice, speed)
        late += found
        lost += not found
    if not late:
        sys.exit("the aligner can follow none of the texts in this voice")
    size = np.abs(late)
    print(
        f"{len(late)} words: bias {np.median(late):+.0f} ms, median error {np.median(size):.0f} ms, "
        f"95th percentile {np.percentile(size, 95):.0f} ms, largest {size.max():.0f} ms; {lost} texts not aligned"
    )


async def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--engine", choices=("espeak", "kokoro", "kokoro-onnx"), default="espeak")
    parser.add_argument("--weights", type=Path, help="folder of Kokoro's weights")
    parser.add_argument("--voice")
    parser.add_argument("--speed", type=float, default=1.0)
    arguments = parser.parse_args()
    if arguments.engine == "espeak":
        await measure(EspeakEngine(), arguments.voice, arguments.speed)
        return
    if arguments.weights is None:
        parser.error("--weights is missing; pass the folder of Kokoro's weights")
    engine = open_kokoro(arguments.engine, arguments.weights, threads=1)
    await engine.start()
    try:
        print(engine.version)
        await measure(engine, arguments.voice, arguments.speed)
    finally:
        await engine.aclose()


if __name__ == "__main__":
    asyncio.run(main())
