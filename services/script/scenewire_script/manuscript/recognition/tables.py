"""Reads the tables of a script: columns of what is spoken, shown and heard. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scenewire.text.markup import inline_text, is_speakable
from scenewire_script.manuscript.recognition.times import SceneMark, read_scene_mark

__all__ = ["Column", "ScriptRow", "ScriptTable", "column_of", "read_table"]


class Column(StrEnum):
    """What a column of a script table holds."""

    SPOKEN = "spoken"
    SPEAKER = "speaker"
    VISUAL = "visual"
    SOUND = "sound"
    TIME = "time"
    LENGTH = "length"
    NUMBER = "number"


@dataclass(frozen=True)
class ScriptRow:
    """A scene of a script table; a cell that is missing is empty."""

    spoken: str
    speaker: str
    visual: str
    sound: str
    mark: SceneMark


@dataclass(frozen=True)
class ScriptTable:
    """The scenes of a table.

    Attributes:
        rows: its scenes.
        spoken: heading of the column that is spoken.
        unspoken: headings of the columns that are neither spoken nor used.
    """

    rows: tuple[ScriptRow, ...]
    spoken: str
    unspoken: tuple[str, ...]


def _headings(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(words)})(?:\s*[/(].*)?", re.IGNORECASE)


_SPOKEN: Final = (
    _headings("narration", "narrator", "sprechertext", "erzähltext", "narración", "narração", "narrazione", "locución"),
    _headings("voice[ -]?over(?: text)?", "vo", r"v\.o\.", "voix off", "voz en off", "off[- ]?text"),
    _headings("spoken(?: text| words)?", "dialog(?:ue)?s?", "diálogos?", "dialoge", "says"),
    _headings("script", "skript", "guion", "guión", "roteiro", "copione"),
    _headings("words", "audio", "ton"),
    _headings("text", "texte", "texto", "testo"),
    _headings("voice", "voz", "stimme"),
)
"""Headings of what is spoken, surest first: a table may have the text on the screen beside its narration."""

_HEADINGS: Final = {
    Column.SPEAKER: _headings("speaker", "character", "role", "who", "host", "presenter", "sprecher(?:in)?", "personaje"),
    Column.VISUAL: _headings(
        "visuals?(?: description)?", "video", "images?", "b-?roll", "footage", "shots?", "screen", "pictures?",
        "on[ -]screen", "bild(?:er)?", "imagen(?:es)?", "visuel", "vídeo", "camera",
    ),
    Column.SOUND: _headings("music", "sfx", "sound(?: effects?)?", "musik", "música", "musique"),
    Column.TIME: _headings("time", "times", "timing", "timecode", "time ?stamps?", "zeit", "tiempo", "temps"),
    Column.LENGTH: _headings("duration", "length", "sec(?:onds|s)?", "dauer", "länge", "duración", "durée", "duração"),
    Column.NUMBER: _headings("scene(?: ?#| no.?| number)?", "szene", "escena", "scène", "cena", "#", "no", "nr", "number", "id", "slide", "folie"),
}  # fmt: skip
_LENGTH: Final = re.compile(
    r"(?:(?P<minutes>\d{1,2}):)?(?P<seconds>\d{1,3}(?:[.,]\d)?)\s*(?:s|secs?|seconds?)?", re.IGNORECASE
)


def column_of(heading: str) -> Column | None:
    """Returns what a column with this heading holds; None if it isn't known."""
    plain = _plain(heading)
    if any(words.fullmatch(plain) for words in _SPOKEN):
        return Column.SPOKEN
    return next((column for column, words in _HEADINGS.items() if words.fullmatch(plain)), None)


def read_table(rows: Sequence[Sequence[str]]) -> ScriptTable | None:
    """Reads a table whose first row has the headings.

    Returns:
        None if no column is spoken.
    """
    headings = list(map(_plain, rows[0]))
    spoken = next((at for words in _SPOKEN for at, name in enumerate(headings) if words.fullmatch(name)), None)
    if spoken is None:
        return None
    columns = [column_of(heading) for heading in headings]
    places = {column: columns.index(column) for column in Column if column in columns} | {Column.SPOKEN: spoken}
    unspoken = tuple(
        heading
        for at, heading in enumerate(headings)
        if is_speakable(heading) and at not in places.values() and columns[at] is not Column.NUMBER
    )
    return ScriptTable(tuple(_row(cells, places) for cells in rows[1:]), headings[spoken], unspoken)


def _row(cells: Sequence[str], places: dict[Column, int]) -> ScriptRow:
    def cell(column: Column) -> str:
        at = places.get(column)
        return cells[at] if at is not None and at < len(cells) else ""

    time = read_scene_mark(f"[{cell(Column.TIME).strip('[]()')}]") or SceneMark()
    length = _LENGTH.fullmatch(cell(Column.LENGTH).strip("[]() ~"))
    seconds = int(length["minutes"] or 0) * 60 + float(length["seconds"].replace(",", ".")) if length else None
    mark = SceneMark(seconds or time.duration)
    return ScriptRow(cell(Column.SPOKEN), cell(Column.SPEAKER), cell(Column.VISUAL), cell(Column.SOUND), mark)


def _plain(heading: str) -> str:
    return inline_text(heading).strip(" *_`")
