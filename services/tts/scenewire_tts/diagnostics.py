"""What would speak and why, and what a folder of weights is good for, as JSON objects in lines.

python -m scenewire_tts.diagnostics                     who would speak here
python -m scenewire_tts.diagnostics weights <folder>    what lies in the folder
python -m scenewire_tts.diagnostics speak <folder>      the same, and every engine that can speaks a sentence
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final, get_args

from pydantic import ValidationError

from scenewire.errors import PipelineError
from scenewire_tts.engines.base import SAMPLE_RATE
from scenewire_tts.engines.kokoro.weights import ENGINES, examine
from scenewire_tts.engines.selection import EngineName, choose, missing_packages
from scenewire_tts.settings import TtsSettings

__all__ = ["report", "report_weights"]

_Line = dict[str, object]

_SENTENCES: Final = {
    "e": ("es", "El canal une dos mares."),
    "f": ("fr", "Le canal relie deux mers."),
    "h": ("hi", "नहर दो समुद्रों को जोड़ती है।"),
    "i": ("it", "Il canale unisce due mari."),
    "p": ("pt", "O canal une dois mares."),
}
"""What a voice says for a trial, by the first letter of its name; all others speak English."""


def report() -> Iterator[_Line]:
    """Who would speak, then who would not; each says whether it is `ok`, what it `uses`, and has a `hint`."""
    try:
        settings = TtsSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except ValidationError as error:
        wrong = [f"TTS_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors(include_input=False)]
        yield {"ok": False, "uses": "; ".join(wrong)[:500], "hint": "docs/settings.md lists what a setting may be"}
        return
    try:
        choice = choose(settings.engine, settings.weights, device=settings.device)
    except PipelineError as error:
        yield {"ok": False, "uses": error.message, "hint": error.hint}
        return
    voices = ""
    if choice.engine != "espeak" and settings.weights is not None:
        voices = f", {len(examine(settings.weights).voices)} voices in {settings.weights}"
    bundled = ", bundled" if choice.engine == "espeak" else ""
    yield {"ok": True, "uses": f"{choice.engine}{bundled}, because {choice.why}{voices}", "hint": ""}
    for engine, lacks in choice.lacking.items():
        yield {"ok": True, "uses": f"{engine} is not used", "hint": "; ".join(lacks) or f"TTS_ENGINE={engine} takes it"}


async def report_weights(folder: Path, *, speak: bool) -> AsyncIterator[_Line]:
    """Every file that an engine would read, the voices, and for each engine whether it is complete."""
    weights = await asyncio.to_thread(examine, folder)
    for file in weights.files:
        yield {"event": "file", **asdict(file)}
    yield {"event": "voices", "voices": weights.voices}
    for engine in get_args(EngineName):
        if engine in ENGINES:
            lacks, packages = weights.lacks(engine), missing_packages(engine)
            yield {"event": "engine", "engine": engine, "complete": not lacks, "lacks": lacks, "packages": packages}
            if speak and not lacks and not packages:
                yield await _trial(engine, folder, weights.voices[0])


async def _trial(name: str, folder: Path, voice: str) -> _Line:
    from scenewire_tts.engines.kokoro.engine import open_kokoro  # noqa: PLC0415 - what resamples takes a while to load

    language, text = _SENTENCES.get(voice[0], ("en", "The canal joins two seas."))
    engine = open_kokoro(name, folder)
    begun = time.monotonic()
    try:
        await engine.start()
        loaded = time.monotonic()
        speech = await engine.speak(text, language=language, voice=voice)
    except PipelineError as error:
        return {"event": "trial", "engine": name, "ok": False, "said": error.message}
    finally:
        await engine.aclose()
    took = f"loaded in {loaded - begun:.1f} s, took {time.monotonic() - loaded:.1f} s"
    said = f"{voice} spoke {len(speech.pcm) / SAMPLE_RATE:.1f} s: {took}; {engine.version}"
    return {"event": "trial", "engine": name, "ok": True, "said": said}


async def _main(arguments: list[str]) -> None:
    if arguments:
        async for line in report_weights(Path(arguments[1]), speak=arguments[0] == "speak"):
            sys.stdout.write(json.dumps(line) + "\n")
        return
    for line in report():
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
