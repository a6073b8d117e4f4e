"""Measures many open event streams: how late events arrive and what the streams cost.

    python -m scripts.benchmarks.gateway.events http://127.0.0.1:8321 --streams 200 --pid <of the gateway's process>

Orders a video without voice and footage, and follows it over all streams at once. Latency is from the moment at which the bus
stored a message to its arrival; clocks are the same host's.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2

_ORDER: Final = {
    "text": "\n\n".join(f"The tide turns for the {place} time." for place in ("first", "second", "third", "last")),
    "voice": "none",
    "look": {"width": 320, "height": 180},
}
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_TICK: Final = os.sysconf("SC_CLK_TCK")


def _usage(pid: int) -> tuple[float, float]:
    """Returns resident memory in MB and processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * _PAGE / 1e6, (int(fields[11]) + int(fields[12])) / _TICK


async def _follow(client: httpx2.AsyncClient, ready: asyncio.Semaphore, delays: list[float]) -> int:
    """Follows all projects until a video is finished; returns the number of stored events."""
    stored = 0
    async with client.stream("GET", "/v1/events", timeout=300) as answer:
        answer.raise_for_status()
        ready.release()
        kind, number = "", ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                number = value
            elif name == "data":
                at = datetime.fromisoformat(json.loads(value)["at"])
                delay = (datetime.now(UTC) - at).total_seconds()
            elif not line and number:
                stored += 1
                delays.append(delay)
                number = ""
                if kind == "video":
                    return stored
    raise RuntimeError("the stream ended before the video was finished")


async def _measure(url: str, streams: int, pid: int) -> None:
    limits = httpx2.Limits(max_connections=streams + 10, max_keepalive_connections=streams)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        (await client.get("/healthz")).raise_for_status()
        idle, _ = _usage(pid)
        ready = asyncio.Semaphore(0)
        delays: list[float] = []
        readers = [asyncio.create_task(_follow(client, ready, delays)) for _ in range(streams)]
        for _ in readers:
            await ready.acquire()
        opened, spent = _usage(pid)
        started = time.monotonic()
        (await client.post("/v1/projects", json=_ORDER)).raise_for_status()
        counts = await asyncio.gather(*readers)
        took, (_, spent_after) = time.monotonic() - started, _usage(pid)
    delays.sort()
    print(f"streams {streams}, events a stream {min(counts)} to {max(counts)}, video after {took:.1f} s")
    print(f"memory {idle:.0f} MB without, {opened:.0f} MB with: {(opened - idle) * 1000 / streams:.0f} kB a stream")
    print(f"processor time of the process meanwhile {spent_after - spent:.2f} s")
    tail = delays[int(len(delays) * 0.99)]
    print(
        f"latency median {statistics.median(delays) * 1000:.0f} ms, 99 % {tail * 1000:.0f} ms, most {delays[-1] * 1000:.0f} ms"
    )


def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--pid", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(_measure(options.url, options.streams, options.pid))


if __name__ == "__main__":
    main()
