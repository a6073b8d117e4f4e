"""Other containers on the networks of a container.

The port of a container that is published on its host's loopback address can be reached by that host, and by containers that
share a network with it. The latter are told apart by their addresses: they are on a network of this container, and neither
its default gateway, through which the host comes, nor the container itself.
"""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

__all__ = ["Neighbours"]

_ROUTES: Final = Path("/proc/net/route")


class Neighbours:
    """Tells whether an address is that of another container.

    Args:
        routes: the kernel's table of IPv4 routes, as in /proc/net/route.
    """

    def __init__(self, routes: str) -> None:
        found = list(_parsed(routes))
        self._gateways = {gateway for _, gateway in found if int(gateway)}
        self._networks = [network for network, gateway in found if not int(gateway)]

    @classmethod
    def of_this_host(cls) -> Self:
        """Returns those of the networks that this process sees."""
        return cls(_ROUTES.read_text(encoding="ascii"))

    def include(self, client: str, *, server: str) -> bool:
        """Returns whether a client is another container, or may be one.

        Args:
            client: address of the client.
            server: address at which the client reached this container.
        """
        if client == server:
            return False
        try:
            address = ipaddress.IPv4Address(client.removeprefix("::ffff:"))
        except ValueError:  # IPv6, of which the table has no routes
            return True
        return address not in self._gateways and any(address in network for network in self._networks)


def _parsed(routes: str) -> Iterator[tuple[ipaddress.IPv4Network, ipaddress.IPv4Address]]:
    """Yields destinations and gateways; the gateway of a network of this host is 0.0.0.0."""
    for line in routes.splitlines()[1:]:
        _, destination, gateway, _, _, _, _, mask, *_ = line.split()
        yield ipaddress.IPv4Network((_dotted(destination), _dotted(mask))), ipaddress.IPv4Address(_dotted(gateway))


def _dotted(number: str) -> str:
    """Reads an address as the kernel prints it, in the byte order of the machine."""
    return socket.inet_ntoa(struct.pack("=I", int(number, 16)))
