"""Limits of the gateway's routes."""

from collections.abc import Sequence
from typing import Final

from scenewire_gateway.http.bounds.limits import KIBIBYTE, Rate, RouteLimits

__all__ = ["OTHER_ROUTES", "READ_RATE", "WRITE_RATE", "route_limits"]

_MEBIBYTE: Final = 1024 * KIBIBYTE

READ_RATE: Final = Rate(per_second=100, burst=1_000)
"""A page asks for a few files of every scene at once."""

WRITE_RATE: Final = Rate(per_second=5, burst=100)

_MAX_STREAMS: Final = 256
"""Event streams of a caller: where there are no keys, all browsers of the host are one."""

OTHER_ROUTES: Final = RouteLimits(path="any other route", methods=())


def route_limits(*, max_upload: int) -> Sequence[RouteLimits]:
    """Returns the limits of routes with more than a small body, or that stay open.

    Args:
        max_upload: size limit of an uploaded file, bytes.
    """
    post = ("POST",)
    return (
        *(
            RouteLimits(path=path, methods=post, max_body=_MEBIBYTE, max_values=20_000)
            for path in ("/v1/projects", "/v1/plans", "/v1/projects/{id}/edits", "/mcp", "/mcp/")
        ),
        RouteLimits(path="/v1/batches", methods=post, max_body=8 * _MEBIBYTE, max_values=100_000),
        RouteLimits(path="/v1/uploads", methods=post, max_body=max_upload, max_values=None, concurrent=3),
        RouteLimits(path="/mcp", methods=("GET",), concurrent=_MAX_STREAMS),
        RouteLimits(path="/v1/events", methods=("GET",), concurrent=_MAX_STREAMS),
        RouteLimits(path="/v1/projects/{id}/events", methods=("GET",), concurrent=_MAX_STREAMS),
    )
