"""A voice of a few nodes as an ONNX graph: the inputs and outputs of Kokoro, and a tone for each phoneme.

Written as the bytes of the format, so that no package for making graphs is needed. How long a phoneme lasts follows from
its number and the speed, how high the tone is from the voice.
"""

import json
import struct
from collections.abc import Sequence

FLOAT, INT64, INT32 = 1, 7, 6
STEP = 600
"""Samples per step; durations are counted in steps."""


def duration(phoneme: int, speed: float = 1.0) -> int:
    """Returns the steps for which the graph speaks a phoneme."""
    return max(1, round((phoneme % 4 + 3) / speed))


def graph(
    *,
    tells_durations: bool = True,
    rounding: str = "Round",
    clamp: str = "Max",
    speed_type: int = FLOAT,
    tokens: str = "input_ids",
    config: object = None,
    weights: tuple[int, int] | None = None,
) -> bytes:
    """Returns the bytes of a graph.

    Args:
        tells_durations: whether it returns durations.
        rounding: the operator that makes durations whole; with another one than Round they cannot be found.
        clamp: the operator that makes durations at least one.
        speed_type: of the input.
        tokens: name of the input.
        config: embedded.
        weights: type and bytes of weights that nothing reads.
    """
    nodes = [
        ("Cast", ["speed"], ["rate"], {"to": FLOAT}),
        ("Mod", [tokens, "four"], ["rest"], {}),
        ("Add", ["rest", "three"], ["steps"], {}),
        ("Cast", ["steps"], ["steps_"], {"to": FLOAT}),
        ("Div", ["steps_", "rate"], ["slow"], {}),
        (rounding, ["slow"], ["round"], {}),
        (clamp, ["round", "one"], ["long"], {}),
        ("Cast", ["long"], ["counted"], {"to": INT64}),
        ("Squeeze", ["counted", "first"], ["duration"], {}),
        ("ReduceSum", ["duration"], ["total"], {"keepdims": 0}),
        ("Mul", ["total", "step"], ["samples"], {}),
        ("Range", ["zero", "samples", "unit"], ["places"], {}),
        ("Cast", ["places"], ["times"], {"to": FLOAT}),
        ("ReduceMean", ["style"], ["pitch"], {"keepdims": 0}),
        ("Mul", ["times", "pitch"], ["phase"], {}),
        ("Sin", ["phase"], ["tone"], {}),
        ("Mul", ["tone", "loud"], ["waveform"], {}),
    ]
    constants = [
        _tensor("four", INT64, [], struct.pack("<q", 4)),
        _tensor("three", INT64, [], struct.pack("<q", 3)),
        _tensor("one", FLOAT, [], struct.pack("<f", 1)),
        _tensor("first", INT64, [1], struct.pack("<q", 0)),
        _tensor("step", INT64, [], struct.pack("<q", STEP)),
        _tensor("zero", INT64, [], struct.pack("<q", 0)),
        _tensor("unit", INT64, [], struct.pack("<q", 1)),
        _tensor("loud", FLOAT, [], struct.pack("<f", 0.3)),
    ]
    if weights is not None:
        constants.append(_tensor("weights", weights[0], [], bytes(weights[1])))
    inputs = [
        _value(tokens, INT64, [1, "n"]),
        _value("style", FLOAT, [1, 256]),
        _value("speed", speed_type, [1]),
    ]
    outputs = [_value("waveform", FLOAT, ["samples"])]
    outputs += [_value("duration", INT64, ["n"])] if tells_durations else []
    body = b"".join(
        [
            *(_field(1, _node(*node)) for node in nodes),
            _field(2, b"tones"),
            *(_field(5, constant) for constant in constants),
            *(_field(11, value) for value in inputs),
            *(_field(12, value) for value in outputs),
        ]
    )
    notes = b"" if config is None else _field(14, _field(1, b"kokoro_config") + _field(2, json.dumps(config).encode()))
    return _number(1, 8) + _field(7, body) + _field(8, _number(2, 17)) + notes


def other_rounding() -> bytes:
    """Returns bytes that add a rounded and clamped number to a graph which has nothing to do with durations."""
    nodes: list[tuple[str, list[str], list[str], dict[str, int]]] = [
        ("Round", ["pitch"], ["whole"], {}),
        ("Max", ["whole", "one"], ["least"], {}),
    ]
    return _field(7, b"".join(_field(1, _node(*node)) for node in nodes))


def _node(kind: str, inputs: Sequence[str], outputs: Sequence[str], attributes: dict[str, int]) -> bytes:
    named = (_field(1, name.encode()) + _number(3, value) + _number(20, 2) for name, value in attributes.items())
    return b"".join(
        [
            *(_field(1, name.encode()) for name in inputs),
            *(_field(2, name.encode()) for name in outputs),
            _field(4, kind.encode()),
            *(_field(5, attribute) for attribute in named),
        ]
    )


def _tensor(name: str, kind: int, dims: Sequence[int], raw: bytes) -> bytes:
    return b"".join(_number(1, dim) for dim in dims) + _number(2, kind) + _field(8, name.encode()) + _field(9, raw)


def _value(name: str, kind: int, dims: Sequence[int | str]) -> bytes:
    shape = b"".join(_field(1, _number(1, dim) if isinstance(dim, int) else _field(2, dim.encode())) for dim in dims)
    return _field(1, name.encode()) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
