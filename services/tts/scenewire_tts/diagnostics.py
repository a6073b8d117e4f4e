"""Reports which engine is used and why, and which engines a folder of weights supports, as JSON lines.

python -m scenewire_tts.diagnostics                     the selected engine
python -m scenewire_tts.diagnostics weights <folder>    the files in the folder
python -m scenewire_tts.diagnostics speak <folder>      the same, and a test sentence by every usable engine
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
from scenewire_tts.engines.selection import EngineName, missing_packages, select_engine
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
"""Test sentences by the first letter of the voice's name; all other voices speak English."""


def report() -> Iterator[_Line]:
    """Yields the selected engine, then the others; each line has `ok`, `uses` and `hint`."""
    try:
        settings = TtsSettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    except ValidationError as error:
        errors = [f"TTS_{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors(include_input=False)]
        yield {"ok": False, "uses": "; ".join(errors)[:500], "hint": "see docs/settings.md for allowed values"}
        return
    try:
        selection = select_engine(settings.engine, settings.weights, device=settings.device)
    except PipelineError as error:
        yield {"ok": False, "uses": error.message, "hint": error.hint}
        return
    voices = ""
    if selection.engine != "espeak" and settings.weights is not None:
        voices = f", {len(examine(settings.weights).voices)} voices in {settings.weights}"
    bundled = ", bundled" if selection.engine == "espeak" else ""
    yield {"ok": True, "uses": f"{selection.engine}{bundled}, because {selection.reason}{voices}", "hint": ""}
    for engine, missing in selection.missing.items():
        yield {
            "ok": True,
            "uses": f"{engine} is not used",
            "hint": "; ".join(missing) or f"set TTS_ENGINE={engine} to use it",
        }


async def report_weights(folder: Path, *, speak: bool) -> AsyncIterator[_Line]:
    """Yields every file that an engine reads, the voices, and whether each engine is complete."""
    weights = await asyncio.to_thread(examine, folder)
    for file in weights.files:
        yield {"event": "file", **asdict(file)}
    yield {"event": "voices", "voices": weights.voices}
    for engine in get_args(EngineName):
        if engine in ENGINES:
            missing, packages = weights.missing(engine), missing_packages(engine)
            yield {
                "event": "engine",
                "engine": engine,
                "complete": not missing,
                "missing": missing,
                "packages": packages,
            }
            if speak and not missing and not packages:
                yield await _trial(engine, folder, weights.voices[0])


async def _trial(name: str, folder: Path, voice: str) -> _Line:
    from scenewire_tts.engines.kokoro.engine import open_kokoro  # noqa: PLC0415 - slow to import

    language, text = _SENTENCES.get(voice[0], ("en", "The canal joins two seas."))
    engine = open_kokoro(name, folder)
    started = time.monotonic()
    try:
        await engine.start()
        loaded = time.monotonic()
        speech = await engine.speak(text, language=language, voice=voice)
    except PipelineError as error:
        return {"event": "trial", "engine": name, "ok": False, "result": error.message}
    finally:
        await engine.aclose()
    took = f"loaded in {loaded - started:.1f} s, took {time.monotonic() - loaded:.1f} s"
    result = f"{voice} spoke {len(speech.pcm) / SAMPLE_RATE:.1f} s: {took}; {engine.version}"
    return {"event": "trial", "engine": name, "ok": True, "result": result}


async def _main(arguments: list[str]) -> None:
    if arguments:
        async for line in report_weights(Path(arguments[1]), speak=arguments[0] == "speak"):
            sys.stdout.write(json.dumps(line) + "\n")
        return
    for line in report():
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
