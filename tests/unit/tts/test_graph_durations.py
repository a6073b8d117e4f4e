import pytest

from scenewire_tts.engines.kokoro.model.graph import read_graph
from scenewire_tts.engines.kokoro.model.graph_durations import DURATIONS, durations_output, has_durations
from tests.support.onnx_graph import graph, other_rounding


@pytest.mark.parametrize("clamp", ["Max", "Clip"])
def test_durations_are_the_clamped_tensor_behind_the_rounding(clamp: str):
    added = durations_output(graph(clamp=clamp))

    assert added is not None
    assert b"\x0a\x04long" in added  # the input of the added node
    assert added.count(DURATIONS.encode()) == 2  # the node's output and the graph's


def test_a_graph_of_another_structure_has_none():
    assert durations_output(graph(rounding="Ceil")) is None
    assert durations_output(graph(clamp="Add")) is None


def test_two_roundings_are_ambiguous():
    assert durations_output(graph() + other_rounding()) is None


@pytest.mark.parametrize("data", [b"", b"\x0a\x00"])
def test_a_file_without_a_graph_has_none(data: bytes):
    assert durations_output(data) is None


@pytest.mark.parametrize("data", [graph()[:-20], b"\x3b", b"\x80", b"PK\x03\x04 and more"], ids=range(4))
def test_something_else_is_refused(data: bytes):
    with pytest.raises(ValueError, match="it is"):
        durations_output(data)


@pytest.mark.parametrize(
    ("file", "known"),
    [
        (graph(), True),
        (graph(rounding="Ceil"), True),
        (graph(tells_durations=False), True),
        (graph(tells_durations=False, rounding="Ceil"), False),
    ],
    ids=["returned and found", "returned", "found", "hidden"],
)
def test_durations_are_known_if_they_are_returned_or_found(file: bytes, known: bool):
    assert has_durations(file) == known


@pytest.mark.parametrize(
    ("kind", "precision"), [(1, "fp32"), (2, "int8"), (3, "int8"), (10, "fp16"), (16, "bf16"), (99, "type 99")]
)
def test_the_precision_is_the_type_of_most_weights(kind: int, precision: str):
    assert read_graph(graph(weights=(kind, 1000))).precision == precision
