"""What a number of videos a day needs: formulae over measured costs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scripts.capacity.costs import COSTS

__all__ = ["SERVER_MEMORY_GB", "Demand", "Need", "needs"]

_DAY_S: Final = 86_400
_MEGABYTE: Final = 1e6
_GIGABYTE: Final = 1e9

SERVER_MEMORY_GB: Final = 32.0
"""Of one nats-server: what is left of a host with 64 GB is for its files' cache."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What is asked for.

    Attributes:
        per_day: videos a day.
        seconds: of each video.
        peak: orders in the busiest hour, relative to the mean of a day.
        load: share of their time that workers work in that hour.
        speech: processor seconds a second of speech; 0 for speech on cards, which are counted apart.
        days: how long the stream keeps messages.
    """

    per_day: float
    seconds: float = 60.0
    peak: float = 3.0
    load: float = 0.8
    speech: float = COSTS["speech"].value
    days: float = 2.0

    @property
    def scenes(self) -> float:
        """Scenes of a video."""
        return self.seconds / COSTS["scene"].value

    @property
    def rate(self) -> float:
        """Videos a second in the busiest hour."""
        return self.per_day * self.peak / _DAY_S

    @property
    def messages(self) -> float:
        """Stored messages of a video: four a scene, and the order, the script and the video."""
        return 4 * self.scenes + 3


@dataclass(frozen=True)
class Need:
    """A number, its unit, and how it follows.

    Attributes:
        name: what is needed.
        value: the number.
        unit: its unit.
        formula: with the names of costs.
    """

    name: str
    value: float
    unit: str
    formula: str


def needs(demand: Demand) -> list[Need]:
    """Returns what a demand needs, in the order of the page."""
    cost: Mapping[str, float] = {name: measured.value for name, measured in COSTS.items()}
    picture = demand.seconds * (cost["pictures"] + cost["sound"])
    work = {
        "tts": demand.seconds * demand.speech,
        "sourcing": demand.scenes * cost["footage"],
        "assembly": picture,
        "script": cost["script"],
    }
    formulae = {
        "tts": "seconds x speech",
        "sourcing": "scenes x footage",
        "assembly": "seconds x (pictures + sound)",
        "script": "script",
    }
    loops = [
        Need(
            f"`{service}`: loops with a processor each",
            math.ceil(demand.rate * seconds / demand.load),
            "",
            f"rate x {formulae[service]} / load",
        )
        for service, seconds in work.items()
    ]
    messages, size = demand.rate * demand.messages, demand.messages * cost["message"]
    memory = demand.per_day * demand.days * demand.messages * cost["broker memory"] / _GIGABYTE
    return [
        Need("orders in the busiest hour", demand.rate * 3_600, "an hour", "per day / 24 x peak"),
        *loops,
        Need("messages in the busiest hour", messages, "a second", "rate x (4 x scenes + 3)"),
        Need("written by one server", messages * cost["message"] / _MEGABYTE, "MB/s", "messages x message"),
        Need("sent to workers, recorder and followers", 3 * messages * cost["message"] / _MEGABYTE, "MB/s", "x 3"),
        Need(
            "`STREAM_MAX_SIZE`, all streams together",
            demand.per_day * demand.days * size / _GIGABYTE,
            "GB",
            "per day x days x messages of a video x message",
        ),
        Need(
            "memory of nats-server, all together", memory, "GB", "per day x days x messages of a video x broker memory"
        ),
        Need(
            "deployments, by a hash of the project",
            math.ceil(max(messages / (cost["publishes"] / 2), memory / SERVER_MEMORY_GB)),
            "",
            f"the larger of messages / (publishes / 2) and memory / {SERVER_MEMORY_GB:.0f} GB",
        ),
        Need(
            "recorder, share of one",
            100 * messages / cost["recorder"],
            "%",
            "messages / recorder",
        ),
        Need(
            "database, a month",
            demand.per_day * 30 * demand.scenes * cost["record"] / _GIGABYTE,
            "GB",
            "per day x 30 x scenes x record",
        ),
        Need(
            "artifact store, a day",
            demand.per_day * demand.seconds * cost["artifacts"] / _GIGABYTE,
            "GB",
            "per day x seconds x artifacts",
        ),
        Need(
            "artifact store, network in the busiest hour",
            3 * 8 * demand.rate * demand.seconds * cost["artifacts"] / _GIGABYTE,
            "Gbit/s",
            "rate x seconds x artifacts x 3, written once and read twice",
        ),
        Need(
            "artifact store, writes in the busiest hour",
            demand.rate * (demand.scenes * cost["objects"]),
            "a second",
            "rate x scenes x objects",
        ),
    ]
