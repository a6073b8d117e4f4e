"""Ranks clips for a scene. Pure.

Relevance over filler: a clip without a word in common with the scene does not match, however good its picture. Clips
that fit about equally well take turns by scene number, so that scenes processed concurrently seldom want the same
clip; `clip_reservations` resolves the remaining conflicts.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final
from uuid import UUID

from scenewire.messages import Look, Scene
from scenewire.text.words import WORD_PART
from scenewire_sourcing.candidates import FoundFootage

__all__ = ["RankedFootage", "queries", "rank", "rotate", "stem", "terms"]

_VOWEL: Final = re.compile(r"[aeiouy]")
_ENGLISH: Final = "a an and are as at by for from in into is it its of on or that the their this to was with"
_FILLERS: Final = frozenset(_ENGLISH.split())
_MIN_SCORE_SHARE: Final = 1 / 3
"""Clips below this share of the best score are dropped; the best are shown longer instead."""

_TIER_SHARE: Final = 0.15
"""Scores within this share of the best score count as equal."""

_MAX_QUERY_WORDS: Final = 4


@dataclass(frozen=True)
class RankedFootage:
    """A clip with its score for a scene, from 0 (no match) to 1."""

    footage: FoundFootage
    score: float
    reason: str

    @property
    def fits(self) -> bool:
        """Whether the scene may show the clip."""
        return self.score > 0


def stem(word: str) -> str:
    """Strips accents and common English endings: canals, canal; shipping, ship."""
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
    """Returns the words of texts by their stems, in order, without filler words."""
    words = (word for text in texts for word in WORD_PART.findall(text))
    found: dict[str, str] = {}
    for word in words:
        if word.casefold() not in _FILLERS and (len(word) > 1 or not word.isascii()):
            found.setdefault(stem(word), word.casefold())
    return found


def queries(scene: Scene) -> list[str]:
    """Returns the queries to try in turn until enough is found: some servers require every word to match."""
    best = list(terms(scene.keywords).values())
    candidates = [scene.footage_query, " ".join(best[:_MAX_QUERY_WORDS]), *best[:2]]
    return list(dict.fromkeys(query for query in candidates if query.strip()))


def rank(scene: Scene, found: Sequence[FoundFootage], *, look: Look, seconds: float) -> list[RankedFootage]:
    """Ranks clips for a scene, best first; clips that do not fit come last with a reason.

    Args:
        scene: the scene.
        found: the clips.
        look: the look of the video.
        seconds: how long each clip is shown.
    """
    wanted = terms((*scene.keywords, scene.footage_query))
    ranked = [_assess(footage, wanted, look, seconds) for footage in found]
    best = max((clip.score for clip in ranked), default=0.0)
    ranked = [
        replace(clip, score=0.0, reason=f"{clip.reason}; much less relevant than others")
        if 0 < clip.score < best * _MIN_SCORE_SHARE
        else clip
        for clip in ranked
    ]
    return sorted(ranked, key=lambda clip: (-clip.score, clip.footage.id))


def rotate(ranked: Sequence[RankedFootage], *, project_id: UUID, scene_number: int, needed: int) -> list[RankedFootage]:
    """Rotates clips of equal score by scene: scene 1 gets the first of them, scene 2 the next.

    Args:
        ranked: the clips, best first.
        project_id: selects the start of the rotation, so that videos on one topic differ.
        scene_number: the number of the scene.
        needed: the number of clips per scene.
    """
    rotated: list[RankedFootage] = []
    best = ranked[0].score if ranked else 0.0
    for _, tier in groupby(
        ranked, key=lambda clip: (clip.fits, int((best - clip.score) / (best or 1) / _TIER_SHARE + 1e-9))
    ):
        equals = sorted(tier, key=lambda clip: clip.footage.id)
        start = (project_id.int + (scene_number - 1) * needed) % len(equals)
        rotated += equals[start:] + equals[:start]
    return rotated


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
            yield "the other orientation"
        elif footage.height * footage.width < look.height * look.width / 2:
            yield f"only {footage.width}x{footage.height}"
    if footage.review:
        yield "its rights need review"
