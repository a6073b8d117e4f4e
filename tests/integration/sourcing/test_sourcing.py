"""Real clips from a real library server, chosen, examined and stored; the unfit ones passed over."""

import asyncio
import os
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from nats.js import JetStreamContext
from PIL import Image

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered, Footage, FootageSourced, OwnMedia
from scenewire_sourcing.app import create_app
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.providers.base import FootageSource
from scenewire_sourcing.providers.mcp_source import McpSource
from scenewire_sourcing.settings import SourcingSettings
from scenewire_sourcing.stage import SourcingStage
from scripts.doubles.archive import unlike
from tests.support.builders import PROJECT, audio_rendered, narration
from tests.support.footage import children_of, connected, library_server, script_server
from tests.support.media import make_clip, pretend_clips
from tests.support.nats import provisioned_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A clip of one second."""
    clip = tmp_path_factory.mktemp("clips") / "tea.mp4"
    return asyncio.run(make_clip(clip, seconds=1, size="160x90")).read_bytes()


@pytest.fixture(scope="module")
def three_seconds(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    clip = tmp_path_factory.mktemp("clips") / "tea.mp4"
    return asyncio.run(make_clip(clip, seconds=3, size="32x18", rate=10)).read_bytes()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def librarian(shelf: Path) -> AsyncIterator[McpSource]:
    """One library server for all tests: it looks at its folder at every question."""
    async with connected(library_server(shelf)) as source:
        yield source


@pytest.fixture
def library(shelf: Path) -> Path:
    """The shelf, empty."""
    shutil.rmtree(shelf)
    shelf.mkdir()
    return shelf


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path / "store")


def stage_over(store: FilesystemStore, *sources: FootageSource, **changes: Any) -> SourcingStage:
    return SourcingStage(store, sources, Ingest(store, **{"max_file_bytes": 1 << 30, **changes}))


@pytest.fixture
def stage(store: FilesystemStore, library: Path, librarian: McpSource) -> SourcingStage:
    return stage_over(store, librarian)


def spoken(seconds: float = 4, number: int = 1) -> AudioRendered:
    audio = audio_rendered(PROJECT, number, scene_count=9)
    return audio.model_copy(update={"narration": narration(round(seconds * 24_000))})


async def choice(stage: SourcingStage, audio: AudioRendered | None = None) -> Footage:
    return (await stage.select_footage(audio or spoken())).footage


def reasons(footage: Footage) -> dict[str, str]:
    return {candidate.title: candidate.reason for candidate in footage.candidates}


async def test_a_still_is_stored_as_a_plain_jpeg_and_credited(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    picture = library / "tea.gif"
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("white", "black")]
    frames[0].save(picture, save_all=True, append_images=frames[1:])
    picture.with_suffix(".json").write_text('{"title": "Tea", "creator": "Ann", "licence": "CC0"}')
    footage = await choice(stage, spoken(20))
    (chosen,) = footage.clips
    assert (chosen.file.media_type, chosen.file.key[-4:]) == ("image/jpeg", ".jpg")
    assert (chosen.facts.still, chosen.facts.width, chosen.facts.height) == (True, 400, 300)
    assert (chosen.in_frame, chosen.out_frame, chosen.facts.duration_frames) == (0, 1, 1)
    assert (chosen.credit.title, chosen.credit.creator, chosen.credit.licence) == ("Tea", "Ann", "CC0")
    assert reasons(footage)["Tea"] == (
        "about tea; only the first picture of its animation is shown; a still, shown as long as needed"
    )
    with Image.open(await store.open(chosen.file)) as stored:
        assert (stored.format, stored.getpixel((9, 9))) == ("JPEG", (255, 255, 255))


async def test_clips_come_before_stills_and_stills_fill_the_rest(
    stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    for name in ("tea one.png", "tea two.jpg", "tea three.webp"):
        Image.effect_noise((200, 120), 50 + len(name)).convert("RGB").save(library / name)
    (library / "tea zebra.mp4").write_bytes(three_seconds)
    footage = await choice(stage, spoken(8))
    assert [clip.facts.still for clip in footage.clips] == [False, True, True]
    assert all("a still" in reason for title, reason in reasons(footage).items() if title != "tea zebra")
    Image.new("RGB", (200, 120)).save(library / "tea cut.png")
    content = (library / "tea cut.png").read_bytes()
    (library / "tea cut.png").write_bytes(content[: len(content) // 2])
    for path in library.glob("tea [otz]*"):
        path.unlink()
    refused = await choice(stage, spoken(8, number=2))
    assert refused.fallback
    assert re.search("tea cut.png is refused: it is cut off or damaged", reasons(refused)["tea cut"])


async def test_a_clip_is_stored_measured_and_credited(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    clip = await make_clip(library / "tea.mp4", seconds=6, size="320x180", rate=25)
    clip.with_suffix(".json").write_text('{"title": "Tea", "creator": "Ann", "licence": "CC0", "duration": 6}')
    footage = await choice(stage)
    (chosen,) = footage.clips
    assert not footage.fallback
    assert footage.reason == ""
    assert (await store.open(chosen.file)).read_bytes() == clip.read_bytes()
    assert chosen.file.media_type == "video/mp4"
    assert (chosen.facts.width, chosen.facts.height, chosen.facts.video_codec) == (320, 180, "h264")
    assert (chosen.facts.frame_rate_numerator, chosen.facts.duration_frames) == (25, 150)
    assert (chosen.credit.provider, chosen.credit.title, chosen.credit.creator) == ("library", "Tea", "Ann")
    assert (chosen.in_frame, chosen.out_frame) == (0, 113)  # 4 s and half a second for a cross-fade, at 25 a second
    assert [(candidate.title, candidate.chosen, candidate.duration) for candidate in footage.candidates] == [
        ("Tea", True, 6)
    ]


async def test_a_long_scene_gets_several_different_clips(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    for number in range(4):
        await make_clip(library / f"tea {number}.mp4", seconds=2 + number, size="160x90", rate=10)
    footage = await choice(stage, spoken(15))
    assert len({clip.file.sha256 for clip in footage.clips}) == 3
    assert sum(candidate.chosen for candidate in footage.candidates) == 3
    assert [reason for reason in reasons(footage).values() if "enough was found" in reason] != []


async def test_scenes_of_a_film_take_turns_with_equal_clips(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    for number in range(3):
        await make_clip(library / f"tea {number}.mp4", seconds=0.5 + number / 10, size="160x90")
    shown = [(await choice(stage, spoken(4, number))).clips[0].file.sha256 for number in (1, 2, 3)]
    assert len(set(shown)) == 3


async def test_unfit_files_are_passed_over_with_their_reasons(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    good = await make_clip(library / "tea.mkv", seconds=1, size="160x90")
    for path in pretend_clips(library, victim=good).values():
        path.with_suffix(".json").write_text(f'{{"title": "Tea drink, {path.stem}"}}')
    cut = await make_clip(library / "cut.mp4", seconds=1, size="160x90", arguments=("-movflags", "+faststart"))
    cut.with_suffix(".json").write_text('{"title": "Tea drink, cut"}')
    os.truncate(cut, cut.stat().st_size // 2)
    footage = await choice(stage)
    assert [clip.source_id for clip in footage.clips] == [c.source_id for c in footage.candidates if c.title == "tea"]
    refused = {title: reason for title, reason in reasons(footage).items() if " is refused: " in reason}
    assert set(refused) == {
        f"Tea drink, {name}" for name in ("concat", "playlist", "page", "subtitles", "nothing", "zeros", "cut")
    }
    assert "cut off" in refused["Tea drink, cut"]


async def test_row_69_only_unfit_files_end_in_a_painted_background_that_says_why(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    (library / "tea.mp4").write_text("<html>")
    footage = await choice(stage)
    assert footage.fallback
    assert footage.reason.startswith("library: tea.mp4 is refused: it is not a readable")


async def test_a_file_that_is_too_large_is_refused(
    store: FilesystemStore, library: Path, librarian: McpSource, tea: bytes
) -> None:
    (library / "tea.mp4").write_bytes(tea)
    footage = await choice(stage_over(store, librarian, max_file_bytes=1_000))
    assert footage.fallback
    assert "the limit is 1000" in footage.reason


async def test_the_same_file_under_two_names_shows_once(stage: SourcingStage, library: Path, tea: bytes) -> None:
    (library / "tea 1.mp4").write_bytes(tea)
    (library / "tea 2.mp4").write_bytes(tea)
    footage = await choice(stage, spoken(10))
    assert len(footage.clips) == 1
    assert any("the same file as another clip" in reason for reason in reasons(footage).values())
    assert [found.stored_as for found in footage.candidates] == [footage.clips[0].file.key] * 2


async def test_a_redelivery_reuses_the_selection_after_the_library_has_changed(
    stage: SourcingStage, library: Path, tea: bytes
) -> None:
    (library / "tea.mp4").write_bytes(tea)
    first = await choice(stage)
    (library / "tea.mp4").unlink()
    assert await choice(stage) == first
    assert (await choice(stage, spoken().model_copy(update={"revision": 1}))).fallback


async def test_a_clip_lost_from_the_store_is_ingested_again(
    store: FilesystemStore, stage: SourcingStage, library: Path, tea: bytes
) -> None:
    (library / "tea.mp4").write_bytes(tea)
    first = await choice(stage)
    (await store.open(first.clips[0].file)).unlink()
    assert await choice(stage) == first
    await store.open(first.clips[0].file)


async def test_an_unchanged_clip_is_not_ingested_again(stage: SourcingStage, library: Path, tea: bytes) -> None:
    clip = library / "tea.mp4"
    clip.write_bytes(tea)
    first = await choice(stage)
    before = clip.stat()
    clip.write_bytes(b"." * before.st_size)
    os.utime(clip, ns=(before.st_atime_ns, before.st_mtime_ns))  # nothing tells but a new examination
    assert (await choice(stage, spoken(number=2))).clips[0].file == first.clips[0].file
    os.utime(clip)
    assert (await choice(stage, spoken(number=3))).fallback


def uses(footages: list[Footage]) -> Counter[str]:
    """How often each file is shown in a film."""
    return Counter(clip.file.sha256 for footage in footages for clip in footage.clips)


def some_teas(folder: Path, names: str, tea: bytes) -> None:
    """Clips of three seconds."""
    for index, name in enumerate(names):
        (folder / f"tea {name}.mp4").write_bytes(tea + unlike(index))


async def test_b16_no_clip_comes_twice_in_a_film_while_there_are_unused_ones_also_across_replicas(
    store: FilesystemStore, stage: SourcingStage, librarian: McpSource, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abcdef", three_seconds)
    (library / "tea c again.mp4").write_bytes((library / "tea c.mp4").read_bytes())
    replicas = [stage, stage_over(store, librarian)]
    scenes = [spoken(3, number) for number in range(1, 7)]
    film = await asyncio.gather(*(choice(replicas[n % 2], scene) for n, scene in enumerate(scenes)))
    assert len(uses(film)) == 6
    assert set(uses(film).values()) == {1}


async def test_b16_when_all_were_shown_the_least_shown_come_again_and_say_so(
    store: FilesystemStore, stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abc", three_seconds)
    film = [await choice(stage, spoken(3, number)) for number in range(1, 8)]
    assert sorted(uses(film).values()) == [2, 2, 3]
    (again,) = [candidate for candidate in film[6].candidates if candidate.chosen]
    assert re.search(r"scene [1-3] shows it too", again.reason)
    assert all(not footage.fallback for footage in film)


async def test_b16_a_long_scene_gets_three_and_more_distinct_clips(
    store: FilesystemStore, stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abcdef", three_seconds)
    footage = await choice(stage, spoken(15))
    assert len({clip.file.sha256 for clip in footage.clips}) == len(footage.clips) == 3


async def test_b16_short_scenes_of_replicas_get_three_clips_each_and_share_none_while_unused_ones_exist(
    store: FilesystemStore, stage: SourcingStage, librarian: McpSource, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abcdefghijkl", three_seconds)
    replicas = [stage, stage_over(store, librarian)]
    film = await asyncio.gather(*(choice(replicas[n % 2], spoken(8, n)) for n in range(1, 5)))
    assert [len(footage.clips) for footage in film] == [3, 3, 3, 3]
    assert set(uses(film).values()) == {1}
    assert len(uses(film)) == 12


async def test_b16_the_message_says_why_each_clip_was_chosen_or_not_and_what_of_it_is_shown(
    stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abcd", three_seconds)
    (library / "kitten.mp4").write_bytes(three_seconds + unlike(99))
    (library / "kitten.json").write_text('{"title": "kitten with a drink on a sofa", "keywords": ["drink"]}')
    footage = await choice(stage, spoken(8))
    chosen = [candidate for candidate in footage.candidates if candidate.chosen]
    assert [candidate.reason for candidate in chosen] == ["about tea; shows 0.0 to 3.0 s of 3.0 s"] * 3
    others = {candidate.title: candidate.reason for candidate in footage.candidates if not candidate.chosen}
    assert max(others.values()) == "about tea; fits, but enough was found"
    assert all(0 < candidate.score <= 1 for candidate in chosen)


async def test_b16_a_scene_repeats_nothing_as_long_as_its_own_clips_fill_it(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    await make_clip(library / "tea long.mp4", seconds=20, size="32x18", rate=10)
    await make_clip(library / "tea drink.mp4", seconds=3, size="32x18", rate=10)
    taken = await choice(stage, spoken(3, 1))
    assert [candidate.title for candidate in taken.candidates if candidate.chosen] == ["tea drink"]
    footage = await choice(stage, spoken(10, 2))  # has room for three
    assert [candidate.title for candidate in footage.candidates if candidate.chosen] == ["tea long"]
    assert reasons(footage)["tea drink"].endswith("fits, but scene 1 shows it")


async def test_b16_an_unused_clip_of_the_next_server_comes_before_a_used_one(
    store: FilesystemStore, library: Path, librarian: McpSource, tmp_path: Path, three_seconds: bytes
) -> None:
    some_teas(library, "a", three_seconds)
    other = tmp_path / "other"
    other.mkdir()
    (other / "tea.mp4").write_bytes(three_seconds + unlike(99))
    second = library_server(other).model_copy(update={"name": "other"})
    async with connected(second) as last:
        stage = stage_over(store, librarian, last)
        film = [await choice(stage, spoken(3, number)) for number in (1, 2)]
    assert [footage.clips[0].credit.provider for footage in film] == ["library", "other"]


async def test_b16_a_scene_that_is_worked_on_again_keeps_its_clip(
    store: FilesystemStore, stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "ab", three_seconds)
    film = [await choice(stage, spoken(3, number)) for number in (1, 2)]
    edited = spoken(3, 1).model_copy(update={"revision": 1})
    assert (await choice(stage, edited)).clips == film[0].clips


def edited(sourced: FootageSourced, *, number: int, seconds: float, **scene: Any) -> AudioRendered:
    """The scene in the next revision: with another number and length, keeping its footage unless it is changed."""
    changes = {"scene_number": number, "selection": sourced.selection, **scene}
    kept = sourced.scene.model_copy(update=changes)
    spoken_now = narration(round(seconds * 24_000))
    return sourced.next(AudioRendered, scene=kept, narration=spoken_now, revision=sourced.revision + 1)


async def test_a_scene_of_a_later_revision_keeps_its_clips_without_a_search_wherever_it_stands(
    store: FilesystemStore, stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abcd", three_seconds)
    sourced = await stage.select_footage(spoken(8, 2))
    without_servers = stage_over(store)
    kept = await without_servers.select_footage(edited(sourced, number=7, seconds=8))
    assert kept.footage == sourced.footage
    assert kept.selection == sourced.selection
    assert (kept.revision, kept.scene.scene_number) == (1, 7)


@pytest.mark.parametrize("seconds", [2.5, 6, 8.4, 11, 30])
async def test_kept_clips_fill_a_scene_of_another_length_in_the_same_order(
    store: FilesystemStore, stage: SourcingStage, library: Path, seconds: float
) -> None:
    for name in "abc":
        await make_clip(library / f"tea {name}.mp4", seconds=12, size="32x18", rate=10)
    before = await stage.select_footage(spoken(8))
    after = await stage.select_footage(edited(before, number=1, seconds=seconds))
    assert [clip.file for clip in after.footage.clips] == [clip.file for clip in before.footage.clips]
    starts = [clip.start_frame or 0 for clip in after.footage.clips]
    for clip, begin, following in zip(after.footage.clips, starts, [*starts[1:], round(seconds * 30)], strict=True):
        whole = min((following - begin) / 30, 12)
        assert clip.out_frame - clip.in_frame >= whole * 10
        assert clip.out_frame <= clip.facts.duration_frames


@pytest.mark.parametrize("designed", [False, True])
async def test_a_scene_without_clips_stays_so_when_its_length_changes(stage: SourcingStage, designed: bool) -> None:
    scene = spoken(8)
    scene = scene.model_copy(update={"scene": scene.scene.model_copy(update={"designed": designed})})
    before = await stage.select_footage(scene)
    assert before.footage.clips == ()
    after = await stage.select_footage(edited(before, number=1, seconds=6))
    assert after.footage == before.footage


async def test_kept_media_of_the_customer_are_divided_within_their_limits_when_the_scene_gets_longer(
    store: FilesystemStore, stage: SourcingStage, library: Path
) -> None:
    await make_clip(library / "tea.mp4", seconds=12, size="32x18", rate=10)
    file = await store.add(library / "tea.mp4", "video/mp4")
    own = spoken(2)
    own = own.model_copy(
        update={"scene": own.scene.model_copy(update={"media": (OwnMedia(file=file, start=1, end=4),)})}
    )
    before = await stage.select_footage(own)
    assert (await stage.select_footage(edited(before, number=2, seconds=2))).footage == before.footage
    after = await stage.select_footage(edited(before, number=1, seconds=9))
    assert [(clip.in_frame, clip.out_frame) for clip in after.footage.clips] == [(10, 40)]
    assert after.footage.notes == ()


async def test_a_reworded_scene_shows_nothing_that_the_other_scenes_keep(
    store: FilesystemStore, stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "abcd", three_seconds)
    first = [await stage.select_footage(spoken(3, number)) for number in (1, 2, 3)]
    # The third scene now comes first, and is searched before the others, which keep theirs, are handled.
    reworded = await stage.select_footage(edited(first[2], number=1, seconds=3, selection=None, text="Tea again."))
    kept = [await stage.select_footage(edited(first[n], number=n + 2, seconds=3)) for n in (0, 1)]
    shown = [sourced.footage.clips[0].file.sha256 for sourced in (reworded, *kept)]
    assert len(set(shown)) == 3


@pytest.mark.parametrize("lost", ["selection", "clip"])
async def test_lost_footage_that_a_scene_should_keep_is_chosen_again_with_a_note(
    store: FilesystemStore, stage: SourcingStage, library: Path, tmp_path: Path, three_seconds: bytes, lost: str
) -> None:
    some_teas(library, "a", three_seconds)
    sourced = await stage.select_footage(spoken(3))
    assert sourced.selection is not None
    ref = sourced.selection if lost == "selection" else sourced.footage.clips[0].file
    (tmp_path / "store" / ref.key).unlink()
    again = await stage.select_footage(edited(sourced, number=1, seconds=3))
    assert [clip.source_id for clip in again.footage.clips] == [clip.source_id for clip in sourced.footage.clips]
    assert again.footage.notes == (
        "Scene 1: the footage that it should keep is no longer stored; it was chosen again.",
    )


async def test_a_scene_that_shows_its_designs_is_not_searched(
    stage: SourcingStage, library: Path, three_seconds: bytes
) -> None:
    some_teas(library, "a", three_seconds)
    designed = spoken(3)
    designed = designed.model_copy(update={"scene": designed.scene.model_copy(update={"designed": True})})
    assert await choice(stage, designed) == Footage(fallback=True, reason="its designs were chosen")


async def test_b18_failing_servers_cost_bounded_time_and_never_the_video(
    store: FilesystemStore, tmp_path: Path
) -> None:
    hanging = script_server(tmp_path, "time.sleep(600)", name="hanging")
    dead = script_server(tmp_path, at_start="sys.exit(1)", name="dead")
    async with connected(hanging, timeout_s=0.3) as first, connected(dead, timeout_s=0.3) as second:
        stage = stage_over(store, first, second)
        async with asyncio.timeout(30):
            film = [await choice(stage, spoken(3, number)) for number in range(1, 9)]
    assert all(footage.fallback for footage in film)
    assert film[0].reason == "hanging: it did not answer within 0.3 s; dead: it ended with exit code 1"
    # After three failures in a row neither is asked: the other scenes do not wait for them.
    assert [footage.reason.count("it failed 3 times and is in cooldown") for footage in film[3:]] == [2] * 5


async def test_the_next_server_helps_out(
    store: FilesystemStore, library: Path, librarian: McpSource, tmp_path: Path, tea: bytes
) -> None:
    (library / "tea.mp4").write_bytes(tea)
    dead = script_server(tmp_path, at_start="sys.exit(1)", name="dead")
    async with connected(dead) as first:
        footage = await choice(stage_over(store, first, librarian))
    assert not footage.fallback
    assert [clip.credit.provider for clip in footage.clips] == ["library"]
    assert footage.reason == "dead: it ended with exit code 1"


async def test_the_service_answers_every_spoken_scene(library: Path, tmp_path: Path, tea: bytes) -> None:
    (library / "tea.mp4").write_bytes(tea)
    before = children_of(os.getpid())
    async with provisioned_server(tmp_path) as (server, jetstream):
        settings = SourcingSettings(
            nats_url=server.url, artifacts_url=(tmp_path / "store").as_uri(), library_dir=library, log_format="console"
        )
        app = create_app(settings)
        await app.start()
        try:
            project = uuid4()
            for number in (1, 2):
                audio = audio_rendered(project, number)
                await jetstream.publish(
                    audio.subject, audio.model_dump_json().encode(), headers={"Nats-Msg-Id": audio.message_id}
                )
            answers = await received(jetstream, 2)
        finally:
            await app.stop()
    assert sorted(answer.scene.scene_number for answer in answers) == [1, 2]
    assert all(len(answer.footage.clips) == 1 and not answer.footage.fallback for answer in answers)
    assert children_of(os.getpid()) <= before


async def received(jetstream: JetStreamContext, count: int) -> list[FootageSourced]:
    subscription = await jetstream.subscribe(FootageSourced.SUBJECT, ordered_consumer=True)
    return [FootageSourced.model_validate_json((await subscription.next_msg(timeout=60)).data) for _ in range(count)]
