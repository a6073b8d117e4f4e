"""Reads and rewrites boxes of mp4 and QuickTime files, also with wrong values."""

import struct
from collections.abc import Callable
from typing import Final

_SKIPPED: Final = {b"stsd": 8, b"dref": 8, b"avc1": 78, b"meta": 4}
"""Bytes between the header of a box and the boxes inside it."""


def box(kind: str, *payload: bytes, size: int | None = None) -> bytes:
    """A box; `size` is a wrong declared size."""
    body = b"".join(payload)
    return struct.pack(">I4s", len(body) + 8 if size is None else size, kind.encode("latin-1")) + body


def full_box(kind: str, *payload: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def edited(data: bytes, path: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The file with one box replaced, and the sizes of its parents corrected.

    Args:
        data: boxes in a row; media must not lie behind what changes.
        path: such as `moov/trak/mdia/mdhd`; the first of each name is meant.
        edit: gets the whole box, with its head, and gives another one, or several, or none.
    """
    first, _, rest = path.partition("/")
    at, before, name = 0, b"", first.encode()
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        whole, after = data[at : at + size], data[at + size :]
        if kind == name:
            if not rest:
                return before + edit(whole) + after
            skipped = 8 + _SKIPPED.get(kind, 0)
            inner = edited(whole[skipped:], rest, edit)
            return before + box(first, whole[8:skipped], inner) + after
        before += whole
        at += size
    raise LookupError(path)


def patched(data: bytes, path: str, offset: int, form: str, *values: int) -> bytes:
    """The file with some numbers of a box changed; `offset` counts from the end of the box's header."""

    def edit(whole: bytes) -> bytes:
        changed = bytearray(whole)
        struct.pack_into(f">{form}", changed, 8 + offset, *values)
        return bytes(changed)

    return edited(data, path, edit)
