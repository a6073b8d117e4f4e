"""Failures as problem documents."""

import httpx2
from fastapi import FastAPI

from scenewire_gateway.http.errors import add_error_handlers


async def test_a_bug_is_answered_as_a_problem_that_does_not_show_it():
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/")
    async def broken() -> None:
        raise RuntimeError("s3cr3t")

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/")

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "bug"
    assert "s3cr3t" not in answer.text
