import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.artifacts.store import output_key
from scenewire_assembly.video.file_name import file_stem, video_name
from tests.support.builders import PROJECT


@pytest.mark.parametrize("topic", ["Tea", "The history of tea", "black-and_white films of 1920", "Tea  twice", "Größe"])
def test_a_simple_topic_names_the_file_as_the_prior_system_did(topic):
    assert video_name(topic) == topic.replace(" ", "_") + "_video.mp4"


@pytest.mark.parametrize(
    ("topic", "stem"),
    [
        ("../../etc/passwd", "etcpasswd"),
        ("a \"b\" 'c'", "a_b_c"),
        ("tea\nfor two", "tea_for_two"),
        ("🎉", "film"),
        ("...", "film"),
        ("-rf tea", "rf_tea"),
        ("C:\\tea?*", "Ctea"),
        ("お茶", "お茶"),
    ],
)
def test_what_no_file_name_should_hold_is_dropped(topic, stem):
    assert file_stem(topic) == stem


@given(st.text(max_size=600))
def test_every_topic_names_one_file_in_its_folder(topic):
    name = video_name(topic)
    assert len(name.encode()) < 150
    assert name != "_video.mp4"
    assert output_key(PROJECT, name) == f"output/{PROJECT}/{name}"
