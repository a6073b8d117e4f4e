"""Accounts of what handlers use."""

import asyncio
import sys
import time

from scenewire.accounting import Account, charge, charge_provider, measure_threads, not_accounted
from scenewire.messages import Footage, FootageSourced, ProviderUse
from scenewire.processes.measured_children import measure_children
from scenewire.processes.run import run_program
from tests.support import builders

BURN = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"


def burn(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_handlers_that_overlap_are_charged_for_their_own_steps_and_threads_only():
    measure_threads()
    busy, idle = Account("busy"), Account("idle")

    async def work(steps: int) -> None:
        for _ in range(steps):
            burn(0.01)
            await asyncio.sleep(0)
            await asyncio.to_thread(burn, 0.02)

    async def handle(account: Account, steps: int) -> None:
        with account.open():
            await account.measured(work(steps))

    await asyncio.gather(handle(busy, 10), handle(idle, 1))
    assert 0.3 <= busy.take().own_cpu_s < 0.4
    assert 0.03 <= idle.take().own_cpu_s < 0.06


async def test_a_child_and_its_children_are_charged_to_the_handler_that_started_it():
    measure_children()
    charged, other = Account("charged"), Account("other")
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN.format(0.3)!r}])\n" + BURN.format(
        0.2
    )

    async def handle(account: Account, program: str) -> None:
        with account.open():
            await run_program([sys.executable, "-c", program], timeout=60)

    await asyncio.gather(handle(charged, program), handle(other, "pass"))
    assert 0.5 <= charged.take().child_cpu_s < 1.0
    assert other.take().child_cpu_s < 0.3


async def test_a_process_that_outlives_its_message_is_not_charged_to_it():
    measure_children()
    account = Account("tts")
    with account.open(), not_accounted():
        await run_program([sys.executable, "-c", "pass"], timeout=60)
    assert account.take().child_cpu_s == 0


async def test_a_second_result_of_a_handler_has_only_what_came_after_the_first():
    account = Account("assembly")

    async def handle() -> tuple[float, int]:
        burn(0.05)
        charge(bytes_stored=100, results_made=1)
        first = account.take()
        return first.own_cpu_s, first.bytes_stored

    with account.open():
        assert await account.measured(handle()) >= (0.05, 100)
    second = account.take()
    assert (second.bytes_stored, second.results_made) == (0, 0)
    assert second.own_cpu_s < 0.05


async def test_uses_of_one_model_add_up_and_unknown_parts_stay_unknown():
    account = Account("script")
    known = ProviderUse(provider="groq", model="m", requests=1, input_tokens=10, output_tokens=5)
    with account.open():
        charge_provider(known)
        charge_provider(known)
        charge_provider(known.model_copy(update={"model": "other"}))
        charge_provider(ProviderUse(provider="groq", model="other", requests=1))
    first, second = account.take().providers
    assert (first.requests, first.input_tokens, first.output_tokens) == (2, 20, 10)
    assert (second.requests, second.input_tokens) == (2, None)


async def test_exceptions_and_cancellations_reach_a_measured_handler():
    account = Account("script")
    heard: list[str] = []

    async def handle() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise
        return ""

    async def run() -> None:
        await account.measured(handle())

    task = asyncio.create_task(run())
    await asyncio.sleep(0)
    task.cancel()
    results = await asyncio.gather(task, return_exceptions=True)
    assert heard == ["cancelled"]
    assert isinstance(results[0], asyncio.CancelledError)


def test_the_next_message_of_a_scene_does_not_carry_the_work_of_the_one_before():
    spoken = builders.audio_rendered().model_copy(update={"work": Account("tts").take()})
    sourced = spoken.next(FootageSourced, footage=Footage(fallback=True))
    assert spoken.work is not None
    assert (sourced.work, sourced.narration) == (None, spoken.narration)


def test_charges_outside_of_handlers_have_no_effect():
    charge(bytes_stored=1)
    charge_provider(ProviderUse(provider="groq", model="m", requests=1))
