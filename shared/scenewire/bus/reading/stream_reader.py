"""Reads streams without consumers.

A consumer is created with a request whose body may name any subject to deliver to, and permissions see subjects only. So
nobody but the operator may create one. Everybody else asks for stored messages, some at a time, which arrive in the
asker's own inbox.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from scenewire.cancellations import raise_if_cancelled
from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import StoredMessage
from scenewire.topology import PIPELINE, news_subject

__all__ = ["BATCH_MESSAGES", "EVERYTHING", "StreamReader"]

BATCH_MESSAGES: Final = 500
BATCH_BYTES: Final = 8 << 20

EVERYTHING: Final = ">"
"""All subjects of the stream."""

REPLY_TIMEOUT_S: Final = 30.0
POLL_S: Final = 5.0
"""A reader that follows the stream asks at least as often: news may be lost with a connection."""

_OUTAGE_POLL_S: Final = 1.0
_LAST_TIMEOUT_S: Final = 5.0

_GET: Final = "$JS.API.DIRECT.GET"

_SUBJECT: Final = "Nats-Subject"
_SEQUENCE: Final = "Nats-Sequence"
_TIME: Final = "Nats-Time-Stamp"
_PENDING: Final = "Nats-Num-Pending"
_ADDED: Final = {"Nats-Stream", _SUBJECT, _SEQUENCE, _TIME, _PENDING, "Nats-Last-Sequence"}
"""Headers that the server adds to a stored message when it is asked for it."""

_OLDEST_SERVER: Final = (2, 11)
_UNKNOWN_SERVER: Final = (0, 0)
"""During an outage."""

_END: Final = "204"
_NO_MESSAGE: Final = "404"
_NO_RESPONDERS: Final = "503"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Batch:
    messages: Sequence[StoredMessage]
    is_last: bool


class StreamReader:
    """Reads a stream in order and completely, holding one batch in memory.

    Args:
        client: an open connection; its owner closes it.
        stream: the stream's name.
    """

    def __init__(self, client: Client, stream: str = PIPELINE.name) -> None:
        self._client = client
        self._stream = stream

    async def batches(
        self, subject: str = EVERYTHING, *, from_sequence: int = 1, limit: int = BATCH_MESSAGES
    ) -> AsyncGenerator[Sequence[StoredMessage], None]:
        """Yields the messages on a subject up to the end of the stream, at least one at a time.

        Args:
            subject: may contain wildcards.
            from_sequence: the first stream sequence of interest.
            limit: most messages at a time.

        Raises:
            TransientError: `bus_unavailable`.
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        _require_batches(self._client)
        sequence = max(1, from_sequence)
        is_last = False
        while not is_last:
            batch = await self._batch(subject, sequence, limit)
            if batch.messages:
                yield batch.messages
                sequence = batch.messages[-1].sequence + 1
            is_last = batch.is_last

    async def messages(
        self, subjects: Sequence[str], *, from_sequence: int = 1, limit: int = BATCH_MESSAGES
    ) -> AsyncGenerator[StoredMessage, None]:
        """Yields the messages on several subjects up to the end of the stream, in the stream's order.

        Args:
            subjects: may contain wildcards; no message may match two of them.
            from_sequence: the first stream sequence of interest.
            limit: most messages of a subject at a time.

        Raises:
            TransientError: `bus_unavailable`.
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        readers = [self._single(subject, from_sequence, limit) for subject in subjects]
        try:
            following = [(await anext(reader, None), reader) for reader in readers]
            while waiting := [(message, reader) for message, reader in following if message is not None]:
                first, source = min(waiting, key=lambda pair: pair[0].sequence)
                yield first
                following = [(await anext(r, None) if r is source else m, r) for m, r in waiting]
        finally:
            for reader in readers:
                await reader.aclose()

    async def _single(self, subject: str, from_sequence: int, limit: int) -> AsyncGenerator[StoredMessage, None]:
        async with aclosing(self.batches(subject, from_sequence=from_sequence, limit=limit)) as batches:
            async for batch in batches:
                for message in batch:
                    yield message

    @asynccontextmanager
    async def following(
        self, subject: str, on_message: Callable[[StoredMessage], None], *, from_sequence: int
    ) -> AsyncIterator[None]:
        """Calls back for every message on a subject from a sequence on, for as long as the block runs.

        The server announces what it has stored. An announcement only wakes the reader, which reads on from its last
        sequence: order and completeness come from the stream. An outage delays it and ends nothing.

        Args:
            subject: may contain wildcards.
            on_message: must not raise.
            from_sequence: the first stream sequence of interest.

        Raises:
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        _require_batches(self._client)
        woken = asyncio.Event()

        async def wake(_: Msg) -> None:
            woken.set()

        news = await self._client.subscribe(news_subject(subject), cb=wake)
        task = asyncio.create_task(self._follow(subject, on_message, from_sequence, woken))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            with suppress(nats.errors.Error):  # the connection may be gone
                await news.unsubscribe()

    async def _follow(
        self, subject: str, on_message: Callable[[StoredMessage], None], sequence: int, woken: asyncio.Event
    ) -> None:
        while True:
            raise_if_cancelled()
            is_due = woken.is_set()
            woken.clear()
            wait_s = POLL_S
            try:
                # To read from a sequence on, the server searches everything since. It finds the last message without a search.
                if is_due or await self._last_sequence(subject) >= sequence:
                    async with aclosing(self.batches(subject, from_sequence=sequence)) as batches:
                        async for batch in batches:
                            for message in batch:
                                sequence = message.sequence + 1
                                on_message(message)
            except PipelineError as error:
                log.debug("stream_unread", subject=subject, error=str(error))
                wait_s = _OUTAGE_POLL_S
            raise_if_cancelled()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await woken.wait()

    async def _last_sequence(self, subject: str) -> int:
        """Returns the sequence of the last message on a subject, 0 if the stream holds none."""
        request = json.dumps({"last_by_subj": subject}).encode()
        try:
            reply = await self._client.request(f"{_GET}.{self._stream}", request, timeout=_LAST_TIMEOUT_S)
        except (TimeoutError, OSError, nats.errors.Error) as error:
            raise _unread(error) from error
        headers = reply.headers or {}
        if _SEQUENCE not in headers and headers.get("Status") != _NO_MESSAGE:
            raise _refused(headers.get("Status", ""))
        return int(headers.get(_SEQUENCE, 0))

    async def _batch(self, subject: str, from_sequence: int, limit: int) -> _Batch:
        wanted = {"seq": from_sequence, "next_by_subj": subject, "batch": limit, "max_bytes": BATCH_BYTES}
        inbox = self._client.new_inbox()
        try:
            replies = await self._client.subscribe(inbox)
            try:
                request = json.dumps(wanted).encode()
                await self._client.publish(f"{_GET}.{self._stream}", request, reply=inbox)
                return await self._received(replies)
            finally:
                await replies.unsubscribe()
        except (TimeoutError, OSError, nats.errors.Error) as error:
            raise _unread(error) from error

    async def _received(self, replies: Subscription) -> _Batch:
        messages: list[StoredMessage] = []
        while True:
            reply = await self._next(replies)
            headers = reply.headers or {}
            if _SEQUENCE in headers:  # the server adds it to every stored message, whatever headers that has
                messages.append(self._stored(reply, headers))
                continue
            status = headers.get("Status", "")
            if status == _END:
                return _Batch(messages, is_last=headers.get(_PENDING) == "0")
            if status == _NO_MESSAGE:
                return _Batch(messages, is_last=True)
            raise _refused(status)

    def _stored(self, reply: Msg, headers: dict[str, str]) -> StoredMessage:
        return StoredMessage(
            stream=self._stream,
            sequence=int(headers[_SEQUENCE]),
            subject=headers[_SUBJECT],
            published_at_ns=_nanoseconds(headers[_TIME]),
            headers={name: value for name, value in headers.items() if name not in _ADDED},
            body=reply.data,
        )

    async def _next(self, replies: Subscription) -> Msg:
        """Returns the next reply. A request that was lost with the connection is not waited for."""
        reconnects = self._client.stats["reconnects"]
        waited_s = 0.0
        while True:
            try:
                return await replies.next_msg(timeout=_OUTAGE_POLL_S)
            except nats.errors.TimeoutError:
                waited_s += _OUTAGE_POLL_S
                if waited_s >= REPLY_TIMEOUT_S or self._client.stats["reconnects"] != reconnects:
                    raise


def _unread(error: Exception) -> TransientError:
    return TransientError(FailureCode.BUS_UNAVAILABLE, f"the stream cannot be read: {error!r}", hint="try again")


def _refused(status: str) -> TransientError:
    reason = "JetStream does not answer" if status == _NO_RESPONDERS else f"status {status}"
    return TransientError(
        FailureCode.BUS_UNAVAILABLE, f"the stream cannot be read: {reason}", hint="is the bus provisioned?"
    )


def _require_batches(client: Client) -> None:
    version = client.connected_server_version
    if _UNKNOWN_SERVER < (version.major, version.minor) < _OLDEST_SERVER:
        raise PermanentError(
            FailureCode.BUS_NOT_PROVISIONED,
            f"the NATS server is too old: {version.major}.{version.minor} cannot return several stored messages at a time",
            hint="upgrade the server to 2.11 or newer",
        )


def _nanoseconds(timestamp: str) -> int:
    """Returns nanoseconds since the epoch of a time such as `2026-11-29T19:50:58.219916449Z`."""
    seconds, _, fraction = timestamp.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(f"{seconds}+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))
