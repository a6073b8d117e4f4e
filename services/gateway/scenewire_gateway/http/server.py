"""The HTTP server, on the service's event loop."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError

__all__ = ["HttpServer"]

_BACKLOG: Final = 512
_POLL_S: Final = 0.02

log = structlog.get_logger(__name__)


class HttpServer:
    """Serves an application from `start` to `stop`.

    Args:
        app: the application.
        host: address to listen on.
        port: port to listen on; 0 takes any free one.
        any_port: whether to take any free port if this one is taken.
        drain_s: how long open requests may go on after `stop`, seconds.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int, drain_s: float, any_port: bool = False) -> None:
        self._host, self._port, self._any_port = host, port, any_port
        config = uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,  # addresses may hold what somebody searched for
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=max(1, round(drain_s)),
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Starts to listen; returns the port once requests are answered.

        Raises:
            PermanentError: `invalid_settings`, the address cannot be used.
        """
        listening = _listen(self._host, self._port, any_port=self._any_port)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            if self._task.done():
                await self._task
                message = "the application did not start"
                raise PermanentError(FailureCode.INVALID_SETTINGS, message, hint="see the log")
            await asyncio.sleep(_POLL_S)
        port = int(listening.getsockname()[1])
        log.info("gateway_listens", host=self._host, port=port)
        return port

    async def stop(self) -> None:
        """Finishes the open requests and closes the port."""
        self._server.should_exit = True
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
        self._task = None


class _Server(uvicorn.Server):
    """Leaves signals to the service."""

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int, *, any_port: bool) -> socket.socket:
    try:
        return _bound(host, port)
    except OSError as error:
        if any_port and error.errno == errno.EADDRINUSE:
            return _listen(host, 0, any_port=False)
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="set GATEWAY_PORT (or --port of `scenewire up`) to a free port, or GATEWAY_HOST to an address of this host",
        ) from error


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening
