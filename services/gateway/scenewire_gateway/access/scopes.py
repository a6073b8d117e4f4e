"""Scopes and callers."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Caller", "Scope"]


class Scope(StrEnum):
    """What a caller may do; each scope includes the ones before it."""

    READ = "read"
    ORDER = "order"
    ADMIN = "admin"

    def includes(self, other: "Scope") -> bool:
        """Returns whether this scope permits what another one permits."""
        ranks = list(Scope)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True)
class Caller:
    """Who makes a request.

    Attributes:
        name: of the API key; `local` where there are no keys.
        scope: what the caller may do.
    """

    name: str
    scope: Scope
