"""Settings of the embedded stack: values passed to the services, not changes of the environment."""

import os
from pathlib import Path

import pytest

from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import Stack


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    for name in ("NATS_URL", "NATS_USER", "NATS_PASSWORD", "NATS_PASSWORD_FILE", "DATABASE_URL", "ARTIFACTS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARTIFACTS_CACHE_DIR", str(tmp_path / "cache"))
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


async def start_and_stop(folder: DataFolder, *services: str) -> None:
    stack = Stack(folder, services=services)
    try:
        await stack.start()
    finally:
        await stack.stop()


async def test_the_embedded_stack_ignores_credentials_of_another_server(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NATS_URL", "nats://nowhere.invalid:1")
    monkeypatch.setenv("NATS_USER", "worker")
    monkeypatch.setenv("NATS_PASSWORD_FILE", "/nowhere/password")

    await start_and_stop(folder, "script")


async def test_a_file_may_name_the_database_of_the_embedded_stack(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "url").write_text(f"sqlite:///{tmp_path / 'elsewhere.db'}\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))

    await start_and_stop(folder, "recorder")

    assert (tmp_path / "elsewhere.db").is_file()
    assert not (folder.root / "scenewire.db").exists()


async def test_a_stack_leaves_the_environment_as_it_is(folder: DataFolder):
    before = dict(os.environ)

    await start_and_stop(folder, "recorder", "script")

    assert dict(os.environ) == before
