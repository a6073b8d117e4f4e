"""Reading and rewriting the boxes of an mp4 or QuickTime file, right or wrong."""

import struct
from collections.abc import Callable
from typing import Final

_SKIPPED: Final = {b"stsd": 8, b"dref": 8, b"avc1": 78, b"meta": 4}
"""Bytes between a box's head and the boxes in it."""


def box(kind: str, *payload: bytes, size: int | None = None) -> bytes:
    """A box; `size` is what it claims when that is not the truth."""
    body = b"".join(payload)
    return struct.pack(">I4s", len(body) + 8 if size is None else size, kind.encode("latin-1")) + body


def full_box(kind: str, *payload: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def edited(data: bytes, path: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The file with one box replaced, and all around it of the right size.

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
    """The file with some numbers of a box changed; `offset` counts from behind the box's head."""

    def edit(whole: bytes) -> bytes:
        changed = bytearray(whole)
        struct.pack_into(f">{form}", changed, 8 + offset, *values)
        return bytes(changed)

    return edited(data, path, edit)
