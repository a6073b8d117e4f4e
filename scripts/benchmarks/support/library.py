"""A script about things, and a footage library that has clips of each."""

from pathlib import Path
from typing import Final

from scripts.benchmarks.support.inputs import make_clip

__all__ = ["SUBJECTS", "make_library", "scene_text", "write_script"]

SUBJECTS: Final = (
    "river", "harbour", "bridge", "tower", "market", "garden", "forest", "desert", "mountain", "island",
)  # fmt: skip
_FILLERS: Final = ("in the morning light", "before the rain comes", "after a long winter", "when nobody is looking")
_RATES: Final = (30, 25, 60)
_CLIP_S: Final = 8


def scene_text(number: int) -> str:
    """Returns the text of a scene: about five seconds, spoken by espeak, about something that the library has.

    Args:
        number: of the scene; other numbers give other texts.
    """
    subject, filler = SUBJECTS[number % len(SUBJECTS)], _FILLERS[number % len(_FILLERS)]
    return f"The {subject} number {number} is quiet {filler}. People look at the {subject}, and then they walk on."


def write_script(path: Path, scenes: int) -> Path:
    """Writes a script of so many scenes; returns its path."""
    path.write_text("\n\n".join(scene_text(number) for number in range(1, scenes + 1)) + "\n", encoding="utf-8")
    return path


async def make_library(folder: Path, *, width: int, height: int, of_each: int = 1) -> Path:
    """Makes clips of eight seconds at 25, 30 and 60 frames a second; returns the folder.

    Args:
        folder: for the clips; it does not exist yet.
        width: pixels.
        height: pixels.
        of_each: clips of each subject.
    """
    folder.mkdir()
    for number, subject in enumerate(subject for subject in SUBJECTS for _ in range(of_each)):
        path, rate = folder / f"{subject} {number}.mp4", _RATES[number % len(_RATES)]
        await make_clip(path, width=width, height=height, rate=rate, seconds=_CLIP_S, seed=number)
    return folder
