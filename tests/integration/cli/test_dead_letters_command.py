"""`scenewire dlq`: people read dead letters, have their messages handled again, and remove them."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scenewire.bus.client import BusClient
from scenewire.errors import ConflictError, FailureCode, PermanentError, TransientError
from scenewire.messages import NarrationRequested, ScenesScripted, ScriptRequested, StoredMessage
from scenewire.topology import DEAD_LETTERS, MAX_PAYLOAD, PIPELINE, SCRIPT, TTS, WEBHOOKS
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from tests.support import builders
from tests.support.bus_world import World, bus_world
from tests.support.product import Finished, run, run_on_a_terminal


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path) as world:
        yield world


async def dlq(world: World, *arguments: str) -> Finished:
    folder = world.folder
    return await run("dlq", *arguments, "--nats", world.server.url, data=folder / "data", cwd=folder)


async def refuse(world: World, *messages: NarrationRequested, code: FailureCode = FailureCode.SPEECH_FAILED) -> None:
    """Has narrations fail for good, all at once: the first failure of a project would stop the others."""
    bus, together = world.bus(), asyncio.Barrier(len(messages))

    @bus.subscribe(TTS, loops=len(messages))
    async def narrate(request: NarrationRequested) -> None:
        await together.wait()
        raise PermanentError(code, f"no voice for \x1b]0;pwned\x07 {request.scene.text}", hint="install it")

    async with world.serving(bus):
        for message in messages:
            await world.request(message)
        await world.settled()


async def letters(world: World) -> int:
    return await world.messages(DEAD_LETTERS.name, "dlq.>")


async def test_letters_are_listed_newest_first_and_by_project_and_durable(world: World):
    ours, other = uuid4(), uuid4()
    await refuse(world, builders.narration_requested(ours))
    await refuse(world, builders.narration_requested(other, 2, 2))
    await world.jetstream.publish("dlq.stranger", b"hello")
    listed = await dlq(world, "list", "--json")
    assert listed.returncode == 0, listed.err
    rows = listed.events
    assert [(row["sequence"], row["durable"], row["project_id"], row["scene_number"]) for row in rows] == [
        (3, "", None, None),
        (2, "tts", str(other), 2),
        (1, "tts", str(ours), 1),
    ]
    assert rows[1]["reason"] == "speech_failed"
    assert rows[1]["stored_at"] > rows[2]["stored_at"]
    assert [row["sequence"] for row in (await dlq(world, "list", "--json", "--project", str(ours)[:8])).events] == [1]
    assert [row["sequence"] for row in (await dlq(world, "list", "--json", "--durable", "tts")).events] == [2, 1]
    assert [row["sequence"] for row in (await dlq(world, "list", "--json", "--limit", "1")).events] == [3]
    shown = await dlq(world, "list")
    assert [line.split("\t")[0] for line in shown.out.splitlines()] == ["3", "2", "1"]
    assert "\x1b" not in shown.out


async def test_a_letter_is_shown_with_its_reason_and_its_message_without_controlling_the_terminal(world: World):
    await world.publish(
        "script.requested", b'{"topic": "", "text": "\x1b[2J", "title": "\\u001b[2J", "note": 7}', mine="\x07\x07"
    )
    await serve_scripts(world)
    shown = await dlq(world, "show", "1")
    assert shown.returncode == 0, shown.err
    assert "reason:         invalid_order" in shown.out
    assert "header:         mine: " in shown.out
    assert "1 in PIPELINE" in shown.out
    assert not {"\x1b", "\x07"} & set(shown.out)
    await world.publish("script.requested", json.dumps({"topic": "", "text": ["line"] * 900}).encode())
    await serve_scripts(world)
    long = await dlq(world, "show", "2")
    assert len(long.out.splitlines()) < 230
    assert "more lines; --json prints all of it" in long.err
    (event,) = (await dlq(world, "show", "2", "--json")).events
    assert len(event["body"]["text"]) == 900
    missing = await dlq(world, "show", "9", "--json")
    assert (missing.returncode, missing.events[-1]["code"]) == (1, "not_on_record")


async def serve_scripts(world: World) -> None:
    """Runs the script service until every order is settled."""
    async with scripts(world):
        await world.settled(SCRIPT.name)


class scripts:  # noqa: N801 - reads as a function
    """The script service, as long as the block runs."""

    def __init__(self, world: World) -> None:
        self._app = create_app(
            ScriptSettings(
                nats_url=world.server.url, artifacts_url=(world.folder / "artifacts").as_uri(), writer="outline"
            )
        )

    async def __aenter__(self) -> None:
        await self._app.start()

    async def __aexit__(self, *_: object) -> None:
        await self._app.stop()


class Received:
    """The messages of a durable whose handler fails at first."""

    def __init__(self, world: World, error: Exception | None) -> None:
        self.bus, self.error = world.bus(), error
        self.messages: list[StoredMessage] = []

        @self.bus.subscribe_stored(WEBHOOKS)
        async def receive(message: StoredMessage) -> None:
            self.messages.append(message)
            if self.error is not None:
                raise self.error


async def test_a_message_of_no_project_work_is_published_again_once_with_a_new_id_and_its_letter_removed(
    world: World,
):
    received = Received(world, PermanentError(FailureCode.WEBHOOK_FAILED, "nobody listens"))
    cancelled = json.dumps({"project_id": str(uuid4())}).encode()
    async with world.serving(received.bus):
        await world.publish("project.cancelled", cancelled, **{"Nats-Msg-Id": "mine", "traceparent": "00-1"})
        await world.settled(WEBHOOKS.name)
        received.error = None
        before = await letter_of(world, 1)
        retried = await dlq(world, "retry", "1")
        assert (retried.returncode, retried.err) == (0, "")
        assert "published again on project.cancelled" in retried.out
        await world.settled(WEBHOOKS.name)
    first, second = received.messages
    assert (second.body, second.subject) == (cancelled, "project.cancelled")
    assert second.headers["traceparent"] == "00-1"
    assert second.headers["Nats-Msg-Id"] != first.headers["Nats-Msg-Id"]
    assert not [name for name in second.headers if name.startswith("scenewire-")]
    assert await letters(world) == 0
    await restore(world, before)  # as if the command had died between the publication and the removal
    assert (await dlq(world, "retry", "--all")).returncode == 0
    assert await world.messages(PIPELINE.name, "project.cancelled") == 2
    assert await letters(world) == 0


async def letter_of(world: World, sequence: int) -> Any:
    return await world.jetstream.get_msg(DEAD_LETTERS.name, sequence)


async def restore(world: World, letter: Any) -> None:
    """Puts a dead letter back under its own sequence, as the stream had it before."""
    config = (await world.jetstream.stream_info(DEAD_LETTERS.name)).config
    await world.jetstream.delete_stream(DEAD_LETTERS.name)
    await world.jetstream.add_stream(config.evolve(first_seq=letter.seq))
    await world.jetstream.publish(letter.subject, letter.data, headers=letter.headers)


async def test_a_letter_stays_until_the_bus_has_stored_its_message(world: World):
    received = Received(world, PermanentError(FailureCode.WEBHOOK_FAILED, "nobody listens"))
    async with world.serving(received.bus):
        await world.publish("project.cancelled", json.dumps({"project_id": str(uuid4())}).encode())
        await world.settled(WEBHOOKS.name)
    config = (await world.jetstream.stream_info(PIPELINE.name)).config
    await world.jetstream.update_stream(config.evolve(max_msgs=1))
    refused = await dlq(world, "retry", "1", "--json")
    assert refused.returncode == 1
    assert refused.events[-1]["event"] == "error"
    assert await letters(world) == 1


@pytest.mark.parametrize("is_stored", [True, False])
async def test_a_truncated_letter_gets_its_message_from_the_stream_if_that_still_holds_it(
    world: World, *, is_stored: bool
):
    body = b"x" * (MAX_PAYLOAD - 1_300)  # fits with few headers
    sequence = await world.publish("script.requested", body)
    await serve_scripts(world)
    letter = await letter_of(world, 1)
    assert letter.headers["scenewire-truncated"]
    if not is_stored:
        await world.jetstream.delete_msg(PIPELINE.name, sequence)
    retried = await dlq(world, "retry", "1", "--json")
    if is_stored:
        assert retried.returncode == 0, retried.err
        again = await world.jetstream.get_last_msg(PIPELINE.name, "script.requested")
        assert again.seq != sequence
        assert again.data == body
        assert await letters(world) == 0
    else:
        assert (retried.returncode, retried.events[-1]["code"]) == (1, "artifact_missing")
        assert await letters(world) == 1


async def test_a_strangers_letter_publishes_nothing(world: World):
    for subject in ("$JS.API.STREAM.DELETE.PIPELINE", "orders.make", ""):
        headers = {"scenewire-subject": subject, "scenewire-sha256": hashlib.sha256(b"{}").hexdigest()}
        await world.jetstream.publish("dlq.tts", b"{}", headers=headers)
    retried = await dlq(world, "retry", "--all", "--json")
    assert retried.returncode == 1
    assert [event["code"] for event in retried.events] == ["invalid_message"] * 3
    assert await letters(world) == 3
    assert (await world.jetstream.stream_info(PIPELINE.name)).state.messages == 0


async def test_the_letters_of_a_failed_project_make_it_go_on_by_one_revision(world: World):
    async with scripts(world):
        answer = await asked(world, {"scenes": ["The sea rises.", "The sea falls."]})
        await world.settled(SCRIPT.name)
        project_id = answer["project_id"]
        scripted = await last_script(world)
        requests = [
            NarrationRequested(project_id=scripted.project_id, brief=scripted.brief, scene=scene)
            for scene in scripted.scenes
        ]
        await refuse(world, *requests)
        assert await letters(world) == 2
        first = await letter_of(world, 1)
        retried = await dlq(world, "retry", "--project", project_id[:8], "--json")
        assert retried.returncode == 0, retried.err
        assert [event["event"] for event in retried.events] == ["retried", "superseded"]
        again = await last_script(world)
        assert (str(again.project_id), again.revision) == (project_id, 1)
        assert again.scenes == scripted.scenes
        assert await letters(world) == 0
        await restore(world, first)
        assert [event["event"] for event in (await dlq(world, "retry", "1", "--json")).events] == ["superseded"]
        assert (await last_script(world)).revision == 1
        assert await world.messages(PIPELINE.name, NarrationRequested.SUBJECT) == 2


async def asked(world: World, order: dict[str, Any]) -> dict[str, Any]:
    return await BusClient(world.jetstream._nc).ask("orders.make", json.dumps(order).encode())


async def last_script(world: World) -> ScenesScripted:
    stored = await world.jetstream.get_last_msg(PIPELINE.name, ScenesScripted.SUBJECT)
    return ScenesScripted.model_validate_json(stored.data or b"")


async def test_an_order_without_a_project_id_that_failed_is_ordered_again_as_the_same_project(world: World):
    bus = world.bus()

    @bus.subscribe(SCRIPT)
    async def write(order: ScriptRequested) -> None:
        raise TransientError(FailureCode.SCRIPT_FAILED, "the model is away")

    async with world.serving(bus):
        await world.publish("script.requested", b'{"scenes": ["The sea rises."]}')
        await world.settled(SCRIPT.name)
    failed = await world.last_failure()
    (row,) = (await dlq(world, "list", "--json")).events
    assert row["project_id"] == str(failed.project_id)
    async with scripts(world):
        retried = await dlq(world, "retry", "1")
        assert retried.returncode == 0, retried.err
        await world.settled(SCRIPT.name)
        assert "goes on as revision 1" in retried.out
        script = await last_script(world)
    assert (script.project_id, script.revision) == (failed.project_id, 1)
    assert await letters(world) == 0


async def test_a_project_that_was_cancelled_or_deleted_keeps_its_letters(world: World):
    async with scripts(world):
        project_id = (await asked(world, {"scenes": ["The sea rises."]}))["project_id"]
        await world.settled(SCRIPT.name)
        scripted = await last_script(world)
        request = NarrationRequested(project_id=scripted.project_id, brief=scripted.brief, scene=scripted.scenes[0])
        await refuse(world, request)
        assert (await run_command(world, "retry", project_id, "--no-wait")).returncode == 0
        cancelled = json.dumps({"project_id": project_id, "revision": 1}).encode()
        await refuse(world, request.model_copy(update={"revision": 1}))
        await world.publish("project.deleted", cancelled)
        retried = await dlq(world, "retry", "--all", "--json")
        assert retried.returncode == 1
        assert {event["code"] for event in retried.events if event["event"] == "error"} == {"cancelled"}


async def run_command(world: World, *arguments: str) -> Finished:
    return await run(*arguments, "--nats", world.server.url, data=world.folder / "data", cwd=world.folder)


async def test_a_refused_order_of_a_known_project_is_published_again(world: World):
    bus = world.bus()
    seen: list[ScriptRequested] = []

    @bus.subscribe(SCRIPT)
    async def write(order: ScriptRequested) -> None:
        seen.append(order)
        raise ConflictError(FailureCode.ORDER_CONFLICT, "another order has this id")

    async with world.serving(bus):
        await world.publish("script.requested", json.dumps({"topic": "Tea", "project_id": str(uuid4())}).encode())
        await world.settled(SCRIPT.name)
        assert (await dlq(world, "retry", "1")).returncode == 0
        await world.settled(SCRIPT.name)
    assert len(seen) == 2
    assert await letters(world) == 1


@pytest.mark.parametrize("number", ["\u0663", "9" * 30])
async def test_odd_numbers_of_a_strangers_letter_are_shown_as_none(world: World, number: str):
    headers = {"scenewire-deliveries": number, "scenewire-sequence": number, "scenewire-subject": "narration.requested"}
    await world.jetstream.publish("dlq.stranger", b"hello", headers=headers)

    for command in (["list"], ["show", "1"]):
        done = await dlq(world, *command, "--json")
        assert done.returncode == 0, done.err
        assert (done.events[0]["deliveries"], done.events[0]["message_sequence"]) == (0, 0)


async def test_letters_are_dropped_only_when_somebody_confirms(world: World):
    await refuse(world, builders.narration_requested(uuid4()), builders.narration_requested(uuid4()))
    refused = await dlq(world, "drop", "--all")
    assert (refused.returncode, await letters(world)) == (1, 2)
    assert "add --yes to remove 2 dead letters" in refused.err
    nothing = await dlq(world, "drop")
    assert (nothing.returncode, await letters(world)) == (1, 2)
    assert "no dead letter is chosen" in nothing.err
    both = await dlq(world, "drop", "1", "--all", "--yes")
    assert (both.returncode, await letters(world)) == (1, 2)
    terminal = ("dlq", "drop", "1", "--nats", world.server.url)
    code, shown = await run_on_a_terminal(*terminal, data=world.folder / "data", cwd=world.folder, answer="n\n")
    assert (code != 0, "Remove dead letter 1 for good?" in shown, await letters(world)) == (True, True, 2)
    code, _ = await run_on_a_terminal(*terminal, data=world.folder / "data", cwd=world.folder, answer="y\n")
    assert (code, await letters(world)) == (0, 1)
    dropped = await dlq(world, "drop", "--all", "--yes", "--json")
    assert dropped.events == [{"event": "dropped", "letter": 2}]
    assert await letters(world) == 0


async def test_two_people_may_drop_the_same_letter(world: World):
    await refuse(world, builders.narration_requested(uuid4()))
    client = BusClient(world.jetstream._nc).letters
    await asyncio.gather(client.drop(1), client.drop(1))
    await client.drop(1)
    assert await letters(world) == 0
