"""What a footage server answers: the models of the two tools that every footage server has.

`search_footage(query, limit)` returns a `SearchAnswer`, `get_footage(id)` a `FootageFile`. Answers come from programs
of others: text is cleaned and cut, never trusted.
"""

import unicodedata
from typing import Annotated, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

__all__ = ["GET_TOOL", "SEARCH_TOOL", "FootageFile", "FoundFootage", "SearchAnswer"]

SEARCH_TOOL: Final = "search_footage"
GET_TOOL: Final = "get_footage"

_LONGEST: Final = 300
"""Characters of a title or name that anybody reads."""

_MOST_KEYWORDS: Final = 100


def _clean(value: object) -> object:
    """One line without control or direction characters."""
    if not isinstance(value, str):
        return "" if value is None else value
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character for character in value
    )
    return " ".join(visible.split())[:_LONGEST]


def _web_address(value: object) -> object:
    """An address that may be shown as a link, else nothing."""
    cleaned = _clean(value)
    return cleaned if isinstance(cleaned, str) and cleaned.lower().startswith(("https://", "http://")) else ""


def _words(value: object) -> object:
    """Keywords, given as a list or as one string with commas."""
    listed = value.split(",") if isinstance(value, str) else value
    return listed[:_MOST_KEYWORDS] if isinstance(listed, (list, tuple)) else ()


_Line = Annotated[str, BeforeValidator(_clean)]


class FoundFootage(BaseModel):
    """A clip that a server has. Only the id is required; the rest helps to choose and to give credit."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST)] = Field(
        description="The server's own name for it; opaque to everybody else."
    )
    title: _Line = ""
    keywords: Annotated[tuple[_Line, ...], BeforeValidator(_words)] = ()
    duration: float | None = Field(default=None, ge=0, description="Seconds, if known without opening the file.")
    width: int | None = Field(default=None, gt=0, description="Pixels, if known.")
    height: int | None = Field(default=None, gt=0, description="Pixels, if known.")
    creator: _Line = Field(default="", description="Who made it.")
    licence: _Line = Field(default="", description="The terms it may be used under.")
    notice: _Line = Field(default="", description="What the terms want said where the film is shown.")
    review: _Line = Field(
        default="", description="Why a person should look at its rights before it is published, if there is a reason."
    )
    source_url: Annotated[str, BeforeValidator(_web_address)] = Field(default="", description="Where it comes from.")


class SearchAnswer(BaseModel):
    """What `search_footage` returns, best first."""

    results: tuple[FoundFootage, ...]


class FootageFile(FoundFootage):
    """What `get_footage` returns: a file that lies in a folder which both sides can read, or one to download."""

    path: str = Field(default="", description="Absolute path of the file.")
    url: str = Field(default="", description="Where the file can be downloaded. Holds no key.")
    rendition: _Line = Field(default="", description="Which of several versions of the clip it is, such as 720p.")

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        if bool(self.path) == bool(self.url):
            message = "give either a path or a url"
            raise ValueError(message)
        return self
