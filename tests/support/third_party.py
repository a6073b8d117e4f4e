"""Starts an installed MCP server of somebody else with a double in place of every host that it would ask.

Run by the interpreter of that server's environment: python third_party.py PROGRAM. DOUBLE is the URL of the double.
"""

import asyncio
import inspect
import os
import sys
from contextlib import suppress
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any
from urllib.parse import urlsplit


def moved(url: object) -> str:
    """Returns the URL at the double: host and scheme are replaced."""
    parts = urlsplit(str(url))
    return f"{os.environ['DOUBLE']}{parts.path}{'?' if parts.query else ''}{parts.query}"


def redirect_httpx(httpx: Any) -> None:
    send = httpx.AsyncClient.send

    async def sent(self: Any, request: Any, **options: Any) -> Any:
        request.url = httpx.URL(moved(request.url))
        return await send(self, request, **options)

    httpx.AsyncClient.send = sent


def redirect_requests(requests: Any) -> None:
    get = requests.get
    requests.get = lambda url, **options: get(moved(url), **options)


def redirect_aiohttp(aiohttp: Any) -> None:
    ask = aiohttp.ClientSession._request

    async def asked(self: Any, method: str, url: Any, **options: Any) -> Any:
        return await ask(self, method, moved(url), **options)

    aiohttp.ClientSession._request = asked


def redirect_pycurl(pycurl: Any) -> None:
    create = pycurl.Curl

    class Curl:
        """pycurl's handle, which is not a class that can be changed."""

        URL = pycurl.URL
        WRITEDATA = pycurl.WRITEDATA

        def __init__(self) -> None:
            self._handle = create()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._handle, name)

        def setopt(self, option: int, value: Any) -> None:
            self._handle.setopt(option, moved(value) if option == pycurl.URL else value)

    pycurl.Curl = Curl


REDIRECTIONS = {
    "httpx": redirect_httpx,
    "requests": redirect_requests,
    "aiohttp": redirect_aiohttp,
    "pycurl": redirect_pycurl,
}
"""By the HTTP clients that such servers use."""


if __name__ == "__main__":
    for module, redirection in REDIRECTIONS.items():
        with suppress(ImportError):
            redirection(import_module(module))
    (program,) = entry_points(group="console_scripts", name=sys.argv.pop(1))
    running = program.load()()
    if inspect.isawaitable(running):
        asyncio.run(running)  # type: ignore[arg-type]  # a coroutine
