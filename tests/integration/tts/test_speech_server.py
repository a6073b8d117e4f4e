"""Speech by servers that speak the OpenAI interface, over real HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import AudioRendered
from scenewire.topology import TTS
from scenewire_tts.app import create_app
from scenewire_tts.engines.openai_compatible.client import SpeechServer
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scripts.doubles.language_model import KEY, Answer, error
from tests.support.nats import provisioned_server
from tests.support.product import run
from tests.support.speech_server import LETTER_S, SpeechDouble, tone, wav
from tests.unit.tts.test_stage import request

TEXT = "The canal joins two seas and thirteen ports on the long way to the east of India. Ships pay to pass through it."


@pytest.fixture
async def double() -> AsyncIterator[SpeechDouble]:
    double = SpeechDouble()
    async with double.serving():
        yield double


@asynccontextmanager
async def engine_of(
    double: SpeechDouble, *, model: str = "tts-1", key: str = KEY, timeout_s: float = 10, url: str = ""
) -> AsyncIterator[OpenAICompatibleEngine]:
    engine = OpenAICompatibleEngine(
        SpeechServer(
            base_url=url or double.address,
            model=model,
            key=SecretStr(key) if key else None,
            timeout=timedelta(seconds=timeout_s),
        )
    )
    try:
        yield engine
    finally:
        await engine.aclose()


async def speak(engine: OpenAICompatibleEngine, text: str = "Hello there.", voice: str | None = None) -> Speech:
    return await engine.speak(text, language="en", voice=voice)


async def test_a_request_follows_the_interface_and_leaves_out_what_was_not_ordered(double: SpeechDouble) -> None:
    async with engine_of(double) as engine:
        plain = await speak(engine)
        await engine.speak("Hello there.", language="en", voice="nova", speed=1.25)

    first, second = double.requests
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.body == {"model": "tts-1", "input": "Hello there.", "response_format": "wav"}
    assert second.body == {**first.body, "voice": "nova", "speed": 1.25}
    assert plain.voice == "default"


async def test_each_sentence_is_a_request_so_that_its_time_is_exact_and_the_note_says_that_words_are_estimated(
    double: SpeechDouble,
) -> None:
    async with engine_of(double) as engine:
        speech = await speak(engine, TEXT)

    first, second = [asked.body["input"] for asked in double.requests]
    assert f"{first} {second}" == TEXT
    ships = next(word for word in speech.words if word.text == "Ships")
    letters = sum(map(str.isalnum, first))
    expected = letters * LETTER_S + 0.3 + 3 * 0.05  # a pause, and the margins around each sentence
    assert ships.start_sample / SAMPLE_RATE == pytest.approx(expected, abs=0.03)
    assert [note.startswith("Times of words are estimates") for note in speech.notes] == [True]


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
async def test_every_sample_rate_is_resampled(rate: int) -> None:
    double = SpeechDouble(rate=rate)
    async with double.serving(), engine_of(double) as engine:
        speech = await speak(engine, "The canal joins two seas.")

    assert len(speech.pcm) / SAMPLE_RATE == pytest.approx(20 * LETTER_S + 0.1, abs=0.02)


async def test_a_server_without_wav_is_asked_for_pcm_and_from_then_on_only_for_that() -> None:
    double = SpeechDouble(rate=16_000, formats=("pcm",))
    async with double.serving(), engine_of(double) as engine:
        speech = await speak(engine, "The canal joins two seas.")
        await speak(engine)

    assert [asked.body["response_format"] for asked in double.requests] == ["wav", "pcm", "pcm"]
    assert len(speech.pcm) / SAMPLE_RATE == pytest.approx(20 * LETTER_S + 0.1, abs=0.02)


async def test_a_language_that_espeak_lacks_divides_a_sentence_by_its_letters(double: SpeechDouble) -> None:
    async with engine_of(double) as engine:
        speech = await engine.speak("aaaa bb bb", language="xx", voice=None)

    lengths = [word.end_sample - word.start_sample for word in speech.words]
    assert lengths[0] == pytest.approx(2 * lengths[1] + 0.05 * SAMPLE_RATE, rel=0.05)  # the margin before it


@pytest.mark.parametrize(("headers", "seconds"), [({"retry-after": "7"}, 7), ({}, None)])
async def test_a_rate_limit_is_passed_on_with_the_wait_that_the_server_names(
    double: SpeechDouble, headers: dict[str, str], seconds: float | None
) -> None:
    double.next = [error(429, headers=headers)]
    async with engine_of(double) as engine:
        with pytest.raises(TransientError) as limited:
            await speak(engine)

    assert limited.value.code is FailureCode.RATE_LIMITED
    assert limited.value.retry_after == seconds


WAV = wav(tone(1, 24_000))

TROUBLE = {
    "loading": error(503, "Loading model"),
    "502": Answer(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
    "never answers": Answer(silent=True),
    "never ends": Answer(body=WAV, endless=True),
    "body breaks off": Answer(body=WAV[:10_000], missing_bytes=10_000),
    "truncated file": Answer(body=WAV[:10_000]),
    "only a header": Answer(body=WAV[:40]),
    "no audio": Answer(body=wav(b"")),
    "silence": Answer(body=wav(bytes(48_000))),
    "garbage": Answer(body=bytes(range(256)) * 40, headers={"content-type": "audio/wav"}),
    "another format": Answer(body=b"ID3\x04" + bytes(2_000), headers={"content-type": "audio/mpeg"}),
    "a page": Answer(body=b"<html>Log in</html>", headers={"content-type": "text/html"}),
    "empty": Answer(body=b""),
    "too large": Answer(body=WAV + bytes(33 << 20)),
}


@pytest.mark.parametrize("reply", TROUBLE.values(), ids=TROUBLE)
async def test_a_server_in_trouble_is_asked_again_later(double: SpeechDouble, reply: Answer) -> None:
    double.next = [reply]
    async with engine_of(double, timeout_s=2) as engine:
        with pytest.raises(TransientError) as trouble:
            await speak(engine)
        assert len((await speak(engine)).words) == 2

    assert trouble.value.code is FailureCode.SPEECH_FAILED
    assert double.address in trouble.value.message
    assert len(double.requests) == 2


async def test_an_unreachable_server_is_transient_and_the_hint_names_the_setting(double: SpeechDouble) -> None:
    async with engine_of(double, url="http://127.0.0.1:1/v1") as engine:
        with pytest.raises(TransientError, match="cannot be reached: ConnectError") as unreachable:
            await speak(engine)

    assert "TTS_MODEL_URL" in unreachable.value.hint


async def test_a_refused_key_is_permanent_and_is_never_shown(double: SpeechDouble) -> None:
    double.key = "sk-another"
    for key, words in ((KEY, "rejects the key"), ("", "requires a key")):
        async with engine_of(double, key=key) as engine:
            with pytest.raises(PermanentError, match=words) as refused:
                await speak(engine)
        assert refused.value.code is FailureCode.PROVIDER_REFUSED
        assert "TTS_MODEL_KEY" in refused.value.hint
        assert KEY not in str(refused.value)


async def test_a_server_that_echoes_the_key_does_not_reveal_it(double: SpeechDouble) -> None:
    double.next = [error(400, f"bad key {KEY}")] * 2
    async with engine_of(double) as engine:
        with pytest.raises(PermanentError, match="bad key …"):
            await speak(engine)


async def test_a_redirect_takes_neither_the_request_nor_the_key_elsewhere(double: SpeechDouble) -> None:
    elsewhere = SpeechDouble()
    async with elsewhere.serving(), engine_of(double) as engine:
        double.next = [Answer(307, headers={"location": f"{elsewhere.address}/audio/speech"})]
        with pytest.raises(PermanentError, match="redirects") as redirected:
            await speak(engine)

    assert "TTS_MODEL_URL" in redirected.value.hint
    assert elsewhere.requests == []


async def test_an_address_without_the_interface_is_an_error_that_names_both_settings(double: SpeechDouble) -> None:
    async with engine_of(double, url=double.url) as engine:
        with pytest.raises(PermanentError, match="404") as lost:
            await speak(engine)

    assert "TTS_MODEL," in lost.value.hint
    assert "TTS_MODEL_URL" in lost.value.hint


async def test_a_voice_that_the_server_lacks_is_an_error_with_its_own_words(double: SpeechDouble) -> None:
    async with engine_of(double) as engine:
        with pytest.raises(PermanentError, match="voice must be one of alloy, nova") as refused:
            await speak(engine, voice="af_heart")

    assert refused.value.code is FailureCode.SPEECH_FAILED
    assert "--voice" in refused.value.hint


# --- the service and the command -------------------------------------------------------------------


async def test_the_service_speaks_with_the_server_of_its_settings_and_logs_no_key(
    double: SpeechDouble, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    async with provisioned_server(tmp_path) as (bus, jetstream):
        settings = TtsSettings.model_validate(
            {
                "nats_url": bus.url,
                "artifacts_url": tmp_path.as_uri(),
                "model_url": double.address,
                "model_name": "tts-1",
                "model_key": KEY,
                "voice": "nova",
                "log_level": "DEBUG",
                "log_file": log,
                "data_folder": tmp_path / "data",
            }
        )
        app = create_app(settings)
        await app.start()
        try:
            listening = await jetstream.subscribe(AudioRendered.SUBJECT, ordered_consumer=True)
            await jetstream.publish(TTS.subjects[0], request(TEXT).model_dump_json().encode())
            rendered = AudioRendered.model_validate(json.loads((await listening.next_msg(timeout=30)).data))
        finally:
            await app.stop()

    assert (rendered.narration.engine, rendered.narration.voice) == ("openai-compatible", "nova")
    assert KEY.encode() not in log.read_bytes()


async def test_doctor_names_the_server_and_try_speaks_with_it(double: SpeechDouble, tmp_path: Path) -> None:
    settings = {"TTS_MODEL_URL": double.address, "TTS_MODEL": "tts-1", "TTS_MODEL_KEY": KEY}
    doctor = await run("doctor", data=tmp_path / "data", cwd=tmp_path, **settings)
    tried = await run("voices", "try", "Two seas meet.", data=tmp_path / "data", cwd=tmp_path, **settings)
    incomplete = await run("doctor", data=tmp_path / "data", cwd=tmp_path, TTS_MODEL_URL=double.address)

    assert f"openai-compatible with tts-1 at {double.address}, because TTS_MODEL_URL is set" in doctor.out
    assert tried.returncode == 0, tried.err
    assert (tmp_path / "default.wav").stat().st_size > 10_000
    assert "openai-compatible cannot be used: TTS_MODEL is not set" in incomplete.out
    assert KEY not in doctor.out + doctor.err + tried.out + tried.err
