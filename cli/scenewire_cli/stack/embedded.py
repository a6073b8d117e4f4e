"""The embedded stack: a child nats-server, and all services on this process's event loop."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from faststream import FastStream
from pydantic import ValidationError

from scenewire.bus.client import BusClient
from scenewire.bus.provisioning.provision import provision_server
from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire.messages import fault_wording
from scenewire.observability.logging_setup import configure_logs
from scenewire.settings import LogFileSettings, ServiceSettings
from scenewire_cli.stack.bus_repair import BusRepair, Repaired
from scenewire_cli.stack.data_folder import DataFolder, Endpoint
from scenewire_cli.stack.nats_server import NatsServer

__all__ = ["SERVICES", "Stack", "configure_logs_of", "record_note", "services_to_run", "settings_errors"]

_LOOPBACK: Final = "127.0.0.1"

_RESERVE_BYTES: Final = 48 << 20
"""Must stay free on the disk: with less, the bus could not store failures any more."""

_Values = Mapping[str, Any]
"""Settings by field name. They win over the environment."""
_CreateApp = Callable[..., FastStream]
"""Takes the values, and what else a service wants to know."""


def _import_recorder() -> _CreateApp:
    from scenewire_recorder.app import create_app
    from scenewire_recorder.settings import RecorderSettings

    return lambda values, **extras: create_app(RecorderSettings(**values), **extras)


def _import_script() -> _CreateApp:
    from scenewire_script.app import create_app
    from scenewire_script.settings import ScriptSettings

    return lambda values: create_app(ScriptSettings(**values))


def _import_tts() -> _CreateApp:
    from scenewire_tts.app import create_app
    from scenewire_tts.settings import TtsSettings

    return lambda values: create_app(TtsSettings(**values))


def _import_sourcing() -> _CreateApp:
    from scenewire_sourcing.app import create_app
    from scenewire_sourcing.settings import SourcingSettings

    return lambda values: create_app(SourcingSettings(**values))


def _import_assembly() -> _CreateApp:
    from scenewire_assembly.app import create_app
    from scenewire_assembly.settings import AssemblySettings

    return lambda values: create_app(AssemblySettings(**values))


def _import_gateway() -> _CreateApp:
    from scenewire_gateway.app import create_app
    from scenewire_gateway.settings import GatewaySettings

    return lambda values, **extras: create_app(GatewaySettings(**values), **extras)


_IMPORTS: Final = {
    "recorder": _import_recorder,
    "script": _import_script,
    "tts": _import_tts,
    "sourcing": _import_sourcing,
    "assembly": _import_assembly,
    "gateway": _import_gateway,
}

SERVICES: Final = tuple(_IMPORTS)
"""In the order in which they start."""


_ON_RECORD: Final = frozenset({"recorder", "gateway"})
"""Services that need the database."""


def services_to_run(*, with_record: bool) -> Sequence[str]:
    """Returns the names of the services that a stack runs."""
    return tuple(name for name in SERVICES if with_record or name not in _ON_RECORD)


_DRAIN_TIME: Final = timedelta(seconds=1)
"""How long stopped services may finish their work. The next run gets whatever they have in flight again."""


class Stack:
    """The embedded bus and services of a data folder.

    Args:
        folder: the folder.
        nats_port: where the bus listens; -1 takes any free port.
        services: the names of those that run.
        gateway_port: where the gateway listens; None takes that of GATEWAY_PORT, or any free one if it is taken; 0 takes a free one.
        needs_gateway: whether a gateway that cannot start is an error; otherwise `gateway_failure` tells why it is missing.
    """

    def __init__(
        self,
        folder: DataFolder,
        *,
        nats_port: int = -1,
        services: Sequence[str] = SERVICES,
        gateway_port: int | None = None,
        needs_gateway: bool = False,
    ) -> None:
        self._folder = folder
        self.services: Final = tuple(services)
        self._gateway_port = gateway_port
        self._needs_gateway = needs_gateway
        self.gateway_failure: PipelineError | None = None
        self.record_failure: PipelineError | None = None
        """Why the database could not be used at the start; the record follows when it can."""
        with settings_errors():
            logs = LogFileSettings()
        self._server = NatsServer(
            store=folder.nats_store,
            run=folder.run,
            log=folder.nats_log,
            port=nats_port,
            log_size=logs.log_file_size,
            log_files=logs.log_files,
        )
        self._apps: list[FastStream] = []
        self._repair = BusRepair(self._restore if "recorder" in services else None)

    async def start(self) -> Endpoint:
        """Starts bus and services; returns when every service consumes.

        Raises:
            PipelineError: something cannot start.
        """
        # Each import takes a moment, and so does the server.
        loading = asyncio.create_task(asyncio.to_thread(lambda: {name: _IMPORTS[name]() for name in self.services}))
        try:
            nats_url = await self._server.start()
        finally:
            await loading
        os.environ.setdefault("ARTIFACTS_CACHE_DIR", str(self._folder.root / "cache"))  # `open_store` reads it there
        values = self._settings(nats_url)
        with settings_errors():
            settings = ServiceSettings(**values)
        apps: dict[str, FastStream] = {}
        gateway_url: str | None = None

        def listening(port: int) -> None:
            nonlocal gateway_url
            gateway_url = f"http://{_LOOPBACK}:{port}"

        def unusable(error: PipelineError) -> None:
            self.record_failure = error

        extras: dict[str, dict[str, Any]] = {
            "gateway": {"any_port": self._gateway_port is None, "on_listening": listening},
            "recorder": {"on_unusable": unusable},
        }
        for name, create_app in (await loading).items():
            with self._failures_of(name), settings_errors():
                apps[name] = create_app(values, **extras.get(name, {}))
        configure_logs(
            level=settings.log_level,
            file=settings.log_file,
            file_size=settings.log_file_size,
            files=settings.log_files,
        )
        with settings_errors():
            await provision_server(settings, alone=True)
        for name, app in apps.items():
            self._apps.append(app)  # before its start: one that fails has things to stop, too
            with self._failures_of(name):
                await app.start()
        endpoint = Endpoint(nats_url, settings.artifacts_url, gateway_url=gateway_url)
        if set(services_to_run(with_record=False)) <= set(self.services):
            self._folder.announce(endpoint)  # others must not use a bus whose services are incomplete
        return endpoint

    async def stop(self) -> None:
        """Stops the services, which finish or nak the messages in flight, then the bus."""
        await asyncio.gather(*(app.stop() for app in self._apps), return_exceptions=True)
        await self._server.stop()

    @contextmanager
    def _failures_of(self, service: str) -> Iterator[None]:
        """Keeps the failure of a gateway that is not needed: a video is made without its page."""
        try:
            yield
        except PipelineError as error:
            if service != "gateway" or self._needs_gateway:
                raise
            self.gateway_failure = error

    async def check(self, bus: BusClient) -> Repaired | None:
        """Checks what the services cannot report themselves, and repairs what can be repaired.

        Args:
            bus: a connection to the stack's bus.

        Returns:
            What was lost and restored; None if nothing was.

        Raises:
            PermanentError: the bus is gone, or the disk is nearly full.
        """
        if not self._server.alive:
            raise PermanentError(
                FailureCode.BUS_UNAVAILABLE,
                "the embedded nats-server exited unexpectedly",
                hint=f"see {self._folder.nats_log}; run the same command again to resume",
            )
        free = shutil.disk_usage(self._folder.root).free
        if free < _RESERVE_BYTES:
            raise PermanentError(
                FailureCode.STORAGE_FULL,
                f"only {free >> 20} MB are free on the disk of {self._folder.root}",
                hint="free space, then run the same command again to resume",
            )
        return await self._repair.check(bus)

    async def _restore(self) -> dict[str, Any]:
        from scenewire_recorder import api

        return await api.restore_stream(self._folder.record_url, self._server.url)

    def _settings(self, nats_url: str) -> dict[str, Any]:
        """Returns the values that differ from the environment: the bus, and whatever the environment does not set."""
        values: dict[str, Any] = {"nats_url": nats_url, "nats_user": None, "nats_password": None, "is_alone": True}
        values["data_folder"] = self._folder.root
        if not os.environ.get("ARTIFACTS_URL"):
            values["artifacts_url"] = self._folder.artifacts_url
        if not os.environ.get("SOURCING_ANSWERS_DIR"):
            values["answers_dir"] = self._folder.root / "answers"
        if not os.environ.get("LOG_FILE"):
            values["log_file"] = self._folder.log
        if not os.environ.get("DRAIN_TIME"):
            values["drain_time"] = _DRAIN_TIME
        if not _ON_RECORD.isdisjoint(self.services):
            values["database_url"] = self._folder.record_url
        if "gateway" in self.services and self._gateway_port is not None:
            values["port"] = self._gateway_port
        return values


def configure_logs_of(folder: DataFolder) -> None:
    """Logs to the file of a data folder, for commands that write the record themselves."""
    with settings_errors():
        logs = LogFileSettings()
    configure_logs(file=folder.log, file_size=logs.log_file_size, files=logs.log_files)


def record_note(stack: Stack) -> str | None:
    """Returns a line for people about a database that could not be used at the start."""
    failure = stack.record_failure
    if failure is None:
        return None
    return f"not on record yet: {failure.message}; {failure.hint}. Videos are made meanwhile, and their record follows"


@contextmanager
def settings_errors() -> Iterator[None]:
    """Turns an invalid setting into an error that names the variable."""
    try:
        yield
    except ValidationError as error:
        service = error.title.removesuffix("Settings")
        faults = "; ".join(
            f"{_variable(service, fault['loc'])}: {fault_wording(fault)}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            faults,
            hint="docs/settings.md lists the settings and their allowed values",
        ) from error


def _variable(service: str, place: tuple[int | str, ...]) -> str:
    """Returns the environment variable of a setting: an alias of its own, or the service's prefix and the field's name."""
    name, *rest = (f"entry {part + 1}" if isinstance(part, int) else part for part in place or (service,))
    variable = name if name.isupper() else f"{service}_{name}".upper()
    return " ".join([variable, *rest])
