"""What must hold after every fault, checked on what is really there: stream, files, processes, record and logs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.artifacts.scratch import measure
from scenewire.bus.client import BusClient
from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade
from scenewire.probe.probe import probe_media
from scenewire.record.queries import opened
from scenewire.topology import DEAD_LETTERS
from scenewire_recorder.maintenance.rebuild import log_from_stream, rows_from_log
from scenewire_recorder.repository import Repository
from tests.support.faults.world import ENDS, World, until
from tests.unit.recorder.story import Database

TOLERANCE_S = 0.05
"""Per scene, between the video and its narrations."""

ORPHANS_END_WITHIN_S = 5.0


async def assert_invariants(world: World) -> None:
    """Checks I1 to I9 for the projects that the test has ordered, and for the world as a whole."""
    for project_id in world.orders:
        await world.outcome(project_id)
    await world.settled()
    for project_id in world.orders:
        await _one_end(world, project_id)
    await _artifacts(world)
    await _record(world)
    await _nothing_left(world)
    await _dead_letters(world)
    await _no_secrets(world)


async def _one_end(world: World, project_id: str) -> None:
    """I1 and I2: one end; I8: the video is what it should be."""
    stored = [message for message in await world.messages(project_id=project_id) if message.subject in ENDS]
    ends = list(
        {message.id or message.sequence: message for message in stored}.values()
    )  # a repetition is no other end
    wanted = world.expected.ends.get(project_id, "video.assembled")
    assert [end.subject for end in ends] == [wanted], f"I1: {[(end.subject, end.body) for end in ends]}"
    videos = {message.id for message in ends if message.subject == "video.assembled"}
    assert len(videos) == (wanted == "video.assembled"), f"I2: {videos}"
    if wanted == "video.assembled":
        await _video(world, project_id, ends[0].content)


async def _video(world: World, project_id: str, assembled: dict[str, Any]) -> None:
    facts = await probe_media(world.artifacts / assembled["video"]["key"])
    assert facts.video is not None, "I8: no picture"
    assert facts.audio is not None, "I8: no sound"
    assert facts.video.frames == assembled["frames"], "I8: other frames than announced"
    narrations = {
        message.content["scene"]["scene_number"]: message.content["narration"]
        for message in await world.messages("audio.rendered", project_id)
    }
    planned = sum(narration["samples"] / narration["sample_rate"] for narration in narrations.values())
    missed = abs(facts.video.duration - planned)  # orders of a world have no closing
    assert missed <= TOLERANCE_S * len(narrations), f"I8: {facts.video.duration} s instead of {planned} s"


async def _artifacts(world: World) -> None:
    """I3: every file that a message of these projects names is there; every file that is there is what its name says."""
    for message in await world.messages():
        if message.project_id in world.orders:
            for ref in _refs(message.content):
                found = measure(world.artifacts / ref["key"])
                assert found == (ref["sha256"], ref["size"]), f"I3: {ref['key']} of {message.subject}"
    for file in (world.artifacts / "content").rglob("*"):
        if file.is_file():
            assert file.name.startswith(measure(file)[0]), f"I3: {file} is not what its name says"


async def _record(world: World) -> None:
    """I4: the record, one made from its log and one made from the stream are the same."""
    if not world.running("recorder"):
        return
    live = world.record
    assert live.audit_faults() == [], "I4"
    repository = Repository(writing_engine(live.url))
    try:
        async with opened(live.url) as record:
            assert (await rows_from_log(record, repository)).mended == 0, "I4: rows differ from the log"
    finally:
        repository.close()
    if world.expected.stream_is_whole:
        with tempfile.TemporaryDirectory() as folder:
            rebuilt = live.of_same_kind(Path(folder))
            await upgrade(rebuilt.url)
            async with rebuilt.stage() as stage:
                await log_from_stream(stage, BusClient(world.client))
            assert _everything(rebuilt) == _everything(live), "I4: rows differ from those of the stream"


def _everything(database: Database) -> dict[str, Any]:
    return database.projections() | {"log": database.rows("SELECT * FROM message_log ORDER BY message_id")}


async def _nothing_left(world: World) -> None:
    """I5: no process of a dead service, and no unfinished file after the next service has used the store."""
    await until(
        lambda: not _orphans(world), f"no process is left (I5), but {_orphans(world)}", within_s=ORPHANS_END_WITHIN_S
    )
    scratch = world.artifacts / "scratch"
    async with FilesystemStore(world.artifacts).scratch() as own:  # removes what dead processes have left
        left = [entry.name for entry in scratch.iterdir() if entry != own]
    assert left == [], f"I5: {left}"


def _orphans(world: World) -> list[str]:
    return [command for command in world.strays() if "nats-server" not in command]


async def _dead_letters(world: World) -> None:
    """I7: as many as expected, of the projects of this test."""
    last = (await world.jetstream.stream_info(DEAD_LETTERS.name)).state.last_seq
    sequences = range(world.letters_before + 1, last + 1)
    letters = [await world.jetstream.get_msg(DEAD_LETTERS.name, sequence) for sequence in sequences]
    assert len(letters) == world.expected.dead_letters, f"I7: {[(letter.headers, letter.data) for letter in letters]}"


async def _no_secrets(world: World) -> None:
    """I9: neither logs nor messages hold a secret."""
    texts = {str(log): log.read_bytes() for log in (world.folder / "logs").iterdir()}
    texts |= {f"{message.subject} {message.sequence}": message.body for message in await world.messages()}
    for secret in world.secrets:
        assert not [place for place, text in texts.items() if secret.encode() in text], "I9: a secret was written"


def _refs(value: Any) -> Iterator[dict[str, Any]]:
    """Yields the references to artifacts in a message."""
    if isinstance(value, dict):
        if {"key", "sha256", "size"} <= value.keys():
            yield value
        for part in value.values():
            yield from _refs(part)
    elif isinstance(value, list):
        for part in value:
            yield from _refs(part)
