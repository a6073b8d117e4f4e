"""Detects descriptions which suggest that a clip belongs to a third party."""

import re
from typing import Final

__all__ = ["doubt_about"]

_SIGNS: Final = re.compile(
    r"courtesy|copyright|©|all rights reserved|used (?:with|by) permission|third[- ]party|getty|shutterstock",
    re.IGNORECASE,
)


def doubt_about(*texts: str, own: tuple[str, ...] = ()) -> str:
    """Returns why a person should review the rights of a clip; empty without a sign of third-party rights.

    Args:
        texts: the descriptions of the clip.
        own: phrases that contain such a sign but refer to the archive itself.
    """
    for text in texts:
        without_own = text
        for phrase in own:
            without_own = re.sub(re.escape(phrase), "", without_own, flags=re.IGNORECASE)
        if sign := _SIGNS.search(without_own):
            return f"its description says “{sign[0].lower()}”: it may belong to a third party"
    return ""
