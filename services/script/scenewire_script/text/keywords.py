"""Extracts search words for footage from the text of a scene. Pure."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from scenewire.text.languages import primary_language
from scenewire.text.vocabulary import divide_into_words, has_stop_words, is_stop_word, is_unspaced
from scenewire.text.words import WORD

__all__ = ["footage_query", "is_filler", "keywords_of", "names_of"]

_HIRAGANA_ONLY: Final = re.compile(r"[\u3040-\u309f]+")
"""Particles, endings and verbs: what can be seen is written with other letters."""

_POSSESSIVE: Final = re.compile(r"['’]s$")

_MIN_KEYWORD_CHARS: Final = 3

_MIN_KEYWORD_CHARS_OTHER: Final = 5
"""For languages without a list of stop words; most of those are shorter."""

_NAME_WEIGHT: Final = 6
_CAPITAL_WEIGHT: Final = 3
"""For words with a capital inside a sentence: names, and in German nouns."""

_MAX_QUERY_WORDS: Final = 4
"""Search services match every word: longer queries find less."""

_MAX_KEYWORDS: Final = 8

_MONTHS: Final = "january february march april may june july august september october november december"
_DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday"
_CALENDAR: Final = frozenset(f"{_MONTHS} {_DAYS}".split())
"""Capitalized words that cannot be seen."""

_ENGLISH: Final = """
    a about above across actually after again against ago all almost along already also although always am among an
    and another any anyone anything are around as ask at away back be became because become becomes been before began
    begin begins behind being below best better between big both bring brought but by call called calls came can cannot
    carried carry certain come comes could day days did different do does doing done down during each early easily eight
    either else end enough even ever every everyone everything example exactly fact far few find first five follow for
    form found four from full further gave get gets give given gives go goes going gone good got great had half happen
    happens has have having he hence her here herself him himself his hour hours how however hundred i if important in
    indeed instead into is it its itself just keep kept kind knew know known knows large last late later least led left
    less let like likely little long look looks lot made main mainly make makes making many matter may maybe me mean means
    might million mine minute minutes more moreover most mostly much must my name named near nearly need needed needs
    neither never new next nine no nobody nor not nothing now number of off often old on once one only onto or other
    others our ours out over own part parts people perhaps place point possible put quite rather reach reached really
    result right said same saw say says second see seem seems seen set seven several shall she should show shown shows
    side simple simply since six small so some someone something sometimes soon start started still stop such take taken
    takes tell ten than that the their theirs them themselves then there therefore these they thing things think third
    this those though thought thousand three through thus time times to today together told too took toward towards tried
    true try turn turned twice two type under until up upon us use used uses using usually various very want wanted was
    way ways we well went were what whatever when where whether which while who whole whom whose why will with within
    without word words work works would year years yes yet you young your yours finally
    welcome hello thanks thank please eventually meanwhile nearby originally roughly stayed followed following ordinary passes passed slightly ones
"""
_ENGLISH_FILLERS: Final = frozenset(_ENGLISH.split()) | _CALENDAR

_NAME_PARTICLES: Final = "al bin da de del den der di du la of van von"
_WITHIN_NAMES: Final = frozenset(_NAME_PARTICLES.split())
"""Lowercase words that may occur within a name."""

_MAX_NAME_WORDS: Final = 4
"""A longer run of capitalized words is a headline."""


def keywords_of(text: str, language: str = "en") -> tuple[str, ...]:
    """Returns the most descriptive words of a text, best first.

    Stop words are dropped; names and long words rank first. In English, names of several words stay together.
    """
    english = primary_language(language) == "en"
    found: dict[str, tuple[float, int, str]] = {}
    for position, (term, bonus) in enumerate(_english_terms(text) if english else _terms(text, language)):
        # Ideographs say more than letters.
        weight = sum(2 if is_unspaced(character) else 1 for character in term) + bonus
        known = found.get(term.casefold())
        if known is None:
            found[term.casefold()] = (weight, -position, term)
        else:
            found[term.casefold()] = (max(weight, known[0]) + 2, known[1], known[2])  # repeated words matter
    return tuple(term for _, _, term in sorted(found.values(), reverse=True)[:_MAX_KEYWORDS])


def names_of(text: str, language: str = "en") -> list[str]:
    """Returns every name of a text, each as often as it occurs, in languages that write only names in capitals."""
    if primary_language(language) == "de" or not any(map(str.islower, text)):
        return []
    return [term for term, bonus in _english_terms(text) if bonus]


def footage_query(text: str, keywords: tuple[str, ...], topic: str, language: str = "en") -> str:
    """Returns the best keywords in the order of the text; adds words of the topic if there are too few."""
    selected = _best(keywords)
    if _count(selected) < 2:
        known = {word.casefold() for word in selected}
        extra = tuple(word for word in keywords_of(topic, language) if word.casefold() not in known)
        return " ".join(selected + _best(extra)) or topic
    return " ".join(sorted(selected, key=text.find))


def _best(keywords: tuple[str, ...]) -> list[str]:
    """Returns as many keywords as fit in a query, at least one."""
    selected: list[str] = []
    for keyword in keywords:
        if not selected or _count([*selected, keyword]) <= _MAX_QUERY_WORDS:
            selected.append(keyword)
    return selected


def _count(keywords: list[str]) -> int:
    return sum(len(keyword.split()) for keyword in keywords)


def _terms(text: str, language: str) -> Iterator[tuple[str, int]]:
    """Yields the words that say what a text is about, each with its bonus."""
    shortest = _MIN_KEYWORD_CHARS if has_stop_words(language) else _MIN_KEYWORD_CHARS_OTHER
    for word in divide_into_words(text, language):
        if is_unspaced(word.text):
            is_telling = not _HIRAGANA_ONLY.fullmatch(word.text)
        else:
            is_telling = len(word.text) >= shortest and not word.text.isnumeric()
        if is_telling and not is_stop_word(word.text, language):
            capital = word.text[0].isupper() and not _starts_sentence(text, word.start)
            yield word.text, _CAPITAL_WEIGHT if capital else 0


def _english_terms(text: str) -> Iterator[tuple[str, int]]:
    """Yields names and non-filler words, each with its bonus: more than 0 for names."""
    text = text.lower() if text.isupper() else text
    words = list(WORD.finditer(text))
    index = 0
    while index < len(words):
        starts_sentence = _starts_sentence(text, words[index].start())
        if starts_sentence and is_filler(words[index][0]):
            index += 1
            continue
        length = _name_length(text, words[index : index + _MAX_NAME_WORDS])
        last = words[index + max(length, 1) - 1]
        term = _POSSESSIVE.sub("", text[words[index].start() : last.end()])
        if is_unspaced(term):
            yield from _terms(term, "en")
        elif length > 1 or not is_filler(term):
            is_name = length > 1 or (length == 1 and not starts_sentence)
            yield term, _NAME_WEIGHT if is_name else 0
        index += max(length, 1)


def _name_length(text: str, words: list[re.Match[str]]) -> int:
    """Returns how many of the words form one name: adjacent capitalized words, with particles in between."""
    length = 0
    for number, (word, following) in enumerate(zip_longest(words, words[1:]), start=1):
        if word[0][0].isupper() and word[0].casefold() not in _CALENDAR:
            length = number
        elif not (length and word[0] in _WITHIN_NAMES and following and following[0][0].isupper()):
            break
        if following is None or text[word.end() : following.start()] != " " or _POSSESSIVE.search(word[0]):
            break
    return length


def _starts_sentence(text: str, start: int) -> bool:
    """Whether the word at a position starts a sentence, where any word is capitalized."""
    before = text[max(0, start - 8) : start].rstrip(" \"'“‘«([¿¡")
    return not before or before[-1] in ".!?:…。！？"


def is_filler(word: str) -> bool:
    """Returns whether an English word cannot be seen: a filler word, a number, a day or a month."""
    stem, _, ending = word.casefold().replace("’", "'").partition("'")
    return (
        stem.replace("-", "").isnumeric() or len(stem) < _MIN_KEYWORD_CHARS or ending == "t" or stem in _ENGLISH_FILLERS
    )
