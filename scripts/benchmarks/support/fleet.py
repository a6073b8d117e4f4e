"""Simulated workers on a real bus, many in a process. Run by benchmarks as `python -m scripts.benchmarks.support.fleet`.

Reads one line of JSON from standard input: a `Fleet`. Prints `ready` once all consume. Each further line of input is a
period on the monotonic clock; its answer is what was done in it.
"""

import asyncio
import gc
import json
import logging
import math
import os
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from faststream import FastStream

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.bus import Bus
from scenewire.settings import AdmissionSettings, ServiceSettings
from scenewire_assembly.handlers import register as register_assembly
from scenewire_script.handlers import register as register_script
from scenewire_script.orders.claims import OrderClaims
from scenewire_sourcing.handlers import register as register_sourcing
from scenewire_tts.handlers import register as register_tts
from scripts.benchmarks.support.simulated import Journal, SimulatedStages, WorkTimes

__all__ = ["Fleet", "FleetProcess", "fleet_process"]

_LAG_TICK_S: Final = 0.02
_THREADS: Final = 128
_SERVICES: Final = ("script", "tts", "sourcing", "assembly")


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Replicas of services, and where they work.

    Attributes:
        nats_url: the bus, provisioned.
        artifacts: folder of the store.
        replicas: by service.
        loops: of each replica of `tts`, `sourcing` and `assembly`.
        speed: of the work; 0 stands for infinite, and then no files are stored either.
    """

    nats_url: str
    artifacts: str
    replicas: dict[str, int]
    loops: int = 1
    speed: float = 0


class FleetProcess:
    """A fleet in a process of its own.

    Args:
        process: that reads from its standard input.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def report(self, since: float, until: float) -> dict[str, Any]:
        """Returns what was done in a period, once it is over; times of the monotonic clock."""
        await self.send([since, until])
        return dict(json.loads(await self.line()))

    async def send(self, value: object) -> None:
        """Sends a line of JSON."""
        if self._process.stdin is None:
            raise RuntimeError("the process has no standard input")
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        await self._process.stdin.drain()

    async def line(self) -> bytes:
        """Returns the next line of output.

        Raises:
            RuntimeError: the process has ended.
        """
        if self._process.stdout is None or not (line := await self._process.stdout.readline()):
            message = f"a process of workers ended with {await self._process.wait()}"
            raise RuntimeError(message)
        return line


@asynccontextmanager
async def fleet_process(fleet: Fleet) -> AsyncIterator[FleetProcess]:
    """Runs a fleet; yields once all its workers consume."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.benchmarks.support.fleet"),
        cwd=Path(__file__).parents[3],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    running = FleetProcess(process)
    try:
        await running.send(asdict(fleet))
        await running.line()
        yield running
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _serve(fleet: Fleet) -> None:
    logging.basicConfig(level=logging.ERROR)
    # Each worker has threads of its own in reality; a few for all of them would wait for each other's disk writes.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
    store, journal = open_store(fleet.artifacts), Journal()
    stages: Any = SimulatedStages(store if fleet.speed else None, WorkTimes(fleet.speed or math.inf), journal)
    settings = ServiceSettings(
        nats_url=fleet.nats_url,
        artifacts_url=fleet.artifacts,
        log_level="ERROR",
        drain_time=timedelta(seconds=0.1),
        monitor_port=None,
    )

    def build(service: str) -> FastStream:
        bus = Bus(service, settings)
        if service == "script":
            limits = AdmissionSettings(max_waiting=sys.maxsize)
            register_script(bus, stages, OrderClaims(store), stages, Deletions(store), loops=4, limits=limits)
        elif service == "tts":
            register_tts(bus, stages, stages, loops=fleet.loops)
        elif service == "sourcing":
            register_sourcing(bus, stages, loops=fleet.loops)
        else:
            register_assembly(bus, stages, stages, Deletions(store), loops=fleet.loops)
        return bus.app()

    async with AsyncExitStack() as stack:
        apps = [build(name) for name in _SERVICES for _ in range(fleet.replicas.get(name, 0))]
        for app in apps:
            await app.start()
        stack.push_async_callback(lambda: asyncio.gather(*(app.stop() for app in apps)))
        gc.freeze()
        lags = list[tuple[float, float]]()
        stack.callback(asyncio.create_task(_watch_loop(lags)).cancel)
        reader = await _standard_input()
        print("ready", flush=True)
        while line := await reader.readline():
            since, until = json.loads(line)
            await asyncio.sleep(max(0.0, since - time.monotonic()))
            cpu = time.process_time()
            await asyncio.sleep(max(0.0, until - time.monotonic()))
            spent = time.process_time() - cpu
            await asyncio.sleep(0)
            print(json.dumps(_report(journal, lags, since, until) | {"cpu_s": spent}), flush=True)


def _report(journal: Journal, lags: list[tuple[float, float]], since: float, until: float) -> dict[str, Any]:
    late = [lag for at, lag in lags if since <= at < until]
    return {
        "done_s": {stage: journal.done(stage, since, until) for stage in _SERVICES},
        "works": {
            stage: sum(work.stage == stage and since <= work.ended < until for work in journal.works)
            for stage in _SERVICES
        },
        "loop_lag_ms": 1000 * quantiles(late, n=100)[98] if len(late) > 1 else 0.0,
    }


async def _watch_loop(lags: list[tuple[float, float]]) -> None:
    while True:
        due = time.monotonic() + _LAG_TICK_S
        await asyncio.sleep(_LAG_TICK_S)
        lags.append((due, time.monotonic() - due))


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(sys.stdin.fileno(), "rb", 0))
    return reader


if __name__ == "__main__":
    with os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0) as unbuffered:
        given = unbuffered.readline()
    asyncio.run(_serve(Fleet(**json.loads(given))))
