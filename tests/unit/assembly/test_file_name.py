import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.artifacts.store import output_key
from scenewire_assembly.video.file_name import file_stem, video_name
from tests.support.builders import PROJECT


@pytest.mark.parametrize("topic", ["Tea", "The history of tea", "black-and_white films of 1920", "Tea  twice", "Größe"])
def test_a_simple_topic_gives_the_file_name_of_the_prior_system(topic):
    assert video_name(topic) == topic.replace(" ", "_") + "_video.mp4"


@pytest.mark.parametrize(
    ("topic", "stem"),
    [
        ("../../etc/passwd", "etcpasswd"),
        ("a \"b\" 'c'", "a_b_c"),
        ("tea\nfor two", "tea_for_two"),
        ("🎉", "untitled"),
        ("...", "untitled"),
        ("-rf tea", "rf_tea"),
        ("C:\\tea?*", "Ctea"),
        ("お茶", "お茶"),
    ],
)
def test_unsafe_characters_are_dropped(topic, stem):
    assert file_stem(topic) == stem


@pytest.mark.parametrize(
    "topic",
    [
        "हिन्दी की कहानी",
        "ประวัติศาสตร์น้ำชา",
        "தமிழ் மொழியின் கதை",
        "قِصَّةُ الشَّاي",
        "Tiếng Việt",
    ],
)
def test_letters_keep_their_marks_in_every_script(topic):
    assert file_stem(topic) == unicodedata.normalize("NFC", topic).replace(" ", "_")


@pytest.mark.parametrize(
    ("topic", "stem"),
    [
        ("cafe\u0301", "café"),
        ("q\u0307 tea", "q\u0307_tea"),
        ("Tea 🎉 time ❤️", "Tea_time"),
        ("👩\u200d🚀", "untitled"),
        ("1️⃣ tea", "1_tea"),
        ("tea-\u0301 \u0301cup", "tea-_cup"),
    ],
)
def test_marks_stay_with_their_letter_and_emoji_are_dropped_completely(topic, stem):
    assert file_stem(topic) == stem


@pytest.mark.parametrize("cluster", ["ि", "की", "क्षि", "น้ำ", "தி", "كّ", "q\u0307\u0323", "한", "é"])
@pytest.mark.parametrize("before", range(4))
def test_a_shortened_name_ends_with_a_whole_character(cluster, before):
    whole = unicodedata.normalize("NFC", f"क{cluster}" if cluster == "ि" else cluster)
    stem = file_stem("a" * before + whole * 100)

    assert 120 < len(stem.encode()) < 150
    assert stem == "a" * before + whole * ((len(stem) - before) // len(whole))


@given(st.text(max_size=600))
def test_every_topic_gives_a_plain_file_name(topic):
    name = video_name(topic)
    assert len(name.encode()) < 150
    assert name != "_video.mp4"
    assert output_key(PROJECT, name) == f"output/{PROJECT}/{name}"
