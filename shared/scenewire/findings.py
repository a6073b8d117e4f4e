"""What a service reports about its installation and settings."""

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One fact for `scenewire doctor`.

    Attributes:
        uses: what would be used, or what is wrong with it.
        ok: whether videos can be made with it.
        hint: what to do next; may be empty.
    """

    uses: str
    ok: bool = True
    hint: str = ""
