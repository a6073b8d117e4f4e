"""Validated filter graphs. Pure: nothing here starts a program.

A `Filter` has a name and options. A `Chain` is a sequence of filters from streams or labels to a label. A `Graph` is a
sequence of chains in which each label is defined once and then used once.
"""

import re
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError

__all__ = ["Chain", "Expression", "Filter", "Graph", "InvalidCommandError", "Stream", "Text"]

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.+*/()@#-]+")
_FORMULA: Final = re.compile(r"[A-Za-z0-9_.+*/(), -]+")


class InvalidCommandError(PermanentError, ValueError):
    """An invalid ffmpeg command: a bug in scenewire. Its code is `render_failed`."""

    def __init__(self, message: str) -> None:
        super().__init__(FailureCode.RENDER_FAILED, f"invalid ffmpeg command: {message}")


@dataclass(frozen=True)
class Expression:
    """A formula that ffmpeg evaluates, such as `ceil(iw*sar/2)*2`. Its commas are escaped."""

    formula: str

    def __post_init__(self) -> None:
        if not _FORMULA.fullmatch(self.formula):
            raise InvalidCommandError(f"{self.formula!r} is not a formula")

    @override
    def __str__(self) -> str:
        return f"'{self.formula.replace(',', chr(92) + ',')}'"


@dataclass(frozen=True)
class Text:
    """Any text as the value of an option; all special characters are escaped."""

    content: str

    def __post_init__(self) -> None:
        if "\0" in self.content:
            raise InvalidCommandError("text must not contain a NUL character")

    @override
    def __str__(self) -> str:
        option = re.sub(r"([\\': \t\r\n])", r"\\\1", self.content)  # first level: the value of an option
        return re.sub(r"([\\'\[\],; \t\r\n])", r"\\\1", option)  # second level: a part of the graph


Value = str | int | Expression | Text


@dataclass(frozen=True)
class Filter:
    """A filter. Values other than plain words are an `Expression` or `Text`."""

    name: str
    values: tuple[Value, ...]
    """Positional values."""
    options: tuple[tuple[str, Value], ...]
    """Named values, in order."""

    def __init__(self, name: str, *values: Value, **options: Value) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "options", tuple(options.items()))
        for word in (name, *options):
            if not _NAME.fullmatch(word):
                raise InvalidCommandError(f"{word!r} is not a valid name of a filter or an option")
        if any(isinstance(value, Text) for value in values):
            raise InvalidCommandError(f"text in {name} needs the name of an option: it could contain one itself")
        for value in (*values, *options.values()):
            if isinstance(value, str) and not _PLAIN.fullmatch(value):
                raise InvalidCommandError(f"{value!r} is not a plain value of {name}")

    @override
    def __str__(self) -> str:
        parts = [*(str(value) for value in self.values), *(f"{name}={value}" for name, value in self.options)]
        return f"{self.name}={':'.join(parts)}" if parts else self.name


@dataclass(frozen=True)
class Stream:
    """A stream of an input: `Stream(0, "v")` is the first picture of the first input."""

    input: int
    kind: str
    number: int = 0

    def __post_init__(self) -> None:
        if self.input < 0 or self.number < 0 or self.kind not in {"v", "a", "s"}:
            raise InvalidCommandError(f"{self} is not a stream")

    @override
    def __str__(self) -> str:
        return f"{self.input}:{self.kind}:{self.number}"


@dataclass(frozen=True)
class Chain:
    """A sequence of filters: with sources and a label for a graph, without them for `-vf` or `-af`."""

    filters: tuple[Filter, ...]
    sources: tuple[Stream | str, ...] = ()
    """Streams and labels of earlier chains."""
    label: str | None = None
    """Label of the output."""

    def __post_init__(self) -> None:
        if not self.filters:
            raise InvalidCommandError("a chain needs a filter")
        for label in (*(source for source in self.sources if isinstance(source, str)), *filter(None, [self.label])):
            if not _LABEL.fullmatch(label):
                raise InvalidCommandError(f"{label!r} is not a valid label")

    @override
    def __str__(self) -> str:
        sources = "".join(f"[{source}]" for source in self.sources)
        return f"{sources}{','.join(map(str, self.filters))}{f'[{self.label}]' if self.label else ''}"


@dataclass(frozen=True)
class Graph:
    """Chains that are connected by labels. There are no loops: a chain uses labels of earlier chains only."""

    chains: tuple[Chain, ...]

    def __post_init__(self) -> None:
        if not self.chains:
            raise InvalidCommandError("a graph needs a chain")
        made: set[str] = set()
        free: set[str] = set()
        for chain in self.chains:
            if not chain.sources or chain.label is None:
                raise InvalidCommandError("a chain in a graph needs sources and a label")
            for source in chain.sources:
                if isinstance(source, str):
                    if source not in free:
                        raise InvalidCommandError(f"[{source}] is used before it is defined, or used twice")
                    free.remove(source)
            if chain.label in made:
                raise InvalidCommandError(f"[{chain.label}] is defined twice")
            made.add(chain.label)
            free.add(chain.label)

    @property
    def open_labels(self) -> tuple[str, ...]:
        """Labels that no chain uses; outputs must map them."""
        used = {source for chain in self.chains for source in chain.sources}
        return tuple(chain.label for chain in self.chains if chain.label is not None and chain.label not in used)

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The input streams that it uses."""
        return tuple(source for chain in self.chains for source in chain.sources if isinstance(source, Stream))

    @override
    def __str__(self) -> str:
        return ";".join(map(str, self.chains))
