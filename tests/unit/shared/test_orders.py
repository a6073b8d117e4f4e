"""Orders as people write them: spellings that are understood, and errors that name what to correct."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from scenewire.messages import Background, Look, ScriptRequested, describe_faults
from tests.support.builders import PROJECT

FILE = {"key": f"content/ab/{'ab' * 32}.mp3", "sha256": "ab" * 32, "size": 7, "media_type": "audio/mpeg"}


def fault_of(order: object) -> str:
    with pytest.raises(ValidationError) as error:
        ScriptRequested.model_validate(order)
    return describe_faults(error.value)


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ({"topic": "x", "duratoin": 60}, "unknown key 'duratoin'; did you mean 'duration'?"),
        ({"topic": "x", "lang": "de"}, "unknown key 'lang'; did you mean 'language'?"),
        (
            {"scenes": [{"text": "Hello", "footage_quary": "river"}]},
            "unknown key 'footage_quary' in scene 1; did you mean 'footage_query'?",
        ),
        (
            {"scenes": [{"text": "a"}, {"text": "b", "searchTerm": "river"}]},
            "unknown key 'searchTerm' in scene 2; did you mean 'search_terms'?",
        ),
        ({"topic": "x", "look": {"frame_rte": 60}}, "unknown key 'frame_rte' in look; did you mean 'frame_rate'?"),
        ({"topic": "x", "music": {"file": FILE, "gian": 3}}, "unknown key 'gian' in music; did you mean 'gain'?"),
        (
            {"topic": "x", "music": {"file": FILE | {"sha": ""}}},
            "unknown key 'sha' in music.file; did you mean 'sha256'?",
        ),
        (
            {"topic": "x", "look": {"background": {"color": "navy"}}},
            "unknown key 'color' in look.background; did you mean 'colour'?",
        ),
        (
            {"topic": "x", "look": {"background": {"file": FILE | {"sha": ""}}}},
            "unknown key 'sha' in look.background.file; did you mean 'sha256'?",
        ),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest_known_one(order: object, fault: str):
    assert fault_of(order) == fault


@pytest.mark.parametrize("background", ["chartreuse-ish", "#fa0", {}, {"colour": "red", "file": FILE}, {"colour": 7}])
def test_a_background_that_is_neither_a_colour_nor_a_file_is_refused(background: object):
    assert fault_of({"topic": "x", "look": {"background": background}}).startswith("look.background")


def test_a_key_that_resembles_no_known_one_is_answered_with_all_of_them():
    fault = fault_of({"scenes": [{"text": "Hello", "searchTerms": ["river"]}], "config": {"music": "chill"}})
    assert fault.startswith("unknown key 'config'; known keys are project_id, topic, text, scenes, title")


def test_many_faults_are_counted():
    assert fault_of({"topic": "x"} | {f"zzz{n}": n for n in range(8)}).endswith("; and 3 more")


@pytest.mark.parametrize("spelling", ["schema_version", "schemaVersion"])
def test_an_order_of_a_newer_schema_may_have_unknown_keys_everywhere(spelling: str):
    order = {spelling: 2, "topic": "x", "mood": "calm", "look": {"shadow": 1}, "scenes": [{"text": "a", "pace": 2}]}
    assert ScriptRequested.model_validate(order).topic == "x"


@pytest.mark.parametrize(
    ("order", "field", "value"),
    [
        ({"video_subject": "Tea"}, "topic", "Tea"),
        ({"video_script": "Tea is a drink."}, "text", "Tea is a drink."),
        ({"topic": "x", "video_aspect": "9:16"}, "look", Look(width=1080, height=1920)),
        ({"topic": "x", "video_aspect": "1:1"}, "look", Look(width=1080, height=1080)),
        ({"topic": "x", "look": "portrait"}, "look", Look(width=1080, height=1920)),
        ({"topic": "x", "look": {"background": "Navy"}}, "look", Look(background=Background(colour="000080"))),
        ({"topic": "x", "duration": 60}, "target_duration", 60),
        ({"topic": "x", "targetDuration": 60}, "target_duration", 60),
        ({"topic": "x", "video_language": "zh-CN"}, "language", "zh-CN"),
        ({"topic": "x", "voice_name": "af_sky"}, "voice", "af_sky"),
        ({"topic": "x", "footageProviders": ["nasa"]}, "footage_providers", ("nasa",)),
        ({"topic": "x", "language": "en_US"}, "language", "en-US"),
        ({"topic": "x", "language": "EN"}, "language", "en"),
        ({"topic": "x", "language": "ZH_hant_tw"}, "language", "zh-Hant-TW"),
    ],
)
def test_spellings_of_other_tools_are_understood(order: object, field: str, value: object):
    assert getattr(ScriptRequested.model_validate(order), field) == value


@pytest.mark.parametrize(
    ("scene", "field", "value"),
    [
        ({"searchTerms": ["river", "boat"]}, "keywords", ("river", "boat")),
        ({"search_terms": "river, boat"}, "keywords", ("river", "boat")),
        ({"keywords": "river"}, "keywords", ("river",)),
        ({"sceneNumber": 1}, "scene_number", 1),
        ({"footageQuery": "river"}, "footage_query", "river"),
        ({"estimatedDuration": 3, "actualDuration": 4, "audioFile": "a.wav"}, "footage_query", None),
    ],
)
def test_spellings_of_other_tools_are_understood_in_scenes(scene: dict[str, Any], field: str, value: object):
    order = ScriptRequested.model_validate({"scenes": [{"text": "Hello."} | scene]})
    assert order.scenes is not None
    assert getattr(order.scenes[0], field) == value


def test_a_list_of_texts_is_a_list_of_scenes():
    order = ScriptRequested.model_validate({"scenes": ["one", "two"]})
    assert [scene.text for scene in order.scenes or ()] == ["one", "two"]


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ({"topic": "x", "duration": 60, "target_duration": 90}, "'duration' and 'target_duration' mean the same"),
        ({"topic": "x", "language": "../../etc"}, "language must be a language tag such as en, de or pt-BR, not "),
        ({"topic": "x", "video_aspect": "4:3"}, "look must be an object with width and height, or one of landscape"),
        ({"topic": "x", "project_id": "p"}, "project_id must be a UUID"),
        ({"topic": "x", "target_duration": "abc"}, "target_duration must be a number"),
        ({"topic": "x", "look": {"frame_rate": 29}}, "look.frame_rate must be 24, 25, 30, 50 or 60"),
        ({"topic": "x", "look": 3}, "look must be a JSON object"),
        ({"topic": "x" * 501}, "topic must have at most 500 characters"),
        ({"topic": ""}, "topic must not be empty"),
        ({"scenes": [["one"]]}, "scene 1 must be a JSON object"),
        ({"scenes": [{"topic": "one"}]}, "unknown key 'topic' in scene 1; known keys are text, scene_number"),
        ({"scenes": "one"}, "scenes must be a list"),
        ({"scenes": []}, "scenes must have at least 1 entry"),
        (
            {
                "scenes": [{"text": "one", "narration": {"file": FILE}}],
                "narrations": [{"sceneNumber": 1, "file": FILE}],
            },
            "scene 1 has more than one narration",
        ),
        (
            {"text": "one", "narrations": [{"scene_number": 1, "fil": FILE}]},
            "unknown key 'fil' in narrations 1; did you mean 'file'",
        ),
        ({}, "an order needs a topic, a text or scenes"),
        ([], "it must be a JSON object"),
    ],
)
def test_faults_are_described_without_the_words_of_the_validator(order: object, fault: str):
    assert fault_of(order).startswith(fault)


def test_deep_nesting_and_broken_json_are_not_json():
    for body in (b"[" * 100_000, b"{", b"\xff\xfe"):
        with pytest.raises(ValidationError) as error:
            ScriptRequested.model_validate_json(body)
        assert describe_faults(error.value) == "it is not JSON"


def test_the_fingerprint_of_an_order_is_that_of_its_content():
    order = {"topic": "Tea", "look": "portrait"}
    first = ScriptRequested.model_validate(order)
    assert first.model_copy(update={"project_id": PROJECT}).fingerprint == first.fingerprint
    assert ScriptRequested.model_validate_json(first.model_dump_json()).fingerprint == first.fingerprint
    assert (
        ScriptRequested.model_validate_json(first.model_dump_json(exclude_none=True)).fingerprint == first.fingerprint
    )
    assert ScriptRequested.model_validate(order | {"topic": "Coffee"}).fingerprint != first.fingerprint
    assert "schema_version" not in json.loads(first.model_dump_json(exclude_defaults=True))
