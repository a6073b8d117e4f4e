"""Converts a picture from outside into a plain JPEG, in a process of its own: a crash or a bomb ends only this process.

`python still_child.py PATH` prints one line of JSON, and the JPEG after it: `{"facts": …}` as
`scenewire.probe.still.StillFacts` has them, or `{"refused": "why"}` and no JPEG. It writes no file. It runs isolated from
the environment and the working folder.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from scenewire.probe.accepted_formats import MAX_PIXELS, MAX_STILL_PIXELS, STILL_FORMATS

_MAX_FILE_BYTES: Final = 256 << 20
"""Some decoders read the whole file before they know the size of the picture."""

_MAX_SIDE: Final = 4096
"""Of the JPEG, pixels: more than the largest video shows, with room for a move."""

_QUALITY: Final = 95
_WHITE: Final = 255
_DARK: Final = 24
_BRIGHT: Final = 200
"""Visible parts of a transparent picture that are brighter on average stand on a dark ground."""

_HEADER_BYTES: Final = 64 << 10
_TRANSFERS: Final = {"AVIF": (b"colrnclx", 3), "PNG": (b"cICP", 1)}
"""Where files name their transfer characteristics: after which mark, and how many bytes after it."""

_HDR: Final = {16: "PQ", 18: "HLG"}
"""Transfer characteristics by H.273. As if it were sRGB, such a picture would look grey."""

_FOCUS_SIDE: Final = 64
"""Longest side of the copy in which the subject is searched, pixels."""


_PAPER: Final = 228
_PAPER_SHARE: Final = 0.97
"""A picture is on paper if so much of its edge is so bright."""


class RefusedError(Exception):
    """The picture is refused; the message is the reason."""


def convert(path: Path) -> tuple[dict[str, Any], bytes]:
    """Returns the facts of a picture, ready for JSON, and the picture as a JPEG: upright, sRGB, without metadata.

    Of an animation, it is the first picture.

    Raises:
        RefusedError: it is not a complete picture of an accepted kind and size.
    """
    Image.MAX_IMAGE_PIXELS = None  # the limits below name the size
    try:
        _check_file(path)
        with Image.open(path, formats=STILL_FORMATS) as source:
            # A JPEG may hold further pictures: previews, or the second eye. They do not move.
            _check_range(path, source.format)
            animated = source.format not in {"JPEG", "MPO"} and getattr(source, "is_animated", False)
            picture = _opaque(_decoded(source))
    except UnidentifiedImageError as error:
        raise RefusedError("it is not a readable jpeg, png, webp, gif or avif picture") from error
    except MemoryError as error:
        raise RefusedError("it needs too much memory") from error
    except RefusedError:
        raise
    except Exception as error:  # a decoder raises whatever a damaged file led to
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__  # without the path of the file
        raise RefusedError(f"it is cut off or damaged ({said[:200]})") from error
    written = io.BytesIO()
    picture.info.clear()  # comments and the like, which would be written again
    picture.save(written, "JPEG", quality=_QUALITY, subsampling=0)
    facts = {"width": picture.width, "height": picture.height, "focus": _focus(picture), "animated": animated}
    return facts, written.getvalue()


def _check_file(path: Path) -> None:
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise RefusedError(f"its file is larger than {_MAX_FILE_BYTES >> 20} MiB")


def _check_range(path: Path, kind: str | None) -> None:
    """Refuses pictures of high dynamic range, which Pillow decodes without saying so."""
    if kind not in _TRANSFERS:
        return
    mark, place = _TRANSFERS[kind]
    with path.open("rb") as file:
        _, found, after = file.read(_HEADER_BYTES).partition(mark)
    name = _HDR.get(after[place]) if found and len(after) > place else None
    if name:
        raise RefusedError(f"it has high dynamic range ({name}); convert it to standard range")


def _decoded(source: Image.Image) -> Image.Image:
    """Returns the picture upright and in sRGB, at most _MAX_SIDE long. Its mode is RGB or RGBA."""
    declared = f"its picture of {source.width}x{source.height} is too large"
    if source.width * source.height > MAX_STILL_PIXELS:
        raise RefusedError(declared)
    source.draft(None, (_MAX_SIDE, _MAX_SIDE))  # a large JPEG decodes at a half, a quarter or an eighth of its size
    if source.width * source.height > MAX_PIXELS:
        raise RefusedError(declared)
    profile = source.info.get("icc_profile")
    source.load()
    picture = _in_eight_bits(_upright(source))
    picture.thumbnail((_MAX_SIDE, _MAX_SIDE), Image.Resampling.LANCZOS)
    if picture.mode != "RGBA":
        return _in_srgb(picture, profile)
    opacity = picture.getchannel("A")
    picture = _in_srgb(picture.convert("RGB"), profile)
    picture.putalpha(opacity)
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001 - damaged EXIF raises many errors, and says nothing about the picture
        return picture


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Returns the picture as RGB, RGBA, CMYK or grey of 8 bits."""
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):  # grey of 16 bits, which a plain conversion would cut off at 255
        return picture.point(lambda value: value / 256 + 0).convert("L")
    return picture if picture.mode in {"RGB", "CMYK", "L"} else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Converts the colours of a profile, such as Display P3, to sRGB."""
    if profile:
        try:
            named = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, named, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # damaged, or a profile of other colours than the picture has: as if it had none
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _opaque(picture: Image.Image) -> Image.Image:
    """Lays a transparent picture on white; on dark if what is visible of it is nearly white."""
    if picture.mode != "RGBA":
        return picture
    opacity = picture.getchannel("A")
    counts = opacity.histogram()
    if not any(counts[1:]):
        raise RefusedError("it is fully transparent")
    shades = picture.convert("L").histogram(opacity.point(lambda value: 255 * (value > 127)))
    visible = sum(shades)
    bright = visible and sum(shade * count for shade, count in enumerate(shades)) > _BRIGHT * visible
    ground = Image.new("RGBA", picture.size, (*[_DARK if bright else _WHITE] * 3, 255))
    ground.alpha_composite(picture)
    return ground.convert("RGB")


def _focus(picture: Image.Image) -> tuple[float, float] | None:
    """Returns where the subject lies, as shares of width and height; None if nothing may be cut off.

    That is so for drawings, diagrams and scanned pages: what is around them is paper. Otherwise it is the centre of what
    stands out, more than on average: edges, and colours unlike the mean. What is near the middle counts more, and what is
    a little above it most: there are the heads of people.
    """
    small = picture.copy()
    small.thumbnail((_FOCUS_SIDE, _FOCUS_SIDE), Image.Resampling.BOX)
    width, height = small.size
    data = small.tobytes()
    rows = [[data[3 * (y * width + x) : 3 * (y * width + x) + 3] for x in range(width)] for y in range(height)]
    around = [*rows[0], *rows[-1], *(row[0] for row in rows), *(row[-1] for row in rows)]
    if sum(min(pixel) >= _PAPER for pixel in around) >= _PAPER_SHARE * len(around):
        return None
    mean = [sum(pixel[channel] for row in rows for pixel in row) / (width * height) for channel in range(3)]

    def salience(x: int, y: int) -> float:
        here, right, below = rows[y][x], rows[y][min(x + 1, width - 1)], rows[min(y + 1, height - 1)][x]
        edges = sum(abs(a - b) + abs(a - c) for a, b, c in zip(here, right, below, strict=True))
        return edges + 0.5 * sum(abs(a - b) for a, b in zip(here, mean, strict=True))

    found = [(salience(x, y), (x + 0.5) / width, (y + 0.5) / height) for y in range(height) for x in range(width)]
    average = sum(value for value, _, _ in found) / len(found)
    weights = [
        (max(0.0, value - average) ** 2 * (1 - (x - 0.5) ** 2 - 2 * (y - 0.4) ** 2), x, y) for value, x, y in found
    ]
    total = sum(weight for weight, _, _ in weights)
    if not total:
        return 0.5, 0.5
    return (
        round(sum(weight * x for weight, x, _ in weights) / total, 3),
        round(sum(weight * y for weight, _, y in weights) / total, 3),
    )


def main() -> int:
    """Converts the picture on the command line."""
    try:
        facts, picture = convert(Path(sys.argv[1]))
        answer: dict[str, Any] = {"facts": facts}
    except RefusedError as error:
        answer, picture = {"refused": str(error)}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
