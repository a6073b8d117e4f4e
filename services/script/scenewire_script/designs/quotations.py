"""Finds quotations with the name of who said them. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire.messages import Quotation
from scenewire_script.designs.reading.tokens import NAME_PARTICLES, Token, tokens_of
from scenewire_script.designs.reading.vocabulary import Vocabulary

__all__ = ["is_attribution", "quotation_of"]

_MIN_WORDS: Final = 4
_MAX_NAME_WORDS: Final = 5

_LIKE: Final = frozenset({"as", "wie", "comme", "como", "come"})
"""Begin a clause that says whose words stand before it: as Kennedy said."""

_QUOTED: Final = re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«\s?([^«»]+?)\s?»|»([^«»]+)«|\"([^\"]+)\"")
_DASH: Final = re.compile(r"[—–-]{1,2}\s*(?=\w)")
_CLOSED: Final = re.compile(r"[”“»«\"][.!?…,]?\s*$")


def quotation_of(sentence: str, vocabulary: Vocabulary) -> Quotation | None:
    """Returns the quotation of a sentence, if it says whose words they are."""
    matches = list(_QUOTED.finditer(sentence))
    if len(matches) > 1 and "," in "".join(match[0][-2:] for match in matches[:-1]):
        return None  # an interrupted quotation, whose words don't stand together
    end = 0
    for match in matches:
        start, end = end, match.end()
        words = next(filter(None, match.groups()), "").strip().rstrip(",")
        if len(words.split()) < _MIN_WORDS:
            continue
        before = _last_clause(tokens_of(sentence, start, match.start()), vocabulary)
        behind = _first_clause(tokens_of(sentence, end), vocabulary)
        author = _author(sentence, before, vocabulary)
        if not author and not any(_is_saying(word, vocabulary) for word in before):
            author = _author(sentence, behind, vocabulary)
            if not author and _DASH.match(sentence[end:].lstrip()):
                author = _name(sentence, behind, 0)
        if author:
            return Quotation(words=words, author=author)
    return None


def is_attribution(sentence: str, before: str) -> bool:
    """Whether a sentence is only the name behind a dash that says whose words the sentence before it quotes."""
    dash = _DASH.match(sentence)
    if dash is None or not _CLOSED.search(before):
        return False
    words = tokens_of(sentence, dash.end())
    return 0 < len(words) <= _MAX_NAME_WORDS and _name(sentence, words, 0) == sentence[words[0].start : words[-1].end]


def _first_clause(words: Sequence[Token], vocabulary: Vocabulary) -> Sequence[Token]:
    """Returns the words behind a quotation up to a new clause, whose verb does not introduce the quotation."""
    begins = vocabulary.coordinators | vocabulary.list_ends | (vocabulary.subordinates - _LIKE)
    return words[: next((at for at, word in enumerate(words) if word.among(begins)), len(words))]


def _last_clause(words: Sequence[Token], vocabulary: Vocabulary) -> Sequence[Token]:
    """Returns the clause that a quotation belongs to; none if two people may say it."""
    begins = vocabulary.coordinators | vocabulary.list_ends
    for at in range(len(words) - 1, 0, -1):
        if words[at].among(begins):
            return () if words[at - 1].is_capitalized and not words[at - 1].closes else words[at + 1 :]
        if words[at - 1].closes and any(_is_saying(word, vocabulary) for word in words[at:]):
            return words[at:]
    return words


def _is_saying(word: Token, vocabulary: Vocabulary) -> bool:
    return word.folded.rpartition("'")[2] in vocabulary.sayings


def _author(sentence: str, words: Sequence[Token], vocabulary: Vocabulary) -> str:
    """Returns the name beside a verb of saying, or behind *according to*."""
    for at, word in enumerate(words):
        if _is_saying(word, vocabulary):
            name = _name(sentence, words, at + 1) or _name_before(sentence, words, at, vocabulary)
            if name:
                return name
        for source in vocabulary.sources:
            if tuple(each.folded for each in words[at : at + len(source)]) == source:
                name = _name(sentence, words, at + len(source))
                if name:
                    return name
    return ""


def _name(sentence: str, words: Sequence[Token], at: int) -> str:
    """Returns the name that begins at a token: capitalized words, with particles between them."""
    if at >= len(words) or not words[at].is_capitalized or (at and words[at - 1].closes):
        return ""
    last = at
    for index in range(at, min(len(words), at + _MAX_NAME_WORDS)):
        if words[index].is_capitalized:
            last = index
        elif words[index].text not in NAME_PARTICLES:
            break
        if words[index].closes and sentence[words[index].end : words[index].with_marks[1]] != ".":
            break
    return sentence[words[at].start : words[last].end]


def _name_before(sentence: str, words: Sequence[Token], at: int, vocabulary: Vocabulary) -> str:
    """Returns the name that ends before a token."""
    first = at
    while first and at - first < _MAX_NAME_WORDS and not words[first - 1].closes:
        if not words[first - 1].is_capitalized and words[first - 1].text not in NAME_PARTICLES:
            break
        first -= 1
    no_names = vocabulary.pronouns | vocabulary.stops | vocabulary.determiners | vocabulary.units.keys()
    while first < at and (not words[first].is_capitalized or words[first].among(no_names)):
        first += 1
    return sentence[words[first].start : words[at - 1].end] if first < at else ""
