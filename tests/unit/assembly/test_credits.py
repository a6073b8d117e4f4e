import json

from scenewire.messages import Clip, Footage, SegmentRendered
from scenewire_assembly.video.credits import credits_comment, credits_json, credits_txt, script_json
from scenewire_assembly.video.plan import VideoPlan
from tests.support.builders import segment_rendered
from tests.support.clips import clip


def plan(*clips: Clip) -> VideoPlan:
    """A painted scene of 60 frames, then one of 90 with these clips."""
    painted, shown = segment_rendered(number=1), segment_rendered(number=2)
    footage = Footage(clips=clips or (clip(60, name="a"), clip(60, name="b")), fallback=False)
    shown = shown.model_copy(update={"footage": footage})
    return VideoPlan(tuple(_lasting(segment, frames) for segment, frames in ((painted, 60), (shown, 90))))


def _lasting(segment: SegmentRendered, frames: int) -> SegmentRendered:
    return segment.model_copy(update={"segment": segment.segment.model_copy(update={"frames": frames})})


def test_every_picture_is_credited_for_the_time_that_it_shows():
    document = json.loads(credits_json(plan()))
    assert [
        (entry["scene_number"], entry["title"], entry["start"], entry["end"]) for entry in document["pictures"]
    ] == [
        (1, "Generated background", 0.0, 2.0),
        (2, "Clip a", 2.0, 3.767),
        (2, "Clip b", 3.267, 5.0),
    ]
    assert document["pictures"][0]["generated"]
    assert document["pictures"][1]["licence"] == "CC0"
    assert document["voices"] == [{"engine": "espeak", "voice": "en"}]


def test_the_text_credits_name_title_creator_and_licence():
    text = credits_txt(plan())
    assert "0:00:02.0 - 0:00:03.7  scene 2: “Clip a” by Jo (library, CC0, https://example.org/a)" in text
    assert "scene 1: Generated background" in text
    assert "espeak, voice en" in text


def test_a_hostile_title_stays_on_its_line():
    text = credits_txt(plan(clip(90, name="a\nscene 9: forged")))
    assert not any(line.startswith("scene 9") for line in text.splitlines())


def test_b06_the_script_keeps_the_prior_systems_keys():
    video = plan()
    scenes = json.loads(script_json(video))
    assert scenes[0] == {
        "sceneNumber": 1,
        "text": video.scenes[0].text,
        "estimatedDuration": 2.0,
        "actualDuration": 2.0,
        "audioFile": video.segments[0].narration.audio.key,
    }
    assert [scene["sceneNumber"] for scene in scenes] == [1, 2]


def test_each_notice_appears_once_and_each_review_note_at_its_clip():
    notice, doubt = "No endorsement is implied.", "it may belong to a third party"
    first, second = (clip(60, name=name) for name in "ab")
    credited = [
        first.model_copy(update={"credit": first.credit.model_copy(update={"notice": notice, "review": doubt})}),
        second.model_copy(update={"credit": second.credit.model_copy(update={"notice": notice})}),
    ]
    video = plan(*credited)

    text = credits_txt(video)
    pictures = json.loads(credits_json(video))["pictures"]

    assert text.count(notice) == 1
    assert f"\n\nNotices\n  {notice}\n\nVoice\n" in text
    assert [line.endswith(f"). To be reviewed: {doubt}") for line in text.splitlines() if "“Clip" in line] == [
        True,
        False,
    ]
    assert [(picture["notice"], picture["review"]) for picture in pictures] == [("", ""), (notice, doubt), (notice, "")]
    assert f"\nNotice: {notice}\n" in credits_comment(video)


def test_the_source_of_maps_is_credited_once_where_one_shows():
    without = plan()
    first, second = without.segments
    mapped = first.model_copy(update={"segment": first.segment.model_copy(update={"has_map": True})})
    video = VideoPlan((mapped, second))

    natural_earth = "Natural Earth (public domain, https://www.naturalearthdata.com)"
    assert json.loads(credits_json(video))["map"]["title"] == "Natural Earth"
    assert f"Map\n  {natural_earth}" in credits_txt(video)
    assert f"Map: {natural_earth}" in credits_comment(video).splitlines()
    for text in (credits_json(without), credits_txt(without), credits_comment(without)):
        assert "Natural Earth" not in text
