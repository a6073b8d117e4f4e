"""Which files a finished film no longer needs."""

from uuid import UUID

from scenewire.messages import FootageSourced, Message, ScriptRequested, SegmentRendered
from scenewire.record.queries import opened
from scenewire_recorder.maintenance.retention import disposable
from tests.support.builders import PROJECT
from tests.unit.recorder.story import Database, candidate, delivered, failed, film, ref

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


async def test_b55_footage_that_was_downloaded_and_not_shown_stays(database: Database):
    story = told(PROJECT, "content/aa/own.mp4")
    seen = candidate("unused", 0.5).model_copy(update={"stored_as": "content/ab/unused.mp4"})
    story = [
        message.model_copy(update={"footage": message.footage.model_copy(update={"candidates": (seen,)})})
        if isinstance(message, FootageSourced)
        else message
        for message in story
    ]
    await database.record(delivered(story))
    assert await found(database) == {"content/aa/own.mp4"}


async def test_selections_stay_by_which_an_edit_keeps_the_footage(database: Database):
    story = [
        message.model_copy(update={"selection": ref("content/ab/selection.json", "application/json")})
        if isinstance(message, FootageSourced)
        else message
        for message in told(PROJECT, "content/aa/own.mp4")
    ]
    await database.record(delivered(story))
    assert await found(database) == {"content/aa/own.mp4"}


async def test_b55_nothing_goes_of_a_film_that_is_not_finished_or_failed(database: Database):
    story = told(PROJECT, "content/aa/own.mp4")
    await database.record(delivered(story[:-1]))
    assert await found(database) == frozenset()
    await database.record(delivered([failed()], first=50))
    assert await found(database) == frozenset()
