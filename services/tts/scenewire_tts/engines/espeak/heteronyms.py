"""Tells how English words that are spelled alike and sound different are read, by the words around them. Pure.

espeak-ng looks at pronouns and auxiliaries before a word ("they record", "to record") and takes most others for nouns. The
table has the readings that it misses. A word in a context that the table does not know is left to espeak-ng.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

__all__ = ["Pronunciation", "find_pronunciations"]


class Pronunciation(NamedTuple):
    """The characters from `start` to `end` (exclusive) of a text, and the phonemes of espeak-ng to read there."""

    start: int
    end: int
    phonemes: str


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


# Marks, which stand in sets of words for what is no particular word.
_START, _END, _PAUSE = "^", "$", ","
_PLURAL, _NAME, _PAST, _GERUND = "+s", "+name", "+ed", "+ing"

_NOTHING: Final[frozenset[str]] = frozenset()
_MAX_DISTANCE: Final = 30
"""Words of a sentence that count, to either side."""

_DETERMINERS: Final = _words(
    "the a an this that these those my your his her its our their every each all both some any no"
)
_PRONOUNS: Final = _words("it them him me us you")
_OBJECTS: Final = _DETERMINERS | _PRONOUNS
_ONE: Final = _words("he she it who nobody somebody someone everyone everybody")
_MANY: Final = _words("+s people men women children police that which who")
_ALL: Final = _ONE | _MANY | _words("i we they you")
_AUXILIARIES: Final = _words(
    "do does did don't doesn't didn't will would can could shall should may might must to let make makes made help helped",
    "hear heard see saw watch watched not never cannot can't won't",
)
_BE: Final = _words("is are was were be been being am isn't aren't wasn't weren't")
_PAST_TIMES: Final = _words("yesterday ago last once earlier")
_COMMANDS: Final = _words("^ , and then please or")
_BETWEEN: Final = _words("in on at there here with alone near among under by next off within without inside outside")
_METALS: Final = _words("copper zinc tin silver iron mercury arsenic cadmium gold nickel steel")
_NEW_PLACES: Final = _words("into in under beneath off deep for down straight")
_WAYS: Final = _words("through up down around along its back across past between round")


@dataclass(frozen=True)
class _Reading:
    """When a word has these phonemes. An empty set allows everything, or for `unless…` forbids nothing."""

    phonemes: str
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    unless_before: frozenset[str] = frozenset()
    unless_after: frozenset[str] = frozenset()
    second_before: frozenset[str] = frozenset()
    unless_second_before: frozenset[str] = frozenset()
    second_after: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    """Anywhere in the sentence."""
    earlier: frozenset[str] = frozenset()
    """Anywhere before it in the sentence."""


def _verb(phonemes: str, *, alone: bool = False) -> tuple[_Reading, ...]:
    """A verb that is stressed like no noun: in commands and after plural nouns, if an object follows, or nothing does."""
    readings = (_Reading(phonemes, before=_COMMANDS | _MANY | _words("not to"), after=_OBJECTS),)
    if not alone:
        return readings
    return (*readings, _Reading(phonemes, before=_words("+s people"), after=_words("$ every when as with against")))


_READINGS: Final[dict[str, tuple[_Reading, ...]]] = {
    "read": (
        _Reading("r'Ed", before=_ONE, unless_second_before=_AUXILIARIES),
        _Reading("r'Ed", before=_words("+name"), after=_OBJECTS | _words("aloud about from out"), unless_second_before=_AUXILIARIES),
        _Reading("r'Ed", before=_ALL, near=_PAST_TIMES, unless_second_before=_AUXILIARIES),
        _Reading("r'Ed", before=_words("and then"), earlier=_words("+ed took sat came went wrote found bought stood got")),
    ),
    "close": (
        _Reading("kl'oUz", after=_words("the your it my his her its our their them all both every down"),
                 unless_before=_BE | _words("a an very so too as")),
        _Reading("kl'oUz", before=_words("+s"), after=_words("early late at for when every soon $")),
        _Reading("kl'oUz", before=_words("a"), second_before=_words("to"), after=_words("$ ,")),
        _Reading("kl'oUz", before=_words("the"), after=_words("of")),
    ),
    "wind": (
        _Reading("w'aInd", before=_COMMANDS | _words("to"), after=_words("the it up your a down back"),
                 unless_before=_words("and")),
        _Reading("w'aInd", before=_words("+s that which"), after=_WAYS),
    ),
    "winds": (
        _Reading("w'aIndz", second_before=_words("the a an this that"), after=_WAYS,
                 unless_before=_words("trade strong high cold warm west east north south")),
        _Reading("w'aIndz", before=_ONE | _words("that which"), after=_WAYS | _words("the")),
    ),
    "wound": (
        _Reading("w'aUnd", before=_ONE - {"it"} | _words("they we i")),
        _Reading("w'aUnd", after=_WAYS, unless_before=_DETERMINERS),
    ),
    "used": (
        _Reading("j'u:st", after=_words("to"), before=_words("get got gets getting become became becoming grew grown")),
        _Reading("j'u:st", after=_words("to"), before=_BE,
                 second_after=_words("it the this that his her your my our their +ing")),
        _Reading("j'u:st", after=_words("to"), before=_ONE | _words("i we they you people there that which what never always")),
        _Reading("j'u:st", after=_words("to"), unless_before=_BE | _words("commonly widely often"),
                 second_after=_words("be have live think say go come know believe work love like want mean stand")),
    ),
    "use": (
        _Reading("j'u:z", after=_OBJECTS, unless_before=_words("in of for")),
        _Reading("j'u:z", before=_MANY, unless_after=_words("of is was has as")),
    ),
    "produce": (
        _Reading("pr'0du:s", unless_after=_OBJECTS,
                 before=_words("fresh local organic farm garden dairy raw seasonal the their its sell sold buy bought of")),
    ),
    "lives": (
        _Reading("l'Ivz", before=_ONE | _words("+name that which"), after=_BETWEEN | _words("on")),
        _Reading("l'Ivz", second_before=_words("the a an every each one this that"), after=_BETWEEN | _words("on"),
                 unless_before=_words("many human own other young daily private")),
    ),
    "lead": (
        _Reading("l'Ed", after=_words(
            "pipe pipes paint paints poisoning acid ore ores mine mines bullet bullets oxide glass roof roofs pencil pencils "
            "crystal weights shot")),
        _Reading("l'Ed", before=_words("of molten"), after=_words("$ , and or in")),
        _Reading("l'Ed", before=_words("and or ,"), near=_METALS, unless_after=_OBJECTS | _words("to")),
        _Reading("l'Ed", after=_words("and or ,"), near=_METALS, unless_before=_words("the a to")),
    ),
    "tear": (
        _Reading("t'e@", after=_words("in"), before=_words("a the small large long")),
        _Reading("t'e@", after=_words("it them the down up apart off away open out through into"),
                 unless_before=_words("a the shed of single each every")),
    ),
    "minute": (
        _Reading("maInj'u:t", unless_before=_words("last every per next"), after=_words(
            "particle particles amount amounts quantity quantities detail details trace traces creature creatures organism "
            "organisms difference differences change changes crystals droplets fragments holes pieces grains insects")),
    ),
    "refuse": (
        _Reading("r'Efju:s", after=_words("collection collector collectors bin bins dump heap tip")),
        _Reading("r'Efju:s", before=_words("household kitchen domestic city the of"), unless_after=_OBJECTS | _words("to")),
    ),
    "bow": (
        _Reading("b'aU", before=_words("a"), second_before=_words("take takes took taking taken")),
        _Reading("b'aU", before=_words("the"), near=_words("ship boat deck stern hull ship's boat's")),
    ),
    "dove": (_Reading("d'oUv", before=_ALL | _words("and then +name"), after=_NEW_PLACES),),
    "content": (
        _Reading("k@nt'Ent", before=_words("felt feel feels seem seems seemed perfectly quite")),
        _Reading("k@nt'Ent", after=_words("with"), unless_before=_words("the its this all web any of")),
    ),
    "bass": (_Reading("b'as", before=_words("striped largemouth smallmouth sea")), _Reading("b'as", after=_words("fishing"))),
    "sow": (_Reading("s'aU", before=_words("a the old"), after=_words("and with is was had has")),),
    "excuse": (_Reading("Ekskj'u:z", after=_words("me us him them my the her his"), unless_before=_DETERMINERS),),
    "polish": (_Reading("p'0lIS", before=_COMMANDS, after=_OBJECTS),),
    "record": _verb("rI#k'o@d"),
    "present": _verb("prIz'Ent"),
    "object": (_Reading("0bdZ'Ekt", before=_words("+s people many few i we they"), after=_words("to that")),),
    "project": _verb("pr@dZ'Ekt"),
    "conduct": (*_verb("k@nd'Vkt"), _Reading("k@nd'Vkt", before=_words("+s"), after=_words("heat electricity $"))),
    "permit": _verb("p3m'It"),
    "protest": _verb("pr@t'Est", alone=True),
    "increase": _verb("INkr'i:s", alone=True),
    "decrease": _verb("dI#kr'i:s", alone=True),
    "export": (*_verb("Eksp'o@t"), _Reading("Eksp'o@t", before=_words("countries factories farmers"))),
    "contrast": _verb("k@ntr'aast", alone=True),
    "subject": _verb("s@bdZ'Ekt"),
    "suspect": _verb("s@sp'Ekt"),
    "contract": _verb("k@ntr'akt", alone=True),
    "convict": _verb("k@nv'Ikt"),
    "conflict": _verb("k@nfl'Ikt", alone=True),
    "rebel": _verb("rI#b'El", alone=True),
    "insult": _verb("Ins'Vlt"),
    "desert": _verb("dI#z'3:t"),
    "separate": _verb("s'Ep3r,eIt"),
    "estimate": (*_verb("'EstI#m,eIt"), _Reading("'EstI#m,eIt", before=_MANY, after=_words("that how"))),
}  # fmt: skip
"""The readings of each word, in espeak-ng's own letters. The first one that fits is taken."""

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SENTENCE_END: Final = re.compile(r"[.!?…\n]")
_PAUSE_MARK: Final = re.compile(r"[,;:—\u2013()]")
_HYPHENS: Final = "-\u2010\u2011"
_NO_PLURALS: Final = _words(
    "this its his has was is as us does perhaps always towards besides across less news gas bus various previous famous",
    "yes thus plus whereas afterwards sometimes unless us's",
)
_NO_NAMES: Final = _DETERMINERS | _PRONOUNS | _ALL | _AUXILIARIES | _BE | _words(
    "and or but if when while then now just please also only often always never first next why how what where to not",
    "today here there so because although though before after",
)  # fmt: skip


def find_pronunciations(text: str) -> list[Pronunciation]:
    """Returns the words of an English text that espeak-ng would read wrongly, in order."""
    found = list(_WORD.finditer(text))
    if not found:
        return []
    words = [match[0] for match in found]
    gaps = ["\n", *(text[first.end() : second.start()] for first, second in pairwise(found)), "\n"]
    borders = [place for place, gap in enumerate(gaps) if _SENTENCE_END.search(gap)]
    pronunciations = []
    for begin, end in pairwise(borders):
        for index in range(begin, end):
            readings = _READINGS.get(words[index].casefold(), ())
            is_compound = gaps[index][-1] in _HYPHENS or gaps[index + 1][0] in _HYPHENS
            context = _Context(words, gaps, index, begin, end)
            fitting = next((reading for reading in readings if not is_compound and context.fits(reading)), None)
            if fitting is not None:
                pronunciations.append(Pronunciation(*found[index].span(), fitting.phonemes))
    return pronunciations


@dataclass(frozen=True)
class _Context:
    """A word in its sentence."""

    words: Sequence[str]
    gaps: Sequence[str]
    """What is before each word, and after the last."""
    index: int
    begin: int
    end: int

    def fits(self, reading: _Reading) -> bool:
        neighbours = (
            (-1, reading.before, reading.unless_before),
            (1, reading.after, reading.unless_after),
            (-2, reading.second_before, reading.unless_second_before),
            (2, reading.second_after, _NOTHING),
        )
        for distance, wanted, unwanted in neighbours:
            if wanted or unwanted:
                given = self._neighbour(distance)
                if (wanted and not wanted & given) or unwanted & given:
                    return False
        return self._has(reading.near, self.end) and self._has(reading.earlier, self.index)

    def _neighbour(self, distance: int) -> frozenset[str]:
        """Returns what is at a distance: the word with its classes, a pause, or the border of the sentence."""
        place = self.index + distance
        if place < self.begin or place >= self.end:
            return frozenset({_START if distance < 0 else _END})
        gaps = self.gaps[place + 1 : self.index + 1] if distance < 0 else self.gaps[self.index + 1 : place + 1]
        if any(_PAUSE_MARK.search(gap) for gap in gaps):
            return frozenset({_PAUSE})
        return _classes_of(self.words[place])

    def _has(self, wanted: frozenset[str], end: int) -> bool:
        """Whether one of the words is in the sentence, before an index."""
        places = range(max(self.begin, self.index - _MAX_DISTANCE), min(end, self.index + _MAX_DISTANCE))
        return not wanted or any(wanted & _classes_of(self.words[place]) for place in places)


@lru_cache(maxsize=4096)
def _classes_of(word: str) -> frozenset[str]:
    lower = word.casefold().replace("\u2019", "'")
    classes = {lower}
    if lower.endswith("s") and len(lower) > 3 and not lower.endswith(("ss", "'s")) and lower not in _NO_PLURALS:
        classes.add(_PLURAL)
    elif word[0].isupper() and not word.isupper() and lower not in _NO_NAMES and not lower.endswith("ly"):
        classes.add(_NAME)
    if lower.endswith("ed") and len(lower) > 4:
        classes.add(_PAST)
    if lower.endswith("ing") and len(lower) > 4:
        classes.add(_GERUND)
    return frozenset(classes)
