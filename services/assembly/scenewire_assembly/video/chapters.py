"""Metadata in the video file: title, credits, and chapters. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from scenewire.messages import Scene
from scenewire.text.markup import one_line
from scenewire.text.sentences import split_sentences
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.edit import Placed

__all__ = ["Chapter", "chapter_title", "chapters", "ffmetadata"]

_MAX_TITLE_COLUMNS: Final = 56
"""Columns that players' chapter lists show."""

_MIN_TITLE_CHARS: Final = 12
"""A shorter first sentence gets the next one."""

_SPECIAL: Final = re.compile(r"[\\=;#\n]")


@dataclass(frozen=True)
class Chapter:
    """A range of the video that players can jump to, from frame `start` up to, not including, frame `end`."""

    title: str
    start: int
    end: int


def chapters(scenes: Sequence[Scene], places: Sequence[Placed], end: int, language: str = "en") -> list[Chapter]:
    """A chapter for each section of the script, or for each scene of a script without sections.

    Args:
        scenes: of the video.
        places: of the scenes.
        end: the frame after the last one of the video; the last chapter includes the closing.
        language: of the video.
    """
    titles = [one_line(scene.section) for scene in scenes]
    if any(titles):
        titles[0] = titles[0] or chapter_title(scenes[0], language)
    else:
        titles = [chapter_title(scene, language) for scene in scenes]
    first = [number for number, title in enumerate(titles) if title]
    ends = [*(places[number].start for number in first[1:]), end]
    return [
        Chapter(_shortened(titles[number]), places[number].start, after)
        for number, after in zip(first, ends, strict=True)
    ]


def chapter_title(scene: Scene, language: str = "en") -> str:
    """The scene's first sentence, or its first words if the sentence is long."""
    text = one_line(scene.text) or one_line(scene.footage_query)
    sentences = split_sentences(text, language)
    lengths = accumulate(len(sentence) + 1 for sentence in sentences)
    end = next((number for number, length in enumerate(lengths, 1) if length > _MIN_TITLE_CHARS), len(sentences))
    title = " ".join(sentences[:end])
    return _shortened(title).rstrip(".。") or f"Scene {scene.scene_number}"


def _shortened(title: str) -> str:
    """As many whole words as players' lists show."""
    if columns(title) <= _MAX_TITLE_COLUMNS:
        return title
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
