"""The measured curve of `scripts/benchmarks/workers.py` that the simulation has to follow."""

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

__all__ = ["MEASURED", "Curve", "Row"]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Value):
    """Efficiency of some workers: the share of their time that the loops of `assembly` worked."""

    workers: int
    loops: int
    max_in_flight: int
    efficiency: float


class Curve(_Value):
    """A measured curve.

    Attributes:
        command: that measured it.
        machine: where.
        speed: how many times shorter work was than it is.
        hop_s: waiting of a worker between two messages, seconds, that fits the rows.
        rows: the curve.
    """

    command: str
    machine: str
    speed: float
    hop_s: float
    rows: tuple[Row, ...]


MEASURED: Final = Curve.model_validate_json(Path(__file__).with_name("measured.json").read_bytes())
