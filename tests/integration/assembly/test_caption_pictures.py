"""Captions as ffmpeg draws them: contrast, widths, places."""

from pathlib import Path

import numpy as np
import pysubs2
import pytest
from numpy.typing import NDArray

from scenewire.messages import Look
from scenewire_assembly.captions.cues import cues_of
from scenewire_assembly.picture.overlays.caption_styles import STYLES
from scenewire_assembly.picture.overlays.scrim import scrim_of
from scenewire_assembly.typefaces.catalogue import FONTS
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR, cut, family
from scenewire_assembly.typefaces.face import Face
from tests.support.captions import captions_over_footage, draw, layout_of, letters_alone, spoken

TEXT = "In March 2021 a container ship, the Ever Given, ran aground."
RING = 3
MIN_CONTRAST = 7.0
COLOURS = {"white": "FFFFFF", "black": "000000", "grey": "808080", "yellow": "FFD23F"}


def footage(kind: str, width: int, height: int) -> NDArray[np.uint8]:
    if kind == "noise":
        return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    return np.full((height, width, 3), bytearray.fromhex(COLOURS[kind]), np.uint8)


def luminance(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    value = picture / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), np.float64)


def grown(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """The mask and everything up to so many pixels around it."""
    result = np.zeros_like(mask)
    for down in range(-pixels, pixels + 1):
        for across in range(-pixels, pixels + 1):
            if down * down + across * across <= pixels * pixels:
                result |= np.roll(mask, (down, across), (0, 1))
    return result


def contrasts(drawn: NDArray[np.uint8], letters: NDArray[np.uint8]) -> list[float]:
    """Contrast of light and of dark letters to the ring around them."""
    light = luminance(drawn)
    touched, full = letters.max(axis=2) > 8, letters.min(axis=2) > 250
    found = []
    for kind in (full & (light > 0.4), full & (light < 0.05)):
        if kind.sum() > 200:
            own = touched & grown(kind, 2)
            ring = grown(own, RING) & ~touched & ~grown(full & ~kind, RING)
            pair = sorted((np.percentile(light[kind], 10 if light[kind].mean() > 0.4 else 90), light[ring].mean()))
            found.append((pair[1] + 0.05) / (pair[0] + 0.05))
    return found


@pytest.mark.parametrize("kind", [*COLOURS, "noise"])
@pytest.mark.parametrize("shape", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("style", STYLES)
async def test_letters_stand_out_from_what_is_around_them(tmp_path: Path, style, shape, kind):
    width, height = shape
    look = Look(width=width, height=height, caption_style=style)
    cues = cues_of(TEXT, spoken(TEXT), 30, layout_of(look).limits)
    cue = cues[0]
    script = captions_over_footage(look, cues)
    at = max(word.start for line in cue.lines for word in line) + 6
    behind, scrim = footage(kind, width, height), scrim_of(look)
    drawn = await draw(tmp_path, script, scrim.shade(behind) if scrim else behind, at)
    letters = await draw(tmp_path, letters_alone(script), footage("black", width, height), at)
    found = contrasts(drawn, letters)
    assert len(found) == (2 if style == "pop" else 1)
    assert min(found) >= MIN_CONTRAST


WIDTHS = ("Today", "AVATAR Type, 1869", "fluffy office 10:45", "Łódź “Größe”")
GRID = 0.005
"""libass rounds each letter to a grid that is so wide, as a share of the line; it shows only in long lines."""


@pytest.mark.parametrize("name", FONTS)
async def test_a_word_is_as_wide_as_it_was_measured_to_a_pixel_and_a_long_line_nearly(tmp_path: Path, name: str):
    """A text between two letters H, less what a single H leaves free at its sides."""
    face = Face(family(name), cut(name, TYPEFACES_DIR))
    texts = ["H", *(f"H{text}H" for text in WIDTHS if face.covers(text))]
    em, step = 64.0, 120
    script = pysubs2.SSAFile()
    script.info.update({"PlayResX": "1920", "PlayResY": "600", "Kerning": "yes", "WrapStyle": "2"})
    script.styles["Default"] = pysubs2.SSAStyle(
        fontname=face.family, fontsize=face.font_size(em), outline=0, shadow=0, bold=False
    )
    for row, text in enumerate(texts):
        script.events.append(pysubs2.SSAEvent(0, 1000, f"{{\\an7\\pos(40,{row * step + 10})}}{text}"))
    drawn = await draw(tmp_path, script.to_string("ass"), footage("black", 1920, 600), fonts=[face.path])
    inked = [_ink_width(drawn[row * step : (row + 1) * step, :, 1] / 255) for row in range(len(texts))]
    free = face.width("H", em) - inked[0]
    for text, wide in zip(texts, inked, strict=True):
        assert wide + free == pytest.approx(face.width(text, em), abs=1, rel=GRID), text


def _ink_width(drawn: NDArray[np.float64]) -> float:
    """The distance of the outer edges, to a fraction of a pixel."""
    cover = drawn.max(axis=0)
    columns = np.flatnonzero(cover > 0.05)
    first, last = columns[0], columns[-1]
    return float(last - first - 1 + cover[first] + cover[last])


@pytest.mark.parametrize("style", ["clean", "box", "karaoke"])
async def test_letters_do_not_move_when_the_next_word_is_spoken(tmp_path: Path, style):
    look = Look(width=960, height=540, caption_style=style)
    cues = cues_of(TEXT, spoken(TEXT), 30, layout_of(look).limits)
    script = letters_alone(captions_over_footage(look, cues))
    starts = [word.start for line in cues[0].lines for word in line]
    frames = [
        await draw(tmp_path, script, footage("black", 960, 540), at + 1) for at in (starts[0], starts[2], starts[-1])
    ]
    assert frames[0].max() > 250
    for frame in frames[1:]:
        assert np.abs(frame.astype(int) - frames[0]).max() <= 2
