"""A worker is a replica of `tts`, of `sourcing` and of `assembly`, each with one loop and a connection of its own.

The real services' handlers, delivery and messages run on a real nats-server that syncs every write. Speech, footage and encoding
are sleeps, four times shorter than measured for 1080p, so that all workers fit on two processors. Projects have 3 to 25
scenes, and a new one is ordered for each that is finished.

*Busy* is the work of `assembly`, the bottleneck, in seconds a second: the number of its loops if none ever waits. *Efficiency* is
busy, divided by the number of loops. Because work is four times shorter than in reality and messages cost the same, waiting
weighs four times more than it would. The last rows have two loops a replica, with different limits `BUS_MAX_IN_FLIGHT`. The short
form measures four numbers of workers for four seconds each, the long form seven for 20.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from nats.aio.msg import Msg

from scenewire.messages import VideoAssembled
from scenewire.processors import usable_processors
from scenewire.topology import news_subject
from scripts.benchmarks.support.broker import Broker, running_broker, usage_of
from scripts.benchmarks.support.fleet import Fleet, FleetProcess, fleet_process
from scripts.benchmarks.support.result import Aim, Column, Result, Table
from scripts.benchmarks.support.simulated import order_of

TITLE = "Many workers"

SPEED: Final = 4.0
SCENES: Final = (3, 5, 8, 10, 12, 25)
"""Scenes of projects."""

_SCENES_IN_PROGRESS: Final = 5
"""For each loop, on average: enough that none waits for work."""

_WARM_UP_S: Final = 5.0
"""Until the scenes of the first orders are spoken."""
_SMALL_LIMIT: Final = 64


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is measured: numbers of workers and of the loops of each, and the limit of messages in flight."""

    workers: int
    loops: int = 1
    max_in_flight: int | None = None

    @property
    def name(self) -> str:
        """Name of its row."""
        if self.max_in_flight is None:
            return str(self.workers)
        return f"{self.workers} with {self.loops} loops, BUS_MAX_IN_FLIGHT={self.max_in_flight}"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Rates of a period.

    Attributes:
        busy: work of `assembly`, seconds a second.
        scenes_per_s: encoded, with each join as one more.
        workers_cpu: processors that all workers used.
        broker_cpu: processors that the server used.
        lag_ms: delay of the workers' event loops that 99 % of samples do not exceed.
    """

    busy: float
    scenes_per_s: float
    workers_cpu: float
    broker_cpu: float
    lag_ms: float


async def measure(folder: Path, setting: Setting, period_s: float) -> Measured:
    """Measures one setting with a server and workers of its own."""
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(running_broker(folder, max_in_flight=setting.max_in_flight))
        processes = min(usable_processors(), setting.workers)
        shares = [setting.workers // processes + (place < setting.workers % processes) for place in range(processes)]
        fleets = await asyncio.gather(
            *(
                stack.enter_async_context(fleet_process(_fleet(broker, folder, share, setting.loops, place)))
                for place, share in enumerate(shares)
            )
        )
        await stack.enter_async_context(_orders(broker, setting.workers * setting.loops))
        since = time.monotonic() + _WARM_UP_S
        return await _rates(broker, fleets, since, since + period_s)


def _fleet(broker: Broker, folder: Path, workers: int, loops: int, place: int) -> Fleet:
    replicas = {"script": int(place == 0), "tts": workers, "sourcing": workers, "assembly": workers}
    artifacts = (folder / "artifacts").as_uri()
    return Fleet(nats_url=broker.url, artifacts=artifacts, replicas=replicas, loops=loops, speed=SPEED)


def projects_in_progress(loops: int) -> int:
    """Returns how many projects are in progress, so that no loop waits for work."""
    return max(4, round(_SCENES_IN_PROGRESS * loops / (sum(SCENES) / len(SCENES))))


@asynccontextmanager
async def _orders(broker: Broker, loops: int) -> AsyncIterator[None]:
    """Orders projects, and one more for each that is finished."""
    generator = random.Random(1)  # noqa: S311 - the same projects in every run
    finished: asyncio.Queue[None] = asyncio.Queue()

    async def order() -> None:
        project_id = UUID(int=generator.getrandbits(128), version=4)
        await broker.client.publish(order_of(project_id, generator.choice(SCENES)))

    async def on_video(_: Msg) -> None:
        finished.put_nowait(None)

    async def go_on() -> None:
        while True:
            await finished.get()
            await order()

    subscription = await broker.connection.subscribe(news_subject(VideoAssembled.SUBJECT), cb=on_video)
    for _ in range(projects_in_progress(loops)):
        await order()
    going_on = asyncio.create_task(go_on())
    try:
        yield
    finally:
        going_on.cancel()
        await subscription.unsubscribe()


async def _rates(broker: Broker, fleets: list[FleetProcess], since: float, until: float) -> Measured:
    async def broker_cpu() -> float:
        await asyncio.sleep(max(0.0, since - time.monotonic()))
        before = usage_of(broker.pid).cpu_s
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        return usage_of(broker.pid).cpu_s - before

    used, *reports = await asyncio.gather(broker_cpu(), *(fleet.report(since, until) for fleet in fleets))
    found: list[dict[str, Any]] = reports
    period = until - since
    return Measured(
        busy=sum(report["done_s"]["assembly"] for report in found) / period,
        scenes_per_s=sum(report["works"]["assembly"] for report in found) / period,
        workers_cpu=sum(report["cpu_s"] for report in found) / period,
        broker_cpu=used / period,
        lag_ms=max(report["loop_lag_ms"] for report in found),
    )


async def run(scratch: Path, *, long: bool) -> Result:
    """Measures all numbers of workers, and limits of messages in flight."""
    numbers = (1, 2, 4, 8, 16, 32, 64) if long else (1, 4, 16, 64)
    period_s = 20.0 if long else 4.0
    settings = [Setting(workers=number) for number in numbers]
    if long:
        settings += [Setting(workers=64, loops=2, max_in_flight=limit) for limit in (_SMALL_LIMIT, 4 * _SMALL_LIMIT)]
    found = {}
    for place, setting in enumerate(settings):
        folder = scratch / str(place)
        folder.mkdir()
        found[setting] = await measure(folder, setting, period_s)
    efficiency = {setting: measured.busy / (setting.workers * setting.loops) for setting, measured in found.items()}
    columns = ("busy", "efficiency", "scenes/s", "processors of workers", "processors of nats-server", "loop lag, ms")
    curve = Table(
        title=f"Efficiency with {numbers[0]} to {numbers[-1]} workers, work {SPEED:g} times shorter than measured",
        label="workers",
        columns=tuple(
            Column(name=name, digits=digits) for name, digits in zip(columns, (2, 3, 1, 2, 2, 1), strict=True)
        ),
        rows={
            setting.name: (
                measured.busy,
                efficiency[setting],
                measured.scenes_per_s,
                measured.workers_cpu,
                measured.broker_cpu,
                measured.lag_ms,
            )
            for setting, measured in found.items()
        },
    )
    aims = [
        Aim(name=f"efficiency with {setting.workers} workers", value=efficiency[setting], at_least=0.95)
        for setting in settings
        if setting.max_in_flight is None
    ]
    return Result(tables=(curve,), aims=tuple(aims))
