"""The stream of dead letters for people: read, put back, remove."""

import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError

from scenewire.bus.publishing import PUBLISH_TIMEOUT_S, publish_errors, require_body_fits, room_for_body
from scenewire.bus.reading.stream_reader import StreamReader
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import ScriptRequested, StoredMessage, message_model
from scenewire.messages.headers import (
    LETTER_DELIVERIES,
    LETTER_DETAIL,
    LETTER_DURABLE,
    LETTER_PREFIX,
    LETTER_REASON,
    LETTER_SEQUENCE,
    LETTER_SHA256,
    LETTER_SIZE,
    LETTER_SUBJECT,
    LETTER_TRUNCATED,
    MESSAGE_ID,
    SCHEMA,
    SERVER_PREFIX,
)
from scenewire.messages.ids import derive_message_id
from scenewire.topology import DEAD_LETTERS, DURABLES, PIPELINE

__all__ = ["DeadLetter", "DeadLetters"]

REQUEST_TIMEOUT_S: Final = 10.0

_MAX_DIGITS: Final = 18
"""Sequences and sizes have fewer; anybody can write these headers."""

_NO_MESSAGE: Final = 10037
"""The stream holds no message at this sequence."""

_NOT_WORK: Final = frozenset(durable.name for durable in DURABLES if not durable.is_work)


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that could not be handled.

    Attributes:
        sequence: its sequence in the stream of dead letters.
        stored_at: when it was stored.
        headers: its own, and those that it keeps of the message.
        body: of the message, as much of it as fits.
    """

    sequence: int
    stored_at: datetime
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def durable(self) -> str:
        """The consumer that gave up; empty if a stranger published the letter."""
        return self.headers.get(LETTER_DURABLE, "")

    @property
    def subject(self) -> str:
        """The subject of the message."""
        return self.headers.get(LETTER_SUBJECT, "")

    @property
    def reason(self) -> str:
        """The code of the failure."""
        return self.headers.get(LETTER_REASON, "")

    @property
    def detail(self) -> str:
        """The message of the failure."""
        return self.headers.get(LETTER_DETAIL, "")

    @property
    def message_sequence(self) -> int:
        """The sequence of the message in the pipeline's stream; 0 if the letter does not say."""
        return _number(self.headers.get(LETTER_SEQUENCE))

    @property
    def deliveries(self) -> int:
        """How often the message was delivered."""
        return _number(self.headers.get(LETTER_DELIVERIES))

    @property
    def size(self) -> int:
        """Bytes of the message's body."""
        return _number(self.headers.get(LETTER_SIZE)) or len(self.body)

    @property
    def is_truncated(self) -> bool:
        """Whether the body did not fit."""
        return LETTER_TRUNCATED in self.headers

    @property
    def is_work(self) -> bool:
        """Whether the message is work for its project, which fails with it."""
        return bool(self.durable) and self.durable not in _NOT_WORK

    @property
    def kept_headers(self) -> dict[str, str]:
        """The headers that the letter keeps of its message."""
        return {
            name: value
            for name, value in self.headers.items()
            if not name.startswith(SERVER_PREFIX) and (name == SCHEMA or not name.startswith(LETTER_PREFIX))
        }

    @cached_property
    def message(self) -> StoredMessage:
        """The message, as far as the letter knows it: not when it was published."""
        return StoredMessage(
            stream=PIPELINE.name,
            sequence=self.message_sequence,
            subject=self.subject,
            published_at_ns=0,
            headers=self.kept_headers,
            body=self.body,
        )

    @property
    def retry_id(self) -> str:
        """The `Nats-Msg-Id` of the message when it is put back: always the same, and not the one that it had."""
        project_id, scene_number = self.message.project_id, self.message.scene_number
        owner = self.headers.get(MESSAGE_ID, "") if project_id is None else str(project_id)
        if scene_number is not None:
            owner = f"{owner}:{scene_number}"
        kind = f"{self.subject}:retry:{self.message_sequence}.{self.sequence}"
        return derive_message_id(owner, kind, self.message.revision)


class DeadLetters:
    """Reads and changes the stream of dead letters.

    Args:
        client: an open connection; its owner closes it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=REQUEST_TIMEOUT_S)

    async def read_all(self) -> AsyncGenerator[DeadLetter, None]:
        """Yields the dead letters that are stored at the moment, the oldest first.

        Raises:
            TransientError: `bus_unavailable`, `bus_not_provisioned`.
        """
        with _read_errors():
            last = (await self._jetstream.stream_info(DEAD_LETTERS.name)).state.last_seq
        async with aclosing(StreamReader(self._client, DEAD_LETTERS.name).batches()) as batches:
            async for batch in batches:
                for stored in batch:
                    if stored.sequence > last:
                        return
                    yield DeadLetter(
                        sequence=stored.sequence,
                        stored_at=datetime.fromtimestamp(stored.published_at_ns / 1e9, UTC),
                        headers=stored.headers,
                        body=stored.body,
                    )

    async def get(self, sequence: int) -> DeadLetter:
        """Returns a dead letter.

        Raises:
            PermanentError: `not_on_record`, there is none at this sequence.
            TransientError: `bus_unavailable`, `bus_not_provisioned`.
        """
        with _read_errors():
            try:
                found = await self._jetstream.get_msg(DEAD_LETTERS.name, sequence)
            except NotFoundError as error:
                if error.err_code != _NO_MESSAGE:
                    raise
                raise PermanentError(
                    FailureCode.NOT_ON_RECORD,
                    f"there is no dead letter {sequence}",
                    hint="`scenewire dlq list` shows them",
                ) from None
        return DeadLetter(
            sequence=sequence,
            stored_at=found.time or datetime.fromtimestamp(0, UTC),
            headers={name: str(value) for name, value in (found.headers or {}).items()},  # nats-py returns others, too
            body=found.data or b"",
        )

    async def original(self, letter: DeadLetter) -> bytes:
        """Returns the whole body of a letter's message.

        Raises:
            PermanentError: `artifact_missing`, neither the letter nor the pipeline's stream has it; `invalid_message`, the
                letter is not about a message of the pipeline.
            TransientError: `bus_unavailable`, `bus_not_provisioned`.
        """
        if message_model(letter.subject) is None:  # a stranger's letter must not publish whatever it likes
            raise PermanentError(
                FailureCode.INVALID_MESSAGE,
                f"dead letter {letter.sequence} does not name the subject of a message",
                hint=f"`scenewire dlq drop {letter.sequence}` removes it",
            )
        wanted = letter.headers.get(LETTER_SHA256)
        if hashlib.sha256(letter.body).hexdigest() == wanted:
            return letter.body
        stored = await self._stored(letter)
        if stored is None or hashlib.sha256(stored).hexdigest() != wanted:
            raise PermanentError(
                FailureCode.ARTIFACT_MISSING,
                f"dead letter {letter.sequence} holds {len(letter.body):,} of the {letter.size:,} bytes of its message, and "
                f"{PIPELINE.name} no longer holds the message",
                hint="order the video again",
            )
        return stored

    async def project_of(self, letter: DeadLetter) -> UUID | None:
        """Returns the project of a letter's message; None if it names none, or if nobody knows it any more."""
        message = letter.message
        if message.subject != ScriptRequested.SUBJECT or message.project_id != message.derived_project_id:
            return message.project_id
        return await self._derived_project(letter)

    async def put_back(self, letter: DeadLetter) -> None:
        """Publishes a letter's message again, once for all repetitions, and removes the letter once it is stored.

        Raises:
            PermanentError: those of `original`; `message_too_large`.
            TransientError: `storage_full`, `bus_unavailable` or `bus_not_provisioned`.
        """
        body = await self.original(letter)
        headers = letter.kept_headers | {MESSAGE_ID: letter.retry_id}
        require_body_fits(letter.subject, body, room_for_body(headers, self._client.max_payload))
        with publish_errors(letter.subject):
            await self._jetstream.publish(
                letter.subject, body, stream=PIPELINE.name, headers=headers, timeout=PUBLISH_TIMEOUT_S
            )
        await self.drop(letter.sequence)

    async def drop(self, sequence: int) -> None:
        """Removes a dead letter, if it is there.

        Raises:
            TransientError: `bus_unavailable`, `bus_not_provisioned`.
        """
        with _read_errors():
            try:
                await self._jetstream.delete_msg(DEAD_LETTERS.name, sequence)
            except APIError:
                try:
                    await self._jetstream.get_msg(DEAD_LETTERS.name, sequence)
                except NotFoundError as error:
                    if error.err_code == _NO_MESSAGE:
                        return  # somebody else was faster
                raise

    async def _stored(self, letter: DeadLetter) -> bytes | None:
        """Returns the body at the letter's place in the pipeline's stream, whichever message is there."""
        if not letter.message_sequence:
            return None
        with _read_errors():
            try:
                return (await self._jetstream.get_msg(PIPELINE.name, letter.message_sequence)).data
            except NotFoundError as error:
                if error.err_code != _NO_MESSAGE:
                    raise
                return None

    async def _derived_project(self, letter: DeadLetter) -> UUID | None:
        """Returns the project id of an order that names none, which depends on the exact time of its publication."""
        if await self._stored(letter) is None:
            return None
        reader = StreamReader(self._client)
        async with aclosing(reader.batches(letter.subject, from_sequence=letter.message_sequence, limit=1)) as batches:
            orders = await anext(batches, ())
        found = [order for order in orders if order.sequence == letter.message_sequence]
        return found[0].project_id if found else None


@contextmanager
def _read_errors() -> Iterator[None]:
    """Translates failures of the server.

    Raises:
        TransientError: `bus_unavailable`, `bus_not_provisioned`.
    """
    try:
        yield
    except NotFoundError as error:
        raise TransientError(
            FailureCode.BUS_NOT_PROVISIONED,
            f"the stream of dead letters cannot be read: {error.description}",
            hint="run `python -m scenewire.bus provision`",
        ) from error
    except (OSError, nats.errors.Error) as error:  # TimeoutError is an OSError
        raise TransientError(
            FailureCode.BUS_UNAVAILABLE,
            f"the stream of dead letters cannot be read or changed: {error!r}",
            hint=f"check the server, and that the user may read and change {DEAD_LETTERS.name}: `operator` may",
        ) from error


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0
