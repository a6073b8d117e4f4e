"""Measured costs of making videos. Each has the page, or the command, that it comes from."""

import random
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from scripts.benchmarks.support.simulated import FOOTAGE_COST, PICTURE_COSTS, SCENE_S, SOUND_COST, SPEECH_COST
from scripts.capacity.simulation import Work

__all__ = ["COSTS", "Cost", "work_times"]


@dataclass(frozen=True)
class Cost:
    """A measured value, its unit, and where it was measured."""

    value: float
    unit: str
    source: str


COSTS: Final = {
    "script": Cost(0.05, "processor s a video without a language model", "docs/deploy.md, Sizing: hardly any"),
    "speech": Cost(
        SPEECH_COST, "processor s a second of speech, `kokoro-onnx` int8, one thread", "docs/speech.md, Cost"
    ),
    "footage": Cost(FOOTAGE_COST, "processor s a scene, search in the library and probes", "`make bench`"),
    "pictures": Cost(
        fmean(PICTURE_COSTS),
        "processor s a second of 1080p, x264",
        "docs/media.md, What videos cost; mean of the table",
    ),
    "sound": Cost(
        SOUND_COST, "processor s a second of video, with join, checks and thumbnail", "docs/media.md, What videos cost"
    ),
    "scene": Cost(fmean(SCENE_S), "seconds a scene", "examples/suez-canal.txt, espeak"),
    "message": Cost(4_020, "bytes in the stream, headers included", "`make bench ONLY=queue LONG=1`"),
    "publishes": Cost(
        2_200, "orders a second, published one after the other, every write synced", "`make bench ONLY=queue`"
    ),
    "broker memory": Cost(1_540, "bytes of nats-server a stored message", "`make bench ONLY=queue LONG=1`"),
    "recorder": Cost(6_400, "messages a second into Postgres", "docs/record.md, Performance"),
    "record": Cost(32_000, "bytes of the database a scene", "`make bench ONLY=queue LONG=1`, SQLite"),
    "artifacts": Cost(300_000, "bytes a second of video, intermediate files included", "docs/deploy.md, Sizing"),
    "objects": Cost(6.8, "files and documents a scene", "`scenewire make --script examples/suez-canal.txt`"),
}


def work_times(speed: float = 1.0) -> Work:
    """Returns how long work takes for a worker with a processor of its own.

    Args:
        speed: how many times faster than measured.
    """

    def scene(generator: random.Random) -> float:
        return generator.choice(SCENE_S) / speed

    return Work(
        script=lambda _: COSTS["script"].value / speed,
        speech=lambda generator: SPEECH_COST * scene(generator),
        footage=lambda _: FOOTAGE_COST / speed,
        picture=lambda generator: generator.choice(PICTURE_COSTS) * scene(generator),
        join=lambda generator: SOUND_COST * scene(generator),
    )
