"""Logs: one JSON object a line, and no secrets."""

import json
import logging
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span

from scenewire.observability.logging_setup import configure_logs


@pytest.fixture
def log(tmp_path: Path):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield tmp_path / "log"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_our_events_and_those_of_libraries_have_one_form(log: Path):
    configure_logs(file=log)
    structlog.get_logger("ours").info("published", subject="audio.rendered")
    logging.getLogger("theirs").warning("careful: %s", "thin ice")
    ours, theirs = lines(log)
    assert (ours["event"], ours["subject"], ours["level"], ours["logger"]) == (
        "published",
        "audio.rendered",
        "info",
        "ours",
    )
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("careful: thin ice", "warning", "theirs")
    assert str(ours["timestamp"]).endswith("Z")


def test_configuring_again_writes_no_line_twice(log: Path):
    configure_logs(file=log)
    configure_logs(file=log)
    structlog.get_logger().info("once")
    assert len(lines(log)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "GET /search?q=tea&api_key=s3cr3t&page=1",
        "nats://user:s3cr3t@host:4222 refused",
        'config {"token": "s3cr3t"}',
        "password=s3cr3t",
        "header Bearer sw_s3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts",
        "the file holds whsec_s3cr3t+s3cr3t/s3cr3ts3cr3ts3cr3ts3cr3t==",
    ],
)
def test_secrets_are_left_out(log: Path, text: str):
    configure_logs(file=log)
    structlog.get_logger().info("request", detail=text)
    structlog.get_logger().info(text)
    logging.getLogger("theirs").error(text)
    assert "s3cr3t" not in log.read_text()
    assert len(lines(log)) == 3


def test_a_secret_in_a_traceback_is_left_out(log: Path):
    configure_logs(file=log)
    try:
        Path("https://host/x?api_key=s3cr3t").read_text()
    except OSError:
        structlog.get_logger().exception("failed")
    assert "s3cr3t" not in log.read_text()
    assert "Traceback" in log.read_text()


def test_a_log_file_is_rotated_and_old_ones_are_removed(log: Path):
    configure_logs(file=log, file_size=2_000, files=3)
    for number in range(100):
        structlog.get_logger().info("event", number=number)
    kept = sorted(log.parent.iterdir())
    assert [path.name for path in kept] == ["log", "log.1", "log.2"]
    assert all(path.stat().st_size <= 2_000 for path in kept)
    assert lines(log)[-1]["number"] == 99


def test_events_about_a_project_name_its_trace_and_the_current_span(log: Path):
    project_id = uuid4()
    configure_logs(file=log)
    about = structlog.get_logger().bind(project_id=str(project_id))
    about.info("outside")
    place = SpanContext(project_id.int, 0xA1, is_remote=False)
    with use_span(NonRecordingSpan(place)):
        about.info("inside")
        logging.getLogger("theirs").warning("inside")
    structlog.get_logger().info("elsewhere", project_id="None")
    outside, inside, theirs, elsewhere = lines(log)
    assert (outside["trace_id"], "span_id" in outside) == (project_id.hex, False)
    assert (inside["trace_id"], inside["span_id"]) == (project_id.hex, f"{0xA1:016x}")
    assert theirs["span_id"] == inside["span_id"]
    assert "trace_id" not in elsewhere
