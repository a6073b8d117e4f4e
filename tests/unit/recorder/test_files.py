"""Files that several projects use: one row each, the same whatever the order of their uses."""

from dataclasses import replace
from itertools import permutations

from scenewire.database.videos import Video
from scenewire.database.videos_in_memory import InMemoryVideoRepository
from scenewire_recorder.projection.files import save_files
from scenewire_recorder.projection.media_rows import clip_file
from tests.unit.recorder.story import clip, content_key

USED = clip_file(clip("harbour"), "2026-11-21T12:00:00.000Z")


def used(day: int, name: str) -> Video:
    at = f"2026-11-{day}T12:00:00.000Z"
    return replace(USED, filename=name, created_at=at, updated_at=at)


def test_a12_a_file_that_is_used_again_keeps_its_first_name_and_its_row_in_any_order():
    uses = [used(21, "harbour.mp4"), used(22, "other.mp4"), used(23, "third.mp4")]
    wanted = replace(uses[0], updated_at=uses[2].updated_at)
    for order in permutations(uses):
        together, singly = InMemoryVideoRepository(), InMemoryVideoRepository()
        save_files(together, order)
        for use in order:
            save_files(singly, [use])
        assert together.list_videos() == singly.list_videos() == [wanted]


def test_a_file_with_another_id_on_record_keeps_it():
    videos = InMemoryVideoRepository()
    videos.add([replace(USED, id="theirs")])
    save_files(videos, [used(22, "other.mp4")])
    assert set(videos.get(["theirs"])) == {"theirs"}


def test_a13_a_clip_without_a_file_name_is_named_after_its_title():
    nameless = clip("harbour")
    nameless = nameless.model_copy(update={"credit": nameless.credit.model_copy(update={"original_name": ""})})
    assert clip_file(nameless, "").filename == "Title of harbour.mp4"
    untitled = nameless.model_copy(update={"credit": nameless.credit.model_copy(update={"title": ""})})
    assert clip_file(untitled, "").filename == content_key("harbour").rpartition("/")[2]
