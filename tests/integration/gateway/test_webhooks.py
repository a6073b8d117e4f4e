"""Webhooks: against real receivers, and a real nats-server."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from scenewire.bus.provisioning.provision import release_unacknowledged
from scenewire.messages import Message, ProjectCancelled, ProjectFailed, VideoAssembled
from scenewire.topology import DEAD_LETTERS, PIPELINE, WEBHOOKS, Retry
from scenewire_gateway.webhooks import delivery
from tests.support import builders, golden
from tests.support.bus_world import FAST, World, bus_world, until
from tests.support.nats import settings_for
from tests.support.web import Asked, Reply, Web, serving
from tests.support.webhooks import PUBLIC_URL, verified, webhook_app, write_endpoints

PATIENT = Retry(max_tries=50, base=timedelta(milliseconds=20), cap=timedelta(milliseconds=100))


@pytest.fixture
async def world(tmp_path: Path):
    async with bus_world(tmp_path) as world:
        yield world


@pytest.fixture
async def web():
    async with serving() as web:
        yield web


def running(world: World, *, retry: Retry = FAST, **urls: str):
    file = write_endpoints(world.folder, **urls)
    settings = settings_for(world.server, world.folder).model_copy(update={"drain_time": timedelta(seconds=0.1)})
    return webhook_app(settings, file, retry=retry)


async def publish(world: World, message: Message) -> None:
    await world.publish(message.subject, message.model_dump_json().encode(), **{"Nats-Msg-Id": message.message_id})


def cancelled(project_id: UUID | None = None) -> ProjectCancelled:
    return ProjectCancelled(project_id=project_id or uuid4(), reason="a mistake")


def asked_of(web: Web, path: str) -> list[Asked]:
    return [asked for asked in web.asked if asked.path == path]


def video() -> VideoAssembled:
    message = golden.messages()["video.assembled"]
    assert isinstance(message, VideoAssembled)
    return message


async def test_each_way_that_a_project_ends_is_told_with_a_signature_that_the_library_verifies(world: World, web: Web):
    web.routes["/hook"] = Reply()
    failed = ProjectFailed(project_id=uuid4(), revision=2, stage="tts", code="speech_failed", message="no", hint="so")
    ends: list[Message] = [video(), failed, cancelled()]

    async with running(world, one=f"{web.url}/hook?key=receiver"):
        for end in ends:
            await publish(world, end)
        await world.settled(WEBHOOKS.name)

    told = {event["type"]: event for event in (verified(world.folder, "one", asked) for asked in web.asked)}
    assert told.keys() == {end.subject for end in ends}
    data = told["video.assembled"]["data"]
    project = f"{PUBLIC_URL}/v1/projects/{data['project_id']}"
    assert data["project_id"] == str(ends[0].project_id)
    assert data["links"]["self"] == project
    assert data["links"]["video"] == f"{project}/versions/0/video"
    of_failure = told["project.failed"]["data"]
    assert {name: of_failure[name] for name in ("project_id", "revision", "stage", "code", "message", "hint")} == (
        failed.model_dump(mode="json", include={"project_id", "revision", "stage", "code", "message", "hint"})
    )
    assert told["project.cancelled"]["data"]["reason"] == "a mistake"
    assert web.asked[0].query == {"key": "receiver"}
    assert web.asked[0].headers["content-type"] == "application/json"


async def test_a_repetition_has_the_same_id_and_content_and_a_signature_of_its_own_time(world: World, web: Web):
    answers = [Reply(status=500), Reply(status=503), Reply(status=204)]
    web.routes["/hook"] = lambda _: answers.pop(0)

    async with running(world, one=f"{web.url}/hook", retry=PATIENT):
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)

    assert len(web.asked) == 3
    assert len({asked.headers["webhook-id"] for asked in web.asked}) == 1
    assert len({asked.body for asked in web.asked}) == 1
    for asked in web.asked:
        verified(world.folder, "one", asked)


async def test_endpoints_have_ids_and_secrets_of_their_own(world: World, web: Web):
    web.routes |= {"/one": Reply(), "/two": Reply()}

    async with running(world, one=f"{web.url}/one", two=f"{web.url}/two"):
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)

    [one], [two] = asked_of(web, "/one"), asked_of(web, "/two")
    assert one.headers["webhook-id"] != two.headers["webhook-id"]
    verified(world.folder, "one", one)
    with pytest.raises(Exception, match="No matching signature"):
        verified(world.folder, "two", one)


async def test_only_endpoints_without_an_event_get_it_again_also_after_a_restart(world: World, web: Web):
    web.routes |= {"/good": Reply(), "/bad": Reply(status=500)}
    urls = {"good": f"{web.url}/good", "bad": f"{web.url}/bad"}

    async def told_twice() -> bool:
        return len(asked_of(web, "/bad")) >= 2

    async with running(world, retry=PATIENT, **urls):
        await publish(world, cancelled())
        await until(told_twice)
    async with running(world, retry=PATIENT, **urls):
        web.routes["/bad"] = Reply()
        await world.settled(WEBHOOKS.name)

    assert len(asked_of(web, "/good")) == 1
    assert len({asked.headers["webhook-id"] for asked in asked_of(web, "/bad")}) == 1


async def test_an_endpoint_that_never_accepts_ends_in_the_dead_letters_and_fails_no_project(world: World, web: Web):
    web.routes |= {"/good": Reply(), "/bad": Reply(status=500)}
    progress: list[str] = []

    async def listen(message) -> None:
        progress.append(message.subject)

    await world.jetstream._nc.subscribe("progress.>", cb=listen)
    async with running(world, good=f"{web.url}/good", bad=f"{web.url}/bad?key=s3cr3t"):
        await publish(world, video())
        await world.settled(WEBHOOKS.name)

    letter = await world.jetstream.get_last_msg(DEAD_LETTERS.name, f"dlq.{WEBHOOKS.name}")
    headers = letter.headers or {}
    assert headers["scenewire-reason"] == "webhook_failed"
    assert "bad answered 500" in headers["scenewire-detail"]
    assert "s3cr3t" not in str(headers)
    assert json.loads(letter.data or b"")["project_id"] == str(video().project_id)
    assert await world.messages(PIPELINE.name, ProjectFailed.SUBJECT) == 0
    assert progress == []
    assert len(asked_of(web, "/good")) == 1


@pytest.mark.parametrize("dead", ["silent", "refusing", "broken"])
async def test_a_dead_endpoint_delays_no_other(world: World, web: Web, dead: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(delivery, "_OPERATION_TIMEOUT_S", 600)  # the test ends before any request to it does
    monkeypatch.setattr(delivery, "_TOTAL_TIMEOUT_S", 600)

    async def silent(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def broken(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"not HTTP\r\n\r\n")

    web.routes["/good"] = Reply()
    web.raw |= {"/silent": silent, "/broken": broken}
    url = "http://127.0.0.1:9/refusing" if dead == "refusing" else f"{web.url}/{dead}"
    projects = [uuid4() for _ in range(60)]

    async def all_told() -> bool:
        return len(asked_of(web, "/good")) >= len(projects)

    async with running(world, good=f"{web.url}/good", dead=url, retry=PATIENT):
        for project in projects:
            await publish(world, cancelled(project))
        await until(all_told)

    told = Counter(verified(world.folder, "good", asked)["data"]["project_id"] for asked in asked_of(web, "/good"))
    assert told == {str(project): 1 for project in projects}


async def test_a_silent_endpoint_is_tried_by_one_delivery_at_a_time(world: World, web: Web, monkeypatch):
    monkeypatch.setattr(delivery, "_TOTAL_TIMEOUT_S", 0.2)
    now, most = 0, 0

    async def silent(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        try:
            await asyncio.sleep(0.15)
        finally:
            now -= 1
        await asyncio.sleep(60)

    async def tried_often() -> bool:
        return len(web.asked) > 12

    web.raw["/silent"] = silent
    async with running(world, dead=f"{web.url}/silent", retry=PATIENT):
        await publish(world, cancelled())
        await until(lambda: _is(len(web.asked) >= 2))
        for _ in range(30):
            await publish(world, cancelled())
        await until(tried_often)
    assert most == 1


async def _is(condition: bool) -> bool:
    return condition


async def test_an_endpoint_that_is_gone_is_not_told_again(world: World, web: Web):
    web.routes |= {"/gone": Reply(status=410), "/good": Reply()}

    async with running(world, gone=f"{web.url}/gone", good=f"{web.url}/good"):
        for _ in range(3):
            await publish(world, cancelled())
            await world.settled(WEBHOOKS.name)

    assert (len(asked_of(web, "/gone")), len(asked_of(web, "/good"))) == (1, 3)
    assert await world.messages(DEAD_LETTERS.name, f"dlq.{WEBHOOKS.name}") == 0


async def test_redirects_are_not_followed_and_count_as_failures(world: World, web: Web):
    answers = [Reply(status=307, headers={"Location": f"{web.url}/inside"}), Reply()]
    web.routes |= {"/hook": lambda _: answers.pop(0), "/inside": Reply()}

    async with running(world, one=f"{web.url}/hook"):
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)

    assert web.paths() == ["/hook", "/hook"]


async def test_an_endless_answer_is_not_read(world: World, web: Web):
    ended = asyncio.Event()

    async def endless(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            ended.set()

    web.raw["/hook"] = endless
    async with running(world, one=f"{web.url}/hook"), asyncio.timeout(10):
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)
        await ended.wait()
    assert len(web.asked) == 1


async def test_an_endpoint_that_says_when_to_come_back_is_left_alone_until_then(world: World, web: Web):
    times: list[float] = []

    def busy(_asked: Asked) -> Reply:
        times.append(asyncio.get_running_loop().time())
        return Reply(status=429, headers={"Retry-After": "1"}) if len(times) == 1 else Reply()

    web.routes["/hook"] = busy
    async with running(world, one=f"{web.url}/hook", retry=PATIENT):
        await publish(world, cancelled())
        await until(lambda: _is(bool(times)))
        await publish(world, cancelled())  # other events wait too
        await world.settled(WEBHOOKS.name)

    assert times[1] - times[0] >= 0.9  # the computed delays would have been 0.02
    assert len(times) == 3


async def test_events_reach_only_the_endpoints_that_want_them(world: World, web: Web):
    web.routes["/hook"] = Reply()
    file = write_endpoints(world.folder, one=f"{web.url}/hook", off=f"{web.url}/off")
    text = file.read_text().replace('name = "one"', 'name = "one"\nevents = ["project.failed"]')
    file.write_text(text.replace('name = "off"', 'name = "off"\nenabled = false'))

    async with webhook_app(settings_for(world.server, world.folder), file):
        await publish(world, cancelled())
        await publish(world, ProjectFailed(project_id=uuid4(), stage="tts", code="bug", message="no"))
        await world.settled(WEBHOOKS.name)

    assert [json.loads(asked.body)["type"] for asked in web.asked] == ["project.failed"]


async def test_messages_that_are_not_events_are_kept_and_told_to_nobody(world: World, web: Web):
    web.routes["/hook"] = Reply()

    async with running(world, one=f"{web.url}/hook"):
        await world.publish(ProjectCancelled.SUBJECT, b"not a message")
        await publish(world, builders.narration_requested())
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)

    assert len(web.asked) == 1
    assert await world.messages(DEAD_LETTERS.name, f"dlq.{WEBHOOKS.name}") == 1


async def test_a_killed_gateway_tells_every_event_at_least_once_with_the_same_id(world: World, web: Web):
    projects = [uuid4() for _ in range(12)]
    hold, arrived = asyncio.Event(), asyncio.Event()

    async def held(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await hold.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    web.raw["/hook"] = held
    file = write_endpoints(world.folder, one=f"{web.url}/hook")
    environment = os.environ | {"NATS_URL": world.server.url, "ARTIFACTS_URL": world.folder.as_uri()}
    for project in projects:
        await publish(world, cancelled(project))
    for _ in range(2):
        arrived.clear()
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.webhooks", str(file)), env=environment, stdout=subprocess.DEVNULL
        )
        async with asyncio.timeout(30):
            await arrived.wait()  # the receiver has an event, and the gateway has no answer
        worker.kill()
        await worker.wait()
        await release_unacknowledged(world.jetstream, durables=[WEBHOOKS])
    hold.set()
    async with webhook_app(settings_for(world.server, world.folder), file):
        await world.settled(WEBHOOKS.name)

    ids: dict[str, set[str]] = {}
    for asked in web.asked:
        project = verified(world.folder, "one", asked)["data"]["project_id"]
        ids.setdefault(project, set()).add(asked.headers["webhook-id"])
    assert ids.keys() == {str(project) for project in projects}
    assert {len(found) for found in ids.values()} == {1}
    assert len(set.union(*ids.values())) == len(projects)
    assert len(web.asked) > len(projects)


async def test_without_endpoints_no_event_waits_for_the_first_one(world: World, web: Web):
    file = world.folder / "webhooks.toml"
    file.write_text("")
    async with webhook_app(settings_for(world.server, world.folder), file):
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)

    web.routes["/hook"] = Reply()
    async with running(world, one=f"{web.url}/hook"):
        await world.settled(WEBHOOKS.name)
    assert web.asked == []


async def test_events_that_are_days_old_are_not_told(world: World, web: Web, monkeypatch: pytest.MonkeyPatch):
    web.routes["/hook"] = Reply()
    monkeypatch.setattr(delivery, "MAX_AGE", timedelta(0))

    async with running(world, one=f"{web.url}/hook"):
        await publish(world, cancelled())
        await world.settled(WEBHOOKS.name)
    assert web.asked == []
