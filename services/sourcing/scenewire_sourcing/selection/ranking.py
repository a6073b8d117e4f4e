"""Which clips fit a scene, and which fit best. Pure.

Relevance over filler: a clip without a word in common with the scene is no match, however good its picture. Nothing
is remembered here. Clips that fit about equally well take turns by scene number, so that scenes which are worked on at
the same time seldom want the same one; `reservations` settles the rest.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final
from uuid import UUID

from scenewire.messages import Look, Scene
from scenewire_sourcing.candidates import FoundFootage

__all__ = ["RankedFootage", "queries", "rank", "rotate", "stem", "terms"]

_WORD: Final = re.compile(r"[^\W_]+")
_VOWEL: Final = re.compile(r"[aeiouy]")
_ENGLISH: Final = "a an and are as at by for from in into is it its of on or that the their this to was with"
_FILLERS: Final = frozenset(_ENGLISH.split())
_WEAK: Final = 1 / 3
"""A clip with less than this share of the best one's score would water the scene down: the best is shown longer."""

_STEP: Final = 0.15
"""Scores that differ by less than this share of the best one's count as equal fits."""

_QUERY_WORDS: Final = 4


@dataclass(frozen=True)
class RankedFootage:
    """A clip with its score for a scene, 0 to 1; 0 is no match."""

    footage: FoundFootage
    score: float
    reason: str

    @property
    def fits(self) -> bool:
        """Whether it may be shown in the scene."""
        return self.score > 0


def stem(word: str) -> str:
    """A word without accents and common English endings: canals, canal; shipping, ship."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    if plain.endswith("ies") and len(plain) > 4:
        plain = plain[:-3] + "y"
    elif plain.endswith("s") and not plain.endswith(("ss", "us", "is")) and len(plain) > 3:
        plain = plain[:-2] if plain.endswith(("ches", "shes", "sses", "xes")) else plain[:-1]
    for ending in ("ing", "ed"):
        base = plain.removesuffix(ending)
        if base != plain and len(base) > 2 and _VOWEL.search(base):
            doubled = base[-1] == base[-2] and base[-1] not in "lsz"
            plain = base[:-1] if doubled else base
            break
    return plain.removesuffix("e") if len(plain) > 3 else plain


def terms(texts: Iterable[str]) -> dict[str, str]:
    """The words of some texts by their stems, in their order, without fillers."""
    words = (word for text in texts for word in _WORD.findall(text))
    found: dict[str, str] = {}
    for word in words:
        if word.casefold() not in _FILLERS and (len(word) > 1 or not word.isascii()):
            found.setdefault(stem(word), word.casefold())
    return found


def queries(scene: Scene) -> list[str]:
    """What to search for, one after the other until enough is found: some servers want every word to match."""
    best = list(terms(scene.keywords).values())
    asked = [scene.footage_query, " ".join(best[:_QUERY_WORDS]), *best[:2]]
    return list(dict.fromkeys(query for query in asked if query.strip()))


def rank(scene: Scene, found: Sequence[FoundFootage], *, look: Look, seconds: float) -> list[RankedFootage]:
    """Clips for a scene, best first; those that do not fit come last, and say why.

    Args:
        scene: what is spoken of.
        found: the clips.
        look: of the film.
        seconds: how long each clip is to be shown.
    """
    wanted = terms((*scene.keywords, scene.footage_query))
    ranked = [_assess(footage, wanted, look, seconds) for footage in found]
    best = max((one.score for one in ranked), default=0.0)
    ranked = [
        replace(one, score=0.0, reason=f"{one.reason}; much less to the point than others")
        if 0 < one.score < best * _WEAK
        else one
        for one in ranked
    ]
    return sorted(ranked, key=lambda one: (-one.score, one.footage.id))


def rotate(ranked: Sequence[RankedFootage], *, project_id: UUID, scene_number: int, needed: int) -> list[RankedFootage]:
    """The same clips with equal fits taking turns: scene 1 gets the first of them, scene 2 the next.

    Args:
        ranked: best first.
        project_id: decides who comes first, so that films on one topic do not all look the same.
        scene_number: of the scene.
        needed: how many clips a scene takes.
    """
    turned: list[RankedFootage] = []
    best = ranked[0].score if ranked else 0.0
    for _, tier in groupby(ranked, key=lambda one: (one.fits, int((best - one.score) / (best or 1) / _STEP + 1e-9))):
        equals = sorted(tier, key=lambda one: one.footage.id)
        start = (project_id.int + (scene_number - 1) * needed) % len(equals)
        turned += equals[start:] + equals[:start]
    return turned


def _assess(footage: FoundFootage, wanted: dict[str, str], look: Look, seconds: float) -> RankedFootage:
    offered = terms((footage.title, *footage.keywords))
    common = [key for key in wanted if key in offered]
    if not common:
        return RankedFootage(footage, 0.0, "no word in common with the scene")
    weights = {key: 1 / (1 + position / 4) for position, key in enumerate(wanted)}
    relevance = sum(weights[key] for key in common) / sum(weights.values())
    flaws = list(_flaws(footage, look, seconds))
    score = max(relevance * (1 - 0.15 * len(flaws)), 0.01)
    shared_words = ", ".join(wanted[key] for key in common)
    return RankedFootage(footage, round(score, 3), "; ".join([f"about {shared_words}", *flaws]))


def _flaws(footage: FoundFootage, look: Look, seconds: float) -> Iterable[str]:
    if footage.duration is not None and footage.duration < seconds:
        yield f"only {footage.duration:.1f} s long"
    if footage.width and footage.height:
        if (footage.width > footage.height) != (look.width > look.height):
            yield "of the other orientation"
        elif footage.height * footage.width < look.height * look.width / 2:
            yield f"only {footage.width}x{footage.height}"
    if footage.review:
        yield "its rights are to be reviewed"
