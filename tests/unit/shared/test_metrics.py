"""Names of metrics are a contract: the page lists all there are, and subjects are labelled without ids."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from scenewire.accounting.metrics import AccountMetrics
from scenewire.artifacts.metrics import StoreMetrics
from scenewire.bus.backlog import Backlog
from scenewire.bus.metrics import BusMetrics, message_metrics, subject_pattern
from scenewire.ffmpeg.observable import FfmpegMetrics
from scenewire.observability.in_use import in_use_gauge
from scenewire_assembly.encoders.metrics import realtime_factor as encode_realtime_factor
from scenewire_sourcing.metrics import FootageMetrics
from scenewire_tts.metrics import realtime_factor as speech_realtime_factor

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def registered() -> Iterable[tuple[str, str, tuple[str, ...]]]:
    registry = CollectorRegistry()
    AccountMetrics(registry)
    BusMetrics(registry)
    StoreMetrics(registry)
    FfmpegMetrics(registry)
    FootageMetrics(registry)
    in_use_gauge("encoder", registry)
    in_use_gauge("speech", registry)
    encode_realtime_factor(registry)
    speech_realtime_factor(registry)
    message_metrics("test", registry)
    for family in Backlog().describe():
        yield family.name, family.type, family._labelnames
    for collector in set(registry._collector_to_names):
        for metric in collector.collect():
            name = f"{metric.name}_total" if metric.type == "counter" else metric.name
            yield name, metric.type, tuple(getattr(collector, "_labelnames", ()))


def test_a36_the_page_lists_every_metric_with_its_kind_and_labels():
    rows = re.findall(r"^\| `((?:scenewire|faststream)_\w+)` \| (\w+) \| ([\w, ]*)\|", PAGE.read_text(), re.MULTILINE)
    listed = {(name, kind, tuple(filter(None, labels.strip().split(", ")))) for name, kind, labels in rows}
    assert listed == set(registered())


@pytest.mark.parametrize(
    ("subject", "pattern"),
    [
        ("narration.requested", "narration.requested"),
        ("segment.rendered.7f1c.12", "segment.rendered.>"),
        ("progress.tts", "progress.*"),
        ("dlq.assembly", "dlq.>"),
        ("_INBOX.abc.def", "_INBOX"),
    ],
)
def test_a_subject_is_counted_without_the_ids_in_it(subject: str, pattern: str):
    assert subject_pattern(subject) == pattern
