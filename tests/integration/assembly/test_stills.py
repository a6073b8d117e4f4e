"""Pictures from outside become plain JPEGs, or are refused, in a process of their own."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image, ImageDraw

from scenewire.errors import FailureCode, PermanentError
from scenewire.probe import picture_child
from scenewire.probe.still import StillFacts, is_still, prepare_still
from scenewire.processes.run import Limits
from tests.support.hostile import Kit
from tests.support.hostile.kit import Canary, Sample
from tests.support.hostile.stills import LEFT, RIGHT, SAMPLES, display_p3, exif, halves, written

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kit]:
    folder = tmp_path_factory.mktemp("kit")
    yield await Kit.of(folder, Canary(folder / "canary", 9))


async def prepared(folder: Path, content: bytes) -> tuple[StillFacts, Image.Image]:
    (folder / "picture.bin").write_bytes(content)
    facts = await prepare_still(folder / "picture.bin", folder / "still.jpg")
    picture = Image.open(folder / "still.jpg")
    picture.load()
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (facts.width, facts.height))
    return facts, picture


def near(picture: Image.Image, place: tuple[float, float], colour: tuple[int, int, int], *, within: int = 8) -> bool:
    pixel = picture.getpixel((round(place[0] * (picture.width - 1)), round(place[1] * (picture.height - 1))))
    assert isinstance(pixel, tuple)
    return max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) <= within


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
async def test_a_picture_becomes_a_plain_jpeg_or_is_refused_with_a_reason(
    kit: Kit, tmp_path: Path, sample: Sample
) -> None:
    content = await sample.make(kit)
    (tmp_path / "picture.bin").write_bytes(content)
    assert is_still(tmp_path / "picture.bin")
    if sample.refused:
        with pytest.raises(PermanentError) as refused:
            await prepare_still(tmp_path / "picture.bin", tmp_path / "still.jpg")
        assert refused.value.code is FailureCode.MEDIA_REFUSED
        assert re.search(sample.refused, refused.value.message)
        assert not (tmp_path / "still.jpg").exists()
        return
    facts, picture = await prepared(tmp_path, content)
    assert max(picture.size) <= 4096
    assert not picture.info.keys() & {"exif", "icc_profile", "comment", "xmp"}
    assert facts.animated is sample.name.endswith("in_motion")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, sample in SAMPLES.items()
        if sample.refused is None and not re.search("grey|side|two_shades|palette|moving|phone", name)
    ],
)
async def test_colours_are_those_of_the_picture(kit: Kit, tmp_path: Path, name: str) -> None:
    _, picture = await prepared(tmp_path, await SAMPLES[name].make(kit))
    assert near(picture, (0.3, 0.5), LEFT)
    assert near(picture, (0.9, 0.5), RIGHT)


async def test_grey_of_sixteen_bits_keeps_its_shades(kit: Kit, tmp_path: Path) -> None:
    _, picture = await prepared(tmp_path, await SAMPLES["drawing_in_grey_of_sixteen_bits"].make(kit))
    grey = halves().convert("L")
    for place, at in (((0.3, 0.5), (40, 48)), ((0.9, 0.5), (140, 48))):
        shade = grey.getpixel(at)
        assert isinstance(shade, int)
        assert near(picture, place, (shade, shade, shade), within=3)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_pictures_stand_upright_whichever_way_the_camera_was_held(tmp_path: Path, orientation: int) -> None:
    wanted = Image.new("RGB", (160, 96), "white")
    ImageDraw.Draw(wanted).rectangle((0, 0, 40, 24), fill="red")
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = wanted.transpose(turns[orientation]) if orientation in turns else wanted
    _, picture = await prepared(tmp_path, written(stored, "JPEG", quality=95, exif=exif(orientation)))
    assert picture.size == (160, 96)
    assert near(picture, (0.1, 0.1), (255, 0, 0), within=12)
    assert near(picture, (0.9, 0.9), (255, 255, 255))


async def test_colours_of_a_wide_profile_are_converted(tmp_path: Path) -> None:
    flat = Image.new("RGB", (96, 96), (200, 80, 60))
    _, picture = await prepared(tmp_path, written(flat, "PNG", icc_profile=display_p3()))
    assert near(picture, (0.5, 0.5), (217, 71, 51), within=6)  # by the matrices of Display P3 and sRGB
    _, plain = await prepared(tmp_path, written(flat, "PNG"))
    assert near(plain, (0.5, 0.5), (200, 80, 60), within=3)


@pytest.mark.parametrize(
    ("ink", "ground"), [("black", (255, 255, 255)), ("white", (24, 24, 24)), ("red", (255, 255, 255))]
)
async def test_transparent_pictures_lie_on_a_ground_that_shows_them(
    tmp_path: Path, ink: str, ground: tuple[int, int, int]
) -> None:
    drawing = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).ellipse((50, 50, 150, 150), fill=ink)
    _, picture = await prepared(tmp_path, written(drawing, "PNG"))
    assert near(picture, (0.02, 0.02), ground, within=3)


@pytest.mark.parametrize("place", [(0.25, 0.3), (0.75, 0.5), (0.5, 0.8), (0.5, 0.5)])
async def test_the_focus_is_where_the_subject_lies(tmp_path: Path, place: tuple[float, float]) -> None:
    sky = np.linspace((120, 150, 200), (190, 200, 215), 600)[:, None].repeat(900, axis=1)
    sky += np.random.default_rng(1).normal(0, 3, sky.shape)
    picture = Image.fromarray(sky.clip(0, 255).astype(np.uint8))
    x, y = place[0] * 900, place[1] * 600
    ImageDraw.Draw(picture).ellipse((x - 70, y - 70, x + 70, y + 70), fill=(180, 60, 30))
    facts, _ = await prepared(tmp_path, written(picture, "JPEG"))
    assert facts.focus == pytest.approx(place, abs=0.06)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_a_drawing_on_paper_has_no_focus(tmp_path: Path, mode: str) -> None:
    diagram = Image.new(mode, (800, 500), (250, 250, 244) if mode == "RGB" else (0, 0, 0, 0))
    draw = ImageDraw.Draw(diagram)
    for place in range(60, 700, 120):
        draw.rectangle((place, 120, place + 80, 380), outline="black", width=5)
    draw.line((60, 440, 740, 440), fill="red", width=6)
    facts, _ = await prepared(tmp_path, written(diagram, "PNG"))
    assert facts.focus is None


async def test_a_flat_picture_has_its_focus_in_the_middle(tmp_path: Path) -> None:
    facts, _ = await prepared(tmp_path, written(Image.new("RGB", (300, 200), "navy"), "PNG"))
    assert facts.focus == (0.5, 0.5)


async def test_what_exceeds_its_limits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(written(Image.effect_noise((4_000, 4_000), 80), "PNG", compress_level=1))
    monkeypatch.setattr(picture_child, "_LIMITS", Limits(memory=128 << 20, cpu=20, file_size=0))
    with pytest.raises(PermanentError, match=r"memory|ended with"):
        await prepare_still(path, tmp_path / "still.jpg")
    monkeypatch.undo()
    monkeypatch.setattr(picture_child, "_MAX_ANSWER_BYTES", 1 << 10)
    with pytest.raises(PermanentError, match="more than a picture"):
        await prepare_still(path, tmp_path / "still.jpg")
    monkeypatch.undo()
    with pytest.raises(PermanentError, match="took longer"):
        await prepare_still(path, tmp_path / "still.jpg", timeout=0.05)


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"BM" + bytes(60), b"II*\0" + bytes(60)]
)
async def test_other_kinds_are_no_stills(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "picture.jpg").write_bytes(content)
    assert not is_still(tmp_path / "picture.jpg")
