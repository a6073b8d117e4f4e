"""Pauses are found in recordings, and texts are aligned with them whatever either of them is like."""

import random
from itertools import accumulate, pairwise

import numpy as np
import pytest

from scenewire_tts.recordings.alignment import align
from scenewire_tts.recordings.pauses import Stretch, find_speech
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.spoken_text import split_words

TEXTS = (
    "Tea.",
    "— — —",
    "One, two, three; four: five. Six? Seven! Eight.\n\nNine — ten.",
    "海は広い。そして、深い。",
    "A sentence, with clauses, and more of them, that goes on, and on. " * 20,
)


def tone(seconds: float, amplitude: int = 6_000) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (np.sin(2 * np.pi * 220 * time) * amplitude).astype(np.int16)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)


def in_seconds(stretches: list[Stretch]) -> list[tuple[float, float]]:
    return [(round(start / SAMPLE_RATE, 1), round(end / SAMPLE_RATE, 1)) for start, end in stretches]


def test_short_gaps_are_not_pauses_and_clicks_are_not_speech() -> None:
    parts = (silence(0.5), tone(0.02, 20_000), silence(0.5), tone(1), silence(0.1), tone(1), silence(0.3), tone(0.5))

    assert in_seconds(find_speech(np.concatenate(parts))) == [(1.0, 3.1), (3.4, 3.9)]


def test_hum_below_the_voice_hides_no_pause() -> None:
    pcm = np.concatenate((silence(1), tone(1), silence(0.5), tone(1), silence(1))).astype(float)
    pcm += np.sin(2 * np.pi * 50 * np.arange(len(pcm)) / SAMPLE_RATE) * 1_500

    assert in_seconds(find_speech(pcm.astype(np.int16))) == [(1.0, 2.0), (2.5, 3.5)]


@pytest.mark.parametrize("pcm", [silence(0), silence(2)])
def test_nobody_speaks_in_silence(pcm: np.ndarray) -> None:
    assert find_speech(pcm) == []


@pytest.mark.parametrize("text", TEXTS)
def test_every_word_has_its_place_in_the_speech_in_order(text: str) -> None:
    chance = random.Random(text)
    for count in (1, 2, 3, 10, 60):
        edges = list(accumulate(chance.randrange(1, 30_000) for _ in range(2 * count)))
        speech = [Stretch(*edges[at : at + 2]) for at in range(0, len(edges), 2)]
        tokens = split_words(text)
        words = align(text, [chance.choice((1, 5, 1_000)) for _ in tokens], speech, "en")

        assert [word.text for word in words] == [token.text for token in tokens]
        assert words[0].start_sample == speech[0].start
        assert words[-1].end_sample == speech[-1].end
        assert all(word.start_sample <= word.end_sample for word in words)
        assert all(word.end_sample <= later.start_sample for word, later in pairwise(words))


def test_sentences_begin_after_pauses_even_if_their_pace_differs() -> None:
    text = "This sentence is spoken at a usual pace. This one is spoken fast. And this one here is slow again."
    weights = [len(token.text) for token in split_words(text)]
    seconds = (0.0, 2.4), (2.9, 4.45), (4.85, 5.9), (6.05, 7.4)  # the last one has a breath in it

    words = align(text, weights, [Stretch(*(round(at * SAMPLE_RATE) for at in part)) for part in seconds], "en")

    starts = [word.start_sample / SAMPLE_RATE for word in words if word.text in {"This", "And"}]
    assert starts == pytest.approx([0, 2.9, 4.85])
    assert 6.05 in {word.start_sample / SAMPLE_RATE for word in words}
