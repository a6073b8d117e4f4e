"""An HLS playlist of the scenes that are ready. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from scenewire_gateway.preview.playable import Playable
from scenewire_gateway.preview.remux import MAX_PART_S

__all__ = ["MEDIA_TYPE", "playlist"]

MEDIA_TYPE: Final = "application/vnd.apple.mpegurl"


def playlist(scenes: Sequence[Playable], *, complete: bool, urls: Sequence[str]) -> str:
    """Returns a media playlist. With further scenes, it only grows at its end.

    Every scene begins its own timeline, with its own initialization segment. The lengths of all parts are rounded so that
    their sum is that of the frames.

    Args:
        scenes: the first scenes of the video, without gaps.
        complete: whether these are all of them.
        urls: of the scenes' files, relative to the playlist.
    """
    # Without EXT-X-MEDIA-SEQUENCE, Chrome's own player takes the list for what is there, and plays it from the first scene.
    # With it, the list would be a broadcast: Chrome begins with its last three parts, and leaves out what it misses in a
    # pause.
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{MAX_PART_S}",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES",
    ]
    end = Fraction(0)
    for number, (scene, url) in enumerate(zip(scenes, urls, strict=True)):
        if number:
            lines.append("#EXT-X-DISCONTINUITY")
        lines.append(f'#EXT-X-MAP:URI="{url}",BYTERANGE="{scene.init_bytes}@0"')
        for part in scene.parts:
            start, end = end, end + Fraction(part.frames, scene.frame_rate)
            lines += [
                f"#EXTINF:{(_microseconds(end) - _microseconds(start)) / 1_000_000:.6f},",
                f"#EXT-X-BYTERANGE:{part.bytes}@{part.offset}",
                url,
            ]
    if complete:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join([*lines, ""])


def _microseconds(seconds: Fraction) -> int:
    return round(seconds * 1_000_000)
