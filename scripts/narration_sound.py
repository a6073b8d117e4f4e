"""Measures the sound of narrations: loudness of utterances and scenes, joins and pauses.

Needs `pyloudnorm`, which the tests use and scenewire does not depend on:

    $ pip install pyloudnorm
    $ python scripts/narration_sound.py
    $ python scripts/narration_sound.py --engine kokoro-onnx --weights ~/models/kokoro

Scripts are divided into scenes as videos are, and each is a row; a second voice takes turns with the first, scene by scene:

    $ python scripts/narration_sound.py --script examples/suez-canal.txt --voice en-us --voice en-us+f3
"""

import argparse
import asyncio
import importlib
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewire.messages import ScriptRequested
from scenewire_cli.ordering.script_file import read_script
from scenewire_script.preview import preview_script
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import open_kokoro
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.spoken_text import clean
from scenewire_tts.spoken_form.normalizer import spoken_form

SCENES: Final = (
    "Why? Because it was there.",
    (
        "The river was quiet in the early morning. A boat passed slowly under the old bridge, and nobody looked up. The man "
        "at the wheel was thinking of his daughter, who had left for the city the week before."
    ),
    'No! Stop. "Wait," she said, "wait for me!" He did not wait.',
    (
        "Tea is the most popular drink in the world after water. It was first grown in the hills of southern China, and "
        "traders carried it along the roads to the west. When the ships came, the price fell."
    ),
    (
        "Yes. The canal was opened, and within ten years, although many had doubted it, more than four hundred ships passed "
        "through it every year, most of them British, carrying cotton, tea, coal and wool from one end of the empire to the "
        "other, and paying well for it."
    ),
    "One. Two. Three. Go!",
    (
        "What is it? A glacier is a river of ice; snow falls in the mountains, and because it does not melt in summer, it "
        "grows deeper. Is it safe? Not always."
    ),
)
"""Sentences of one word and of fifty."""

MIN_SECONDS: Final = 0.4
"""Of an utterance whose loudness can be measured: one block of the meter."""

QUIET_SHARE: Final = 0.01
MIN_JOIN_S: Final = 0.1
EDGE_SAMPLES: Final = SAMPLE_RATE // 1000


def utterances(speech: Speech) -> Iterator[Any]:
    """Yields the samples of each utterance, without silence around it."""
    samples = speech.pcm / 32_768
    borders = [0, *(place for join in silences(speech) for place in join), len(samples)]
    for begin, end in zip(borders[::2], borders[1::2], strict=True):
        yield trimmed(samples[begin:end])


def trimmed(samples: Any) -> Any:
    """Returns samples without what is 40 dB below the peak at either end."""
    audible = np.flatnonzero(np.abs(samples) > QUIET_SHARE * np.abs(samples).max())
    return samples[audible[0] : audible[-1] + 1]


def silences(speech: Speech) -> list[tuple[int, int]]:
    """Returns where digital silence begins and ends inside a narration: what was put between utterances."""
    silent = np.concatenate(([0], (speech.pcm == 0).astype(int), [0]))
    borders = np.flatnonzero(np.diff(silent)).reshape(-1, 2)
    return [
        (int(begin), int(end))
        for begin, end in borders
        if end - begin >= MIN_JOIN_S * SAMPLE_RATE and begin > 0 and end < len(speech.pcm)
    ]


async def measure(engine: SpeechEngine, voice: str | None) -> None:
    """Prints what is measured of one voice."""
    meter = importlib.import_module("pyloudnorm").Meter(SAMPLE_RATE)
    scenes = [finish(await engine.speak(text, language="en", voice=voice), text, pause=0) for text in SCENES]
    loud = [meter.integrated_loudness(scene.pcm / 32_768) for scene in scenes]
    parts = [part for scene in scenes for part in utterances(scene) if len(part) >= MIN_SECONDS * SAMPLE_RATE]
    each = [meter.integrated_loudness(part) for part in parts]
    joins = [(scene, join) for scene in scenes for join in silences(scene)]
    edges = [
        float(np.abs(scene.pcm[max(0, place - EDGE_SAMPLES) : place + EDGE_SAMPLES]).max()) / 32_768
        for scene, join in joins
        for place in join
    ]
    peak = max(float(np.abs(scene.pcm).max()) for scene in scenes) / 32_768
    print(f"{scenes[0].voice}: peak {20 * np.log10(peak):.1f} dBFS")
    print(f"  {len(loud)} scenes: {spread(loud)}")
    if engine.name != "espeak":  # which has no utterances
        print(f"  {len(each)} utterances of {MIN_SECONDS} s or more: {spread(each)}")
        pauses = [(end - begin) / SAMPLE_RATE for _, (begin, end) in joins]
        print(
            f"  {len(joins)} joins: largest sample within 1 ms {20 * np.log10(max(edges)):.0f} dBFS; "
            f"silence {min(pauses):.2f} to {max(pauses):.2f} s"
        )


async def measure_scripts(engine: SpeechEngine, files: list[Path], voices: list[str | None]) -> None:
    """Prints how loud the scenes of each script are."""
    meter = importlib.import_module("pyloudnorm").Meter(SAMPLE_RATE)
    print("| script | scenes | seconds | loudness, LUFS | largest step, LU |")
    print("|---|---:|---:|---|---:|")
    for file in files:
        scripted = await preview_script(ScriptRequested.model_validate(read_script(file)))
        language = scripted.brief.options.language
        scenes = []
        for scene, voice in zip(scripted.scenes, cycle(voices), strict=False):
            text = spoken_form(clean(scene.text), language).text
            speech = await engine.speak(text, language=language, voice=voice)
            scenes.append(finish(speech, text, pause=0).pcm / 32_768)
        loud = [meter.integrated_loudness(scene) for scene in scenes if len(scene) >= MIN_SECONDS * SAMPLE_RATE]
        seconds = sum(map(len, scenes)) / SAMPLE_RATE
        step = np.abs(np.diff(loud)).max()
        print(f"| {file.name} | {len(loud)} | {seconds:.0f} | {min(loud):.1f} to {max(loud):.1f} | {step:.1f} |")


def spread(values: list[float]) -> str:
    """Returns the range of loudness values and their largest step from one to the next."""
    return f"{min(values):.1f} to {max(values):.1f} LUFS, largest step {np.abs(np.diff(values)).max():.1f} LU"


async def measure_all(engine: SpeechEngine, voices: list[str | None], scripts: list[Path] | None) -> None:
    """Measures the scripts, or else the sentences of this file by each voice."""
    if scripts:
        await measure_scripts(engine, scripts, voices)
        return
    for voice in voices:
        await measure(engine, voice)


async def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--engine", choices=("espeak", "kokoro", "kokoro-onnx"), default="espeak")
    parser.add_argument("--weights", type=Path, help="folder of Kokoro's weights")
    parser.add_argument("--voice", action="append", help="may be given several times")
    parser.add_argument("--script", type=Path, nargs="+", help="measure the scenes of these instead")
    arguments = parser.parse_args()
    voices = arguments.voice or [None]
    if arguments.engine == "espeak":
        await measure_all(EspeakEngine(), voices, arguments.script)
        return
    if arguments.weights is None:
        parser.error("--weights is missing; pass the folder of Kokoro's weights")
    engine = open_kokoro(arguments.engine, arguments.weights, threads=1)
    await engine.start()
    try:
        await measure_all(engine, voices, arguments.script)
    finally:
        await engine.aclose()


if __name__ == "__main__":
    asyncio.run(main())
