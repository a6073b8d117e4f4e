"""How much a break between two words costs the reader. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scenewire.text.languages import primary_language
from scenewire_assembly.captions.line_breaking import cohesion
from scenewire_assembly.captions.word_times import SpokenWord

__all__ = ["break_cost", "ends_clause"]

_SENTENCE: Final = 0.0
_CLAUSE: Final = 0.15
_BEFORE_CONJUNCTION: Final = 0.25
_BEFORE_PREPOSITION: Final = 0.4
_ORDINARY: Final = 0.6
_AFTER_CONJUNCTION: Final = 1.0
_AFTER_PREPOSITION: Final = 1.5
_WITHIN_NAME: Final = 1.5
_AFTER_ARTICLE: Final = 3.0
_AFTER_NUMBER: Final = 6.0
_WITHIN_NUMBER: Final = 50.0

_CLAUSE_END: Final = re.compile(r"[,;:—–،؛、，；：][\"'”’»)\]」』]*$")  # noqa: RUF001
_NUMBER: Final = re.compile(r"[^\w]*\d[\d.,:/%°]*$")
_YEAR: Final = re.compile(r"^\W*(?:1\d|20)\d\d$")
"""It counts nothing: no unit follows."""

_EDGES: Final = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True)
class _Table:
    """Words of a language beside which a line is broken, or is not."""

    conjunctions: frozenset[str]
    prepositions: frozenset[str]
    articles: frozenset[str]
    """Also possessives, and prepositions joined with an article: the next word belongs to them."""
    names: bool = True
    """Whether capitals within a sentence mark names."""

    def joins(self, word: str) -> bool:
        """Whether a word only joins others, so that a number before it does not count it."""
        return word in self.conjunctions or word in self.prepositions or word in self.articles


def _table(conjunctions: str, prepositions: str, articles: str, *, names: bool = True) -> _Table:
    return _Table(
        frozenset(conjunctions.split()), frozenset(prepositions.split()), frozenset(articles.split()), names=names
    )


_TABLES: Final[Mapping[str, _Table]] = {
    "en": _table(
        "and or but because that which who whose when while where if although though so than as until unless",
        "in on at of to for with from by into onto over under after before between through during without about "
        "against across along among around behind below beside beyond near since toward towards upon within",
        "a an the this these those my your his her its our their no every each some any",
    ),
    "de": _table(
        "und oder aber sondern denn weil dass wenn als ob obwohl während damit bis wie",
        "in an auf aus bei mit nach seit von zu für durch gegen ohne um über unter vor hinter neben zwischen wegen im "
        "am zum zur vom beim ins ans",
        "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine sein seine "
        "seinen seiner ihr ihre ihren ihrer unser unsere dieser diese dieses diesen jeder jede jedes im am zum zur vom "
        "beim ins ans",
        names=False,
    ),
    "es": _table(
        "y e o u pero porque que cuando donde mientras aunque si como sino pues",
        "a ante bajo con contra de desde durante en entre hacia hasta para por según sin sobre tras del al",
        "el la los las un una unos unas mi tu su sus nuestro nuestra este esta estos estas ese esa cada del al",
    ),
    "fr": _table(
        "et ou mais parce car que qui quand lorsque où si comme donc puisque dont",
        "à de en dans par pour sur sous avec sans entre chez vers depuis pendant contre avant après du des au aux",
        "le la les un une des du au aux mon ma mes ton ta son sa ses notre nos leur leurs ce cet cette ces chaque",
    ),
    "it": _table(
        "e ed o ma perché che quando mentre dove se come quindi anche",
        "a di da in con su per tra fra del della dei delle dello degli al alla ai alle allo agli dal dalla dai dalle "
        "nel nella nei nelle nello sul sulla sui sulle",
        "il lo la i gli le un uno una del della dei delle dello degli al alla ai alle allo agli dal dalla dai dalle nel "
        "nella nei nelle nello sul sulla sui sulle mio mia suo sua questo questa ogni",
    ),
    "pt": _table(
        "e ou mas porque que quando enquanto onde se como embora pois",
        "a de em com por para sobre entre até desde sem sob após contra do da dos das no na nos nas ao aos à às pelo "
        "pela pelos pelas num numa",
        "o a os as um uma uns umas do da dos das no na nos nas ao aos à às pelo pela pelos pelas num numa meu minha seu "
        "sua seus suas este esta esse essa cada",
    ),
}


def ends_clause(word: SpokenWord) -> bool:
    """Whether a comma or a mark like it follows."""
    return bool(_CLAUSE_END.search(word.text))


def break_cost(word: SpokenWord, following: SpokenWord, *, ends: bool, language: str) -> float:
    """The cost of a break between two words, from 0.

    Args:
        word: the last one before the break.
        following: the first one after it.
        ends: whether a sentence ends there.
        language: tag of the text.
    """
    if ends:
        return _SENTENCE
    if ends_clause(word):
        return _CLAUSE
    table = _TABLES.get(primary_language(language))
    if _NUMBER.search(word.text):
        if following.text[0].isdigit():
            return _WITHIN_NUMBER
        if not _YEAR.search(word.text) and (table is None or not table.joins(_bare(following.text))):
            return _AFTER_NUMBER
    if not following.spaced:
        return 0.4 + cohesion(word.text, following.text)
    if _NUMBER.search(following.text) and word.text[0].isupper():
        return _WITHIN_NAME  # March 2021
    return _ORDINARY if table is None else _by_table(table, word.text, following.text)


def _bare(word: str) -> str:
    return _EDGES.sub("", word).casefold()


def _by_table(table: _Table, word: str, following: str) -> float:
    last, first = _bare(word), _bare(following)
    if last in table.articles:
        return _AFTER_ARTICLE
    if last in table.prepositions:
        return _AFTER_PREPOSITION
    if last in table.conjunctions:
        return _AFTER_CONJUNCTION
    if table.names and word[0].isupper() and following[0].isupper():
        return _WITHIN_NAME
    if first in table.conjunctions:
        return _BEFORE_CONJUNCTION
    return _BEFORE_PREPOSITION if first in table.prepositions else _ORDINARY
