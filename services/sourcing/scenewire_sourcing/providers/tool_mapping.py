"""How one server's own tools are spoken to: their names, arguments and answers, as configuration.

Without configuration a server is expected to have the two tools of `candidates`. Nothing here talks to anybody.
"""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from scenewire_sourcing.candidates import GET_TOOL, SEARCH_TOOL

__all__ = ["Adapter", "AnswerError"]

_LONGEST_PYTHON: Final = 256 << 10
"""Characters of an answer in Python's notation; reading them takes far longer than reading JSON."""

_SIZE: Final = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})")  # noqa: RUF001 - both signs occur

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Path = Annotated[str, StringConstraints(max_length=500)]
_Field = Literal[
    "id", "title", "keywords", "duration", "width", "height", "resolution", "creator", "licence", "notice", "review",
    "source_url", "path", "url", "rendition",
]  # fmt: skip


class AnswerError(Exception):
    """An answer that cannot be understood; the message says why."""


class Adapter(BaseModel):
    """What a server calls things.

    A path is keys and list positions with dots between: `data.items.0`. An empty one is the whole answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    search_tool: _Name = Field(default=SEARCH_TOOL, description="The tool that searches.")
    search_arguments: Mapping[str, JsonValue] = Field(
        default={"query": "$query", "limit": "$limit"},
        description="What it is given; `$query` and `$limit` stand for ours, everything else for itself.",
    )
    results: _Path = Field(default="results", description="Path of the list of clips in its answer.")
    get_tool: _Name = Field(default=GET_TOOL, description="The tool that gives a clip's file.")
    get_arguments: Mapping[str, JsonValue] = Field(default={"id": "$id"}, description="`$id` stands for the clip's.")
    file: _Path = Field(default="", description="Path of the clip in its answer.")
    fields: Mapping[_Field, _Path] = Field(
        default={},
        description="Our names for what is said of a clip, and where it says so; `resolution` such as 1280x720 gives "
        "width and height. Empty: it uses our names.",
    )
    encodings: tuple[Literal["structured", "json", "python"], ...] = Field(
        default=("structured", "json"),
        min_length=1,
        description="How answers may be written, in order: structured content, JSON text, Python's notation as text.",
    )

    def search_call(self, query: str, limit: int) -> dict[str, Any]:
        """The arguments of a search."""
        return _filled(self.search_arguments, {"$query": query, "$limit": limit})

    def get_call(self, footage_id: str) -> dict[str, Any]:
        """The arguments that ask for a clip's file."""
        return _filled(self.get_arguments, {"$id": footage_id})

    def read(self, structured: object, texts: Sequence[str]) -> object:
        """What an answer says. May take a tenth of a second when it is written in Python's notation.

        Args:
            structured: its structured content, None if it has none.
            texts: its texts. Several are a list: older servers write one for each element.

        Raises:
            AnswerError: it is written in no way that is accepted.
        """
        for encoding in self.encodings:
            if encoding == "structured":
                if structured is not None:
                    return structured
            elif texts:
                reader = json.loads if encoding == "json" else _read_python
                try:
                    said = [reader(text) for text in texts]
                except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                    continue
                return said[0] if len(said) == 1 else said
        raise AnswerError("its answer is not JSON" if "python" not in self.encodings else "its answer is not readable")

    def found(self, answer: object) -> list[object]:
        """The clips in the answer to a search, in our names, not checked yet.

        Raises:
            AnswerError: there is no list of them.
        """
        results = _at(answer, self.results)
        if not isinstance(results, list):
            raise AnswerError("its answer holds no list of results")
        return [self._renamed(result) for result in results]

    def got(self, answer: object, footage_id: str) -> dict[str, Any]:
        """A clip and its file, in our names, not checked yet.

        Raises:
            AnswerError: there is none.
        """
        clip = self._renamed(_at(answer, self.file))
        if not isinstance(clip, dict):
            raise AnswerError("its answer names no file")
        return {**clip, "id": footage_id}

    def _renamed(self, clip: object) -> object:
        if not self.fields or not isinstance(clip, dict):
            return clip
        found = {ours: _at(clip, theirs) for ours, theirs in self.fields.items()}
        size = _SIZE.search(str(found.pop("resolution", "")))
        known: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
        return ({"width": int(size[1]), "height": int(size[2])} if size else {}) | known


def _filled(template: Mapping[str, JsonValue], ours: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: ours[value] if isinstance(value, str) and value in ours else value for name, value in template.items()
    }


def _at(value: object, path: str) -> object:
    """What lies at a path, None if nothing does."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _read_python(text: str) -> object:
    if len(text) > _LONGEST_PYTHON:
        raise ValueError
    return ast.literal_eval(text)
