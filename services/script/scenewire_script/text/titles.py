"""Derives a title for a script that marks none: the shortest phrase that tells what it is about. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from scenewire.text.languages import primary_language
from scenewire.text.sentences import split_sentences
from scenewire.text.words import WORD
from scenewire_script.text.keywords import is_filler, keywords_of, names_of

__all__ = ["derive_title"]

_MAX_CHARS: Final = 60
_CLAUSE: Final = re.compile(r"[,;:–—.!?…،۔؟।](?:\s+|$)|[。！？；，、]\s*|\s[–—-]\s")

_DETERMINERS: Final = frozenset("the this these those your our my his her their its a an".split())  # noqa: SIM905
_AUXILIARIES: Final = frozenset("is are was were has have had will can could does did of".split())  # noqa: SIM905
_NUMBERS: Final = frozenset("top two three four five six seven eight nine ten eleven twelve".split())  # noqa: SIM905
_ORDINALS: Final = frozenset("first second third last next new old".split())  # noqa: SIM905


def derive_title(texts: Sequence[str], language: str = "en") -> str:
    """Returns a title for the narration of a video.

    A first line that ends without a mark is the title, such as "Lesson 4: Photosynthesis". Otherwise, a name of several words, or one
    that is repeated, is. In English, the next choices are a first sentence that
    announces a list ("Three facts about bees") and the first thing that is spoken of ("The lighthouse"); in other languages,
    the shortest clause with the most descriptive word.

    Args:
        texts: the narration, scene by scene.
        language: its tag.
    """
    whole = " ".join(texts)
    sentences = split_sentences(whole, language)
    first_line = texts[0]
    is_heading = (
        len(first_line) <= _MAX_CHARS and first_line[-1:].isalnum() and len(split_sentences(first_line, language)) == 1
    )
    if len(texts) > 1 and is_heading:
        return first_line
    names = Counter(filter(None, (_without_initials(name) for text in texts for name in names_of(text, language))))
    telling = {name: count * len(name.split()) for name, count in names.items() if count > 1 or " " in name}
    if telling:
        return _shortened(max(telling, key=lambda name: (telling[name], -whole.find(name))))
    keywords = keywords_of(whole, language)
    if not keywords:
        return _shortened(sentences[0])
    if primary_language(language) != "en":
        later = " ".join(sentences[1:])  # the first sentence is spoken and captioned while the title is shown
        clauses = [clause for clause in map(str.strip, _CLAUSE.split(later)) if keywords[0] in clause]
        return _shortened(min(clauses, key=len, default=keywords[0]))
    opening = _CLAUSE.split(sentences[0])[0]
    first = WORD.match(opening)
    is_number = first is not None and (first[0].isdigit() or first[0].casefold() in _NUMBERS)
    if is_number and len(opening) <= _MAX_CHARS and keywords_of(opening):
        return _shortened(opening)
    earliest = min(keywords, key=lambda keyword: whole.casefold().find(keyword.casefold()))
    return _shortened(next(_things(sentences), earliest))


def _things(sentences: Sequence[str]) -> Iterator[str]:
    """Yields the things that are spoken of, with their determiners."""
    for sentence in sentences:
        for clause in _CLAUSE.split(sentence):
            words = WORD.findall(clause)
            small = [word.casefold() for word in words]
            is_verb = not small or small[1:2] == [] or small[1] in _DETERMINERS  # "Install the program"
            if not is_verb and sentence.startswith(clause) and not is_filler(words[0]):
                yield words[0]
            for at, word in enumerate(small[:-1]):
                if word in _DETERMINERS:
                    yield from _thing(words, small, at)


def _thing(words: Sequence[str], small: Sequence[str], at: int) -> Iterator[str]:
    """Yields the thing behind the determiner at an index, if there is one."""
    start = at + 2 if small[at + 1] in _ORDINALS else at + 1
    end = start
    while end < len(words) and not is_filler(words[end]) and not words[end][0].isdigit():
        end += 1
    if start == end:
        return
    is_whole = end < len(words) and small[end] in _AUXILIARIES
    is_pair = end == len(words) and end - start > 1 and not small[start].endswith("s")
    last = end if is_whole else start + (2 if is_pair else 1)
    yield " ".join(words[at:last])


def _without_initials(name: str) -> str:
    """Drops letters at the end of a name, whose full stop parted it from the rest."""
    words = name.split()
    while words and len(words[-1]) == 1:
        words.pop()
    return " ".join(words)


def _shortened(text: str) -> str:
    text = text.strip().rstrip(".。।۔…,;: ")
    text = text[:1].upper() + text[1:]
    if len(text) <= _MAX_CHARS:
        return text
    cut = text[:_MAX_CHARS]
    return (cut.rsplit(maxsplit=1)[0] if " " in cut else cut).rstrip(" ,;:") + "…"
