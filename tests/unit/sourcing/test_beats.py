"""Scenes are divided into beats, and clips begin when the word that they are about is spoken."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Narration, Scene, Word
from scenewire_sourcing.selection.beats import Beat, divide_scene
from scenewire_sourcing.selection.placement import arrange, place
from tests.support.builders import narration, scene

RATE = 24_000
FPS = 30


def spoken(text: str, *, seconds_per_word: float = 0.5, pause: float = 0.0) -> Narration:
    """A narration whose words all take as long; `pause` is silence at its end."""
    step = round(seconds_per_word * RATE)
    words = [
        Word(text=word, start_sample=at * step, end_sample=(at + 1) * step) for at, word in enumerate(text.split())
    ]
    return narration(len(words) * step + round(pause * RATE)).model_copy(update={"words": tuple(words)})


def about(text: str, *keywords: str, query: str = "") -> Scene:
    return scene(text=text).model_copy(update={"keywords": keywords, "footage_query": query})


def beats(subject: Scene, *, language: str = "en") -> list[Beat]:
    audio = spoken(subject.text)
    frames = audio.samples * FPS // RATE
    found = divide_scene(subject, audio, language=language, frames=frames, frame_rate=FPS)
    assert found[0].start == 0
    assert found[-1].end == frames
    assert all(earlier.end == later.start for earlier, later in pairwise(found))
    return found


def test_every_sentence_has_footage_about_its_own_words() -> None:
    rabbit, ocean = beats(
        about(
            "A brown rabbit runs over the meadow. The wide ocean roars at the coast.",
            "rabbit",
            "ocean",
            "meadow",
            "coast",
        )
    )

    assert (rabbit.start, rabbit.end, ocean.end) == (0, 105, 210)
    assert [term.word for term in rabbit.wanted] == ["rabbit", "meadow"]
    assert [term.word for term in ocean.wanted] == ["ocean", "coast"]
    assert (rabbit.query, ocean.query) == ("rabbit meadow", "ocean coast")
    assert {term.word: frame for term, frame in ocean.spoken.items()} == {"ocean": 135, "coast": 195}


def test_keywords_that_nobody_speaks_count_for_every_sentence() -> None:
    first, second = beats(
        about("A brown rabbit runs over the meadow. The wide ocean roars at the coast.", "aerial", "rabbit", "ocean")
    )

    assert [term.word for term in first.wanted] == ["rabbit", "aerial"]
    assert [term.word for term in second.wanted] == ["ocean", "aerial"]


@pytest.mark.parametrize(
    "text",
    [
        "Rabbits run. The wide ocean roars at the coast.",
        "The wide ocean roars at the coast. Rabbits run.",
        "The wide ocean roars at the coast. And nobody has ever known why.",
    ],
)
def test_a_short_sentence_or_one_that_shows_nothing_shares_the_footage_of_its_neighbour(text: str) -> None:
    assert len(beats(about(text, "rabbit", "ocean"))) == 1


def test_keywords_in_another_language_belong_to_the_whole_scene() -> None:
    (only,) = beats(
        about("Ein Hase rennt über die Wiese. Das Meer rauscht an der Küste.", "hare", "sea", query="hare sea"),
        language="de",
    )

    assert only.query == "hare sea"
    assert only.spoken == {}


def test_inflected_words_are_found_in_the_language_of_the_narration() -> None:
    first, second = beats(
        about("Viele Hasen rennen über die Wiesen. Die Meere rauschen an den Küsten.", "Hase", "Meer"), language="de"
    )

    assert [term.word for beat in (first, second) for term in beat.spoken] == ["hase", "meer"]


def test_the_best_clip_about_a_word_begins_with_it_and_others_go_where_most_time_is_left() -> None:
    assert arrange([[90, 30], [90], [30]], start=0, end=300) == [(2, 30), (0, 90), (1, None)]
    assert arrange([[90], [30, 90]], start=0, end=300) == [(1, 30), (0, 90)]
    assert arrange([[], [200]], start=0, end=300) == [(0, None), (1, 200)]
    assert arrange([[], []], start=0, end=300) == [(0, None), (1, None)]


@pytest.mark.parametrize(
    ("anchors", "starts"),
    [
        ([None], [0]),
        ([40], [0]),
        ([40, 150], [0, 150]),
        ([None, None, None], [0, 100, 200]),
        ([10, None, 200], [0, 100, 200]),
        ([0, 20], [0, 45]),  # a shot takes a second and a half
        ([0, 290], [0, 255]),
        ([0, 290, 295], [0, 210, 255]),
    ],
)
def test_cuts_are_at_their_words_where_the_shots_are_long_enough(anchors: list[int | None], starts: list[int]) -> None:
    assert place(anchors, [1_000] * len(anchors), frames=300, frame_rate=FPS) == starts


def test_a_clip_that_ends_early_calls_the_next_one_after_two_seconds() -> None:
    assert place([0, 250], [100, 1_000], frames=300, frame_rate=FPS) == [0, 160]


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 5_000)), min_size=1, max_size=12),
    st.lists(st.integers(1, 5_000), min_size=12, max_size=12),
    st.integers(30, 6_000),
)
def test_starts_always_rise_from_0_within_the_scene(
    anchors: list[int | None], available: list[int], frames: int
) -> None:
    known = iter(sorted(anchor for anchor in anchors if anchor is not None))
    rising = [None if anchor is None else next(known) for anchor in anchors]

    starts = place(rising, available[: len(rising)], frames=frames, frame_rate=FPS)

    assert starts[0] == 0
    assert all(earlier < later for earlier, later in pairwise([*starts, frames]))
