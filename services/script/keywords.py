"""What a scene is about, as words to search footage for. Pure."""

import re
from typing import Final

__all__ = ["footage_query", "telling_words"]

_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_IDEOGRAPHS: Final = re.compile(r"[\u30a1-\u30ff]{2,8}|[\u3400-\u9fff]{2,6}")
"""Runs of one script in unspaced text: often a compound, at worst a piece of one."""

_SHORTEST: Final = 3
"""Letters of a word that can be telling at all."""

_SHORTEST_ELSEWHERE: Final = 5
"""The same in a language whose filler words are not listed here; most of those are shorter."""

_QUERY_WORDS: Final = 4
"""Search services match every word: more of them find less."""

_MOST: Final = 8

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
    without word words work works would year years yes yet you young your yours january february
    march april june july august september october november december monday tuesday wednesday thursday friday saturday
    sunday roughly stayed followed following ordinary passes passed slightly ones
"""
_ENGLISH_FILLERS: Final = frozenset(_ENGLISH.split())


def telling_words(text: str, language: str = "en") -> tuple[str, ...]:
    """The words that say most about a text, best first.

    In English, filler words go, and names and long words lead. Elsewhere length alone decides.
    """
    english = language.split("-", maxsplit=1)[0] == "en"
    found: dict[str, tuple[float, int, str]] = {}
    for position, (word, starts_sentence) in enumerate(_words(text)):
        name = word.casefold()
        if _is_filler(name, english=english):
            continue
        is_name = word[0].isupper() and not starts_sentence
        weight = len(word) + (6 if english and is_name else 0)
        known = found.get(name)
        if known is None:
            found[name] = (weight, -position, word)
        else:
            found[name] = (max(weight, known[0]) + 2, known[1], known[2])  # what comes again matters
    return tuple(word for _, _, word in sorted(found.values(), reverse=True)[:_MOST])


def footage_query(text: str, keywords: tuple[str, ...], topic: str, language: str = "en") -> str:
    """The best keywords in the order in which the text names them; the film's topic helps out where they are few."""
    chosen = sorted(keywords[:_QUERY_WORDS], key=text.find)
    if len(chosen) < 2:
        known = {word.casefold() for word in chosen}
        chosen += [word for word in telling_words(topic, language) if word.casefold() not in known][: _QUERY_WORDS - 1]
    return " ".join(chosen) or topic


def _words(text: str) -> list[tuple[str, bool]]:
    """Each word, and whether it stands where any word has a capital."""
    words: list[tuple[str, bool]] = []
    for match in _WORD.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()].rstrip(" \"'“‘«([¿¡")
        starts_sentence = not before or before[-1] in ".!?:…。！？"
        word = re.sub(r"['’]s$", "", match[0])
        compounds = _IDEOGRAPHS.findall(word)
        words += [(compound, False) for compound in compounds] or [(word, starts_sentence)]
    return words


def _is_filler(name: str, *, english: bool) -> bool:
    if name.isnumeric():
        return True
    if not name.isascii() and _IDEOGRAPHS.fullmatch(name):
        return False
    if english:
        stem, _, ending = name.replace("’", "'").partition("'")
        return len(stem) < _SHORTEST or ending == "t" or stem in _ENGLISH_FILLERS
    return len(name) < _SHORTEST_ELSEWHERE
