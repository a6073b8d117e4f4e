"""Readers that leave are no errors; everything else still is."""

import anyio
import pytest

from scenewire_gateway.http.bounds.disconnects import Disconnects


def failing_with(error: BaseException):
    async def app(_scope, _receive, _send):
        raise error

    return Disconnects(app)


@pytest.mark.parametrize(
    "error",
    [anyio.BrokenResourceError(), ExceptionGroup("stream", [ExceptionGroup("tasks", [anyio.BrokenResourceError()])])],
)
async def test_a_reader_that_leaves_is_no_error(error):
    await failing_with(error)({"type": "http", "path": "/v1/events"}, None, None)


async def test_other_failures_are_raised():
    error = ExceptionGroup("stream", [anyio.BrokenResourceError(), ValueError("a bug")])
    with pytest.raises(ExceptionGroup) as raised:
        await failing_with(error)({"type": "http", "path": "/v1/events"}, None, None)
    assert raised.group_contains(ValueError)
