"""Reads the structure of an ONNX graph from its bytes, without a runtime. Pure.

The format is Protocol Buffers: fields with a number, a wire type and, for most, a length. The bytes of weights are skipped.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from mmap import mmap
from typing import Final, NamedTuple

__all__ = [
    "ATTRIBUTE_OF_NODE",
    "GRAPH_OF_MODEL",
    "INPUT_OF_NODE",
    "LENGTH",
    "NODE_OF_GRAPH",
    "OPERATOR_OF_NODE",
    "OUTPUT_OF_GRAPH",
    "OUTPUT_OF_NODE",
    "VARINT",
    "Graph",
    "Node",
    "read_graph",
]

# Field numbers of the format, onnx.proto.
GRAPH_OF_MODEL: Final = 7
NODE_OF_GRAPH: Final = 1
OUTPUT_OF_GRAPH: Final = 12
INPUT_OF_NODE, OUTPUT_OF_NODE, OPERATOR_OF_NODE, ATTRIBUTE_OF_NODE = 1, 2, 4, 5
_WEIGHTS_OF_GRAPH: Final = 5
_TYPE_OF_WEIGHTS: Final = 2
_NAME_OF_OUTPUT: Final = 1

VARINT, _64_BITS, LENGTH, _32_BITS = 0, 1, 2, 5
"""Wire types."""

_PRECISIONS: Final = {1: "fp32", 2: "int8", 3: "int8", 10: "fp16", 11: "fp64", 16: "bf16", 21: "int4", 22: "int4"}
"""By the number of the type of weights; 8-bit and 4-bit integers with and without a sign."""


class Node(NamedTuple):
    """One operation."""

    operator: str
    inputs: Sequence[str]
    outputs: Sequence[str]


class Graph(NamedTuple):
    """The structure of a graph."""

    nodes: Sequence[Node]
    outputs: AbstractSet[str]
    precision: str
    """The type of most bytes of its weights, such as `fp32` or `int8`; empty if it has none."""


def read_graph(model: bytes | mmap) -> Graph:
    """Reads the bytes of an ONNX file.

    Raises:
        ValueError: this is not an ONNX file.
    """
    nodes: list[Node] = []
    outputs: set[str] = set()
    weights: Counter[str] = Counter()
    try:
        for number, *graph in _fields(model, 0, len(model)):
            for part, start, stop in _fields(model, *graph) if number == GRAPH_OF_MODEL else ():
                if part == NODE_OF_GRAPH:
                    nodes.append(_node(model, start, stop))
                elif part == OUTPUT_OF_GRAPH:
                    outputs |= {
                        model[begin:end].decode()
                        for field, begin, end in _fields(model, start, stop)
                        if field == _NAME_OF_OUTPUT
                    }
                elif part == _WEIGHTS_OF_GRAPH:
                    weights[_precision(model, start, stop)] += stop - start
    except IndexError as error:
        message = "it is truncated"
        raise ValueError(message) from error
    return Graph(nodes, outputs, max(weights, key=weights.__getitem__, default=""))


def _node(model: bytes | mmap, begin: int, end: int) -> Node:
    texts: dict[int, list[str]] = {INPUT_OF_NODE: [], OUTPUT_OF_NODE: [], OPERATOR_OF_NODE: []}
    for number, start, stop in _fields(model, begin, end):
        if number in texts:
            texts[number].append(model[start:stop].decode())
    return Node("".join(texts[OPERATOR_OF_NODE]), texts[INPUT_OF_NODE], texts[OUTPUT_OF_NODE])


def _precision(model: bytes | mmap, begin: int, end: int) -> str:
    for number, start, _ in _fields(model, begin, end):
        if number == _TYPE_OF_WEIGHTS:
            kind, _ = _read_varint(model, start)
            return _PRECISIONS.get(kind, f"type {kind}")
    return ""


def _fields(data: bytes | mmap, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yields the number and the range of bytes of each field of a message."""
    while begin < end:
        key, begin = _read_varint(data, begin)
        wire = key & 7
        if wire == LENGTH:
            size, begin = _read_varint(data, begin)
        elif wire == VARINT:
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
