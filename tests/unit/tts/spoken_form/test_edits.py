import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Word
from scenewire_tts.speech.spoken_text import clean, split_words
from scenewire_tts.spoken_form.edits import Edit, apply_edits
from scenewire_tts.spoken_form.normalizer import spoken_form

LANGUAGES = ["en", "en-GB", "de", "es", "fr", "it", "pt", "hi", "pl", "ja", "xx"]
KINDS = (
    "In 1869 1,200 1.200 12 000 3.5 million $3.5 £20–£30 20 € EUR 5 R$ 3,50 50% -5 °C 24 km/h 3/4 ½ 24/7 2nd 1990s '90s "
    "3:45 pm 15h30 Jan. 5 3. Oktober 2026-10-03 3.10.2026 Louis XIV World War II siglo XXI No. 7 vol. Inc. Dr. Smith CO2 "
    "#ai @nasa https://example.com/a?b=c me@example.com +49 30 1234567 555-123-4567 2.0.1 7-Eleven iPhone 15 — & … ( ) "
    "« » भारत में १९४७ 2º 1er 海 。 Ü word. Word, (1869). 'tis 007 10-20% 1914–18 U.S. USA #1 16:9 2 + 2 \n\n"
    'the $5 bill 5-6 pm 9–17 Uhr 100k 1.2M 2x 4x4 3 x 4 m 2019/20 2:30:15 20+ years 5 MB/s 5\' tall 8.5" x 11" 1/2 Stunde '
    "xícara 1,80 m 1m80 19. Jh. II. Weltkrieg XV y XVI Mr. & Mrs. 1 ora ½ ore 30° p. 12 1/4 l €/kg रु. 500 ५:३० 9876543210 1ला "
)
PIECES = KINDS.split(" ")


def timed(text: str, step: int = 10) -> list[Word]:
    return [
        Word(text=token.text, start_sample=index * step, end_sample=(index + 1) * step)
        for index, token in enumerate(split_words(text))
    ]


def spans(text: str, edits: list[Edit]) -> list[tuple[str, int, int]]:
    form = apply_edits(text, edits)
    return [(word.text, word.start_sample, word.end_sample) for word in form.written_words(timed(form.text))]


def test_a_written_word_lasts_as_long_as_all_of_its_spoken_words() -> None:
    assert spans("In 1869 we", [Edit(3, 7, "eighteen sixty-nine")]) == [("In", 0, 10), ("1869", 10, 30), ("we", 30, 40)]


def test_words_that_are_spoken_together_share_their_time_by_their_letters() -> None:
    assert spans("for EUR 200 only", [Edit(4, 11, "two hundred euros")]) == [
        ("for", 0, 10),
        ("EUR", 10, 25),
        ("200", 25, 40),
        ("only", 40, 50),
    ]


def test_each_written_word_keeps_its_own_spoken_words() -> None:
    edits = [Edit(0, 4, "three point five"), Edit(4, 12, " million dollars")]

    assert spans("$3.5 million", edits) == [("$3.5", 0, 30), ("million", 30, 50)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("the $5 bill", "en", [("the", 0, 10), ("$5", 10, 30), ("bill", 30, 40)]),
        ("5-6 pm sharp", "en", [("5-6", 0, 25), ("pm", 25, 50), ("sharp", 50, 60)]),
        ("3 x 25 m", "en", [("3", 0, 10), ("x", 10, 20), ("25", 20, 30), ("m", 30, 40)]),
        ("1 ora fa", "it", [("1", 0, 2), ("ora", 2, 10), ("fa", 10, 20)]),
        ("siglos XV y XVI", "es", [("siglos", 0, 10), ("XV", 10, 20), ("y", 20, 30), ("XVI", 30, 40)]),
        ("रु. ५०० है", "hi", [("रु.", 0, 7), ("५००", 7, 30), ("है", 30, 40)]),
    ],
)
def test_written_words_keep_the_times_of_their_spoken_words(
    text: str, language: str, expected: list[tuple[str, int, int]]
) -> None:
    form = spoken_form(clean(text), language)

    words = form.written_words(timed(form.text))

    assert [(word.text, word.start_sample, word.end_sample) for word in words] == expected


def test_punctuation_around_a_number_stays_where_it_was() -> None:
    form = apply_edits("(1869), so", [Edit(1, 5, "eighteen sixty-nine")])

    assert form.text == "(eighteen sixty-nine), so"
    assert [word.text for word in form.written_words(timed(form.text))] == ["(1869),", "so"]


def test_a_word_that_is_not_spoken_takes_no_time_and_leaves_no_double_space() -> None:
    form = apply_edits("a ** b", [Edit(2, 4, "")])

    assert form.text == "a b"
    assert [(word.text, word.start_sample, word.end_sample) for word in form.written_words(timed(form.text))] == [
        ("a", 0, 10),
        ("**", 10, 10),
        ("b", 10, 20),
    ]


def test_paragraphs_stay_apart() -> None:
    assert apply_edits("It is 5\n\n6 are", [Edit(6, 7, "five"), Edit(9, 10, "six")]).text == "It is five\n\nsix are"


@pytest.mark.parametrize("language", ["ja", "ko", "xx", ""])
def test_a_language_without_rules_is_left_to_the_engine(language: str) -> None:
    assert spoken_form("In 1869 it cost $3.5 million.", language).text == "In 1869 it cost $3.5 million."


@given(
    text=st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join).map(clean),
    language=st.sampled_from(LANGUAGES),
)
def test_no_written_word_is_lost_and_times_increase(text: str, language: str) -> None:
    form = spoken_form(text, language)
    spoken = timed(form.text)

    written = form.written_words(spoken)

    assert [word.text for word in written] == [token.text for token in split_words(text)]
    edges = [edge for word in written for edge in (word.start_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert not spoken or not written or edges[-1] == spoken[-1].end_sample
    assert sum(group.spoken for group in form.groups) == len(spoken)
    assert "  " not in form.text


@given(text=st.text(max_size=60).map(clean), language=st.sampled_from(LANGUAGES))
def test_any_text_keeps_its_words(text: str, language: str) -> None:
    form = spoken_form(text, language)

    assert [word.text for word in form.written_words(timed(form.text))] == [token.text for token in split_words(text)]
    assert bool(form.text) == bool(text)


@given(
    words=st.lists(st.text(st.sampled_from("abcdeéüßñaeiou"), min_size=4, max_size=9), min_size=1, max_size=12),
    language=st.sampled_from(["en", "de", "es", "fr", "it", "pt"]),
)
def test_prose_stays_as_it_is(words: list[str], language: str) -> None:
    text = " ".join(words) + "."

    assert spoken_form(text, language).text == text


@pytest.mark.parametrize("language", ["en", "de", "fr", "hi", "it"])
@pytest.mark.parametrize(
    "part",
    [
        "000 ",
        "1-",
        "1.",
        "1,111",
        "a@",
        "+1 ",
        "A.",
        "X",
        "12:34",
        "a.",
        "1/",
        "1x",
        "1 x ",
        "1k-",
        "1:1:",
        "V and ",
        "1 m ",
    ],
)
def test_the_longest_scene_of_one_repeated_part_is_rewritten(part: str, language: str) -> None:
    """Fails by the test run's time limit if a pattern takes exponential time."""
    text = clean(part * (10_000 // len(part)))

    assert spoken_form(text, language).text
