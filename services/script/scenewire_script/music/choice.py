"""Chooses a piece for the mood that an order names, once per project."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Music, OrderedMusic, describe_faults
from scenewire_script.music.pieces import Piece, list_pieces, pieces_of_mood

__all__ = ["MusicByMood", "choose"]


def choose(pieces: Sequence[Piece], project_id: UUID) -> Piece:
    """Returns the piece of a project: the same one for the same pieces, and another one for most other projects.

    A piece that is added later changes the choice only if it is chosen itself.
    """
    return max(pieces, key=lambda piece: hashlib.sha256(f"{project_id}\n{piece.name}".encode()).digest())


class MusicByMood:
    """Chooses pieces and keeps the first choice of each project.

    Args:
        store: keeps the choices, and the chosen pieces for assembly, which examines them.
        folder: MUSIC_DIR; None for the installed collection alone.
    """

    def __init__(self, store: ArtifactStore, folder: Path | None) -> None:
        self._store = store
        self._folder = folder

    async def moods(self) -> list[str]:
        """Returns the moods of which there is music.

        Raises:
            PermanentError: `invalid_settings`, MUSIC_DIR cannot be read.
        """
        pieces = await asyncio.to_thread(list_pieces, self._folder)
        return sorted({piece.mood for piece in pieces})

    async def check(self, music: OrderedMusic | None) -> None:
        """Checks that there is music of the ordered mood.

        Raises:
            PermanentError: `invalid_order`, the message names the moods there are; `invalid_settings`.
        """
        if music is not None and music.file is None and music.mood is not None:
            await asyncio.to_thread(pieces_of_mood, music.mood, self._folder)

    async def resolve(self, music: OrderedMusic | None, project_id: UUID) -> OrderedMusic | None:
        """Returns the music of an order with a file: its own, the project's stored choice, or a new one.

        Raises:
            PermanentError: `invalid_order`, no piece has the mood; `invalid_settings`, MUSIC_DIR or the credits of the
                piece cannot be read.
            TransientError: the store is unavailable.
        """
        if music is None or music.file is not None or music.mood is None:
            return music
        mood = hashlib.sha256(music.mood.encode()).hexdigest()[:16]
        key = check_key(f"results/moods/{project_id}-{mood}.json")
        stored = await self._store.read_document(key)
        chosen = None if stored is None else _read(stored)
        if chosen is None:
            new = await self._add(music.mood, project_id)
            document = new.model_dump_json().encode()
            chosen = _read(await self._store.write_once(key, document))
            if chosen is None:
                await self._store.replace_document(key, document)  # the stored document is damaged
                chosen = new
        return chosen.model_copy(update={"gain": music.gain, "duck": music.duck})

    async def _add(self, mood: str, project_id: UUID) -> Music:
        piece = choose(await asyncio.to_thread(pieces_of_mood, mood, self._folder), project_id)
        stated = await asyncio.to_thread(piece.credits)
        file = await self._store.add(piece.path, piece.media_type)
        try:
            return Music.model_validate({**stated, "file": file, "mood": mood})
        except ValidationError as error:
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                f"the music {piece.name}: its credits are invalid: {describe_faults(error)}",
                hint=f"correct the JSON file beside {piece.path}",
            ) from error


def _read(document: bytes) -> Music | None:
    try:
        return Music.model_validate_json(document)
    except ValidationError:
        return None
