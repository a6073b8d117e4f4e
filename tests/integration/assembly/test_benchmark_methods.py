"""The benchmark compares like with like: every method makes the same video."""

from pathlib import Path

from scenewire.probe.probe import probe_media
from scripts.benchmarks.support.inputs import BenchVideo, make_inputs
from scripts.benchmarks.support.methods import run_method
from scripts.benchmarks.support.vmaf import vmaf


async def test_scenewire_and_one_filter_graph_make_the_same_pictures(tmp_path: Path) -> None:
    await make_inputs(tmp_path / "video", BenchVideo(scenes=2, seconds=1, width=320, height=180, rates=(30, 25)))
    ours, graph = tmp_path / "ours.mp4", tmp_path / "graph.mp4"

    made = await run_method("stages", tmp_path / "video", ours)
    await run_method("graph", tmp_path / "video", graph, "--lossless")

    pictures = [(await probe_media(path)).video for path in (ours, graph)]
    assert [video.frames for video in pictures if video] == [60, 60]
    assert await vmaf(ours, graph) > 90
    assert made.cost.processor_s > 0
    assert made.cost.peak_bytes > 0
