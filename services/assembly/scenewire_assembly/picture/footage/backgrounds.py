"""The file that an order has as background: examined once, then shown like the footage of every scene that has none."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import ArtifactRef, Clip, Credit, FootageSourced, Look, SourceFacts
from scenewire.probe.probe import probe_video
from scenewire.probe.still import is_still, prepare_still

__all__ = ["Backgrounds", "background_errors"]

_CACHE_VERSION: Final = 1
"""Increase it when the same file leads to other facts or another verdict."""

_ID: Final = "background"
_CENTRE: Final = (0.5, 0.5)


_STILL: Final = "still.jpg"


class _Examined(BaseModel):
    """A file that can be shown: the ordered video, or a picture that was made of the ordered one."""

    model_config = ConfigDict(frozen=True)

    file: ArtifactRef
    facts: SourceFacts


class Backgrounds:
    """Examines background files, and converts pictures.

    Args:
        store: holds the files and the facts about them.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._results = Results(store, _ID)

    async def clip(self, look: Look) -> Clip | None:
        """Returns the whole background file of a look as a clip; None if the look has none.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`; `media_refused`, the file is not usable.
            TransientError: the artifact store cannot be used now.
        """
        if look.background is None or look.background.file is None:
            return None
        shown = await self._examined(look.background.file)
        return Clip(
            file=shown.file,
            in_frame=0,
            out_frame=shown.facts.duration_frames,
            facts=shown.facts,
            source_id=_ID,
            credit=Credit(provider=_ID, title=""),
        )

    async def behind(self, sourced: FootageSourced) -> FootageSourced:
        """Returns a scene with the background file in place of footage, where it has none.

        Raises:
            PermanentError: like `clip`.
            TransientError: likewise.
        """
        clip = None if sourced.footage.clips else await self.clip(sourced.brief.options.look)
        if clip is None:
            return sourced
        return sourced.model_copy(update={"footage": sourced.footage.model_copy(update={"clips": (clip,)})})

    async def _examined(self, file: ArtifactRef) -> _Examined:
        inputs = fingerprint(file=file.sha256, code=_CACHE_VERSION)
        examined = await self._results.find(inputs, _Examined)
        if examined is None:
            with background_errors():
                path = await self._store.open(file)
                if await asyncio.to_thread(is_still, path):
                    examined = await self._still(path)
                else:
                    examined = _Examined(file=file, facts=(await probe_video(path)).as_source())
            examined = await self._results.save(inputs, examined)
        return examined

    async def _still(self, path: Path) -> _Examined:
        async with self._store.scratch() as folder:
            facts = (await prepare_still(path, folder / _STILL)).as_source()
            facts = facts.model_copy(update={"focus": facts.focus or _CENTRE})  # a background fills the picture
            return _Examined(file=await self._store.add(folder / _STILL, "image/jpeg"), facts=facts)


@contextmanager
def background_errors() -> Iterator[None]:
    """Names the background in every failure, and adds a hint where the file is at fault."""
    try:
        yield
    except PermanentError as error:
        at_fault = error.code in (FailureCode.MEDIA_REFUSED, FailureCode.RENDER_FAILED)
        hint = (
            "order with another background: a colour, a picture, or an mp4, mov, mkv or webm file"
            if at_fault
            else error.hint
        )
        raise PermanentError(error.code, f"the background: {error.message}", hint=hint) from error
    except TransientError as error:
        raise TransientError(error.code, f"the background: {error.message}", hint=error.hint) from error
