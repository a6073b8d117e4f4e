"""The process of the neural model, seen from the worker: what it may do to us, and what we make of it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire_tts.engines.kokoro.model import process as model_process
from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError
from scenewire_tts.engines.kokoro.model.process import ModelProcess
from tests.support import scripted_model
from tests.support.scripted_model import BABBLE, DIE, HANG, NO_MEMORY, REFUSE

COMMAND = (sys.executable, "-P", scripted_model.__file__)
VOICE = (("af_sky", 1.0),)


def scripted(engine: str = "scripted") -> ModelProcess:
    return ModelProcess(engine, Path("nowhere"), threads=1, command=COMMAND)


@pytest.fixture
async def model():
    model = scripted()
    yield model
    await model.aclose()


def number_of(runtime: str) -> int:
    return int(runtime.removeprefix("process "))


async def test_the_model_is_loaded_once_and_answers_many(model: ModelProcess) -> None:
    greeting = await model.start()

    answers = await asyncio.gather(*(model.speak([20 + index, 9], VOICE, 1.0) for index in range(20)))

    assert [answer.audio.tolist() for answer in answers] == [[20.0 + index, 9.0] for index in range(20)]
    assert answers[0].durations == (1, 1)
    assert await model.start() == greeting


async def test_the_process_gets_no_secrets(model: ModelProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "k")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:word@host/db")

    names = (await model.start()).device.split(",")

    assert "HF_HUB_OFFLINE" in names
    assert not {"GROQ_API_KEY", "DATABASE_URL", "NATS_PASSWORD"} & set(names)


async def test_row_70_a_crash_is_transient_and_the_process_is_restarted(model: ModelProcess) -> None:
    first = (await model.start()).runtime

    with pytest.raises(TransientError, match=r"killed by signal 9; it may have run out of memory") as caught:
        await model.speak([DIE], VOICE, 1.0)

    assert caught.value.code == FailureCode.PROGRAM_FAILED
    assert (await model.speak([30], VOICE, 1.0)).audio.tolist() == [30.0]
    assert (await model.start()).runtime != first


async def test_a_process_killed_while_idle_is_restarted(model: ModelProcess) -> None:
    os.kill(number_of((await model.start()).runtime), signal.SIGKILL)

    answers = [0.0]
    while answers == [0.0]:
        try:
            answers = (await model.speak([30], VOICE, 1.0)).audio.tolist()
        except TransientError:  # asked before the system had buried it
            continue

    assert answers == [30.0]


async def test_row_70_a_process_that_hangs_is_killed(model: ModelProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_process, "_SPEAK_TIMEOUT_S", 0.2)
    hanging = number_of((await model.start()).runtime)

    with pytest.raises(TransientError, match="did not answer") as caught:
        await model.speak([HANG], VOICE, 1.0)

    assert caught.value.code == FailureCode.PROGRAM_TIMEOUT
    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)


async def test_a_cancelled_request_does_not_shift_the_next_answer(model: ModelProcess) -> None:
    await model.start()
    left = asyncio.ensure_future(model.speak([40, 41, 42], VOICE, 1.0))
    await asyncio.sleep(0)
    left.cancel()

    assert (await model.speak([50], VOICE, 1.0)).audio.tolist() == [50.0]
    assert left.cancelled()


async def test_row_70_unusable_input_is_permanent_and_out_of_memory_is_not(model: ModelProcess) -> None:
    with pytest.raises(PermanentError, match="no such voice") as caught:
        await model.speak([REFUSE], VOICE, 1.0)
    with pytest.raises(OutOfMemoryError, match="out of memory"):
        await model.speak([NO_MEMORY], VOICE, 1.0)

    assert caught.value.code == FailureCode.SPEECH_FAILED


async def test_an_answer_that_is_not_json_is_a_crash(model: ModelProcess) -> None:
    with pytest.raises(TransientError, match="speech model"):
        await model.speak([BABBLE], VOICE, 1.0)

    assert (await model.speak([60], VOICE, 1.0)).audio.tolist() == [60.0]


async def test_row_70_weights_that_cannot_be_used_are_a_setting_to_correct() -> None:
    with pytest.raises(PermanentError, match="of another voice") as caught:
        await scripted("broken").start()

    assert caught.value.code == FailureCode.INVALID_SETTINGS
    assert "weights check" in caught.value.hint


async def test_the_last_line_of_standard_error_is_reported() -> None:
    with pytest.raises(TransientError, match="exit code 3: Segmentation fault in the driver"):
        await scripted("dying").start()


async def test_the_process_ends_with_the_worker(model: ModelProcess) -> None:
    number = number_of((await model.start()).runtime)

    await model.aclose()

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
