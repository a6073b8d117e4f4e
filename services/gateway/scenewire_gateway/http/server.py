"""The HTTP server, on the service's event loop."""

import asyncio
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
        drain_s: how long open requests may go on after `stop`, seconds.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int, drain_s: float) -> None:
        self._host, self._port = host, port
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
        self._url: str | None = None

    @property
    def url(self) -> str | None:
        """Its address; None while it does not listen."""
        return self._url

    async def start(self) -> None:
        """Starts to listen; returns when requests are answered.

        Raises:
            PermanentError: `invalid_settings`, the address cannot be used.
        """
        listening = _listen(self._host, self._port)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            if self._task.done():
                await self._task
                message = "the application did not start"
                raise PermanentError(FailureCode.INVALID_SETTINGS, message, hint="see the log")
            await asyncio.sleep(_POLL_S)
        host, port = listening.getsockname()[:2]
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        log.info("gateway_listens", url=self._url)

    async def stop(self) -> None:
        """Finishes the open requests and closes the port."""
        self._server.should_exit = True
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
        self._task = self._url = None


class _Server(uvicorn.Server):
    """Leaves signals to the service."""

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint="set GATEWAY_PORT (or --port of `scenewire up`) to a free port, or GATEWAY_HOST to an address of this host",
        ) from error
    return listening
