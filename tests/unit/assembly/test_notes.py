"""Notes about a video: every problem once, with its scenes, the worst first."""

import pytest

from scenewire.messages import Footage, Loudness, SegmentRendered
from scenewire_assembly.sound.mix import Levels, MixResult
from scenewire_assembly.video.notes import length_notes, scene_list, video_notes
from scenewire_assembly.video.plan import VideoPlan
from tests.support import builders

SPEECH = MixResult(has_speech=True, loudness=Loudness(integrated_lufs=-14, true_peak_dbtp=-2))


def segment(number: int, count: int, **footage: object) -> SegmentRendered:
    changed = builders.segment_rendered(None, number, count)
    return changed.model_copy(update={"footage": Footage.model_validate({"fallback": False} | footage)})


def notes(*segments: SegmentRendered, sound: MixResult = SPEECH) -> tuple[str, ...]:
    return video_notes(VideoPlan(segments), duration=2, sound=sound, levels=Levels())


@pytest.mark.parametrize(("duration", "noted"), [(54, False), (66, False), (53.9, True), (66.1, True)])
def test_b04_a_video_that_misses_its_length_by_more_than_a_tenth_has_a_note(duration: float, noted: bool) -> None:
    brief = builders.brief(options=builders.options(target_duration=60)).model_copy(update={"ordered_duration": 60.0})

    notes = length_notes(brief, duration)

    assert bool(notes) is noted
    assert not noted or notes == (f"The video lasts {duration:.0f} s; 60 s were ordered.",)


def test_b04_a_video_without_an_ordered_length_has_no_note() -> None:
    assert length_notes(builders.brief(), 5) == ()


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([2], "Scene 2"),
        ([2, 5], "Scenes 2 and 5"),
        ([1, 2, 3, 7], "Scenes 1 to 3 and 7"),
        ([1, 3, 4, 6], "Scenes 1, 3 to 4 and 6"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "All scenes"),
    ],
)
def test_scenes_are_listed_with_ranges(numbers: list[int], words: str) -> None:
    assert scene_list(numbers, 8) == words


def test_generated_backgrounds_are_one_note_with_the_first_reason_and_the_number_of_others() -> None:
    reasons = {1: "the library has nothing that fits “tea”", 2: "", 3: "the library has nothing that fits “milk”"}
    segments = [segment(number, 4, fallback=True, reason=reason) for number, reason in reasons.items()]
    assert notes(*segments, segment(4, 4)) == (
        "Scenes 1 and 3 show a generated background: the library has nothing that fits “tea” (and 1 more reason)",
    )
    long = "the archive says: " + "no " * 400
    assert notes(segment(1, 1, fallback=True, reason=long)) == (f"Scene 1 shows a generated background: {long}",)


def test_a_scene_that_shows_its_designs_because_a_person_wants_them_has_no_note() -> None:
    designed = segment(1, 1, fallback=True, reason="its designs were chosen")
    scene = designed.scene.model_copy(update={"designed": True})
    assert notes(designed) != ()
    assert notes(designed.model_copy(update={"scene": scene})) == ()


def test_equal_problems_of_scenes_are_one_note() -> None:
    fonts = {1: "茶", 2: "水木", 3: "木"}
    segments = []
    for number, characters in fonts.items():
        note = f"Scene {number}: no font on this machine draws {characters}; install one."
        before = segment(number, 3, notes=(f"Scene {number}: “Clip {number}” cannot be decoded.",))
        result = before.segment.model_copy(update={"notes": (note,)})
        segments.append(before.model_copy(update={"segment": result}))
    assert notes(*segments) == (
        "All scenes: no font on this machine draws 茶; install one.",
        "Scene 1: “Clip 1” cannot be decoded.",
        "Scene 2: “Clip 2” cannot be decoded.",
        "Scene 3: “Clip 3” cannot be decoded.",
    )


def test_a_source_that_failed_is_noted_although_another_one_had_footage() -> None:
    failed = [segment(number, 3, reason="nasa: no answer") for number in (1, 2)]
    assert notes(*failed, segment(3, 3)) == ("Scenes 1 to 2: nasa: no answer",)


def test_a_background_in_place_of_a_damaged_clip_is_noted_once() -> None:
    note = "Scene 1: “A clip” cannot be decoded to its end; a background is generated instead."
    assert notes(segment(1, 1, fallback=True, reason=note, notes=(note,))) == (note,)


def test_silence_comes_first_then_words_picture_and_sound() -> None:
    first = segment(1, 1, fallback=True, reason="no footage server is configured")
    noted = first.model_copy(
        update={
            "brief": first.brief.model_copy(update={"notes": ("The script is a placeholder.",)}),
            "segment": first.segment.model_copy(update={"notes": ("Scene 1: no font draws 茶.",)}),
            "narration": first.narration.model_copy(update={"notes": ("Scenes are spoken faster.",)}),
        }
    )
    silent = MixResult(has_speech=False, loudness=Loudness(integrated_lufs=-20, true_peak_dbtp=-2))
    assert notes(noted, sound=silent) == (
        "The narration is silent.",
        "The script is a placeholder.",
        "Scene 1: no font draws 茶.",
        "Scene 1 shows a generated background: no footage server is configured",
        "The video's loudness is -20.0 LUFS instead of -14.0 LUFS.",
        "Scenes are spoken faster.",
    )
