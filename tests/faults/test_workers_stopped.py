"""Workers that are told to stop, that stand still, and that are killed at random."""

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from scenewire.topology import PIPELINE
from scripts.doubles.language_model import KEY, Answer, GroqDouble
from tests.support.faults.shim import FfmpegShim
from tests.support.faults.world import ACK_WAIT, DURABLES_OF, SEED, SERVICES, WORKERS, World, until
from tests.support.footage import script_server
from tests.support.speech_server import VOICES, SpeechDouble

DRAIN_S = 0.5
HAND_OVER_S = 2.0
"""From the end of the drain time until another worker has the message; `ack_wait` is much longer."""

KILLING_S = float(os.environ.get("FAULT_SECONDS", "25"))


@dataclass
class Stuck:
    """What keeps a service at work: its settings, and whether it is at work."""

    settings: dict[str, str]
    at_work: Callable[[], bool]


@asynccontextmanager
async def stuck(victim: str, folder: Path) -> AsyncIterator[Stuck]:
    """Something outside a service that never answers its first question, and every later one at once."""
    folder.mkdir()
    once = {"SCRIPT_LOOPS": "1", "TTS_LOOPS": "1", "SOURCING_LOOPS": "1", "ASSEMBLY_LOOPS": "1"}
    match victim:
        case "script":
            async with GroqDouble().serving() as groq:
                groq.next = [Answer(silent=True)]
                provider = {"SCRIPT_PROVIDER": "groq", "GROQ_API_KEY": KEY, "GROQ_BASE_URL": groq.url}
                yield Stuck(once | provider, lambda: bool(groq.completions))
        case "tts":
            async with SpeechDouble().serving() as speech:
                assert isinstance(speech, SpeechDouble)
                speech.next = [Answer(silent=True)]
                model = {
                    "TTS_MODEL_URL": speech.address,
                    "TTS_MODEL": "m",
                    "TTS_MODEL_KEY": KEY,
                    "TTS_VOICE": VOICES[0],
                }
                yield Stuck(once | model | {"TTS_ENGINE": "openai-compatible"}, lambda: bool(speech.requests))
        case "sourcing":
            marker = folder / "asked"
            hanging = (
                f"from pathlib import Path\ntry: Path({str(marker)!r}).touch(exist_ok=False)\n"
                "except FileExistsError: answer(request, {'results': []})\nelse: time.sleep(600)"
            )
            server = script_server(folder, hanging)
            listed = [{"name": "fake", "command": server.command, "root": str(folder)}]
            yield Stuck(once | {"SOURCING_SERVERS": json.dumps(listed)}, marker.exists)
        case _:
            shim = FfmpegShim.gate(folder)
            yield Stuck(once | {"FFMPEG": str(shim.path)}, lambda: shim.runs > 0)


async def deliveries(world: World, victim: str) -> int:
    """Returns how often messages of a service were delivered, repetitions included."""
    info = await world.jetstream.consumer_info(PIPELINE.name, DURABLES_OF[victim][-1 if victim == "tts" else 0])
    assert info.delivered is not None
    return int(info.delivered.consumer_seq)


@pytest.mark.smoke
@pytest.mark.parametrize("victim", WORKERS)
async def test_row_31_a_worker_that_is_told_to_stop_hands_its_message_over(world: World, tmp_path: Path, victim: str):
    world.about(31, "SIGTERM in the middle of its work", victim)
    world.secrets.add(KEY)
    async with stuck(victim, tmp_path / "stuck") as outside:
        first = await world.replace(victim, DRAIN_TIME=str(DRAIN_S), **outside.settings)
        before = await deliveries(world, victim)
        topic = {"scenes": 0, "duration": 10, "topic": "Canals"} if victim == "script" else {"scenes": 1}
        project = await world.order(**topic)
        await until(outside.at_work, f"{victim} is at work")
        assert await deliveries(world, victim) == before + 1
        await world.start(victim, **outside.settings)
        world.fault()
        first.send(signal.SIGTERM)
        told = time.monotonic()

        async def delivered_again() -> bool:
            return await deliveries(world, victim) > before + 1

        await until(delivered_again, "the message comes again", within_s=DRAIN_S + HAND_OVER_S)
        assert time.monotonic() - told < DRAIN_S + HAND_OVER_S < ACK_WAIT.total_seconds()
        assert await first.ended() == 0
        await world.outcome(project)
        assert await deliveries(world, victim) == before + 2
        await world.replace(victim)


async def test_row_32_a_worker_that_stands_still_wakes_up_too_late(world: World, tmp_path: Path):
    world.about(32, "SIGSTOP until another worker has finished, then SIGCONT", "assembly")
    shim = FfmpegShim.gate(tmp_path / "stuck")
    zombie = await world.replace("assembly", FFMPEG=str(shim.path), LOG_LEVEL="DEBUG")
    project = await world.order(scenes=1)
    await until(lambda: shim.runs > 0, "assembly is at work")
    zombie.send(signal.SIGSTOP)
    world.fault()
    await world.start("assembly", FFMPEG=str(shim.path))
    await world.outcome(project)
    assert world.report.seconds is not None
    assert world.report.seconds > ACK_WAIT.total_seconds() / 2, "the message did not wait for the zombie"
    shim.open()
    zombie.send(signal.SIGCONT)
    await until(
        lambda: any(event["duplicate"] for event in zombie.events("published")), "the zombie publishes what is there"
    )
    zombie.kill()
    assert len(await world.messages("segment.rendered.*", project)) == 1


@pytest.mark.timeout(600)
async def test_row_33_workers_are_killed_at_random(world: World):
    print(f"FAULT_SEED={SEED}")  # noqa: T201
    world.about(33, f"kill -9 at random moments for {KILLING_S:g} s, seed {SEED}", "all services")
    chance = random.Random(SEED)
    until_then = time.monotonic() + KILLING_S
    kills = 0
    while time.monotonic() < until_then:
        if kills % 4 == 0:
            await world.order(scenes=chance.randint(1, 3))
        await asyncio.sleep(chance.uniform(0.0, 2.5))  # the moment
        await world.replace(chance.choice(SERVICES))
        kills += 1
    world.fault()
    for project in world.orders:
        await world.outcome(project, within_s=300)
