from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.kokoro.audio_chunks import AudioChunk, check, join, mark_words
from scenewire_tts.engines.kokoro.phonemes import Break, Piece
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.word_timing import Mark

AIR = SAMPLE_RATE // 20


def tone(seconds: float, level: float = 0.5) -> NDArray[np.float32]:
    return np.asarray(level * np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.2), np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def with_hole(value: float) -> NDArray[np.float32]:
    sound = tone(1)
    sound[100] = value
    return sound


def test_speech_passes():
    check(tone(1), 12, 1.0)
    check(with_hole(1.3), 12, 1.0)


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (with_hole(np.nan), "empty or not finite"),
        (with_hole(np.inf), "empty or not finite"),
        (silence(0), "empty or not finite"),
        (silence(1), "1.0 s of silence"),
        (tone(1, 0.005), "1.0 s of silence"),
        (tone(1, 4.0), "clips in 8.% of"),
        (tone(0.1), "0.1 s for 12 phonemes"),
        (tone(9), "9.0 s for 12 phonemes"),
    ],
    ids=["nan", "infinite", "empty", "silent", "faint", "clipped", "short", "long"],
)
def test_row_70_implausible_audio_is_refused(sound: NDArray[np.float32], said: str):
    with pytest.raises(PermanentError, match=said) as caught:
        check(sound, 12, 1.0)

    assert caught.value.code == FailureCode.SPEECH_FAILED
    assert caught.value.hint


def test_what_is_too_long_depends_on_the_speed():
    check(tone(9), 12, 0.5)
    with pytest.raises(PermanentError):
        check(tone(6), 6, 1.0)


PIECES = (Piece(0, "ab", 100, Break.WORD), Piece(3, "", 0, Break.WORD), Piece(9, "c", 300, Break.SENTENCE))


@pytest.mark.parametrize(("space", "start"), [(1, 8.5), (2, 8.5), (4, 8.5)])
def test_with_durations_words_begin_before_their_first_phoneme_and_one_step_after_the_previous_word(
    space: int, start: float
):
    sound = tone(0.5)  # 20 steps of 600 samples

    marks = mark_words(PIECES, [0, None, 3], [2, 4, 4, space, 8 - space, 2], sound)

    assert marks == (Mark(0, 0), Mark(9, round(start * 600)))


def test_a_part_of_a_written_word_begins_where_the_part_before_it_ends():
    joined = (PIECES[0], replace(PIECES[2], joined=True))

    marks = mark_words(joined, [0, 2], [2, 4, 4, 8, 2], tone(0.5))

    assert marks == (Mark(0, 0), Mark(9, round(7.5 * 600)))


def test_no_word_begins_before_the_sound():
    marks = mark_words(PIECES, [0, None, 3], [1, 4, 4, 1, 8, 2], tone(0.5))

    assert marks[0] == Mark(0, 0)


def test_without_durations_words_divide_the_audible_time_like_espeak():
    sound = np.concatenate([silence(0.5), tone(1), silence(0.25)])

    first, second = mark_words(PIECES, [0, None, 3], None, sound)

    assert first.sample == pytest.approx(0.5 * SAMPLE_RATE, abs=20)
    assert second.sample == pytest.approx(0.75 * SAMPLE_RATE, abs=20)


def take(ends: Break = Break.SENTENCE) -> AudioChunk:
    sound = np.concatenate([silence(0.5), tone(1), silence(0.5)])
    return AudioChunk(sound, (Mark(0, 0), Mark(5, SAMPLE_RATE)), ends)


@pytest.mark.parametrize(("ends", "pause"), [(Break.WORD, 0), (Break.SENTENCE, 0.3), (Break.PARAGRAPH, 0.6)])
def test_pauses_between_chunks_follow_the_text(ends: Break, pause: float):
    pcm, marks = join([take(ends), take(ends)], 1.0)

    one = SAMPLE_RATE + 2 * AIR
    assert len(pcm) == pytest.approx(2 * one + pause * SAMPLE_RATE, abs=20)
    heard = SAMPLE_RATE // 2 + AIR
    assert [mark.sample for mark in marks] == pytest.approx(
        [0, heard, one + pause * SAMPLE_RATE, one + pause * SAMPLE_RATE + heard], abs=20
    )


def test_faster_speech_pauses_less():
    slow, _ = join([take(), take()], 1.0)
    fast, _ = join([take(), take()], 2.0)

    assert len(slow) - len(fast) == round(0.15 * SAMPLE_RATE)


def test_a_join_does_not_click():
    loud = AudioChunk(np.ones(SAMPLE_RATE, np.float32), (), Break.WORD)

    pcm, _ = join([loud, loud], 1.0)

    assert int(np.abs(np.diff(pcm.astype(int))).max()) < 32_767 // 100
    assert pcm[0] == 0


def test_marks_rise_and_lie_within_the_sound():
    pcm, marks = join([take(Break.WORD), take(), take()], 1.3)

    samples = [mark.sample for mark in marks]
    assert samples == sorted(samples)
    assert samples[-1] < len(pcm)
