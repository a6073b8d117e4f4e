"""Backgrounds that take the place of designs: a colour, or a file from outside."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, Background, Look, ScriptRequested
from scenewire_assembly.looks.contact_sheet import make_contact_sheet
from scenewire_cli.ordering.files.order_files import OrderFiles, order_files, with_files
from scenewire_cli.ordering.order import build_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_script.preview import preview_script
from tests.support.hostile import Kit
from tests.support.hostile.kit import Canary
from tests.support.hostile.stills import SAMPLES
from tests.support.media import make_clip, pretend_clips
from tests.support.studio import Studio

ORDER = ScriptRequested(text="The tea of China is older than 4,000 years.", title="Tea")
TEXT = "Tea has no sugar. It is older than 4,000 years."


async def background_of(studio: Studio, path: Path) -> Background:
    return Background(file=await studio.store.add(path, "video/mp4"))


def looks(background: Background, **look: object) -> Look:
    small = {"width": 320, "height": 180, "title": False, "closing": False, "background": background}
    return Look.model_validate(small | look)


def share_of(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    """How much of a picture has a colour."""
    return float((np.abs(picture.astype(int) - colour).max(axis=2) < 14).mean())


@pytest.mark.parametrize("colour", [(0x20, 0x30, 0x40), (255, 255, 255), (0x80, 0x80, 0x80)])
async def test_a_scene_without_footage_shows_the_colour_and_its_captions_and_no_design(tmp_path, colour):
    studio = Studio(tmp_path)
    look = looks(Background(colour=bytes(colour).hex()))
    segment = (await studio.stages.segments.render(await studio.sourced(samples=96_000, text=TEXT, look=look))).segment
    frames = await studio.pictures(segment.video)
    for frame in (frames[0], frames[60], frames[-1]):
        assert share_of(frame[:108], colour) == 1, "nothing but captions, which stand below"
    assert any(share_of(frame[108:], colour) < 0.98 for frame in frames[::10])


async def test_a_scene_without_footage_shows_the_video_from_its_beginning_to_the_end(tmp_path):
    studio = Studio(tmp_path)
    source = await make_clip(tmp_path / "bars.mp4", pattern="smptebars", seconds=1, size="640x360")
    look = looks(await background_of(studio, source), captions=False)
    rendered = await studio.stages.segments.render(await studio.sourced(samples=96_000, text=TEXT, look=look))
    frames = await studio.pictures(rendered.segment.video)
    assert len(frames) == 120
    assert all(share_of(frame[60:100, 5:35], (0xC0, 0xC0, 0xC0)) > 0.95 for frame in frames)
    assert rendered.footage.clips == (), "it is not footage: later messages and credits don't name it as such"


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
async def test_a_scene_without_footage_shows_the_picture(tmp_path, kind):
    studio = Studio(tmp_path)
    Image.new("RGB", (1_600, 1_200), (0x30, 0x70, 0xB0)).save(tmp_path / f"sea.{kind}")
    look = looks(await background_of(studio, tmp_path / f"sea.{kind}"), closing=True)
    scene = await studio.sourced(samples=72_000, text=TEXT, look=look)
    rendered = await studio.stages.segments.render(scene)
    frames = await studio.pictures(rendered.segment.video)
    assert all(share_of(frame[:100], (0x30, 0x70, 0xB0)) > 0.97 for frame in frames[:80])
    video = await studio.stages.videos.assemble([rendered])
    assert share_of((await studio.pictures(video.thumbnail))[0][:, 1190:], (0x30, 0x70, 0xB0)) > 0.9


@pytest.mark.parametrize("name", ["drawing_of_a_gigabyte", "half_a_photograph", "drawing_of_nothing", "ribbon"])
async def test_pictures_that_are_damaged_or_of_absurd_sizes_are_refused(tmp_path, name):
    studio = Studio(tmp_path)
    kit = await Kit.of(tmp_path, Canary(tmp_path / "canary", 9))
    (tmp_path / "picture").write_bytes(await SAMPLES[name].make(kit))
    scene = await studio.sourced(look=looks(await background_of(studio, tmp_path / "picture")))
    with pytest.raises(PermanentError, match="the background: ") as failure:
        await studio.stages.segments.render(scene)
    assert (failure.value.code, bool(failure.value.hint)) == (FailureCode.MEDIA_REFUSED, True)
    with pytest.raises(PermanentError) as early:
        await with_files(ORDER, OrderFiles(background=tmp_path / "picture"), (tmp_path / "orders").as_uri())
    assert early.value.code == FailureCode.MEDIA_REFUSED


async def test_footage_goes_before_the_background(tmp_path):
    studio = Studio(tmp_path)
    clip = await studio.clip(await make_clip(tmp_path / "red.mp4", pattern="color=c=red", size="320x180"))
    scene = await studio.sourced(clips=[clip], look=looks(Background(colour="navy"), captions=False))
    frames = await studio.pictures((await studio.stages.segments.render(scene)).segment.video)
    assert frames[5][:, :, 0].mean() > 200


async def test_a_video_with_a_background_credits_no_picture_and_its_thumbnail_shows_it(tmp_path):
    studio = Studio(tmp_path)
    source = await make_clip(tmp_path / "blue.mp4", pattern="color=c=0x4060c0", seconds=1, size="320x180")
    look = looks(await background_of(studio, source), closing=True)
    scene = await studio.sourced(samples=48_000, look=look)
    video = await studio.stages.videos.assemble([await studio.stages.segments.render(scene)])
    credited = json.loads((await studio.store.open(video.credits_json)).read_text())["pictures"]
    assert [(picture["title"], picture["generated"]) for picture in credited] == [("Background of the order", False)]
    thumbnail = (await studio.pictures(video.thumbnail))[0]
    assert share_of(thumbnail[:, 1190:], (0x40, 0x60, 0xC0)) > 0.9


async def test_closing_card_and_thumbnail_have_the_colour(tmp_path):
    studio = Studio(tmp_path)
    scene = await studio.sourced(samples=48_000, look=looks(Background(colour="#F0E0D0"), closing=True))
    video = await studio.stages.videos.assemble([await studio.stages.segments.render(scene)])
    last, thumbnail = (await studio.pictures(video.video))[-1], (await studio.pictures(video.thumbnail))[0]
    assert share_of(last, (0xF0, 0xE0, 0xD0)) > 0.98
    assert share_of(thumbnail, (0xF0, 0xE0, 0xD0)) > 0.7


async def test_files_that_are_no_video_are_refused_before_anything_is_encoded(tmp_path):
    studio = Studio(tmp_path)
    victim = await make_clip(tmp_path / "victim.mp4", seconds=0.5)
    for name, path in pretend_clips(tmp_path, victim=victim).items():
        scene = await studio.sourced(look=looks(await background_of(studio, path)))
        with pytest.raises(PermanentError, match="the background: ") as failure:
            await studio.stages.segments.render(scene)
        assert (failure.value.code, bool(failure.value.hint)) == (FailureCode.MEDIA_REFUSED, True), name


async def test_a_video_that_breaks_off_while_it_is_shown_is_named(tmp_path):
    studio = Studio(tmp_path)
    whole = await make_clip(tmp_path / "whole.mp4", seconds=3, arguments=("-g", "90"))
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 9_000] = bytes(9_000)
    (tmp_path / "damaged.mp4").write_bytes(data)
    look = looks(await background_of(studio, tmp_path / "damaged.mp4"))
    with pytest.raises(PermanentError, match="the background: ") as failure:
        await studio.stages.segments.render(await studio.sourced(samples=72_000, look=look))
    assert "another background" in failure.value.hint


async def test_a_missing_file_fails_the_project_with_its_first_scene(tmp_path):
    studio = Studio(tmp_path)
    gone = ArtifactRef(key=f"content/00/{'0' * 64}.mp4", sha256="0" * 64, size=1, media_type="video/mp4")
    scene = await studio.sourced(look=looks(Background(file=gone)))
    with pytest.raises(PermanentError, match="the background: ") as failure:
        await studio.stages.segments.render(scene)
    assert failure.value.code == FailureCode.ARTIFACT_MISSING


async def test_the_command_stores_a_file_and_the_order_references_it(tmp_path):
    source = await make_clip(tmp_path / "sea.mp4", seconds=0.5)
    url = (tmp_path / "store").as_uri()
    files = order_files(OrderOptions(background=str(source)))
    order = await with_files(ORDER, files, url)
    background = order.look.background
    assert background is not None
    assert background.file is not None
    assert (await FilesystemStore(tmp_path / "store").open(background.file)).read_bytes() == source.read_bytes()
    assert ScriptRequested.model_validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ("empty", "invalid_order", "--background: "),
        ("a folder", "invalid_order", "is not a file"),
        ("text", "media_refused", "sea.mp4 is refused"),
        ("no artifacts", "invalid_settings", "--background: the artifact store"),
    ],
)
async def test_every_mistake_with_a_background_is_found_before_anything_starts(tmp_path, fault, code, says):
    path = tmp_path / "sea.mp4"
    if fault == "a folder":
        path.mkdir()
    elif fault == "no artifacts":
        await make_clip(path, seconds=0.5)
    else:
        path.write_text("la la la" if fault == "text" else "")
    url = None if fault == "no artifacts" else (tmp_path / "store").as_uri()
    with pytest.raises(PermanentError) as failure:
        await with_files(ORDER, OrderFiles(background=path), url)
    assert failure.value.code == code
    assert says in str(failure.value)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("kind", ["mp4", "png"])
async def test_the_contact_sheet_has_a_row_over_the_background(tmp_path, kind):
    store, source = FilesystemStore(tmp_path / "store"), tmp_path / f"green.{kind}"
    if kind == "png":
        Image.new("RGB", (320, 180), (0x20, 0x80, 0x40)).save(source)
    else:
        await make_clip(source, pattern="color=c=0x208040", seconds=0.5, size="320x180")
    order = build_order(OrderOptions(topic="Tea", size="320x180")).model_copy(update={"text": TEXT, "language": "en"})
    order = await with_files(order, OrderFiles(background=source), (tmp_path / "store").as_uri())
    rows = await make_contact_sheet(await preview_script(order), tmp_path / "looks.png", store)
    assert rows == ["atlas", "poster", "grid", "press", "background", "captions"]
    sheet = np.asarray(Image.open(tmp_path / "looks.png").convert("RGB"))
    assert share_of(sheet[4 * 278 : 4 * 278 + 270, 150:480], (0x20, 0x80, 0x40)) > 0.7
