"""How requests to archives introduce themselves. Pure.

Wikimedia's policy, which others share, asks for the program's name and version and for a way to reach who runs it; requests
without these may be refused.
"""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

__all__ = ["CONTACT_PATTERN", "user_agent"]

CONTACT_PATTERN: Final = r"^[!-'*-~]{0,200}$"
"""Printable ASCII without spaces and parentheses: an email address or a URL, which no header can misread."""

_HOMEPAGE: Final = "https://github.com/scenewire/scenewire"


def user_agent(contact: str = "") -> str:
    """Returns the value of the header.

    Args:
        contact: an email address or a URL of who runs this installation.
    """
    try:
        release = version("scenewire")
    except PackageNotFoundError:
        release = "0"
    return f"scenewire/{release} ({'; '.join(filter(None, (_HOMEPAGE, contact)))})"
