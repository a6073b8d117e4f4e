"""The bus for programs that are not services: publish orders, read the stream, follow a project."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from scenewire.bus.admission import require_admission
from scenewire.bus.connection import BusAddress, connected
from scenewire.bus.provisioning.provision import Missing, configured_durables, missing, provision
from scenewire.bus.publishing import (
    PUBLISH_TIMEOUT_S,
    body_limit,
    message_headers,
    publish_errors,
    require_body_fits,
    room_for_body,
)
from scenewire.bus.reading.dead_letters import DeadLetters
from scenewire.bus.reading.stream_reader import EVERYTHING, StreamReader
from scenewire.bus.traces import MessageTraces
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import Message, Progress, ScriptRequested, StoredMessage
from scenewire.observability.tracing import Tracing
from scenewire.settings import AdmissionSettings, ProvisionSettings, TraceSettings
from scenewire.topology import ALL_PROGRESS, PIPELINE, Durable

__all__ = ["BusClient", "StreamState", "bus_client"]

REQUEST_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """Sequences of the first and the last message that the pipeline's stream holds, when it was created, and its age limit."""

    first_sequence: int
    last_sequence: int
    created: datetime | None
    max_age: timedelta


class BusClient:
    """Reads and writes the pipeline's stream over one connection.

    Args:
        client: an open connection; its owner closes it.
        traces: records what is published; None records nothing.
    """

    def __init__(self, client: Client, traces: MessageTraces | None = None) -> None:
        self._traces = traces or MessageTraces(Tracing("command", TraceSettings()))
        self._client = client
        self._jetstream = client.jetstream(timeout=REQUEST_TIMEOUT_S)
        self._reader = StreamReader(client)

    @property
    def is_connected(self) -> bool:
        """Whether the connection is up at the moment."""
        return bool(self._client.is_connected)

    @property
    def letters(self) -> DeadLetters:
        """The dead letters."""
        return DeadLetters(self._client)

    async def count_streams(self) -> int:
        """Returns the number of streams of the account; fails when JetStream does not answer."""
        return int((await self._jetstream.account_info()).streams)

    async def state(self) -> StreamState:
        """Returns what the stream holds at the moment.

        Raises:
            TransientError: `bus_unavailable`; also if there is no stream.
        """
        with _outages():
            info = await self._jetstream.stream_info(PIPELINE.name)
        return StreamState(
            first_sequence=info.state.first_seq,
            last_sequence=info.state.last_seq,
            created=info.created,
            max_age=timedelta(seconds=info.config.max_age or 0) or timedelta.max,
        )

    async def missing(self) -> Missing:
        """Returns the streams and durables that the server lacks.

        Raises:
            TransientError: `bus_unavailable`.
        """
        with _outages():
            return await missing(self._jetstream)

    async def provision(self, *, first_sequence: int) -> None:
        """Creates missing streams and durables.

        Args:
            first_sequence: of the streams that are created.

        Raises:
            PermanentError: see `scenewire.bus.provisioning.provision.provision`.
        """
        durables = configured_durables(ProvisionSettings())
        await provision(self._jetstream, durables=durables, first_sequence=first_sequence)

    async def published_at(self, sequence: int) -> datetime | None:
        """Returns when the message at a sequence was published; None when the stream does not hold it.

        Raises:
            TransientError: `bus_unavailable`.
        """
        with _outages():
            try:
                return (await self._jetstream.get_msg(PIPELINE.name, sequence)).time
            except NotFoundError:
                return None

    async def holds(self, sequence: int, project_id: UUID) -> bool:
        """Returns whether the message at a sequence names a project: a server may have lost what it had."""
        try:
            found = await self._jetstream.get_msg(PIPELINE.name, sequence)
        except NotFoundError:
            return False
        message = StoredMessage(
            stream=PIPELINE.name,
            sequence=sequence,
            subject=found.subject or "",
            published_at_ns=0,
            headers={},
            body=found.data or b"",
        )
        return message.project_id == project_id

    async def acknowledged(self, durable: Durable) -> int:
        """Returns the sequence up to which a durable has acknowledged everything; 0 when it cannot be asked."""
        try:
            info = await self._jetstream.consumer_info(durable.stream, durable.name)
        except (nats.errors.Error, OSError):
            return 0
        return info.ack_floor.stream_seq if info.ack_floor else 0

    async def require_admission(self, limits: AdmissionSettings, artifacts_url: str | None) -> None:
        """Refuses a new order; see `scenewire.bus.admission`.

        Args:
            limits: when orders are refused.
            artifacts_url: the artifact store, if this host knows it.

        Raises:
            TransientError: `rate_limited` or `storage_full`.
        """
        await require_admission(self._jetstream, limits, artifacts_url)

    async def publish(self, message: ScriptRequested | Message) -> int:
        """Publishes a message; returns its stream sequence once it is stored.

        Raises:
            ValueError: an order without a project id.
            PermanentError: `message_too_large`, nothing was sent.
            TransientError: `storage_full`, `bus_unavailable` or `bus_not_provisioned`.
        """
        body = message.model_dump_json(exclude_none=True).encode()
        require_body_fits(message.SUBJECT, body, body_limit(self._client.max_payload))
        with (
            publish_errors(message.SUBJECT),
            self._traces.publishing(message, message_headers(message)) as headers,
        ):
            ack = await self._jetstream.publish(
                message.SUBJECT,
                body,
                stream=PIPELINE.name,
                timeout=PUBLISH_TIMEOUT_S,
                headers=headers,
            )
        return int(ack.seq)

    async def ask(self, subject: str, body: bytes, *, within_s: float = REQUEST_TIMEOUT_S) -> dict[str, Any]:
        """Sends a request to a service and returns its answer.

        Args:
            subject: which requests the service answers.
            body: JSON.
            within_s: how long the answer may take, seconds.

        Raises:
            PermanentError: the service refused; `message_too_large`, nothing was sent.
            TransientError: the service cannot do it now; `bus_unavailable`, it does not answer.
        """
        require_body_fits(subject, body, self._client.max_payload)
        try:
            reply = await self._client.request(subject, body, timeout=within_s)
            answer = json.loads(reply.data)
        except (nats.errors.Error, OSError) as error:  # TimeoutError is an OSError
            raise TransientError(
                FailureCode.BUS_UNAVAILABLE,
                f"no service answers on {subject}: {str(error) or f'nothing within {within_s:g} s'}",
                hint="check that the services run, then try again",
            ) from error
        except ValueError as error:
            message = f"the answer on {subject} cannot be understood: {error}"
            raise TransientError(FailureCode.BUS_UNAVAILABLE, message, hint="check the services' versions") from error
        if refused := answer.get("error"):
            code, text, hint = FailureCode(refused["code"]), refused["message"], refused.get("hint", "")
            if (retry_after := refused.get("retry_after")) is not None:
                raise TransientError(code, text, hint=hint, retry_after=retry_after)
            raise PermanentError(code, text, hint=hint)
        return dict(answer)

    async def restore(self, subject: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Publishes a logged message again; returns False when the stream has its id already.

        Raises:
            PermanentError: `message_too_large`, nothing was sent.
            TransientError: `storage_full`, `bus_unavailable` or `bus_not_provisioned`.
        """
        # Other clients may publish larger bodies than `body_limit`.
        require_body_fits(subject, body, room_for_body(headers, self._client.max_payload))
        with publish_errors(subject):
            ack = await self._jetstream.publish(
                subject, body, stream=PIPELINE.name, timeout=PUBLISH_TIMEOUT_S, headers=dict(headers) or None
            )
        return not ack.duplicate

    async def read_all(self, *, headers_only: bool = False) -> AsyncIterator[Sequence[StoredMessage]]:
        """Yields what the stream holds, in order, up to `BATCH_MESSAGES` at a time.

        Args:
            headers_only: whether to leave out the bodies.

        Raises:
            TransientError: `bus_unavailable`.
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        last = (await self.state()).last_sequence
        async with aclosing(self._reader.batches()) as batches:
            async for batch in batches:
                yield [_without_body(message) for message in batch] if headers_only else batch
                if batch[-1].sequence >= last:
                    return

    async def stored(
        self, subjects: Sequence[str], *, from_sequence: int = 1, headers_only: bool = False
    ) -> AsyncGenerator[StoredMessage, None]:
        """Yields the messages on certain subjects that the stream holds at the moment, in order.

        The server sends messages on these subjects only.

        Args:
            subjects: may contain wildcards; no message may match two of them.
            from_sequence: the first stream sequence of interest.
            headers_only: whether to leave out the bodies: headers name project and revision of what services publish.

        Raises:
            TransientError: `bus_unavailable`.
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        last = (await self.state()).last_sequence
        wanted = (EVERYTHING,) if set(subjects) == set(PIPELINE.subjects) else subjects
        async with aclosing(self._reader.messages(wanted, from_sequence=from_sequence)) as messages:
            async for message in messages:
                if message.sequence > last:
                    return
                yield _without_body(message) if headers_only else message

    async def batch(self, *, from_sequence: int, limit: int) -> Sequence[StoredMessage]:
        """Returns the next messages from a sequence on; none if the stream holds none.

        Args:
            from_sequence: the first stream sequence of interest.
            limit: most messages; long ones may be fewer.

        Raises:
            TransientError: `bus_unavailable`.
            PermanentError: `bus_not_provisioned`, the server is too old.
        """
        async with aclosing(self._reader.batches(from_sequence=from_sequence, limit=limit)) as batches:
            return await anext(batches, ())

    @asynccontextmanager
    async def following(
        self,
        *,
        from_sequence: int,
        on_message: Callable[[StoredMessage], None],
        on_progress: Callable[[Progress], None],
    ) -> AsyncIterator[None]:
        """Calls back for every stored message from a sequence on and for all progress, for as long as the block runs.

        Raises:
            PermanentError: `bus_not_provisioned`, the server is too old.
        """

        async def progressed(message: Msg) -> None:
            try:
                progress = Progress.model_validate_json(message.data)
            except ValidationError:
                return  # not published by a service of this version
            on_progress(progress)

        telemetry = await self._client.subscribe(ALL_PROGRESS, cb=progressed)
        try:
            async with self._reader.following(EVERYTHING, on_message, from_sequence=from_sequence):
                yield
        finally:
            await telemetry.unsubscribe()


def _without_body(message: StoredMessage) -> StoredMessage:
    return replace(message, body=b"")


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except (nats.errors.Error, OSError) as error:  # TimeoutError is an OSError
        message = f"the NATS server does not answer: {error!r}"
        raise TransientError(FailureCode.BUS_UNAVAILABLE, message, hint="check the server") from error


@asynccontextmanager
async def bus_client(address: BusAddress, *, reconnects: bool = False) -> AsyncIterator[BusClient]:
    """Connects a client for as long as the block runs; see `connected`.

    Raises:
        TransientError: `bus_unavailable`.
    """
    tracing = Tracing("command", TraceSettings())
    tracing.start()
    try:
        async with connected(address, reconnects=reconnects) as client:
            yield BusClient(client, MessageTraces(tracing))
    finally:
        tracing.stop()
