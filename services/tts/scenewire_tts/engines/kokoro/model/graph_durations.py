"""Makes the phoneme durations inside an ONNX graph an output. Pure.

Every export of Kokoro computes the durations; most do not return them. The format is Protocol Buffers, in which bytes
appended to a message add to its repeated fields. So a few bytes after those of the file declare another output, and all
else stays as published: the file, its hash, and every sample that the graph computes.
"""

from collections.abc import Iterator, Sequence
from mmap import mmap
from typing import Final, NamedTuple

__all__ = ["DURATIONS", "durations_output"]

DURATIONS: Final = "scenewire/durations"
"""Name of the added output: durations of the start, each phoneme and the end, as 64-bit integers."""

_INT64: Final = 7

# Field numbers of the format, onnx.proto.
_GRAPH_OF_MODEL: Final = 7
_NODE_OF_GRAPH: Final = 1
_OUTPUT_OF_GRAPH: Final = 12
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5

_VARINT, _64_BITS, _LENGTH, _32_BITS = 0, 1, 2, 5
"""Wire types."""


class _Node(NamedTuple):
    operator: str
    inputs: Sequence[str]
    outputs: Sequence[str]


def durations_output(graph: bytes | mmap) -> bytes | None:
    """Returns the bytes that make the durations an output if they are appended to the file's.

    The model rounds its durations and raises them to at least one step. That is the only rounding in it, so the tensor is
    found by structure; its name differs between exports.

    Args:
        graph: the bytes of an ONNX file. Only its nodes are read.

    Returns:
        The bytes; None if the graph has no such tensor.

    Raises:
        ValueError: this is not an ONNX file.
    """
    try:
        tensor = _clamped_rounding(_nodes(graph))
    except IndexError as error:
        message = "it is truncated"
        raise ValueError(message) from error
    if tensor is None:
        return None
    to_integer = _text(1, "to") + _number(3, _INT64) + _number(20, 2)
    node = _text(_INPUT, tensor) + _text(_OUTPUT, DURATIONS) + _text(_OPERATOR, "Cast") + _field(_ATTRIBUTE, to_integer)
    output = _text(1, DURATIONS) + _field(2, _field(1, _number(1, _INT64)))
    return _field(_GRAPH_OF_MODEL, _field(_NODE_OF_GRAPH, node) + _field(_OUTPUT_OF_GRAPH, output))


def _clamped_rounding(nodes: Sequence[_Node]) -> str | None:
    """Returns the tensor of the one Clip or Max behind the one Round."""
    rounded = [node.outputs[0] for node in nodes if node.operator == "Round"]
    clamped = [
        node.outputs[0]
        for node in nodes
        if node.operator in {"Clip", "Max"} and len(rounded) == 1 and rounded[0] in node.inputs
    ]
    return clamped[0] if len(clamped) == 1 else None


def _nodes(model: bytes | mmap) -> list[_Node]:
    return [
        _node(model, *node)
        for number, *graph in _fields(model, 0, len(model))
        if number == _GRAPH_OF_MODEL
        for part, *node in _fields(model, *graph)
        if part == _NODE_OF_GRAPH
    ]


def _node(model: bytes | mmap, begin: int, end: int) -> _Node:
    texts: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATOR: []}
    for number, start, stop in _fields(model, begin, end):
        if number in texts:
            texts[number].append(model[start:stop].decode())
    return _Node("".join(texts[_OPERATOR]), texts[_INPUT], texts[_OUTPUT])


def _fields(data: bytes | mmap, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yields the number and the range of bytes of each field of a message."""
    while begin < end:
        key, begin = _read_varint(data, begin)
        wire = key & 7
        if wire == _LENGTH:
            size, begin = _read_varint(data, begin)
        elif wire == _VARINT:
            size = _read_varint(data, begin)[1] - begin
        elif wire in {_32_BITS, _64_BITS}:
            size = 8 if wire == _64_BITS else 4
        else:
            message = "it is not an ONNX file"
            raise ValueError(message)
        if begin + size > end:
            raise IndexError
        yield key >> 3, begin, begin + size
        begin += size


def _read_varint(data: bytes | mmap, place: int) -> tuple[int, int]:
    """Returns the number at a place, and the place after it."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
