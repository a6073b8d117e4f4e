"""Reports which engine would speak and why, and what a folder of weights contains."""

import asyncio
import mmap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, get_args

from pydantic import ValidationError

from scenewire.errors import PipelineError
from scenewire.findings import Finding
from scenewire.messages import NO_VOICE
from scenewire.text.languages import primary_language
from scenewire.text.voice_names import voice_language
from scenewire.text.writings import language_name
from scenewire_tts.engines.automatic import is_natural
from scenewire_tts.engines.kokoro.engine import KokoroEngine, open_kokoro
from scenewire_tts.engines.kokoro.model.base import ONNX_PROVIDER
from scenewire_tts.engines.kokoro.model.graph import read_graph
from scenewire_tts.engines.kokoro.model.graph_durations import has_durations
from scenewire_tts.engines.kokoro.weights import ENGINES, Weights, WeightsFile, examine
from scenewire_tts.engines.selection import (
    NEURAL_ENGINES,
    EngineName,
    EngineSelection,
    has_gpu,
    missing_packages,
    select_engine,
)
from scenewire_tts.installation.installer import changed_files
from scenewire_tts.settings import TtsSettings, read_settings
from scenewire_tts.speech.sound import SAMPLE_RATE

__all__ = ["EngineReport", "Trial", "WeightsReport", "check_speech", "check_weights"]

_SENTENCES: Final = {
    "e": ("es", "El canal une dos mares."),
    "f": ("fr", "Le canal relie deux mers."),
    "h": ("hi", "नहर दो समुद्रों को जोड़ती है।"),
    "i": ("it", "Il canale unisce due mari."),
    "p": ("pt", "O canal une dois mares."),
}
"""Language and sentence of a trial by the first letter of the voice's name; all other voices speak English."""


@dataclass(frozen=True)
class EngineReport:
    """Whether a folder of weights is complete for an engine."""

    engine: EngineName
    missing: tuple[str, ...]
    """What the folder lacks."""
    packages: tuple[str, ...]
    """Python packages that the engine requires and that are not installed."""

    @property
    def complete(self) -> bool:
        """Whether the folder has all that the engine reads."""
        return not self.missing


@dataclass(frozen=True)
class Trial:
    """Result of loading an engine and speaking a sentence."""

    engine: EngineName
    ok: bool
    message: str


@dataclass(frozen=True)
class WeightsReport:
    """The contents of a folder of weights."""

    files: tuple[WeightsFile, ...]
    voices: tuple[str, ...]
    engines: tuple[EngineReport, ...]
    trials: tuple[Trial, ...]
    """One for each engine that was tried."""


def check_speech(data: Path | None = None) -> list[Finding]:
    """Returns the engine that would speak, its details, then those that would not, with the reasons.

    Args:
        data: the data folder; None takes the one of the environment.
    """
    try:
        settings = read_settings(data)
    except ValidationError as error:
        faults = [f"{_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors(include_input=False)]
        return [Finding("; ".join(faults)[:500], ok=False, hint="docs/settings.md lists the allowed values")]
    except PipelineError as error:  # the file of a secret
        return [Finding(error.message, ok=False, hint=error.hint)]
    try:
        selection = select_engine(settings)
    except PipelineError as error:
        return [Finding(error.message, ok=False, hint=error.hint)]
    facts, hint = ", bundled", selection.hint
    if selection.engine == "openai-compatible":
        facts = f" with {settings.model_name} at {settings.model_url}"
        hint = "`scenewire voices try` asks the server for a sentence"
    if selection.engine in NEURAL_ENGINES and selection.weights is not None:
        kokoro = open_kokoro(selection.engine, selection.weights)
        model = examine(selection.weights).models[selection.engine]
        facts = f" with {model.name if model else 'no model'} and {len(kokoro.voices)} voices"
        hint = hint or _substituted(settings.voice, selection) or _accent(kokoro)
    if settings.voice == NO_VOICE:
        hint = f"orders without a voice are silent, because TTS_VOICE is {NO_VOICE}"
    return [
        Finding(f"{selection.engine}{facts}, because {selection.reason}", hint=hint),
        _details(settings, selection),
        *(_unused(engine, missing, selection) for engine, missing in selection.missing.items()),
    ]


def _details(settings: TtsSettings, selection: EngineSelection) -> Finding:
    """Returns the precision, the device and how exact word times are, for the engine that would speak."""
    if selection.engine == "openai-compatible":
        return Finding("word times: exact for the beginnings of sentences, estimates within them")
    model = examine(selection.weights).models.get(selection.engine) if selection.weights else None
    if model is None:
        return Finding("word times: exact, reported by espeak-ng")
    if selection.engine == "kokoro":
        device = "GPU" if settings.device != "cpu" and has_gpu() else "CPU"
        return Finding(f"precision: fp32; runs on: {device}, PyTorch; word times: exact, reported by the model")
    try:
        with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            precision, is_exact = read_graph(content).precision, has_durations(content)
    except (OSError, ValueError) as error:
        return Finding(
            f"{model} cannot be read: {error}", ok=False, hint="`scenewire weights check` examines the folder"
        )
    times = "exact, read from the graph" if is_exact else "estimates, up to 0.4 s off, because the graph hides them"
    return Finding(f"precision: {precision}; runs on: CPU, {ONNX_PROVIDER}; word times: {times}")


def _variable(name: str) -> str:
    return name if name.isupper() else f"TTS_{name}".upper()


def _substituted(voice: str | None, selection: EngineSelection) -> str:
    """Returns a hint if TTS_VOICE keeps the natural voice from speaking."""
    if voice is None or is_natural(voice) or not selection.is_automatic:
        return ""
    return f"orders without a voice are spoken by espeak, because TTS_VOICE is {voice}"


def _accent(kokoro: KokoroEngine) -> str:
    """Returns a hint if English is read by a voice of another language: Python packages alone have no English one."""
    try:
        _, ((voice, _), *_) = kokoro.select_voice("en", None)
    except PipelineError:
        return ""
    language = voice_language(voice)
    if language is None or primary_language(language) == "en":
        return ""
    return (
        f"English is read by {voice}, a voice for {language_name(language)}, with an accent; "
        "`scenewire voices install` installs English voices where it reaches the release page or npm"
    )


def _unused(engine: EngineName, missing: Sequence[str], selection: EngineSelection) -> Finding:
    if engine == "espeak" and selection.is_automatic and not missing:
        return Finding(f"espeak, bundled, for languages that {selection.engine} lacks")
    return Finding(f"{engine} is not used", hint="; ".join(missing) or f"to use it, set TTS_ENGINE={engine}")


async def check_weights(folder: Path, *, speak: bool) -> WeightsReport:
    """Examines every file that an engine would read.

    Args:
        folder: the folder of weights.
        speak: whether each complete engine loads its model, in a child process, and speaks a sentence.
    """
    weights = await asyncio.to_thread(_examine_bytes, folder)
    engines = tuple(_engines(weights))
    able = [report.engine for report in engines if report.complete and not report.packages] if speak else []
    trials = [await _try(engine, folder, weights.voices[0]) for engine in able]
    return WeightsReport(weights.files, weights.voices, engines, tuple(trials))


def _examine_bytes(folder: Path) -> Weights:
    """Examines a folder; a file that was installed and has other bytes now is damaged."""
    weights, changed = examine(folder), changed_files(folder)
    problem = "its bytes are not those that were installed"
    files = (
        replace(file, state="damaged", problem=problem) if file.state == "found" and file.path in changed else file
        for file in weights.files
    )
    return replace(weights, files=tuple(files))


def _engines(weights: Weights) -> Iterator[EngineReport]:
    for engine in get_args(EngineName):
        if engine in ENGINES:
            yield EngineReport(engine, tuple(weights.missing(engine)), tuple(missing_packages(engine)))


async def _try(name: EngineName, folder: Path, voice: str) -> Trial:
    language, text = _SENTENCES.get(voice[0], ("en", "The canal joins two seas."))
    engine = open_kokoro(name, folder)
    started = time.monotonic()
    try:
        await engine.start()
        loaded = time.monotonic()
        speech = await engine.speak(text, language=language, voice=voice)
    except PipelineError as error:
        return Trial(name, ok=False, message=error.message)
    finally:
        await engine.aclose()
    took = f"loaded in {loaded - started:.1f} s, took {time.monotonic() - loaded:.1f} s"
    return Trial(
        name, ok=True, message=f"{voice} spoke {len(speech.pcm) / SAMPLE_RATE:.1f} s: {took}; {engine.version}"
    )
