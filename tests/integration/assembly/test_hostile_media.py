"""Every hostile file, on the product's own path: downloaded, examined, and shown if it is accepted.

Each is either refused with a reason, so that the next candidate is taken, or becomes a segment of exactly the right
length. None makes anything open another file or a connection, and none takes more than its limits.
"""

import os
import random
import re
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.executor import FfmpegRun, RealFfmpegExecutor
from scenewire.messages import Clip, Footage, Look
from scenewire.probe import probe, still
from scenewire.probe.frame import take_frame
from scenewire.probe.picture_child import picture_command
from scenewire.probe.probe import probe_video
from scenewire.probe.still import is_still
from scenewire.processes.run import Limits, guards, run_program
from scenewire_assembly.job_files import clip_name
from scenewire_assembly.picture.segment_command import segment_command
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.ingest.download import Downloader
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.providers.base import FootageUnavailableError, LocatedFootage, RemoteFile
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import audio_rendered
from tests.support.hostile import CORPUS, PRETENDERS, Kit, Sample
from tests.support.hostile.matroskas import tagged
from tests.support.hostile.trap import Trap, trap_around
from tests.support.media import make_clip
from tests.support.pictures import scene_picture
from tests.support.studio import Studio
from tests.support.web import Reply, Web, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOK = Look(width=128, height=128, captions=False, title=False, closing=False)
SAMPLES = 24_000
FRAMES = 30
MOST_CPU = 30.0
"""Processor seconds for all work on one file; without limits, some files would take days."""

FUZZED = int(os.environ.get("FUZZ_ROUNDS", "8"))
SEED = int(os.environ.get("FUZZ_SEED", "0"))


@dataclass
class World:
    """Workers that get one hostile file after another, and what these files must not reach."""

    kit: Kit
    trap: Trap
    web: Web
    studio: Studio
    sourcing: SourcingStage
    good: Clip
    contents: dict[str, bytes] = field(default_factory=dict)


class TwoClips:
    """A source with a hostile clip and then a good one, both about tea."""

    name = identity = "far"
    is_own = False
    max_queries: int | None = None

    def __init__(self, web: Web) -> None:
        self._web = web

    async def search(self, query: str, limit: int) -> list[FoundFootage]:
        return [FoundFootage(id="hostile", title="Tea drink"), FoundFootage(id="good", title="Tea")]

    async def locate(self, footage_id: str) -> LocatedFootage:
        url = f"{self._web.url}/{footage_id}"
        rendition = str(uuid4()) if footage_id == "hostile" else "1"
        file = FootageFile(id=footage_id, title=footage_id, url=url, rendition=rendition)
        return LocatedFootage(RemoteFile(url, (), (self._web.host,)), file)

    async def aclose(self) -> None:
        """Does nothing: there is no process."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    canary = await make_clip(folder / "canary.mp4", seconds=1, size="64x36", pattern="color=c=magenta")
    (folder / "kit").mkdir()
    async with trap_around(canary) as trap, serving() as web:
        kit = await Kit.of(folder / "kit", trap.canary)
        web.routes["/good"] = Reply(kit.mp4)
        studio = Studio(folder)
        downloads = Downloader(max_bytes=1 << 26, timeout_s=30, stall_timeout_s=10)
        ingest = Ingest(studio.store, max_file_bytes=1 << 26, downloads=downloads)
        good = await studio.clip(folder / "kit" / "good.mp4")
        yield World(kit, trap, web, studio, SourcingStage(studio.store, [TwoClips(web)], ingest), good)


async def made(world: World, sample: Sample) -> bytes:
    """The content of a file, generated once."""
    if sample.name not in world.contents:
        world.contents[sample.name] = await sample.make(world.kit)
    return world.contents[sample.name]


def spent() -> float:
    """Processor seconds of all children so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def offered(world: World, content: bytes) -> Footage:
    """The footage of a scene that is offered a file and then a good one."""
    world.web.routes["/hostile"] = Reply(content)
    return (await world.sourcing.select_footage(audio_rendered(uuid4()))).footage


async def encoded_regardless(world: World, content: bytes) -> int:
    """The exit code of ffmpeg for a file that skipped the probe, with the canary in the same folder."""
    executor = RealFfmpegExecutor(await find_ffmpeg())
    command = segment_command(scene_picture(FRAMES, LOOK, clips=[world.good], preset="ultrafast"))
    async with world.studio.store.scratch() as folder:
        (folder / clip_name(0)).write_bytes(content)
        os.link(world.trap.canary.path, folder / world.trap.canary.path.name)
        limits = Limits(memory=2 << 30, cpu=20, file_size=1 << 26)
        return (
            await executor.run(FfmpegRun(arguments=tuple(command.build()), folder=folder, limits=limits, timeout_s=120))
        ).returncode


@pytest.mark.parametrize("sample", CORPUS.values(), ids=CORPUS)
async def test_row_66_a_hostile_file_is_refused_or_becomes_a_segment_and_touches_nothing_else(
    world: World, sample: Sample
) -> None:
    content = await made(world, sample)
    assert world.trap.untouched
    before = spent()
    footage = await offered(world, content)

    refused = {candidate.source_id: candidate.reason for candidate in footage.candidates if not candidate.chosen}
    if sample.refused is None:
        assert [clip.source_id for clip in footage.clips] == ["hostile"], refused
        message = await world.studio.sourced(samples=SAMPLES, clips=footage.clips, look=LOOK)
        segment = await world.studio.stages.segments.render(message)
        assert segment.segment.frames == FRAMES
        assert len(await world.studio.pictures(segment.segment.video)) == FRAMES
        assert [bool(segment.footage.clips), segment.footage.fallback] == [not sample.damaged, sample.damaged]
        assert any("cannot be decoded" in note for note in segment.footage.notes) is sample.damaged
    else:
        assert [clip.source_id for clip in footage.clips] == ["good"]
        assert "hostile is refused: " in refused["hostile"]
        assert re.search(sample.refused, refused["hostile"])
    assert spent() - before < MOST_CPU
    assert world.trap.untouched


@pytest.mark.parametrize("sample", CORPUS.values(), ids=CORPUS)
async def test_a_picture_of_a_hostile_file_is_taken_or_refused_and_touches_nothing_else(
    world: World, sample: Sample
) -> None:
    path = world.trap.canary.path.with_name(f"pictured{sample.suffix}")
    path.write_bytes(await made(world, sample))
    target = world.studio.folder / "picture.jpg"
    target.unlink(missing_ok=True)
    before = spent()
    with suppress(PermanentError):
        await take_frame(path, target, frame=1, rate=Fraction(30), width=64)
    assert not target.exists() or target.read_bytes().startswith(b"\xff\xd8\xff")
    assert spent() - before < MOST_CPU
    assert world.trap.untouched


@pytest.mark.parametrize("sample", PRETENDERS.values(), ids=PRETENDERS)
async def test_a_disguised_file_does_not_open_the_file_next_to_it(world: World, sample: Sample) -> None:
    path = world.trap.canary.path.with_name(f"near{sample.suffix}")
    path.write_bytes(await made(world, sample))
    if sample.refused is None:
        await probe_video(path)
    else:
        assert await encoded_regardless(world, path.read_bytes())
        with pytest.raises(PermanentError) as refused:
            await probe_video(path)
        assert refused.value.code is FailureCode.MEDIA_REFUSED
    assert world.trap.untouched


@pytest.mark.parametrize(
    "sample", [sample for sample in CORPUS.values() if sample.heavy], ids=lambda sample: sample.name
)
async def test_resource_bombs_stay_within_the_limits_of_a_probe(world: World, sample: Sample) -> None:
    path = world.trap.canary.path.with_name(f"heavy{sample.suffix}")
    path.write_bytes(await made(world, sample))
    command = picture_command(still._CHILD, path) if is_still(path) else probe._command(path)
    limits = Limits(memory=probe._LIMITS.memory, cpu=probe._FOOTAGE_CPU_S, file_size=0)
    # From a small process: a child's peak also counts what its parent held when it started it.
    done = await run_program([sys.executable, "-c", _MEASURED, *guards(limits), *command], timeout=120)
    peak, seconds = done.stdout.splitlines()[-1].split()
    assert int(peak) < 600 << 10
    assert float(seconds) < 10


_MEASURED = """
import resource, subprocess, sys
subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
"""


async def test_a_file_that_takes_too_long_is_refused_at_the_time_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.trap.canary.path.with_name("tags.mkv")
    path.write_bytes(tagged(40_000))
    monkeypatch.setattr(probe, "_FOOTAGE_CPU_S", 1)
    with pytest.raises(PermanentError, match="examining it ended with signal") as refused:
        await probe_video(path)
    assert refused.value.code is FailureCode.MEDIA_REFUSED


async def test_anything_but_a_regular_file_is_refused_unopened(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "link.mp4").symlink_to(world.trap.canary.path)
    (tmp_path / "folder.mp4").mkdir()
    ingest = Ingest(world.studio.store, max_file_bytes=1 << 26)
    for name in ("pipe.mp4", "link.mp4", "folder.mp4", "/dev/zero", "/dev/stdin", "gone.mp4"):
        located = LocatedFootage(tmp_path / name, FootageFile(id=name, path=str(tmp_path / name)))
        with pytest.raises(FootageUnavailableError, match=r"refused|cannot be read"):
            await ingest.accept(located, owner="tests")
    assert world.trap.untouched


@pytest.mark.parametrize(
    "name",
    ["-i.mp4", "file:x.mp4", "http:x.mp4", "concat:a|b.mp4", "%03d.mp4", "a'b\"[c];d,e=f.mp4", "\u202e\n \x1b.mp4"],
)
async def test_a_good_file_with_a_hostile_name_is_accepted(world: World, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(world.kit.mp4 + b"\0\0\0\x08free")
    ingest = Ingest(world.studio.store, max_file_bytes=1 << 26)
    accepted = await ingest.accept(
        LocatedFootage(tmp_path / name, FootageFile(id=name, path=str(tmp_path / name))), owner=name
    )
    assert accepted.facts.duration_frames == 30
    assert re.fullmatch(r"content/[0-9a-f]{2}/[0-9a-f]+(\.mp4)?", accepted.file.key)


@pytest.mark.parametrize("seed", range(SEED, SEED + FUZZED))
async def test_random_damage_ends_in_a_refusal_or_a_segment(world: World, seed: int) -> None:
    """`make fuzz` does many more, from another seed; FUZZ_SEED=<seed> FUZZ_ROUNDS=1 repeats one."""
    chance = random.Random(seed)
    pictures = [await made(world, CORPUS[name]) for name in ("photograph", "drawing_in_colour", "new_picture")]
    content = bytearray(chance.choice([world.kit.mp4, world.kit.mkv, *pictures]))
    for _ in range(chance.choice([1, 3, 30])):
        at = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                content[at : at + 8] = chance.choice([b"\0" * 8, b"\xff" * 8, b"\x7f" + b"\xff" * 7])
            case _:
                del content[at : at + chance.randrange(64)]
    footage = await offered(world, bytes(content))
    (clip,) = footage.clips
    if clip.source_id == "hostile":
        message = await world.studio.sourced(samples=SAMPLES, clips=footage.clips, look=LOOK)
        segment = await world.studio.stages.segments.render(message)
        assert len(await world.studio.pictures(segment.segment.video)) == FRAMES
        assert segment.footage.clips or segment.footage.notes
    assert world.trap.untouched
