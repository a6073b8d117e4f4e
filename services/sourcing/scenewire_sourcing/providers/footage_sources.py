"""The footage sources of an installation, and which of them an order asks for."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from scenewire_sourcing.providers.base import FootageSource
from scenewire_sourcing.providers.bundled_servers import GROUPS

__all__ = ["FootageSources", "unknown_names"]


_NONE: Final = (
    "no footage is configured; set LIBRARY_DIR to a folder with clips and pictures, or order with --footage open"
)


class FootageSources:
    """Sources for every order, and sources that only orders which name them use.

    Args:
        default: searched for orders that name none, in order of preference.
        on_request: creates further sources, by name; each at most once.
    """

    def __init__(
        self,
        default: Sequence[FootageSource],
        on_request: Mapping[str, Callable[[], FootageSource]],
    ) -> None:
        self._default = tuple(default)
        self._on_request = dict(on_request)
        self._known = {source.name: source for source in default}

    @property
    def offered(self) -> list[str]:
        """Names that an order may ask for: sources, and groups that have one."""
        names = list(dict.fromkeys([*(source.name for source in self._default), *self._on_request]))
        return [*names, *(group for group, members in GROUPS.items() if set(members) & set(names))]

    def requested(self, names: Sequence[str] | None) -> tuple[list[FootageSource], list[str]]:
        """Returns the sources for an order, and errors about names that no source has.

        Args:
            names: of sources or groups, in order of preference; None takes the default.
        """
        if names is None:
            return list(self._default), [] if self._default else [_NONE]
        available = {*self._known, *self._on_request}
        if not available:
            return [], [_NONE]
        return [self._source(name) for name in _expanded(names, available)], unknown_names(names, available)

    async def aclose(self) -> None:
        """Closes all sources."""
        await asyncio.gather(*(source.aclose() for source in self._known.values()))

    def _source(self, name: str) -> FootageSource:
        if name not in self._known:
            self._known[name] = self._on_request[name]()
        return self._known[name]


def unknown_names(names: Sequence[str], available: set[str]) -> list[str]:
    """Returns an error for each name that is neither a server nor a group with one.

    Args:
        names: as an order has them.
        available: names of servers.
    """
    errors = []
    for name in dict.fromkeys(names):
        if name in GROUPS and not available & set(GROUPS[name]):
            errors.append(f"none of the servers of {name} is available ({', '.join(GROUPS[name])})")
        elif name not in GROUPS and name not in available:
            similar = get_close_matches(name, [*available, *GROUPS], 1)
            suggestion = f"; did you mean {similar[0]}?" if similar else ""
            errors.append(f"no footage server is called {name}{suggestion}")
    return errors


def _expanded(names: Sequence[str], available: set[str]) -> list[str]:
    """Returns the available servers among names and groups, each once."""
    expanded = (server for name in names for server in GROUPS.get(name, (name,)))
    return [name for name in dict.fromkeys(expanded) if name in available]
