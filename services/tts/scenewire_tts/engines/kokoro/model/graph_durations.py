"""Makes the phoneme durations inside an ONNX graph an output. Pure.

Every export of Kokoro computes the durations; most do not return them. The format is Protocol Buffers, in which bytes
appended to a message add to its repeated fields. So a few bytes after those of the file declare another output, and all
else stays as published: the file, its hash, and every sample that the graph computes.
"""

from collections.abc import Sequence
from mmap import mmap
from typing import Final

from scenewire_tts.engines.kokoro.model.graph import (
    ATTRIBUTE_OF_NODE,
    GRAPH_OF_MODEL,
    INPUT_OF_NODE,
    LENGTH,
    NODE_OF_GRAPH,
    OPERATOR_OF_NODE,
    OUTPUT_OF_GRAPH,
    OUTPUT_OF_NODE,
    VARINT,
    Node,
    read_graph,
)

__all__ = ["DURATIONS", "DURATION_OUTPUTS", "durations_output", "has_durations"]

DURATIONS: Final = "scenewire/durations"
"""Name of the added output: durations of the start, each phoneme and the end, as 64-bit integers."""

DURATION_OUTPUTS: Final = ("duration", "durations", "pred_dur", DURATIONS)
"""Names under which graphs return durations."""

_INT64: Final = 7


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
    tensor = _clamped_rounding(read_graph(graph).nodes)
    if tensor is None:
        return None
    to_integer = _text(1, "to") + _number(3, _INT64) + _number(20, 2)
    node = (
        _text(INPUT_OF_NODE, tensor)
        + _text(OUTPUT_OF_NODE, DURATIONS)
        + _text(OPERATOR_OF_NODE, "Cast")
        + _field(ATTRIBUTE_OF_NODE, to_integer)
    )
    output = _text(1, DURATIONS) + _field(2, _field(1, _number(1, _INT64)))
    return _field(GRAPH_OF_MODEL, _field(NODE_OF_GRAPH, node) + _field(OUTPUT_OF_GRAPH, output))


def has_durations(graph: bytes | mmap) -> bool:
    """Whether the graph returns durations, or `durations_output` finds them.

    Raises:
        ValueError: this is not an ONNX file.
    """
    found = read_graph(graph)
    return not found.outputs.isdisjoint(DURATION_OUTPUTS) or _clamped_rounding(found.nodes) is not None


def _clamped_rounding(nodes: Sequence[Node]) -> str | None:
    """Returns the tensor of the one Clip or Max behind the one Round."""
    rounded = [node.outputs[0] for node in nodes if node.operator == "Round"]
    clamped = [
        node.outputs[0]
        for node in nodes
        if node.operator in {"Clip", "Max"} and len(rounded) == 1 and rounded[0] in node.inputs
    ]
    return clamped[0] if len(clamped) == 1 else None


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | LENGTH) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
