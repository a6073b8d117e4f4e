"""The gateway keeps to its OpenAPI document, whatever is sent to it.

`OPENAPI_SEED` and `OPENAPI_EXAMPLES` repeat or lengthen the search; a failure prints the seed.
"""

import asyncio
import os
import sys
from pathlib import Path

import httpx2
import pytest

from scenewire_gateway.http import api
from scenewire_gateway.http.bounds.limits import Rate
from tests.support.doors import ordered
from tests.support.gateway_stack import running_gateway

STREAMS = ("/v1/events", "/v1/projects/{project}/events")
"""They do not end."""

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance"),
)


@pytest.mark.timeout(400)
async def test_every_answer_is_one_that_the_document_describes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unlimited = Rate(1_000_000, 1_000_000)
    monkeypatch.setattr(api, "READ_RATE", unlimited)
    monkeypatch.setattr(api, "WRITE_RATE", unlimited)
    async with running_gateway(tmp_path) as url:
        async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
            project = await ordered(client)
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"),
            f"--seed={os.environ.get('OPENAPI_SEED', '1')}",
            f"--max-examples={os.environ.get('OPENAPI_EXAMPLES', '8')}",
            f"--checks={','.join(CHECKS)}",
            *(f"--exclude-path={path}" for path in STREAMS),
            *("--continue-on-failure", "--request-timeout=20", "--generation-database=none"),
            cwd=tmp_path,
            env=os.environ
            | {
                "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks",
                "GATEWAY_PROJECT": project["id"],
                "PYTHONPATH": str(Path(__file__).parents[3]),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert " passed" in output.decode()


async def test_every_route_is_documented_with_its_refusals(tmp_path: Path):
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        document = (await client.get("/openapi.json")).json()

    operations = {
        f"{method} {path}": operation
        for path, found in document["paths"].items()
        for method, operation in found.items()
    }
    assert document["openapi"].startswith("3.1")
    assert [name for name, operation in operations.items() if not operation.get("summary")] == []
    for name, operation in operations.items():
        assert "application/problem+json" in operation["responses"]["4XX"]["content"], name
        secured = operation.get("security", [])
        assert bool(secured) == (name != "get /healthz"), name
