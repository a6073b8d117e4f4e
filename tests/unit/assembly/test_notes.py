"""Notes about the length of a video."""

import pytest

from scenewire_assembly.video.notes import length_notes
from tests.support import builders


@pytest.mark.parametrize(("duration", "noted"), [(54, False), (66, False), (53.9, True), (66.1, True)])
def test_b04_a_video_that_misses_its_length_by_more_than_a_tenth_has_a_note(duration: float, noted: bool) -> None:
    brief = builders.brief(options=builders.options(target_duration=60))
    scene = builders.scene(1).model_copy(update={"wanted_duration": 60.0})

    notes = length_notes(brief, [scene], duration)

    assert bool(notes) is noted
    assert not noted or notes == (f"The video lasts {duration:.0f} s; 60 s were ordered.",)


def test_b04_a_video_without_an_ordered_length_has_no_note() -> None:
    assert length_notes(builders.brief(), [builders.scene(1)], 5) == ()
