"""Matroska files with wrong declarations, and streams whose format changes midway."""

import struct
import zlib
from typing import Final

from tests.support.hostile.kit import Kit, Samples, jpeg
from tests.support.hostile.matroska import UNKNOWN, block, clusters, element, matroska, track

SAMPLES: Final = Samples()

_ANY: Final = "."


def _second(frame: bytes, *, shift: int = 0) -> bytes:
    """Twenty-five times the same picture, 40 ticks apart."""
    return clusters((shift + 40 * number, frame) for number in range(25))


@SAMPLES.add(suffix=".mkv")
async def _plain_motion_jpeg(_: Kit) -> bytes:
    return matroska(_second(jpeg()))


@SAMPLES.add(suffix=".mkv")
async def _segment_without_an_end(_: Kit) -> bytes:
    return matroska(_second(jpeg()), size=UNKNOWN)


@SAMPLES.add(suffix=".mkv")
async def _lasts_no_number_of_seconds(_: Kit) -> bytes:
    return matroska(_second(jpeg()), duration=float("nan"))


@SAMPLES.add(suffix=".mkv")
async def _lasts_for_ever(_: Kit) -> bytes:
    return matroska(_second(jpeg()), duration=float("inf"))


@SAMPLES.add(suffix=".mkv")
async def _lasts_less_than_nothing(_: Kit) -> bytes:
    return matroska(_second(jpeg()), duration=-1e300)


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _sound_at_no_number_of_hertz(_: Kit) -> bytes:
    sound = element("Audio", element("SamplingFrequency", float("nan")) + element("Channels", 1 << 40))
    streams = track() + track(2, kind=2, codec="A_PCM/INT/LIT", more=sound)
    return matroska(_second(jpeg()), tracks=streams)


@SAMPLES.add(suffix=".mkv")
async def _ticks_of_no_time(_: Kit) -> bytes:
    return matroska(_second(jpeg()), scale=0)


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _ticks_of_centuries(_: Kit) -> bytes:
    return matroska(_second(jpeg()), scale=(1 << 63) - 1)


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _times_at_the_end_of_time(_: Kit) -> bytes:
    return matroska(_second(jpeg(), shift=(1 << 63) - 2_000))


@SAMPLES.add(refused="time stamps", suffix=".mkv")
async def _begins_before_zero(_: Kit) -> bytes:
    frame = jpeg()
    body = b"".join(block(frame, at=40 * number - 400) for number in range(25))
    return matroska(element("Cluster", element("Timestamp", 0) + body))


@SAMPLES.add(refused="run backwards", suffix=".mkv")
async def _runs_backwards(_: Kit) -> bytes:
    frame = jpeg()
    return matroska(clusters((960 - 40 * number, frame) for number in range(25)))


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _stands_still(_: Kit) -> bytes:
    frame = jpeg()
    return matroska(clusters((0, frame) for _ in range(25)))


@SAMPLES.add(refused="hours apart", suffix=".mkv", heavy=True)
async def _a_day_between_two_pictures(_: Kit) -> bytes:
    return matroska(_second(jpeg()) + clusters([(86_400_000, jpeg())]))


@SAMPLES.add(refused=_ANY, suffix=".mkv", heavy=True)
async def _a_thousand_pictures_a_second(_: Kit) -> bytes:
    frame = jpeg()
    return matroska(clusters((number, frame) for number in range(2_000)))


@SAMPLES.add(suffix=".mkv", heavy=True)
async def _two_hundred_pictures_a_second(_: Kit) -> bytes:
    frame = jpeg()
    return matroska(clusters((5 * number, frame) for number in range(2_000)))


@SAMPLES.add(refused=_ANY, suffix=".mkv", heavy=True)
async def _a_hundred_thousand_packets(_: Kit) -> bytes:
    """One byte each, after the pictures."""
    many = b"".join(block(b".", at=at) for at in range(20_000))
    return matroska(
        _second(jpeg()) + b"".join(element("Cluster", element("Timestamp", 20_000 * n) + many) for n in range(5))
    )


@SAMPLES.add(refused="more than 16 streams", suffix=".mkv")
async def _forty_streams(_: Kit) -> bytes:
    return matroska(_second(jpeg()), tracks=b"".join(track(number) for number in range(1, 41)))


@SAMPLES.add(refused="more than 16 streams", suffix=".mkv", heavy=True)
async def _fifty_thousand_streams(_: Kit) -> bytes:
    return matroska(_second(jpeg()), tracks=b"".join(track(number) for number in range(1, 50_001)))


@SAMPLES.add(suffix=".mkv", heavy=True)
async def _fifty_thousand_chapters(_: Kit) -> bytes:
    atoms = b"".join(
        element("ChapterAtom", element("ChapterUID", n + 1) + element("ChapterTimeStart", n)) for n in range(50_000)
    )
    return matroska(_second(jpeg()), before=element("Chapters", element("EditionEntry", atoms)))


def tagged(number: int) -> bytes:
    """Very many tags: each is compared with all before it."""
    tags = b"".join(
        element("SimpleTag", element("TagName", f"NAME{n}") + element("TagString", "x" * 20)) for n in range(number)
    )
    return matroska(_second(jpeg()), before=element("Tags", element("Tag", tags)))


@SAMPLES.add(suffix=".mkv", heavy=True)
async def _five_thousand_tags(_: Kit) -> bytes:
    return tagged(5_000)


@SAMPLES.add(suffix=".mkv")
async def _tags_in_tags(_: Kit) -> bytes:
    tag = element("SimpleTag", element("TagName", "deep"))
    for _depth in range(500):
        tag = element("SimpleTag", tag)
    return matroska(_second(jpeg()), before=element("Tags", element("Tag", tag)))


@SAMPLES.add(suffix=".mkv")
async def _title_that_would_be_obeyed(kit: Kit) -> bytes:
    """Text that a terminal, subtitle renderer, filter graph, file list or log could execute."""
    path = kit.canary.path
    text = f"\x1b]0;owned\x07\x1b[2J{{\\fs900\\p1}}',movie={path}[x];\r\nfile '{path}'\n\u202e\x00\ud7ff%s%n" * 500
    tags = element("SimpleTag", element("TagName", "TITLE") + element("TagString", text))
    return matroska(_second(jpeg()), before=element("Tags", element("Tag", tags)))


@SAMPLES.add(suffix=".mkv")
async def _fonts_and_programs_attached(kit: Kit) -> bytes:
    def attached(number: int, name: str, kind: str) -> bytes:
        described = element("FileName", name) + element("FileMimeType", kind) + element("FileUID", number)
        return element("AttachedFile", described + element("FileData", b"\x7fELF" + bytes(1_000)))

    files = attached(1, "../../../../tmp/DejaVuSans-Bold.ttf", "application/x-truetype-font")
    files += attached(2, str(kit.canary.path), "application/x-executable")
    return matroska(_second(jpeg()), before=element("Attachments", files))


@SAMPLES.add(refused=_ANY, suffix=".mkv", heavy=True)
async def _packed_pictures_of_gigabytes(_: Kit) -> bytes:
    """Each block declares compression and unpacks to a far larger size."""
    packing = element("ContentEncoding", element("ContentCompression", element("ContentCompAlgo", 0)))
    streams = track(more=element("ContentEncodings", packing))
    bomb = zlib.compress(bytes(64 << 20))
    return matroska(clusters((40 * number, bomb) for number in range(10)), tracks=streams)


@SAMPLES.add(suffix=".mkv")
async def _element_of_an_exabyte(_: Kit) -> bytes:
    return matroska(element("Void", b"", size=(1 << 56) - 2) + _second(jpeg()))


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _block_larger_than_the_file(_: Kit) -> bytes:
    return matroska(element("Cluster", element("SimpleBlock", jpeg(), size=1 << 40)))


def _claiming(side: int) -> bytes:
    """A small picture with a large declared size."""
    frame = bytearray(jpeg())
    struct.pack_into(">HH", frame, frame.index(b"\xff\xc0") + 5, side, side)
    return bytes(frame)


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _picture_that_claims_four_gigapixels(_: Kit) -> bytes:
    return matroska(_second(_claiming(65_500)))


@SAMPLES.add(refused="too narrow", suffix=".mkv")
async def _a_line(_: Kit) -> bytes:
    return matroska(_second(jpeg(1_024, 32)))


@SAMPLES.add(refused="too narrow", suffix=".mkv")
async def _a_thread(_: Kit) -> bytes:
    return matroska(_second(jpeg(16, 1_024)))


@SAMPLES.add(damaged=True, suffix=".mkv", heavy=True)
async def _picture_that_grows_on_the_way(_: Kit) -> bytes:
    """The first picture is small; the second has a size that the probe refuses."""
    return matroska(clusters([(0, jpeg()), (40, _claiming(8_192)), *((40 * n, jpeg()) for n in range(2, 25))]))


@SAMPLES.add(suffix=".mkv")
async def _picture_that_changes_its_shape_on_the_way(_: Kit) -> bytes:
    return matroska(clusters((40 * n, jpeg(64, 36) if n % 5 else jpeg(160, 240)) for n in range(25)))


@SAMPLES.add(damaged=True, suffix=".mkv")
async def _second_picture_is_noise(_: Kit) -> bytes:
    return matroska(
        clusters((40 * n, jpeg() if n != 1 else b"\xff\xd8\xff\xc0\x00\x0b\x08" + bytes(64)) for n in range(25))
    )


@SAMPLES.add(refused=_ANY, suffix=".mkv")
async def _pictures_of_another_codec_than_said(kit: Kit) -> bytes:
    return matroska(_second(jpeg()), tracks=track(codec="V_VP9"))
