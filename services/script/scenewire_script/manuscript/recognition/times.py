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
        start: second of the video at which the scene begins; None if the mark names none.
        is_bare: whether the mark is only a range of times without square brackets, which may be times of a day.
    """

    duration: float | None = None
    setting: str = ""
    rest: str = ""
    start: float | None = None
    is_bare: bool = False


_TIME: Final = r"\d{1,3}(?::\d{2}){0,2}(?:\.\d{1,3})?"
_UNIT: Final = r"(?:\s?(?:s|secs?|seconds?|sek(?:unden)?|seg(?:undos)?|secondes)\b\.?)"
_RANGE: Final = rf"(?P<from>{_TIME}){_UNIT}?\s?(?:[-–—→]|to)\s?(?P<to>{_TIME})(?P<unit>{_UNIT})?"
_RANGE_ALONE: Final = re.compile(rf"[\[(]?\s*{_RANGE}\s*[\])]?:?", re.IGNORECASE)
_RANGE_FIRST: Final = re.compile(
    rf"(?:[\[(]\s*{_RANGE}\s*[\])]|(?=\d+:)(?:{_RANGE.replace('?P<from>', '').replace('?P<to>', '').replace('?P<unit>', '')})"
    r"(?=\s*[:|–—-]))\s*[:|–—-]?\s*",
    re.IGNORECASE,
)
_POINT_FIRST: Final = re.compile(
    rf"[\[(]\s*(?:\d{{0,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[ap]m)?|\d{{1,3}}{_UNIT})\s*[\])]\s*:?\s*", re.IGNORECASE
)
_BARE_SECONDS: Final = re.compile(rf"(\d{{1,3}}\s?[-–]\s?\d{{1,3}}{_UNIT})\s*[:|]\s*", re.IGNORECASE)
_LENGTH: Final = re.compile(
    rf"[\[(]?\s*(?:approx\.?|about|ca\.?|~|≈)?\s*(?P<length>\d{{1,3}}(?:\.\d)?){_UNIT}\s*[\])]?\s*:?", re.IGNORECASE
)

_SCENE: Final = re.compile(
    r"[\[(]?(?:scene|shot|slide|section|segment|folie|abschnitt|diapositiva|sección|szene|scène|escena|cena|scena|сцена|シーン|场景|場景)\s*#?\s*\d{1,3}[A-Da-d]?[\])]?"
    r"(?:\s*$|\s*[:|–—.)\]-]\s*|\s*(?=[(\[]))",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(r"(?P<rest>[^()\[\]]+?)\s*(?P<time>[\[(][^\[\]()]{2,24}[\])])")

_FRAMING: Final = re.compile(
    r"(?:(?:extreme |medium )?(?:wide|long|close[- ]?up)|medium|full|aerial|drone|overhead|establishing|tracking|pov|detail"
    r"|totale|halbtotale|nahaufnahme|großaufnahme|plano (?:general|medio|detalle)|primer plano)(?: shot)?\s*[:–—-]\s*(?P<shown>.+)",
    re.IGNORECASE,
)
"""How a shot is framed; what is behind it is seen, not spoken."""

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
    if framed := _FRAMING.fullmatch(rest.rstrip("])")):
        return SceneMark(setting=framed["shown"].rstrip("."))
    mark = _read_leading_time(rest) or _read_trailing_time(rest) or SceneMark(rest=rest)
    rest = mark.rest
    if line.strip("*_ #")[:1] == "[" and rest.endswith("]"):
        rest = rest[:-1].strip()
    if is_speakable(rest) and len(rest.split()) <= _MAX_SETTING_WORDS and not has_sentence_end(rest):
        rest = rest.strip("()[]")
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
    text = text.strip()
    if found := _RANGE_ALONE.fullmatch(text) or _RANGE_FIRST.match(text) or _BARE_SECONDS.match(text):
        times = found[0].strip(" :|–—-")
        if seconds := read_time(times):
            return _range_mark(times, seconds, rest=text[found.end() :].strip(_EMPHASIS))
    if found := _POINT_FIRST.match(text):
        return SceneMark(rest=text[found.end() :].strip(_EMPHASIS))
    return None


def _read_trailing_time(text: str) -> SceneMark | None:
    found = _TRAILING.fullmatch(text)
    seconds = read_time(found["time"]) if found else None
    return SceneMark(seconds, rest=found["rest"]) if found and seconds else None


def _range_mark(times: str, seconds: float, *, rest: str) -> SceneMark:
    found = _RANGE_ALONE.fullmatch(times)
    is_bare = not times.startswith("[") and not (found and found["unit"])
    return SceneMark(seconds, rest=rest, start=_seconds(found["from"]) if found else None, is_bare=is_bare)


def _seconds(time: str) -> float:
    total = 0.0
    for part in time.split(":"):
        total = total * 60 + float(part)
    return total
