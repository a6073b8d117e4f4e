"""The first scene to reserve a clip owns it, for all workers and retries."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire_sourcing.selection.clip_reservations import ClipReservations
from tests.support.builders import PROJECT, scene


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path)


async def test_the_first_scene_owns_a_clip_and_keeps_it(store: FilesystemStore) -> None:
    reservations = ClipReservations(store)
    assert await reservations.reserve(PROJECT, "clip", scene(2), revision=0) == ""
    assert await reservations.reserve(PROJECT, "clip", scene(1), revision=0) == "scene 2"
    assert await ClipReservations(store).reserve(PROJECT, "clip", scene(2), revision=0) == ""  # another worker


async def test_reservations_are_per_project_clip_and_use(store: FilesystemStore) -> None:
    reservations = ClipReservations(store)
    await reservations.reserve(PROJECT, "clip", scene(2), revision=0)
    assert await reservations.reserve(uuid4(), "clip", scene(1), revision=0) == ""
    assert await reservations.reserve(PROJECT, "other", scene(1), revision=0) == ""
    assert await reservations.reserve(PROJECT, "clip", scene(1), revision=0, use=2) == ""


async def test_a_scene_keeps_its_reservations_when_an_edit_gives_it_another_number(store: FilesystemStore) -> None:
    reservations = ClipReservations(store)
    await reservations.reserve(PROJECT, "clip", scene(2), revision=0)
    moved = scene(2).model_copy(update={"scene_number": 1})
    took_its_place = scene(1).model_copy(update={"scene_number": 2})
    assert await reservations.reserve(PROJECT, "clip", moved, revision=1) == ""
    owner = await reservations.reserve(PROJECT, "clip", took_its_place, revision=1)
    assert owner == "a scene of an earlier revision"


async def test_concurrent_workers_agree_on_the_owner(store: FilesystemStore) -> None:
    workers = [ClipReservations(store) for _ in range(8)]
    owners = await asyncio.gather(
        *(worker.reserve(PROJECT, "clip", scene(n), revision=0) for n, worker in enumerate(workers, 1))
    )
    assert owners.count("") == 1
    assert len(set(owners)) == 2


async def test_a_damaged_reservation_is_ignored(store: FilesystemStore, tmp_path: Path) -> None:
    await ClipReservations(store).reserve(PROJECT, "clip", scene(2), revision=0)
    (claim,) = tmp_path.rglob("*.json")
    claim.write_bytes(b"{")
    assert await ClipReservations(store).reserve(PROJECT, "clip", scene(5), revision=0) == ""
