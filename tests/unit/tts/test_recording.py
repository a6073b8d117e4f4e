import wave
from pathlib import Path

import numpy as np
import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Word
from scenewire_tts.speech.postprocess import finish, write_wav
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech

TENTH = SAMPLE_RATE // 10
TEXT = "One two."


def tone(samples: int, level: int = 8000) -> np.ndarray:
    return np.where(np.arange(samples) % 2, level, -level).astype(np.int16)


def silence(samples: int) -> np.ndarray:
    return np.zeros(samples, np.int16)


def speech(*parts: np.ndarray, words: tuple[Word, ...] = ()) -> Speech:
    return Speech(np.concatenate(parts) if parts else silence(0), words, "v")


def test_long_silence_is_trimmed_and_the_pause_is_appended() -> None:
    finished = finish(speech(silence(SAMPLE_RATE), tone(SAMPLE_RATE), silence(SAMPLE_RATE)), TEXT, pause=1234)

    assert len(finished.pcm) == TENTH + SAMPLE_RATE + TENTH + 1234
    heard = np.flatnonzero(finished.pcm)
    assert (heard[0], heard[-1]) == (TENTH, TENTH + SAMPLE_RATE - 1)
    assert finished.voice == "v"


def test_short_silence_stays() -> None:
    finished = finish(speech(silence(50), tone(SAMPLE_RATE), silence(70)), TEXT, pause=0)

    assert len(finished.pcm) == 50 + SAMPLE_RATE + 70


def test_words_move_with_the_trim_and_end_where_they_are_audible() -> None:
    lead = SAMPLE_RATE
    first, second = lead + 6000, lead + 6000 + 3000
    words = (
        Word(text="One", start_sample=0, end_sample=second),
        Word(text="two.", start_sample=second, end_sample=second + 2 * SAMPLE_RATE),
    )
    sound = speech(
        silence(lead), tone(6000), silence(second - first), tone(6000), silence(SAMPLE_RATE * 2), words=words
    )

    finished = finish(sound, TEXT, pause=100)

    assert [(word.text, word.start_sample, word.end_sample) for word in finished.words] == [
        ("One", TENTH, TENTH + 6000),
        ("two.", TENTH + 9000, TENTH + 15000),
    ]


def test_an_inaudible_word_stays_inside_the_speech() -> None:
    words = (Word(text="—", start_sample=0, end_sample=10), Word(text="x", start_sample=90_000, end_sample=99_000))

    finished = finish(speech(silence(50_000), tone(SAMPLE_RATE), silence(50_000), words=words), TEXT, pause=0)

    assert [(word.start_sample, word.end_sample) for word in finished.words] == [(0, 0), (len(finished.pcm),) * 2]


@pytest.mark.parametrize("level", [0, 1, 200])
def test_row_70_silence_is_refused(level: int) -> None:
    with pytest.raises(PermanentError, match=r"1\.0 s of speech are inaudible") as caught:
        finish(speech(tone(SAMPLE_RATE, level)), TEXT, pause=0)

    assert caught.value.code == FailureCode.SPEECH_FAILED


def test_no_sample_at_all_is_refused() -> None:
    with pytest.raises(PermanentError, match="inaudible"):
        finish(speech(), TEXT, pause=0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "A sentence of which only a piece was spoken, and the rest was lost."), (30, "Short."), (1, "海" * 40)],
)
def test_row_70_speech_that_cannot_be_the_whole_text_is_refused(seconds: float, text: str) -> None:
    with pytest.raises(PermanentError, match="implausible") as caught:
        finish(speech(tone(int(seconds * SAMPLE_RATE))), text, pause=0)

    assert caught.value.code == FailureCode.SPEECH_FAILED
    assert "language" in caught.value.hint


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "A"), (2, "WWW"), (1.5, "1859"), (0.9, "10000000000"), (2, "%")])
def test_short_texts_may_take_their_time(seconds: float, text: str) -> None:
    finish(speech(tone(int(seconds * SAMPLE_RATE))), text, pause=0)


def test_the_loudest_negative_sample_is_not_taken_for_silence() -> None:
    finished = finish(speech(np.full(SAMPLE_RATE, -32768, np.int16)), TEXT, pause=0)

    assert len(finished.pcm) == SAMPLE_RATE


def test_the_file_is_mono_16_bit_wav_of_the_exact_samples(tmp_path: Path) -> None:
    sound = speech(tone(1001))

    write_wav(tmp_path / "a.wav", sound)

    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getparams()[:4] == (1, 2, SAMPLE_RATE, 1001)
        assert file.readframes(1001) == sound.pcm.astype("<i2").tobytes()
