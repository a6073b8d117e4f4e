"""Japanese and Chinese as they are really read. Runs where the extras tts-ja and tts-zh are installed."""

import importlib.util
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.kokoro.readers.reader import read_words
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.speech.spoken_text import split_words
from tests.integration.tts.test_neural_speech import ToneModel
from tests.support.weights import write_onnx_folder, write_voice

needs_japanese = pytest.mark.skipif(
    importlib.util.find_spec("pyopenjtalk") is None, reason="the extra tts-ja is not installed"
)
needs_chinese = pytest.mark.skipif(
    importlib.util.find_spec("pypinyin") is None, reason="the extra tts-zh is not installed"
)


async def engine(folder: Path, *voices: str) -> KokoroEngine:
    write_onnx_folder(folder)
    for seed, name in enumerate(voices):
        write_voice(folder / "voices" / f"{name}.pt", seed)
    made = KokoroEngine("kokoro-onnx", examine(folder), ToneModel())
    await made.start()
    return made


@needs_japanese
async def test_japanese_is_read_by_its_words_with_numbers_and_latin_letters(tmp_path: Path) -> None:
    text = "今日は、東京へ3本のNATOの本を。"

    words = await read_words(text, "j")

    assert [(text[word.position], word.phonemes) for word in words] == [
        ("今", "kʲoː"), ("は", "βa"), ("東", "toːkʲoː"), ("へ", "e"), ("3", "saɴ"), ("本", "boɴ"), ("の", "no"), ("N", "natoː"),
        ("の", "no"), ("本", "hoɴ"), ("を", "o"),
    ]  # fmt: skip
    speech = await (await engine(tmp_path, "jf_alpha")).speak(text, language="ja", voice=None)
    assert speech.voice == "jf_alpha"
    assert [word.text for word in speech.words] == [token.text for token in split_words(text)]
    starts = [word.start_sample for word in speech.words]
    assert starts == sorted(starts)


@needs_chinese
async def test_chinese_is_read_by_its_words_and_english_in_it_as_english(tmp_path: Path) -> None:
    text = "银行行长爱New York。"

    words = await read_words(text, "z")

    assert [(text[word.position], word.phonemes, word.joined) for word in words] == [
        ("银", "i↗n", False), ("行", "xa↗ŋ", True), ("行", "xa↗ŋ", False), ("长", "ꭧa↓ŋ", True), ("爱", "ai↘", False),
    ]  # fmt: skip
    speech = await (await engine(tmp_path, "zf_xiaoxiao")).speak(text, language="zh", voice=None)
    assert [word.text for word in speech.words] == [token.text for token in split_words(text)]
    assert all(word.end_sample > word.start_sample for word in speech.words)


async def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await engine(tmp_path, "jf_alpha", "zf_xiaoxiao")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    for language, package, extra in (("ja", "pyopenjtalk", "tts-ja"), ("zh-CN", "pypinyin", "tts-zh")):
        with pytest.raises(PermanentError, match=f"needs the extra {extra}: the package {package}") as caught:
            await made.speak("海。", language=language, voice=None)
        assert caught.value.code == FailureCode.SPEECH_FAILED
        assert f"scenewire[{extra}]" in (caught.value.hint or "")
