"""Aligns a text with a recording of it: by the pauses in the recording and the punctuation of the text. Pure.

Words are placed by how long they take relative to each other. That alone drifts, since people slow down and hurry. So ends of
sentences and clauses are matched with pauses, by the least sum of three costs: how far the time between two matched
pauses is from what the words between them take, ends of sentences without a pause, and long pauses that no punctuation explains.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenewire.messages import Word
from scenewire.text.sentences import split_sentences
from scenewire_tts.recordings.pauses import Stretch
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.spoken_text import Token, split_words

__all__ = ["align"]

_CLAUSE_ENDS: Final = tuple(",;:–—、，；：…।")

_SPREAD: Final = 0.15
"""Standard deviation of the time that words take, as a share of it."""

_SPREAD_S: Final = 0.08

_NO_PAUSE_COST: Final = {"sentence": 2.5, "clause": 0.15}
"""Of punctuation without a pause."""

_SHORT_PAUSE_COST: Final = 1.0
"""Of the end of a sentence with hardly a pause."""

_USUAL_PAUSE_S: Final = 0.35
"""Between sentences; breath within them is shorter."""

_UNEXPLAINED_COST: Final = 1.5
"""Of a usual pause, or a longer one, that no punctuation explains."""

_MAX_SKIPPED: Final = 12
"""Ends of clauses and sentences in a row without a pause."""

_MAX_DRIFT_S: Final = 20.0
_MAX_DRIFT: Final = 0.05
"""Share of the speech. Ends are matched with pauses that are no further from where an even pace would put them."""

_MAX_SNAP_S: Final = 0.35
"""A pause that no punctuation explains lies between the two words that are nearest, if one of them begins so near."""


class _End(NamedTuple):
    """The end of a sentence or a clause."""

    word: int
    """Index of the next word."""
    cost: float
    """If no pause follows."""
    is_sentence: bool


def align(text: str, weights: Sequence[float], speech: Sequence[Stretch], language: str) -> tuple[Word, ...]:
    """Returns all words of a text with their estimated times in a recording.

    Args:
        text: a text returned by `scenewire_tts.speech.spoken_text.clean`.
        weights: how long each word takes, in any unit; not all of them 0.
        speech: where somebody speaks, in samples.
        language: of the text.
    """
    tokens = split_words(text)
    spoken = [0, *accumulate(end - start for start, end in speech)]  # speech before each pause, samples
    reached = np.concatenate(([0.0], np.cumsum(weights))) / sum(weights) * spoken[-1]
    ends = _ends(text, tokens, language)
    matched = {0: 0, len(tokens): len(speech)} | _match(ends, reached, spoken, speech)
    matched |= _snap(matched, reached, spoken)
    words = sorted(matched)
    times = np.interp(reached, reached[words], [spoken[matched[word]] for word in words])
    for word, pause in matched.items():
        times[word] = spoken[pause]  # words without a weight share their time with the one before
    samples = [round(time) for time in times]
    return tuple(
        Word(text=token.text, start_sample=_start(begin, spoken, speech), end_sample=_end(end, spoken, speech))
        if end > begin
        else Word(text=token.text, start_sample=(at := _start(begin, spoken, speech)), end_sample=at)
        for token, (begin, end) in zip(tokens, pairwise(samples), strict=True)
    )


def _start(time: int, spoken: Sequence[int], speech: Sequence[Stretch]) -> int:
    """Returns the sample at which so much has been spoken and more is."""
    at = min(bisect_right(spoken, time) - 1, len(speech) - 1)
    return speech[at].start + time - spoken[at]


def _end(time: int, spoken: Sequence[int], speech: Sequence[Stretch]) -> int:
    """Returns the sample by which so much has been spoken."""
    at = bisect_left(spoken, time) - 1
    return speech[at].start + time - spoken[at]


def _ends(text: str, tokens: Sequence[Token], language: str) -> list[_End]:
    """Returns the ends of sentences and clauses, without that of the text."""
    sentence_ends: set[int] = set()
    position = 0
    for paragraph in text.split("\n\n"):
        for sentence in split_sentences(paragraph, language):
            position = text.index(sentence, position) + len(sentence)
            sentence_ends.add(position)
    found = []
    for number, token in enumerate(tokens[:-1], 1):
        is_sentence = token.end in sentence_ends
        if is_sentence or token.text.rstrip("\"'”’»)").endswith(_CLAUSE_ENDS):
            cost = _NO_PAUSE_COST["sentence" if is_sentence else "clause"]
            found.append(_End(number, cost, is_sentence))
    return found


def _match(
    ends: Sequence[_End], reached: NDArray[np.float64], spoken: Sequence[int], speech: Sequence[Stretch]
) -> dict[int, int]:
    """Returns the pauses that belong to ends, as numbers of stretches before them by indexes of words after them."""
    pauses = np.array([(later.start - one.end) / SAMPLE_RATE for one, later in pairwise(speech)])
    if not ends or not pauses.size:
        return {}
    at = np.array(spoken) / SAMPLE_RATE  # the last of them is the end of the speech
    due = [0.0, *(float(reached[end.word]) / SAMPLE_RATE for end in ends), float(at[-1])]
    length = np.minimum(pauses / _USUAL_PAUSE_S, 1)
    before_pause = np.concatenate(([0.0, 0.0], np.cumsum(_UNEXPLAINED_COST * length)))
    with_pause = np.append(before_pause[1:], np.inf)  # nothing follows the end
    no_pause = [0.0, *accumulate(end.cost for end in ends)]
    best = np.full((len(due), len(at)), np.inf)  # by end and number of pause; the last pause is the end
    best[0, 0] = 0.0
    origins = np.zeros((len(due), len(at), 2), np.int64)
    near = [_near(at, time) for time in due]
    near[0], near[-1] = slice(0, 1), slice(len(at) - 1, len(at))
    for here in range(1, len(due)):
        own = np.zeros(len(at))
        if here <= len(ends) and ends[here - 1].is_sentence:
            own[1:-1] = _SHORT_PAUSE_COST * (1 - length)
        columns = near[here]
        for before in range(max(0, here - _MAX_SKIPPED) if here <= len(ends) else 0, here):
            rows = near[before]
            if rows.start >= rows.stop:
                continue
            expected = due[here] - due[before]
            passed = at[columns][:, None] - at[rows][None, :]
            deviation = np.abs(passed - expected) / (_SPREAD * expected + _SPREAD_S)
            costs = best[before, rows] + np.where(deviation < 2, deviation**2 / 2, 2 * deviation - 2)
            costs += before_pause[columns][:, None] - with_pause[rows][None, :]
            costs[passed <= 0] = np.inf
            chosen = costs.argmin(axis=1)
            least = costs[np.arange(len(chosen)), chosen] + no_pause[here - 1] - no_pause[before] + own[columns]
            is_better = least < best[here, columns]
            best[here, columns][is_better] = least[is_better]
            origins[here, columns][is_better] = np.stack((np.full(len(chosen), before), chosen + rows.start), 1)[
                is_better
            ]
    matched: dict[int, int] = {}
    here, pause = origins[-1, -1].tolist()
    while here:
        matched[ends[here - 1].word] = pause
        here, pause = origins[here, pause].tolist()
    return matched


def _near(at: NDArray[np.float64], time: float) -> slice:
    """Returns the pauses that may belong to an end; neither the beginning nor the end is one."""
    drift = _MAX_DRIFT_S + _MAX_DRIFT * float(at[-1])
    first, last = np.searchsorted(at, (time - drift, time + drift)).tolist()
    return slice(max(1, first), max(1, min(last, len(at) - 1)))


def _snap(matched: dict[int, int], reached: NDArray[np.float64], spoken: Sequence[int]) -> dict[int, int]:
    """Returns the words that begin after pauses that no punctuation explains: nobody pauses within a word."""
    found: dict[int, int] = {}
    for first, last in pairwise(sorted(matched)):
        begin, end = (spoken[matched[word]] for word in (first, last))
        span = float(reached[last] - reached[first])
        if not span:
            continue
        times = begin + (reached[first : last + 1] - reached[first]) / span * (end - begin)
        taken = 0
        for pause in range(matched[first] + 1, matched[last]):
            nearest = int(np.abs(times - spoken[pause]).argmin())
            near = abs(times[nearest] - spoken[pause]) <= _MAX_SNAP_S * SAMPLE_RATE
            if near and taken < nearest < last - first:
                found[first + nearest] = pause
                taken = nearest
    return found
