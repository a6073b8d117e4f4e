"""Filter graphs, as values. Pure: nothing here starts a program.

A `Filter` is named and has options; a `Chain` is filters in a row, from streams or labels to a label; a `Graph` is chains
in an order in which each label is made once, before it is used, and used once.
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
    """A command that ffmpeg could not obey, or should not. It is ours to mend: `render_failed`."""

    def __init__(self, message: str) -> None:
        super().__init__(FailureCode.RENDER_FAILED, f"no valid ffmpeg command: {message}")


@dataclass(frozen=True)
class Expression:
    """A formula that ffmpeg computes, such as `ceil(iw*sar/2)*2`. Its commas are kept from splitting the graph."""

    formula: str

    def __post_init__(self) -> None:
        if not _FORMULA.fullmatch(self.formula):
            raise InvalidCommandError(f"{self.formula!r} is no formula")

    @override
    def __str__(self) -> str:
        return f"'{self.formula.replace(',', chr(92) + ',')}'"


@dataclass(frozen=True)
class Text:
    """Anything at all, as the value of an option: it stays what it is, whatever characters it holds."""

    content: str

    def __post_init__(self) -> None:
        if "\0" in self.content:
            raise InvalidCommandError("text with a NUL character")

    @override
    def __str__(self) -> str:
        option = re.sub(r"([\\': \t\r\n])", r"\\\1", self.content)  # read once as an option's value
        return re.sub(r"([\\'\[\],; \t\r\n])", r"\\\1", option)  # and before that as a part of the graph


Value = str | int | Expression | Text


@dataclass(frozen=True)
class Filter:
    """One filter. Values that are no plain words are given as an `Expression` or as `Text`."""

    name: str
    values: tuple[Value, ...]
    """By position."""
    options: tuple[tuple[str, Value], ...]
    """By name, in their order."""

    def __init__(self, name: str, *values: Value, **options: Value) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "options", tuple(options.items()))
        for word in (name, *options):
            if not _NAME.fullmatch(word):
                raise InvalidCommandError(f"{word!r} is no name of a filter or of an option")
        if any(isinstance(value, Text) for value in values):
            raise InvalidCommandError(f"text without a name in {name}: it might hold one itself")
        for value in (*values, *options.values()):
            if isinstance(value, str) and not _PLAIN.fullmatch(value):
                raise InvalidCommandError(f"{value!r} is no plain value of {name}")

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
            raise InvalidCommandError(f"{self} is no stream")

    @override
    def __str__(self) -> str:
        return f"{self.input}:{self.kind}:{self.number}"


@dataclass(frozen=True)
class Chain:
    """Filters in a row. With sources and a label it can stand in a graph, without them it is `-vf` or `-af`."""

    filters: tuple[Filter, ...]
    sources: tuple[Stream | str, ...] = ()
    """Streams, and labels of earlier chains."""
    label: str | None = None
    """Of what comes out."""

    def __post_init__(self) -> None:
        if not self.filters:
            raise InvalidCommandError("a chain without filters")
        for label in (*(source for source in self.sources if isinstance(source, str)), *filter(None, [self.label])):
            if not _LABEL.fullmatch(label):
                raise InvalidCommandError(f"{label!r} is no label")

    @override
    def __str__(self) -> str:
        sources = "".join(f"[{source}]" for source in self.sources)
        return f"{sources}{','.join(map(str, self.filters))}{f'[{self.label}]' if self.label else ''}"


@dataclass(frozen=True)
class Graph:
    """Chains that are joined by labels. It has no loops: a chain uses only what an earlier one made."""

    chains: tuple[Chain, ...]

    def __post_init__(self) -> None:
        if not self.chains:
            raise InvalidCommandError("a graph without chains")
        made: set[str] = set()
        free: set[str] = set()
        for chain in self.chains:
            if not chain.sources or chain.label is None:
                raise InvalidCommandError("a chain in a graph says where it comes from and what it makes")
            for source in chain.sources:
                if isinstance(source, str):
                    if source not in free:
                        raise InvalidCommandError(f"[{source}] is not made before it is used, or used twice")
                    free.remove(source)
            if chain.label in made:
                raise InvalidCommandError(f"[{chain.label}] is made twice")
            made.add(chain.label)
            free.add(chain.label)

    @property
    def open_labels(self) -> tuple[str, ...]:
        """What no chain uses: outputs have to."""
        used = {source for chain in self.chains for source in chain.sources}
        return tuple(chain.label for chain in self.chains if chain.label is not None and chain.label not in used)

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The streams it begins with."""
        return tuple(source for chain in self.chains for source in chain.sources if isinstance(source, Stream))

    @override
    def __str__(self) -> str:
        return ";".join(map(str, self.chains))
