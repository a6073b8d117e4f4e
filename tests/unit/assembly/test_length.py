"""What a finished film says about its length."""

import pytest

from scenewire_assembly.video.duration_notes import length_notes
from tests.support import builders


@pytest.mark.parametrize(("duration", "said"), [(54, False), (66, False), (53.9, True), (66.1, True)])
def test_b04_a_film_that_misses_its_length_by_more_than_a_tenth_says_so(duration: float, said: bool) -> None:
    brief = builders.brief(options=builders.options(target_duration=60))
    scene = builders.scene(1).model_copy(update={"wanted_duration": 60.0})

    notes = length_notes(brief, [scene], duration)

    assert bool(notes) is said
    assert not said or notes == (f"The film lasts {duration:.0f} s; 60 s were ordered.",)


def test_b04_a_film_of_which_no_length_was_ordered_says_nothing() -> None:
    assert length_notes(builders.brief(), [builders.scene(1)], 5) == ()
