"""Follows a project of a server, as the events that a bus would bring."""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Final

from pydantic import ValidationError

from scenewire.messages import Progress
from scenewire_cli.progress.events import Event, ProjectProgress, read_event
from scenewire_cli.remote.server import Server, ServerEvent

__all__ = ["follow_on_server"]

_TELEMETRY: Final = "progress"


async def follow_on_server(
    server: Server, progress: ProjectProgress, *, on_trouble: Callable[[str], None]
) -> AsyncIterator[Event]:
    """Yields the events of a project until its end, each already applied to `progress`.

    Args:
        server: where the project is.
        progress: the state so far.
        on_trouble: called when the connection is lost.

    Raises:
        PipelineError: the server refuses, or does not answer any more.
    """
    sequence = 0
    async for told in server.events(progress.project_id, on_trouble=on_trouble):
        if told.kind == _TELEMETRY:
            if (tick := _telemetry(told)) is not None:
                progress.apply(tick)
                yield tick
            continue
        # An event says that something happened; what, is in the messages since the last one.
        while found := await server.persistently(
            partial(server.messages_after, progress.project_id, sequence), on_trouble=on_trouble
        ):
            for message in found:
                sequence = message["sequence"]
                event = read_event(message["subject"], sequence, json.dumps(message["message"]).encode())
                if event is not None and not progress.ended and not progress.is_outdated(event):
                    progress.apply(event)
                    yield event
        if progress.ended:
            return


def _telemetry(told: ServerEvent) -> Event | None:
    fields = {name: told.fields.get(name) for name in ("project_id", "stage", "scene_number", "fraction", "detail")}
    try:
        return Event(Progress.model_validate(fields | {"state": told.fields.get("step")}))
    except ValidationError:
        return None  # of another version
