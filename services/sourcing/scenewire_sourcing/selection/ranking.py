"""Ranks clips for a scene. Pure.

Relevance over filler: a clip without a word in common with the scene does not match, however good its picture. Clips
that fit about equally well take turns by scene number, so that scenes processed concurrently seldom want the same
clip; `clip_reservations` resolves the remaining conflicts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from types import MappingProxyType
from typing import Final
from uuid import UUID

from scenewire.messages import Look
from scenewire_sourcing.candidates import FoundFootage, describe
from scenewire_sourcing.meaning.similarity import least_similarity
from scenewire_sourcing.selection.terms import Term, terms

__all__ = ["RankedFootage", "add_similar", "queries", "rank", "rotate"]

_MIN_SCORE_SHARE: Final = 1 / 3
"""Clips below this share of the best score are dropped; the best are shown longer instead."""

_TIER_SHARE: Final = 0.1
"""Scores within this share of the best score count as equal. A flaw costs more."""

_SIMILAR_SHARE: Final = 0.1
"""Score of a clip that means the same as the scene: less than that of one common word among eight."""

_MAX_QUERY_WORDS: Final = 4


@dataclass(frozen=True)
class RankedFootage:
    """A clip with its score for a scene, from 0 (no match) to 1."""

    footage: FoundFootage
    score: float
    reason: str
    common: tuple[Term, ...] = ()
    """What it shares with the scene, most telling first."""
    is_refused: bool = False
    """Whether it would fit, but may not be used."""

    @property
    def fits(self) -> bool:
        """Whether the scene may show the clip."""
        return self.score > 0


def queries(first: str, wanted: Sequence[Term]) -> list[str]:
    """Returns the queries to try in turn until enough is found: some servers require every word to match."""
    best = [term.word for term in wanted]
    candidates = [first, " ".join(best[:_MAX_QUERY_WORDS]), *best[:2]]
    return list(dict.fromkeys(query for query in candidates if query.strip()))


def rank(
    wanted: Sequence[Term],
    found: Sequence[FoundFootage],
    *,
    language: str,
    look: Look,
    seconds: float,
    refusals: Mapping[str, str] = MappingProxyType({}),
) -> list[RankedFootage]:
    """Ranks clips, best first; clips that do not fit come last with a reason.

    Args:
        wanted: what the clips should be about, most telling first.
        found: the clips.
        language: tag of the narration.
        look: the look of the video.
        seconds: how long each clip is shown.
        refusals: why clips may not be used, by id.
    """
    ranked = [_refused(_assess(footage, wanted, language, look, seconds), refusals) for footage in found]
    best = max((clip.score for clip in ranked), default=0.0)
    ranked = [
        replace(clip, score=0.0, reason=f"{clip.reason}; much less relevant than others")
        if 0 < clip.score < best * _MIN_SCORE_SHARE
        else clip
        for clip in ranked
    ]
    return sorted(ranked, key=lambda clip: (-clip.score, clip.footage.kind, clip.footage.id))


def add_similar(
    ranked: Sequence[RankedFootage],
    similarities: Sequence[float],
    refusals: Mapping[str, str] = MappingProxyType({}),
) -> list[RankedFootage]:
    """Lets clips fit that have no word in common with the scene but mean the same, behind those that have.

    Args:
        ranked: the clips.
        similarities: of each to the scene, from -1 to 1.
        refusals: why clips may not be used, by id.
    """
    judged = [
        _refused(
            replace(clip, score=round(similarity * _SIMILAR_SHARE, 3), reason=f"means the same, {similarity:.2f}"),
            refusals,
        )
        if not clip.common and similarity >= least_similarity(describe(clip.footage))
        else clip
        for clip, similarity in zip(ranked, similarities, strict=True)
    ]
    return sorted(judged, key=lambda clip: (-clip.score, clip.footage.id))


def rotate(ranked: Sequence[RankedFootage], *, project_id: UUID, scene_number: int, needed: int) -> list[RankedFootage]:
    """Rotates clips of equal score by scene: scene 1 gets the first of them, scene 2 the next. Stills come after them.

    Args:
        ranked: the clips, best first.
        project_id: selects the start of the rotation, so that videos on one topic differ.
        scene_number: the number of the scene.
        needed: the number of clips per scene.
    """
    rotated: list[RankedFootage] = []
    best = ranked[0].score if ranked else 0.0

    def tier_of(clip: RankedFootage) -> tuple[bool, int, bool]:
        tier = int((best - clip.score) / (best or 1) / _TIER_SHARE + 1e-9)
        return not clip.fits, tier, clip.footage.kind == "still"

    for _, tier in groupby(sorted(ranked, key=tier_of), key=tier_of):
        equals = sorted(tier, key=lambda clip: clip.footage.id)
        start = (project_id.int + (scene_number - 1) * needed) % len(equals)
        rotated += equals[start:] + equals[:start]
    return rotated


def _refused(clip: RankedFootage, refusals: Mapping[str, str]) -> RankedFootage:
    """Takes its score from a clip that would fit but may not be used."""
    refusal = refusals.get(clip.footage.id)
    if not clip.fits or not refusal:
        return clip
    return replace(clip, score=0.0, reason=f"{clip.reason}; {refusal}", is_refused=True)


def _assess(footage: FoundFootage, wanted: Sequence[Term], language: str, look: Look, seconds: float) -> RankedFootage:
    offered = frozenset(chain.from_iterable(term.stems for term in terms((footage.title, *footage.keywords), language)))
    weights = {term: 1 / (1 + position / 4) for position, term in enumerate(wanted)}
    common = [term for term in wanted if not term.stems.isdisjoint(offered)]
    if not common:
        return RankedFootage(footage, 0.0, "no word in common with the scene")
    relevance = sum(weights[term] for term in common) / sum(weights.values())
    flaws = list(_flaws(footage, look, seconds))
    score = max(relevance * (1 - 0.15 * len(flaws)), 0.01)
    shared_words = ", ".join(term.word for term in common)
    reason = "; ".join([f"about {shared_words}", *flaws])
    return RankedFootage(footage, round(score, 3), reason, tuple(common))


def _flaws(footage: FoundFootage, look: Look, seconds: float) -> Iterable[str]:
    if footage.kind == "clip" and footage.duration is not None and footage.duration < seconds:
        yield f"only {footage.duration:.1f} s long"
    if footage.width and footage.height:
        if (footage.width > footage.height) != (look.width > look.height):
            yield "the other orientation"
        elif footage.height * footage.width < look.height * look.width / 2:
            yield f"only {footage.width}x{footage.height}"
    if footage.review:
        yield "its rights need review"
