"""The first scene to reserve a clip owns it, for all workers and retries."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire_sourcing.selection.clip_reservations import ClipReservations
from tests.support.builders import PROJECT


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path)


async def test_the_first_scene_owns_a_clip_and_keeps_it(store: FilesystemStore) -> None:
    reservations = ClipReservations(store)
    assert await reservations.owner(PROJECT, "clip", scene_number=2) == 2
    assert await reservations.owner(PROJECT, "clip", scene_number=1) == 2
    assert (
        await ClipReservations(store).owner(PROJECT, "clip", scene_number=2) == 2
    )  # another worker, the same scene again


async def test_reservations_are_per_project_clip_and_use(store: FilesystemStore) -> None:
    reservations = ClipReservations(store)
    await reservations.owner(PROJECT, "clip", scene_number=2)
    assert await reservations.owner(uuid4(), "clip", scene_number=1) == 1
    assert await reservations.owner(PROJECT, "other", scene_number=1) == 1
    assert await reservations.owner(PROJECT, "clip", scene_number=1, use=2) == 1


async def test_concurrent_workers_agree_on_the_owner(store: FilesystemStore) -> None:
    workers = [ClipReservations(store) for _ in range(8)]
    owners = await asyncio.gather(*(one.owner(PROJECT, "clip", scene_number=n) for n, one in enumerate(workers, 1)))
    assert len(set(owners)) == 1


async def test_a_damaged_reservation_is_ignored(store: FilesystemStore, tmp_path: Path) -> None:
    await ClipReservations(store).owner(PROJECT, "clip", scene_number=2)
    (claim,) = tmp_path.rglob("*.json")
    claim.write_bytes(b"{")
    assert await ClipReservations(store).owner(PROJECT, "clip", scene_number=5) == 5
