"""What every speech engine must do. A new engine joins by a line in `ENGINES`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.openai_compatible.client import SpeechServer
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE
from scripts.doubles.language_model import KEY
from tests.integration.tts.test_neural_speech import ToneModel, assert_words_fit
from tests.integration.tts.test_neural_speech import engine as kokoro_of
from tests.support.speech_server import SpeechDouble
from tests.unit.tts.test_stage import request, stage

TEXT = 'The Suez Canal, opened in 1869, joins two seas. Ships pay "dearly" to pass — it is worth it!\n\nWhy? Because.'


@asynccontextmanager
async def espeak(_: Path) -> AsyncIterator[SpeechEngine]:
    yield EspeakEngine()


@asynccontextmanager
async def kokoro(folder: Path) -> AsyncIterator[SpeechEngine]:
    yield await kokoro_of(folder / "weights", ToneModel())


@asynccontextmanager
async def openai_compatible(_: Path) -> AsyncIterator[SpeechEngine]:
    double = SpeechDouble(rate=22_050)
    async with double.serving():
        made = OpenAICompatibleEngine(
            SpeechServer(base_url=double.address, model="tts-1", key=SecretStr(KEY), timeout=timedelta(seconds=30))
        )
        yield made
        await made.aclose()


ENGINES: dict[str, tuple[Callable[[Path], AbstractAsyncContextManager[SpeechEngine]], str]] = {
    "espeak": (espeak, "en-US+f3"),
    "kokoro-onnx": (kokoro, "af_sky"),
    "openai-compatible": (openai_compatible, "nova"),
}
"""How an engine is opened, and one of its English voices, which is not its default."""


@pytest.fixture(params=ENGINES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def engine(name: str, tmp_path: Path) -> AsyncIterator[SpeechEngine]:
    async with ENGINES[name][0](tmp_path) as opened:
        yield opened


async def test_every_word_is_spoken_in_order_and_has_its_time(engine: SpeechEngine) -> None:
    speech = await engine.speak(TEXT, language="en", voice=None)

    assert speech.pcm.dtype == np.int16
    assert speech.pcm.ndim == 1
    assert_words_fit(speech, TEXT)
    assert_words_fit(finish(speech, TEXT, pause=100), TEXT)
    assert min(word.end_sample - word.start_sample for word in speech.words if word.text != "—") > 0


async def test_the_same_order_gives_the_same_speech(engine: SpeechEngine, name: str) -> None:
    first = await engine.speak(TEXT, language="en", voice=ENGINES[name][1])
    again = await engine.speak(TEXT, language="en", voice=ENGINES[name][1])

    assert np.array_equal(first.pcm, again.pcm)
    assert first.words == again.words


async def test_it_names_itself_and_the_voice_that_spoke(engine: SpeechEngine, name: str) -> None:
    voice = ENGINES[name][1]

    assert (engine.name, bool(engine.version)) == (name, True)
    assert (await engine.speak("Hello there.", language="en", voice=voice)).voice == voice
    assert (await engine.speak("Hello there.", language="en", voice=None)).voice not in {"", voice}
    assert engine.voice_version("en", voice) == engine.voice_version("en", voice)


async def test_another_speed_takes_another_time(engine: SpeechEngine) -> None:
    own, fast, slow = [
        len((await engine.speak(TEXT, language="en", voice=None, speed=speed)).pcm) for speed in (1, 1.3, 0.8)
    ]

    assert fast < 0.9 * own
    assert slow > 1.1 * own


async def test_long_texts_and_single_words_are_spoken(engine: SpeechEngine) -> None:
    endless = " ".join(["the canal joins two seas and the ships pass"] * 60)

    for text in (endless, "Yes.", "7", "a\n\nb"):
        assert_words_fit(finish(await engine.speak(text, language="en", voice=None), text, pause=0), text)


async def test_an_unknown_voice_is_an_error_that_says_what_to_do(engine: SpeechEngine) -> None:
    with pytest.raises(PermanentError, match="voice") as caught:
        await engine.speak("Hello there.", language="en", voice="nobody")

    assert caught.value.code is FailureCode.SPEECH_FAILED
    assert caught.value.hint


async def test_a_stored_narration_is_used_again(engine: SpeechEngine, tmp_path: Path) -> None:
    order = request("The canal joins two seas.")

    first = await stage(tmp_path / "store", engine).narrate(order)
    again = await stage(tmp_path / "store", engine).narrate(order)

    assert first == again
    assert first.narration.samples > SAMPLE_RATE / 2
    assert first.narration.engine == engine.name
