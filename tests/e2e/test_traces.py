"""Traces of whole videos, made by the command as its users run it."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.support.product import SMALL, run
from tests.support.trace_collector import trace_collector

SCRIPT = "Camellia leaves are picked by hand.\n\nThey oxidise in the sun.\n"
WORDS = (b"Camellia", b"oxidise")
KEY = "s3cr3t-key-of-the-collector"
STAGES = ("script", "tts", "sourcing", "assembly")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "Tea.txt"
    path.write_text(SCRIPT)
    return path


async def test_a_video_is_one_trace_whose_id_is_the_project(script: Path, tmp_path: Path):
    with trace_collector() as collector:
        made = await run(
            *("make", "--script", str(script), "--size", SMALL, "--json"),
            data=tmp_path / "data",
            cwd=tmp_path,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_EXPORTER_OTLP_HEADERS=f"api-key={KEY}",
        )
    assert made.returncode == 0, made.err
    spans = collector.of(made.result["project_id"])
    ids = {span.span_id for span in spans}
    (root,) = [span for span in spans if span.parent_id not in ids]
    assert (root.name, root.parent_id, root.service) == ("send script.requested", "", "scenewire-command")
    assert {f"scenewire-{stage}" for stage in STAGES} <= {span.service for span in spans}
    names = Counter(span.name for span in spans)
    assert names["process narration.requested"] == names["wait narration.requested"] == names["speak"] == 2
    assert names["process footage.sourced"] == 2
    assert min(names[name] for name in ("ffmpeg", "probe", "store artifact", "send video.assembled")) >= 1
    others = [span for span in collector.spans if span not in spans]
    assert {span.name for span in others} == {"process batch of recorder"}
    sent = {span.span_id for span in spans if span.name.startswith("send ")}
    assert {link for batch in others for link in batch.links} == sent
    everything = b"".join(collector.bodies)
    assert not [text for text in (*WORDS, KEY.encode(), str(tmp_path).encode()) if text in everything]
    log = [json.loads(line) for line in (tmp_path / "data" / "logs" / "scenewire.log").read_text().splitlines()]
    shown = await run("trace", made.result["project_id"], "--json", data=tmp_path / "data", cwd=tmp_path)
    (times,) = shown.events
    assert times["outcome"] == "video.assembled"
    assert abs(sum(part["seconds"] for part in times["critical_path"]) - times["total_s"]) < 0.1
    assert {step["stage"] for step in times["steps"]} == {"script", "narration", "footage", "picture", "video"}
    for step in times["steps"]:  # what services measured and what spans measured agree
        if step["stage"] == "narration":
            (span,) = [
                span
                for span in spans
                if span.name == "process narration.requested"
                and span.attributes["scenewire.scene_number"] == step["scene_number"]
            ]
            assert abs((span.end_ns - span.start_ns) / 1e9 - step["worked_s"]) < 0.5
    runs = [line for line in log if line["event"] == "ffmpeg_execution_completed" and "trace_id" in line]
    assert {line["span_id"] for line in runs} <= ids
    assert runs


async def test_a_collector_that_never_answers_delays_no_video(script: Path, tmp_path: Path):
    writers: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    try:
        made = await run(
            *("make", "--script", str(script), "--size", SMALL, "--json"),
            data=tmp_path / "data",
            cwd=tmp_path,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        )
    finally:
        silent.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)  # the transports close
    assert writers
    assert made.returncode == 0, made.err
    assert Path(made.result["video"]).stat().st_size > 0
