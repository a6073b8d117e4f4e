"""Maps the search and get tools onto a server's own tools: names, arguments and answers, as configuration. Pure.

Without configuration, a server is expected to offer the two tools of `candidates`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ByteSize, ConfigDict, Field, JsonValue, StringConstraints

from scenewire.text.words import WORD
from scenewire_sourcing.candidates import GET_TOOL, SEARCH_TOOL
from scenewire_sourcing.providers.answers import AnswerError, Encoding, read_answer, value_at, values_at
from scenewire_sourcing.renditions import STILL_LINES, Rendition, best
from scenewire_sourcing.url_words import words_of_url

__all__ = ["ToolMapping"]

_SIZE: Final = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})")  # noqa: RUF001 - both signs occur
_PLACEHOLDER: Final = re.compile(r"\$[a-z_]+")
_MAX_ID_CHARS: Final = 300
_MAX_ERROR_CHARS: Final = 200

_STILL: Final = re.compile(r"still|image|photo|picture|illustration", re.IGNORECASE)
_CLIP: Final = re.compile(r"clip|video|film|movie|footage", re.IGNORECASE)
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "clip": (".mp4", ".mov", ".mkv", ".webm", ".m4v"),
    "still": (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"),
}

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Path = Annotated[str, StringConstraints(max_length=500)]
_Field = Literal[
    "id", "kind", "title", "keywords", "duration", "width", "height", "resolution", "creator", "licence", "licence_url",
    "notice", "review", "source_url", "path", "url", "data", "rendition",
]  # fmt: skip
_FileField = Literal["url", "width", "height", "resolution", "size", "type", "name"]
_TEXTS: Final = frozenset({"title", "creator", "licence", "licence_url", "notice", "review", "source_url", "rendition"})


class ToolMapping(BaseModel):
    """The names a server uses; `answers` defines paths."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    search_tool: _Name = Field(default=SEARCH_TOOL, description="The tool that searches.")
    search_arguments: Mapping[str, JsonValue] = Field(
        default={"query": "$query", "limit": "$limit"},
        description="Arguments of a search. `$query`, `$words` (the query without punctuation) and `$limit` are replaced, also "
        "within longer text and nested values.",
    )
    results: _Path = Field(
        default="results", description="Path of the list of clips in a search answer; `*` stands for every element."
    )
    get_tool: _Name | None = Field(
        default=GET_TOOL, description="The tool that returns a clip's file; null if a search answer already has it."
    )
    get_arguments: Mapping[str, JsonValue] = Field(
        default={"id": "$id"},
        description="Arguments of a get call. `$id` and the other fields of the search result, such as `$url`, are replaced.",
    )
    file: _Path = Field(default="", description="Path of the clip in a get answer.")
    fields: Mapping[_Field, _Path] = Field(
        default={},
        description="Paths of our fields within a clip; `resolution`, such as 1280x720, gives width and height; `data` is the "
        "file itself in base64. Empty: the server uses our field names.",
    )
    get_fields: Mapping[_Field, _Path] = Field(
        default={}, description="The same for get answers, if they differ from search answers."
    )
    constants: Mapping[_Field, JsonValue] = Field(
        default={}, description="Our fields that a clip does not state, with their values, such as a licence or `kind`."
    )
    files: _Path | None = Field(
        default=None, description="Path of the list of files within a clip, if there are several; one is chosen."
    )
    file_fields: Mapping[_FileField, _Path] = Field(
        default={},
        description="Paths of `url`, `width`, `height`, `resolution`, `size` (bytes), `type` and `name` within a file.",
    )
    min_height: int = Field(default=720, gt=0, description="Sufficient height of a clip's file, pixels.")
    max_file_size: ByteSize = Field(
        default=ByteSize(300 << 20), gt=0, description="Files that are known to be larger are not chosen, bytes."
    )
    nothing_found: str = Field(
        default="", max_length=200, description="Text in an error by which the server means that it has found nothing."
    )
    encodings: tuple[Encoding, ...] = Field(
        default=("structured", "json"),
        min_length=1,
        description="Accepted encodings of answers, in order: `structured` content, `json` text, `python` notation as text, "
        "`content` (links to resources, embedded resources and pictures), `links` (in texts).",
    )

    # --- calls ------------------------------------------------------------------------------------

    def search_call(self, query: str, limit: int) -> dict[str, Any]:
        """Returns the arguments of a search."""
        return _substitute(
            self.search_arguments, {"$query": query, "$words": " ".join(WORD.findall(query)), "$limit": limit}
        )

    def get_call(self, footage_id: str, found: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Returns the arguments of a get call.

        Args:
            footage_id: the clip's id.
            found: its search result with our field names.
        """
        return _substitute(
            self.get_arguments, {f"${name}": value for name, value in (found or {}).items()} | {"$id": footage_id}
        )

    # --- answers ----------------------------------------------------------------------------------

    def read(self, structured: object, texts: Sequence[str], contents: Sequence[Mapping[str, Any]] = ()) -> object:
        """Decodes an answer; see `read_answer`.

        Raises:
            AnswerError: the answer has none of the accepted encodings.
        """
        return read_answer(self.encodings, structured, texts, contents)

    def results_of(self, answer: object) -> list[object]:
        """Returns the clips of a search answer with our field names, not validated.

        Raises:
            AnswerError: the answer has no list of clips.
        """
        if self.is_nothing(error := _error_in(answer)):
            return []
        if "*" in self.results.split("."):
            return [self._renamed(result, self.fields) for result in values_at(answer, self.results)]
        results = value_at(answer, self.results)
        if not isinstance(results, list):
            raise AnswerError(f"it reports: {error}" if error else "its answer has no list of results")
        return [self._renamed(result, self.fields) for result in results]

    def file_of(self, answer: object, footage_id: str) -> dict[str, Any]:
        """Returns the clip of a get answer with our field names, not validated.

        Raises:
            AnswerError: the answer has no clip.
        """
        found = value_at(answer, self.file)
        if isinstance(found, list):
            found = found[0] if found else None
        clip = self._renamed(found, self.get_fields or self.fields)
        if not isinstance(clip, dict):
            raise AnswerError("its answer does not name a file")
        if not clip.keys() & {"path", "url", "data"} and (error := _error_in(answer)):
            raise AnswerError(f"it reports: {error}")
        return {**clip, "id": footage_id}

    def is_nothing(self, error: str) -> bool:
        """Whether an error means that nothing was found."""
        return bool(self.nothing_found) and self.nothing_found.casefold() in error.casefold()

    def _renamed(self, clip: object, fields: Mapping[_Field, str]) -> object:
        if not isinstance(clip, dict):
            return clip
        found = {ours: value_at(clip, theirs) for ours, theirs in fields.items()} if fields else dict(clip)
        size = _SIZE.search(str(found.pop("resolution", "")))
        known: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
        if size:
            known = {"width": int(size[1]), "height": int(size[2])} | known
        known |= {name: value for name, value in self.constants.items() if not known.get(name)}
        known |= {name: _as_text(known[name]) for name in _TEXTS & known.keys()}
        if "kind" in known:
            known["kind"] = _kind(known["kind"])
        if "id" in known:
            known["id"] = _id(known["id"])
        if isinstance(title := known.get("title"), str):
            known["title"] = words_of_url(title)
        return known | (self._chosen_file(clip, known.get("kind", "clip")) if self.files is not None else {})

    def _chosen_file(self, clip: object, kind: str) -> dict[str, Any]:
        """Returns the fields of the best of a clip's files; none if there is no usable one."""
        files = [
            self._rendition(file)
            for file in values_at(clip, self.files or "")
            if _is_usable(self._described(file), kind)
        ]
        lines = STILL_LINES if kind == "still" else self.min_height
        chosen = best((file for file in files if file.url), lines=lines, max_bytes=self.max_file_size)
        return {name: value for name, value in chosen.fields.items() if value} if chosen else {}

    def _described(self, file: object) -> dict[str, str]:
        return {name: str(value_at(file, path) or "") for name, path in self.file_fields.items()}

    def _rendition(self, file: object) -> Rendition:
        described = self._described(file)
        size = _SIZE.search(described.get("resolution", ""))
        width, height = (_number(size[1]), _number(size[2])) if size else (None, None)
        return Rendition(
            described.get("url", ""),
            _number(described.get("width", "")) or width,
            _number(described.get("height", "")) or height,
            size=_number(described.get("size", "")),
            name=described.get("name", ""),
        )


def _substitute(template: Mapping[str, JsonValue], values: Mapping[str, object]) -> dict[str, Any]:
    def replaced(value: object) -> object:
        if isinstance(value, dict):
            return {name: replaced(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [replaced(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if value in values:
            return values[value]
        return _PLACEHOLDER.sub(lambda found: str(values.get(found[0], found[0])), value)

    return {name: replaced(value) for name, value in template.items()}


def _is_usable(file: Mapping[str, str], kind: str) -> bool:
    """Whether a file may be of a kind, by its type or else by its suffix."""
    if "/" in file.get("type", ""):
        return file["type"].startswith("image/" if kind == "still" else "video/")
    suffixes = [
        suffix
        for name in (urlsplit(_valid(file.get("url", ""))).path, file.get("name", ""))
        for suffix in _suffix(name)
    ]
    return not suffixes or any(suffix in _SUFFIXES[kind] for suffix in suffixes)


def _suffix(name: str) -> Iterator[str]:
    if found := re.search(r"\.[A-Za-z0-9]{1,5}$", name):
        yield found[0].lower()


def _valid(url: str) -> str:
    try:
        urlsplit(url)
    except ValueError:
        return ""
    return url


def _number(text: str) -> int | None:
    return int(text) or None if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _kind(value: object) -> object:
    text = str(value)
    return "still" if _STILL.search(text) else "clip" if _CLIP.search(text) else value


def _id(value: object) -> object:
    """Returns an id as text that fits: numbers are written out, long URLs are replaced by their hash."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return value
    text = str(value)
    return text if len(text) <= _MAX_ID_CHARS else hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _as_text(value: object) -> object:
    """Joins a list of texts; anything else unchanged."""
    return ", ".join(str(part) for part in value if isinstance(part, (str, int))) if isinstance(value, list) else value


def _error_in(answer: object) -> str:
    """Returns the error in an answer that reports one as a value, as some servers do."""
    found = value_at(answer, "error")
    message = found if isinstance(found, str) else value_at(found, "message")
    return " ".join(message.split())[:_MAX_ERROR_CHARS] if isinstance(message, str) else ""
