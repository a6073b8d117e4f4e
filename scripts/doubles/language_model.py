"""A test double of Groq and compatible servers that writes like a model and misbehaves on demand; on the loopback only."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

MODEL = "openai/gpt-oss-120b"
KEY = "gsk_double" + "0123456789abcdef" * 2

_WORDS = "water ships engineers the desert carried through canal slowly morning workers stone and under wind across"
_CHARACTERS = "水船沙漠運河工人石風光城市道路"

Style = Callable[[int, int], int]
"""Returns the words of a scene, from its number and the requested length."""


@dataclass(frozen=True)
class Request:
    """A request that the double received."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, str]]:
        """The conversation."""
        messages: list[dict[str, str]] = self.body["messages"]
        return messages

    @property
    def task(self) -> dict[str, Any]:
        """The data of the first message by the user."""
        task: dict[str, Any] = json.loads(self.messages[1]["content"])
        return task


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    """Bytes that the header announces but that are never sent."""
    endless: bool = False
    """Sends a byte now and then, without end."""
    silent: bool = False
    """Sends nothing and keeps the connection open."""


Reply = Answer | Callable[[Request], Answer]


def error(status: int, message: str = "no", *, code: str = "", headers: dict[str, str] | None = None) -> Answer:
    """Returns an error answer in Groq's format."""
    body = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
    return Answer(status, json.dumps(body).encode(), headers or {})


def says(content: str | None, finish_reason: str = "stop", *, tokens: tuple[int, int] | None = None) -> Answer:
    """Returns an answer with a completion.

    Args:
        content: what the model says.
        finish_reason: why it stopped.
        tokens: input and output tokens to report; None reports none.
    """
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}
    if tokens is not None:
        body["usage"] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return Answer(body=json.dumps(body).encode())


def writes(style: Style = lambda _, about: about) -> Callable[[Request], Answer]:
    """Returns a model that writes scripts in a style, and reports a token for every four characters."""

    def answer(request: Request) -> Answer:
        written = json.dumps(script(request.task, style), ensure_ascii=False)
        return says(
            written, tokens=(sum(len(message["content"]) for message in request.messages) // 4, len(written) // 4)
        )

    return answer


def script(task: dict[str, Any], style: Style = lambda _, about: about) -> dict[str, Any]:
    """Returns the script for a task in a style."""
    about, unit = task["length"]["about"], task["length"]["unit"]
    if "rewrite" in task:
        numbers = [scene["scene_number"] for scene in task["rewrite"]]
        return {"scenes": [{"scene_number": n, "text": speech(style(n, about), unit, n)} for n in numbers]}
    scenes = [
        {
            "scene_number": number,
            "section": "",
            "text": speech(style(number, about), unit, number),
            "footage_query": "canal ship",
            "keywords": ["canal", "ship", "desert", "lock"],
        }
        for number in task["write"]
    ]
    return {"title": "The Canal", "scenes": scenes}


def speech(count: int, unit: str = "words", seed: int = 0) -> str:
    """Returns a sentence of exactly `count` words or characters."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    if unit != "words":
        return "".join(chance.choices(_CHARACTERS, k=count)) + "。"
    return f"{' '.join(chance.choices(_WORDS.split(), k=count)).capitalize()}."


class GroqDouble:
    """The server: records `requests`, sends the answers in `next` first, then those of `model`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.next: list[Reply] = []
        self.model: Callable[[Request], Answer] = writes()
        self.models: Answer = Answer(body=json.dumps({"object": "list", "data": [{"id": MODEL}]}).encode())
        self.key = KEY
        """Required key; empty if none is required."""
        self.port = 0
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def completions(self) -> list[Request]:
        """The recorded requests for completions."""
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["GroqDouble"]:
        """Listens for the duration of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for connection in self._open:
                connection.cancel()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        connection = asyncio.current_task()
        if connection is None:
            raise RuntimeError
        self._open.add(connection)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the other side has gone
                request = await _read(reader)
                self.requests.append(request)
                await self._send(writer, self._answer(request))
        finally:
            self._open.discard(connection)
            writer.close()

    def _answer(self, request: Request) -> Answer:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return error(401, f"Invalid API Key {request.headers.get('authorization')}", code="invalid_api_key")
        if request.path == "/openai/v1/models":
            return self.models
        if request.path != "/openai/v1/chat/completions":
            return error(404, "Unknown request URL", code="unknown_url")
        reply = self.next.pop(0) if self.next else self.model
        return reply if isinstance(reply, Answer) else reply(request)

    async def _send(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        if answer.silent:
            await asyncio.Event().wait()
        length = 1_000_000 if answer.endless else len(answer.body) + answer.missing_bytes
        headers = {"content-type": "application/json", **answer.headers, "content-length": str(length)}
        lines = [f"HTTP/1.1 {answer.status} Told", *(f"{k}: {v}" for k, v in headers.items()), "connection: close"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
        await writer.drain()
        while answer.endless:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, value in _headers(head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, json.loads(body) if body else {})


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(": ")
        if colon:
            yield name, value
