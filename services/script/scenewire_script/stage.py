"""Turns orders into numbered scenes, once per project."""

from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScenesScripted, ScriptRequested
from scenewire_script.composition import compose
from scenewire_script.designs.reduction import lighter_scripts
from scenewire_script.music.choice import MusicByMood
from scenewire_script.writers.base import ScriptWriter

__all__ = ["ScriptStage"]

_MAX_MESSAGE_BYTES: Final = 1_000_000
"""By default, NATS limits a message to 1 MiB including headers."""


class ScriptStage:
    """Writes scripts and stores the first one of each project.

    Args:
        store: keeps the scripts.
        writer: writes about a bare topic.
        divider: makes scenes from the text or scenes of an order, word for word; the writer never gets those.
        words_per_second: speaking rate of English, for estimated durations.
        music_dir: folder of music by mood, in addition to an installed collection.
    """

    def __init__(
        self,
        store: ArtifactStore,
        writer: ScriptWriter,
        *,
        divider: ScriptWriter,
        words_per_second: float = 2.7,
        music_dir: Path | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._divider = divider
        self._words_per_second = words_per_second
        self._music = MusicByMood(store, music_dir)

    async def check(self, order: ScriptRequested) -> None:
        """Checks what can be checked of an order before it is accepted.

        Raises:
            PermanentError: `invalid_order`, no music has the ordered mood; `invalid_settings`.
        """
        await self._music.check(order.music)

    async def write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        """Returns the stored script of a project, or writes and stores a new one.

        Raises:
            PermanentError: `invalid_order`, the order contains nothing to speak, the script is too large for a
                message, or no music has the ordered mood; `invalid_settings`; or a permanent error of the writer.
            TransientError: the writer or the store is unavailable.
        """
        key = check_key(f"results/script/{project_id}-r{order.revision}.json")
        stored = await self._store.read_document(key)
        known = None if stored is None else _read(stored)
        if known is not None:
            return known
        order = order.model_copy(update={"music": await self._music.resolve(order.music, project_id)})
        has_own_words = order.scenes or (order.text and order.text.strip())
        writer = self._divider if has_own_words else self._writer
        scripted = await compose(order, project_id, writer, words_per_second=self._words_per_second)
        scripted, document = _fitting(scripted)
        first = await self._store.write_once(key, document)
        if first == document:
            return scripted
        winner = _read(first)
        if winner is not None:
            return winner
        await self._store.replace_document(key, document)  # the stored document is damaged or of an older version
        return scripted


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
