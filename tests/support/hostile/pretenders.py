"""Files that are not videos, whatever their names: lists, scripts, documents, pictures."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from typing import Final

from tests.support.hostile.boxes import box
from tests.support.hostile.kit import Canary, Kit, Samples

SAMPLES: Final = Samples()

_NO_VIDEO: Final = "it begins with|it is not a readable"

_HEAD: Final = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n"


def _text(name: str, written: Callable[[Canary], str], suffix: str = ".mp4") -> None:
    async def make(kit: Kit) -> bytes:
        return written(kit.canary).encode()

    make.__name__ = name
    SAMPLES.add(refused=_NO_VIDEO, suffix=suffix)(make)


def _hls(segment: str) -> str:
    return f"{_HEAD}#EXTINF:2,\n{segment}\n#EXT-X-ENDLIST\n"


_text("hls_of_a_neighbour", lambda canary: _hls(canary.path.name))
_text("hls_of_an_absolute_file", lambda canary: _hls(canary.path.as_uri()))
_text("hls_of_a_server", lambda canary: _hls(f"http://{canary.host}/canary.ts"))
_text("hls_of_a_bare_connection", lambda canary: _hls(f"tcp://{canary.host}"))
_text("hls_of_a_concatenation", lambda canary: _hls(f"concat:http://{canary.host}/a|file:{canary.path}"))
_text("hls_of_a_part_of_a_file", lambda canary: _hls(f"subfile,,start,0,end,64,,:{canary.path}"))
_text("hls_with_a_key", lambda canary: f'{_HEAD}#EXT-X-KEY:METHOD=AES-128,URI="http://{canary.host}/key"\n{_hls("a")}')
_text("hls_with_a_head_file", lambda canary: f'{_HEAD}#EXT-X-MAP:URI="{canary.path.as_uri()}"\n#EXTINF:2,\na.mp4\n')
_text("hls_of_lists", lambda canary: f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://{canary.host}/low.m3u8\n")
_text("hls_behind_a_byte_order_mark", lambda canary: "\ufeff" + _hls(canary.path.as_uri()))
_text("hls_named_ts", lambda canary: _hls(canary.path.as_uri()), ".ts")
_text("hls_named_mkv", lambda canary: _hls(f"http://{canary.host}/canary.ts"), ".mkv")
_text("concat_of_a_neighbour", lambda canary: f"ffconcat version 1.0\nfile {canary.path.name}\n")
_text("concat_of_an_absolute_file", lambda canary: f"ffconcat version 1.0\nfile {canary.path}\n")
_text("concat_of_a_server", lambda canary: f"ffconcat version 1.0\nfile http://{canary.host}/canary.mp4\n")
_text("concat_with_options", lambda canary: f"ffconcat version 1.0\nfile {canary.path.name}\noption enable_drefs 1\n")
_text(
    "dash",
    lambda canary: (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" '
        f'bandwidth="1"><BaseURL>http://{canary.host}/canary.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>'
    ),
)
_text("sdp", lambda _: "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 33\n")
_text("real_time_redirect", lambda canary: f"rtsp://{canary.host}/stream\n")
_text(
    "windows_playlist", lambda canary: f'<asx version="3.0"><entry><ref href="http://{canary.host}/a"/></entry></asx>'
)
_text("cinema_package", lambda canary: f"<AssetMap><Path>{canary.path.as_uri()}</Path></AssetMap>")
_text("avisynth_script", lambda canary: f'AviSource("{canary.path}")\n', ".mkv")
_text("filter_graph", lambda canary: f"movie={canary.path}[out0]")
_text("list_of_pictures", lambda _: "%03d.png\n")
_text("metadata", lambda canary: f";FFMETADATA1\ntitle={canary.path}\n")
_text("subtitles", lambda canary: f"1\n00:00:00,000 --> 00:00:02,000\n<img src={canary.path.as_uri()}>\n")
_text("styled_subtitles", lambda canary: f"[Script Info]\n[Fonts]\nfontname: {canary.path}\n[Events]\n")
_text("synchronised_page", lambda canary: f'<SAMI><BODY><IMG src="http://{canary.host}/a"></BODY></SAMI>')
_text("page", lambda canary: f'<!doctype html><html><video src="http://{canary.host}/a"></html>')
_text("json", lambda canary: f'{{"url": "http://{canary.host}/a"}}')
_text(
    "drawing",
    lambda canary: (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="36">'
        f'<image xlink:href="{canary.path.as_uri()}" width="9" height="9"/>'
        f'<image xlink:href="http://{canary.host}/a.png" width="9" height="9"/></svg>'
    ),
)
_text("postscript", lambda canary: f"%!PS-Adobe-3.0\n({canary.path}) (r) file\nshowpage\n")
_text("portable_document", lambda canary: f"%PDF-1.7\n1 0 obj<</Type/Filespec/F({canary.path})>>endobj\n%%EOF\n")


@SAMPLES.add(refused=_NO_VIDEO)
async def _nothing(_: Kit) -> bytes:
    return b""


@SAMPLES.add(refused=_NO_VIDEO)
async def _zeros(_: Kit) -> bytes:
    return bytes(1 << 16)


@SAMPLES.add(refused=_NO_VIDEO)
async def _packed(kit: Kit) -> bytes:
    return gzip.compress(kit.mp4)


@SAMPLES.add(refused=_NO_VIDEO)
async def _archive(kit: Kit) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../clip.mp4", kit.mp4)
    return buffer.getvalue()


@SAMPLES.add(refused=_NO_VIDEO)
async def _list_behind_a_video_s_first_box(kit: Kit) -> bytes:
    """Starts like an mp4 and continues as a list."""
    return box("ftyp", b"isom\0\0\2\0isomiso2") + _hls(kit.canary.path.as_uri()).encode()


@SAMPLES.add(refused=_NO_VIDEO)
async def _list_behind_matroska_s_signature(kit: Kit) -> bytes:
    return b"\x1a\x45\xdf\xa3" + f"ffconcat version 1.0\nfile {kit.canary.path.name}\n".encode()


@SAMPLES.add(refused=_NO_VIDEO)
async def _list_whose_name_begins_like_a_video(kit: Kit) -> bytes:
    """Four harmless bytes, then the signature of an mp4 in a comment of a list."""
    return b"#EXT" + b"ftypisom\n" + _hls(kit.canary.path.as_uri()).encode()


@SAMPLES.add()
async def _video_that_is_an_archive_too(kit: Kit) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("list.m3u8", _hls(kit.canary.path.as_uri()))
    return kit.mp4 + box("free", buffer.getvalue())


@SAMPLES.add()
async def _video_that_is_a_page_too(kit: Kit) -> bytes:
    ftyp = struct.unpack_from(">I", kit.mp4)[0]
    remark = box("free", _hls(f"http://{kit.canary.host}/a").encode() + b"<html><script>")
    moved = len(remark)
    shifted = bytearray(kit.mp4)
    at = 0
    while (at := shifted.find(b"stco", at)) >= 0:  # the media moves, and with it where it is said to be
        (count,) = struct.unpack_from(">I", shifted, at + 8)
        for entry in range(at + 12, at + 12 + 4 * count, 4):
            struct.pack_into(">I", shifted, entry, struct.unpack_from(">I", shifted, entry)[0] + moved)
        at += 4
    return bytes(shifted[:ftyp]) + remark + bytes(shifted[ftyp:])
