"""Everything embedded: a child nats-server and all services on this process's event loop."""

import asyncio
import importlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from faststream import FastStream
from pydantic import ValidationError

from scenewire.bus.provision import provision_server
from scenewire.errors import FailureCode, PermanentError
from scenewire.observability.logging_setup import configure_logs
from scenewire.processes.run import Completed, child_environment, python_module, run_program
from scenewire.settings import ServiceSettings
from scenewire_cli.output.formatting import fault_wording
from scenewire_cli.stack.data_folder import Endpoint, Home
from scenewire_cli.stack.nats_server import NatsServer

__all__ = ["SERVICES", "Stack", "ask_service"]

SERVICES: Final = ("recorder", "script", "tts", "sourcing", "assembly")
"""Started in this order; `services.<name>.app` has a `create_app` each."""

_READ_BY_REPORTS: Final = {
    "tts": ("TTS_", "CUDA_", "NVIDIA_", "TORCH_", "PYTORCH_", "MKL_"),
    "sourcing": ("SOURCING_", "LIBRARY_", "DVIDS_", "NASA_"),
    "assembly": ("ASSEMBLY_", "FFMPEG"),
}
"""Prefixes of the variables that a service's report looks at."""

_RESERVE: Final = 48 << 20
"""Bytes that must stay free: with less the bus could no longer store what went wrong."""


class Stack:
    """The embedded bus and services of a data folder.

    Args:
        home: the folder.
        nats_port: where the bus listens; -1 takes any free port.
        services: which run.
    """

    def __init__(self, home: Home, *, nats_port: int = -1, services: Sequence[str] = SERVICES) -> None:
        self._home = home
        self._services = services
        self._server = NatsServer(store=home.nats_store, run=home.run, log=home.nats_log, port=nats_port)
        self._apps: list[FastStream] = []

    async def start(self) -> Endpoint:
        """Starts what is missing and returns when every service consumes.

        Raises:
            PipelineError: what could not be started, and what to do.
        """
        loading = asyncio.create_task(asyncio.to_thread(_load, self._services))  # while the server starts
        try:
            nats_url = await self._server.start()
        finally:
            await loading
        self._fill_environment(nats_url)
        with _settings_errors():
            settings = ServiceSettings()
            apps = [create_app() for create_app in await loading]
        configure_logs(level=settings.log_level, file=settings.log_file)
        await provision_server(settings, alone=True)
        for app in apps:
            self._apps.append(app)  # one that fails to start has things to stop as well
            await app.start()
        endpoint = Endpoint(nats_url, os.environ["ARTIFACTS_URL"])
        if self._services:
            self._home.announce(endpoint)  # a bus alone is nobody else's: they would wait for a film in vain
        return endpoint

    async def stop(self) -> None:
        """Lets the services finish or give back what they have in hand, then ends the bus."""
        await asyncio.gather(*(app.stop() for app in self._apps), return_exceptions=True)
        await self._server.stop()

    def check(self) -> None:
        """Looks after what the services cannot report themselves.

        Raises:
            PermanentError: the bus is gone, or the disk is nearly full.
        """
        if not self._server.alive:
            raise PermanentError(
                FailureCode.BUS_UNAVAILABLE,
                "the embedded nats-server has ended",
                hint=f"see {self._home.nats_log}; run the same command again to go on",
            )
        free = shutil.disk_usage(self._home.root).free
        if free < _RESERVE:
            raise PermanentError(
                FailureCode.STORAGE_FULL,
                f"only {free >> 20} MB are free on the disk of {self._home.root}",
                hint="free space and run the same command again to go on",
            )

    def _fill_environment(self, nats_url: str) -> None:
        """Services read their settings from the environment; what the user set there stands."""
        os.environ["NATS_URL"] = nats_url  # with its password; what somebody set for another server is of no use to it
        for name in ("NATS_USER", "NATS_PASSWORD", "NATS_PASSWORD_FILE"):
            os.environ.pop(name, None)
        os.environ.setdefault("ARTIFACTS_URL", self._home.artifacts_url)
        os.environ.setdefault("ARTIFACTS_CACHE_DIR", str(self._home.root / "cache"))
        os.environ.setdefault("DATABASE_URL", self._home.database_url)
        os.environ.setdefault("LOG_FILE", str(self._home.log))


async def ask_service(service: str, *arguments: str, timeout: float) -> Completed:  # noqa: ASYNC109 - the child's
    """Runs a service's report in a process of its own: what the service needs is its own business.

    Args:
        service: `tts`, `sourcing` or `assembly`.
        arguments: for `scenewire_<service>.diagnostics`.
        timeout: wall seconds.

    Raises:
        TransientError: `program_timeout`.
    """
    return await run_program(
        python_module(f"scenewire_{service}.diagnostics", *arguments),
        timeout=timeout,
        env=child_environment(*_READ_BY_REPORTS[service]),
    )


def _load(services: Sequence[str]) -> list[Callable[[], FastStream]]:
    return [importlib.import_module(f"scenewire_{name}.app").create_app for name in services]


@contextmanager
def _settings_errors() -> Iterator[None]:
    """A setting that cannot be as an error that says which one."""
    try:
        yield
    except ValidationError as error:
        service = error.title.removesuffix("Settings")
        wrong = "; ".join(
            f"{_variable(service, fault['loc'])}: {fault_wording(fault)}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            wrong,
            hint="docs/settings.md lists every setting and what it may be",
        ) from error


def _variable(service: str, place: tuple[int | str, ...]) -> str:
    """The environment variable of a setting: some have names of their own, all others begin with their service's."""
    name, *rest = (str(part) for part in place or (service,))
    variable = name if name.isupper() else f"{service}_{name}".upper()
    return " ".join([variable, *rest])
