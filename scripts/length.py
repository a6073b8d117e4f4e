"""Measures how well videos keep to their ordered duration, with an imprecise model and a real voice.

The real writer calls a double of the language model over HTTP. The voice speaks the scenes once at their normal pace and once
as in the video. Each row is a video; times are in seconds, those of the video include its closing. With weights, the natural
voice speaks: minutes of processor time for each video.

Run from the root of the repository:

    $ python -m scripts.length
    $ python -m scripts.length --weights ~/models/kokoro --seconds 60 180
    $ python -m scripts.length --rates --weights ~/models/kokoro
    $ python -m scripts.length --speeds af_heart am_michael --weights ~/models/kokoro
"""

import argparse
import asyncio
import random
import statistics
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import PermanentError
from scenewire.messages import AudioRendered, NarrationRequested, ScriptRequested, scene_frames
from scenewire.text.markup import one_line
from scenewire.text.sentences import split_sentences
from scenewire_assembly.video.closing.card import card_frames
from scenewire_script.settings import ScriptSettings
from scenewire_script.text.lengths import count_words
from scenewire_script.timing.scene_durations import divide_duration
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import open_kokoro
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.stage import NarrationStage
from scripts.doubles.language_model import GroqDouble, Style, writes
from scripts.word_times import TEXTS
from tests.support.groq_stage import PROJECT, stage_of

SECONDS: Final = (60, 180, 300, 450, 600, 900)

SPEEDS: Final = (0.8, 0.85, 0.9, 1.1, 1.15, 1.2, 1.25)

STYLES: Final[dict[str, Style]] = {
    "a third too short": lambda _, about: round(about * 0.67),
    "half too long": lambda _, about: round(about * 1.5),
    "uneven": lambda number, about: max(1, round(about * random.Random(number).uniform(0.3, 1.5))),  # noqa: S311 - no secret
}


async def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--weights", type=Path, help="folder of Kokoro's weights; by default espeak speaks")
    parser.add_argument("--seconds", type=int, nargs="+", default=SECONDS, help="ordered durations")
    rate = ScriptSettings.model_fields["words_per_second"].default
    parser.add_argument("--rate", type=float, default=rate, help="SCRIPT_WORDS_PER_SECOND")
    parser.add_argument("--rates", action="store_true", help="measure only the rates of languages")
    parser.add_argument("--speeds", metavar="VOICE", nargs="+", help="measure only how these voices follow a speed")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    async with _speaking(arguments.weights) as engine:
        if arguments.speeds:
            await _compare_speeds(engine, arguments.speeds)
            return
        if not arguments.rates:
            await _measure_videos(engine, arguments.seconds, arguments.rate)
            await _compare_measures(engine, prose())
            print()
        await _compare_languages(engine, Path(__file__).with_name("length_languages.txt").read_text(encoding="utf-8"))


@asynccontextmanager
async def _speaking(weights: Path | None) -> AsyncIterator[SpeechEngine]:
    if weights is None:
        yield EspeakEngine()
        return
    kokoro = open_kokoro("kokoro-onnx", weights)
    await kokoro.start()
    try:
        yield kokoro
    finally:
        await kokoro.aclose()


async def _measure_videos(engine: SpeechEngine, durations: Iterable[int], rate: float) -> None:
    print("| ordered | the model writes | estimated | at its own pace | video | off by | speeds |")
    print("|---:|---|---:|---:|---:|---:|---|")
    for seconds in durations:
        for name, style in STYLES.items():
            with tempfile.TemporaryDirectory() as folder:
                row = await _measure(engine, Path(folder), seconds=seconds, name=name, style=style, rate=rate)
                print(row, flush=True)
    print()


def prose() -> list[str]:
    """Sentences of the examples and of the decision records."""
    files = [*Path("examples").glob("*.txt"), *sorted(Path("docs/adr").glob("*.md"))]
    paragraphs = [one_line(paragraph) for file in files for paragraph in file.read_text(encoding="utf-8").split("\n\n")]
    sentences = [sentence for paragraph in paragraphs for sentence in split_sentences(paragraph)]
    return [sentence for sentence in sentences if 8 <= count_words(sentence) <= 45 and sentence[0].isalpha()][:60]


async def _compare_measures(engine: SpeechEngine, texts: list[str]) -> None:
    """Prints how much the pace of one voice varies, by the unit of measurement."""
    spoken = [len((await engine.speak(text, language="en", voice=None)).pcm) for text in texts]
    measures = {"words": [count_words(text) for text in texts], "duration shares": divide_duration(texts, 1_000)}
    for name, lengths in measures.items():
        paces = [samples / length for samples, length in zip(spoken, lengths, strict=True)]
        print(
            f"{len(texts)} sentences by {name}: pace varies by {statistics.pstdev(paces) / statistics.mean(paces):.0%}"
        )


async def _measure(engine: SpeechEngine, folder: Path, *, seconds: int, name: str, style: Style, rate: float) -> str:
    async with GroqDouble().serving() as double:
        double.model = writes(style)
        async with stage_of(double, folder, words_per_second=rate) as script:
            scripted = await script.write(ScriptRequested(topic="Canals", target_duration=seconds), PROJECT)
    tts = NarrationStage(FilesystemStore(folder), engine)
    requests = tts.requests(scripted)
    normal = [await tts.narrate(_without_duration(request)) for request in requests]
    video = [await tts.narrate(request) for request in requests]
    speeds = [scene.narration.speed for scene in video]
    estimate = sum(scene.estimated_duration for scene in scripted.scenes)
    return (
        f"| {seconds} | {name} | {estimate:.0f} | {_seconds(normal):.0f} | {_video_seconds(video):.0f} "
        f"| {_video_seconds(video) / seconds - 1:+.1%} | {min(speeds):.2f} to {max(speeds):.2f} |"
    )


async def _compare_languages(engine: SpeechEngine, texts: str) -> None:
    """Prints the speaking rate of each language for the same four sentences."""
    english = 0.0
    for language, *sentences in (block.strip().splitlines() for block in texts.split("# ")[1:]):
        try:
            engine.voice_version(language, None)
        except PermanentError as error:
            print(f"| {language} | {error.message} |")
            continue
        spoken = [len((await engine.speak(sentence, language=language, voice=None)).pcm) for sentence in sentences]
        rate = sum(map(count_words, sentences)) * SAMPLE_RATE / sum(spoken)
        english = english or rate
        print(f"| {language} | {rate:.2f} | {rate / english:.2f} | {words_per_second(1, language):.2f} |")


async def _compare_speeds(engine: SpeechEngine, voices: Sequence[str]) -> None:
    """Prints the rate of two essays in English at each speed, relative to that at speed 1."""
    print(f"| voice | {' | '.join(f'{speed:g}' for speed in SPEEDS)} |")
    print(f"|---|{'---:|' * len(SPEEDS)}")
    for voice in voices:
        seconds = {speed: await _speaking_time(engine, voice, speed) for speed in (1.0, *SPEEDS)}
        print(f"| `{voice}` | {' | '.join(f'{seconds[1.0] / seconds[speed]:.2f}' for speed in SPEEDS)} |", flush=True)


async def _speaking_time(engine: SpeechEngine, voice: str, speed: float) -> float:
    spoken = [await engine.speak(text, language="en", voice=voice, speed=speed) for text in TEXTS[1:3]]
    return sum(len(speech.pcm) for speech in spoken) / SAMPLE_RATE


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
