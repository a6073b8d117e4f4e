"""Reads of the record while its writer is at work."""

from typing import Any, cast

from scenewire.messages import StoredMessage
from scenewire_gateway.projects.records import Records
from scenewire_gateway.projects.state import ProjectState
from tests.support.builders import PROJECT


class BusyBus:
    """A stream to which a message comes for each one that the recorder writes."""

    def __init__(self, project: ProjectState) -> None:
        self.project = project

    async def acknowledged(self, _durable: object) -> int:
        self.project.last_sequence += 1
        return self.project.last_sequence - 1


class EmptyRecord:
    async def messages_after(self, _project_id: str, _sequence: int, *, limit: int) -> list[StoredMessage]:
        assert limit
        return []


async def test_a_reader_waits_for_what_was_there_when_it_asked_and_not_for_what_comes_meanwhile():
    project = ProjectState(PROJECT, last_sequence=5)
    records = Records(cast("Any", EmptyRecord()), cast("Any", BusyBus(project)))
    assert await records.messages_after(project, 0, limit=1) == []
