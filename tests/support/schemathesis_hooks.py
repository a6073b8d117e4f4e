"""What schemathesis does not know about the gateway's document; tests/integration/gateway/test_openapi.py names this module to it."""

import os
from typing import Any

import schemathesis


@schemathesis.serializer("application/jsonl")
def json_lines(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Names a project that exists: nothing but 404 would follow from made up ones."""
    if path_parameters and "project" in path_parameters:
        return path_parameters | {"project": os.environ["GATEWAY_PROJECT"]}
    return path_parameters
