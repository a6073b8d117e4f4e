"""One encoder for all segments of a project, whichever workers render them.

The first worker that renders a scene writes its encoder down, once; the others follow. A worker without that encoder hands the
scene on as long as another one offers it. If none does, the project gets x264, which every worker has, and a note says so;
segments that a card encoded are then encoded again when the video is joined.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from pydantic import BaseModel

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, HandoverError
from scenewire.messages import SceneMessage
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.picture.encoder import SOFTWARE, Encoder

__all__ = ["AgreedEncoder", "EncoderAgreement", "Offered"]

Offered = Callable[[str], Awaitable[bool]]
"""Returns whether a connected worker has an encoder, by its name."""

_HANDOVER_DELAY_S: Final = 2.0
_POLL_S: Final = 5.0

log = structlog.get_logger(__name__)


class _Written(BaseModel):
    """What was written down for a project."""

    encoder: str
    """May be one that only newer workers know."""
    instead_of: str = ""


@dataclass(frozen=True)
class AgreedEncoder:
    """The encoder of a project, with this worker's settings."""

    encoder: Encoder
    note: str = ""
    """Why it is another one than that of the first scenes."""


class EncoderAgreement:
    """Finds the encoder of a project.

    Args:
        store: has what was written down.
        selector: the encoders of this worker.
        offered: asks for other workers; None: there are none.
        wait_s: how long a project waits for a worker with its encoder while none is connected, seconds.
    """

    def __init__(
        self, store: ArtifactStore, selector: EncoderSelector, *, offered: Offered | None = None, wait_s: float = 0
    ) -> None:
        self._agreements = Results(store, "encoder")
        self._selector = selector
        self._offered = offered
        self._wait_s = wait_s

    @property
    def selector(self) -> EncoderSelector:
        """The encoders of this worker."""
        return self._selector

    async def encoder_for(self, message: SceneMessage) -> AgreedEncoder:
        """Returns the encoder of a scene's project.

        Raises:
            HandoverError: another worker has it, and this one does not.
            TransientError: the store is unavailable.
        """
        own = await self._selector.selection()
        inputs = fingerprint(project=str(message.project_id), **message.rerun_of("assembly"))
        written = await self._agreements.find(inputs, _Written)
        if written is None:
            written = await self._agreements.save(inputs, _Written(encoder=own.preferred.name))
        if written.encoder not in own.usable:
            await self._wait_for_another(written.encoder)
            log.warning("encoder_replaced", encoder=SOFTWARE, instead_of=written.encoder)
            written = await self._agreements.replace(inputs, _Written(encoder=SOFTWARE, instead_of=written.encoder))
        encoder = next(encoder for name, encoder in own.usable.items() if name == written.encoder)
        return AgreedEncoder(encoder, _note(written))

    async def _wait_for_another(self, name: str) -> None:
        """Returns once no worker has offered an encoder for long enough.

        Raises:
            HandoverError: one offers it.
        """
        if self._offered is None:
            return
        loop = asyncio.get_running_loop()
        end = loop.time() + self._wait_s
        while True:
            if await self._offered(name):
                raise HandoverError(
                    FailureCode.PROGRAM_MISSING,
                    f"the video was begun with {name}, which another worker has",
                    retry_after=_HANDOVER_DELAY_S,
                )
            left = end - loop.time()
            if left <= 0:
                return
            await asyncio.sleep(min(_POLL_S, left))


def _note(written: _Written) -> str:
    if not written.instead_of:
        return ""
    return (
        f"The picture was encoded by {written.encoder} on a processor: it was begun with {written.instead_of}, and no worker "
        "that has it was there to go on."
    )
