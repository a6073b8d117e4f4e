"""What becomes of the service when its weights are wrong at its start, or change while it runs."""

import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import AudioRendered, NarrationRequested, ProjectFailed
from scenewire.topology import PIPELINE, TTS
from scenewire_cli.stack.nats_server import NatsServer
from scenewire_tts.app import create_app
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.kokoro.model.process import ModelProcess
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.engines.selection import select_engine
from scenewire_tts.installation.installer import install
from scenewire_tts.settings import TtsSettings
from tests.integration.tts.test_voice_installation import Shown
from tests.support.nats import provisioned_server
from tests.support.onnx_graph import graph
from tests.support.weights import write_onnx_folder
from tests.unit.tts.test_stage import request, stage

pytest.importorskip("onnxruntime")


class Running:
    """A started engine, its model's process and its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = ModelProcess("kokoro-onnx", folder, threads=1)
        self.engine = KokoroEngine("kokoro-onnx", examine(folder), self.model)

    async def speak(self, voice: str = "af_heart") -> int:
        return len((await self.engine.speak("Two seas meet here.", language="en", voice=voice)).pcm)

    async def speak_after_the_death(self, voice: str = "af_heart") -> int:
        while True:
            with suppress(TransientError):  # asked before the system had reported the death
                return await self.speak(voice)

    def kill_the_model(self) -> None:
        assert self.model._process is not None
        os.kill(self.model._process.pid, signal.SIGKILL)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    running = Running(write_onnx_folder(tmp_path / "weights"))
    await running.engine.start()
    yield running
    await running.engine.aclose()


async def narrate(engine: SpeechEngine, store: Path, voice: str) -> None:
    await stage(store, engine).narrate(request("Two seas meet here.", number=4, voice=voice))


async def test_a_voice_that_vanishes_fails_the_scene_that_needs_it_and_no_other(
    running: Running, tmp_path: Path
) -> None:
    (running.folder / "voices" / "af_sky.pt").unlink()

    with pytest.raises(PermanentError, match=r"scene 4: .*af_sky") as caught:
        await narrate(running.engine, tmp_path / "store", "af_sky")

    assert caught.value.code == FailureCode.SPEECH_FAILED
    await narrate(running.engine, tmp_path / "store", "af_heart")


async def test_a_voice_that_vanishes_is_missed_by_a_model_that_starts_again(running: Running) -> None:
    (running.folder / "voices" / "af_sky.pt").unlink()
    running.kill_the_model()

    with pytest.raises(PermanentError, match="the voice af_sky is not in the folder of weights any more"):
        await running.speak_after_the_death("af_sky")


async def test_a_voice_that_is_cut_off_fails_the_scene_that_needs_it(running: Running, tmp_path: Path) -> None:
    voice = running.folder / "voices" / "af_sky.pt"
    voice.write_bytes(voice.read_bytes()[:1000])

    with pytest.raises(PermanentError, match=r"scene 4: .*af_sky"):
        await narrate(running.engine, tmp_path / "store", "af_sky")


async def test_a_loaded_model_outlives_its_file_and_its_next_start_names_what_is_missing(running: Running) -> None:
    length = await running.speak()
    (running.folder / "kokoro.onnx").unlink()
    assert await running.speak() == length

    running.kill_the_model()
    with pytest.raises(PermanentError, match=r"contains no \.onnx file") as caught:
        await running.speak_after_the_death()

    assert caught.value.code == FailureCode.INVALID_SETTINGS


async def test_weights_that_all_vanish_come_back_without_a_restart_of_the_service(running: Running) -> None:
    length = await running.speak()
    away = running.folder.rename(running.folder.with_name("away"))
    running.kill_the_model()
    with pytest.raises(PermanentError, match=r"contains no \.onnx file"):
        await running.speak_after_the_death()

    shutil.copytree(away, running.folder)

    assert await running.speak() == length


async def test_an_installation_over_a_running_voice_does_not_disturb_it(tmp_path: Path) -> None:
    first = write_onnx_folder(tmp_path / "first")
    second = write_onnx_folder(tmp_path / "second", tells_durations=False)
    await install(tmp_path / "weights", source=str(first), progress=Shown())
    running = Running(tmp_path / "weights")
    await running.engine.start()
    length = await running.speak()

    assert (await install(tmp_path / "weights", source=str(second), progress=Shown())).is_new

    assert await running.speak() == length
    await running.engine.aclose()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (graph(tokens="phonemes"), "is not a Kokoro graph"),
        (graph().replace(b"ReduceSum", b"ReduceSam"), "cannot be loaded"),
    ],
    ids=["another model", "unknown operator"],
)
async def test_a_model_that_is_complete_and_cannot_speak_stops_the_service_at_its_start(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    write_onnx_folder(tmp_path / "weights")
    (tmp_path / "weights" / "kokoro.onnx").write_bytes(content)
    settings = TtsSettings(artifacts_url=tmp_path.as_uri(), data_folder=tmp_path)
    assert select_engine(settings).engine == "kokoro-onnx"
    create_app(settings)
    running = Running(tmp_path / "weights")

    with pytest.raises(PermanentError, match=reason) as caught:
        await running.engine.start()

    await running.engine.aclose()
    assert caught.value.code == FailureCode.INVALID_SETTINGS
    assert "scenewire weights check" in caught.value.hint


@pytest.mark.parametrize("name", ["kokoro.onnx", "config.json"])
async def test_a_cut_off_file_is_found_before_the_service_starts(tmp_path: Path, name: str) -> None:
    cut = write_onnx_folder(tmp_path / "weights") / name
    cut.write_bytes(cut.read_bytes()[:-300])

    selection = select_engine(TtsSettings(artifacts_url=tmp_path.as_uri(), data_folder=tmp_path))
    assert (selection.engine, f"{name} is damaged" in selection.note) == ("espeak", True)
    with pytest.raises(PermanentError, match=f"{name} is damaged"):
        create_app(TtsSettings(artifacts_url=tmp_path.as_uri(), weights=tmp_path / "weights"))


@asynccontextmanager
async def serving(server: NatsServer, folder: Path) -> AsyncIterator[None]:
    app = create_app(
        TtsSettings(
            nats_url=server.url,
            artifacts_url=(folder / "artifacts").as_uri(),
            weights=folder / "weights",
            data_folder=folder,
        )
    )
    try:
        await app.start()
        yield
    finally:
        await app.stop()


async def narration_of(jetstream: JetStreamContext, order: NarrationRequested) -> AudioRendered:
    rendered = await jetstream.subscribe(AudioRendered.SUBJECT, ordered_consumer=True)
    await jetstream.publish(TTS.subjects[0], order.model_dump_json().encode())
    return AudioRendered.model_validate_json((await rendered.next_msg(timeout=30)).data)


async def test_an_order_waits_while_the_service_cannot_start_and_is_spoken_once_the_weights_are_repaired(
    tmp_path: Path,
) -> None:
    model = write_onnx_folder(tmp_path / "weights") / "kokoro.onnx"
    model.write_bytes(graph(tokens="phonemes"))
    order = request("Two seas meet here.", voice="af_heart")
    async with provisioned_server(tmp_path) as (server, jetstream):
        await jetstream.publish(TTS.subjects[0], order.model_dump_json().encode())
        with pytest.raises(PermanentError, match="is not a Kokoro graph"):
            async with serving(server, tmp_path):
                pass
        model.write_bytes(graph())

        rendered = await jetstream.subscribe(AudioRendered.SUBJECT, ordered_consumer=True)
        async with serving(server, tmp_path):
            spoken = AudioRendered.model_validate_json((await rendered.next_msg(timeout=30)).data)
        subjects = (await jetstream.stream_info(PIPELINE.name, subjects_filter=">")).state.subjects

    assert (spoken.project_id, spoken.narration.engine) == (order.project_id, "kokoro-onnx")
    assert ProjectFailed.SUBJECT not in (subjects or {})


async def test_an_order_fails_by_name_when_the_weights_vanish_and_the_next_one_is_spoken_when_they_are_back(
    tmp_path: Path,
) -> None:
    weights = write_onnx_folder(tmp_path / "weights")
    async with provisioned_server(tmp_path) as (server, jetstream), serving(server, tmp_path):
        await narration_of(jetstream, request("Two seas meet here."))
        failures = await jetstream.subscribe(ProjectFailed.SUBJECT, ordered_consumer=True)
        away = weights.rename(tmp_path / "away")
        kill_model_processes()
        lost = request("Ships pass the canal.", number=7)
        await jetstream.publish(TTS.subjects[0], lost.model_dump_json().encode())
        failure = ProjectFailed.model_validate_json((await failures.next_msg(timeout=60)).data)
        away.rename(weights)

        again = await narration_of(jetstream, request("Ships pass the canal."))

    assert (failure.project_id, failure.code) == (lost.project_id, FailureCode.INVALID_SETTINGS)
    assert re.search(r"scene 7: .* contains no \.onnx file", failure.message)
    assert "scenewire voices install" in failure.hint
    assert again.narration.engine == "kokoro-onnx"


def kill_model_processes() -> None:
    """Kills the speech models that this process started."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"kokoro.model.child" in (entry.parent / "cmdline").read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)
