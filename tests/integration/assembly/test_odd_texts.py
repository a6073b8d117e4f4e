"""Odd texts in every theme and shape: nothing is cut off, nothing lies over captions, no letter is a box, no picture is empty."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pysubs2
import pytest

from scenewire.ffmpeg.opening import open_executor
from scenewire.messages import Footage, FootageSourced, Look, ScriptRequested
from scenewire_assembly.captions.fallback_fonts import fallback_of, is_symbol
from scenewire_assembly.captions.fonts import has_extra_fonts, installed_fonts
from scenewire_assembly.designs.faces import Faces, faces_of
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.segment import SegmentPlan, plan_segment
from scenewire_assembly.themes.theme import THEMES, theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from scenewire_assembly.typefaces.face import Face
from scenewire_script.preview import preview_script
from tests.support.captions import spoken

LONG = (
    "An extraordinarily long title about how the canal that joins two seas was planned, dug, opened, fought over, closed, "
    "cleared, widened and finally blocked by a single ship, and what merchants, sailors, engineers and governments on four "
    "continents learned from every one of these events over one and a half centuries"
)

TEXTS = {
    "a title of 300 characters": ("en", LONG, "Ships pass."),
    "one word": ("en", "Water", "Water."),
    "a word that fills a line": ("de", "Die Donaudampfschifffahrtsgesellschaftskapitänsmütze", "Sie verschwand."),
    "a huge number": ("en", "Stars", "The galaxy has 1,234,567,890,123 stars in it."),
    "money": ("en", "Pi", "It costs $12.75 million a year."),
    "a percentage": ("en", "Ice", "About 90% of the ice is under water."),
    "below zero": ("en", "Cold", "It is \u221240 degrees Celsius in winter."),
    "a number in words": ("en", "Days", "It rained for eleven days and two thirds of the city was lost."),
    "an amount": ("en", "Cake", "Stir in 2 tablespoons of olive oil."),
    "years": ("en", "Years", "In November 1869 the canal opened. In 1956 it was seized."),
    "a year with a long clause": (
        "en",
        "Law",
        "In 1956 Egypt made the whole canal national property of the state. In 1869 it rained.",
    ),
    "a month, a year and a clause": (
        "en",
        "Law",
        "The canal opened to ships in November 1869, with celebrations that drew guests. In 1956 it rained.",
    ),
    "a number word with a tail": ("en", "War", "This time the long canal stayed shut for eight years."),
    "quantities": ("en", "Speed", "A whale weighs 150 tonnes, while an elephant weighs 6 tonnes."),
    "six items": ("en", "List", "The ship carried tea, silk, porcelain, spices, cotton and ivory."),
    "long items": (
        "en",
        "List",
        "They sell electric bicycles, wooden furniture, second-hand books and musical instruments.",
    ),
    "a quotation": ("en", "Quote", "“Give me a lever long enough and a place to stand,” said Archimedes of Syracuse."),
    "a place": ("en", "Egypt", "The canal runs through Egypt."),
    "places": ("en", "Way", "A ship from Europe to India had to sail all the way around Africa."),
    "marks": ("en", "“Quoted” \u2013 & <tags>", "Use <b>, {braces}, \\N and % signs: they\u2019re fine…"),
    "emoji": ("en", "Party 🎉 time", "The party 🎉 starts at noon 🚢 today."),
    "capitals": ("en", "WARNING", "NO ONE KNOWS WHY THE LIGHTS WENT OUT."),
    "Arabic": ("ar", "قناة السويس", "تربط قناة السويس البحر المتوسط بالبحر الأحمر. يبلغ طولها نحو 193 كيلومترا."),
    "Hebrew": ("he", "תעלת סואץ", "התעלה מחברת שני ימים. אורכה כ־193 קילומטרים."),
    "Hindi": ("hi", "स्वेज नहर", "स्वेज नहर भूमध्य सागर को लाल सागर से जोड़ती है।"),
    "Tamil": ("ta", "கால்வாய்", "சூயஸ் கால்வாய் இரண்டு கடல்களை இணைக்கிறது."),
    "Burmese": ("my", "တူးမြောင်း", "စူးအက်တူးမြောင်းသည် မြေထဲပင်လယ်ကို ပင်လယ်နီနှင့် ဆက်သွယ်ပေးသည်။"),
    "Thai": ("th", "คลองสุเอซ", "คลองสุเอซเชื่อมทะเลเมดิเตอร์เรเนียนกับทะเลแดง"),
    "Khmer": ("km", "ព្រែកជីក", "ព្រែកជីកស៊ុយអេភ្ជាប់សមុទ្រពីរ។"),
    "Japanese": ("ja", "スエズ運河", "スエズ運河は地中海と紅海を結んでいます。全長は193キロメートルです。"),
    "Korean": ("ko", "수에즈 운하", "수에즈 운하는 지중해와 홍해를 잇는다."),
    "Russian": ("ru", "Суэцкий канал", "Суэцкий канал соединяет Средиземное море \u0441 Красным."),
}
SHAPES = {"wide": (960, 540), "upright": (540, 960), "square": (540, 540)}

_PLACE = re.compile(r"\\pos\((-?[\d.]+),(-?[\d.]+)\)")
_SIZE = re.compile(r"\\fs([\d.]+)")
_FONT = re.compile(r"\\fn([^\\}]+)")
_ANCHOR = re.compile(r"\\an(\d)")
_MARKUP = re.compile(r"(?<!\\)\{[^}]*\}")
_ROUNDING = 2.0


@dataclass(frozen=True)
class Letters:
    """A line of letters: where it stands while it shows."""

    text: str
    is_caption: bool
    start: int
    end: int
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: "Letters") -> bool:
        together = self.start < other.end and other.start < self.end
        return (
            together
            and self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def letters_of(plan: SegmentPlan, faces: Faces) -> Iterator[Letters]:
    """All lines of a scene that stand still, measured as they are set."""
    known = {face.family: face for role in faces.by_role.values() for face in role}
    script = pysubs2.SSAFile.from_string(plan.picture.overlay, "ass")
    for event in script:
        place = _PLACE.search(event.text)
        if r"\p1" in event.text or place is None:
            continue
        style = script.styles[event.style]
        font, size = _FONT.search(event.text), _SIZE.search(event.text)
        face: Face = known[font[1] if font else style.fontname]
        fs = float(size[1]) if size else style.fontsize
        text = _MARKUP.sub("", event.text)
        assert r"\N" not in text, "each line has a place of its own"
        text = text.replace(r"\{", "{").replace(r"\}", "}").replace("\\\u2060", "\\")
        em = fs / face.font_size(1, text)
        x, y, wide = float(place[1]), float(place[2]), face.width(text, em)
        anchor = _ANCHOR.search(event.text)
        left = x - wide * {"7": 0, "8": 0.5, "9": 1}[anchor[1] if anchor else "7"]
        baseline = y - face.top(0, em, text)
        yield Letters(
            text,
            event.style.startswith("Caption"),
            event.start,
            event.end,
            left,
            left + wide,
            baseline - face.capital(em),
            baseline + max(0.2 * em, face.depth(em, text)),
        )


async def planned(folder: Path, look: Look, language: str, title: str, text: str) -> list[SegmentPlan]:
    order = ScriptRequested(text=text, title=title, language=language, look=look)
    scripted = await preview_script(order)
    plans: list[SegmentPlan] = []
    for scene in scripted.scenes:
        job_folder = folder / f"{look.theme}-{look.width}-{look.height}-{scene.scene_number}"
        job_folder.mkdir()
        job = FfmpegJob(await open_executor(None), job_folder, installed_fonts().prepare(job_folder, language))
        narration = spoken(scene.text).model_copy(update={"text": scene.text})
        sourced = FootageSourced(
            project_id=scripted.project_id,
            brief=scripted.brief,
            scene=scene,
            narration=narration.model_copy(update={"samples": narration.samples + 24_000}),
            footage=Footage(fallback=True),
        )
        plans.append(await plan_segment(job, sourced, Encoder(), TYPEFACES_DIR))
    return plans


@pytest.mark.skipif(not has_extra_fonts(), reason="the extra scenewire[fonts] is not installed")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TEXTS)
async def test_an_odd_text_is_whole_readable_and_clear_of_its_captions(tmp_path: Path, name: str, shape: str) -> None:
    language, title, text = TEXTS[name]
    width, height = SHAPES[shape]
    for theme in THEMES:
        look = Look(width=width, height=height, theme=theme)
        for plan in await planned(tmp_path, look, language, title, text):
            assert plan.undrawable == ""
            found = list(letters_of(plan, faces_of(theme_of(look), TYPEFACES_DIR)))
            designs = [line for line in found if not line.is_caption]
            captions = [line for line in found if line.is_caption]
            assert any(line.start == 0 for line in designs) or plan.picture.has_map, (
                theme,
                "the first picture is empty",
            )
            for line in found:
                place = (theme, line)
                assert -_ROUNDING <= line.left <= line.right <= width + _ROUNDING, place
                assert 0 <= line.top <= line.bottom <= height, place
            for caption in captions:
                under = [line for line in designs if line.meets(caption)]
                assert not under, (theme, caption, under[:1])


def test_the_texts_have_letters_of_fallback_fonts_and_symbols() -> None:
    said = [text for _, _, text in TEXTS.values()]
    assert len({fallback_of(text) for text in said}) >= 7
    assert any(is_symbol(character) for text in said for character in text)
