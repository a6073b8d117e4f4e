"""Measures media files that this program encoded, in a thread of the calling process.

Starting a process costs several times what reading a segment does. Files from outside are examined by `scenewire.probe.probe` only.
"""

import asyncio
from pathlib import Path

from scenewire.observability.tracing import span
from scenewire.probe.child import RefusedError, examine
from scenewire.probe.probe import MediaFacts, facts_of
from scenewire.probe.refusal import refusal

__all__ = ["probe_own_media"]


async def probe_own_media(path: Path) -> MediaFacts:
    """Examines a file as `probe_media` does, without a process of its own and without limits.

    Args:
        path: a local file that our ffmpeg wrote, and nobody else.

    Raises:
        PermanentError: `media_refused`, with the reason.
    """
    with span("probe", kind="own"):
        try:
            facts = await asyncio.to_thread(examine, str(path))
        except RefusedError as error:
            raise refusal(path, str(error)) from error
    return facts_of(path, facts)
