"""Finds numbers with their units. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Final, NamedTuple

from scenewire_script.designs.reading.clauses import AND_A_HALF, clauses_of
from scenewire_script.designs.reading.numerals import DIGITS, Numeral, numeral_at
from scenewire_script.designs.reading.tokens import Token, columns, tokens_of
from scenewire_script.designs.reading.uncounted import begins_with_whole, counts_nothing
from scenewire_script.designs.reading.units import CURRENCIES, GLUED_UNITS, UNIT_SIGNS
from scenewire_script.designs.reading.vocabulary import Unit, Vocabulary

__all__ = ["Found", "quantities_of"]

_MAX_LEAD_COLUMNS: Final = 28
_MAX_UNIT_WORDS: Final = 3
_MAX_NUMBER_CHARS: Final = 40

_MATTER: Final = frozenset({"mass", "volume"})
"""Dimensions of what is portioned."""

_YEAR: Final = re.compile(r"1[0-9]{3}|20[0-9]{2}")

_GLUED: Final = re.compile(
    rf"(?<![0-9.,:/第])([0-9]{{1,12}}(?:[.,][0-9]{{1,9}})*)({'|'.join(sorted(GLUED_UNITS, key=len, reverse=True))})"
)

_ADJECTIVE_ENDINGS: Final = ("al", "an", "ern", "ese", "ic", "ish")
"""Of English adjectives that stand between "of" and a noun."""


@dataclass(frozen=True)
class Found:
    """A number of a sentence, with its unit."""

    start: int
    end: int
    """Where the unit of its value ends."""
    number: str
    unit: str
    """The words behind it that are shown."""
    lead: str
    """The words before it in its clause."""
    share: float | None
    """The part of a whole that it states."""
    dimension: str
    """What it can be compared with; empty if it can be compared with nothing."""
    value: float
    """In the base unit of its dimension."""


class _Measure(NamedTuple):
    """What stands behind a number."""

    end: int
    """Where the unit of its value ends."""
    shown_end: int
    """Where the words that are shown end."""
    dimension: str = ""
    value: float = 0.0


def quantities_of(sentence: str, vocabulary: Vocabulary | None) -> list[Found]:
    """Returns the numbers of a sentence that count something, in order.

    Years, dates, clock times, ordinals, sums and parts of names are none. Without a table, only digits count.
    """
    if vocabulary and begins_with_whole(tokens_of(sentence), vocabulary):
        return []
    found: list[Found] = [] if vocabulary else list(_glued(sentence))
    for clause in clauses_of(sentence, vocabulary):
        words = tokens_of(sentence, *clause)
        at = 0
        while at < len(words):
            numeral = numeral_at(words, at, vocabulary)
            quantity = _quantity(sentence, words, numeral, vocabulary) if numeral else None
            found += [quantity] if quantity else []
            at = numeral.last + 1 if numeral else at + 1
    summed = [index for index, pair in enumerate(pairwise(found)) if _is_sum(sentence, *pair)]
    return [quantity for index, quantity in enumerate(found) if index not in summed and index - 1 not in summed]


def _glued(sentence: str) -> Iterator[Found]:
    """Yields the numbers of a script without spaces, whose units are known."""
    for match in _GLUED.finditer(sentence):
        clause = next(span for span in clauses_of(sentence, None) if span.start <= match.start() < span.end)
        lead = sentence[clause.start : match.start()].strip()
        yield Found(
            start=match.start(),
            end=match.end(),
            number=match[1],
            unit=match[2],
            lead=lead if columns(lead) <= _MAX_LEAD_COLUMNS else "",
            share=None,
            dimension="",
            value=0.0,
        )


def _quantity(sentence: str, words: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary | None) -> Found | None:
    if numeral.end - numeral.start > _MAX_NUMBER_CHARS or counts_nothing(words, numeral, vocabulary):
        return None
    behind = () if words[numeral.last].closes else words[numeral.last + 1 :]
    behind = _until_mark(behind)
    if tuple(word.folded for word in behind[: len(AND_A_HALF)]) == AND_A_HALF:
        return None  # neither part alone is the number
    measure = _measure(words[numeral.last], behind, numeral, vocabulary)
    number_end = _number_end(numeral, behind, vocabulary)
    number = sentence[numeral.start : number_end]
    if measure and vocabulary and measure.shown_end > measure.end and _is_object(words[: numeral.first], vocabulary):
        measure = measure._replace(shown_end=_object_end(behind, measure, vocabulary))
    if measure is None or (_YEAR.fullmatch(number) and _may_be_year(words, numeral, measure, vocabulary)):
        return None
    is_part = (
        measure.dimension == "percent" and vocabulary and any(word.among(vocabulary.part_of) for word in behind[:3])
    )
    share = numeral.part or (measure.value / 100 if is_part else None)
    return Found(
        start=numeral.start,
        end=measure.end,
        number=number,
        unit=sentence[number_end : measure.shown_end].strip(),
        lead=_lead(sentence, words[: numeral.first], numeral.start, vocabulary),
        share=share if share and 0 < share <= 1 else None,
        dimension=measure.dimension,
        value=measure.value,
    )


def _number_end(numeral: Numeral, behind: Sequence[Token], vocabulary: Vocabulary | None) -> int:
    """Returns where a number ends: in words, what multiplies it is a part of it: three hundred, deux mille."""
    if vocabulary is None or not numeral.is_word:
        return numeral.end
    scales = list(takewhile(lambda word: word.folded in vocabulary.scales, behind))
    return scales[-1].end if scales else numeral.end


def _may_be_year(words: Sequence[Token], numeral: Numeral, measure: _Measure, vocabulary: Vocabulary | None) -> bool:
    """Whether four digits are rather a year than a number: in 2000 people feared for their computers."""
    before = words[numeral.first - 1] if numeral.first else None
    openers = vocabulary.year_openers | vocabulary.plain_openers if vocabulary else frozenset()
    follows_opener = before is not None and before.among(openers)
    return not measure.dimension or (measure.dimension == "people" and follows_opener)


def _is_sum(sentence: str, first: Found, second: Found) -> bool:
    """Whether two quantities are one: two hours and ten minutes."""
    is_same = bool(first.dimension) and first.dimension == second.dimension
    return is_same and len(tokens_of(sentence, first.end, second.start)) <= 1


def _until_mark(words: Sequence[Token]) -> Sequence[Token]:
    """Returns the words up to the first mark."""
    for at, word in enumerate(words):
        if word.opens:
            return words[:at]
        if word.closes:
            return words[: at + 1]
    return words


def _measure(word: Token, behind: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary | None) -> _Measure | None:
    """Returns what a number counts, or None if it counts nothing that is named."""
    if numeral.part is not None and vocabulary:
        return _measure_of_part(behind, numeral, vocabulary)
    taken, scale = _scale(behind, vocabulary) if vocabulary else (0, 1.0)
    value = numeral.value * scale
    if numeral.sign:
        return _measure_by_sign(word, behind, taken, numeral._replace(value=value), vocabulary)
    if taken >= len(behind) or (numeral.is_word and numeral.value == 1 and not taken):
        return None  # "this one channel", "one day"
    unit = behind[taken]
    if vocabulary and tuple(each.folded for each in behind[taken : taken + 2]) == vocabulary.percent:
        end = behind[taken + 1].end
        return _Measure(end, _whole_end(behind[taken + 2 :], vocabulary) or end, "percent", value)
    known = (vocabulary.units.get(unit.folded) if vocabulary else None) or UNIT_SIGNS.get(unit.text)
    if known:
        return _measure_by_unit(behind, taken, (known[0], known[1] * value), vocabulary)
    noun = _noun(behind, taken, vocabulary)
    if noun is None:
        return None
    following = behind[behind.index(noun) + 1 :][:2] if vocabulary else ()
    if vocabulary and following and following[0].among(vocabulary.measures):
        return _Measure(noun.end, following[0].end)  # "degrees Celsius"
    if (
        vocabulary
        and len(following) > 1
        and following[0].among(vocabulary.rates)
        and _is_time(following[1], vocabulary)
    ):
        return _Measure(noun.end, following[1].end)  # "eggs a day"
    rest = behind[behind.index(noun) + 1 :]
    matter_end = _matter_end(rest, vocabulary, is_portion=noun.among(vocabulary.portions)) if vocabulary else None
    return _Measure(noun.end, matter_end or noun.end)


def _scale(behind: Sequence[Token], vocabulary: Vocabulary) -> tuple[int, float]:
    """Returns how many words behind a number multiply it, and by how much: million, millions de."""
    taken, scale = 0, 1.0
    while taken < len(behind) and behind[taken].folded in vocabulary.scales:
        scale *= vocabulary.scales[behind[taken].folded]
        taken += 1
    if (
        taken
        and taken + 1 < len(behind)
        and behind[taken].among(vocabulary.part_of)
        and "'" not in behind[taken].folded
    ):
        taken += 1
    return taken, scale


def _measure_by_sign(
    word: Token, behind: Sequence[Token], taken: int, numeral: Numeral, vocabulary: Vocabulary | None
) -> _Measure | None:
    """Measures by the sign at a number: $5 million, 90%, 5km."""
    if vocabulary and numeral.sign in vocabulary.clock_after:
        return None
    dimension, factor = UNIT_SIGNS.get(numeral.sign, ("", 0.0))
    end = behind[taken - 1].end if taken else word.end
    shown_end = None
    if vocabulary and (dimension == "percent" or numeral.sign in CURRENCIES):
        shown_end = _whole_end(behind[taken:], vocabulary)
    elif vocabulary and dimension in _MATTER:
        shown_end = _matter_end(behind[taken:], vocabulary, is_portion=True)
    if vocabulary and behind and not taken and behind[0].among(vocabulary.measures):
        shown_end = behind[0].end
    return _Measure(end, shown_end or end, dimension, numeral.value * factor)


def _measure_by_unit(behind: Sequence[Token], taken: int, known: Unit, vocabulary: Vocabulary | None) -> _Measure:
    """Measures by a unit of the table, with the words that belong to it: kilometres long, kilometres per hour."""
    dimension, value = known
    end = behind[taken].end
    following = behind[taken + 1 : taken + 4]
    if vocabulary is None or not following:
        return _Measure(end, end, dimension, value)
    first, second = following[0], following[1] if len(following) > 1 else None
    if second and first.among(vocabulary.rates) and _is_time(second, vocabulary):
        return _Measure(end, second.end)
    if first.among(vocabulary.powers):
        return _Measure(first.end, first.end)
    if first.among(vocabulary.measures):
        return _Measure(end, first.end if taken + 1 < _MAX_UNIT_WORDS else end, dimension, value)
    if second and first.among(vocabulary.part_of) and second.among(vocabulary.measures):
        return _Measure(end, second.end if taken + 2 < _MAX_UNIT_WORDS else end, dimension, value)
    if dimension == "percent":
        return _Measure(end, _whole_end(following, vocabulary) or end, dimension, value)
    if first.among(vocabulary.rates) and _is_time(first, vocabulary):
        return _Measure(end, first.end)  # "kilomètres à l'heure"
    if first.among(vocabulary.points):
        return _Measure(end, end if first.among(vocabulary.prepositions) else first.end)  # "years ago"
    matter_end = _matter_end(following, vocabulary, is_portion=dimension in _MATTER)
    return _Measure(end, matter_end or end, dimension, value)


def _is_time(word: Token, vocabulary: Vocabulary) -> bool:
    return vocabulary.units.get(word.folded.rpartition("'")[2], ("", 0.0))[0] == "time"


def _measure_of_part(behind: Sequence[Token], numeral: Numeral, vocabulary: Vocabulary) -> _Measure:
    """Half a day is a time; a tenth of the trade is a percentage."""
    words = [word for word in behind[:2] if not word.among(vocabulary.determiners)]
    unit = vocabulary.units.get(words[0].folded) if words else None
    if unit and not behind[0].among(vocabulary.part_of):
        rest = behind[behind.index(words[0]) + 1 :]
        shown_end = _matter_end(rest, vocabulary, is_portion=unit[0] in _MATTER) if unit[0] in _MATTER else None
        return _Measure(words[0].end, shown_end or words[0].end, unit[0], numeral.value * unit[1])
    return _Measure(numeral.end, _whole_end(behind, vocabulary) or numeral.end, "percent", numeral.value * 100)


def _whole_end(behind: Sequence[Token], vocabulary: Vocabulary) -> int | None:
    """Returns where "of the world's trade" ends, or None if no whole follows."""
    if not behind or not behind[0].among(vocabulary.part_of):
        return None
    small = vocabulary.stops | vocabulary.prepositions | vocabulary.determiners
    nouns = 0
    for at, word in enumerate(behind):
        is_elided = "'" in word.folded and word.among(vocabulary.part_of | vocabulary.determiners)
        if not nouns and not is_elided and word.among(vocabulary.determiners | vocabulary.part_of):
            continue
        if DIGITS.fullmatch(word.text) or word.folded in vocabulary.numbers:
            return None
        if word.folded.rpartition("'")[2] in small or (not is_elided and word.among(small)):
            return None
        nouns += 1
        is_owner = word.folded.endswith(("'s", "s'"))
        if nouns == _MAX_UNIT_WORDS - 1 or not (is_owner or _may_be_adjective(word, behind[at + 1 :], vocabulary)):
            return None if is_owner else word.end
    return None


def _matter_end(following: Sequence[Token], vocabulary: Vocabulary, *, is_portion: bool) -> int | None:
    """Returns where the words end that say of what there is so much: bottles of water, g flour, Tassen Mehl.

    Args:
        following: the words behind the unit.
        vocabulary: their language's table.
        is_portion: whether the unit measures matter, so that its name may stand right behind it.
    """
    if not following or following[0].among(vocabulary.part_of):
        return _whole_end(following, vocabulary)
    return following[0].end if is_portion and _may_be_noun(following[0], vocabulary) else None


def _is_object(before: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether a verb probably stands before a number, so that none follows: add two spoons of olive oil."""
    small = vocabulary.determiners | vocabulary.approximators | vocabulary.prepositions | vocabulary.coordinators
    return vocabulary.noun == "plural" and any(not word.among(small) for word in before)


def _object_end(behind: Sequence[Token], measure: _Measure, vocabulary: Vocabulary) -> int:
    """Returns where the noun ends that the shown words may break off."""
    before = next((word for word in behind if word.end == measure.shown_end), None)
    following = next((word for word in behind if word.start >= measure.shown_end), None)
    if measure.dimension == "percent" or before is None or before.closes or before.among(vocabulary.measures):
        return measure.shown_end
    return following.end if following and _may_be_noun(following, vocabulary) else measure.shown_end


def _may_be_noun(word: Token, vocabulary: Vocabulary) -> bool:
    small = vocabulary.stops | vocabulary.prepositions | vocabulary.determiners | vocabulary.approximators
    small |= vocabulary.joins | vocabulary.subordinates | vocabulary.list_ends
    is_noun = not word.among(small) and word.text.isalpha() and not word.folded.endswith("ly")
    return is_noun and (word.is_capitalized or vocabulary.noun != "capitalized")


def _may_be_adjective(word: Token, following: Sequence[Token], vocabulary: Vocabulary) -> bool:
    """Whether a word before a noun is known not to be the noun itself."""
    if not following or following[0].among(vocabulary.stops | vocabulary.prepositions):
        return False
    if vocabulary.noun == "capitalized":
        return not word.is_capitalized
    return vocabulary.noun == "plural" and word.folded.endswith(_ADJECTIVE_ENDINGS)


def _noun(behind: Sequence[Token], taken: int, vocabulary: Vocabulary | None) -> Token | None:
    """Returns the noun that is counted; in English the first plural, because adjectives stand before it."""
    first = behind[taken]
    if not any(map(str.isalpha, first.text)) or DIGITS.fullmatch(first.text):
        return None
    if vocabulary is None:
        return first
    small = vocabulary.stops | vocabulary.prepositions | vocabulary.determiners | vocabulary.months
    words = list(behind[taken : max(taken + 1, _MAX_UNIT_WORDS)])
    end = next((index for index, word in enumerate(words) if word.among(small)), len(words))
    match vocabulary.noun:
        case "plural":
            return next((word for word in words[:end] if _is_plural(word, vocabulary)), None)
        case "capitalized":
            return next((word for word in words[:end] if word.is_capitalized), None)
        case "next":
            return words[0] if end else None


def _is_plural(word: Token, vocabulary: Vocabulary) -> bool:
    folded = word.folded
    return folded in vocabulary.plurals or (folded.endswith("s") and not folded.endswith(("ss", "'s")))


def _lead(sentence: str, words: Sequence[Token], end: int, vocabulary: Vocabulary | None) -> str:
    """Returns the words before a number; only those that qualify it, if all are too many."""
    if vocabulary and len(words) > 1 and words[0].among(vocabulary.coordinators):
        words = words[1:]
    whole = sentence[words[0].with_marks[0] : end].strip() if words else ""
    if vocabulary is None or columns(whole) <= _MAX_LEAD_COLUMNS:
        return whole if columns(whole) <= _MAX_LEAD_COLUMNS else ""
    qualifying = list(takewhile(lambda word: word.among(vocabulary.approximators), reversed(words)))
    kept = sentence[qualifying[-1].start : end].strip() if qualifying else ""
    return kept if columns(kept) <= _MAX_LEAD_COLUMNS else ""
