from hypothesis import given
from hypothesis import strategies as st

from scenewire_tts.speech.spoken_text import clean, split_words
from scenewire_tts.speech.word_timing import Mark, time_words


def spans(text: str, marks: list[tuple[int, int]], samples: int) -> list[tuple[str, int, int]]:
    words = time_words(text, [Mark(*mark) for mark in marks], samples)
    return [(word.text, word.start_sample, word.end_sample) for word in words]


def test_a_word_lasts_until_the_next_begins() -> None:
    assert spans("Tea is good.", [(0, 5), (4, 100), (7, 150)], 400) == [
        ("Tea", 5, 100),
        ("is", 100, 150),
        ("good.", 150, 400),
    ]


def test_a_number_that_is_several_spoken_words_is_one_word() -> None:
    marks = [(0, 0), (3, 100), (4, 200), (4, 300), (4, 400), (7, 500)]

    assert spans("In 1859 we", marks, 600) == [("In", 0, 100), ("1859", 100, 500), ("we", 500, 600)]


def test_words_without_a_mark_share_the_time_by_their_letters() -> None:
    assert spans("a bbb cccc dd", [(0, 0), (11, 800)], 1000) == [
        ("a", 0, 100),
        ("bbb", 100, 400),
        ("cccc", 400, 800),
        ("dd", 800, 1000),
    ]


def test_a_lone_sign_takes_no_time_unless_it_is_spoken() -> None:
    assert spans("Tea — or & so", [(0, 0), (6, 90), (9, 120), (11, 150)], 200) == [
        ("Tea", 0, 90),
        ("—", 90, 90),
        ("or", 90, 120),
        ("&", 120, 150),
        ("so", 150, 200),
    ]


def test_positions_count_characters_whatever_their_size_in_bytes() -> None:
    assert [start for _, start, _ in spans("Это Größe 🎵 海", [(0, 0), (4, 10), (10, 20), (12, 30)], 40)] == [
        0,
        10,
        20,
        30,
    ]


def test_a_mark_that_goes_backwards_is_ignored() -> None:
    assert spans("a b", [(0, 0), (2, 50), (0, 70)], 100) == [("a", 0, 50), ("b", 50, 100)]


def test_no_mark_at_all_shares_the_whole_time() -> None:
    assert spans("ab cd", [], 100) == [("ab", 0, 50), ("cd", 50, 100)]


@given(
    text=st.text(st.sampled_from("ab1é海я —.&\n"), max_size=80).map(clean),
    marks=st.lists(st.tuples(st.integers(-5, 100), st.integers(-5, 2000)), max_size=40),
    samples=st.integers(1, 1500),
)
def test_every_word_comes_once_in_order_and_inside_the_speech(
    text: str, marks: list[tuple[int, int]], samples: int
) -> None:
    found = spans(text, marks, samples)

    assert [word for word, _, _ in found] == [token.text for token in split_words(text)]
    edges = [edge for _, start, end in found for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= samples for edge in edges)
    assert not found or edges[-1] == samples


@given(st.lists(st.integers(1, 6), min_size=1, max_size=20), st.data())
def test_a_word_begins_at_its_first_mark_whatever_marks_follow_inside_it(sizes: list[int], data: st.DataObject) -> None:
    text = " ".join("a" * size for size in sizes)
    marks, sample = [], 0
    for token in split_words(text):
        for position in data.draw(st.lists(st.integers(token.start, token.end - 1), min_size=1, max_size=4)):
            marks.append((position, sample))
            sample += 10

    found = spans(text, marks, sample)

    firsts = [next(at for position, at in marks if t.start <= position < t.end) for t in split_words(text)]
    assert [start for _, start, _ in found] == firsts
