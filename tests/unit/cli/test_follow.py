"""What a film in the making looks like after each message."""

from scenewire.messages import Progress, ProjectFailed
from scenewire_cli.progress.events import Event, Film
from tests.support import builders
from tests.support.builders import PROJECT


def film_after(*messages) -> Film:
    film = Film(PROJECT)
    for sequence, message in enumerate(messages, start=1):
        film.apply(Event(message, sequence))
    return film


def test_every_stage_counts_its_scenes_once():
    audio = builders.audio_rendered(PROJECT, 1)
    film = film_after(
        builders.scripted(PROJECT, 2),
        audio,
        audio,
        builders.footage_sourced(PROJECT, 1),
        builders.segment_rendered(PROJECT, 1),
    )
    assert film.scene_count == 2
    assert film.spoken == {1: 2.0}
    assert film.sourced == {1: "painted background"}
    assert film.rendered == {1}
    assert not film.ended
    assert film.last_sequence == 5


def test_a_rendered_scene_is_no_longer_being_encoded():
    working = Progress(project_id=PROJECT, stage="assembly", scene_number=1, state="working", fraction=0.5)
    assert film_after(working).encoding == {1: 0.5}
    assert film_after(working, builders.segment_rendered(PROJECT, 1)).encoding == {}
    assert film_after(builders.segment_rendered(PROJECT, 1), working).encoding == {}


def test_a_failure_ends_the_film():
    failed = ProjectFailed(project_id=PROJECT, stage="tts", code="speech_failed", message="no")
    assert film_after(failed).ended
