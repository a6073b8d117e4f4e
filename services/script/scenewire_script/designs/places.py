"""Finds the places of the gazetteer that a sentence names. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from scenewire.messages import NamedPlace, Place
from scenewire.places.gazetteer import LANGUAGES, names_of
from scenewire.text.languages import primary_language
from scenewire_script.designs.reading.tokens import Token, tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary, word_set

__all__ = ["find_places", "map_of"]

_MAX_OTHERS: Final = 5
_RANKS: Final = {"country": 0, "capital": 0, "sea": 1, "continent": 2}
"""The smaller a place, the better its map shows where something happens."""

_PEOPLE: Final = "georgetown kingston lima nassau santiago victoria washington wellington "
_AMBIGUOUS: Final[Mapping[str, frozenset[str]]] = {
    "en": word_set(_PEOPLE + "chad dominica georgia guinea jordan sofia turkey"),
    "de": word_set(_PEOPLE + "luxemburg sofia"),
    "fr": word_set(_PEOPLE + "manche salvador sofia"),
    "es": word_set(_PEOPLE + "asunción chad georgia sofía"),
    "it": word_set(_PEOPLE + "colombo georgia mali riga sofia"),
    "pt": word_set(_PEOPLE + "assunção catar colombo gana geórgia peru praia sófia"),
}
"""Names that people or things have, too. They count behind a preposition, or in a list with another place."""

_ADJECTIVES: Final = word_set("adriatic aegean atlantic baltic caribbean mediterranean pacific uae uk u.s. us usa")
"""Places in English if an article stands before them and no noun behind them."""

_FOLLOWERS: Final = word_set(
    "almond almonds balsam bean beans cabinet cup cups fowl hat hats hen hens ink nut nuts papers pepper pig pigs plate plates "
    "roast sandwich sandwiches shop worm worms"
)
"""A name of a place in front of them is that of a thing: Guinea pigs, Brazil nuts."""

_GEORGIA: Final = "country.ge"
"""In English also one of the United States."""

_PARENTS: Final = word_set("of von de di du d' da do")
"""Prepositions within names of people: the Duke of Wellington."""


_NO_PLACE: Final = word_set(
    "about against by for like with without per gegen mit ohne wegen trotz je pro contre avec sans malgré contra con sin com sem "
    "contro senza"
)
"""Prepositions that stand before people as often."""


_STATES: Final = re.compile(
    r"Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Idaho|Illinois|Indiana|Iowa|Kansas|"
    r"Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    r"New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Ontario|Oregon|Pennsylvania|"
    r"Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|West Virginia|Wisconsin|Wyoming"
)
"""States and a province with places that are called after others: Paris, Texas."""


@dataclass(frozen=True)
class _Mention:
    """A name of the gazetteer in a sentence."""

    named: NamedPlace
    start: int
    end: int
    is_certain: bool
    """Whether nothing else can be meant."""


def find_places(sentence: str, language: str, vocabulary: Vocabulary) -> list[NamedPlace]:
    """Returns the places that a sentence names, each once, in order.

    A name counts as a whole word with its capitals, unless it is a part of another name, such as Michael Jordan.

    Args:
        sentence: on one line.
        language: its tag; the gazetteer knows six.
        vocabulary: the language's table of words.
    """
    primary = primary_language(language)
    if primary not in LANGUAGES:
        return []
    text, names = sentence.replace("'", "’"), names_of(primary)
    words = tokens_of(sentence)
    mentions: list[_Mention] = []
    for match in _pattern(primary).finditer(text):
        name = sentence[match.start() : match.end()]
        place = names[match[0]]
        context = _Context(sentence, words, match.start(), match.end(), vocabulary)
        if context.is_part_of_a_name(german=primary == "de"):
            continue
        if primary == "en" and name.casefold() in _ADJECTIVES and not context.is_noun():
            continue
        if _is_namesake(sentence, match.end(), place):
            continue
        is_certain = name.casefold() not in _AMBIGUOUS[primary] or context.follows_place_word()
        mentions.append(_Mention(NamedPlace(name=name, place=place), *match.span(), is_certain))
    found: dict[str, NamedPlace] = {}
    for mention in _believed(mentions, sentence, vocabulary):
        found.setdefault(mention.named.place, mention.named)
    return list(found.values())


def map_of(places: Sequence[NamedPlace], shown: Collection[str]) -> Place | None:
    """Returns the map of a sentence's places, or None if each of them had one before.

    Args:
        places: of the sentence, in order.
        shown: ids of places that a map pointed at before.
    """
    fresh = [named for named in places if named.place not in shown]
    if not fresh:
        return None
    main = min(fresh, key=lambda named: _RANKS[named.place.partition(".")[0]])
    others = tuple(named for named in places if named is not main)[:_MAX_OTHERS]
    return Place(name=main.name, place=main.place, others=others)


def _is_namesake(sentence: str, end: int, place: str) -> bool:
    """Whether a state says that a name is that of another place: Athens, Georgia."""
    if place == _GEORGIA and _STATES.search(sentence):
        return True
    comma, behind = sentence[end : end + 2], sentence[end + 2 :]
    is_city_of = place.startswith("capital.") and behind.startswith(("Georgia", "Washington"))
    return comma == ", " and (is_city_of or _STATES.match(behind) is not None)


def _believed(mentions: Sequence[_Mention], sentence: str, vocabulary: Vocabulary) -> list[_Mention]:
    """Drops names that may be other things, unless they are in a list with a place: Turkey and Greece."""
    certain = [mention.is_certain for mention in mentions]
    for first, following in (*_neighbours(len(mentions)), *reversed(_neighbours(len(mentions)))):
        between = sentence[mentions[first].end : mentions[following].start].strip(" ,").casefold()
        if not between or between in vocabulary.list_ends:
            certain[first] = certain[following] = certain[first] or certain[following]
    return [mention for mention, is_certain in zip(mentions, certain, strict=True) if is_certain]


def _neighbours(count: int) -> list[tuple[int, int]]:
    return list(pairwise(range(count)))


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Longer names first: South Sudan is not Sudan."""
    names = sorted(names_of(language), key=len, reverse=True)
    return re.compile(rf"(?<![\w–-])(?:{'|'.join(map(re.escape, names))})(?![\w–-])")


@dataclass(frozen=True)
class _Context:
    """What stands around a name."""

    sentence: str
    words: Sequence[Token]
    start: int
    end: int
    vocabulary: Vocabulary

    def is_part_of_a_name(self, *, german: bool) -> bool:
        """Whether a capitalised neighbour makes it a part of another name, or a small one that of a thing."""
        behind = self._behind()
        if behind is not None:
            if behind.folded in _FOLLOWERS:
                return True
            # German writes all nouns with a capital: behind a preposition the name is a place all the same.
            is_free = (german and self.follows_place_word()) or behind.text == "I"
            if behind.is_capitalized and not is_free:
                return True
        before = self._before()
        if not before:
            return False
        last = before[-1]
        if last.closes:  # the initial of a first name: J. London
            return len(last.text) == 1 and last.text.isupper() and self.sentence[last.end : last.end + 1] == "."
        if not last.text[:1].isupper():
            return False
        is_first = len(before) == 1 or self._ends_sentence(before[-2])
        return not (is_first and self._is_small(last))

    def follows_place_word(self) -> bool:
        """Whether a preposition stands before it, with an article or without, and it is nobody's name."""
        before = self._before()
        if self._is_possessive() or not before or before[-1].closes:
            return self._elided_preposition()
        if before[-1].among(self.vocabulary.determiners) and len(before) > 1 and not before[-2].closes:
            before = before[:-1]
        if not self._is_place_word(before[-1]):
            return self._elided_preposition()
        is_title = before[-1].among(_PARENTS) and len(before) > 1 and before[-2].text[:1].isupper()
        return not (is_title and not self._is_small(before[-2]))

    def is_noun(self) -> bool:
        """Whether an article stands before it and no noun behind it."""
        before, behind = self._before(), self._behind()
        if not before or not before[-1].among(self.vocabulary.definites):
            return False
        return behind is None or self._is_small(behind) or behind.folded in self.vocabulary.coordinators

    def _before(self) -> list[Token]:
        return [word for word in self.words if word.end <= self.start]

    def _behind(self) -> Token | None:
        """The word behind it, unless a mark parts them or it is possessive."""
        if self.sentence[self.end : self.end + 1] != " ":
            return None
        word = next((word for word in self.words if word.start >= self.end), None)
        return None if word is None or word.opens else word

    def _is_possessive(self) -> bool:
        return self.sentence[self.end : self.end + 2] in {"’s", "'s"}

    def _elided_preposition(self) -> bool:
        """Whether it follows such as d' or dell'."""
        word = next((word for word in self.words if word.start < self.start < word.end), None)
        head = self.sentence[word.start : self.start].casefold().replace("’", "'") if word else ""
        return head in self.vocabulary.prepositions

    def _is_place_word(self, word: Token) -> bool:
        return word.among(self.vocabulary.prepositions) and not word.among(_NO_PLACE)

    def _is_small(self, word: Token) -> bool:
        table = self.vocabulary
        return word.among(
            table.prepositions | table.determiners | table.joins | table.subordinates | table.stops | table.coordinators
        )

    def _ends_sentence(self, word: Token) -> bool:
        return any(mark in self.sentence[word.end : word.with_marks[1]] for mark in ".:!?")
