"""Language tags. Pure."""

__all__ = ["primary_language"]


def primary_language(tag: str) -> str:
    """Returns the language of a tag without its region: `pt` of `pt-BR`."""
    return tag.split("-", maxsplit=1)[0].lower()
