"""The stored script of each revision of a project: the first one that is stored stands."""

from typing import Final
from uuid import UUID

from pydantic import ValidationError

from scenewire.accounting import charge
from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScenesScripted
from scenewire_script.designs.reduction import lighter_scripts

__all__ = ["ScriptDocuments"]

_MAX_MESSAGE_BYTES: Final = 1_000_000
"""By default, NATS limits a message to 1 MiB including headers."""


class ScriptDocuments:
    """Stores scripts.

    Args:
        store: keeps them.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    async def find(self, project_id: UUID, revision: int) -> ScenesScripted | None:
        """Returns the script of a revision; None if none is stored that this version understands.

        Raises:
            TransientError: the store is unavailable.
        """
        stored = await self._store.read_document(_key(project_id, revision))
        script = None if stored is None else _read(stored)
        if script is not None:
            charge(results_reused=1)
        return script

    async def save(self, scripted: ScenesScripted) -> ScenesScripted:
        """Stores the script of a revision and returns the valid one: the earlier one if two workers raced.

        A script that would not fit into a message is stored with fewer designs.

        Raises:
            PermanentError: `invalid_order`, the script is too large for a message.
            TransientError: the store is unavailable.
        """
        scripted, document = _fitting(scripted)
        key = _key(scripted.project_id, scripted.revision)
        charge(results_made=1)
        first = await self._store.write_once(key, document)
        if first == document:
            return scripted
        winner = _read(first)
        if winner is not None:
            return winner
        await self._store.replace_document(key, document)  # the stored document is damaged or of an older version
        return scripted


def _key(project_id: UUID, revision: int) -> str:
    return check_key(f"results/script/{project_id}-r{revision}.json")


def _fitting(scripted: ScenesScripted) -> tuple[ScenesScripted, bytes]:
    """Returns a script and its document, with fewer designs if it would not fit into a message."""
    document = b""
    for lighter in lighter_scripts(scripted):
        document = lighter.model_dump_json().encode()
        if len(document) <= _MAX_MESSAGE_BYTES:
            return lighter, document
    raise PermanentError(
        FailureCode.INVALID_ORDER,
        f"the script has {len(document):,} bytes; the limit is {_MAX_MESSAGE_BYTES:,}",
        hint="split it into several orders",
    )


def _read(document: bytes) -> ScenesScripted | None:
    try:
        return ScenesScripted.model_validate_json(document)
    except ValidationError:
        return None
