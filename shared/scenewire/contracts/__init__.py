"""The contract of the bus as `make contracts` has written it: the AsyncAPI document, and schemas of every version."""

from importlib.resources import files

__all__ = ["read_asyncapi"]


def read_asyncapi() -> str:
    """Returns the AsyncAPI document, JSON."""
    return files("scenewire.contracts").joinpath("asyncapi.json").read_text(encoding="utf-8")
