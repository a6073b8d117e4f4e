"""Decides by its licence whether footage may be shown, and what has to be said about it. Pure.

The one place for all sources. The customer's own footage is credited, not judged.
"""

from dataclasses import dataclass
from typing import Final

from scenewire.messages import Credit
from scenewire_sourcing.candidates import FoundFootage
from scenewire_sourcing.licences import Licence, read_licence

__all__ = ["LicencePolicy", "Verdict"]

_SAME_LICENCE: Final = "Footage asks for the same licence on what is made from it"


@dataclass(frozen=True)
class Verdict:
    """What follows from the licence of a clip or still."""

    footage: FoundFootage
    """With the URL of the licence, and with what a person should review."""
    refusal: str = ""
    """Why it must not be shown; empty if it may."""
    condition: str = ""
    """What the licence asks of the video; empty if nothing."""

    def credit(self, provider: str, original_name: str = "") -> Credit:
        """Credits the footage. A refusal that the customer overrode is for a person to review.

        Args:
            provider: the name of its source.
            original_name: the name of its file there, if the footage does not say.
        """
        footage = self.footage
        return Credit(
            provider=provider,
            title=footage.title,
            creator=footage.creator,
            licence=footage.licence,
            licence_url=footage.licence_url,
            source_url=footage.source_url,
            original_name=footage.file_name or original_name,
            notice=f"{footage.notice} {self.condition}".strip(),
            review="; ".join(filter(None, (footage.review, self.refusal))),
        )


@dataclass(frozen=True)
class LicencePolicy:
    """What is allowed besides footage that may be changed and used commercially."""

    allow_noncommercial: bool = False
    allow_no_changes: bool = False

    def judge(self, footage: FoundFootage, *, is_own: bool = False) -> Verdict:
        """Reads the licence of footage and applies the policy.

        Args:
            footage: what a source says about it.
            is_own: whether the customer is responsible for its rights.
        """
        licence = read_licence(footage.licence, footage.licence_url)
        doubt = "" if is_own else _doubt(licence, footage)
        review = footage.review if doubt in footage.review else "; ".join(filter(None, (footage.review, doubt)))
        stated = footage.licence if read_licence(footage.licence).is_known else licence.name
        credited = {"licence": stated, "licence_url": footage.licence_url or licence.url, "review": review}
        return Verdict(
            footage.model_copy(update=credited),
            refusal="" if is_own else self._refusal(licence),
            condition=f"{_SAME_LICENCE}: {licence.name}" if licence.asks_same_licence else "",
        )

    def _refusal(self, licence: Licence) -> str:
        if not licence.allows_use:
            return f"its rights are reserved ({licence.name})"
        if not licence.allows_changes and not self.allow_no_changes:
            return (
                f"its licence {licence.name} forbids changes, and a video changes what it shows; "
                "SOURCING_ALLOW_NO_CHANGES would admit it"
            )
        if not licence.allows_commercial_use and not self.allow_noncommercial:
            return f"its licence {licence.name} forbids commercial use; SOURCING_ALLOW_NONCOMMERCIAL would admit it"
        return ""


def _doubt(licence: Licence, footage: FoundFootage) -> str:
    if not licence.is_known:
        return f"its licence “{licence.name}” is not known" if licence.name else "its licence is not stated"
    if licence.asks_attribution and not footage.creator:
        return f"{licence.name} asks for the name of its creator, which is not stated"
    return licence.doubt
