"""Whatever stands in a message, its delivery ends: it is handled, or dead-lettered and told, and the next one is served."""

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from nats.js.errors import NotFoundError
from structlog.testing import capture_logs

from scenewire.bus import Bus
from scenewire.bus.client import BusClient
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    Message,
    NarrationRequested,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    StoredMessage,
)
from scenewire.messages.headers import LETTER_DURABLE, LETTER_SEQUENCE
from scenewire.topology import (
    ASSEMBLY,
    ASSEMBLY_DELETIONS,
    DEAD_LETTERS,
    MAX_PAYLOAD,
    PIPELINE,
    RECORDER,
    SCRIPT,
    SOURCING,
    TTS,
    TTS_FANOUT,
    WEBHOOKS,
    Durable,
)
from scenewire_recorder.app import create_app
from scenewire_recorder.log_entries import read
from scenewire_recorder.settings import RecorderSettings
from tests.support import golden
from tests.support.bus_world import World, bus_world, until
from tests.support.nats import settings_for

WORK: dict[Durable, type[Any]] = {
    SCRIPT: ScriptRequested,
    TTS_FANOUT: ScenesScripted,
    TTS: NarrationRequested,
    SOURCING: AudioRendered,
    ASSEMBLY: FootageSourced,
}

OTHERS: dict[Durable, type[Any]] = {ASSEMBLY_DELETIONS: ProjectDeleted}

SUBJECTS = sorted(subject for subject in golden.messages() if subject in PIPELINE.subjects or "segment" in subject)

EXAMPLES = 20
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking a message that is never settled would take half a minute a step."""

Strange = tuple[str, str, dict[str, str]]
"""Subject, body and headers of a message; see `LARGE`."""

OUTCOMES: Mapping[str, Exception | None] = {
    "succeeds": None,
    "refuses": PermanentError(FailureCode.SPEECH_FAILED, "no \ud800", hint="x" * 5_000),
    "fails": TransientError(FailureCode.PROGRAM_TIMEOUT, "not now"),
    "has a bug": KeyError("a bug"),
}

odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["", "\ud800", "a/../../b", "2026-13-45", "urn:uuid:0", str(UUID(int=7)), 10**400]),
    st.sampled_from([[], {}, [[]] * 50, {"\udfff": None}, {"project_id": {"$ne": 1}}]),
    st.sampled_from(["<nested>", "<long>"]),
)

LARGE = {'"<nested>"': "[" * 50_000 + "]" * 50_000, "<long>": "x" * 100_000, "<wide>": "x" * 30_000}
"""What stands for values that are too large for the report of a failure."""

LARGEST = MAX_PAYLOAD - (64 << 10)
"""Beside it, there is room for the headers; the server takes no more than 64 KiB of them."""


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Returns the places of all parts of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in parts for found in [(*path, key), *places(part, (*path, key))]]


def put(content: Any, path: tuple[str | int, ...], value: object) -> None:
    for key in path[:-1]:
        content = content[key]
    content[path[-1]] = value


header_names = st.one_of(
    st.sampled_from(["correlation_id", "Nats-Msg-Id", "traceparent", "scenewire-schema", "scenewire-truncated", "a(b"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1, max_size=20),
)
header_values = st.one_of(
    st.uuids().map(str),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip),
    st.just("<wide>"),
)
headers_of_the_server = ("nats-", "status")
"""The server acts on such headers, or refuses the message: nothing that a service gets."""


def fresh(subject: str) -> dict[str, Any]:
    """A message of another project and other scenes than any other one."""
    body = golden.messages()[subject].model_dump_json()
    for known in re.findall(r'"(?:project_id|scene_id)":"([^"]+)"', body):
        body = body.replace(known, str(uuid4()))
    content: dict[str, Any] = json.loads(body)
    return content


@st.composite
def strange_messages(draw: st.DrawFn) -> Strange:
    """A message of any type in which up to three values are odd, and some headers."""
    subject = draw(st.sampled_from(SUBJECTS))
    content = fresh(subject)
    for path in draw(st.lists(st.sampled_from(places(content)), max_size=3)):
        try:
            put(content, path, draw(odd_values))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier one has replaced what it lay in
    headers = draw(st.dictionaries(header_names, header_values, max_size=2))
    kept = {name: value for name, value in headers.items() if not name.lower().startswith(headers_of_the_server)}
    place = subject if subject in PIPELINE.subjects else f"{subject}.{uuid4()}.1"
    return place, json.dumps(content) + draw(st.sampled_from(["", "", "<spaces>"])), kept


def expanded(text: str) -> str:
    for word, value in LARGE.items():
        text = text.replace(word, value)
    return text.removesuffix("<spaces>").ljust(LARGEST) if text.endswith("<spaces>") else text


class Services:
    """All workers, which do as they are told, and a recorder."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bus: Bus = world.bus()
        self.outcome: Exception | None = None
        self.handled: set[UUID | None] = set()
        for durable, model in (WORK | OTHERS).items():
            self._subscribe(durable, model)

        @self.bus.subscribe_stored(WEBHOOKS)
        async def notify(message: StoredMessage) -> None:
            await self._work(message.project_id)

    def _subscribe(self, durable: Durable, model: type[Any]) -> None:
        async def work(message: Message) -> None:
            await self._work(message.project_id)

        work.__annotations__["message"] = model
        self.bus.subscribe(durable)(work)

    async def _work(self, project_id: UUID | None) -> None:
        if self.outcome is not None:
            raise self.outcome
        self.handled.add(project_id)

    async def settled(self) -> None:
        """Waits until every message of every durable is settled."""
        for durable in (*WORK, *OTHERS, WEBHOOKS, RECORDER):
            await until(partial(self._is_settled, durable))

    async def _is_settled(self, durable: Durable) -> bool:
        info = await self.world.jetstream.consumer_info(PIPELINE.name, durable.name)
        if info.num_pending or info.num_ack_pending or info.delivered is None:
            return False
        for subject in durable.subjects:  # a message is pending only a moment after its PubAck
            with suppress(NotFoundError):
                last = await self.world.jetstream.get_last_msg(PIPELINE.name, subject)
                if info.delivered.stream_seq < (last.seq or 0):
                    return False
        return True

    async def serve_good_ones(self) -> None:
        """Publishes a good message for every worker, and waits until all are handled."""
        self.outcome = None
        wanted = set()
        for model in (*WORK.values(), *OTHERS.values()):
            content = fresh(model.SUBJECT)
            wanted.add(UUID(content["project_id"]))
            await self.world.publish(model.SUBJECT, json.dumps(content).encode())
        await self.settled()
        assert wanted <= self.handled


async def publish(world: World, subject: str, body: bytes, headers: dict[str, str]) -> None:
    """Stores a message, also with names of headers that clients refuse to send, but the server takes."""
    client = world.jetstream._nc
    header = "NATS/1.0\r\n" + "".join(f"{name}: {expanded(value)}\r\n" for name, value in headers.items()) + "\r\n"
    answers = await client.subscribe(inbox := client.new_inbox())
    sizes = f"{len(header)} {len(header) + len(body)}"
    await client._send_command(f"HPUB {subject} {inbox} {sizes}\r\n{header}".encode() + body + b"\r\n")
    stored = json.loads((await answers.next_msg(10)).data)
    assert "error" not in stored, stored
    await answers.unsubscribe()


async def untold(world: World, first: int, first_letter: int) -> list[StoredMessage]:
    """Returns dead-lettered messages, from a sequence on, whose project was not told."""
    stored = {
        message.sequence: message
        async for message in BusClient(world.jetstream._nc).stored((">",), from_sequence=first)
    }
    told = {
        str(ProjectFailed.model_validate_json(message.body).project_id)
        for message in stored.values()
        if message.subject == ProjectFailed.SUBJECT and read(message).valid
    }
    last = (await world.jetstream.stream_info(DEAD_LETTERS.name)).state.last_seq
    letters = [await world.jetstream.get_msg(DEAD_LETTERS.name, number) for number in range(first_letter, last + 1)]
    work = {durable.name for durable in WORK}
    buried = [
        stored[int((letter.headers or {})[LETTER_SEQUENCE])]
        for letter in letters
        if (letter.headers or {})[LETTER_DURABLE] in work
    ]
    return [message for message in buried if read(message).project_id not in {None, *told}]


FAULTS = {"settle_failed", "failure_not_published", "dead_letter_lost", "batch_failed"}
"""Events that say that a message could not be settled, told or recorded."""


def test_row_55_no_field_and_no_header_keeps_a_message_from_being_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scenewire.bus.consuming.delivery.NEWER_SCHEMA_DELAY_S", 0.02)
    monkeypatch.setattr("scenewire.bus.consuming.delivery.NEWER_SCHEMA_TIMEOUT_S", 0.1)
    exits: list[int] = []
    monkeypatch.setattr("scenewire.bus.connection.os._exit", exits.append)

    async def start(stack: AsyncExitStack) -> Services:
        world = await stack.enter_async_context(bus_world(tmp_path / "bus"))
        services = Services(world)
        await stack.enter_async_context(world.serving(services.bus))
        recorder = create_app(
            RecorderSettings(**settings_for(world.server, tmp_path).model_dump(), database_url=record)
        )
        await recorder.start()
        stack.push_async_callback(recorder.stop)
        return services

    async def settles(services: Services, messages: list[Strange], outcome: Exception | None) -> None:
        world, services.outcome = services.world, outcome
        first = (await world.jetstream.stream_info(PIPELINE.name)).state.last_seq + 1
        first_letter = (await world.jetstream.stream_info(DEAD_LETTERS.name)).state.last_seq + 1
        with capture_logs() as logs:
            for subject, body, headers in messages:
                await publish(world, subject, expanded(body).encode(), headers)
            await services.settled()
            assert [entry for entry in logs if entry["event"] in FAULTS] == []
        assert await untold(world, first, first_letter) == []
        await services.serve_good_ones()
        assert exits == []

    record = f"sqlite:///{tmp_path / 'record.db'}"
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        services = runner.run(start(stack))
        try:

            @settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=list(HealthCheck))
            @given(st.lists(strange_messages(), min_size=1, max_size=12), st.sampled_from(list(OUTCOMES)))
            def holds(messages: list[Strange], outcome: str) -> None:
                runner.run(settles(services, messages, OUTCOMES[outcome]))

            holds()
        finally:
            runner.run(stack.aclose())
