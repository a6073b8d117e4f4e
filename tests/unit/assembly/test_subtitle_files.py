import re

import av
import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.captions.subtitle_files import srt, vtt
from scenewire_assembly.captions.word_times import SpokenWord


def cue(text: str, start: int = 0, end: int = 30) -> Cue:
    return Cue(tuple((SpokenWord(line, start, end),) for line in text.split("\n")), start, end)


def test_subtitle_times_are_frame_times():
    cues = [cue("One\ntwo", 1, 25), cue("three", 108_000, 108_001)]
    assert srt(cues, 30) == ("1\n00:00:00,033 --> 00:00:00,833\nOne\ntwo\n\n2\n01:00:00,000 --> 01:00:00,033\nthree\n")
    assert vtt(cues, 30) == (
        "WEBVTT\n\n00:00:00.033 --> 00:00:00.833\nOne\ntwo\n\n01:00:00.000 --> 01:00:00.033\nthree\n"
    )


@given(st.lists(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1), min_size=1, max_size=20))
def test_no_text_breaks_a_file_or_becomes_markup(texts):
    cues = [cue(f"a{text}b", at * 30, at * 30 + 30) for at, text in enumerate(texts)]
    read = pysubs2.SSAFile.from_string(srt(cues, 30), "srt")
    assert [event.start for event in read] == [at * 1_000 for at in range(len(texts))]
    blocks = vtt(cues, 30).split("\n\n")
    assert len(blocks) == len(texts) + 1
    assert not any(re.search(r"[<>]", block.split("\n", 1)[1]) for block in blocks[1:])


@pytest.mark.parametrize(
    "text",
    ["00:00:00,100 --> 00:00:02,513", "First\n00:00:00,100 --> 00:00:02,513", "at 0:00:00.1 -->0:00:02.5 it", "-->"],
)
def test_times_in_a_text_do_not_become_a_cue(tmp_path, text):
    (tmp_path / "captions.srt").write_text(srt([cue(text), cue("Second", 60, 90)], 30), encoding="utf-8")

    with av.open(tmp_path / "captions.srt") as file:  # as ffmpeg reads it for the film's own track
        read = [(packet.pts, bytes(packet).decode()) for packet in file.demux() if packet.size]

    assert [(at, shown.replace("\u2060", "")) for at, shown in read] == [(0, text), (2_000, "Second")]
    assert "-->" not in read[0][1], "other readers look for it anywhere in a line"


def test_markup_in_the_text_is_shown_and_not_interpreted():
    text = r"<i>5 < 6 & {\an8}x"
    assert "<i>" not in srt([cue(text)], 30)
    assert r"{\an8}" not in srt([cue(text)], 30)
    assert "&lt;i&gt;5 &lt; 6 &amp; {" in vtt([cue(text)], 30)
