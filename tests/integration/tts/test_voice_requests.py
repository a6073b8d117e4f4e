"""Requests for voices and for samples of them, answered by the tts service over a real bus."""

import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.bus.client import BusClient
from scenewire.errors import PermanentError
from scenewire.messages import ArtifactRef
from scenewire.topology import LIST_VOICES, SAMPLE_VOICE
from scenewire_tts.app import create_app
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.sample_sentences import sample_sentence
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.sound import Speech
from tests.support.bus_world import World, bus_world
from tests.support.nats import connected


class CountingEngine(EspeakEngine):
    """Espeak, which remembers what it spoke."""

    def __init__(self) -> None:
        super().__init__(words_per_minute=150)
        self.spoken: list[tuple[str, str, str | None]] = []

    @override
    async def speak(self, text: str, *, language: str, voice: str | None, speed: float = 1.0) -> Speech:
        self.spoken.append((text, language, voice))
        return await super().speak(text, language=language, voice=voice, speed=speed)


@pytest.fixture
def engine() -> CountingEngine:
    return CountingEngine()


@pytest.fixture
async def world(tmp_path: Path, engine: CountingEngine) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        settings = TtsSettings(
            nats_url=world.server.url,
            artifacts_url=(tmp_path / "artifacts").as_uri(),
            data_folder=tmp_path / "data",
            engine="espeak",
        )
        app = create_app(settings, engine=engine)
        await app.start()
        yield world
        await app.stop()


async def ask(world: World, subject: str, body: object = None) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    async with connected(world.server) as (client, _):
        return await BusClient(client).ask(subject, raw)


async def test_the_list_has_names_languages_engines_and_defaults(world: World):
    answer = await ask(world, LIST_VOICES)
    assert (answer["engine"], answer["default"]) == ("espeak", None)
    voices = {voice["name"]: voice for voice in answer["voices"]}
    assert len(voices) > 100
    assert voices["de"] == {
        "name": "de",
        "label": "German",
        "language": "de",
        "languages": ["de"],
        "engine": "espeak",
        "is_default": True,
    }
    assert {"de", "ja", "pt-br"} <= set(answer["languages"])
    assert answer["languages"] == sorted(answer["languages"])


async def test_a_sample_is_spoken_once_and_stored(world: World, engine: CountingEngine, tmp_path: Path):
    first = await ask(world, SAMPLE_VOICE, {"voice": "de", "language": "de"})
    again = await ask(world, SAMPLE_VOICE, {"voice": "de"})  # its language follows from its name
    assert first == again
    assert engine.spoken == [(sample_sentence("de"), "de", "de")]
    path = await FilesystemStore(tmp_path / "artifacts").open(ArtifactRef.model_validate(first["file"]))
    with wave.open(str(path)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(first["seconds"])
    assert 1 < first["seconds"] < 10
    assert (first["engine"], first["voice"]) == ("espeak", "de")


async def test_a_language_without_a_sentence_counts_in_numbers(world: World, engine: CountingEngine):
    answer = await ask(world, SAMPLE_VOICE, {"language": "eo"})
    assert answer["seconds"] > 1
    assert engine.spoken[0][1:] == ("eo", None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the request for a sample cannot be understood: it is not JSON"),
        ({"voice": "x" * 101}, "the request for a sample cannot be understood: voice"),
        ({"language": "Deutsch, bitte"}, "the request for a sample cannot be understood: language"),
        ({"voice": "nosuch"}, "espeak-ng has no voice 'nosuch'"),
        ({"language": "xx"}, "espeak-ng does not speak 'xx'"),
        ({"voice": "none"}, "the voice none is silence"),
    ],
)
async def test_a_request_that_cannot_be_met_is_answered_with_the_reason(world: World, body: object, message: str):
    with pytest.raises(PermanentError) as refused:
        await ask(world, SAMPLE_VOICE, body)
    assert refused.value.message.startswith(message)
    assert refused.value.hint
    assert (await ask(world, SAMPLE_VOICE, {"voice": "en-US"}))["seconds"] > 1  # and the service goes on
