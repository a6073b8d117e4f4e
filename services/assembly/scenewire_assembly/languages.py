"""The writing systems that captions can show here."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import RealFfmpegExecutor
from scenewire.messages import DEFAULT_LANGUAGE
from scenewire_assembly.captions.fonts import installed_fonts
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.settings import AssemblySettings

__all__ = ["LETTERS", "drawable_writings"]

LETTERS: Final = {
    "Latin": "a",
    "Cyrillic": "\u0431",
    "Greek": "\u03b1",
    "Arabic": "\u0639",
    "Hebrew": "\u05d0",
    "Devanagari": "\u0915",
    "Bengali": "\u0995",
    "Gurmukhi": "\u0a15",
    "Gujarati": "\u0a95",
    "Oriya": "\u0b15",
    "Tamil": "\u0b95",
    "Telugu": "\u0c15",
    "Kannada": "\u0c95",
    "Malayalam": "\u0d15",
    "Sinhala": "\u0d9a",
    "Thai": "\u0e01",
    "Lao": "\u0e81",
    "Tibetan": "\u0f40",
    "Burmese": "\u1000",
    "Khmer": "\u1780",
    "Georgian": "\u10d0",
    "Armenian": "\u0561",
    "Ethiopic": "\u1200",
    "Cherokee": "\u13a0",
    "Hangul": "\ud55c",
    "Kana": "\u3042",
    "Chinese": "\u6c34",
}
"""A common letter of each writing system of `scenewire.text.writings`."""

EMOJI: Final = "\U0001f600"


async def drawable_writings(data: Path | None = None) -> frozenset[str]:
    """Returns the writing systems for which there is a font.

    Args:
        data: the data folder, in which fonts may be installed; None takes that of the environment.

    Raises:
        PipelineError: ffmpeg cannot be used.
    """
    settings = AssemblySettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"))
    settings = settings if data is None else settings.model_copy(update={"data_folder": data})
    ffmpeg = RealFfmpegExecutor(await find_ffmpeg(settings.ffmpeg))
    with TemporaryDirectory() as name:
        folder = Path(name)
        job = FfmpegJob(ffmpeg, folder, installed_fonts(*settings.font_folders).prepare(folder, DEFAULT_LANGUAGE))
        # One at a time: libass uses at most ten fonts for one text.
        tried = {**LETTERS, "Emoji": EMOJI}
        return frozenset([writing for writing, letter in tried.items() if not await find_undrawable(job, letter)])
