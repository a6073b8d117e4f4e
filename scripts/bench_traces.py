"""Measures what traces cost: processor seconds of a small video with and without a collector, in turns.

python -m scripts.bench_traces [pairs]
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.product import environment
from tests.support.trace_collector import trace_collector

ROOT: Final = Path(__file__).parents[1]
TEXT: Final = "The Suez Canal joins two seas.\n\nIt was opened in 1869.\n\nThousands of ships pass it every year.\n"


def main() -> int:
    """Runs the script; returns its exit code."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    without: list[float] = []
    traced: list[float] = []
    with trace_collector() as collector:
        _processor_s(None)  # fills the caches of the system
        for pair in range(pairs):
            for is_traced in (False, True) if pair % 2 else (True, False):
                (traced if is_traced else without).append(_processor_s(collector.url if is_traced else None))
            print(f"{without[-1]:.2f} s without traces, {traced[-1]:.2f} s with them", flush=True)
        sent = sum(map(len, collector.bodies)) // pairs
        print(f"spans of a video: {len(collector.spans) // pairs}, {sent >> 10} kB")
    extra = statistics.mean(map(lambda on, off: on - off, traced, without))
    print(f"traces add {extra:.2f} s to {statistics.mean(without):.2f} s of processor time")
    return 0


def _processor_s(collector: str | None) -> float:
    """Makes a video; returns the processor seconds of the command and its children."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = folder / "script.txt"
        script.write_text(TEXT, encoding="utf-8")
        changes = {} if collector is None else {"OTEL_EXPORTER_OTLP_ENDPOINT": collector}
        command = ["make", "--script", str(script), "--size", "320x180", "--out", str(folder / "output")]
        process = subprocess.Popen(
            [sys.executable, "-m", "scenewire_cli", *command],
            cwd=folder,
            env=environment(folder / "data", PYTHONPATH=str(ROOT), **changes),
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"the video failed with status {status}")
        return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
