"""Derived ids of projects, scenes and messages: a repetition has the same ones."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from scenewire.errors import FailureCode, PermanentError

__all__ = [
    "SHORT_ID_CHARACTERS",
    "derive_message_id",
    "derive_project_id",
    "derive_scene_id",
    "read_id_prefix",
    "read_revision",
    "select_id",
]

SHORT_ID_CHARACTERS: Final = 8
"""Length at which ids are shown to people."""

_MIN_ID_PREFIX: Final = 4
_LIST_HINT: Final = "`scenewire list` shows the projects on record. If it is not there, check --data and --nats"
_RERUN: Final = re.compile(r":r(\d{1,10})$")
_HEX_UUID: Final = re.compile(r"[0-9a-f]{32}")


def _uuid4_from(seed: str) -> UUID:
    """Returns a hash in the shape of a version 4 UUID: the database and its readers accept no other version."""
    return UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4)


def derive_project_id(stream_sequence: int, published_at_ns: int) -> UUID:
    """Returns the project id of an order that does not name one; every reader of that order gets the same.

    Args:
        stream_sequence: the order's sequence in the stream.
        published_at_ns: the server's timestamp of the order, nanoseconds since the epoch.
    """
    return _uuid4_from(f"scenewire:project:{stream_sequence}:{published_at_ns}")


def derive_scene_id(project_id: UUID, scene_number: int, revision: int = 0) -> UUID:
    """Returns the id of a scene; the same when the order is delivered again.

    Args:
        project_id: its project.
        scene_number: its number in the script of an order, or its place among the scenes that an edit adds.
        revision: the revision that adds it; it keeps its id in later ones, whatever its number.
    """
    added = f"r{revision}:" if revision else ""
    return _uuid4_from(f"scenewire:scene:{project_id}:{added}{scene_number}")


def derive_message_id(owner: str, subject: str, revision: int) -> str:
    """Returns the `Nats-Msg-Id` of a message.

    Args:
        owner: the project's id; for messages about a scene, followed by a colon and the scene number.
        subject: the subject of its kind.
        revision: the project's revision.
    """
    rerun = f":r{revision}" if revision else ""
    return f"{owner}:{subject}{rerun}"


def read_revision(message_id: str) -> int:
    """Returns the revision in a derived message id."""
    rerun = _RERUN.search(message_id)
    return int(rerun[1]) if rerun else 0


def read_id_prefix(text: str, *, hint: str = "`scenewire list` shows the ids") -> str:
    """Returns an id, or the beginning of one, as ids are stored: in lower case, whole ones with dashes.

    Args:
        text: as somebody wrote it.
        hint: where ids are shown, for the error.

    Raises:
        PermanentError: `invalid_order`, it is too short to name one project.
    """
    prefix = text.strip().lower()
    if len(prefix) < _MIN_ID_PREFIX:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"{text!r} is too short for a project id: give at least its first {_MIN_ID_PREFIX} characters",
            hint=hint,
        )
    bare = prefix.replace("-", "").strip("{}")
    return str(UUID(bare)) if _HEX_UUID.fullmatch(bare) else prefix


def select_id(prefix: str, ids: Sequence[str], *, place: str, hint: str = _LIST_HINT) -> str:
    """Returns the only one of the ids that begin with a prefix.

    Args:
        prefix: a result of `read_id_prefix`.
        ids: those that begin with it.
        place: where they were looked up, for the error message, such as `on record`.
        hint: where ids are shown, for the error that there is none.

    Raises:
        PermanentError: `not_on_record`, there is none, or there are several.
    """
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise PermanentError(
            FailureCode.NOT_ON_RECORD,
            f"several project ids begin with {prefix!r}: {', '.join(sorted(ids))}",
            hint="give more characters of the one that you mean",
        )
    raise PermanentError(
        FailureCode.NOT_ON_RECORD,
        f"there is no project {prefix!r} {place}",
        hint=hint,
    )
