"""Measures how far the word times of recordings are off, which scenewire estimates from pauses and punctuation.

The recordings are narrations whose word times are known: by espeak, and by Kokoro with its weights.

    $ python scripts/recording_times.py
    $ python scripts/recording_times.py --weights ~/models/kokoro --voice af_heart --voice am_michael --noise -42
"""

import argparse
import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from scenewire.text.sentences import split_sentences
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import open_kokoro
from scenewire_tts.recordings.recording import read_recording
from scenewire_tts.speech.postprocess import finish, write_wav
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.spoken_form.normalizer import spoken_form

TEXTS: Final = (
    (
        "Tides rise and fall twice a day. The moon pulls the water of the oceans towards itself, and the water follows. In 1966, "
        "engineers built a dam across the Rance. It has made electricity ever since, for about 225,000 people."
    ),
    (
        "A photograph is a small theft of time. Someone stood there once, on a cold pier, and looked back. Was it worth it? Perhaps. "
        "The sea, the gulls, the boats that never came home: all of it is held in silver. We keep such things in drawers. We forget "
        "them for forty years, and then one evening we find them again.\n\nNothing has moved. The gull still hangs above the mast. "
        "The man still squints, as though we had only just called his name."
    ),
)
SPEEDS: Final = (0.85, 1.0, 1.15)
FULL_SCALE: Final = 32_768


async def spoken(engine: SpeechEngine, text: str, voice: str, speed: float) -> Speech:
    """Returns a narration with its true word times."""
    form = spoken_form(text, "en")
    raw = await engine.speak(form.text, language="en", voice=voice, speed=speed)
    return finish(replace(raw, words=form.written_words(raw.words)), form.text, pause=0)


async def errors(path: Path, text: str, speech: Speech, noise_db: float | None) -> tuple[list[float], list[float]]:
    """Returns by how many seconds the beginnings of sentences and of all words are missed.

    Args:
        path: of the recording.
        text: of the speech.
        speech: has the true times.
        noise_db: of the room, dB below full scale; None: none.
    """
    pcm = speech.pcm.astype(np.float64)
    if noise_db is not None:
        pcm += np.random.default_rng(1).normal(0, FULL_SCALE * 10 ** (noise_db / 20), len(pcm))
    write_wav(path, replace(speech, pcm=np.clip(pcm, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)))
    recording = await read_recording(path, text, language="en", creator="", pause=0)
    trimmed = speech.words[0].start_sample - recording.words[0].start_sample
    pairs = zip(speech.words, recording.words, strict=True)
    missed = [abs(true.start_sample - trimmed - found.start_sample) / SAMPLE_RATE for true, found in pairs]
    lengths = [len(part.split()) for block in text.split("\n\n") for part in split_sentences(block, "en")]
    firsts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return [missed[at] for at in firsts], missed


async def main() -> None:
    """Prints a table: one row for sentences and one for words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="folder with the weights of Kokoro")
    parser.add_argument("--voice", action="append", help="a voice; can be repeated")
    parser.add_argument("--noise", type=float, help="noise of the room, dB below full scale")
    asked = parser.parse_args()
    kokoro = open_kokoro("kokoro-onnx", asked.weights) if asked.weights else None
    if kokoro is not None:
        await kokoro.start()
    sentences: list[float] = []
    words: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for voice in asked.voice or ["af_heart" if kokoro else "en-us+f3"]:
            for text in TEXTS:
                for speed in SPEEDS:
                    speech = await spoken(kokoro or EspeakEngine(), text, voice, speed)
                    missed = await errors(Path(folder) / "recording.wav", text, speech, asked.noise)
                    sentences += missed[0]
                    words += missed[1]
    if kokoro is not None:
        await kokoro.aclose()
    print("| beginnings of | number | median, s | 95th percentile | largest |")
    print("|---|---|---|---|---|")
    for name, found in (("sentences", sentences), ("words", words)):
        shares = np.percentile(found, (50, 95))
        print(f"| {name} | {len(found)} | {shares[0]:.3f} | {shares[1]:.3f} | {max(found):.2f} |")


if __name__ == "__main__":
    asyncio.run(main())
