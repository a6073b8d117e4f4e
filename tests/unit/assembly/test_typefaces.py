"""Typefaces are cut from the installed packages and measured as HarfBuzz sets them."""

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire_assembly.typefaces import cutting
from scenewire_assembly.typefaces.catalogue import FONTS, FontSource
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR, cut, family
from scenewire_assembly.typefaces.face import Face


def face(name: str) -> Face:
    return Face(family(name), cut(name, TYPEFACES_DIR))


@pytest.mark.parametrize("name", FONTS)
def test_a_cut_font_has_a_name_of_its_own_and_one_weight(name):
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - the slowest import of these tests

    font = TTFont(cut(name, TYPEFACES_DIR))
    assert font["name"].getDebugName(1) == f"SW {name}"
    assert font["name"].getDebugName(2) == "Regular"
    assert "fvar" not in font
    assert font["head"].macStyle == 0


def test_widths_include_kerning():
    inter = face("Inter 700")
    assert inter.width("Today", 1) == pytest.approx(2.875, abs=0.001)
    assert inter.width("T", 1) + inter.width("oday", 1) > inter.width("Today", 1) + 0.05
    assert inter.width("ab", 10, spacing=2) == pytest.approx(inter.width("ab", 10) + 4)


@pytest.mark.parametrize("name", ["Playfair 800", "Playfair Italic 500"])
def test_digits_of_a_font_with_old_style_figures_are_as_high_as_capitals(name):
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - likewise

    font = TTFont(cut(name, TYPEFACES_DIR))
    characters, glyphs = font.getBestCmap(), font["glyf"]
    for digit in "0123456789":
        glyph = glyphs[characters[ord(digit)]]
        assert glyph.yMin >= -0.03 * font["head"].unitsPerEm
        assert glyph.yMax >= 0.95 * font["OS/2"].sCapHeight


def test_a_face_knows_which_texts_it_covers():
    assert face("Inter 500").covers("Ωmega и Łódź")
    assert not face("Oswald 500").covers("Ω")
    assert not face("Space Grotesk 700").covers("Ж")
    assert not face("Inter 500").covers("水")


def test_letters_of_fallback_fonts_are_estimated_and_never_narrower_than_a_column():
    assert face("Inter 500").width("水水", 100) == pytest.approx(4 * 62)


def test_a_font_is_cut_once(tmp_path, monkeypatch):
    first = cut("JetBrains Mono 500", tmp_path)
    monkeypatch.setattr(cutting, "_cut", lambda *_: pytest.fail("it was cut again"))
    assert cut("JetBrains Mono 500", tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(FONTS, "Inter 500", FontSource("fontpkg_missing", "x.ttf"))
    with pytest.raises(PermanentError, match="the font Inter 500 is not installed") as refused:
        cut("Inter 500", tmp_path)
    assert refused.value.code is FailureCode.FONT_MISSING
    assert "fontpkg-missing" in (refused.value.hint or "")
