"""Ranks the designs of every sentence of a video: the best first, with variety over the whole video. Pure."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final

from scenewire.messages import (
    Chapter,
    Design,
    DesignedSentence,
    Enumeration,
    NamedPlace,
    Opening,
    Place,
    Quantity,
    Statement,
    YearOnLine,
)
from scenewire.text.markup import one_line
from scenewire_script.designs.comparison import comparison_of
from scenewire_script.designs.emphasis import MAX_EMPHASIS_WORDS, Reading, emphasis_of
from scenewire_script.designs.enumerations import enumeration_of
from scenewire_script.designs.hints import Hint, design_of, grounded
from scenewire_script.designs.languages.tables import vocabulary_of
from scenewire_script.designs.places import find_places, map_of
from scenewire_script.designs.quotations import quotation_of
from scenewire_script.designs.reading.clauses import Span, main_clause, tail
from scenewire_script.designs.reading.quantities import Found, quantities_of
from scenewire_script.designs.reading.vocabulary import Vocabulary
from scenewire_script.designs.reading.years import Named, years_of
from scenewire_script.designs.sentences import Shown, sentences_of
from scenewire_script.designs.statements import statement, whole_statement

__all__ = ["SceneWords", "choose_designs", "link_years"]

_MAX_DESIGNS: Final = 4
_MAX_CHARS: Final = 500
"""Longer sentences, and longer headings, fit no picture but as running text."""

_MAX_YEARS: Final = 200
_MIN_YEARS: Final = 2

_WHOLE: Final = "statement as a whole"
_GIVE_WAY: Final = ("year", "number")
"""Kinds that are not repeated at once if another one matches."""


@dataclass(frozen=True)
class SceneWords:
    """What the designs of a scene are made of."""

    text: str
    section: str = ""
    """Heading of the section that begins with it."""
    keywords: tuple[str, ...] = ()
    hint: Hint | None = None


@dataclass(frozen=True)
class _Sentence:
    """What was read in a sentence."""

    shown: Shown
    scene: SceneWords
    hint: Hint | None
    quantities: Sequence[Found]
    years: Sequence[Named]
    places: Sequence[NamedPlace]

    @property
    def text(self) -> str:
        """The words that the design is made of."""
        return self.shown.sentence

    @property
    def is_readable(self) -> bool:
        """Whether it is short enough for anything but running text."""
        return len(self.text) <= _MAX_CHARS


@dataclass
class _Video:
    """What all designs of a video depend on, and what was chosen so far."""

    language: str
    vocabulary: Vocabulary | None
    years: Sequence[int]
    kinds: list[str] = field(default_factory=list)
    """What is shown, in order; a statement without large letters is a kind of its own."""
    mapped: set[str] = field(default_factory=set)
    """Ids of places that a map points at."""

    def allows(self, kind: str) -> bool:
        """Whether a kind would not be shown three times running."""
        return self.kinds[-2:] != [kind, kind]


def choose_designs(
    scenes: Sequence[SceneWords], *, title: str | None, language: str, words_per_second: float
) -> list[tuple[DesignedSentence, ...]]:
    """Returns the designed sentences of each scene.

    Args:
        scenes: in order.
        title: of the video; None if it isn't shown.
        language: tag of the narration.
        words_per_second: speaking rate.
    """
    vocabulary = vocabulary_of(language)
    read = [_read(scene, language, vocabulary, words_per_second) for scene in scenes]
    video = _Video(language, vocabulary, _years(chain.from_iterable(read)))
    chosen: list[tuple[DesignedSentence, ...]] = []
    before: _Sentence | None = None
    for cards, sentences in zip(_cards(scenes, read, title), read, strict=True):
        designed: list[DesignedSentence] = []
        for sentence in sentences:
            first = not designed
            before = None if first and sentence.scene.section else before
            designed.append(_designed(sentence, before, cards if first else [], video))
            before = sentence
        chosen.append(tuple(designed))
    return link_years(chosen)


def link_years(scenes: Sequence[tuple[DesignedSentence, ...]]) -> list[tuple[DesignedSentence, ...]]:
    """Returns the scenes with a note on years that go on from scene to scene, whose line then stays where it is."""
    result = list(map(_unlinked, scenes))
    for at in range(1, len(result)):
        before, here, opening = _year_of(result[at - 1], -1), _year_of(result[at], 0), _year_of(result[at - 1], 0)
        if before is None or here is None or before.years != here.years:
            continue
        row = 1 + (opening.row if opening else 0)
        result[at - 1] = _with_year(result[at - 1], -1, before.model_copy(update={"goes_on": True}))
        result[at] = _with_year(result[at], 0, here.model_copy(update={"row": row}))
    return result


def _unlinked(sentences: tuple[DesignedSentence, ...]) -> tuple[DesignedSentence, ...]:
    for at in {0, len(sentences) - 1}:
        if year := _year_of(sentences, at):
            sentences = _with_year(sentences, at, year.model_copy(update={"row": 0, "goes_on": False}))
    return sentences


def _year_of(sentences: Sequence[DesignedSentence], at: int) -> YearOnLine | None:
    """The year that a sentence shows first."""
    first = sentences[at].designs[0] if sentences else None
    return first if isinstance(first, YearOnLine) else None


def _with_year(sentences: Sequence[DesignedSentence], at: int, year: YearOnLine) -> tuple[DesignedSentence, ...]:
    changed = list(sentences)
    changed[at] = changed[at].model_copy(update={"designs": (year, *changed[at].designs[1:])})
    return tuple(changed)


def _read(scene: SceneWords, language: str, vocabulary: Vocabulary | None, words_per_second: float) -> list[_Sentence]:
    hint = grounded(scene.hint, one_line(scene.text)) if scene.hint else None
    sentences: list[_Sentence] = []
    for shown in sentences_of(scene.text, language, words_per_second):
        readable = shown.sentence if len(shown.sentence) <= _MAX_CHARS else ""
        quantities, years = quantities_of(readable, vocabulary), years_of(readable, vocabulary)
        places = find_places(readable, language, vocabulary) if vocabulary else []
        sentences.append(_Sentence(shown, scene, hint, quantities, years, places))
    return sentences


def _years(sentences: Iterable[_Sentence]) -> list[int]:
    """Returns all years that sentences name, ascending."""
    return sorted({named.year for sentence in sentences for named in sentence.years})


def _cards(scenes: Sequence[SceneWords], read: Sequence[Sequence[_Sentence]], title: str | None) -> list[list[Design]]:
    """Returns what stands before the first sentence of each scene: the title of the video, the heading of a section."""
    cards: list[list[Design]] = [[] for _ in scenes]
    if title and cards:
        cards[0].append(Opening(title=title))
    starts = [index for index, scene in enumerate(scenes) if scene.section]
    for number, (start, end) in enumerate(pairwise([*starts, len(scenes)]), start=1):
        heading = scenes[start].section
        if len(heading) <= _MAX_CHARS and not (start == 0 and heading == title):
            years = _years(chain.from_iterable(read[start:end]))
            span = f"{years[0]}–{years[-1]}" if len(years) >= _MIN_YEARS else ""
            cards[start].append(Chapter(heading=heading, number=number, years=span))
    return cards


def _designed(
    sentence: _Sentence, before: _Sentence | None, cards: Sequence[Design], video: _Video
) -> DesignedSentence:
    """Returns a sentence with its designs, and notes what will be shown."""
    video.kinds += [card.kind for card in cards]
    matching = _matching(sentence, before, video)
    own = _varied(matching, video)
    is_list = any(isinstance(design, Enumeration) for design in matching)
    statements = _statements(sentence, video, is_shown=not own, has_clauses=not is_list)
    designs = [*cards, *own[: _MAX_DESIGNS - len(cards) - 1]]
    designs += statements[: _MAX_DESIGNS - len(designs)]
    first = designs[len(cards)]
    video.kinds.append(_kind(first))
    if isinstance(first, Place):
        video.mapped.add(first.place)
    return DesignedSentence(text=sentence.shown.text, designs=tuple(designs))


def _matching(sentence: _Sentence, before: _Sentence | None, video: _Video) -> list[Design]:
    """Returns the designs whose signs a sentence has, best first; a statement suits every sentence."""
    hint, vocabulary = sentence.hint, video.vocabulary
    if not sentence.is_readable:
        return []
    if hint and hint.design == "statement" and hint.emphasis and hint.emphasis in sentence.text:
        return []
    hinted = design_of(hint, sentence.text) if hint else None
    lines = sentence.shown.items
    designs: list[Design | None] = [Enumeration(title=sentence.shown.title, items=lines) if lines else None]
    if vocabulary is not None:
        counted_before = (before.text, before.quantities) if before else None
        designs.append(quotation_of(sentence.text, vocabulary))
        designs.append(comparison_of((sentence.text, sentence.quantities), counted_before, vocabulary))
        designs.append(enumeration_of(sentence.text, vocabulary))
    designs += [_year(sentence, video), _number(sentence), map_of(sentence.places, video.mapped)]
    matching = [design for design in designs if design and not (hinted and design.kind == hinted.kind)]
    if hint:
        matching.sort(key=lambda design: design.kind != hint.design)
    return [hinted, *matching] if hinted else matching


def _year(sentence: _Sentence, video: _Video) -> YearOnLine | None:
    named = next((named for named in sentence.years if not named.is_range), None)
    if named is None or len(video.years) < _MIN_YEARS:
        return None
    start = max(0, bisect(video.years, named.year) - _MAX_YEARS // 2)
    years = tuple(video.years[start : start + _MAX_YEARS])
    return YearOnLine(year=named.year, before=named.before, clause=named.clause, years=years)


def _number(sentence: _Sentence) -> Quantity | None:
    if not sentence.quantities:
        return None
    found = sentence.quantities[0]
    return Quantity(lead=found.lead, number=found.number, unit=found.unit, share=found.share)


def _varied(matching: Sequence[Design], video: _Video) -> list[Design]:
    """Returns the designs that variety allows, the one to show first."""
    allowed = [design for design in matching if video.allows(design.kind)]
    repeated = video.kinds[-1] if video.kinds else ""
    if allowed and allowed[0].kind == repeated and repeated in _GIVE_WAY:
        return sorted(allowed, key=lambda design: design.kind == repeated)
    return allowed


def _statements(sentence: _Sentence, video: _Video, *, is_shown: bool, has_clauses: bool) -> list[Design]:
    """Returns a sentence as statements, the best one first.

    Args:
        sentence: the sentence.
        video: what was shown before.
        is_shown: whether nothing else suits the sentence.
        has_clauses: whether its commas end clauses, not items of a list.
    """
    reading = Reading(sentence.text, sentence.quantities, sentence.scene.keywords, video.vocabulary, video.language)

    def emphasize(span: Span) -> str:
        part = sentence.text[span.start : span.end]
        hinted = sentence.hint.emphasis if sentence.hint else ""
        if hinted and hinted in part and len(hinted.split()) <= MAX_EMPHASIS_WORDS:
            return hinted
        if not sentence.is_readable:
            return ""
        return emphasis_of(reading, span)

    head = main_clause(sentence.text, video.vocabulary) if sentence.is_readable and has_clauses else None
    whole = whole_statement(sentence.text, emphasize)
    if head is None:
        if is_shown and not video.allows(_WHOLE):
            return [statement(sentence.text, tail(sentence.text, video.vocabulary), emphasize), whole]
        return [whole]
    large = statement(sentence.text, head, emphasize)
    return [whole, large] if is_shown and not video.allows(large.kind) else [large, whole]


def _kind(design: Design) -> str:
    return _WHOLE if isinstance(design, Statement) and not design.head else design.kind
