"""Ports of this host for the gateway of an embedded stack."""

import socket
from typing import Final

__all__ = ["GATEWAY_PORT", "LOOPBACK", "free_port"]

GATEWAY_PORT: Final = 8321
"""Where pages and REST are, unless another stack is there."""

LOOPBACK: Final = "127.0.0.1"


def free_port(*, preferred: int) -> int:
    """Returns a port that nobody listens on: the preferred one, or any other."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return preferred
