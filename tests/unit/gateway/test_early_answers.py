"""Answers that come before the whole body was sent."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.responses import PlainTextResponse

from scenewire_gateway.http.bounds import early_answers
from scenewire_gateway.http.bounds.early_answers import EarlyAnswers
from tests.support.gateway import browsing


async def test_the_rest_of_a_body_is_read_before_an_early_answer_ends():
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1_000):
            sent += 1
            yield b"x" * 1_000

    async with browsing(EarlyAnswers(PlainTextResponse("no", 413))) as client:
        answer = await client.post("/", content=body())

    assert (answer.status_code, answer.text, sent) == (413, "no", 1_000)


async def test_a_body_that_never_ends_does_not_keep_an_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(early_answers, "IDLE_TIMEOUT_S", 0.05)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x"
        yield b"x"
        await asyncio.Event().wait()

    async with browsing(EarlyAnswers(PlainTextResponse("no", 413))) as client, asyncio.timeout(10):
        assert (await client.post("/", content=stalled())).text == "no"
