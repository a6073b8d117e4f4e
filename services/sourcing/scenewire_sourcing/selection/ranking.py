"""Ranks clips for a scene. Pure.

Relevance over filler: a clip without a word in common with the scene does not match, however good its picture. Clips
that fit about equally well take turns by scene number, so that scenes processed concurrently seldom want the same
clip; `clip_reservations` resolves the remaining conflicts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Final
from uuid import UUID

from scenewire.messages import Look, Scene
from scenewire.text.vocabulary import divide_into_words, is_stop_word, stem
from scenewire.text.words import WORD_PART
from scenewire_sourcing.candidates import FoundFootage

__all__ = ["RankedFootage", "Term", "queries", "rank", "rotate", "terms"]

_ARCHIVE_LANGUAGE: Final = "en"
"""Most archives describe their items in it, whatever the language of the narration."""

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


@dataclass(frozen=True)
class Term:
    """A word that says what a scene or a clip is about."""

    word: str
    stems: frozenset[str]
    """Its stems in the languages that it may be of; two words are the same if they share one."""


def terms(texts: Iterable[str], language: str) -> list[Term]:
    """Returns the words of texts, in order and each once, without stop words.

    Args:
        texts: of the language, or of English, in which archives describe their items.
        language: tag of the narration.
    """
    languages = tuple(dict.fromkeys((language, _ARCHIVE_LANGUAGE)))
    found: list[Term] = []
    known: set[str] = set()
    for word in chain.from_iterable(_words(text, language) for text in texts):
        stems = frozenset(stem(word, each) for each in languages)
        is_telling = not any(is_stop_word(word, each) for each in languages) and (len(word) > 1 or not word.isascii())
        if is_telling and known.isdisjoint(stems):
            found.append(Term(word.casefold(), stems))
            known |= stems
    return found


def _words(text: str, language: str) -> Iterator[str]:
    for word in divide_into_words(text, language):
        yield from WORD_PART.findall(word.text)


def queries(scene: Scene, language: str) -> list[str]:
    """Returns the queries to try in turn until enough is found: some servers require every word to match."""
    best = [term.word for term in terms(scene.keywords, language)]
    candidates = [scene.footage_query, " ".join(best[:_MAX_QUERY_WORDS]), *best[:2]]
    return list(dict.fromkeys(query for query in candidates if query.strip()))


def rank(
    scene: Scene, found: Sequence[FoundFootage], *, language: str, look: Look, seconds: float
) -> list[RankedFootage]:
    """Ranks clips for a scene, best first; clips that do not fit come last with a reason.

    Args:
        scene: the scene.
        found: the clips.
        language: tag of the narration.
        look: the look of the video.
        seconds: how long each clip is shown.
    """
    wanted = terms((*scene.keywords, scene.footage_query), language)
    ranked = [_assess(footage, wanted, language, look, seconds) for footage in found]
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
