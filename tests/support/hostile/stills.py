"""Pictures as cameras, archives and attackers make them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import av
import numpy as np
from PIL import Image, ImageCms

from tests.support.hostile.boxes import box
from tests.support.hostile.kit import Kit, Samples

SAMPLES: Final = Samples()

SIZE: Final = (160, 96)
LEFT: Final = (200, 60, 40)
RIGHT: Final = (40, 90, 180)
"""Colours of the halves of every picture."""


def halves(size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture whose left half differs from its right one."""
    picture = Image.new("RGB", size, RIGHT)
    picture.paste(LEFT, (0, 0, size[0] // 2, size[1]))
    return picture


def written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _add(name: str, make: Callable[[], bytes], suffix: str, *, refused: str | None = None, heavy: bool = False) -> None:
    async def content(_: Kit) -> bytes:
        return make()

    content.__name__ = name
    SAMPLES.add(refused=refused, suffix=suffix, heavy=heavy)(content)


def exif(orientation: int) -> bytes:
    described = Image.Exif()
    described[0x0112] = orientation
    return described.tobytes()


def _moving(kind: str, **options: Any) -> bytes:
    return written(halves(), kind, save_all=True, append_images=[Image.new("RGB", SIZE, "lime")] * 3, **options)


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of packed rows. Colour 0 is grey, 2 RGB."""
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    parts = [head, *chunks, (b"IDAT", rows), (b"IEND", b"")]
    packed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def _deep(grey: bool) -> bytes:
    """16 bits a channel."""
    pixels = np.asarray(halves().convert("L") if grey else halves(), ">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return png(*SIZE, 16, 0 if grey else 2, zlib.compress(rows))


def _bomb(side: int) -> bytes:
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    return png(side, side, 1, 0, rows)


def _huge_jpeg(side: int, **options: Any) -> bytes:
    """A small JPEG that declares another size."""
    content = bytearray(written(halves(), "JPEG", **options))
    at = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2"))
    struct.pack_into(">HH", content, at + 5, side, side)
    return bytes(content)


def _web_canvas(side: int) -> bytes:
    """An animation in WebP whose canvas is far larger than its one picture."""
    inner = written(Image.new("RGB", (16, 16), "red"), "WEBP", lossless=True)[12:]
    canvas = b"\x02\0\0\0" + 2 * struct.pack("<I", side - 1)[:3]
    frame = bytes(6) + 2 * struct.pack("<I", 15)[:3] + bytes(4) + inner
    chunks = ((b"VP8X", canvas), (b"ANIM", bytes(6)), (b"ANMF", frame))
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(content)) + content for kind, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def display_p3() -> bytes:
    """A profile with the primaries of Display P3 and the transfer of sRGB, made from that of sRGB."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    for index in range(struct.unpack_from(">I", profile, 128)[0]):
        name, offset, _ = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        if name in primaries:
            struct.pack_into(">iii", profile, offset + 8, *(round(value * 65536) for value in primaries[name]))
    return bytes(profile)


def _two_eyes() -> bytes:
    return written(halves(), "MPO", save_all=True, append_images=[Image.new("RGB", SIZE, "lime")])


def _archive_too() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.sh", "rm -rf /")
    return written(halves(), "JPEG") + buffer.getvalue()


def _see_through(kind: str, **options: Any) -> bytes:
    picture = halves().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 20, 20))
    return written(picture, kind, **options)


def _clear() -> bytes:
    return written(Image.new("RGBA", SIZE, (0, 0, 0, 0)), "PNG")


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _noise(kind: str, **options: Any) -> bytes:
    """A file with data in all its parts."""
    pixels = np.random.default_rng(3).integers(0, 255, (96, 160, 3), np.uint8)
    return written(Image.fromarray(pixels), kind, **options)


def _many_texts() -> bytes:
    texts = [(b"zTXt", b"k\0\0" + zlib.compress(bytes(1 << 20)))] * 200
    return png(*SIZE, 8, 0, zlib.compress(bytes((SIZE[0] + 1) * SIZE[1])), *texts)


def _motion_jpeg() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj420p"
        for shade in (60, 120):
            picture = np.full((SIZE[1] * 3 // 2, SIZE[0]), shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="yuvj420p")))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _bright(kind: str) -> bytes:
    """A picture that says that its brightness is coded by PQ."""
    if kind == "PNG":
        return png(*SIZE, 8, 0, zlib.compress(bytes((SIZE[0] + 1) * SIZE[1])), (b"cICP", bytes((9, 16, 0, 1))))
    before, mark, after = written(halves(), "AVIF").partition(b"colrnclx")
    return before + mark + after[:2] + b"\0\x10" + after[4:]


_SHOWN: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "photograph": (".jpg", lambda: written(halves(), "JPEG", quality=95)),
    "photograph_in_scans": (".jpg", lambda: written(halves(), "JPEG", quality=95, progressive=True)),
    "photograph_in_grey": (".jpg", lambda: written(halves().convert("L"), "JPEG", quality=95)),
    "photograph_for_print": (".jpg", lambda: written(halves().convert("CMYK"), "JPEG", quality=95)),
    "photograph_on_its_side": (".jpg", lambda: written(halves(), "JPEG", exif=exif(6))),
    "photograph_of_two_eyes": (".jpg", _two_eyes),
    "photograph_that_is_an_archive_too": (".jpg", _archive_too),
    "photograph_with_damaged_exif": (".jpg", lambda: written(halves(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")),
    "photograph_with_a_damaged_profile": (".jpg", lambda: written(halves(), "JPEG", icc_profile=b"\0" * 200)),
    "photograph_of_a_phone": (".jpg", lambda: written(halves(), "JPEG", icc_profile=display_p3())),
    "photograph_of_a_hundred_megapixels": (".jpg", lambda: written(halves((12_000, 9_000)), "JPEG", quality=60)),
    "moving_photograph": (".jpg", _motion_jpeg),
    "drawing_in_colour": (".png", lambda: written(halves(), "PNG")),
    "drawing_in_colour_of_sixteen_bits": (".png", lambda: _deep(grey=False)),
    "drawing_in_grey_of_sixteen_bits": (".png", lambda: _deep(grey=True)),
    "drawing_of_a_palette": (".png", lambda: written(halves().convert("P"), "PNG")),
    "drawing_of_two_shades": (".png", lambda: written(halves().convert("1"), "PNG")),
    "drawing_that_is_see_through": (".png", lambda: _see_through("PNG")),
    "drawing_of_a_clear_palette": (".png", lambda: written(halves().convert("P"), "PNG", transparency=0)),
    "drawing_in_motion": (".png", lambda: _moving("PNG")),
    "picture_of_the_web": (".webp", lambda: written(halves(), "WEBP", quality=95)),
    "picture_of_the_web_without_loss": (".webp", lambda: _see_through("WEBP", lossless=True)),
    "picture_of_the_web_in_motion": (".webp", lambda: _moving("WEBP")),
    "old_picture": (".gif", lambda: written(halves(), "GIF")),
    "old_picture_in_motion": (".gif", lambda: _moving("GIF")),
    "new_picture": (".avif", lambda: written(halves(), "AVIF", quality=95)),
    "new_picture_in_motion": (".avif", lambda: _moving("AVIF")),
}

_REFUSED: Final[dict[str, tuple[str, Callable[[], bytes], str]]] = {
    "half_a_photograph": (".jpg", lambda: _half(_noise("JPEG")), "cut off"),
    "half_a_photograph_in_scans": (".jpg", lambda: _half(_noise("JPEG", progressive=True)), "cut off"),
    "half_a_drawing": (".png", lambda: _half(_noise("PNG")), "cut off"),
    "half_an_old_picture": (".gif", lambda: _half(_noise("GIF")), "cut off"),
    "half_a_picture_of_the_web": (".webp", lambda: _half(_noise("WEBP")), "cut off|not a readable"),
    "half_a_new_picture": (".avif", lambda: _half(_noise("AVIF")), "cut off|not a readable"),
    "photograph_of_noise": (".jpg", lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64, "not a readable|cut off"),
    "photograph_of_a_phone_s_own_kind": (".heic", lambda: box("ftyp", b"heic\0\0\0\0mif1heic"), "not a readable"),
    "drawing_with_too_many_words": (".png", _many_texts, "cut off or damaged"),
    "drawing_in_high_dynamic_range": (".png", partial(_bright, "PNG"), "high dynamic range"),
    "new_picture_in_high_dynamic_range": (".avif", partial(_bright, "AVIF"), "high dynamic range"),
    "drawing_of_nothing": (".png", _clear, "fully transparent"),
    "icon": (".png", lambda: written(halves((32, 32)), "PNG"), "too small"),
    "ribbon": (".png", lambda: written(halves((1600, 100)), "PNG"), "too narrow"),
}  # fmt: skip

_CANVASES: Final = {"picture_of_the_web_of_gigabytes": 65_000, "picture_of_the_web_too_large": 12_000}

_BOMBS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "drawing_of_a_gigabyte": (".png", lambda: _bomb(1 << 15)),
    "drawing_just_too_large": (".png", lambda: _bomb(6_016)),
    "photograph_of_twenty_thousand_lines": (".jpg", lambda: _huge_jpeg(20_000)),
    "photograph_of_twenty_thousand_lines_in_scans": (".jpg", lambda: _huge_jpeg(20_000, progressive=True)),
    "old_picture_of_gigabytes": (".gif", lambda: b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0)
                                 + b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x4c\x01\0;"),
}  # fmt: skip

for _name, (_suffix, _make) in _SHOWN.items():
    _add(_name, _make, _suffix, heavy="megapixels" in _name)
for _name, (_suffix, _make, _reason) in _REFUSED.items():
    _add(_name, _make, _suffix, refused=_reason)
for _name, (_suffix, _make) in _BOMBS.items():
    _add(_name, _make, _suffix, refused="too large", heavy=True)
for _name, _side in _CANVASES.items():
    _add(_name, partial(_web_canvas, _side), ".webp", refused="too large|cut off", heavy=True)
