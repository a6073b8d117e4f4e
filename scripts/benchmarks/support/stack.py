"""A stack of the product, and orders to it, by the commands that users have."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

from scenewire.messages import FootageSourced
from scripts.benchmarks.support.meter import Cost, measure, product_environment

__all__ = ["SCENEWIRE", "events_of", "order", "running_stack", "sourced_scenes", "watch"]

SCENEWIRE: Final = (sys.executable, "-m", "scenewire_cli")


@asynccontextmanager
async def running_stack(data: Path, **environment: str) -> AsyncIterator[int]:
    """Runs `scenewire up` while the block runs; yields its process id when it is ready.

    Args:
        data: its data folder.
        environment: variables of the stack.
    """
    process = await asyncio.create_subprocess_exec(
        *SCENEWIRE,
        *("up", "--port", "0", "--nats-port", "-1", "--data", str(data), "--json"),
        env=product_environment(**environment),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        async for line in process.stdout:
            if json.loads(line)["event"] == "ready":
                break
        else:
            raise RuntimeError(f"the stack of {data} did not start: see its log")
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def order(data: Path, *options: str | Path) -> tuple[str, Cost]:
    """Orders a video of a running stack; returns the project id, and the cost of the command."""
    cost = await measure((*SCENEWIRE, "request", *options, "--data", data, "--json"), environment=product_environment())
    return str(events_of(cost.output)[-1]["project_id"]), cost


async def watch(data: Path, project_id: str) -> list[dict[str, Any]]:
    """Follows a project to its end; returns its events."""
    cost = await measure((*SCENEWIRE, "watch", project_id, "--data", data, "--json"), environment=product_environment())
    return events_of(cost.output)


def events_of(output: str) -> list[dict[str, Any]]:
    """Returns what a command printed with `--json`."""
    return [json.loads(line) for line in output.splitlines()]


def sourced_scenes(data: Path) -> list[FootageSourced]:
    """Returns what the latest project of a data folder gave to assembly, by scene."""
    query = "SELECT body FROM message_log WHERE subject = ? AND project_id = ?"
    latest = "SELECT project_id FROM message_log WHERE subject = ? ORDER BY sequence DESC LIMIT 1"
    with closing(sqlite3.connect(data / "scenewire.db")) as connection:
        (project_id,) = connection.execute(latest, (FootageSourced.SUBJECT,)).fetchone()
        rows = connection.execute(query, (FootageSourced.SUBJECT, project_id)).fetchall()
    scenes = [FootageSourced.model_validate_json(body) for (body,) in rows]
    return sorted(scenes, key=lambda sourced: sourced.scene.scene_number)
