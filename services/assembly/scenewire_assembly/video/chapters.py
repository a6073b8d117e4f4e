"""Metadata in the video file: title, credits, and a chapter for each scene. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scenewire.messages import Scene
from scenewire.text.markup import one_line
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.edit import Placed

__all__ = ["Chapter", "chapter_title", "chapters", "ffmetadata"]

_MAX_TITLE_COLUMNS: Final = 56
"""Columns that players' chapter lists show."""

_SENTENCE: Final = re.compile(r".{12,}?[.!?…。！？](?=\s|$)")  # noqa: RUF001 - wide punctuation is meant
"""The first sentence. If it is very short, its end may be an abbreviation, so the match goes on."""

_SPECIAL: Final = re.compile(r"[\\=;#\n]")


@dataclass(frozen=True)
class Chapter:
    """A range of the video that players can jump to, from frame `start` up to, not including, frame `end`."""

    title: str
    start: int
    end: int


def chapters(scenes: Sequence[Scene], places: Sequence[Placed]) -> list[Chapter]:
    """One chapter for each scene, from its first frame."""
    return [Chapter(chapter_title(scene), at.start, at.end) for scene, at in zip(scenes, places, strict=True)]


def chapter_title(scene: Scene) -> str:
    """The scene's first sentence, or its first words if the sentence is long."""
    text = one_line(scene.text) or one_line(scene.footage_query)
    sentence = _SENTENCE.match(text)
    title = sentence.group() if sentence else text
    if columns(title) <= _MAX_TITLE_COLUMNS:
        return title.rstrip(".。") or f"Scene {scene.scene_number}"
    fitting = next(length for length in range(len(title), 0, -1) if columns(title[:length]) < _MAX_TITLE_COLUMNS)
    cut = title[:fitting] if title[fitting].isspace() else title[:fitting].rpartition(" ")[0] or title[:fitting]
    return cut.rstrip(" ,;:–—-") + "…"  # noqa: RUF001 - a dash


def ffmetadata(tags: Mapping[str, str], marks: Sequence[Chapter], frame_rate: int) -> str:
    """Tags and chapters in ffmpeg's metadata format. The chapters' time base is one frame.

    Args:
        tags: such as `title`; empty ones are left out.
        marks: the chapters.
        frame_rate: of the video.
    """

    def lines() -> Iterator[str]:
        yield ";FFMETADATA1"
        yield from (f"{name}={_escaped(value)}" for name, value in tags.items() if value)
        for mark in marks:
            yield from ("[CHAPTER]", f"TIMEBASE=1/{frame_rate}", f"START={mark.start}", f"END={mark.end}")
            yield f"title={_escaped(mark.title)}"

    return "\n".join([*lines(), ""])


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", value.replace("\0", ""))
