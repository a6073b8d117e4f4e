import numpy as np
import pytest

from scenewire_tts.engines.espeak.child import RefusedError, Voice, select_voice
from scenewire_tts.engines.espeak.engine import is_spelled_out, resample
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.word_timing import Mark

VOICES = [
    Voice("English (Scotland)", "gmw/en-GB-scotland", ((5, "en-gb-scotland"), (4, "en"))),
    Voice("English (Great Britain)", "gmw/en", ((2, "en-gb"), (2, "en"))),
    Voice("English (America)", "gmw/en-US", ((2, "en-us"), (3, "en"))),
    Voice("French (France)", "roa/fr", ((5, "fr-fr"), (5, "fr"))),
    Voice("Korean", "ko", ((5, "ko"),)),
]


def chosen(language: str = "en", voice: str | None = None) -> tuple[str, str]:
    return select_voice(VOICES, ["f3", "whisper"], language=language, voice=voice)


@pytest.mark.parametrize(
    ("language", "identifier"),
    [("en", "gmw/en"), ("en-US", "gmw/en-US"), ("en-AU", "gmw/en"), ("fr-Latn-CA", "roa/fr"), ("ko", "ko")],
)
def test_a_language_gets_the_voice_that_fits_best(language: str, identifier: str) -> None:
    assert chosen(language)[0] == identifier


@pytest.mark.parametrize("name", ["en-us", "gmw/en-US", "English (America)", "EN-US"])
def test_a_voice_goes_by_its_tag_its_file_and_its_name_whatever_the_language(name: str) -> None:
    assert chosen("fr", name) == ("gmw/en-US", "en-US")


def test_a_variant_follows_a_voice_or_the_languages_own() -> None:
    assert chosen("fr", "en-us+f3") == ("gmw/en-US+f3", "en-US+f3")
    assert chosen("fr", "+whisper") == ("roa/fr+whisper", "fr+whisper")


@pytest.mark.parametrize(
    ("language", "voice", "said"),
    [
        ("xx-US", None, "does not speak 'xx-US'"),
        ("en", "fr-ca", "no voice 'fr-ca'"),
        ("en", "../../etc/passwd", "no voice"),
        ("en", "en+../f3", "no variant '../f3'"),
        ("en", "en+", "no variant ''"),
    ],
)
def test_what_is_not_there_is_refused(language: str, voice: str | None, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        chosen(language, voice)


def test_writing_read_letter_by_letter_is_noticed() -> None:
    text = "Привет мир"
    letters = [Mark(index, index * 10) for index, letter in enumerate(text) if letter != " "]

    assert is_spelled_out(text, letters, "en")
    assert not is_spelled_out(text, [Mark(0, 0), Mark(7, 50)], "ru")


def test_a_few_foreign_words_numbers_and_syllable_scripts_are_not_spelled_out() -> None:
    text = "The word Привет means hello in 1859"
    marks = [Mark(0, 0), Mark(4, 0), *(Mark(9 + index, 0) for index in range(6)), *[Mark(31, 0)] * 5]

    assert not is_spelled_out(text, marks, "en")
    assert not is_spelled_out("苏伊士运河", [Mark(index, 0) for index in range(5)], "cmn")
    assert not is_spelled_out("1859", [Mark(0, 0)] * 5, "en")


@pytest.mark.parametrize("samples", [147, 1000, 22_050, 200_001])
def test_resampling_covers_the_same_time_and_moves_nothing(samples: int) -> None:
    pcm = np.zeros(samples, np.int16)
    pcm[samples // 2] = 20_000

    resampled = resample(pcm, 22_050)

    assert len(resampled) == pytest.approx(samples * SAMPLE_RATE / 22_050, abs=2)
    assert int(np.abs(resampled.astype(int)).argmax()) == pytest.approx(samples // 2 * SAMPLE_RATE / 22_050, abs=1)


def test_resampling_keeps_a_tone() -> None:
    times = np.arange(22_050) / 22_050
    pcm = (np.sin(2 * np.pi * 440 * times) * 20_000).astype(np.int16)

    resampled = resample(pcm, 22_050)

    expected = np.sin(2 * np.pi * 440 * np.arange(len(resampled)) / SAMPLE_RATE) * 20_000
    assert np.abs(resampled - expected)[100:-100].max() < 10


def test_resampling_nothing_is_nothing() -> None:
    assert len(resample(np.zeros(0, np.int16), 22_050)) == 0
