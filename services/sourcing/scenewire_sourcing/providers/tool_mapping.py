"""Maps the search and get tools onto a server's own tools: names, arguments and answers, as configuration. Pure.

Without configuration, a server is expected to offer the two tools of `candidates`.
"""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from scenewire_sourcing.candidates import GET_TOOL, SEARCH_TOOL

__all__ = ["AnswerError", "ToolMapping"]

_MAX_PYTHON_CHARS: Final = 256 << 10
"""Python notation is far slower to parse than JSON."""

_SIZE: Final = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})")  # noqa: RUF001 - both signs occur

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Path = Annotated[str, StringConstraints(max_length=500)]
_Field = Literal[
    "id", "kind", "title", "keywords", "duration", "width", "height", "resolution", "creator", "licence", "licence_url", "notice", "review",
    "source_url", "path", "url", "rendition",
]  # fmt: skip


class AnswerError(Exception):
    """An answer cannot be read; the message says why."""


class ToolMapping(BaseModel):
    """The names a server uses.

    A path consists of keys and list positions, separated by dots: `data.items.0`. An empty path is the whole answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    search_tool: _Name = Field(default=SEARCH_TOOL, description="The tool that searches.")
    search_arguments: Mapping[str, JsonValue] = Field(
        default={"query": "$query", "limit": "$limit"},
        description="Arguments of a search; `$query` and `$limit` are replaced, everything else is sent as it is.",
    )
    results: _Path = Field(default="results", description="Path of the list of clips in a search answer.")
    get_tool: _Name = Field(default=GET_TOOL, description="The tool that returns a clip's file.")
    get_arguments: Mapping[str, JsonValue] = Field(
        default={"id": "$id"}, description="Arguments of a get call; `$id` is replaced by the clip's id."
    )
    file: _Path = Field(default="", description="Path of the clip in a get answer.")
    fields: Mapping[_Field, _Path] = Field(
        default={},
        description="Paths of our fields within a clip; `resolution`, such as 1280x720, gives width and height. "
        "Empty: the server uses our field names.",
    )
    encodings: tuple[Literal["structured", "json", "python"], ...] = Field(
        default=("structured", "json"),
        min_length=1,
        description="Accepted encodings of answers, in order: structured content, JSON text, Python notation as text.",
    )

    def search_call(self, query: str, limit: int) -> dict[str, Any]:
        """Returns the arguments of a search."""
        return _substitute(self.search_arguments, {"$query": query, "$limit": limit})

    def get_call(self, footage_id: str) -> dict[str, Any]:
        """Returns the arguments of a get call."""
        return _substitute(self.get_arguments, {"$id": footage_id})

    def read(self, structured: object, texts: Sequence[str]) -> object:
        """Decodes an answer. Python notation may take a tenth of a second.

        Args:
            structured: the structured content; None when there is none.
            texts: the texts. Several texts make a list: older servers send one per element.

        Raises:
            AnswerError: the answer has none of the accepted encodings.
        """
        for encoding in self.encodings:
            if encoding == "structured":
                if structured is not None:
                    return structured
            elif texts:
                decode = json.loads if encoding == "json" else _decode_python
                try:
                    decoded = [decode(text) for text in texts]
                except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                    continue
                return decoded[0] if len(decoded) == 1 else decoded
        raise AnswerError(
            "its answer is not JSON" if "python" not in self.encodings else "its answer is neither JSON nor Python"
        )

    def results_of(self, answer: object) -> list[object]:
        """Returns the clips of a search answer with our field names, not validated.

        Raises:
            AnswerError: the answer has no list of clips.
        """
        results = _at(answer, self.results)
        if not isinstance(results, list):
            raise AnswerError("its answer has no list of results")
        return [self._renamed(result) for result in results]

    def file_of(self, answer: object, footage_id: str) -> dict[str, Any]:
        """Returns the clip of a get answer with our field names, not validated.

        Raises:
            AnswerError: the answer has no clip.
        """
        clip = self._renamed(_at(answer, self.file))
        if not isinstance(clip, dict):
            raise AnswerError("its answer does not name a file")
        return {**clip, "id": footage_id}

    def _renamed(self, clip: object) -> object:
        if not self.fields or not isinstance(clip, dict):
            return clip
        found = {ours: _at(clip, theirs) for ours, theirs in self.fields.items()}
        size = _SIZE.search(str(found.pop("resolution", "")))
        known: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
        return ({"width": int(size[1]), "height": int(size[2])} if size else {}) | known


def _substitute(template: Mapping[str, JsonValue], values: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: values[value] if isinstance(value, str) and value in values else value for name, value in template.items()
    }


def _at(value: object, path: str) -> object:
    """Returns the value at a path; None when there is none."""
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _decode_python(text: str) -> object:
    if len(text) > _MAX_PYTHON_CHARS:
        raise ValueError
    return ast.literal_eval(text)
