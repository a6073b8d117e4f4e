"""Recognises the marks at which a scene begins, and the times in them. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from scenewire.text.markup import is_speakable
from scenewire.text.sentences import has_sentence_end

__all__ = ["SceneMark", "is_slug", "is_time", "read_scene_mark", "read_time"]


@dataclass(frozen=True)
class SceneMark:
    """The mark that a scene begins.

    Attributes:
        duration: seconds that the script gives the scene.
        setting: what the mark says the scene shows; empty without one.
        rest: text behind the mark, to be read on.
    """

    duration: float | None = None
    setting: str = ""
    rest: str = ""


_TIME: Final = r"\d{1,3}(?::\d{2}){0,2}(?:\.\d{1,3})?"
_UNIT: Final = r"(?:\s?(?:s|secs?|seconds?)\b)"
_RANGE: Final = rf"(?P<from>{_TIME}){_UNIT}?\s?(?:[-–—→]|to)\s?(?P<to>{_TIME})(?P<unit>{_UNIT})?"
_RANGE_ALONE: Final = re.compile(rf"[\[(]?\s*{_RANGE}\s*[\])]?:?", re.IGNORECASE)
_RANGE_FIRST: Final = re.compile(
    rf"(?:[\[(]\s*{_RANGE}\s*[\])]|(?=\d+:)(?:{_RANGE.replace('?P<from>', '').replace('?P<to>', '').replace('?P<unit>', '')})"
    r"(?=\s*[:|–—-]))\s*[:|–—-]?\s*",
    re.IGNORECASE,
)
_POINT_FIRST: Final = re.compile(
    rf"[\[(]\s*(?:\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{1,3}}{_UNIT})\s*[\])]\s*:?\s*", re.IGNORECASE
)
_BARE_SECONDS: Final = re.compile(rf"(\d{{1,3}}\s?[-–]\s?\d{{1,3}}{_UNIT})\s*[:|]\s*", re.IGNORECASE)
_LENGTH: Final = re.compile(rf"[\[(]?\s*(?P<length>\d{{1,3}}(?:\.\d)?){_UNIT}\s*[\])]?\s*:?", re.IGNORECASE)

_SCENE: Final = re.compile(
    r"[\[(]?(?:scene|shot|szene|scène|escena|cena|scena|сцена|シーン|场景|場景)\s*#?\s*\d{1,3}[A-Da-d]?[\])]?"
    r"(?:\s*$|\s*[:|–—.)\]-]\s*|\s*(?=[(\[]))",
    re.IGNORECASE,
)
_SLUG: Final = re.compile(r"(?:\d+\.?\s+)?(?:INT|EXT|INT\./EXT|EXT\./INT|I/E)[./]\s*(\S.*)")
_MAX_SETTING_WORDS: Final = 8
_EMPHASIS: Final = "*_ "


def is_slug(line: str) -> bool:
    """Returns whether a line begins a scene of a screenplay: `INT. HARBOUR - DAY`."""
    return _read_slug(line.strip("*_ #")) is not None


def read_scene_mark(line: str) -> SceneMark | None:
    """Reads `SCENE 3`, `Scene 2 | 0:05-0:12`, `[0-3s]`, `INT. HARBOUR - DAY` and the like; None for prose."""
    bare = line.strip("*_ #")
    if (setting := _read_slug(bare)) is not None:
        return SceneMark(setting=setting)
    scene = _SCENE.match(bare)
    if scene is None:
        return _read_leading_time(bare)
    rest = bare[scene.end() :].strip(_EMPHASIS)
    mark = _read_leading_time(rest) or SceneMark(rest=rest)
    rest = mark.rest
    if line.strip("*_ #")[:1] == "[" and rest.endswith("]"):
        rest = rest[:-1].strip()
    if is_speakable(rest) and len(rest.split()) <= _MAX_SETTING_WORDS and not has_sentence_end(rest):
        return SceneMark(mark.duration, setting=rest.casefold() if rest.isupper() else rest)
    return SceneMark(mark.duration, rest=rest if is_speakable(rest) else "")


def _read_slug(line: str) -> str | None:
    """Returns the setting of a slug line; None for prose, which is not in capitals."""
    slug = _SLUG.fullmatch(line)
    return slug[1].replace(" - ", ", ").casefold() if slug and slug[1].isupper() else None


def read_time(text: str) -> float | None:
    """Returns the seconds of a range of times that has a colon or a unit, or of a length such as `7s`.

    Returns:
        None for other numbers, such as `(1914-1918)`.
    """
    if length := _LENGTH.fullmatch(text.strip()):
        return float(length["length"]) or None
    found = _RANGE_ALONE.fullmatch(text.strip())
    if found is None or not (found["unit"] or (":" in found["from"] and ":" in found["to"])):
        return None
    seconds = round(_seconds(found["to"]) - _seconds(found["from"]), 2)
    return seconds if seconds > 0 else None


def is_time(text: str) -> bool:
    """Returns whether a text is a time or a range of times, and nothing else."""
    return read_time(text) is not None or bool(_POINT_FIRST.fullmatch(f"[{text.strip('[]() ')}]"))


def _read_leading_time(text: str) -> SceneMark | None:
    if _RANGE_ALONE.fullmatch(text.strip()) and (seconds := read_time(text)):
        return SceneMark(seconds)
    if (found := _RANGE_FIRST.match(text)) and (seconds := read_time(found[0].strip(" :|–—-"))):
        return SceneMark(seconds, rest=text[found.end() :].strip(_EMPHASIS))
    if (found := _BARE_SECONDS.match(text)) and (seconds := read_time(found[1])):
        return SceneMark(seconds, rest=text[found.end() :].strip(_EMPHASIS))
    if found := _POINT_FIRST.match(text):
        return SceneMark(rest=text[found.end() :].strip(_EMPHASIS))
    return None


def _seconds(time: str) -> float:
    total = 0.0
    for part in time.split(":"):
        total = total * 60 + float(part)
    return total
