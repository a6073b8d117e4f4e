"""What each user of a deployment's bus may do, on a server with that very configuration."""

import asyncio
import json
import re
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from scenewire.bus.provisioning.credentials import CLIENT, OPERATOR, USERS
from scenewire.bus.provisioning.provision import provision
from scenewire.messages import (
    AudioRendered,
    FootageSourced,
    NarrationRequested,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    ScenesScripted,
    ScriptRequested,
    VideoAssembled,
)
from scenewire.topology import (
    DURABLES,
    EDIT_STORYBOARD,
    LIST_FOOTAGE,
    LIST_MOODS,
    LIST_VOICES,
    MAKE_ORDER,
    PLAN_ORDER,
    SAMPLE_VOICE,
    STREAMS,
    dead_letter_subject,
    encoder_subject,
    news_subject,
)
from tests.support.bus_world import until
from tests.support.deployed_bus import CONFIG, DeployedBus, deployed_bus
from tests.support.product import environment, kill_group


@dataclass(frozen=True)
class Account:
    """An account of the configuration, as it is written."""

    user: str
    publishes: set[str]
    imports: list[tuple[str, str, str]]


def accounts() -> list[Account]:
    """The accounts of the services and of clients."""
    found = []
    for text in re.split(r"\n  [A-Z]+: \{\n", CONFIG.read_text())[2:]:
        user = re.findall(r"user: (\w+)", text)[0]
        publishes = re.findall(r'"([^"]+)"', re.findall(r"publish: \{ allow: \[(.*?)\]", text, re.DOTALL)[0])
        imports = re.findall(r'\{ (\w+): \{ account: (\w+), subject: "([^"]+)" \} \}', text)
        found.append(Account(user, set(publishes), imports))
    return found


WORKERS = {
    "script": {ScenesScripted.SUBJECT, ScriptRequested.SUBJECT},
    "tts": {NarrationRequested.SUBJECT, AudioRendered.SUBJECT},
    "sourcing": {FootageSourced.SUBJECT},
    "assembly": {"segment.rendered.p.1", VideoAssembled.SUBJECT}
    | {NarrationRequested.SUBJECT, AudioRendered.SUBJECT, FootageSourced.SUBJECT},  # has lost files made again
}
"""What each service publishes of the pipeline."""

OFFERS = {encoder_subject("h264_nvenc"), encoder_subject("h264_vaapi")}
"""By which workers of assembly find each other."""

ANSWERED = {
    "assembly": OFFERS,
    "script": {MAKE_ORDER, PLAN_ORDER, EDIT_STORYBOARD, LIST_MOODS},
    "tts": {LIST_VOICES, SAMPLE_VOICE},
    "sourcing": {LIST_FOOTAGE},
}
"""What each service answers."""

STORED_SUBJECTS = {subject for made in WORKERS.values() for subject in made} | {
    ScriptRequested.SUBJECT,
    ProjectFailed.SUBJECT,
    ProjectCancelled.SUBJECT,
    ProjectDeleted.SUBJECT,
}
"""Where a user can put a body of its choice into the stream."""

REQUESTS = {subject for answered in ANSWERED.values() for subject in answered} - OFFERS

BACKLOG = {f"$JS.API.CONSUMER.INFO.PIPELINE.{durable.name}" for durable in DURABLES if durable.is_work}
"""What those who take orders ask before."""

WISHES = {ProjectCancelled.SUBJECT, ProjectDeleted.SUBJECT}
"""What clients and the gateway publish."""

MESSAGES = {
    *(subject for made in WORKERS.values() for subject in made),
    ScriptRequested.SUBJECT,
    ProjectFailed.SUBJECT,
    *WISHES,
    *REQUESTS,
    *OFFERS,
    *(dead_letter_subject(durable.name) for durable in DURABLES),
    *(f"progress.{durable.name}" for durable in DURABLES),
}

REPUBLISHED = {news_subject("project.forged")}
"""What only the server publishes."""

API = "$JS.API"
READS = {f"{API}.STREAM.INFO.PIPELINE", f"{API}.STREAM.MSG.GET.PIPELINE"}
ADMINISTRATION = {
    *(f"{API}.STREAM.{verb}.{stream.name}" for stream in STREAMS for verb in ("DELETE", "PURGE", "UPDATE", "INFO")),
    *(f"{API}.STREAM.{verb}.{stream.name}" for stream in STREAMS for verb in ("MSG.DELETE", "MSG.GET", "SNAPSHOT")),
    *(f"{API}.DIRECT.GET.{stream.name}" for stream in STREAMS),
    *(
        f"{API}.CONSUMER.CREATE.{stream.name}{name}"
        for stream in STREAMS
        for name in ("", ".own", ".own.>", ".own.project.*")
    ),
    *(f"{API}.CONSUMER.DURABLE.CREATE.{stream.name}.own" for stream in STREAMS),
    f"{API}.STREAM.CREATE.ANOTHER",
    f"{API}.INFO",
    f"{API}.STREAM.NAMES",
    f"{API}.STREAM.LIST",
    f"{API}.CONSUMER.LIST.PIPELINE",
}
STORED = f"{API}.DIRECT.GET.PIPELINE"


def uses_of(durable: str) -> set[str]:
    return {
        f"{API}.CONSUMER.INFO.PIPELINE.{durable}",
        f"{API}.CONSUMER.MSG.NEXT.PIPELINE.{durable}",
        f"$JS.ACK.PIPELINE.{durable}.1.1.1.1.0",
    }


def counts_of(durable: str) -> set[str]:
    return {f"interruptions.{durable}.1", f"{API}.DIRECT.GET.INTERRUPTIONS.interruptions.{durable}.1"}


def changes_of(durable: str) -> set[str]:
    return {
        f"{API}.CONSUMER.CREATE.PIPELINE.{durable}",
        f"{API}.CONSUMER.CREATE.PIPELINE.{durable}.project.*",
        f"{API}.CONSUMER.DURABLE.CREATE.PIPELINE.{durable}",
        f"{API}.CONSUMER.DELETE.PIPELINE.{durable}",
        f"{API}.CONSUMER.PAUSE.PIPELINE.{durable}",
        f"{API}.CONSUMER.RESET.PIPELINE.{durable}",
    }


EVERYTHING = MESSAGES | READS | ADMINISTRATION | {STORED, *REPUBLISHED}
EVERYTHING |= {subject for durable in DURABLES for subject in uses_of(durable.name) | changes_of(durable.name)}
EVERYTHING |= {subject for durable in DURABLES for subject in counts_of(durable.name)}


def allowed(user: str) -> set[str]:
    """What a user needs for its work, and nothing else."""
    if user == CLIENT:
        recorded = f"{API}.CONSUMER.INFO.PIPELINE.recorder"
        return {ScriptRequested.SUBJECT, *REQUESTS, *WISHES, recorded, STORED, f"{API}.INFO"} | READS | BACKLOG
    durables = {durable.name for durable in DURABLES if durable.name.partition("-")[0] == user}
    own = {subject for durable in durables for subject in uses_of(durable)} | {f"{API}.INFO"}
    if user == "recorder":
        return own | READS
    own |= {subject for durable in durables for subject in counts_of(durable)}
    if user == "gateway":
        recorded = f"{API}.CONSUMER.INFO.PIPELINE.recorder"
        letters = {dead_letter_subject(durable) for durable in durables}
        return own | letters | READS | REQUESTS | WISHES | {recorded, STORED}
    told = {ProjectFailed.SUBJECT} | {s for d in durables for s in (dead_letter_subject(d), f"progress.{d}")}
    own |= OFFERS if user == "assembly" else set()
    reads = READS if user == "assembly" else set()
    backlog = BACKLOG | {f"{API}.STREAM.INFO.PIPELINE"} if user == "script" else set()
    return own | told | reads | backlog | WORKERS[user] | {STORED}


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[DeployedBus]:
    async with deployed_bus(tmp_path) as bus:
        async with bus.connected(OPERATOR) as operator:
            await provision(operator.jetstream())
        yield bus


def test_every_user_that_gets_a_password_has_rights_and_no_other() -> None:
    users = dict(re.findall(r"\{ user: (\w+), password: \$(\w+)_PASSWORD", CONFIG.read_text()))

    assert users == {user: user.upper() for user in USERS}


@pytest.mark.parametrize("user", [user for user in USERS if user != OPERATOR])
async def test_a_user_may_publish_what_its_work_needs_and_nothing_else(bus: DeployedBus, user: str) -> None:
    async with bus.connected(user) as visit:
        for subject in sorted(EVERYTHING):
            await visit.publish(subject)
        refused = {subject for what, subject in await bus.violations(visit) if what == "Publish"}
    assert EVERYTHING - refused == allowed(user)


@pytest.mark.parametrize("user", [user for user in USERS if user != OPERATOR])
async def test_a_user_hears_its_own_answers_only(bus: DeployedBus, user: str) -> None:
    others = [f"_INBOX_{other}.>" for other in USERS if other != user]
    closed = [">", "_INBOX.>", "$JS.>", "$SYS.>", "dlq.>", "script.requested", "narration.requested", *others]
    closed += (REQUESTS | OFFERS) - ANSWERED.get(user, set())
    if user not in (CLIENT, "gateway"):
        closed += ["progress.*", "stored.>"]
    if user != CLIENT:
        closed += ["video.assembled", "project.*"]
    async with bus.connected(user) as visit:
        for subject in [*closed, f"_INBOX_{user}.>"]:
            await visit.subscribe(subject)
        assert await bus.violations(visit) == [("Subscription", subject) for subject in closed]


def test_an_account_imports_what_its_user_may_publish_and_nothing_else() -> None:
    """A reply that arrives in an account goes where the account's imports lead, whatever its user may publish."""
    for account in accounts():
        imported = {subject for kind, _, subject in account.imports if kind == "service"}
        assert imported == {
            subject for subject in account.publishes if not subject.startswith(("progress.", "encoders."))
        }, account.user


def test_every_user_has_an_account_of_its_own() -> None:
    assert sorted(account.user for account in accounts()) == sorted(user for user in USERS if user != OPERATOR)


FORGED = b"forged"


def requests_of(user: str, aim: str) -> Iterator[tuple[str, bytes]]:
    """Everything that a user can have answered or delivered on a subject, each request with its body."""
    for subject in allowed(user):
        if subject == STORED:
            yield subject, b'{"seq": 1, "next_by_subj": ">", "batch": 9}'
        elif ".MSG.NEXT." in subject:
            yield subject, b'{"batch": 9, "expires": 100000000}'
        elif subject == f"{API}.STREAM.MSG.GET.PIPELINE":
            yield subject, b'{"seq": 1}'
        elif subject.startswith(API):
            yield subject, b""
        elif subject in STORED_SUBJECTS:
            yield subject, FORGED
    name = aim.replace(".", "-")
    for filtered, narrowed in (("", {}), (".project.*", {"filter_subject": "project.*"})):
        config = {"name": name, "deliver_subject": aim, "ack_policy": "none", **narrowed}
        body = json.dumps({"stream_name": "PIPELINE", "config": config}).encode()
        yield f"{API}.CONSUMER.CREATE.PIPELINE.{name}{filtered}", body


@pytest.mark.parametrize("user", [user for user in USERS if user != OPERATOR])
async def test_nobody_can_have_the_server_deliver_to_the_subjects_of_others(bus: DeployedBus, user: str) -> None:
    """Consumers deliver, and requests are answered, on any subject: permissions do not apply to either."""
    others = [other for other in USERS if other != user]
    aims = {*MESSAGES, *REPUBLISHED, f"{API}.STREAM.DELETE.DLQ", *(f"_INBOX_{other}.x" for other in others)} - allowed(
        user
    )
    arrived: list[str] = []

    async def arrives(message: Msg) -> None:
        arrived.append(message.subject)

    async with AsyncExitStack() as stack:
        clients = {other: await stack.enter_async_context(bus.connected(other)) for other in USERS}
        for other in others:
            listens = aims if other == OPERATOR else {f"_INBOX_{other}.x", *(ANSWERED.get(other, set()) & aims)}
            for subject in listens:
                await clients[other].subscribe(subject, cb=arrives)
            await clients[other].flush()
        for aim in sorted(aims):
            for request, body in requests_of(user, aim):
                await clients[user].publish(request, body, reply=aim)
        await bus.violations(clients[user])  # the server has handled everything
        for other in others:
            await clients[other].flush()
        stored = await contents(clients[OPERATOR].jetstream())
    assert arrived == []
    assert stored.keys() <= allowed(user)


async def contents(jetstream: JetStreamContext) -> dict[str, int]:
    """How many messages the streams hold, by subject."""
    counts: dict[str, int] = {}
    for stream in STREAMS:
        counts |= (await jetstream.stream_info(stream.name, subjects_filter=">")).state.subjects or {}
    return counts


async def test_the_connections_of_clients_are_limited_and_leave_room_for_services(bus: DeployedBus) -> None:
    limit = int(re.findall(r"max_connections: (\d+)", CONFIG.read_text())[0])
    async with AsyncExitStack() as stack:
        for _ in range(limit):
            await stack.enter_async_context(bus.connected(CLIENT))
        password = (bus.credentials / CLIENT / "nats_password").read_text()
        login = json.dumps({"verbose": False, "user": CLIENT, "pass": password})
        assert b"maximum account active connections exceeded" in await answer_to_login(bus, login)
        await stack.enter_async_context(bus.connected("tts"))


async def answer_to_login(bus: DeployedBus, login: str) -> bytes:
    host, _, port = bus.url.removeprefix("nats://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(10):
        assert json.loads((await reader.readline()).removeprefix(b"INFO "))["auth_required"]
        writer.write(f"CONNECT {login}\r\nPING\r\n".encode())
        answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_nobody_gets_in_without_a_password(bus: DeployedBus) -> None:
    assert b"Authorization Violation" in await answer_to_login(bus, '{"verbose": false}')


async def test_the_whole_pipeline_works_with_these_rights_alone(bus: DeployedBus, tmp_path: Path) -> None:
    processes = []

    async def started(user: str, *arguments: str) -> asyncio.subprocess.Process:
        settings = bus.environment(user) | {
            "ARTIFACTS_URL": (tmp_path / "artifacts").as_uri(),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'scenewire.db'}",
            "ASSEMBLY_LOOPS": "2",
            "PYTHONPATH": str(Path(__file__).parents[3]),
        }
        with (tmp_path / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *arguments),
                cwd=tmp_path,
                env=environment(tmp_path, **settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        processes.append(process)
        return process

    try:
        for user in (*WORKERS, "recorder"):
            await started(user, "faststream", "run", f"scenewire_{user}.app:create_app", "--factory")
        (tmp_path / "talk.txt").write_text("The sea rises. The sea falls.")
        make = ("scenewire_cli", "make", "--script", "talk.txt", "--size", "320x180", "--out", "films")
        made = await started(CLIENT, *make)
        async with asyncio.timeout(90):
            assert await made.wait() == 0, (tmp_path / "log").read_text()[-3000:]
        async with bus.connected(CLIENT) as client:
            failed = await client.subscribe("project.failed")
            await client.jetstream().publish("script.requested", b'{"topic": 7}')
            assert json.loads((await failed.next_msg(30)).data)["stage"] == "script"
            answer = await client.request(MAKE_ORDER, b'{"text": "The sea rises.", "look": "portrait"}')
            assert json.loads(answer.data).keys() == {"project_id"}
            answer = await client.request(MAKE_ORDER, b'{"topic": 7}')
            assert json.loads(answer.data)["error"]["message"].endswith("topic must be text")
            answer = await client.request(LIST_VOICES, b"", timeout=20)
            assert json.loads(answer.data)["voices"]
            answer = await client.request(SAMPLE_VOICE, b'{"language": "en"}', timeout=20)
            assert json.loads(answer.data)["file"]["media_type"] == "audio/wav"
            answer = await client.request(LIST_FOOTAGE, b"", timeout=20)
            assert "open" in json.loads(answer.data)["servers"]
            assert await bus.violations(client) == []
        async with bus.connected(OPERATOR) as operator:
            letters = await operator.jetstream().stream_info("DLQ")
            assert letters.state.messages == 1
    finally:
        for process in processes:
            kill_group(process)
    assert list((tmp_path / "films").rglob("*.mp4"))


async def test_each_service_may_ask_for_the_backlog_that_it_exports(bus: DeployedBus, tmp_path: Path) -> None:
    async with bus.connected(OPERATOR) as operator:
        await provision(operator.jetstream())
        await operator.jetstream().publish(NarrationRequested.SUBJECT, b"{}")
    exported: dict[str, float] = {}
    for service in ("script", "recorder", "assembly", "gateway"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "faststream", "run", f"scenewire_{service}.app:create_app", "--factory"),
            cwd=tmp_path,
            env=environment(
                tmp_path,
                **bus.environment(service),
                ARTIFACTS_URL=(tmp_path / "artifacts").as_uri(),
                DATABASE_URL=f"sqlite:///{tmp_path}/record.sqlite3",
                GATEWAY_PORT="0",
                MONITOR_PORT="0",
            ),
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stderr is not None
        lines = []
        try:
            while b"monitor_listens" not in (line := await process.stderr.readline()):
                lines.append(line)
                assert line, lines
            url = json.loads(line)["url"]

            async def asked(url: str = url) -> bool:
                text = await asyncio.to_thread(lambda: urllib.request.urlopen(f"{url}/metrics").read().decode())
                found = re.findall(r"^(scenewire_(?:waiting|oldest|stream)\w+\{[^}]+\}) (\S+)", text, re.MULTILINE)
                exported.update((name, float(value)) for name, value in found)
                return bool(found)

            await until(asked)
        finally:
            kill_group(process)
            await process.wait()
    assert {f'scenewire_waiting_messages{{durable="{durable.name}"}}' for durable in DURABLES} <= exported.keys()
    assert exported['scenewire_waiting_messages{durable="tts"}'] == 1
    assert exported['scenewire_waiting_messages{durable="recorder"}'] in {0, 1}
    assert 0 < exported['scenewire_oldest_message_age_seconds{durable="tts"}'] < 600
    assert exported['scenewire_oldest_message_age_seconds{durable="sourcing"}'] == 0
    assert exported['scenewire_stream_bytes{stream="PIPELINE"}'] > 0
