"""mp4 and QuickTime boxes with wrong declarations: position, size and duration of media."""

import struct
import zlib
from typing import Final

from tests.support.hostile.boxes import box, edited, full_box, patched
from tests.support.hostile.kit import Kit, Samples

SAMPLES: Final = Samples()

_TABLE: Final = "moov/trak/mdia/minf/stbl"
_ANY: Final = "."


def _reference(kit: Kit, entry: bytes) -> bytes:
    """A file that declares its media to be in another file."""
    return edited(kit.mp4, "moov/trak/mdia/minf/dinf/dref", lambda _: full_box("dref", struct.pack(">I", 1), entry))


@SAMPLES.add()
async def _media_on_a_server(kit: Kit) -> bytes:
    return _reference(kit, full_box("url ", f"http://{kit.canary.host}/media.mp4\0".encode()))


@SAMPLES.add()
async def _media_in_another_file(kit: Kit) -> bytes:
    return _reference(kit, full_box("url ", kit.canary.path.as_uri().encode() + b"\0"))


@SAMPLES.add(refused=_ANY, suffix=".mov")
async def _media_behind_an_alias(kit: Kit) -> bytes:
    """A classic Mac alias: a record with volume, folder and file name, and the full path."""
    name = kit.canary.path.name.encode()
    path = str(kit.canary.path).encode()
    alias = bytearray(150)
    struct.pack_into(">4sHHH", alias, 0, b"\0\0\0\0", 150, 2, 0)
    alias[10] = 4
    alias[11:15] = b"Disk"
    alias[50] = len(name)
    alias[51 : 51 + len(name)] = name
    struct.pack_into(">HH", alias, 130, 1, 1)  # levels up and down: relative to this file
    more = struct.pack(">HH", 2, len(path)) + path + b"\0" * (len(path) % 2) + struct.pack(">HH", 0xFFFF, 0)
    return _reference(kit, full_box("alis", bytes(alias) + more))


@SAMPLES.add(refused=_ANY, suffix=".mov")
async def _reference_movie(kit: Kit) -> bytes:
    url = f"http://{kit.canary.host}/film.mov\0".encode()
    target = full_box("rdrf", b"url " + struct.pack(">I", len(url)) + url)
    return box("ftyp", b"qt  \0\0\0\0qt  ") + box("moov", box("rmra", box("rmda", target)))


@SAMPLES.add(refused=_ANY, suffix=".mov")
async def _reference_movie_to_a_file(kit: Kit) -> bytes:
    url = kit.canary.path.as_uri().encode() + b"\0"
    target = full_box("rdrf", b"url " + struct.pack(">I", len(url)) + url)
    return box("ftyp", b"qt  \0\0\0\0qt  ") + box("moov", box("rmra", box("rmda", target)))


def _cut(share: float) -> None:
    async def make(kit: Kit) -> bytes:
        return fast[: int(len(fast) * share)] if (fast := await kit.remade("fast.mp4", *_FAST)) else b""

    make.__name__ = f"cut_off_at_{round(share * 1000):03}"
    SAMPLES.add(refused=_ANY)(make)


_FAST: Final = ("-c", "copy", "-movflags", "+faststart")
for _share in (0.01, 0.03, 0.06, 0.2, 0.4, 0.6, 0.8, 0.97):
    _cut(_share)


@SAMPLES.add(refused=_ANY)
async def _without_its_description(kit: Kit) -> bytes:
    return edited(kit.mp4, "moov", lambda _: b"")


@SAMPLES.add(refused=_ANY)
async def _description_without_streams(kit: Kit) -> bytes:
    return edited(edited(kit.mp4, "moov/trak", lambda _: b""), "moov/trak", lambda _: b"")


@SAMPLES.add(refused=_ANY)
async def _without_its_media(kit: Kit) -> bytes:
    return edited(kit.mp4, "mdat", lambda whole: whole[:8] + bytes(len(whole) - 8))


@SAMPLES.add(refused=_ANY)
async def _boxes_in_boxes(_: Kit) -> bytes:
    """Twenty thousand levels deep."""
    depth = 20_000
    sizes = range(8 * depth, 0, -8)
    return box("ftyp", b"isom\0\0\2\0isom") + b"".join(struct.pack(">I4s", size, b"moov") for size in sizes)


@SAMPLES.add()
async def _box_larger_than_the_file(kit: Kit) -> bytes:
    return edited(kit.mp4, "moov", lambda whole: struct.pack(">I", 0x7FFF_FFFF) + whole[4 : len(whole) // 2])


@SAMPLES.add(refused=_ANY)
async def _box_of_eight_exabytes(kit: Kit) -> bytes:
    return edited(kit.mp4, "moov", lambda whole: struct.pack(">I4sQ", 1, b"moov", (1 << 63) - 1) + whole[8:60])


@SAMPLES.add(refused=_ANY)
async def _box_of_size_zero_inside(kit: Kit) -> bytes:
    return edited(kit.mp4, f"{_TABLE}/stsd", lambda whole: bytes(4) + whole[4:])


@SAMPLES.add(refused=_ANY)
async def _box_smaller_than_its_head(kit: Kit) -> bytes:
    return edited(kit.mp4, f"{_TABLE}/stsz", lambda whole: struct.pack(">I", 3) + whole[4:])


@SAMPLES.add(refused=_ANY, heavy=True)
async def _packed_description_of_gigabytes(_: Kit) -> bytes:
    """Sixty compressed kilobytes that declare three gigabytes."""
    squeezed = box("cmov", box("dcom", b"zlib"), box("cmvd", struct.pack(">I", 3 << 30), zlib.compress(bytes(1 << 26))))
    return box("ftyp", b"qt  \0\0\0\0qt  ") + box("moov", squeezed)


@SAMPLES.add(refused=_ANY, heavy=True)
async def _four_thousand_million_frames(kit: Kit) -> bytes:
    """All of the same size, so that no table is needed."""
    return edited(kit.mp4, f"{_TABLE}/stsz", lambda _: full_box("stsz", struct.pack(">II", 1, 0xFFFF_FFFF)))


@SAMPLES.add(refused=_ANY, heavy=True)
async def _table_that_is_not_there(kit: Kit) -> bytes:
    return edited(kit.mp4, f"{_TABLE}/stsz", lambda _: full_box("stsz", struct.pack(">II", 0, 0x2000_0000)))


@SAMPLES.add(refused=_ANY, heavy=True)
async def _times_of_four_thousand_million_frames(kit: Kit) -> bytes:
    return edited(kit.mp4, f"{_TABLE}/stts", lambda _: full_box("stts", struct.pack(">III", 1, 0xFFFF_FFFF, 1)))


@SAMPLES.add(refused=_ANY)
async def _chunks_beyond_the_file(kit: Kit) -> bytes:
    return patched(kit.mp4, f"{_TABLE}/stco", 8, "I", 0xFFFF_FF00)


@SAMPLES.add(refused=_ANY)
async def _frames_that_take_no_time(kit: Kit) -> bytes:
    return patched(kit.mp4, f"{_TABLE}/stts", 12, "I", 0)


@SAMPLES.add(refused=_ANY)
async def _frames_that_last_for_days(kit: Kit) -> bytes:
    return patched(kit.mp4, f"{_TABLE}/stts", 12, "I", 0x7FFF_FFF0)


@SAMPLES.add(refused=_ANY)
async def _frames_that_last_less_than_nothing(kit: Kit) -> bytes:
    return patched(kit.mp4, f"{_TABLE}/stts", 12, "I", 0xFFFF_FE00)


@SAMPLES.add(refused=_ANY)
async def _clock_without_ticks(kit: Kit) -> bytes:
    return patched(kit.mp4, "moov/trak/mdia/mdhd", 12, "I", 0)


@SAMPLES.add(refused=_ANY)
async def _clock_that_races(kit: Kit) -> bytes:
    return patched(kit.mp4, "moov/trak/mdia/mdhd", 12, "I", 0xFFFF_FFFF)


@SAMPLES.add()
async def _declared_to_last_for_years(kit: Kit) -> bytes:
    return patched(patched(kit.mp4, "moov/mvhd", 16, "I", 0xFFFF_FFFE), "moov/trak/mdia/mdhd", 16, "I", 0xFFFF_FFFE)


@SAMPLES.add()
async def _declared_as_large_as_a_house(kit: Kit) -> bytes:
    """The frames contradict the declaration."""
    return patched(kit.mp4, f"{_TABLE}/stsd/avc1", 24, "HH", 65_535, 65_535)


@SAMPLES.add(refused="too narrow")
async def _pixels_as_wide_as_a_wall(kit: Kit) -> bytes:
    wide = box("pasp", struct.pack(">II", 60_000, 1))
    return edited(kit.mp4, f"{_TABLE}/stsd/avc1/pasp", lambda _: wide)


@SAMPLES.add(refused="too narrow")
async def _pixels_as_high_as_a_tower(kit: Kit) -> bytes:
    high = box("pasp", struct.pack(">II", 1, 60_000))
    return edited(kit.mp4, f"{_TABLE}/stsd/avc1/pasp", lambda _: high)


@SAMPLES.add()
async def _pixels_without_width(kit: Kit) -> bytes:
    return edited(kit.mp4, f"{_TABLE}/stsd/avc1/pasp", lambda _: box("pasp", bytes(8)))


@SAMPLES.add()
async def _turned_by_nonsense(kit: Kit) -> bytes:
    return patched(kit.mp4, "moov/trak/tkhd", 40, "9I", *[0x7FFF_FFFF] * 9)


@SAMPLES.add()
async def _turned_flat(kit: Kit) -> bytes:
    return patched(kit.mp4, "moov/trak/tkhd", 40, "9I", *[0] * 9)


def _edits(kit: Kit, *entries: tuple[int, int, int]) -> bytes:
    """An edit list: duration, media time, rate."""
    body = struct.pack(">I", len(entries)) + b"".join(struct.pack(">IiI", *entry) for entry in entries)
    return edited(kit.mp4, "moov/trak/edts", lambda _: box("edts", full_box("elst", body)))


@SAMPLES.add(refused=_ANY)
async def _edit_that_shows_nothing(kit: Kit) -> bytes:
    return _edits(kit, (1_000, 0x7FFF_FFFF, 1 << 16))


@SAMPLES.add(heavy=True)
async def _ten_thousand_edits(kit: Kit) -> bytes:
    return _edits(kit, *[(1_000, 0, 1 << 16)] * 10_000)


@SAMPLES.add()
async def _edit_that_waits_for_a_year(kit: Kit) -> bytes:
    return _edits(kit, (0x7FFF_FFFF, -1, 1 << 16), (1_000, 0, 1 << 16))


@SAMPLES.add()
async def _edit_at_no_speed(kit: Kit) -> bytes:
    return _edits(kit, (1_000, 0, 0))


@SAMPLES.add(refused=_ANY)
async def _encrypted(kit: Kit) -> bytes:
    key = ("-encryption_key", "00" * 16, "-encryption_kid", "11" * 16)
    return await kit.remade("encrypted.mp4", "-c", "copy", "-encryption_scheme", "cenc-aes-ctr", *key)
