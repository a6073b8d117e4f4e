"""Credits as the picture shows them: without addresses and file names, licences by their short names. Pure."""

import re
from typing import Final

from scenewire.text.markup import one_line

__all__ = ["in_public_domain", "licence_name", "shown_title"]

_ADDRESS: Final = re.compile(r"https?://|www\.|\.[a-z]{2,4}$|\.mp4\b|\.webm\b", re.IGNORECASE)
_URL: Final = re.compile(r"\(?\bhttps?://\S+")
_CREATIVE_COMMONS: Final = re.compile(r"creativecommons\.org/licen[cs]es/([a-z-]+)/(\d\.\d)", re.IGNORECASE)
_ZERO: Final = re.compile(r"creativecommons\.org/publicdomain/zero", re.IGNORECASE)
_MARK: Final = re.compile(r"creativecommons\.org/publicdomain/mark", re.IGNORECASE)
_PUBLIC_DOMAIN: Final = re.compile(
    r"public[ -]?domain|\bcc0\b|\bpdm\b|not subject to copyright|no known copyright", re.IGNORECASE
)


def shown_title(title: str) -> str:
    """A title between quotation marks; empty if it is an address or the name of a file."""
    title = one_line(title)
    return "" if not title or _ADDRESS.search(title) else f"“{title}”"


def licence_name(licence: str) -> str:
    """The short name of a licence that is given by its address; other addresses are left out."""
    licence = one_line(licence)
    if found := _CREATIVE_COMMONS.search(licence):
        return f"CC {found[1].upper()} {found[2]}"
    if _ZERO.search(licence):
        return "CC0"
    if _MARK.search(licence):
        return "public domain"
    return _URL.sub("", licence).strip(" ,;:()")


def in_public_domain(licence: str) -> bool:
    """Whether a licence asks for no attribution, as far as its words tell."""
    return bool(_PUBLIC_DOMAIN.search(licence))
