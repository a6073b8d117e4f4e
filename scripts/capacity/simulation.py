"""Discrete-event simulation of the pipeline: orders, script, speech, footage, pictures and the join of each video.

Each stage is a queue in order of arrival with workers of one loop. A message takes a hop to the next stage. A worker may be
killed, and its message is then redelivered after `ack_wait`; a try may fail, and is repeated after the delays of
`scenewire.topology.RETRY` while its message counts towards the limit of messages in flight. Own code of two hundred lines on
`heapq`: the stages need priorities for redeliveries and a limit that delayed messages use up, which the resources of
simulation libraries lack, and a hundred workers for a simulated day take seconds.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from scenewire.topology import ASSEMBLY, RETRY

__all__ = ["STAGES", "Outcome", "Pipeline", "Scenario", "Work"]

STAGES: Final = ("script", "tts", "sourcing", "assembly")

Sampler = Callable[[random.Random], float]
"""Draws a time, seconds."""


@dataclass(frozen=True)
class Work:
    """How long work takes, seconds; drawn for each scene or each project.

    Attributes:
        script: a script.
        speech: a scene.
        footage: a scene.
        picture: a scene.
        join: a scene's share of sound and join.
    """

    script: Sampler
    speech: Sampler
    footage: Sampler
    picture: Sampler
    join: Sampler


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is simulated.

    Attributes:
        workers: loops by stage, of all replicas together.
        work: how long work takes.
        scenes: draws the number of a project's scenes.
        arrivals: times of orders, seconds, in order.
        replaces: whether each finished project is followed by another order: a closed loop.
        until: when to stop, seconds; infinite ends with the last video.
        hop: time of a message from the end of its making until a worker that waits begins, seconds.
        max_in_flight: `BUS_MAX_IN_FLIGHT`, for each stage.
        kills: a worker's kills, an hour of work.
        restart: until a killed worker is back, seconds.
        failures: share of tries that fail.
        seed: of all draws.
    """

    workers: Mapping[str, int]
    work: Work
    scenes: Callable[[random.Random], int]
    arrivals: Sequence[float]
    replaces: bool = False
    until: float = math.inf
    hop: float = 0.0
    max_in_flight: float = math.inf
    kills: float = 0.0
    restart: float = 10.0
    failures: float = 0.0
    seed: int = 1


@dataclass
class Outcome:
    """What a simulation found.

    Attributes:
        ended: simulated seconds.
        busy: seconds of useful work by stage, unfinished work at the end included.
        latencies: of finished videos, from order to file, seconds.
        waits: of each message by stage, from its arrival until its first try begins, seconds.
        first_scenes: from order until the project's first scene is narrated, seconds.
        in_progress: mean number of projects that are not finished.
        repeated: tries that were lost to kills or failed.
    """

    ended: float = 0.0
    busy: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    first_scenes: list[float] = field(default_factory=list)
    in_progress: float = 0.0
    repeated: int = 0


@dataclass
class _Project:
    ordered: float
    scenes: int
    draws: Mapping[str, random.Random]
    """By stage, so that a project's work takes as long in every scenario."""
    narrated: int = 0
    encoded: int = 0


@dataclass(eq=False)
class _Message:
    project: _Project
    arrived: float
    tries: int = 0
    work: float | None = None
    """Drawn once: a repeated try takes as long."""


@dataclass
class _Stage:
    name: str
    idle: int
    waiting: deque[_Message] = field(default_factory=deque)
    again: deque[_Message] = field(default_factory=deque)
    """Redeliveries, which come first."""
    in_flight: int = 0


class Pipeline:
    """Simulates a scenario once.

    Args:
        scenario: what is simulated.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._mishaps = random.Random(scenario.seed)  # noqa: S311 - the same in every run
        self._ordered = 0
        self._stages = {name: _Stage(name, scenario.workers[name]) for name in STAGES}
        work = scenario.work
        self._draw = dict(zip(STAGES, (work.script, work.speech, work.footage, work.picture), strict=True))
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._now = 0.0
        self._projects = 0
        self._area = 0.0
        self._working: dict[_Message, tuple[str, float]] = {}
        """Useful work that has not ended: its stage and when it began."""
        self._outcome = Outcome()

    def run(self) -> Outcome:
        """Returns what happens."""
        for time in self._scenario.arrivals:
            self._at(time, self._order)
        while self._events and self._events[0][0] <= self._scenario.until:
            time, _, happen = heapq.heappop(self._events)
            self._pass(time)
            happen()
        if math.isfinite(self._scenario.until):
            self._pass(self._scenario.until)
        for stage, began in self._working.values():
            self._count(stage, self._now - began)
        self._outcome.ended = self._now
        self._outcome.in_progress = self._area / self._now if self._now else 0.0
        return self._outcome

    def _pass(self, time: float) -> None:
        self._area += self._projects * (time - self._now)
        self._now = time

    def _at(self, time: float, happen: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (time, self._number, happen))

    def _order(self) -> None:
        self._projects += 1
        self._ordered += 1
        first = 7 * (self._ordered + 1_000_003 * self._scenario.seed)
        draws = {
            name: random.Random(first + place)  # noqa: S311 - the same in every run
            for place, name in enumerate(("scenes", "join", *STAGES))
        }
        self._send("script", _Project(self._now, self._scenario.scenes(draws["scenes"]), draws))

    def _send(self, stage: str, project: _Project) -> None:
        def arrive() -> None:
            self._stages[stage].waiting.append(_Message(project, self._now))
            self._fetch(self._stages[stage])

        self._at(self._now + self._scenario.hop, arrive)

    def _fetch(self, stage: _Stage) -> None:
        while stage.idle:
            if stage.again:
                message = stage.again.popleft()
            elif stage.waiting and stage.in_flight < self._scenario.max_in_flight:
                message = stage.waiting.popleft()
                stage.in_flight += 1
            else:
                return
            stage.idle -= 1
            self._begin(stage, message)

    def _begin(self, stage: _Stage, message: _Message) -> None:
        if not message.tries:
            self._outcome.waits[stage.name].append(self._now - message.arrived)
        message.tries += 1
        if message.work is None:
            message.work = self._draw[stage.name](message.project.draws[stage.name])
        began, work = self._now, message.work
        killed = self._mishaps.expovariate(self._scenario.kills / 3600) if self._scenario.kills else math.inf
        if killed < work:
            self._at(began + killed + ASSEMBLY.ack_wait.total_seconds(), lambda: self._repeat(stage, message))
            self._at(began + killed + self._scenario.restart, lambda: self._free(stage))
        elif self._mishaps.random() < self._scenario.failures:
            delay = RETRY.delay(message.tries)
            self._at(began + work + delay, lambda: self._repeat(stage, message))
            self._at(began + work, lambda: self._free(stage))
        else:
            self._working[message] = stage.name, began
            self._at(began + work, lambda: self._end(stage, message))

    def _repeat(self, stage: _Stage, message: _Message) -> None:
        self._outcome.repeated += 1
        stage.again.append(message)
        self._fetch(stage)

    def _free(self, stage: _Stage) -> None:
        stage.idle += 1
        self._fetch(stage)

    def _end(self, stage: _Stage, message: _Message) -> None:
        self._close(message)
        project = message.project
        if stage.name == "script":
            for _ in range(project.scenes):
                self._send("tts", project)
        elif stage.name == "tts":
            project.narrated += 1
            if project.narrated == 1:
                self._outcome.first_scenes.append(self._now - project.ordered)
            self._send("sourcing", project)
        elif stage.name == "sourcing":
            self._send("assembly", project)
        else:
            project.encoded += 1
            if project.encoded == project.scenes:
                self._join(stage, message)
                return
        self._settle(stage)

    def _join(self, stage: _Stage, message: _Message) -> None:
        """The worker with the last segment makes the video before it acknowledges."""
        project = message.project
        join = sum(self._scenario.work.join(project.draws["join"]) for _ in range(project.scenes))

        def finish() -> None:
            self._close(message)
            self._outcome.latencies.append(self._now - project.ordered)
            self._projects -= 1
            if self._scenario.replaces:
                self._at(self._now, self._order)
            self._settle(stage)

        self._working[message] = stage.name, self._now
        self._at(self._now + join, finish)

    def _close(self, message: _Message) -> None:
        stage, began = self._working.pop(message)
        self._count(stage, self._now - began)

    def _count(self, stage: str, seconds: float) -> None:
        self._outcome.busy[stage] = self._outcome.busy.get(stage, 0.0) + seconds

    def _settle(self, stage: _Stage) -> None:
        """Acknowledges; the worker fetches again after a hop."""
        stage.in_flight -= 1
        self._at(self._now + self._scenario.hop, lambda: self._free(stage))
