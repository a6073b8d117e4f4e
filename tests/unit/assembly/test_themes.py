from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Background, Look
from scenewire_assembly.themes.grounds import VARIANTS, Ground
from scenewire_assembly.themes.theme import THEMES, Theme, contrast, parse_theme, theme_of

SHAPES = [(192, 108), (108, 192), (108, 108)]

OWN = """
ground = "101010"
text = "FFFFFF"
muted = "BBBBBB"
accent = "FFCC00"
second = "00AAFF"
on_accent = "000000"
line = "333333"
axis = "555555"
[typefaces]
heading = "Inter 700"
number = "Inter 700"
text = "Inter 500"
quotation = "Inter 500"
label = "Inter 500"
caption = "Inter 700"
[motion]
word_frames = 8
"""


def theme(name: Any) -> Theme:
    return theme_of(Look(theme=name))


def pixels(ground: Ground, width: int, height: int) -> np.ndarray:
    return np.frombuffer(ground.paint(width, height), np.uint8).reshape(height, width, 3)


def test_contrast_is_that_of_wcag():
    assert contrast("FFFFFF", "000000") == pytest.approx(21)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", THEMES)
def test_letters_of_each_theme_stand_out_from_what_is_painted_behind_them(name):
    drawn = theme(name)
    for variant in range(VARIANTS * len(drawn.grounds)):
        ground = Ground(drawn, variant, quiet=True)
        content = pixels(ground, 320, 180)[25:137, 27:200]  # left part of the content zone, where letters stand
        for role in (drawn.text, drawn.muted):
            behind = {bytes(colour).hex() for colour in np.unique(content.reshape(-1, 3), axis=0)[:: max(1, 40)]}
            assert min(contrast(role, colour) for colour in behind) >= 3.5, (name, variant, role)  # hairlines included


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("width", "height"), SHAPES)
def test_a_ground_is_the_same_whenever_it_is_painted_and_fills_the_picture(name, width, height):
    ground = Ground(theme(name), 1, quiet=False)
    assert len(ground.paint(width, height)) == width * height * 3
    assert Ground(theme(name), 1 + VARIANTS * 3, quiet=False).paint(width, height) == ground.paint(width, height)


@pytest.mark.parametrize("name", ["atlas", "poster", "press"])
def test_neighbouring_scenes_have_different_grounds(name):
    first, second = (pixels(Ground(theme(name), variant, quiet=True), 192, 108) for variant in (0, 1))
    assert np.abs(first.astype(int) - second.astype(int)).mean() > 1


def test_a_quiet_ground_has_no_ornament_where_captions_lie():
    busy, quiet = (pixels(Ground(theme("poster"), 0, quiet=quiet), 960, 540) for quiet in (False, True))
    right_below = (slice(390, 510), slice(850, 930))
    assert busy[right_below].std() > 3 * quiet[right_below].std()


@pytest.mark.parametrize("name", THEMES)
def test_on_every_background_colour_the_letters_of_a_theme_stand_out(name):
    levels = ("00", "3C", "77", "B4", "FF")
    for colour in (red + green + blue for red in levels for green in levels for blue in levels):
        drawn = theme_of(Look(theme=name, background=Background(colour=colour)))
        assert drawn.grounds == (colour,)
        assert min(contrast(letters, colour) for letters in (drawn.text, drawn.muted, drawn.accent)) >= 4.5, colour
        assert contrast(drawn.on_accent, drawn.accent) >= 4.5, colour


def test_a_theme_of_ones_own_is_read_from_the_order():
    own = theme_of(Look(own_theme=OWN))
    assert own.accent == "FFCC00"
    assert own.painting.name == "plain"
    assert len(Ground(own, 0, quiet=True).paint(64, 36)) == 64 * 36 * 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('ground = "101010"', 'ground = "F0F0F0"'), "text FFFFFF on F0F0F0 has a contrast of 1.1; letters need 4.5"),
        (('accent = "FFCC00"', 'accent = "gold"'), "accent must be six hexadecimal digits"),
        (('"Inter 700"', '"Comic Sans"'), "typefaces.heading must be one of Inter 500, .*, not 'Comic Sans'"),
        (("word_frames = 8", "word_frames = 0"), "motion.word_frames must be at least 1"),
        (("[motion]", "[painting]\nname = 'grid'\n[motion]"), "painting.colours: grid needs 2 colours"),
        (("[motion]", "[movement]"), "motion is missing; movement is unknown"),
        (("ground =", "ground"), "is not TOML"),
    ],
)
def test_a_theme_with_a_fault_is_refused_with_the_fault(change, reason):
    with pytest.raises(PermanentError, match=reason) as refused:
        parse_theme(OWN.replace(*change), "mine.toml")
    assert refused.value.code is FailureCode.INVALID_SETTINGS
    assert "mine.toml" in refused.value.message


def test_the_theme_in_the_documentation_is_complete():
    page = (Path(__file__).parents[3] / "docs" / "looks.md").read_text(encoding="utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    assert parse_theme(example, "looks.md").typefaces.heading == "Oswald 500"
