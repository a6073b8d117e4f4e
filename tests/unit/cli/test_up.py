"""`scenewire up` ends when it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scenewire_cli.commands import up
from scenewire_cli.stack.data_folder import DataFolder


@pytest.mark.timeout(30)
async def test_a_stop_that_a_library_swallows_right_after_the_start_still_stops(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    @asynccontextmanager
    async def embedded(*_: Any, **__: Any) -> AsyncIterator[SimpleNamespace]:
        endpoint = SimpleNamespace(redacted_url="nats://127.0.0.1:1", artifacts_url="file:///", gateway_url=None)
        yield SimpleNamespace(stack=SimpleNamespace(record_failure=None), check=check, endpoint=endpoint)

    async def check() -> None:
        pass

    async def find_ffmpeg() -> None:
        pass

    async def swallow_a_stop(_: object) -> dict[object, object]:
        asyncio.get_running_loop().call_soon(running.cancel)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return {}
        raise AssertionError

    monkeypatch.setattr(up, "embedded", embedded)
    monkeypatch.setattr(up, "find_ffmpeg", find_ffmpeg)
    monkeypatch.setattr(up, "stored_projects", swallow_a_stop)
    running = asyncio.create_task(
        up._up(DataFolder(tmp_path), port=None, nats_port=-1, as_json=True, with_record=False)
    )

    assert await running == 0
