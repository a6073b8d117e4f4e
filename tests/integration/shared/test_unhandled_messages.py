"""What becomes of messages that cannot be handled, whatever is wrong with them or with the dead-letter stream."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from scenewire.bus import Bus
from scenewire.bus.consuming.received import stored_message
from scenewire.bus.metrics import bus_metrics
from scenewire.bus.provisioning.provision import provision, provision_server
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import (
    FootageSourced,
    NarrationRequested,
    Progress,
    ProjectCancelled,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    derive_project_id,
)
from scenewire.settings import ServiceSettings
from scenewire.topology import ASSEMBLY, DEAD_LETTERS, MAX_BODY, MAX_PAYLOAD, PIPELINE, SCRIPT, TTS
from scenewire_recorder.log_entries import read
from tests.support import builders
from tests.support.bus_world import World, bus_world, until
from tests.support.deployed_bus import deployed_bus

PROJECT, OTHER = uuid4(), uuid4()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        yield world


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where the process would have ended; without it, the test run ends with it."""
    codes: list[int] = []
    monkeypatch.setattr("scenewire.bus.connection.os._exit", codes.append)
    return codes


class Scripts:
    """A script service that keeps the orders that it gets."""

    def __init__(self, world: World) -> None:
        self.bus, self.world = world.bus(), world
        self.orders: list[ScriptRequested] = []

        @self.bus.subscribe(SCRIPT)
        async def write(order: ScriptRequested) -> None:
            self.orders.append(order)

    async def serve(self) -> None:
        """Serves until every order is settled."""
        async with self.world.serving(self.bus):
            await self.world.settled(SCRIPT.name)


async def failures(world: World) -> list[ProjectFailed]:
    info = await world.jetstream.stream_info(PIPELINE.name)
    found = []
    for sequence in range(1, info.state.last_seq + 1):
        stored = await world.jetstream.get_msg(PIPELINE.name, sequence)
        if stored.subject == ProjectFailed.SUBJECT:
            found.append(ProjectFailed.model_validate_json(stored.data or b""))
    return found


async def test_our_servers_accept_the_size_that_the_limits_are_computed_from(world: World, tmp_path: Path):
    assert world.jetstream._nc.max_payload == MAX_PAYLOAD
    (tmp_path / "deployed").mkdir()
    async with deployed_bus(tmp_path / "deployed") as deployed, deployed.connected("client") as client:
        assert client.max_payload == MAX_PAYLOAD
    assert "max_payload: 1MB" in (Path(__file__).parents[3] / "deploy" / "nats.conf").read_text()


@pytest.mark.parametrize(
    "headers",
    [{}, {"traceparent": "00-1"}, {f"h{number}": "v" * 5_000 for number in range(12)}],
    ids=["no headers", "a header", "headers of 60 kB"],
)
@pytest.mark.parametrize("spare", [0, 200])
async def test_row_55_the_largest_message_that_the_server_takes_is_dead_lettered_and_the_next_is_served(
    world: World, exits: list[int], headers: dict[str, str], spare: int
):
    used = len("NATS/1.0\r\n\r\n") + sum(len(f"{name}: {value}\r\n") for name, value in headers.items())
    body = b"x" * (MAX_PAYLOAD - spare - (used if headers else 0))
    sequence = await world.publish("script.requested", body, **headers)
    await world.publish("script.requested", b'{"topic": "Tea"}')
    scripts = Scripts(world)
    await scripts.serve()
    assert [order.topic for order in scripts.orders] == ["Tea"]
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.script")
    assert letter.data is not None
    assert letter.headers is not None
    assert body.startswith(letter.data)
    assert letter.headers["scenewire-sha256"] == hashlib.sha256(body).hexdigest()
    assert letter.headers["scenewire-size"] == str(len(body))
    assert letter.headers["scenewire-sequence"] == str(sequence)
    assert max(map(len, letter.headers.values())) <= 900
    cut = len(letter.data) < len(body)
    assert letter.headers.get("scenewire-truncated") == (str(len(letter.data)) if cut else None)
    assert [failure.code for failure in await failures(world)] == ["invalid_order"]
    assert exits == []


async def test_a_letter_of_the_largest_body_that_we_publish_is_whole(world: World):
    body = json.dumps({"topic": "", "text": "x" * (MAX_BODY - 25)}).encode()
    await world.publish("script.requested", body)
    await Scripts(world).serve()
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.script")
    assert letter.data == body
    assert "scenewire-truncated" not in (letter.headers or {})


async def test_a_service_sends_nothing_too_large_and_its_project_is_told_the_size(world: World, exits: list[int]):
    bus, project = world.bus(), uuid4()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        await bus.report(Progress(project_id=project, stage="tts", state="working", detail="x" * MAX_PAYLOAD))
        script = builders.scripted(project, 1)
        scene = script.scenes[0].model_copy(update={"text": "x" * MAX_BODY})
        await bus.publish(script.model_copy(update={"scenes": (scene,)}))

    async with world.serving(bus):
        await world.request(builders.narration_requested(project))
        await world.settled()
    assert await world.messages(PIPELINE.name, ScenesScripted.SUBJECT) == 0
    failure = await world.last_failure()
    assert (failure.project_id, failure.code) == (project, "message_too_large")
    assert "917," in failure.message
    assert "the limit is 917,504 bytes" in failure.message
    assert exits == []


async def test_a_publish_without_permission_does_not_end_the_process(tmp_path: Path, exits: list[int]):
    def settings(user: str) -> ServiceSettings:
        password = SecretStr((tmp_path / "credentials" / user / "nats_password").read_text())
        return ServiceSettings(
            nats_url=deployed.url, nats_user=user, nats_password=password, artifacts_url=tmp_path.as_uri()
        )

    async with deployed_bus(tmp_path) as deployed:
        await provision_server(settings("operator"))
        bus = Bus("script", settings("script"))
        bus.subscribe(SCRIPT)(_ignore)
        app = bus.app()
        await app.start()
        try:
            with pytest.raises(TransientError, match="did not confirm") as refused:
                await bus.publish(builders.audio_rendered())
            assert refused.value.code is FailureCode.BUS_UNAVAILABLE
            assert (await bus.publish(builders.scripted(PROJECT, 1))).seq == 1
        finally:
            await app.stop()
    assert exits == []


async def _ignore(order: ScriptRequested) -> None:
    """Nothing to do."""


_ODD_NUMBERS = ["-1", "true", "1e400", "99999999999999999999", "9" * 4_000, '"three"', "null", "[]", "1.5", "NaN"]


@pytest.mark.parametrize("number", _ODD_NUMBERS)
async def test_no_revision_or_scene_number_keeps_a_message_from_being_given_up(world: World, number: str):
    scene = f'"scene": {{"scene_number": {number}}}'
    await world.publish("script.requested", f'{{"topic": "", "revision": {number}, {scene}}}'.encode())
    await world.publish(TTS.subjects[0], f'{{"project_id": "{PROJECT}", "revision": {number}, {scene}}}'.encode())
    scripts = Scripts(world)

    @scripts.bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        raise AssertionError

    async with world.serving(scripts.bus):
        await world.settled(SCRIPT.name)
        await world.settled(TTS.name)
    assert await world.messages(DEAD_LETTERS.name, "dlq.>") == 2
    told = await failures(world)
    assert {failure.code for failure in told} == {"invalid_order", "invalid_message"}
    assert all(failure.revision in (0, 1) for failure in told)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"topic": "Tea", "language": "\\ud800"}', {}),
        (b'{"scenes": [{"text": "a", "\\ud800": 1, "keywords": 7}], "\\udfff": "\\ud800"}', {}),
        (b'{"topic": "Tea", "project_id": "\\ud800"}', {}),
        (b'{"topic": "Tea", "project_id": {"$ne": 1}, "scene": {"scene_number": {}}}', {}),
        (b"{}", {"correlation_id": "\u0661\ud55c", "Nats-Msg-Id": "mine", "nats-ttl": "x"}),
        (b"{}", {"h" * 5_000: "v", "scenewire-truncated": "9", "scenewire-reason": "mine"}),
        (b"{}", {f"h{number}": "v" * 5_000 for number in range(12)}),
    ],
    ids=["surrogate", "surrogates in names", "surrogate id", "objects", "orders to the server", "odd names", "many"],
)
async def test_row_55_nothing_in_a_message_keeps_it_from_being_given_up(
    world: World, body: bytes, headers: dict[str, str]
):
    await world.publish("script.requested", body, **headers)
    await Scripts(world).serve()
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.script")
    assert letter.data == body
    assert letter.headers is not None
    assert letter.headers["scenewire-reason"] == "invalid_order"
    assert "scenewire-truncated" not in letter.headers
    assert [failure.code for failure in await failures(world)] == ["invalid_order"]


@pytest.mark.parametrize(
    "lines",
    [
        b"h(1): v",
        b"bad name: v",
        b"x: \xff\xfe",
        b"no colon",
        b": nameless",
        b"x:\x00\x1b[2J",
        b"Status: 100",
        b"Status: 404",
    ],
)
async def test_row_55_no_header_keeps_a_message_from_being_given_up(world: World, lines: bytes):
    header, body = b"NATS/1.0\r\n" + lines + b"\r\n\r\n", b'{"topic": ""}'
    sizes = f"{len(header)} {len(header) + len(body)}".encode()
    client = world.jetstream._nc
    await client._send_command(b"HPUB script.requested " + sizes + b"\r\n" + header + body + b"\r\n")
    await client.flush()
    await Scripts(world).serve()
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.script")
    assert "".join((letter.headers or {}).values()).isprintable()
    assert [failure.code for failure in await failures(world)] == ["invalid_order"]


async def test_text_that_is_not_unicode_reaches_nobody_through_a_failure(world: World):
    bus = world.bus()

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        raise PermanentError(
            FailureCode.SPEECH_FAILED, "no \ud800 voice" + "x" * 5_000, hint="try \udfff" + "y" * 5_000
        )

    async with world.serving(bus):
        await world.request(builders.narration_requested())
        await world.settled()
    failure = await world.last_failure()
    assert failure.message.startswith("no ? voice")
    assert max(len(failure.message), len(failure.hint)) == 900
    assert await world.messages(DEAD_LETTERS.name, "dlq.tts") == 1


async def test_a_full_dead_letter_stream_silences_no_failure_and_holds_up_no_order(world: World):
    limited = replace(SCRIPT, max_ack_pending=20)
    await provision(world.jetstream, streams=[replace(DEAD_LETTERS, max_bytes=2_000)], durables=[limited])
    orders = limited.max_ack_pending + 6
    lost = bus_metrics().letters_lost.labels(SCRIPT.name)
    before = lost._value.get()
    for _ in range(orders):
        await world.publish("script.requested", b'{"topic": ""}')
    await world.publish("script.requested", b'{"topic": "Tea"}')
    scripts = Scripts(world)
    await scripts.serve()
    kept = await world.messages(DEAD_LETTERS.name, "dlq.script")
    assert 0 < kept < orders
    assert [order.topic for order in scripts.orders] == ["Tea"]
    told = await failures(world)
    assert len({failure.project_id for failure in told}) == orders
    unkept = [failure for failure in told if "no dead letter could be stored" in failure.hint]
    assert len(unkept) == orders - kept == lost._value.get() - before
    sequence = int(unkept[0].hint.rpartition(" ")[2])
    assert (await world.jetstream.get_msg(PIPELINE.name, sequence)).data == b'{"topic": ""}'


async def test_a_missing_dead_letter_stream_silences_no_failure(world: World):
    await world.jetstream.delete_stream(DEAD_LETTERS.name)
    await world.publish("script.requested", b'{"topic": ""}')
    await Scripts(world).serve()
    assert [failure.code for failure in await failures(world)] == ["invalid_order"]


async def _is_kept(world: World) -> bool:
    return await world.messages(DEAD_LETTERS.name, "dlq.script") == 1


async def test_a_failure_that_a_full_stream_refuses_is_told_when_there_is_room(world: World):
    await world.publish("script.requested", b'{"topic": ""}')
    size = (await world.jetstream.stream_info(PIPELINE.name)).state.bytes
    await provision(world.jetstream, streams=[replace(PIPELINE, max_bytes=size + 10)], durables=[])
    scripts = Scripts(world)
    async with world.serving(scripts.bus):
        await until(lambda: _is_kept(world))
        assert (await world.jetstream.consumer_info(PIPELINE.name, SCRIPT.name)).num_ack_pending == 1
        await provision(world.jetstream, durables=[])
        await world.settled(SCRIPT.name)
    assert [failure.code for failure in await failures(world)] == ["invalid_order"]


@pytest.mark.parametrize(
    ("subject", "body", "header", "owner"),
    [
        ("script.requested", {"project_id": str(PROJECT), "topic": ""}, OTHER, PROJECT),
        ("script.requested", {"topic": ""}, OTHER, None),
        ("script.requested", {"project_id": "a.b", "topic": "Tea"}, OTHER, None),
        ("script.requested", "garbage", OTHER, None),
        (TTS.subjects[0], {"project_id": str(PROJECT)}, OTHER, PROJECT),
    ],
    ids=["other id", "no id", "bad id", "garbage", "internal"],
)
async def test_a_foreign_header_fails_no_project_but_the_bodys(
    world: World, subject: str, body: object, header: UUID, owner: UUID | None
):
    sequence = await world.publish(subject, json.dumps(body).encode(), correlation_id=str(header))
    scripts = Scripts(world)

    @scripts.bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        raise AssertionError

    async with world.serving(scripts.bus):
        await world.settled(SCRIPT.name)
        await world.settled(TTS.name)
    (failure,) = await failures(world)
    subscription = await world.jetstream.pull_subscribe(subject, stream=PIPELINE.name)
    (message,) = await subscription.fetch(1)
    derived = derive_project_id(sequence, stored_message(message).published_at_ns)
    assert failure.project_id == (owner or derived)
    assert read(stored_message(message)).project_id == str(failure.project_id)


async def test_a_foreign_header_neither_hides_a_cancelled_project_nor_cancels_another(world: World):
    bus, worked, heard = world.bus(), [], []

    @bus.subscribe(TTS)
    async def narrate(request: NarrationRequested) -> None:
        worked.append(request.project_id)

    async def listen(message) -> None:
        heard.append(json.loads(message.data)["project_id"])

    async def cancelled() -> bool:
        return bus._ended.includes(PROJECT, 0)

    await world.jetstream._nc.subscribe("progress.>", cb=listen)
    async with world.serving(bus):
        await bus.publish(ProjectCancelled(project_id=PROJECT))
        await until(cancelled)
        for project, header in ((PROJECT, OTHER), (OTHER, PROJECT)):
            body = builders.narration_requested(project).model_dump_json().encode()
            await world.publish(TTS.subjects[0], body, correlation_id=str(header))
        await world.settled()
        await world.jetstream._nc.flush()
    assert worked == [OTHER]
    assert heard == [str(OTHER)]


@pytest.mark.parametrize("key", ["../../../../etc/passwd", "/etc/passwd", "content/a\nb", "", "a//b", "x/" * 600 + "x"])
async def test_a_bad_artifact_key_is_an_invalid_message_at_once(world: World, key: str):
    bus = world.bus()

    @bus.subscribe(ASSEMBLY)
    async def render(message: FootageSourced) -> None:
        raise AssertionError

    body = json.loads(builders.footage_sourced().model_dump_json())
    body["narration"]["audio"]["key"] = key
    async with world.serving(bus):
        await world.publish(ASSEMBLY.subjects[0], json.dumps(body).encode())
        await world.settled(ASSEMBLY.name)
    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, "dlq.assembly")
    assert letter.headers is not None
    assert (letter.headers["scenewire-reason"], letter.headers["scenewire-deliveries"]) == ("invalid_message", "1")
    assert (await world.last_failure()).code == "invalid_message"
