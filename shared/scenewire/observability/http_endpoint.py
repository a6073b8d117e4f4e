"""`/metrics`, `/healthz` and `/livez` of a process, over HTTP.

Like prometheus_client, it uses the WSGI server of the standard library in threads. So it needs no further package, and
responds while the event loop is blocked, which `/livez` then reports (ADR 22).

    /metrics   counters and timers for Prometheus
    /healthz   200 if every service of the process can work, otherwise 503 with the faults
    /livez     200 if the process is alive; after 503 or no response, restart it
"""

import asyncio
import concurrent.futures
import json
import threading
from collections.abc import Callable, Coroutine, Iterable
from functools import cache
from socket import AF_INET6
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, make_wsgi_app
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire.observability.health import OK, Health
from scenewire.settings import MonitorSettings

__all__ = ["Monitor", "monitor_of_this_process"]

Report = dict[str, dict[str, str]]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

_LOOP_TIMEOUT_S: Final = 4.0
"""For the event loop to respond; its checks take two seconds at most."""

_READ_TIMEOUT_S: Final = 5.0
"""For a connected client to send its request."""

log = structlog.get_logger(__name__)


class Monitor:
    """The endpoint of all services of a process: opened with the first, closed with the last.

    Args:
        registry: the metrics to serve.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._metrics: Callable[[dict[str, Any], StartResponse], Iterable[bytes]] = make_wsgi_app(registry)
        self._services: list[Health] = []
        self._server: _Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str | None:
        """Its URL; None if it does not listen."""
        if self._server is None:
            return None
        host, port = self._server.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def join(self, health: Health, settings: MonitorSettings) -> None:
        """Adds a service; call it on the service's event loop. Without a port in the settings, nothing is opened.

        Raises:
            PermanentError: `invalid_settings`, the address cannot be used.
        """
        if settings.monitor_port is None:
            return
        if self._server is None:
            self._loop = asyncio.get_running_loop()
            self._server = _listen(settings.monitor_host, settings.monitor_port)
            self._server.set_app(self._respond)
            threading.Thread(target=self._server.serve_forever, name="monitor", daemon=True).start()
            log.info("monitor_listens", url=self.url)
        self._services.append(health)

    async def leave(self, health: Health) -> None:
        """Removes a service."""
        if health not in self._services:
            return
        self._services.remove(health)
        if self._server is not None and not self._services:
            server, self._server = self._server, None
            await asyncio.to_thread(server.shutdown)
            server.server_close()

    def _respond(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Handles a request, in a thread of its own."""
        if environ["REQUEST_METHOD"] != "GET":
            return _json(start_response, "405 Method Not Allowed", {"error": "only GET"})
        match environ["PATH_INFO"]:
            case "/metrics":
                return self._metrics(environ, start_response)
            case "/healthz":
                return self._respond_with(start_response, self._report)
            case "/livez":
                return self._respond_with(start_response, _alive)
            case _:
                return _json(
                    start_response, "404 Not Found", {"error": "not found; the paths are /metrics, /healthz and /livez"}
                )

    def _respond_with(
        self, start_response: StartResponse, question: Callable[[], Coroutine[Any, Any, Report]]
    ) -> Iterable[bytes]:
        report = {"process": {"event loop": "does not respond"}}
        if self._loop is not None and self._loop.is_running():
            future = asyncio.run_coroutine_threadsafe(question(), self._loop)
            try:
                report = future.result(_LOOP_TIMEOUT_S)
            except concurrent.futures.TimeoutError:
                future.cancel()
        fit = all(answer == OK for answers in report.values() for answer in answers.values())
        status = "200 OK" if fit else "503 Service Unavailable"
        return _json(start_response, status, {"status": OK if fit else "unfit", "services": report})

    async def _report(self) -> Report:
        services = tuple(self._services)
        reports = await asyncio.gather(*(health.report() for health in services))
        return {health.service: report for health, report in zip(services, reports, strict=True)}


@cache
def monitor_of_this_process() -> Monitor:
    """Returns the endpoint that all services of this process share."""
    return Monitor()


async def _alive() -> Report:
    return {"process": {"event loop": OK}}


def _json(start_response: StartResponse, status: str, content: object) -> Iterable[bytes]:
    body = json.dumps(content).encode() + b"\n"
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _READ_TIMEOUT_S

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Drops the access log."""


def _listen(host: str, port: int) -> _Server:
    kind = _Server6 if ":" in host else _Server
    try:
        return kind((host, port), _Handler)
    except OSError as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="set MONITOR_PORT to a free port, or unset it",
        ) from error
