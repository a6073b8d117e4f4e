"""Headers of answers."""

import pytest
from starlette.responses import Response

from scenewire_gateway.http.bounds.safety_headers import PAGE_POLICY, SafetyHeaders
from tests.support.gateway import browsing


async def answer_with(kind: str | None, status: int = 200, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with browsing(SafetyHeaders(Response(b"x" if status == 200 else b"", status, named, kind))) as client:
        return (await client.get("/")).headers


@pytest.mark.parametrize("kind", ["text/html", "application/json", "video/mp4", "application/x-unknown", None])
async def test_every_answer_has_the_headers(kind: str | None):
    headers = await answer_with(kind)

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert not [name for name in headers if name.startswith("access-control")]


async def test_only_pages_may_run_scripts():
    assert (await answer_with("text/html; charset=utf-8"))["content-security-policy"] == PAGE_POLICY
    for kind in ("application/json", "image/svg+xml", "video/mp4", "text/xml", None):
        policy = (await answer_with(kind))["content-security-policy"]
        assert policy.startswith("default-src 'none';")
        assert "script" not in policy
    assert "unsafe" not in PAGE_POLICY


async def test_an_answer_without_content_does_not_replace_the_policy_of_a_page():
    assert "content-security-policy" not in await answer_with(None, 304)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("application/json", "no-store"),
        ("application/problem+json", "no-store"),
        ("text/html", "no-cache"),
        ("video/mp4", "no-cache"),
    ],
)
async def test_no_cache_keeps_answers_unless_their_route_says_so(kind: str, expected: str):
    assert (await answer_with(kind))["cache-control"] == expected
    own = "private, max-age=31536000, immutable"
    assert (await answer_with(kind, cache_control=own))["cache-control"] == own


@pytest.mark.parametrize(
    ("kind", "is_saved"),
    [("video/mp4", False), ("image/jpeg", False), ("text/vtt", False), ("text/xml", True), ("application/pdf", True)],
)
async def test_types_that_browsers_need_not_show_are_saved(kind: str, is_saved: bool):
    assert (await answer_with(kind)).get("content-disposition") == ("attachment" if is_saved else None)
    own = 'inline; filename="a.mp4"'
    assert (await answer_with(kind, content_disposition=own))["content-disposition"] == own
