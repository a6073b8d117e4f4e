"""Settings of the embedded stack: values passed to the services, not changes of the environment."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from scenewire.errors import PermanentError, TransientError
from scenewire_cli.stack.connection import embedded, existing
from scenewire_cli.stack.data_folder import DataFolder, Endpoint
from scenewire_cli.stack.embedded import Stack, services_to_run
from tests.support.product import run, run_on_a_terminal


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


async def test_a_stack_works_without_a_gateway_whose_port_is_taken(folder: DataFolder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        stack = Stack(folder, gateway_port=other.getsockname()[1])
        try:
            endpoint = await stack.start()
        finally:
            await stack.stop()
    assert stack.gateway_failure is not None
    assert "Address already in use" in stack.gateway_failure.message
    assert endpoint.gateway_url is None


async def test_a_stack_works_without_a_gateway_that_others_could_reach_without_keys(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GATEWAY_HOST", "0.0.0.0")
    stack = Stack(folder)
    try:
        endpoint = await stack.start()
    finally:
        await stack.stop()
    assert stack.gateway_failure is not None
    assert "there are no API keys" in stack.gateway_failure.message
    assert endpoint.gateway_url is None


async def test_a_gateway_takes_another_port_than_a_taken_one_that_nobody_asked_for(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        monkeypatch.setenv("GATEWAY_PORT", str(taken))
        stack = Stack(folder, needs_gateway=True)
        try:
            endpoint = await stack.start()
        finally:
            await stack.stop()
    assert endpoint.gateway_url is not None
    assert not endpoint.gateway_url.endswith(f":{taken}")


async def test_a_stack_whose_purpose_is_its_gateway_fails_without_it(folder: DataFolder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        stack = Stack(folder, gateway_port=other.getsockname()[1], needs_gateway=True)
        try:
            with pytest.raises(PermanentError, match="Address already in use"):
                await stack.start()
        finally:
            await stack.stop()


async def test_an_interrupted_command_withdraws_the_address_of_its_stack(folder: DataFolder):
    started = asyncio.Event()

    async def make() -> None:
        async with embedded(folder, services=services_to_run(with_record=False)):
            started.set()
            await asyncio.Event().wait()

    command = asyncio.create_task(make())
    await started.wait()
    assert folder.endpoint() is not None
    command.cancel()
    with pytest.raises(asyncio.CancelledError):
        await command
    assert not (folder.run / "endpoint.json").exists()
    with pytest.raises(TransientError, match="no stack is running in the data folder"):
        async with existing(folder, None):
            pass


@pytest.mark.parametrize("command", ["watch", "request", "endpoint"])
async def test_a_killed_stack_is_no_running_stack(command: str, folder: DataFolder, tmp_path: Path):
    folder.announce(Endpoint("nats://scenewire:secret@127.0.0.1:1", None))
    arguments = (command,) if command == "endpoint" else (command, "5f0c4b0e-7d0a-4a53-9a39-7d5d0c1f2a11")
    ended = await run(*arguments, "--json", data=folder.root, cwd=tmp_path)
    assert ended.returncode == 1
    assert [event["event"] for event in ended.events] == ["error"]
    assert "no stack is running in the data folder" in ended.err
    assert "NATS_URL" not in ended.err


async def test_a_wrong_address_is_named_with_its_option_and_without_its_password(folder: DataFolder, tmp_path: Path):
    wrong = ("--nats", "nats://me:secret@127.0.0.1:1")
    ended = await run("request", "Tea", *wrong, "--json", data=folder.root, cwd=tmp_path)
    assert ended.returncode == 1
    assert "no NATS server answers at nats://…@127.0.0.1:1: Connection refused\n  correct --nats" in ended.err
    assert "secret" not in ended.out + ended.err
    assert len(ended.out.splitlines()) == len(ended.events) == 1  # nothing but JSON


@pytest.mark.parametrize(("arguments", "asks"), [((), True), (("Tea",), False), (("--json",), False)])
async def test_a_missing_topic_is_asked_for_on_a_terminal(
    arguments: tuple[str, ...], asks: bool, folder: DataFolder, tmp_path: Path
):
    code, shown = await run_on_a_terminal("request", *arguments, data=folder.root, cwd=tmp_path, answer="Tides\n")
    assert ("Topic [Russian invasion of Ukraine]:" in shown) is asks
    assert (code, "no stack is running" in shown) == (1, True)


async def test_wrong_options_are_reported_before_the_topic_is_asked_for(folder: DataFolder, tmp_path: Path):
    code, shown = await run_on_a_terminal("make", "--size", "big", data=folder.root, cwd=tmp_path, answer="Tides\n")
    assert (code, "Topic [" in shown, "--size must be" in shown) == (1, False, True)


async def test_the_log_of_the_embedded_server_is_rotated(folder: DataFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_FILE_SIZE", "2KiB")
    monkeypatch.setenv("LOG_FILES", "2")

    for _ in range(3):
        await start_and_stop(folder, "script")

    kept = list(folder.nats_log.parent.glob("nats-server.log*"))
    assert len(kept) == 2
    assert sum(path.stat().st_size for path in kept) < 8_000
