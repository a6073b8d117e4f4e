"""`TTS_ENGINE=auto`: a natural voice where it has the language, espeak elsewhere, and the note that says so."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Narration
from scenewire_tts.app import create_app
from scenewire_tts.engines.automatic import AutomaticEngine, SubstituteEngine
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.engines.opening import open_engine
from scenewire_tts.engines.selection import select_engine
from scenewire_tts.settings import TtsSettings
from scenewire_tts.voices import check_voice, list_voices
from tests.integration.tts.test_neural_speech import ToneModel
from tests.support.weights import write_onnx_folder, write_voice
from tests.unit.tts.test_stage import request, stage


async def automatic(folder: Path) -> AutomaticEngine:
    engine = AutomaticEngine(
        KokoroEngine("kokoro-onnx", examine(write_onnx_folder(folder)), ToneModel()), EspeakEngine()
    )
    await engine.start()
    return engine


async def narrated(engine: SpeechEngine, folder: Path, **options: Any) -> Narration:
    text = "Der Kanal verbindet zwei Meere." if options.get("language") == "de" else "The canal joins two seas."
    return (await stage(folder, engine).narrate(request(text, **options))).narration


@pytest.mark.parametrize(
    ("options", "engine", "voice"),
    [
        ({"language": "en"}, "kokoro-onnx", "af_heart"),
        ({"language": "en", "voice": "af_sky"}, "kokoro-onnx", "af_sky"),
        ({"language": "en", "voice": "en-us+f3"}, "espeak", "en-US+f3"),
        ({"language": "de"}, "espeak", "de"),
        ({"language": "de", "voice": "de+f3"}, "espeak", "de+f3"),
        ({"language": "de", "voice": "af_heart"}, "espeak", "de"),
    ],
)
async def test_the_language_and_the_voice_choose_the_engine(
    tmp_path: Path, options: dict[str, str], engine: str, voice: str
) -> None:
    narration = await narrated(await automatic(tmp_path / "weights"), tmp_path / "store", **options)

    assert (narration.engine, narration.voice) == (engine, voice)
    is_substitute = engine == "espeak" and options.get("voice") in {None, "af_heart"}
    dropped = " with its default voice instead of af_heart" if "voice" in options else ""
    note = f"espeak speaks German{dropped}, because kokoro-onnx does not speak 'de'."
    assert narration.notes == ((note,) if is_substitute else ())


async def test_a_stored_narration_without_the_note_is_not_used_again(tmp_path: Path) -> None:
    plain = await narrated(EspeakEngine(), tmp_path / "store", language="de")
    noted = await narrated(await automatic(tmp_path / "weights"), tmp_path / "store", language="de")

    assert (plain.notes, len(noted.notes)) == ((), 1)
    assert plain.audio == noted.audio


async def test_a_named_engine_refuses_a_language_that_it_lacks(tmp_path: Path) -> None:
    write_onnx_folder(tmp_path / "weights")
    values = {"artifacts_url": "file:///", "engine": "kokoro-onnx", "data_folder": tmp_path}
    settings = TtsSettings.model_validate(values)

    engine = open_engine(settings, select_engine(settings))

    assert isinstance(engine, KokoroEngine)
    with pytest.raises(PermanentError, match="does not speak 'de'") as caught:
        await engine.speak("Hallo.", language="de", voice=None)
    assert caught.value.code == FailureCode.SPEECH_FAILED


async def test_orders_are_checked_against_the_engine_that_would_speak_them(tmp_path: Path) -> None:
    write_onnx_folder(tmp_path / "weights")

    for language, voice in (("en", None), ("de", None), ("de", "af_heart"), ("en", "en-us+f3"), ("en", "af_heart")):
        await check_voice(language, voice, data=tmp_path)
    with pytest.raises(PermanentError, match="no voice 'af_hart'") as caught:
        await check_voice("en", "af_hart", data=tmp_path)
    assert "similar names: af_heart" in caught.value.hint
    with pytest.raises(PermanentError, match="espeak-ng has no voice 'en-usa'") as caught:
        await check_voice("en", "en-usa", data=tmp_path)
    assert "similar names: en-US" in caught.value.hint


async def test_a_language_whose_reader_is_missing_is_spoken_by_espeak_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await automatic(tmp_path / "weights")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pyopenjtalk" else find(name))

    write_voice(tmp_path / "weights" / "voices" / "jf_alpha.pt", 1)
    listed = await list_voices("ja", data=tmp_path)
    assert {voice.engine for voice in listed} <= {"espeak"}

    chosen = engine.for_order("ja", None)

    assert isinstance(chosen, SubstituteEngine)
    assert "espeak speaks Japanese, because reading 'ja' needs the extra tts-ja" in chosen.version


async def test_a_natural_voice_that_is_not_installed_names_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="espeak-ng has no voice 'af_heart'") as caught:
        await check_voice("en", "af_heart", data=tmp_path)

    assert caught.value.hint == "af_heart is a natural voice; `scenewire voices install` installs a natural voice"


async def test_an_installed_voice_that_is_incomplete_is_noted_in_every_narration(tmp_path: Path) -> None:
    (write_onnx_folder(tmp_path / "weights") / "kokoro.onnx").unlink()
    settings = TtsSettings(artifacts_url="file:///", data_folder=tmp_path)

    engine = open_engine(settings, select_engine(settings))

    assert isinstance(engine, SubstituteEngine)
    narration = await narrated(engine, tmp_path / "store", language="en")
    assert (narration.engine, narration.voice) == ("espeak", "en")
    assert "*.onnx is missing" in narration.notes[0]
    create_app(TtsSettings(artifacts_url=tmp_path.as_uri(), data_folder=tmp_path))


async def test_with_japanese_voices_alone_english_is_spoken_by_one_of_them_and_noted(tmp_path: Path) -> None:
    folder = write_onnx_folder(tmp_path / "weights")
    shutil.rmtree(folder / "voices")
    for seed, name in enumerate(("jf_alpha", "jm_kumo")):
        write_voice(folder / "voices" / f"{name}.pt", seed)
    engine = AutomaticEngine(KokoroEngine("kokoro-onnx", examine(folder), ToneModel()), EspeakEngine())
    await engine.start()

    english = await narrated(engine, tmp_path / "store", language="en")
    french = await narrated(engine, tmp_path / "store", language="fr")
    listed = [voice for voice in await list_voices("en", data=tmp_path) if voice.is_default]

    assert (english.engine, english.voice) == ("kokoro-onnx", "jm_kumo")
    assert "jm_kumo (Japanese)" in english.notes[0]
    assert (french.engine, french.voice) == ("espeak", "fr")
    assert [(voice.name, voice.engine) for voice in listed] == [("jm_kumo", "kokoro-onnx")]
