import numpy as np
import pytest

from scenewire.errors import PermanentError
from scenewire_tts.engines.espeak.child import RefusedError, Voice, select_voice
from scenewire_tts.engines.espeak.engine import EspeakEngine, resample
from scenewire_tts.engines.espeak.spelled_out import require_readable, spelled_words
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


def spelled(text: str, marks: list[Mark], voice: str) -> tuple[str, ...]:
    return spelled_words(text, marks, voice, sample_rate=100, words_per_minute=150)


def test_letters_that_are_marked_one_by_one_are_spelled_out() -> None:
    text = "Привет мир"
    letters = [Mark(index, index * 10) for index, letter in enumerate(text) if letter != " "]

    assert spelled(text, letters, "en") == ("Привет", "мир")
    assert spelled(text, [Mark(0, 0), Mark(7, 50)], "ru") == ()


def test_words_that_take_the_time_of_letter_names_are_spelled_out() -> None:
    text = "λόγος και"
    slow, quick = [Mark(0, 0), Mark(6, 200), Mark(9, 320)], [Mark(0, 0), Mark(6, 40), Mark(9, 70)]

    assert spelled(text, slow, "en") == ("λόγος", "και")
    assert spelled(text, quick, "el") == ()


def test_numbers_acronyms_and_syllables_are_not_spelled_out() -> None:
    assert spelled("1859", [Mark(0, 0)] * 5 + [Mark(4, 900)], "en") == ()
    assert spelled("NASA", [Mark(0, 0), Mark(4, 900)], "en") == ()
    assert spelled("苏伊士运河", [Mark(index, index * 50) for index in range(6)], "cmn") == ()


def test_a_few_foreign_words_are_read_and_a_foreign_text_is_refused() -> None:
    require_readable("The word Привет means hello", ("Привет",), "en")

    with pytest.raises(PermanentError, match="the voice en would spell the text letter by letter") as refused:
        require_readable("Το κανάλι", ("κανάλι",), "en")
    assert "--language el for Greek" in refused.value.hint

    with pytest.raises(PermanentError) as refused:
        require_readable("ཡུར་བུ་འདིས་", ("ཡུར", "བུ", "འདིས"), "en")
    assert "no voice" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Το κανάλι ενώνει δύο θάλασσες.", "el"),
        ("တူးမြောင်းသည် ပင်လယ်နှစ်ခုကို ဆက်သွယ်ပေးသည်။", "my"),
        ("คลองเชื่อมทะเลสองแห่ง", "th"),
        ("ቦዩ ሁለት ባሕሮችን ያገናኛል።", "am"),
        ("התעלה מחברת בין שני ימים.", "he"),
        ("Канал соединяет два моря.", "ru"),
    ],
)
async def test_a_text_is_refused_by_the_english_voice_and_read_by_its_own(text: str, language: str) -> None:
    engine = EspeakEngine()

    with pytest.raises(PermanentError) as refused:
        await engine.speak(text, language="en", voice=None)
    assert f"--language {language}" in refused.value.hint
    assert (await engine.speak(text, language=language, voice=None)).spelled == ()


async def test_a_text_without_any_voice_is_refused_under_another_language() -> None:
    with pytest.raises(PermanentError) as refused:
        await EspeakEngine().speak("ཡུར་བུ་འདིས་རྒྱ་མཚོ་གཉིས་སྦྲེལ།", language="en", voice=None)
    assert "no voice" in refused.value.hint


async def test_japanese_with_chinese_characters_is_refused_with_its_reason() -> None:
    with pytest.raises(PermanentError) as refused:
        await EspeakEngine().speak("運河は二つの海をつなぐ。", language="ja", voice=None)
    assert "only kana" in refused.value.hint
    assert (await EspeakEngine().speak("くるまがはしる。", language="ja", voice=None)).spelled == ()


async def test_a_foreign_word_that_is_spelled_out_is_named() -> None:
    speech = await EspeakEngine().speak("The Greek word λόγος means word and reason.", language="en", voice=None)

    assert speech.spelled == ("λόγος",)


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
