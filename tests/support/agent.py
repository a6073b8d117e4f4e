"""An agent: a client of the official SDK in a process of its own, which orders, waits, edits and fetches a video.

Run with a JSON object: `url` or `command`, `environment`, `token`, and the `order`. Prints what it got as JSON.
"""

import asyncio
import hashlib
import json
import sys
from contextlib import AsyncExitStack
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ResourceLink, TextResourceContents


async def main(wanted: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {wanted['token']}"} if wanted["token"] else {}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(120)))
        if wanted.get("command"):
            program, *arguments = wanted["command"]
            server = StdioServerParameters(command=program, args=arguments, env=wanted["environment"])
            client = await stack.enter_async_context(Client(server, read_timeout_seconds=120))
        else:
            transport = streamable_http_client(wanted["url"], http_client=http)
            client = await stack.enter_async_context(Client(transport, read_timeout_seconds=120))
        sys.stdout.write(json.dumps(await work(client, http, wanted["order"])))


async def work(client: Client, http: httpx2.AsyncClient, order: dict[str, Any]) -> dict[str, Any]:
    percents: list[float] = []

    async def progressed(progress: float, total: float | None, message: str | None) -> None:
        assert total == 100
        assert message
        percents.append(progress)

    async def wait(project: str) -> CallToolResult:
        arguments = {"project": project, "wait": True, "timeout_s": 100}
        return await client.call_tool("get_status", arguments, progress_callback=progressed)

    tools = [tool.name for tool in (await client.list_tools()).tools]
    plan = fields(await client.call_tool("plan_video", {"video": order}))
    key = {"video": order, "approve": True, "idempotency_key": "tides"}
    ordered, again = [fields(await client.call_tool("order_video", key)) for _ in range(2)]
    project = ordered["project_id"]
    waiting = fields(await wait(project[:8]))
    board = fields(await client.call_tool("get_storyboard", {"project": project}))
    edit = {"project": project, "expected_revision": board["revision"], "approve": True}
    edit["scenes"] = [{"scene": 2, "text": "Then the sea goes away."}]
    edited = fields(await client.call_tool("edit_storyboard", edit))
    late = await client.call_tool("edit_storyboard", edit | {"scenes": [{"scene": 1, "text": "No."}]})
    done = await wait(project)
    links = {link.name: link for link in done.content if isinstance(link, ResourceLink)}
    film = (await http.get(links["video"].uri)).content
    (captions,) = (await client.read_resource(links["captions"].uri)).contents
    (video,) = (await client.read_resource(f"scenewire://projects/{project}/video")).contents
    assert isinstance(captions, TextResourceContents)
    assert isinstance(video, TextResourceContents)
    return {
        "instructions": client.instructions,
        "tools": tools,
        "plan": plan,
        "ordered": [ordered, again],
        "waiting": waiting,
        "board": board,
        "edited": edited,
        "late": late.structured_content,
        "done": fields(done),
        "percents": percents,
        "size": links["video"].size,
        "film": {"size": len(film), "sha256": hashlib.sha256(film).hexdigest()},
        "captions": captions.text,
        "video": json.loads(video.text),
    }


def fields(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result
    return dict(result.structured_content or {})


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
