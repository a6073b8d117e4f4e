"""The playlist of a growing preview, as text."""

import itertools
from pathlib import Path

import pytest

from scenewire_gateway.preview.playable import Part, Playable
from scenewire_gateway.preview.playlist import playlist


def scene(*frames: int, rate: int = 30) -> Playable:
    parts = tuple(Part(offset=1_000 * number, bytes=900, frames=count) for number, count in enumerate(frames, 1))
    return Playable(path=Path("x"), init_bytes=800, bytes=9_999, frame_rate=rate, parts=parts, codecs="avc1,mp4a")


def test_the_playlist_of_two_scenes():
    text = playlist([scene(60, 7), scene(33)], complete=False, urls=["1.mp4", "2.mp4?v=a"])
    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:EVENT\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-START:TIME-OFFSET=0,PRECISE=YES\n"
        '#EXT-X-MAP:URI="1.mp4",BYTERANGE="800@0"\n'
        "#EXTINF:2.000000,\n#EXT-X-BYTERANGE:900@1000\n1.mp4\n"
        "#EXTINF:0.233333,\n#EXT-X-BYTERANGE:900@2000\n1.mp4\n"
        "#EXT-X-DISCONTINUITY\n"
        '#EXT-X-MAP:URI="2.mp4?v=a",BYTERANGE="800@0"\n'
        "#EXTINF:1.100000,\n#EXT-X-BYTERANGE:900@1000\n2.mp4?v=a\n"
    )


def test_it_only_grows_at_its_end():
    scenes, urls = [scene(60, 31), scene(45), scene(61, 60, 2)], ["1", "2", "3"]
    texts = [playlist(scenes[:count], complete=False, urls=urls[:count]) for count in range(4)]
    texts.append(playlist(scenes, complete=True, urls=urls))
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    assert texts[-1] == texts[-2] + "#EXT-X-ENDLIST\n"


@pytest.mark.parametrize("rate", [24, 25, 30, 60])
def test_rounded_lengths_add_up_to_the_frames(rate: int):
    scenes = [scene(2 * rate, rate + number, rate=rate) for number in range(1, 200)]
    text = playlist(scenes, complete=True, urls=["x"] * len(scenes))
    lengths = [int(line[8:-1].replace(".", "")) for line in text.splitlines() if line.startswith("#EXTINF")]
    assert sum(lengths) == round(1_000_000 * sum(each.frames for each in scenes) / rate)
