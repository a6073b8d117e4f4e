import json

from scenewire.messages import Footage, SegmentRendered
from scenewire_assembly.edit import layout_scenes
from scenewire_assembly.video.credits import appearances, credits_comment, credits_json, credits_txt, script_json
from tests.support.builders import segment_rendered
from tests.support.clips import clip


def film() -> list[SegmentRendered]:
    painted = segment_rendered(number=1)
    clips = Footage(clips=(clip(60, name="a"), clip(60, name="b")), fallback=False)
    return [painted, segment_rendered(painted.project_id, 2).model_copy(update={"footage": clips})]


def test_every_picture_is_credited_for_the_time_in_which_it_shows():
    segments = film()
    shown = appearances(segments, layout_scenes([60, 90]))
    document = json.loads(credits_json(segments[0].brief, shown, segments))
    assert [
        (entry["scene_number"], entry["title"], entry["start"], entry["end"]) for entry in document["pictures"]
    ] == [
        (1, "Painted background", 0.0, 2.0),
        (2, "Clip a", 2.0, 3.767),
        (2, "Clip b", 3.267, 5.0),
    ]
    assert document["pictures"][0]["generated"]
    assert document["pictures"][1]["licence"] == "CC0"
    assert document["voices"] == [{"engine": "espeak", "voice": "en"}]


def test_people_read_who_made_what():
    segments = film()
    text = credits_txt(segments[0].brief, appearances(segments, layout_scenes([60, 90])), segments)
    assert "0:00:02.0 - 0:00:03.7  scene 2: “Clip a” by Jo (library, CC0, https://example.org/a)" in text
    assert "scene 1: Painted background, generated" in text
    assert "espeak, voice en" in text


def test_a_hostile_title_stays_on_its_line():
    segments = film()
    evil = clip(90, name="a\nscene 9: forged")
    segments[1] = segments[1].model_copy(update={"footage": Footage(clips=(evil,), fallback=False)})
    text = credits_txt(segments[0].brief, appearances(segments, layout_scenes([60, 90])), segments)
    assert not any(line.startswith("scene 9") for line in text.splitlines())


def test_b06_the_script_keeps_the_prior_systems_keys():
    segments = film()
    scenes = json.loads(script_json(segments))
    assert scenes[0] == {
        "sceneNumber": 1,
        "text": segments[0].scene.text,
        "estimatedDuration": 2.0,
        "actualDuration": 2.0,
        "audioFile": segments[0].narration.audio.key,
    }
    assert [scene["sceneNumber"] for scene in scenes] == [1, 2]


def test_what_the_terms_want_said_is_said_once_and_doubts_stand_at_their_clips():
    segments = film()
    notice, doubt = "No endorsement is implied.", "it may belong to a third party"
    first, second = (clip(60, name=name) for name in "ab")
    credited = [
        first.model_copy(update={"credit": first.credit.model_copy(update={"notice": notice, "review": doubt})}),
        second.model_copy(update={"credit": second.credit.model_copy(update={"notice": notice})}),
    ]
    segments[1] = segments[1].model_copy(update={"footage": Footage(clips=tuple(credited), fallback=False)})
    shown = appearances(segments, layout_scenes([60, 90]))

    text = credits_txt(segments[0].brief, shown, segments)
    pictures = json.loads(credits_json(segments[0].brief, shown, segments))["pictures"]

    assert text.count(notice) == 1
    assert f"\n\nNotices\n  {notice}\n\nVoice\n" in text
    assert [line.endswith(f"). To be reviewed: {doubt}") for line in text.splitlines() if "“Clip" in line] == [
        True,
        False,
    ]
    assert [(one["notice"], one["review"]) for one in pictures] == [("", ""), (notice, doubt), (notice, "")]
    assert f"\nNotice: {notice}\n" in credits_comment(segments[0].brief, shown, segments)
