"""Every mistake in an order is found before anything starts."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.errors import PermanentError
from scenewire.messages import MAX_TEXT_CHARACTERS
from scenewire_cli.ordering.files.music import music_file
from scenewire_cli.ordering.files.order_files import order_files
from scenewire_cli.ordering.order import build_order
from scenewire_cli.ordering.order_options import DEFAULT_TOPIC, SHAPES, OrderOptions


def refusal(**changes) -> str:
    with pytest.raises(PermanentError) as caught:
        build_order(OrderOptions(**{"duration": 60, **changes}))
    assert caught.value.code == "invalid_order"
    assert caught.value.hint
    return caught.value.message


def test_b02_b03_without_arguments_the_prior_defaults_are_ordered():
    order = build_order(OrderOptions())
    assert (order.topic, order.options.target_duration) == ("Russian invasion of Ukraine", 300)
    assert order.topic == DEFAULT_TOPIC


@pytest.mark.parametrize("topic", ["", "   ", "\n\t"])
def test_a_blank_topic_is_refused(topic: str):
    assert "topic is empty" in refusal(topic=topic)


@pytest.mark.parametrize("duration", [0, -1, float("nan"), float("inf"), 1e9])
def test_b02_an_invalid_duration_is_refused_by_the_name_of_its_option(duration: float):
    assert refusal(topic="Tea", duration=duration).startswith("--duration")


@pytest.mark.parametrize("topic", ["a/b", "../../etc", "\"quoted\" 'twice'", "two\nlines", "tea 🍵", "$(reboot)"])
def test_a_strange_topic_is_a_topic(topic: str):
    assert build_order(OrderOptions(topic=topic, duration=60)).topic == topic


def test_a_script_is_taken_word_for_word(tmp_path: Path):
    script = tmp_path / "tea.txt"
    script.write_bytes(b"\xef\xbb\xbf" + "Tea is old. Très vieux.\n".encode())
    assert build_order(OrderOptions(script=script)).text == "Tea is old. Très vieux.\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "has no words"),
        (b" \n\n", "has no words"),
        (b"... !!! ---", "has no words"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is a binary file"),
        (b"text with \0 in it", "binary"),
        (b"x" * 10_000_000, "10.0 MB"),
        (b"x" * (MAX_TEXT_CHARACTERS + 1), "200,001 characters"),
    ],
    ids=["empty", "blank", "punctuation", "binary", "zero byte", "10 MB", "too long"],
)
def test_a_script_that_cannot_be_narrated_is_refused(tmp_path: Path, content: bytes, fault: str):
    script = tmp_path / "script.txt"
    script.write_bytes(content)
    assert fault in refusal(script=script)


def test_two_topics_are_refused_unless_they_are_the_same():
    assert refusal(words="Tea", topic="Coffee") == "--topic and the TOPIC argument differ"
    assert build_order(OrderOptions(words="Tea", topic="Tea")).topic == "Tea"


def test_music_is_a_mood_unless_it_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folk").mkdir()
    for word in ("calm", "Café noir", "folk"):
        options = OrderOptions(words="Tea", music=word, music_gain=-3)
        assert music_file(options) is None
        music = build_order(options).music
        assert music is not None
        assert (music.mood, music.file, music.gain, music.duck) == (word.lower(), None, -3, 10)
    (tmp_path / "calm").write_bytes(b"music")
    for name in ("calm", "leaf.mp3", "songs/leaf", "/songs/leaf.mp3"):
        options = OrderOptions(words="Tea", music=name, music_duck=3)
        file = music_file(options)
        assert file is not None
        assert (file.path, file.gain, file.duck) == (Path(name), None, 3)
        assert build_order(options).music is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"music": "calm", "music_gain": 11.0}, "--music-gain: "),
        ({"music": "calm", "music_duck": -1.0}, "--music-duck: "),
        ({"music": "-calm"}, "--music: '-calm' is neither a file nor the name of a mood"),
    ],
)
def test_faults_of_music_by_mood_name_the_option(options: dict[str, Any], says: str):
    with pytest.raises(PermanentError) as caught:
        build_order(OrderOptions(words="Tea", **options))
    assert caught.value.message.startswith(says)


@pytest.mark.parametrize("option", ["music_gain", "music_duck"])
def test_a_level_of_music_requires_music(option: str):
    level: dict[str, Any] = {option: 3.0}
    with pytest.raises(PermanentError, match=f"--{option.replace('_', '-')} requires --music"):
        music_file(OrderOptions(**level))


@pytest.mark.parametrize(
    ("written", "colour"), [("#203040", "203040"), ("a0B0c0", "A0B0C0"), ("Navy", "000080"), ("gray", "808080")]
)
def test_a_background_is_read_as_a_colour(written: str, colour: str):
    options = OrderOptions(words="Tea", background=written)
    background = build_order(options).look.background
    assert background is not None
    assert (background.colour, order_files(options).background) == (colour, None)


@pytest.mark.parametrize("written", ["#20304", "bluish", "no/such/file.mp4", ""])
def test_a_background_that_is_neither_a_colour_nor_a_file_is_refused(written: str):
    with pytest.raises(PermanentError, match="is neither a colour nor a file") as refused:
        order_files(OrderOptions(background=written))
    assert "navy" in refused.value.hint


def test_a_missing_script_and_a_folder_are_refused(tmp_path: Path):
    assert "No such file" in refusal(script=tmp_path / "missing.txt")
    assert "directory" in refusal(script=tmp_path)


def test_the_prior_systems_scene_files_are_accepted(tmp_path: Path):
    script = tmp_path / "scenes.json"
    script.write_text(json.dumps([{"sceneNumber": 1, "text": "One.", "estimatedDuration": 3}, {"text": "Two."}][:1]))
    order = build_order(OrderOptions(topic="Tea", script=script))
    assert order.scenes is not None
    assert [(scene.scene_number, scene.text) for scene in order.scenes] == [(1, "One.")]


@pytest.mark.parametrize(
    "content", ['{"a": 1}', "[]", "[1]", '[{"text": ""}]', '[{"sceneNumber": 2, "text": "x"}]', "[x"]
)
def test_a_scene_file_of_another_shape_is_refused(tmp_path: Path, content: str):
    script = tmp_path / "scenes.json"
    script.write_text(content + " " * 2)
    refusal(script=script)


def test_each_faulty_scene_is_named_by_its_place_in_the_script(tmp_path: Path):
    script = tmp_path / "scenes.json"
    script.write_text(json.dumps([{"text": "One."}, {"keywords": "two"}, {"text": "Three.", "sceneNumber": 0}]))
    message = refusal(script=script)
    assert "scene 2 of the script: text is missing" in message
    assert "entry" not in message
    assert "scene 3 of the script: scene_number must be at least 1" in message
    script.write_text(json.dumps([{"text": "One."}] + [{}] * 9))
    assert refusal(script=script).endswith("scene 6 of the script: text is missing; and 4 more")
    script.write_text(json.dumps([{"text": "One.", "scene_number": 2}]))
    assert refusal(script=script) == "scene numbers must run from 1 to 1 without gaps or repetitions"


def test_a_language_that_is_not_a_tag_is_refused_with_examples():
    message = refusal(topic="Tea", language="english")
    assert message == "--language: 'english' is not a language tag such as en, de or pt-BR"


@given(st.text(max_size=600), st.floats(allow_nan=True))
def test_any_input_gives_an_order_or_a_refusal(topic: str, duration: float):
    with suppress(PermanentError):
        assert build_order(OrderOptions(topic=topic, duration=duration)).topic


def test_a_look_is_named_or_given_in_pixels():
    for shape, size in SHAPES.items():
        named = build_order(OrderOptions(look=shape)).look
        assert named == build_order(OrderOptions(size=size)).look
    assert (named.width, named.height, named.fit, named.style_of_captions, named.captions, named.title) == (
        *(1080, 1080, "cover", "clean", True, True),
    )


@pytest.mark.parametrize("frame_rate", [24, 25, 30, 50, 60])
def test_the_frame_rate_is_part_of_the_look(frame_rate: int):
    assert build_order(OrderOptions(frame_rate=frame_rate)).look.frame_rate == frame_rate


def test_fit_captions_and_title_are_part_of_the_look():
    look = build_order(OrderOptions(fit="blur", captions="karaoke", no_title=True)).look
    assert (look.fit, look.caption_style, look.captions, look.title) == ("blur", "karaoke", True, False)
    assert not build_order(OrderOptions(captions="none")).look.captions
    look = build_order(OrderOptions(caption_position="top", caption_case="upper")).look
    assert (look.caption_position, look.caption_case) == ("top", "upper")


@pytest.mark.parametrize(("former", "present"), [("highlight", "clean"), ("plain", "clean"), ("bold", "pop")])
def test_former_names_of_caption_styles_are_understood(former: str, present: str):
    assert build_order(OrderOptions(captions=former)).look.caption_style == present


@pytest.mark.parametrize(("look", "style"), [("portrait", "pop"), ("square", "clean"), ("landscape", "clean")])
def test_captions_follow_the_shape_unless_a_style_is_named(look: str, style: str):
    assert build_order(OrderOptions(look=look, captions="auto")).look.style_of_captions == style


def test_the_closing_card_and_credit_tags_can_be_left_out():
    look = build_order(OrderOptions(no_closing=True, no_credit_tags=True)).look
    assert (look.closing, look.credit_tags) == (False, False)
    usual = build_order(OrderOptions()).look
    assert (usual.closing, usual.credit_tags) == (True, True)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"look": "tall"}, "--look must be landscape, portrait or square, not 'tall'"),
        ({"look": "square", "size": "640x360"}, "--look and --size exclude each other"),
        ({"size": "big"}, "--size must be WIDTHxHEIGHT, not 'big'"),
        ({"size": "101x100"}, "--size width"),
        ({"frame_rate": 29}, "--frame-rate: must be 24, 25, 30, 50 or 60"),
        ({"fit": "stretch"}, "--fit: must be 'cover', 'pad' or 'blur'"),
        ({"captions": "comic"}, "--captions: must be 'clean', 'pop', 'box', 'karaoke', 'minimal' or 'none'"),
        ({"caption_position": "left"}, "--caption-position: must be 'top', 'middle' or 'bottom'"),
        ({"caption_case": "lower"}, "--caption-case: must be 'asis' or 'upper'"),
    ],
)
def test_an_invalid_picture_option_is_refused_by_name(options: dict[str, str], fault: str):
    assert fault in refusal(topic="Tea", **options)


def test_a_script_file_may_hold_a_whole_order_scenes_or_lines_of_scenes(tmp_path: Path):
    whole, listed, lines, text = (tmp_path / name for name in ("a.json", "b.txt", "c.jsonl", "d.txt"))
    whole.write_text('{"video_script": "Tea is old.", "title": "Tea", "config": 1}')
    with pytest.raises(PermanentError, match="unknown key 'config'"):
        build_order(OrderOptions(script=whole))
    whole.write_text('{"video_script": "Tea is old.", "title": "Tea", "speed": 1.5}')
    listed.write_text('["Tea is old.", {"text": "It is hot."}]')
    lines.write_text('{"text": "Tea is old."}\n\n"It is hot."\n')
    text.write_text("[a harbour]\nBoats leave.")

    order = build_order(OrderOptions(script=whole, title="Old tea"))
    assert (order.text, order.title, order.speed) == ("Tea is old.", "Old tea", 1.5)
    for script in (listed, lines):
        scenes = build_order(OrderOptions(script=script)).scenes
        assert [scene.text for scene in scenes or ()] == ["Tea is old.", "It is hot."]
    assert build_order(OrderOptions(script=text)).text == "[a harbour]\nBoats leave."


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ('{"topic": "Tides", "voice": "af_sky"}', {"topic": "Tides", "voice": "af_sky"}),
        ('{"video_subject": "Tides"}', {"topic": "Tides"}),
        ('```json\n{"text": "The sea rises."}\n```\n', {"text": "The sea rises."}),
    ],
)
def test_an_order_in_a_text_file_is_an_order(content: str, fields: dict[str, str], tmp_path: Path):
    script = tmp_path / "order.txt"
    script.write_text(content)

    order = build_order(OrderOptions(script=script))

    assert order.model_dump(include={"topic", "text", "scenes", "voice"}, exclude_none=True) == fields


@pytest.mark.parametrize("content", ['{"scenes": [{"text": "One."},]}', '[{"text": "One."}', '{"title": "no words"}'])
def test_a_faulty_order_in_a_text_file_is_refused_and_not_read_aloud(content: str, tmp_path: Path):
    script = tmp_path / "order.txt"
    script.write_text(content)

    assert "is not JSON" in (fault := refusal(script=script)) or "needs a topic, a text or scenes" in fault


def test_voices_of_speakers_are_pairs():
    assert build_order(OrderOptions(words="Tea", voice="narrator=af_sky, Host=am_adam")).voices == {
        "narrator": "af_sky",
        "Host": "am_adam",
    }
    with pytest.raises(PermanentError, match="not a list of SPEAKER=VOICE"):
        build_order(OrderOptions(words="Tea", voice="narrator=,x"))
