"""The results of the two tools that every footage server offers.

`search_footage(query, limit)` returns a `SearchAnswer`, `get_footage(id)` a `FootageFile`. Answers come from programs of
third parties: text is cleaned and truncated, never trusted.
"""

import unicodedata
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

__all__ = ["GET_TOOL", "SEARCH_TOOL", "FootageFile", "FoundFootage", "SearchAnswer", "describe"]

SEARCH_TOOL: Final = "search_footage"
GET_TOOL: Final = "get_footage"

_MAX_LINE_CHARS: Final = 300

_MAX_KEYWORDS: Final = 100

_MAX_SIDE: Final = 1_000_000
_MAX_DURATION_S: Final = 10_000_000.0
"""What a server states beyond these is nonsense, and no database could hold much more."""


def _clean(value: object) -> object:
    """Reduces text to one line without control and formatting characters."""
    if not isinstance(value, str):
        return "" if value is None else value
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Cf", "Cs"} else character for character in value
    )
    return " ".join(visible.split())[:_MAX_LINE_CHARS]


def _web_url(value: object) -> object:
    """Keeps http and https URLs, which are safe to show as links; anything else becomes empty."""
    cleaned = _clean(value)
    return cleaned if isinstance(cleaned, str) and cleaned.lower().startswith(("https://", "http://")) else ""


def _words(value: object) -> object:
    """Accepts keywords as a list or as a comma-separated string."""
    listed = value.split(",") if isinstance(value, str) else value
    return listed[:_MAX_KEYWORDS] if isinstance(listed, (list, tuple)) else ()


_Line = Annotated[str, BeforeValidator(_clean)]


class FoundFootage(BaseModel):
    """A clip or a still that a server offers. Only the id is required; the rest helps ranking and credits."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: Annotated[str, StringConstraints(min_length=1, max_length=_MAX_LINE_CHARS)] = Field(
        description="The server's id of the clip; opaque to clients."
    )
    kind: Literal["clip", "still"] = Field(default="clip", description="Whether it moves.")
    title: _Line = ""
    file_name: _Line = Field(default="", description="Name of the file, if known.")
    keywords: Annotated[tuple[_Line, ...], BeforeValidator(_words)] = ()
    duration: float | None = Field(
        default=None, ge=0, le=_MAX_DURATION_S, description="Seconds, if known without opening the file."
    )
    width: int | None = Field(default=None, gt=0, le=_MAX_SIDE, description="Pixels, if known.")
    height: int | None = Field(default=None, gt=0, le=_MAX_SIDE, description="Pixels, if known.")
    creator: _Line = Field(default="", description="Who made the clip.")
    licence: _Line = Field(default="", description="The terms of use: a name such as CC BY-SA 4.0, or a sentence.")
    licence_url: Annotated[str, BeforeValidator(_web_url)] = Field(default="", description="The text of the licence.")
    notice: _Line = Field(default="", description="A notice that the terms require wherever the video is shown.")
    review: _Line = Field(
        default="", description="Why a person should review the rights before publication; empty if there is no doubt."
    )
    source_url: Annotated[str, BeforeValidator(_web_url)] = Field(default="", description="The clip's page.")

    def described_by(self, file: "FootageFile") -> "FoundFootage":
        """Returns this result with what the description of its file says about title and rights, where it does.

        A file that states a licence replaces what the search said about licence and review.
        """
        stated = {name: value for name in _CREDITS if (value := getattr(file, name))}
        if file.licence:
            stated |= {"licence_url": file.licence_url, "review": file.review}
        return self.model_copy(update=stated)


_CREDITS: Final = ("title", "creator", "licence", "licence_url", "source_url", "notice", "review")


def describe(footage: FoundFootage) -> str:
    """Returns what a clip is about as one text, with each word once: its title, then its keywords."""
    distinct: dict[str, str] = {}
    for word in " ".join((footage.title, *footage.keywords)).split():
        distinct.setdefault(word.casefold(), word)
    return " ".join(distinct.values())


class SearchAnswer(BaseModel):
    """The result of `search_footage`, best first."""

    results: tuple[FoundFootage, ...]


class FootageFile(FoundFootage):
    """The result of `get_footage`: a file in a folder that both sides can read, to download, or within the answer."""

    path: str = Field(default="", description="Absolute path of the file.")
    url: str = Field(default="", description="Download URL of the file; must not contain a key.")
    data: str = Field(default="", repr=False, description="The file itself, in base64.")
    rendition: _Line = Field(default="", description="Which version of the clip the file is, such as 720p.")

    @property
    def original_name(self) -> str:
        """The name of the file: as stated, or by its path or URL; empty if it is part of the answer."""
        place = self.path or unquote(urlsplit(self.url).path)
        return self.file_name or str(_clean(PurePosixPath(place).name))

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if [bool(self.path), bool(self.url), bool(self.data)].count(True) != 1:
            message = "set one of path, url and data"
            raise ValueError(message)
        return self
