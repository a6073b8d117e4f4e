"""Measures how well videos keep to their ordered duration, with an imprecise model and a real voice.

The real writer calls a double of the language model over HTTP. espeak-ng speaks the scenes once at their normal pace and once
as in the video. Each row is a video; times are in seconds, those of the video include its closing.

Run from the root of the repository: python -m scripts.bench_length
"""

import asyncio
import random
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import structlog

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered, NarrationRequested, ScriptRequested, scene_frames
from scenewire.text.markup import one_line
from scenewire.text.sentences import split_sentences
from scenewire_assembly.video.closing import card_frames
from scenewire_script.text.lengths import count_words
from scenewire_script.timing.scene_durations import divide_duration
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.stage import NarrationStage
from scripts.doubles.language_model import GroqDouble, Style, writes
from tests.support.groq_stage import PROJECT, stage_of

SECONDS: Final = (60, 180, 300, 450, 600, 900)

STYLES: Final[dict[str, Style]] = {
    "a third too short": lambda _, about: round(about * 0.67),
    "half too long": lambda _, about: round(about * 1.5),
    "uneven": lambda number, about: max(1, round(about * random.Random(number).uniform(0.3, 1.5))),  # noqa: S311 - no secret
}


async def main() -> None:
    """Prints the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    print("| ordered | the model writes | estimated | at its own pace | video | off by | speeds |")
    print("|---:|---|---:|---:|---:|---:|---|")
    for seconds in SECONDS:
        for name, style in STYLES.items():
            with tempfile.TemporaryDirectory() as folder:
                print(await _measure(Path(folder), seconds, name, style), flush=True)
    print()
    await _compare_measures(prose())
    print()
    await _compare_languages(Path(__file__).with_name("length_languages.txt").read_text(encoding="utf-8"))


def prose() -> list[str]:
    """Sentences of the examples and of the decision records."""
    files = [*Path("examples").glob("*.txt"), *sorted(Path("docs/adr").glob("*.md"))]
    paragraphs = [one_line(paragraph) for file in files for paragraph in file.read_text(encoding="utf-8").split("\n\n")]
    sentences = [sentence for paragraph in paragraphs for sentence in split_sentences(paragraph)]
    return [sentence for sentence in sentences if 8 <= count_words(sentence) <= 45 and sentence[0].isalpha()][:60]


async def _compare_measures(texts: list[str]) -> None:
    """Prints how much the pace of one voice varies, by the unit of measurement."""
    engine = EspeakEngine()
    spoken = [len((await engine.speak(text, language="en", voice=None)).pcm) for text in texts]
    measures = {"words": [count_words(text) for text in texts], "duration shares": divide_duration(texts, 1_000)}
    for name, lengths in measures.items():
        paces = [samples / length for samples, length in zip(spoken, lengths, strict=True)]
        print(
            f"{len(texts)} sentences by {name}: pace varies by {statistics.pstdev(paces) / statistics.mean(paces):.0%}"
        )


async def _measure(folder: Path, seconds: int, name: str, style: Style) -> str:
    async with GroqDouble().serving() as double:
        double.model = writes(style)
        async with stage_of(double, folder) as script:
            scripted = await script.write(ScriptRequested(topic="Canals", target_duration=seconds), PROJECT)
    tts = NarrationStage(FilesystemStore(folder), EspeakEngine())
    requests = tts.requests(scripted)
    normal = [await tts.narrate(_without_duration(request)) for request in requests]
    video = [await tts.narrate(request) for request in requests]
    speeds = [scene.narration.speed for scene in video]
    estimate = sum(scene.estimated_duration for scene in scripted.scenes)
    return (
        f"| {seconds} | {name} | {estimate:.0f} | {_seconds(normal):.0f} | {_video_seconds(video):.0f} "
        f"| {_video_seconds(video) / seconds - 1:+.1%} | {min(speeds):.2f} to {max(speeds):.2f} |"
    )


async def _compare_languages(texts: str) -> None:
    """Prints the speaking rate of each language for the same four sentences."""
    engine, english = EspeakEngine(), 0.0
    for language, *sentences in (block.strip().splitlines() for block in texts.split("# ")[1:]):
        spoken = [len((await engine.speak(sentence, language=language, voice=None)).pcm) for sentence in sentences]
        rate = sum(map(count_words, sentences)) * SAMPLE_RATE / sum(spoken)
        english = english or rate
        print(f"| {language} | {rate:.2f} | {rate / english:.2f} | {words_per_second(1, language):.2f} |")


def _without_duration(request: NarrationRequested) -> NarrationRequested:
    return request.model_copy(update={"scene": request.scene.model_copy(update={"wanted_duration": None})})


def _video_seconds(scenes: Sequence[AudioRendered]) -> float:
    """Length of the video of these scenes, with a closing card that names the voice."""
    brief = scenes[0].brief
    look = brief.options.look
    frames = sum(scene_frames(brief, scene.scene, scene.narration) for scene in scenes)
    return (frames + card_frames(look, 0, scenes=frames, ordered=brief.ordered_duration)) / look.frame_rate


def _seconds(scenes: Iterable[AudioRendered]) -> float:
    return sum(scene.narration.samples / scene.narration.sample_rate for scene in scenes)


if __name__ == "__main__":
    asyncio.run(main())
