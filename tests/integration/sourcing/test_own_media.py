"""The media of an order are shown by their scenes, in their order, or the order fails by name."""

import asyncio
from pathlib import Path

import pytest

from scenewire.accounting import Account
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import AudioRendered, Footage, OwnMedia
from scenewire_sourcing.candidates import FootageFile
from scenewire_sourcing.ingest.ingest import Ingest, IngestedClip
from scenewire_sourcing.providers.base import LocatedFootage
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import PROJECT, audio_rendered, narration
from tests.support.footage import connected, library_server, script_server
from tests.support.media import make_clip, run_ffmpeg
from tests.support.studio import Studio


def spoken(*media: OwnMedia, seconds: float = 6) -> AudioRendered:
    audio = audio_rendered(PROJECT)
    scene = audio.scene.model_copy(update={"media": media})
    return audio.model_copy(update={"scene": scene, "narration": narration(round(seconds * 24_000))})


async def footage_of(studio: Studio, audio: AudioRendered) -> Footage:
    stage = SourcingStage(studio.store, [], Ingest(studio.store, max_file_bytes=1 << 30))
    return (await stage.select_footage(audio)).footage


async def stored(studio: Studio, path: Path, **fields: object) -> OwnMedia:
    return OwnMedia.model_validate({"file": await studio.store.add(path, "video/mp4"), **fields})


async def test_clips_and_pictures_share_the_scene_in_order_and_keep_their_excerpts(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    clip = await make_clip(tmp_path / "a.mp4", seconds=8, size="160x90", rate=25)
    picture = tmp_path / "b.png"
    await run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180", "-frames:v", "1", picture)

    footage = await footage_of(
        studio,
        spoken(
            await stored(studio, clip, title="Harbour", start=2, end=7),
            await stored(studio, picture, creator="Ann", licence="CC BY 4.0"),
            await stored(studio, clip, start=4),
        ),
    )

    first, second, third = footage.clips
    assert [shown.start_frame for shown in footage.clips] == [0, 60, 120]
    assert (first.in_frame, first.out_frame, first.credit.title) == (50, 113, "Harbour")
    assert second.facts.still
    assert (second.credit.creator, second.credit.provider) == ("Ann", "order")
    assert (third.in_frame, third.out_frame) == (100, 163)
    assert not footage.fallback
    assert {candidate.reason for candidate in footage.candidates} == {"chosen in the order"}


@pytest.mark.parametrize("place", ["library", "store"])
async def test_scenes_that_want_the_same_file_at_once_probe_it_once(tmp_path: Path, place: str) -> None:
    studio = Studio(tmp_path)
    clip = await make_clip(tmp_path / "a.mp4", size="160x90")
    ingest = Ingest(studio.store, max_file_bytes=1 << 30)
    file = await studio.store.add(clip, "video/mp4")
    located = LocatedFootage(clip, FootageFile(id="a", path=str(clip)))

    async def ingested() -> IngestedClip:
        if place == "store":
            return await ingest.accept_stored(file, name="a")
        return await ingest.accept(located, owner="tests")

    account = Account("sourcing")
    with account.open():
        first, *others = await asyncio.gather(*(ingested() for _ in range(4)))
    assert others == [first] * 3
    work = account.take()
    assert (work.results_made, work.results_reused) == (1, 3)


async def test_what_an_excerpt_leaves_out_never_shows(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    red = await make_clip(tmp_path / "red.mp4", seconds=2, size="160x90", pattern="color=c=red")
    blue = await make_clip(tmp_path / "blue.mp4", seconds=4, size="160x90", pattern="color=c=blue")
    both = tmp_path / "both.mp4"
    await run_ffmpeg(
        *("-i", red, "-i", blue, "-filter_complex", "[0:v][1:v]concat=n=2:v=1:a=0", "-c:v", "libx264", both)
    )
    audio = spoken(await stored(studio, both, start=0.5, end=2), seconds=3)
    audio = audio.model_copy(update={"narration": await studio.narration(audio.narration.samples)})
    stage = SourcingStage(studio.store, [], Ingest(studio.store, max_file_bytes=1 << 30))

    rendered = await studio.stages.segments.render(await stage.select_footage(audio))

    pictures = (await studio.pictures(rendered.segment.video))[:, 40:80, 40:80]
    colours = pictures.mean(axis=(1, 2))
    assert len(colours) == 90
    assert (colours[:, 0] > colours[:, 2] + 100).all()


async def test_an_item_of_a_library_is_shown_with_its_credit(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    clip = await make_clip(tmp_path / "library" / "tea.mp4", seconds=6, size="160x90")
    clip.with_suffix(".json").write_text('{"title": "Tea", "creator": "Ann", "licence": "CC0"}')
    async with connected(library_server(tmp_path / "library")) as source:
        (known,) = await source.search("tea", 1)
        stage = SourcingStage(studio.store, [source], Ingest(studio.store, max_file_bytes=1 << 30))

        footage = (await stage.select_footage(spoken(OwnMedia(provider="library", id=known.id)))).footage
        with pytest.raises(TransientError, match=r"scene 1: media 1: .*no such clip"):
            await stage.select_footage(spoken(OwnMedia(provider="library", id="nothing")))
        with pytest.raises(PermanentError, match="scene 1: media 1: no footage server is called shelf"):
            await stage.select_footage(spoken(OwnMedia(provider="shelf", id="1")))

    (shown,) = footage.clips
    assert (shown.credit.provider, shown.credit.creator, shown.credit.licence) == ("library", "Ann", "CC0")


async def test_an_item_of_an_archive_is_shown_whatever_its_licence_and_the_credit_says_so(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    clip = await make_clip(tmp_path / "tea.mp4", seconds=6, size="160x90")
    described = {"id": "1", "path": str(clip), "title": "Tea", "creator": "Ann"}
    on_call = f"answer(request, {described!r} | {{'licence': LICENCES[arguments['id']]}})"
    licences = "LICENCES = {'nd': 'CC BY-ND 4.0', 'sa': 'CC BY-SA 4.0'}"
    async with connected(script_server(tmp_path, on_call, at_start=licences)) as source:
        stage = SourcingStage(studio.store, [source], Ingest(studio.store, max_file_bytes=1 << 30))
        ordered = [OwnMedia(provider="fake", id=item) for item in ("nd", "sa")]
        footage = [(await stage.select_footage(spoken(item))).footage for item in ordered]

    unchanged, alike = (shown.clips[0].credit for shown in footage)
    assert "CC BY-ND 4.0 forbids changes" in unchanged.review
    assert (alike.review, alike.licence_url) == ("", "https://creativecommons.org/licenses/by-sa/4.0/")
    assert footage[0].notes == ()
    assert footage[1].notes == (alike.notice,)
    assert alike.notice.endswith("the same licence on what is made from it: CC BY-SA 4.0")


@pytest.mark.parametrize(
    ("content", "fields", "message"),
    [
        (b"not a picture", {}, "scene 1: media 1: its file"),
        (None, {"start": 9.0}, "scene 1: media 1: it begins at 9 s, but the clip has only 2.0 s"),
    ],
)
async def test_media_that_cannot_be_shown_fail_the_order_by_name(
    tmp_path: Path, content: bytes | None, fields: dict[str, object], message: str
) -> None:
    studio = Studio(tmp_path)
    path = tmp_path / "a.mp4"
    if content is None:
        await make_clip(path, seconds=2, size="160x90")
    else:
        path.write_bytes(content)

    with pytest.raises(PermanentError) as refused:
        await footage_of(studio, spoken(await stored(studio, path, **fields)))

    assert refused.value.code is FailureCode.MEDIA_REFUSED
    assert refused.value.message.startswith(message)
