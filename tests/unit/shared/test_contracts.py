"""Messages: what was understood once is understood for ever, what is wrong is refused with a reason."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from scenewire import contracts, timeline
from scenewire.messages import (
    Clip,
    Look,
    Options,
    ScenesScripted,
    ScriptRequested,
    StoryboardEdit,
    derive_project_id,
    derive_scene_id,
)
from scenewire.messages.orders import SCHEMA_VERSION
from scenewire.topology import EDIT_STORYBOARD, PIPELINE, RETRY
from tests.support import builders, golden
from tests.support.builders import PROJECT, artifact

STORED = sorted(golden.FOLDER.parent.glob("v*/*.json"))
SCHEMAS = Path(contracts.__file__).parent

every_stored_message = pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")


@every_stored_message
def test_row_73_a_stored_message_of_any_version_is_understood_word_for_word(path: Path):
    stored = path.read_text()
    model = type(golden.messages()[path.stem])
    understood = json.loads(model.model_validate_json(stored).model_dump_json())
    assert without_news(understood, json.loads(stored)) == json.loads(stored)


@every_stored_message
def test_a08_a_stored_message_fits_the_schema_of_its_version(path: Path):
    schema = json.loads((SCHEMAS / path.parent.name / f"{path.stem}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    faults = Draft202012Validator(schema).iter_errors(json.loads(path.read_text()))
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def test_a08_every_schema_of_every_version_has_a_stored_message():
    schemas = {path.relative_to(SCHEMAS).as_posix().removesuffix(".schema.json") for path in SCHEMAS.glob("v*/*.json")}
    assert schemas == {f"{path.parent.name}/{path.stem}" for path in STORED}
    assert f"v{SCHEMA_VERSION}" in {path.parent.name for path in STORED}


def without_news(understood: Any, stored: Any) -> Any:
    """What was understood, less the fields that came into being after it was stored."""
    if isinstance(understood, dict) and isinstance(stored, dict):
        return {key: without_news(value, stored[key]) for key, value in understood.items() if key in stored}
    if isinstance(understood, list) and isinstance(stored, list) and len(understood) == len(stored):
        return [without_news(*pair) for pair in zip(understood, stored, strict=True)]
    return understood


@pytest.mark.parametrize("name", sorted(golden.messages().keys() - {"script.requested", EDIT_STORYBOARD}))
def test_an_unknown_field_of_a_message_between_services_is_ignored(name: str):
    stored = json.loads((golden.FOLDER / f"{name}.json").read_text())
    model = type(golden.messages()[name])
    assert model.model_validate(stored | {"from_the_future": 1}) == model.model_validate(stored)


def test_every_subject_has_a_stored_message_and_a_place_in_the_stream():
    subjects = {subject.removesuffix(".>") for subject in PIPELINE.subjects}
    assert subjects | {"progress", EDIT_STORYBOARD} == set(golden.messages())
    assert {path.stem for path in golden.FOLDER.iterdir()} == set(golden.messages())


def test_message_ids_name_project_scene_and_subject():
    segment = builders.segment_rendered(PROJECT, 2)
    assert segment.message_id == f"{PROJECT}:2:segment.rendered"
    assert segment.subject == f"segment.rendered.{PROJECT}.2"
    assert builders.scripted(PROJECT).message_id == f"{PROJECT}:scenes.scripted"
    again = segment.model_copy(update={"revision": 1})
    assert again.message_id == f"{PROJECT}:2:segment.rendered:r1"
    assert again.subject == f"segment.rendered.{PROJECT}.r1.2"
    assert len({builders.audio_rendered(PROJECT, n).message_id for n in range(1, 3)}) == 2


@pytest.mark.parametrize(
    "misspelt", [{"scene": []}, {"scenes": [{"scene": 1, "txt": "x"}]}, {"options": {"loudness": 1}}]
)
def test_an_unknown_field_of_an_edit_is_an_error(misspelt: dict[str, object]):
    with pytest.raises(ValidationError, match="extra_forbidden"):
        StoryboardEdit.model_validate({"project_id": PROJECT, "expected_revision": 0, **misspelt})


@pytest.mark.parametrize("twice", [{"order": [1, 2, 1]}, {"scenes": [{"scene": 1}, {"scene": 1, "pause": 1}]}])
def test_an_edit_names_each_scene_once(twice: dict[str, object]):
    with pytest.raises(ValidationError, match="scene 1 twice"):
        StoryboardEdit.model_validate({"project_id": PROJECT, "expected_revision": 0, **twice})


def test_a_repeated_edit_is_known_by_its_changes_whoever_sends_it_and_whatever_footage_is_known():
    edit = StoryboardEdit.model_validate({"project_id": PROJECT, "expected_revision": 0, "scenes": [{"scene": 1}]})
    more = {"selections": {1: artifact()}, "requested_by": "another"}
    assert edit.model_copy(update=more).fingerprint == edit.fingerprint
    silenced = {"project_id": PROJECT, "expected_revision": 0, "scenes": [{"scene": 1, "voice": None}]}
    assert StoryboardEdit.model_validate(silenced).fingerprint != edit.fingerprint


@pytest.mark.parametrize("order", [{"topic": "x"}, {"topic": "x", "target_duration": None}])
def test_an_order_that_names_no_length_means_300_s_and_stays_without_one(order: dict[str, object]):
    understood = ScriptRequested.model_validate(order)
    assert (understood.target_duration, understood.options.target_duration) == (None, 300)
    assert "target_duration" not in json.loads(understood.model_dump_json(exclude_none=True))
    assert ScriptRequested(topic="x", target_duration=300).target_duration == 300


@pytest.mark.parametrize("order", [{"topic": "Tea"}, {"topic": "Tea", "target_duration": 60}, {"text": "Tea."}])
def test_the_shortest_orders_are_valid(order: dict[str, object]):
    assert ScriptRequested.model_validate(order).options.look.frame_rate == 30


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"topic": ""},
        {"topic": " \n"},
        {"text": " "},
        {"scenes": []},
        {"topic": "x" * 501},
        {"topic": "Tea", "target_duration": 0},
        {"topic": "Tea", "target_duration": -1},
        {"topic": "Tea", "target_duration": "abc"},
        {"topic": "Tea", "look": {"width": 1919}},
        {"topic": "Tea", "look": {"frame_rate": 29.97}},
        {"topic": "Tea", "language": "../../etc"},
        {"topic": "Tea", "project_id": "not-an-id"},
        {"scenes": [{"scene_number": 2, "text": "x"}]},
        {"scenes": [{"scene_number": 1, "text": "x"}, {"scene_number": 1, "text": "y"}]},
    ],
)
def test_an_order_that_cannot_be_made_is_refused(order: dict[str, object]):
    with pytest.raises(ValidationError):
        ScriptRequested.model_validate(order)


def test_b06_the_prior_systems_scene_keys_are_understood():
    order = ScriptRequested.model_validate({"scenes": [{"sceneNumber": 1, "text": "x", "estimatedDuration": 3}]})
    assert order.scenes is not None
    assert order.scenes[0].scene_number == 1


def test_an_order_hands_its_options_on():
    order = ScriptRequested(topic="Tea", voice="en", speed=1.1, look=Look(width=1080, height=1920), target_duration=61)
    assert order.options == Options(target_duration=61, voice="en", speed=1.1, look=Look(width=1080, height=1920))


def test_an_order_names_its_music_by_reference_and_hands_it_on():
    file = {"key": f"content/ab/{'ab' * 32}.mp3", "sha256": "ab" * 32, "size": 7, "media_type": "audio/mpeg"}
    order = ScriptRequested.model_validate({"topic": "Tea", "music": {"file": file, "licence": "CC0"}})
    assert order.options.music is not None
    assert (order.options.music.file.key, order.options.music.gain, order.options.music.duck) == (file["key"], -10, 10)
    for wrong in ({}, {"file": "song.mp3"}, {"file": file, "gain": 11}, {"file": file, "duck": -1}):
        with pytest.raises(ValidationError):
            ScriptRequested.model_validate({"topic": "Tea", "music": wrong})


def test_scenes_must_be_numbered_without_gap():
    script = builders.scripted(PROJECT, 3)
    with pytest.raises(ValidationError, match="numbered from 1 to 3"):
        ScenesScripted.model_validate(script.model_dump() | {"scenes": script.model_dump()["scenes"][::-1]})


@pytest.mark.parametrize(("in_frame", "out_frame"), [(0, 0), (5, 5), (6, 5), (0, 301), (300, 301)])
def test_a_clip_must_lie_in_its_source(in_frame: int, out_frame: int):
    stored = json.loads((golden.FOLDER / "footage.sourced.json").read_text())["footage"]["clips"][0]
    with pytest.raises(ValidationError):
        Clip.model_validate(stored | {"in_frame": in_frame, "out_frame": out_frame})


def test_a02_a_clip_tells_all_that_is_wrong_with_it():
    stored = json.loads((golden.FOLDER / "footage.sourced.json").read_text())["footage"]["clips"][0]
    with pytest.raises(ValidationError) as failure:
        Clip.model_validate(stored | {"in_frame": 302, "out_frame": 301})
    assert str(failure.value).count("got: 302") == 1
    assert str(failure.value).count("got: 301") == 2


def test_a01_a_clip_and_its_source_are_reckoned_with_in_whole_frames():
    stored = json.loads((golden.FOLDER / "footage.sourced.json").read_text())["footage"]["clips"][0]
    clip = Clip.model_validate(stored)
    assert clip.stretch == timeline.Clip(
        clip.file.key,
        timeline.Position(clip.in_frame),
        timeline.Position(clip.out_frame),
        timeline.Duration(clip.facts.duration_frames),
    )
    assert (clip.facts.rate.numerator, clip.facts.rate.denominator) == (
        stored["facts"]["frame_rate_numerator"],
        stored["facts"]["frame_rate_denominator"],
    )


@given(st.integers(1, 2**63), st.integers(0, 2**63))
def test_a_derived_id_is_a_version_4_uuid_and_always_the_same(sequence: int, time_ns: int):
    derived = derive_project_id(sequence, time_ns)
    assert derived == derive_project_id(sequence, time_ns)
    assert (UUID(str(derived)).version, derived.variant) == (4, "specified in RFC 4122")
    assert derived != derive_project_id(sequence + 1, time_ns)


def test_the_derivation_never_changes():
    assert str(derive_project_id(1, 1_700_000_000_000_000_000)) == "3ff656ce-1259-489e-a8d1-43d678beaca4"
    assert str(derive_scene_id(PROJECT, 1)) == "d4f1014c-67aa-4df5-bd35-e1e70f5a9342"


def test_scene_ids_differ_between_projects_and_scenes():
    project = uuid4()
    assert len({derive_scene_id(project, 1), derive_scene_id(project, 2), derive_scene_id(uuid4(), 1)}) == 3


def test_delays_double_up_to_their_cap():
    assert [RETRY.delay(n) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
