import re
import time
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import ScriptRequested
from scenewire.text.markup import is_speakable, one_line
from scenewire.text.plain import plain_line, plain_text
from scenewire_assembly.picture.overlays.title import title_of
from scenewire_assembly.video.chapters import chapter_title
from scenewire_assembly.video.file_name import video_name
from scenewire_script.stage import ScriptStage
from scenewire_script.writers.outline import OutlineWriter
from scenewire_tts.speech.spoken_text import clean
from tests.support.builders import PROJECT


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("It is **very** *far* and _cold_.", "It is very far and cold."),
        ("It is ***so*** far, ~~no~~ __yes__.", "It is so far, no yes."),
        ("See [the page](https://example.org/a_b) now.", "See the page now."),
        ('See [the page](https://example.org "A page") now.', "See the page now."),
        ("See <https://example.org> now.", "See https://example.org now."),
        ("Before ![a picture](moon.png) after.", "Before after."),
        ("The `code` is here.", "The code is here."),
        ("It was dug.[12] It holds.[^3]", "It was dug. It holds."),
        ("Line and <em>stress</em> &amp; <b class='x'>more</b>&nbsp;here.", "Line and stress & more here."),
        ("Before <!-- a note --> after.", "Before after."),
        (r"A \*star\* stays.", "A *star* stays."),
        ("It is a **bold\nword** here.", "It is a bold word here."),
        ("> Quoted words.\n> and more.", "Quoted words. and more."),
        ("so\u00adft hy\u200bphen\u202e \x00\x07bell\tand\r\nline", "soft hyphen bell and line"),
        ("cafe\u0301", "café"),
        (
            "Use the <div> tag. Use the <br> tag. The <p> tag is one.",
            "Use the <div> tag. Use the <br> tag. The <p> tag is one.",
        ),
        ("Use the <b> tag for bold and <video> for film.", "Use the <b> tag for bold and <video> for film."),
        ("Roses <b>are</b> red <br> violets are blue<br>one.", "Roses are red\n\nviolets are blue\n\none."),
        ("See `code` and ![img](a.png), then ![b](b.png) go.", "See code, then go."),
        ("This ==mark== is it, a==b.", "This mark is it, a==b."),
        ("- [ ] todo\n- [x] done", "todo\n\ndone"),
        ("[ ] todo\n[x] done", "todo\n\ndone"),
    ],
)
def test_markup_is_removed_and_its_words_stay(written: str, plain: str) -> None:
    assert plain_text(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Tom &amp; Jerry&#39;s caf&eacute;", "Tom & Jerry's café"),
        ("He wrote &amp;lt; for &lt;.", "He wrote &lt; for <."),
        ("The tag &lt;b&gt; makes words bold.", "The tag <b> makes words bold."),
        ("Five &#42;stars&#42; here.", "Five *stars* here."),
        ("AT&T and R&D; stay.", "AT&T and R&D; stay."),
        ("caf&#101;&#769;", "café"),
    ],
)
def test_entities_are_decoded_once_and_what_they_spell_is_no_markup(written: str, plain: str) -> None:
    assert plain_text(written) == plain


@pytest.mark.parametrize(
    "text",
    [
        "Two * three * four is snake_case_word.",
        "If a < b and c > d, stop.",
        "If a <b and c> d, stop.",
        "5 * 3 = 15, and 5*3*2 = 30.",
        "Call __init__ or **kwargs, 2 ** 3 _ 4.",
        "I <3 you, and 1<2>0.",
        "At -5 °C, 50% of “them” don't — really? Yes… (all) #1 & co. cost $1,234.50!",
        "1969. A year that nobody forgot.",
        "می‌خواهم بروم",
        "AT&T and R&D stay.",
        "2 + 2 = 4; x = y",
        "The array a[0] is first.",
    ],
)
def test_text_that_only_looks_like_markup_keeps_its_words(text: str) -> None:
    assert plain_text(text).replace("__init__", "init") == text.replace("__init__", "init")


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("# The Moon #\nIt is far.", ["The Moon", "It is far."]),
        ("The Moon\n========\nIt is far.", ["The Moon", "It is far."]),
        ("- Water\n- Salt\n  and sand\n", ["Water", "Salt and sand"]),
        ("One.\n\n* * *\n\nTwo.", ["One.", "Two."]),
        ("```python\nprint\n```\nDone.", ["print", "Done."]),
        ("<p>One.</p><p class='x'>Two.<br/>Three.</p>", ["One.", "Two.", "Three."]),
    ],
)
def test_headings_items_and_paragraphs_are_parted(written: str, blocks: list[str]) -> None:
    assert plain_text(written).split("\n\n") == blocks


@pytest.mark.parametrize("mark", ["-", "–", "*", "•", "·", "◦", "▪", "✅", "➡", "➡️", "✔️"])  # noqa: RUF001 - marks are meant
def test_every_mark_of_a_list_parts_its_items(mark: str) -> None:
    assert plain_text(f"{mark} Water\n{mark} Salt") == "Water\n\nSalt"


@pytest.mark.parametrize("text", ["…", "***", "# \n---\n", "🎉", " \t\n", "![a](b.png)", "?!", "\ud800"])
def test_a_text_without_letters_and_digits_is_empty(text: str) -> None:
    assert plain_text(text) == ""


def test_a_title_is_one_line() -> None:
    assert plain_line("# The **Moon**\n\n&amp; more") == "The Moon & more"


def test_invisible_and_control_characters_are_dropped() -> None:
    assert one_line("\ufeffso\u00adft\x00 hy\u200bphen\t\n e\u0301") == "soft hyphen é"
    assert one_line("a\u202eb\u2066c\x00d\n\te\u2028f\ud800") == "abc d e f"


@given(st.text())
def test_one_line_is_stable_and_has_no_control_characters(text: str) -> None:
    line = one_line(text)
    assert line == one_line(line)
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in line)


MARKUP = st.sampled_from([*"*_`#[]()<>&;!-=~|\\/.:?\n\r\t \u2028\x1c\x00\u200b\u200d\ufeff🎉aé1海я ", "&#0;", "<b>"])


@given(st.text() | st.lists(MARKUP, max_size=60).map("".join))
@example("&#0;\ud800a")
@example("&#x202e;a")
def test_plain_text_is_composed_visible_and_singly_spaced(text: str) -> None:
    plain = plain_text(text)

    assert plain == "" or is_speakable(plain)
    assert all(block == one_line(block) for block in plain.split("\n\n"))
    assert not {unicodedata.category(character) for character in plain} & {"Cs", "Co", "Cn"}


WORDS = st.lists(st.from_regex(r"[a-zà-öø-ÿа-я0-9]{1,8}[.,!?;:]?", fullmatch=True), min_size=1, max_size=30)


@given(
    WORDS.filter(lambda words: "1." not in words),
    st.sampled_from([" ", "\n", "\t", "  ", "\n\n", " * ", " < ", " > ", " _ ", " & "]),
)
@example(["0.", "0"], " ")
@example(["2.", "3.", "x"], " ")
@example(["0."], " ")
def test_no_plain_word_is_lost_or_changed(words: list[str], gap: str) -> None:
    assume(gap != "\t" or not re.fullmatch(r"[oøü]|\d+\.", words[0]))  # bullets and numbers of pasted lists
    found = [word for word in plain_text(gap.join(words)).split() if is_speakable(word)]
    assert found == words


@pytest.mark.no_cover  # counting lines takes several times as long
@pytest.mark.parametrize(
    "piece",
    ["*a ", "**a ", "[a](", "<b ", "<b a=", "<b a='", "_a ", "`a ", "# ", "> ", "![a] ", "- ", "<!-- ", "&", "-", "「"],
)
def test_no_long_text_takes_long(piece: str) -> None:
    started = time.process_time()

    plain_text(piece * (10_000 // len(piece)))

    assert time.process_time() - started < 5, "a pattern backtracks without bound"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("**Tom** &amp; <b>Jerry</b>&#39;s caf&eacute; opens.", "Tom & Jerry's café opens"),
        ("The tag &lt;b&gt; and &amp;lt; stay.", "The tag <b> and &lt; stay"),
        (r"Five \*stars\* and snake_case.", "Five *stars* and snake_case"),
    ],
)
@pytest.mark.parametrize("form", ["scenes", "text"])
async def test_all_services_show_and_speak_the_same_words(tmp_path, written: str, words: str, form: str) -> None:
    ordered: dict[str, object] = (
        {"scenes": [{"text": written, "keywords": ["<i>cats</i>"]}]} if form == "scenes" else {"text": written}
    )
    ordered["title"] = written.rstrip(".")
    outline = OutlineWriter()
    stage = ScriptStage(FilesystemStore(tmp_path), outline, divider=outline)

    script = await stage.write(ScriptRequested.model_validate(ordered), PROJECT)

    (scene,) = script.scenes
    assert scene.text == f"{words}."
    assert clean(scene.text) == scene.text
    assert chapter_title(scene) == script.brief.title == script.brief.topic == words
    options = script.brief.options
    bare = options.model_copy(update={"look": options.look.model_copy(update={"captions": False})})
    assert title_of(script.brief.model_copy(update={"options": bare}), scene) == words
    assert "amp" not in video_name(script.brief.topic)
    if form == "scenes":
        assert scene.keywords == ("cats",)


async def test_a_topic_with_markup_names_title_and_file_without_it(tmp_path) -> None:
    outline = OutlineWriter()
    stage = ScriptStage(FilesystemStore(tmp_path), outline, divider=outline)

    script = await stage.write(ScriptRequested(topic="**Tom** &amp; Jerry"), PROJECT)

    assert script.brief.topic == script.brief.title == "Tom & Jerry"
