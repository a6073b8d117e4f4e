"""Relevance decides, equal matches rotate, filler is refused."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from scenewire.messages import Look
from scenewire_sourcing.candidates import FoundFootage
from scenewire_sourcing.selection.ranking import RankedFootage, add_similar, queries, rank, rotate
from scenewire_sourcing.selection.terms import Term, terms
from tests.support.builders import PROJECT

LOOK = Look()


def found(name: str, title: str, *keywords: str, **known) -> FoundFootage:
    return FoundFootage(id=name, title=title, keywords=keywords, **known)


def about(query: str, *keywords: str, language: str = "en") -> list[Term]:
    return terms((*keywords, query), language)


def ranked(
    subject: Sequence[Term], *clips: FoundFootage, seconds: float = 5, language: str = "en"
) -> dict[str, RankedFootage]:
    return {clip.footage.id: clip for clip in rank(subject, clips, language=language, look=LOOK, seconds=seconds)}


def test_a_clip_without_a_common_word_does_not_fit_and_says_so() -> None:
    (one,) = rank(
        about("suez canal", "suez", "canal"), [found("1", "Kittens of the south")], language="en", look=LOOK, seconds=5
    )
    assert not one.fits
    assert one.reason == "no word in common with the scene"


def test_filler_words_are_no_common_words() -> None:
    assert not ranked(about("the port of Suez"), found("1", "the best of 2020"))["1"].fits


def test_more_and_better_words_in_common_rank_higher() -> None:
    order = list(
        ranked(
            about("suez canal", "suez", "canal", "ship"),
            found("ship", "Ship"),
            found("all", "Ship in the Suez canal"),
            found("suez", "Suez"),
        )
    )
    assert order == ["all", "suez", "ship"]


def test_keywords_count_and_the_reason_names_the_common_words() -> None:
    one = ranked(about("suez canal", "canal"), found("1", "Aerial view", "Canals", "Suez"))["1"]
    assert one.reason == "about canal, suez"
    assert one.score == 1


def test_a_clip_comes_before_a_still_that_fits_as_well_and_after_one_that_fits_better() -> None:
    subject = about("suez canal", "suez", "canal", "ship")
    stills = [found(f"a{number}", "Suez canal ship", kind="still") for number in range(3)]
    clips = [found("b", "Suez canal ship"), found("c", "Suez ship canal")]
    for number in range(1, 7):
        order = rotate(
            rank(subject, [*stills, *clips], language="en", look=LOOK, seconds=5),
            project_id=PROJECT,
            scene_number=number,
            needed=1,
        )
        assert [clip.footage.kind for clip in order] == ["clip", "clip", "still", "still", "still"]
    better = rank(subject, [found("b", "Ship"), *stills], language="en", look=LOOK, seconds=5)
    assert better[0].footage.kind == "still"


def test_a_still_is_never_too_short() -> None:
    assert ranked(about("tea"), found("1", "Tea", kind="still", duration=0.04), seconds=60)["1"].reason == "about tea"


@pytest.mark.parametrize(
    ("words"),
    [
        "canal canals",
        "ship ships shipping shipped",
        "city cities",
        "box boxes",
        "trade trades trading traded",
        "Zürich Zurich",
    ],
)
def test_inflected_forms_of_a_word_are_one_term(words: str) -> None:
    assert len(terms([words], "en")) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Leuchtturm Leuchttürme"),
        ("de", "Hafen Häfen"),
        ("es", "barco barcos"),
        ("fr", "bateau bateaux"),
        ("it", "faro fari"),
        ("ru", "маяк маяки маяков"),
        ("de", "ships ship"),
    ],
)
def test_inflected_forms_match_in_the_language_of_the_narration_and_in_english(language: str, words: str) -> None:
    assert len(terms([words], language)) == 1


def test_words_of_a_script_without_spaces_are_divided() -> None:
    clip = ranked(about("灯台は嵐の海", "灯台", "海", language="ja"), found("1", "嵐の夜の灯台"), language="ja")["1"]

    assert clip.reason == "about 灯台, 嵐"


def test_flaws_count_less_than_relevance_and_are_named() -> None:
    order = ranked(
        about("suez canal", "suez", "canal"),
        found("upright", "Suez canal", width=1080, height=1920),
        found("short", "Suez canal", duration=2),
        found("small", "Suez canal", width=640, height=360),
        found("good", "Suez canal", width=1920, height=1080, duration=20),
        found("half", "Canal", width=1920, height=1080, duration=20),
    )
    assert next(iter(order)) == "good"
    assert list(order)[-1] == "half"
    assert order["upright"].reason.endswith("the other orientation")
    assert order["short"].reason.endswith("only 2.0 s long")
    assert order["small"].reason.endswith("only 640x360")


def test_a_much_weaker_match_is_dropped() -> None:
    subject = about("suez canal", "suez", "canal", "engineer", "water", "lake")
    both = ranked(subject, found("good", "Suez canal engineer"), found("weak", "Lake"))
    assert both["good"].fits
    assert not both["weak"].fits
    assert ranked(subject, found("weak", "Lake"))["weak"].fits


def test_queries_become_wider_and_never_repeat() -> None:
    assert queries("suez canal", about("suez canal", "canal", "suez")) == ["suez canal", "canal suez", "canal", "suez"]
    assert queries("tea", about("tea", "tea")) == ["tea"]
    assert queries(" ", about(" ")) == []


def test_scenes_that_find_the_same_clips_show_different_ones_until_all_were_shown() -> None:
    clips = rank(about("canal"), [found(str(n), "Canal") for n in range(6)], language="en", look=LOOK, seconds=5)
    shown = [
        [clip.footage.id for clip in rotate(clips, project_id=PROJECT, scene_number=number, needed=2)][:2]
        for number in (1, 2, 3)
    ]
    assert sorted(name for names in shown for name in names) == list("012345")


def test_rotation_is_stable_per_scene_and_differs_between_projects() -> None:
    clips = rank(about("canal"), [found(str(n), "Canal") for n in range(7)], language="en", look=LOOK, seconds=5)

    def first(project: int) -> str:
        return rotate(clips, project_id=UUID(int=project), scene_number=1, needed=1)[0].footage.id

    assert first(5) == first(5) != first(6)


def test_rotation_never_puts_a_worse_match_before_a_better_one() -> None:
    clips = rank(
        about("suez canal", "suez", "canal"),
        [found("a", "Suez canal"), found("b", "Suez canal"), found("c", "Canal"), found("d", "Kittens")],
        language="en",
        look=LOOK,
        seconds=5,
    )
    for number in range(1, 9):
        order = [clip.footage.id for clip in rotate(clips, project_id=PROJECT, scene_number=number, needed=1)]
        assert set(order[:2]) == {"a", "b"}
        assert order[2:] == ["c", "d"]


def test_clips_of_different_scores_do_not_rotate() -> None:
    clips = rank(
        about("stands water keeps weeds", "stands", "water", "keeps", "weeds", "rice"),
        [found("a", "Engine on a test stand"), found("b", "Rice terraces", "water"), found("c", "Rice in water")],
        language="en",
        look=LOOK,
        seconds=5,
    )
    for number in range(1, 7):
        order = [clip.footage.id for clip in rotate(clips, project_id=PROJECT, scene_number=number, needed=1)]
        assert order[2] == "a"


def test_a_clip_whose_rights_are_in_doubt_comes_after_one_that_is_as_good() -> None:
    doubt = "may belong to a third party"
    order = ranked(about("canal"), found("1", "Canal", review=doubt), found("2", "Canal"))
    assert list(order) == ["2", "1"]
    assert order["1"].reason == "about canal; its rights need review"


def test_ranking_an_empty_result_is_empty() -> None:
    assert (
        rotate(
            rank(about("tea"), [], language="en", look=LOOK, seconds=5), project_id=PROJECT, scene_number=1, needed=1
        )
        == []
    )


def test_words_of_scripts_with_vowel_signs_do_not_match_by_a_shared_letter() -> None:
    subject = about("समुद्र")
    assert ranked(subject, found("1", "रेल"))["1"].score == 0
    assert ranked(subject, found("1", "समुद्र"))["1"].score > 0


def test_a_clip_that_means_the_same_fits_behind_every_clip_with_a_common_word() -> None:
    subject = about("Leuchtturm", "Leuchtturm", "Felsen", "Seeleute", "Flamme", language="de")
    found_by_words = rank(
        subject,
        [found("1", "Lighthouse"), found("2", "Kittens"), found("3", "Flamme")],
        language="de",
        look=LOOK,
        seconds=5,
    )
    similar = {"1": 0.7, "2": 0.19, "3": 0.2}

    judged = add_similar(found_by_words, [similar[clip.footage.id] for clip in found_by_words])

    assert [clip.footage.id for clip in judged] == ["3", "1", "2"]
    assert [clip.fits for clip in judged] == [True, True, False]
    assert judged[1].reason == "means the same, 0.70"
