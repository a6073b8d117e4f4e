"""Typefaces are cut from the installed packages and measured as HarfBuzz sets them."""

import importlib.util
from pathlib import Path

import pytest
import uharfbuzz

from scenewire.errors import FailureCode, PermanentError
from scenewire_assembly.captions.fallback_fonts import fallback_of
from scenewire_assembly.designs.faces import faces_over_footage
from scenewire_assembly.font_installation.published import FONTS as PUBLISHED
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


def test_letters_of_unknown_fonts_are_estimated_and_never_narrower_than_a_column():
    assert face("Inter 500").width("🚢🚢", 100) == pytest.approx(4 * 62)


SENTENCES = {
    "Devanagari": "स्वेज नहर भूमध्य सागर को लाल सागर से जोड़ती है",
    "Bengali": "সুয়েজ খাল ভূমধ্যসাগরকে লোহিত সাগরের সাথে যুক্ত করে",
    "Gurmukhi": "ਸੁਏਜ਼ ਨਹਿਰ ਭੂਮੱਧ ਸਾਗਰ ਨੂੰ ਲਾਲ ਸਾਗਰ ਨਾਲ ਜੋੜਦੀ ਹੈ",
    "Gujarati": "સુએઝ નહેર ભૂમધ્ય સમુદ્રને લાલ સમુદ્ર સાથે જોડે છે",
    "Oriya": "ସୁଏଜ କେନାଲ ଭୂମଧ୍ୟସାଗରକୁ ଲୋହିତ ସାଗର ସହ ଯୋଡ଼େ",
    "Tamil": "சூயஸ் கால்வாய் மத்தியதரைக் கடலை செங்கடலுடன் இணைக்கிறது",
    "Telugu": "సూయజ్ కాలువ మధ్యధరా సముద్రాన్ని ఎర్ర సముద్రంతో కలుపుతుంది",
    "Kannada": "ಸೂಯೆಜ್ ಕಾಲುವೆ ಮೆಡಿಟರೇನಿಯನ್ ಸಮುದ್ರವನ್ನು ಕೆಂಪು ಸಮುದ್ರಕ್ಕೆ ಸೇರಿಸುತ್ತದೆ",
    "Malayalam": "സൂയസ് കനാൽ മെഡിറ്ററേനിയൻ കടലിനെ ചെങ്കടലുമായി ബന്ധിപ്പിക്കുന്നു",
    "Sinhala": "සූවස් ඇළ මධ්‍යධරණී මුහුද රතු මුහුද සමඟ සම්බන්ධ කරයි",
    "Thai": "คลองสุเอซเชื่อมทะเลเมดิเตอร์เรเนียนกับทะเลแดง",
    "Burmese": "စူးအက်တူးမြောင်းသည် မြေထဲပင်လယ်ကို ပင်လယ်နီနှင့် ဆက်သွယ်ပေးသည်",
    "Khmer": "ព្រែកជីកស៊ុយអេភ្ជាប់សមុទ្រមេឌីទែរ៉ាណេទៅនឹងសមុទ្រក្រហម",
    "Ethiopic": "የስዊዝ ቦይ የሜዲትራኒያን ባህርን ከቀይ ባህር ጋር ያገናኛል",
}


@pytest.mark.parametrize("script", SENTENCES)
def test_letters_of_another_font_are_as_large_as_their_em_stand_on_the_base_line_and_fit_the_estimate(script):
    spec = importlib.util.find_spec("manimgx_fonts")
    if spec is None or spec.origin is None:
        pytest.skip("the extra scenewire[fonts] is not installed")
    path, text = Path(spec.origin).parent / PUBLISHED[script].file.path, SENTENCES[script]
    face, word, fallback = faces_over_footage("Inter 700", TYPEFACES_DIR)[-1], text.split()[0], fallback_of(text)
    table = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    windows = table.reference_table("OS/2").data
    ascent, descent = (int.from_bytes(windows[at : at + 2], "big") / table.upem for at in (74, 76))
    assert fallback is not None
    assert face.font_size(1, word) / (ascent + descent) == pytest.approx(fallback.size, rel=0.01), "the true em"
    assert face.top(0, 1, word) == pytest.approx(-ascent * fallback.size, rel=0.01)
    font = uharfbuzz.Font(table)
    font.set_variations({"wght": 700})
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    drawn = sum(position.x_advance for position in buffer.glyph_positions or ()) / table.upem * fallback.size
    assert drawn <= face.width(text, 1) <= 1.3 * drawn


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
