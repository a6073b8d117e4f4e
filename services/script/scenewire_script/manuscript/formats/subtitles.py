"""Reads subtitles as plain lines. Pure."""

import html
import re
from collections.abc import Collection
from typing import Final

import pysubs2

from scenewire.text.sentences import has_sentence_end
from scenewire_script.manuscript.recognition.directions import DirectionKind, read_bracket
from scenewire_script.manuscript.recognition.speakers import find_speakers

__all__ = ["is_subtitles", "read_subtitles"]

_TIME: Final = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[,.]\d{1,3})?"
_CUE_TIMES: Final = re.compile(
    rf"^[ \t]*(?P<start>{_TIME})(?:[ \t]*(?:[-–—=]{{1,2}}>|→)[ \t]*|,(?=\d{{1,2}}:\d{{2}}:\d{{2}}\.))(?P<end>{_TIME})",
    re.MULTILINE,
)
"""The times of a cue; people also type them with other arrows, without hours and without milliseconds."""

_MIN_CUES: Final = 2
"""In a text that doesn't begin with a cue."""

_MAX_LINES_ABOVE: Final = 5
"""Lines of credits and the like above the first cue."""

_WORD_TIME: Final = re.compile(r"<\d{1,2}:[\d:.]{4,10}>")
"""Within a line of live subtitles, which are shown a second time while the next line appears."""

_VOICE: Final = re.compile(r"<v(?:\.[\w.]{1,40})?[ \t]+([^\W\d_][\w .&'’-]{0,28})>")
_SPEAKER: Final = re.compile(r"\n?[^\W\d_a-z][^\Wa-z]*(?:[ .'’&-]+[^\Wa-z]+){0,2}:\s")
"""The name of the speaker before the words of a cue, in capitals."""

_SCENE_GAP_MS: Final = 2_000
"""A longer gap between two subtitles parts scenes."""

_MIN_ENDED_SHARE: Final = 0.2
"""Share of cues that end as a sentence does, below which every cue is a line of its own."""


_SUNG: Final = re.compile(r"[ \t]*[♪♫♬🎵🎶]+[ \t]*|^#[ \t]+(?=[^#]+#$)|(?<=\S)[ \t]+#$")
"""Signs around words that are sung."""

_BRACKETS: Final = re.compile(r"[\[(](?P<inner>[^\[\]()]{1,200})[\])]")


def is_subtitles(text: str) -> bool:
    """Returns whether a text is a file of subtitles."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if first.startswith("[Script Info]"):
        return True
    cues = sum(1 for _ in _CUE_TIMES.finditer(text))
    if first.startswith("WEBVTT") or first.isdigit() or _CUE_TIMES.match(first):
        return cues > 0
    return cues >= _MIN_CUES and len(_lines_above(text)) <= _MAX_LINES_ABOVE


def read_subtitles(text: str, notes: list[str]) -> tuple[str, frozenset[str]]:
    """Returns the words of subtitles and the names of their speakers, and notes what is not spoken."""
    notes.append("Read as subtitles: their numbers and times are not spoken.")
    if above := _lines_above(text):
        more = f" and {len(above) - 1} more" if len(above) > 1 else ""
        notes.append(f"Not spoken, because it stands above the first subtitle: “{above[0]}”{more}.")
    text = _CUE_TIMES.sub(lambda found: f"{_stamp(found['start'])} --> {_stamp(found['end'])}", text)
    voices = {found[1] for found in _VOICE.finditer(text)}
    cues = _cues(_VOICE.sub(r"\1: ", text))
    known = find_speakers([cue.strip() for cue in cues])
    names = {cue: cue.strip().partition(":")[0] for cue in cues}
    labels = {name for cue, name in names.items() if _SPEAKER.match(cue) or name.casefold() in known}
    return _join(cues, voices | labels), frozenset(voices | labels)


def _lines_above(text: str) -> list[str]:
    """Returns the lines above the first cue of subtitles that have no head of their own."""
    first = _CUE_TIMES.search(text)
    if first is None or text.lstrip().startswith(("WEBVTT", "[Script Info]")):
        return []
    lines = [line.strip() for line in text[: first.start()].split("\n") if line.strip()]
    return lines[:-1] if lines and lines[-1].isdigit() else lines


def _stamp(time: str) -> str:
    """Returns a time as `hh:mm:ss.mmm`."""
    whole, _, fraction = time.replace(",", ".").partition(".")
    parts = [int(part) for part in whole.split(":")]
    hours, minutes, seconds = [0] * (3 - len(parts)) + parts
    return f"{hours:02}:{minutes:02}:{seconds:02}.{fraction:0<3}"


def _cues(text: str) -> list[str]:
    """Returns the words of each cue, with a line break before the cues that begin a scene."""
    is_live = bool(_WORD_TIME.search(text))
    cues: list[str] = []
    end, seen = 0, ""
    for event in pysubs2.SSAFile.from_string(_WORD_TIME.sub("", text)):
        lines = [
            html.unescape(line.strip()).removeprefix("- ").removeprefix(">> ") for line in event.plaintext.split("\n")
        ]
        lines = [_without_signs(line) for line in lines]
        lines = [line for line in lines if line and not (is_live and line == seen)]
        if event.is_comment or not lines:
            continue
        seen = lines[-1]
        spoken = html.escape(" ".join(lines), quote=False)  # "<" and "&" are words here
        cues.append(f"\n{spoken}" if cues and event.start - end > _SCENE_GAP_MS else spoken)
        end = event.end
    return cues


def _without_signs(line: str) -> str:
    """Returns the words of a line without the signs of a song; a sound, which has brackets or only these signs, as a direction."""
    words = _SUNG.sub(" ", line).strip()
    bare = _BRACKETS.fullmatch(words)
    inner = bare["inner"].strip() if bare else words
    direction = read_bracket(inner, square=True, is_apart=True, is_line=True)
    if direction is None or not (bare or (words != line and direction.kind is DirectionKind.SOUND)):
        return words
    return f"[sound: {inner}]" if direction.kind in {DirectionKind.SOUND, DirectionKind.VISUAL} else words


def _join(cues: list[str], speakers: Collection[str]) -> str:
    cues = [f"\n{cue.strip()}" if cue.strip().partition(":")[0] in speakers else cue for cue in cues]
    ended = sum(map(has_sentence_end, cues))
    return ("\n" if ended < len(cues) * _MIN_ENDED_SHARE else " ").join(cues).replace(" \n", "\n\n")
