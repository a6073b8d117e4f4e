"""Reports which writing systems captions can show here."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pydantic import ValidationError

from scenewire.errors import PipelineError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import RealFfmpegExecutor
from scenewire.findings import Finding
from scenewire.messages import DEFAULT_LANGUAGE
from scenewire_assembly.captions.fonts import FONTS_HINT, installed_fonts
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.settings import AssemblySettings

__all__ = ["check_captions"]

_SCRIPTS: Final = {
    "Latin": "a",
    "Greek": "\u03b1",
    "Cyrillic": "\u0431",
    "Arabic": "\u0639",
    "Hebrew": "\u05d0",
    "Devanagari": "\u0915",
    "Bengali": "\u0995",
    "Tamil": "\u0b95",
    "Telugu": "\u0c15",
    "Thai": "\u0e01",
    "Chinese": "\u6c34",
    "Japanese": "\u3042",
    "Korean": "\ud55c",
}
"""A letter of each writing system."""


async def check_captions() -> list[Finding]:
    """Returns the writing systems that the installed fonts can draw."""
    try:
        settings = AssemblySettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
        ffmpeg = RealFfmpegExecutor(await find_ffmpeg(settings.ffmpeg))
        with TemporaryDirectory() as name:
            folder = Path(name)
            job = FfmpegJob(ffmpeg, folder, installed_fonts(settings.fonts_dir).prepare(folder, DEFAULT_LANGUAGE))
            # libass uses at most ten fonts for one text.
            missing = [script for script, letter in _SCRIPTS.items() if await find_undrawable(job, letter)]
    except PipelineError as error:
        return [Finding(error.message, ok=False, hint=error.hint)]
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name = " ".join(str(part) for part in fault["loc"])
        return [Finding(f"{name}: {fault['msg']}", ok=False, hint="correct that setting")]
    drawn = ", ".join(script for script in _SCRIPTS if script not in missing)
    hint = f"captions cannot show {', '.join(missing)}; to show them, {FONTS_HINT}" if missing else ""
    return [Finding(f"captions in {drawn}", hint=hint)]
