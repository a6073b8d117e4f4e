"""The bus for programs that are not services: publish orders, read the stream, follow a project."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from scenewire.bus.admission import require_admission
from scenewire.bus.connection import BusAddress, Ephemeral, connected
from scenewire.bus.letters import DeadLetters
from scenewire.bus.provision import Missing, configured_durables, missing, provision
from scenewire.bus.publishing import (
    PUBLISH_TIMEOUT_S,
    body_limit,
    message_headers,
    publish_errors,
    require_body_fits,
    room_for_body,
)
from scenewire.bus.received import stored_message
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import Message, Progress, ScriptRequested, StoredMessage
from scenewire.settings import AdmissionSettings, ProvisionSettings
from scenewire.topology import ALL_PROGRESS, PIPELINE, Durable

__all__ = ["BusClient", "StreamState", "bus_client"]

BATCH_MESSAGES: Final = 500
FETCH_TIMEOUT_S: Final = 10.0
NEXT_MESSAGE_TIMEOUT_S: Final = 30.0
REQUEST_TIMEOUT_S: Final = 10.0

FORGET_READER_AFTER_S: Final = 60.0
"""The server removes the consumer of a reader that has asked for nothing for as long."""


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """Sequences of the first and the last message that the pipeline's stream holds, and when it was created."""

    first_sequence: int
    last_sequence: int
    created: datetime | None


class BusClient:
    """Reads and writes the pipeline's stream over one connection.

    Args:
        client: an open connection; its owner closes it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=REQUEST_TIMEOUT_S)

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
        return StreamState(first_sequence=info.state.first_seq, last_sequence=info.state.last_seq, created=info.created)

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
            PermanentError: see `scenewire.bus.provision.provision`.
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
        with publish_errors(message.SUBJECT):
            ack = await self._jetstream.publish(
                message.SUBJECT,
                body,
                stream=PIPELINE.name,
                timeout=PUBLISH_TIMEOUT_S,
                headers=message_headers(message),
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
        """Yields what the stream holds at the moment, in order, up to `BATCH_MESSAGES` at a time.

        Args:
            headers_only: whether to leave out the bodies.

        Raises:
            TransientError: `bus_unavailable`, the server stopped answering.
        """
        with _outages():
            state = (await self._jetstream.stream_info(PIPELINE.name)).state
        if not state.messages:
            return
        reader = await self._jetstream.pull_subscribe(
            ">",
            stream=PIPELINE.name,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.NONE,
                headers_only=headers_only or None,
                inactive_threshold=FORGET_READER_AFTER_S,
                mem_storage=True,
            ),
        )
        more = True
        try:
            while more:
                try:
                    batch = await reader.fetch(BATCH_MESSAGES, timeout=FETCH_TIMEOUT_S)
                except (TimeoutError, OSError, nats.errors.Error) as error:
                    message = f"the stream cannot be read: {error!r}"
                    raise TransientError(FailureCode.BUS_UNAVAILABLE, message) from error
                yield [stored_message(message) for message in batch]
                last = batch[-1].metadata
                more = last.num_pending > 0 and last.sequence.stream < state.last_seq
        finally:
            await reader.unsubscribe()

    async def stored(
        self, subjects: Sequence[str], *, from_sequence: int = 1, headers_only: bool = False
    ) -> AsyncGenerator[StoredMessage, None]:
        """Yields the messages on certain subjects that the stream holds at the moment, in order.

        The server delivers messages on these subjects only.

        Args:
            subjects: may contain wildcards.
            from_sequence: the first stream sequence of interest.
            headers_only: whether to leave out the bodies: headers name project and revision of what services publish.

        Raises:
            TransientError: `bus_unavailable`.
        """
        last = max([await self._last_sequence(subject) for subject in subjects])
        if last < from_sequence:
            return
        messages = await self._jetstream.subscribe(
            ">",
            stream=PIPELINE.name,
            ordered_consumer=True,
            config=Ephemeral(
                filter_subjects=list(subjects),
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=max(1, from_sequence),
                headers_only=headers_only or None,
            ),
        )
        try:
            sequence = 0
            while sequence < last:
                message = stored_message(await messages.next_msg(timeout=NEXT_MESSAGE_TIMEOUT_S))
                sequence = message.sequence
                yield message
        except TimeoutError as error:
            raise TransientError(
                FailureCode.BUS_UNAVAILABLE,
                "the NATS server stopped answering while the stream was being read",
                hint="run the same command again",
            ) from error
        finally:
            await messages.unsubscribe()

    async def batch(self, *, from_sequence: int, limit: int) -> Sequence[StoredMessage]:
        """Returns the next messages from a sequence on; none if the stream holds none.

        Args:
            from_sequence: the first stream sequence of interest.
            limit: number of messages.

        Raises:
            TransientError: `bus_unavailable`.
        """
        messages: list[StoredMessage] = []
        async with aclosing(self.stored(PIPELINE.subjects, from_sequence=from_sequence)) as stored:
            async for message in stored:
                messages.append(message)
                if len(messages) == limit:
                    break
        return messages

    async def _last_sequence(self, subject: str) -> int:
        try:
            return (await self._jetstream.get_last_msg(PIPELINE.name, subject)).seq or 0
        except NotFoundError:
            return 0

    @asynccontextmanager
    async def following(
        self,
        *,
        from_sequence: int,
        on_message: Callable[[StoredMessage], None],
        on_progress: Callable[[Progress], None],
    ) -> AsyncIterator[None]:
        """Calls back for every stored message from a sequence on and for all progress, for as long as the block runs."""

        async def received(message: Msg) -> None:
            on_message(stored_message(message))

        async def progressed(message: Msg) -> None:
            try:
                progress = Progress.model_validate_json(message.data)
            except ValidationError:
                return  # not published by a service of this version
            on_progress(progress)

        telemetry = await self._client.subscribe(ALL_PROGRESS, cb=progressed)
        messages = await self._jetstream.subscribe(
            ">",
            stream=PIPELINE.name,
            ordered_consumer=True,
            cb=received,
            config=Ephemeral(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=max(1, from_sequence)),
        )
        try:
            yield
        finally:
            await telemetry.unsubscribe()
            await messages.unsubscribe()


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
    async with connected(address, reconnects=reconnects) as client:
        yield BusClient(client)
