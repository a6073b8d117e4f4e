"""The benchmark compares like with like: every method makes the same video."""

from pathlib import Path

from scenewire.probe.probe import probe_media
from scripts.media_bench.bench_video import BenchVideo, make_inputs
from scripts.media_bench.meter import run_method
from scripts.media_bench.quality import vmaf


async def test_scenewire_and_one_filter_graph_make_the_same_pictures(tmp_path: Path) -> None:
    await make_inputs(tmp_path / "video", BenchVideo(scenes=2, seconds=1, width=320, height=180, rates=(30, 25)))
    ours, graph = tmp_path / "ours.mp4", tmp_path / "graph.mp4"

    cost = await run_method("product_method", tmp_path / "video", ours)
    await run_method("graph_method", tmp_path / "video", graph, "--lossless")

    pictures = [(await probe_media(path)).video for path in (ours, graph)]
    assert [video.frames for video in pictures if video] == [60, 60]
    assert await vmaf(ours, graph) > 90
    assert cost.busy > 0
    assert cost.memory > 0
