"""Base of all wire models, and the types and limits that they share."""

from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

__all__ = [
    "DEFAULT_DURATION",
    "DEFAULT_LANGUAGE",
    "LAST_REVISION",
    "MAX_PAUSE_S",
    "MAX_SCENES",
    "MAX_TEXT_CHARACTERS",
    "Budget",
    "Name",
    "RequestedBy",
    "Revision",
    "SceneNumber",
    "Sha256",
    "Text",
    "Topic",
    "WireModel",
]

MAX_TEXT_CHARACTERS: Final = 200_000
"""About a day of narration; far below the bus's payload limit even as four-byte characters."""


MAX_SCENES: Final = 1_000


MAX_PAUSE_S: Final = 10.0
"""Longest silence that a script may ask for after a scene, seconds."""


DEFAULT_DURATION: Final = 300.0
"""Length of a video about a topic when its order has none, seconds."""


DEFAULT_LANGUAGE: Final = "en"


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


SceneNumber = Annotated[int, Field(ge=1, le=MAX_SCENES)]


LAST_REVISION: Final = (1 << 31) - 1


Revision = Annotated[int, Field(ge=0, lt=LAST_REVISION + 1)]


Budget = Annotated[
    float | None,
    Field(
        ge=0,
        description="Most money that each revision may cost at paid providers, in the currency of the configured prices; "
        "None: no limit.",
    ),
]

RequestedBy = Annotated[
    str, StringConstraints(max_length=200), Field(description="Who asked for it, as far as the sender knows.")
]


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class WireModel(BaseModel):
    """Base of everything on the wire: immutable, finite numbers only, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
