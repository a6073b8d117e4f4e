"""Files that were needed only while a video was made."""

import re
from typing import Final

from scenewire.messages import VideoAssembled
from scenewire.record.queries import Record

__all__ = ["disposable"]

_CONTENT: Final = re.compile(r'"(content/[^"\\]+(?<!\.json))"')
"""Keys of content, except the small documents by which a later revision keeps its footage."""


async def disposable(record: Record, project_id: str) -> frozenset[str]:
    """Returns the content that only a finished project's messages name: no row of the record and no other project does.

    Empty unless the project ended with a video.
    """
    end = await record.end(project_id)
    if end is None or end["subject"] != VideoAssembled.SUBJECT:
        return frozenset()
    named = {key async for body in record.bodies(project_id) for key in _CONTENT.findall(body)}
    named -= await record.files()
    async for body in record.bodies(project_id, others=True):
        named.difference_update(_CONTENT.findall(body))
    return frozenset(named)
