"""Which files a finished film no longer needs."""

from uuid import UUID

from scenewire.messages import Message, ScriptRequested, SegmentRendered
from scenewire_recorder.maintenance.retention import disposable
from scenewire_recorder.queries import opened
from tests.support.builders import PROJECT
from tests.unit.recorder.story import Database, delivered, failed, film, ref

OTHER = UUID("22222222-2222-4222-8222-222222222222")


def told(project_id: UUID = PROJECT, *names: str) -> list[Message | ScriptRequested]:
    """A film with a picture of its own for each scene."""
    pictures = iter(names)
    return [
        message.model_copy(update={"segment": message.segment.model_copy(update={"video": ref(next(pictures))})})
        if isinstance(message, SegmentRendered)
        else message
        for message in film(project_id, len(names))
    ]


async def found(database: Database) -> frozenset[str]:
    async with opened(database.url) as record:
        return await disposable(record, str(PROJECT))


async def test_b55_only_pictures_go_that_no_row_and_no_other_project_names(database: Database):
    await database.record(delivered(told(PROJECT, "content/aa/own.mp4", "content/aa/shared.mp4")))
    assert await found(database) == {"content/aa/own.mp4", "content/aa/shared.mp4"}
    unfinished = told(OTHER, "content/aa/shared.mp4", "content/aa/theirs.mp4")[:-1]
    await database.record(delivered(unfinished, first=100))
    assert await found(database) == {"content/aa/own.mp4"}


async def test_b55_nothing_goes_of_a_film_that_is_not_finished_or_failed(database: Database):
    story = told(PROJECT, "content/aa/own.mp4")
    await database.record(delivered(story[:-1]))
    assert await found(database) == frozenset()
    await database.record(delivered([failed()], first=50))
    assert await found(database) == frozenset()
