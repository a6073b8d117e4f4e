"""`/v1/events` and `/v1/projects/{id}/events`: server-sent events."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.events.hub import Event, Hub
from scenewire_gateway.http.routes.projects import MAX_SEQUENCE, ProjectFinder
from scenewire_gateway.projects.state import ProjectState

__all__ = ["events_router"]

_After = Annotated[
    int | None, Query(ge=0, le=MAX_SEQUENCE, description="Sequence of the last event that the reader has.")
]
_LastEventId = Annotated[
    int | None, Header(ge=0, le=MAX_SEQUENCE, description="As `after`; sent by browsers that come back.")
]


def events_router(hub: Hub, find: ProjectFinder) -> APIRouter:
    """Returns the routes of events."""
    router = APIRouter(tags=["events"], dependencies=[Depends(require(Scope.READ))])

    @router.get("/v1/events", response_class=EventSourceResponse, summary="Follow all projects")
    async def of_all(after: _After = None, last_event_id: _LastEventId = None) -> AsyncIterable[ServerSentEvent]:
        """Sends what happens to all projects, each event with the project as it is then.

        The event `reset` says that `after` is not of this stream: look at everything again.
        """
        last = _last(after, last_event_id)
        if last is not None and not await hub.reaches(last):
            yield ServerSentEvent(raw_data="{}", event="reset")
        async with hub.subscription(after=last) as events:
            async for event in _sent(events):
                yield event

    @router.get("/v1/projects/{project}/events", response_class=EventSourceResponse, summary="Follow a project")
    async def of_one(
        project: Annotated[ProjectState, Depends(find)], after: _After = None, last_event_id: _LastEventId = None
    ) -> AsyncIterable[ServerSentEvent]:
        """Sends the project as it is, then what happens to it.

        `id` is the sequence in the stream. With `Last-Event-ID`, everything after that one is sent again first.
        """
        async with hub.subscription(project, after=_last(after, last_event_id)) as events:
            async for event in _sent(events):
                yield event

    return router


def _last(after: int | None, last_event_id: int | None) -> int | None:
    return after if last_event_id is None else last_event_id


async def _sent(events: AsyncIterator[Event]) -> AsyncIterator[ServerSentEvent]:
    async for event in events:
        yield ServerSentEvent(
            raw_data=event.payload,
            event=event.kind,
            id=None if event.sequence is None else str(event.sequence),
        )
