"""`watch` and `cancel` on a real bus: what they read of it, and what they make of messages that others wrote."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scenewire.bus.consuming.received import stored_message
from scenewire.errors import PermanentError
from scenewire.messages import (
    Message,
    ProjectCancelled,
    ProjectFailed,
    ScriptRequested,
    VideoAssembled,
    derive_project_id,
)
from scenewire.topology import PIPELINE
from scenewire_cli.progress.events import ProjectProgress, follow
from scenewire_cli.progress.projects import find_project
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from tests.support import builders, golden
from tests.support.bus_world import World, bus_world
from tests.support.hostile_texts import HOSTILE_TEXTS, obeyed
from tests.support.product import Finished, run, run_on_a_terminal

pytestmark = pytest.mark.timeout(120)

RICHS_OWN = re.compile(r"\x1b\[[0-9;]*[mAK]|\x1b\[2K|\x1b\[\?25[lh]|\r")
"""What a display on a terminal needs: colours, rewritten lines, the hidden cursor."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bus_world(tmp_path / "bus") as world:
        yield world


async def order(world: World, project_id: UUID, **changes: object) -> int:
    message = ScriptRequested(project_id=project_id, **{"topic": "Tea", **changes})
    return await world.publish(message.SUBJECT, message.model_dump_json().encode(), correlation_id=str(project_id))


async def tell(world: World, message: Message) -> int:
    body = message.model_dump_json().encode()
    return await world.publish(message.subject, body, correlation_id=str(message.project_id))


def finished_video(project_id: UUID, **changes: object) -> VideoAssembled:
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    return video.model_copy(update={"project_id": project_id, **changes})


async def watch(world: World, project_id: UUID | str, folder: Path, *arguments: str, **changes: str) -> Finished:
    watched = ("watch", str(project_id), *arguments)
    return await run(*watched, data=folder / "data", cwd=folder, NATS_URL=world.server.url, **changes)


async def tell_hostile_story(world: World, project_id: UUID, end: str) -> None:
    """Every text of others that a display or a summary shows, in every hostile kind that a message can hold."""
    text = " ".join(text for text in HOSTILE_TEXTS if "\udcff" not in text)
    await order(world, project_id)
    await tell(world, builders.scripted(project_id, 1))
    sourced = builders.footage_sourced(project_id, 1, 1)
    clip = golden.messages()["footage.sourced"].footage.clips[0]  # type: ignore[attr-defined]
    for title in (text, *HOSTILE_TEXTS[:2], "[/x]"):
        clip = clip.model_copy(update={"credit": clip.credit.model_copy(update={"title": title})})
        shown = sourced.footage.model_copy(update={"clips": (clip,), "fallback": True, "reason": text})
        await tell(world, sourced.model_copy(update={"footage": shown}))
    if end == "failed":
        failed = ProjectFailed(project_id=project_id, stage="tts", code="speech_failed", message=text, hint=text)
        await tell(world, failed)
    elif end == "cancelled":
        await tell(world, ProjectCancelled(project_id=project_id, reason=text[:200]))
    else:
        brief = builders.brief(1).model_copy(update={"topic": text, "notes": (text,)})
        await tell(world, finished_video(project_id, brief=brief))


@pytest.mark.parametrize("end", ["failed", "cancelled", "finished"])
async def test_foreign_text_is_shown_without_terminal_controls_in_a_pipe_on_a_terminal_and_as_json(
    end: str, world: World, tmp_path: Path
):
    project_id = uuid4()
    await tell_hostile_story(world, project_id, end)
    code = 0 if end == "finished" else 1

    piped = await watch(world, project_id, tmp_path)
    assert (piped.returncode, obeyed(piped.out), obeyed(piped.err)) == (code, "", "")
    assert "pwned" in piped.out + piped.err

    printed = await watch(world, project_id, tmp_path, "--json")
    assert (printed.returncode, obeyed(printed.out), obeyed(printed.err)) == (code, "", "")
    assert printed.out.isascii()

    narrow = await watch(world, project_id, tmp_path, PYTHONIOENCODING="ascii")
    assert (narrow.returncode, obeyed(narrow.out)) == (code, "")
    assert "Traceback" not in narrow.err

    returncode, shown = await run_on_a_terminal(
        "watch", str(project_id), data=tmp_path, cwd=tmp_path, NATS_URL=world.server.url
    )
    assert (returncode, obeyed(RICHS_OWN.sub("", shown))) == (code, ""), shown
    assert "pwned" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("body", [b"not json", b"{}", b'{"schema_version": 9}', b"[" * 10_000])
@pytest.mark.parametrize("subject", ["project.failed", "video.assembled", "project.cancelled"])
async def test_an_unreadable_end_of_a_project_is_an_error(subject: str, body: bytes, world: World, tmp_path: Path):
    project_id = uuid4()
    await order(world, project_id)
    sequence = await world.publish(subject, body, correlation_id=str(project_id))
    watched = await watch(world, project_id, tmp_path, "--json")
    assert watched.returncode == 1
    assert watched.events[-1]["code"] == "invalid_message"
    assert f"{subject} at stream sequence {sequence} cannot be read" in watched.events[-1]["message"]
    assert watched.events[-1]["hint"]


async def test_an_unreadable_message_is_reported_and_the_project_followed_further(world: World, tmp_path: Path):
    project_id = uuid4()
    await order(world, project_id)
    sequence = await world.publish("audio.rendered", b'{"scene": 1}', correlation_id=str(project_id))
    await tell(world, finished_video(project_id))
    for arguments in ((), ("--json",)):
        watched = await watch(world, project_id, tmp_path, *arguments)
        assert watched.returncode == 0, watched.err
        output = watched.err or next(str(event) for event in watched.events if event["event"] == "unreadable")
        assert ("audio.rendered" in output, str(sequence) in output) == (True, True)


ALIKE = (UUID("5f0c4b0e-7d0a-4a53-9a39-7d5d0c1f2a11"), UUID("5f0c4b0f-7d0a-4a53-9a39-7d5d0c1f2a11"))


async def test_a_project_is_named_by_the_beginning_of_its_id(world: World, tmp_path: Path):
    for project_id in ALIKE:
        await order(world, project_id)
    await tell(world, finished_video(ALIKE[0]))
    for name in ("5f0c4b0e", "5F0C4B0E-7d", ALIKE[0].hex):
        watched = await watch(world, name, tmp_path, "--json")
        assert (watched.returncode, watched.result["project_id"]) == (0, str(ALIKE[0])), watched.err


@pytest.mark.parametrize("command", ["watch", "cancel"])
async def test_a_beginning_that_names_no_project_or_several_is_an_error(command: str, world: World, tmp_path: Path):
    for project_id in ALIKE:
        await order(world, project_id)
    expected = {
        "5f0": ("invalid_order", "'5f0' is too short for a project id: give at least its first 4 characters"),
        "5f0c": ("not_on_record", f"several project ids begin with '5f0c': {ALIKE[0]}, {ALIKE[1]}"),
        "9999": ("not_on_record", "there is no project '9999' in the stream"),
    }
    for text, (code, message) in expected.items():
        ended = await run(command, text, "--json", data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
        assert ended.returncode == 1
        assert (ended.events[-1]["code"], ended.events[-1]["message"]) == (code, message)
    assert (await world.jetstream.stream_info(PIPELINE.name)).state.messages == len(ALIKE)


async def test_cancel_says_what_became_of_the_project(world: World, tmp_path: Path):
    cancelled, finished, failed = uuid4(), uuid4(), uuid4()
    for project_id in (cancelled, finished, failed):
        await order(world, project_id, topic="Green tea")
    await tell(world, finished_video(finished))
    await tell(world, ProjectFailed(project_id=failed, stage="tts", code="speech_failed", message="no"))

    async def cancel(project_id: UUID, *arguments: str) -> Finished:
        words = ("cancel", str(project_id)[:8], *arguments)
        return await run(*words, data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)

    first = await cancel(cancelled)
    assert (first.returncode, first.out) == (0, f"cancelled {str(cancelled)[:8]} “Green tea”\n")
    stored = (await world.jetstream.stream_info(PIPELINE.name)).state.messages
    for project_id, state in ((cancelled, "cancelled"), (finished, "finished"), (failed, "failed")):
        ended = await cancel(project_id)
        assert (ended.returncode, ended.out) == (
            0,
            f"nothing to cancel: {str(project_id)[:8]} “Green tea” is already {state}\n",
        )
        (event,) = (await cancel(project_id, "--json")).events
        assert event == {
            "event": "already_ended",
            "project_id": str(project_id),
            "name": "Green tea",
            "state": state,
        }
    assert (await world.jetstream.stream_info(PIPELINE.name)).state.messages == stored


async def test_b60_ps_lists_the_unfinished_projects_of_a_bus_with_their_progress(world: World, tmp_path: Path):
    making, ordered, finished = uuid4(), uuid4(), uuid4()
    for project_id in (making, ordered, finished):
        await order(world, project_id, topic="Green tea")
    for message in (
        builders.scripted(making, 2),
        builders.audio_rendered(making, 1),
        builders.footage_sourced(making, 1),
        builders.segment_rendered(making, 1),
        builders.scripted(finished, 2),
        finished_video(finished),
    ):
        await tell(world, message)
    listed = await run("ps", "--json", data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
    assert listed.returncode == 0, listed.err
    first, second = listed.events
    assert (first["id"], first["name"], first["state"], first["stage"]) == (
        str(making),
        "Green tea",
        "running",
        "speech",
    )
    assert (first["percent"], first["spoken"], first["sourced"], first["rendered"]) == (48, 1, 1, 1)
    assert first["time_left_s"] is None
    assert (second["id"], second["stage"], second["percent"]) == (str(ordered), "script", 0)
    shown = await run("ps", data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
    assert shown.out.splitlines()[0].split("\t")[:6] == [str(making), "Green tea", "running", "speech", "48 %", ""]


async def test_a_finished_project_is_unfinished_again_after_an_edit_and_watch_follows_the_new_revision(
    world: World, tmp_path: Path
):
    project_id = uuid4()
    await order(world, project_id, topic="Green tea")
    await tell(world, builders.scripted(project_id, 2))
    await tell(world, finished_video(project_id))
    approval = builders.brief(1, awaits_approval=True)
    edited = builders.scripted(project_id, 1).model_copy(update={"revision": 1, "brief": approval})
    for message in (edited, builders.audio_rendered(project_id, 1, 1), builders.footage_sourced(project_id, 1, 1)):
        again = message.model_copy(update={"revision": 1})
        body, headers = again.model_dump_json().encode(), {"Nats-Msg-Id": again.message_id}
        await world.publish(again.subject, body, correlation_id=str(project_id), **headers)
    listed = await run("ps", "--json", data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
    (waiting,) = listed.events
    assert (waiting["id"], waiting["state"], waiting["stage"]) == (str(project_id), "awaiting_approval", "picture")
    shown = await run("ps", data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
    assert "awaiting approval" in shown.out
    await tell(world, finished_video(project_id, revision=1, duration=7.0))
    watched = await watch(world, project_id, tmp_path, "--json")
    assert watched.returncode == 0, watched.err
    assert [event["event"] for event in watched.events].count("scenes.scripted") == 1
    assert watched.events[-1]["duration"] == 7.0


@pytest.mark.parametrize("stored", ["nothing", "other projects"])
async def test_a_project_that_is_not_in_the_stream_is_an_error_and_cancelling_it_stores_nothing(
    stored: str, world: World, tmp_path: Path
):
    if stored == "other projects":
        await order(world, uuid4())
        await tell(world, ProjectCancelled(project_id=uuid4(), reason=""))
    before = (await world.jetstream.stream_info(PIPELINE.name)).state.messages
    watched = await watch(world, uuid4(), tmp_path, "--json")
    assert (watched.returncode, watched.events[-1]["code"]) == (1, "not_on_record")
    assert "scenewire list" in watched.events[-1]["hint"]
    cancelled = await run("cancel", str(uuid4()), data=tmp_path / "data", cwd=tmp_path, NATS_URL=world.server.url)
    assert (cancelled.returncode, "there is no project" in cancelled.err) == (1, True)
    assert (await world.jetstream.stream_info(PIPELINE.name)).state.messages == before


async def test_a_project_among_many_is_found_without_reading_the_others(world: World, tmp_path: Path):
    others = [uuid4() for _ in range(20)]
    for other in others:
        await order(world, other)
        body = builders.narration_requested(other).model_dump_json().encode()
        await asyncio.gather(
            *(world.publish("narration.requested", body, correlation_id=str(other)) for _ in range(100))
        )
    project_id = uuid4()
    first = await order(world, project_id)
    await tell(world, builders.scripted(project_id, 1))
    await tell(world, finished_video(project_id))

    async with existing(DataFolder(tmp_path / "data"), world.server.url) as access:
        film = ProjectProgress(project_id)
        assert (await find_project(access, str(project_id))).first_sequence == first
        seen = [event.message async for event in follow(access, film, from_sequence=first)]
        assert len(seen) == 2
        assert access.bus._client.stats["in_msgs"] < 100  # of more than 2,000


async def test_a_project_is_found_by_the_id_of_its_order_or_by_the_derived_id(world: World, tmp_path: Path):
    named, header = uuid4(), uuid4()
    first = await world.publish("script.requested", json.dumps({"project_id": f"{{{named}}}", "topic": "x"}).encode())
    unnamed = await world.publish("script.requested", b'{"topic": "no id"}')
    garbage = await world.publish("script.requested", b"garbage", correlation_id=str(header))
    orders = await world.jetstream.subscribe("script.requested", ordered_consumer=True)
    times = {
        order.metadata.sequence.stream: stored_message(order).published_at_ns
        for order in [await orders.next_msg() for _ in "123"]
    }
    async with existing(DataFolder(tmp_path / "data"), world.server.url) as access:
        assert (await find_project(access, str(named))).first_sequence == first
        for sequence in (unnamed, garbage):
            assert (
                await find_project(access, str(derive_project_id(sequence, times[sequence])))
            ).first_sequence == sequence
        restored = uuid4()  # a stream that was given back holds the ends of other projects only
        last = await tell(world, finished_video(restored))
        assert (await find_project(access, str(restored))).first_sequence == last
        with pytest.raises(PermanentError):
            await find_project(access, str(uuid4()))
