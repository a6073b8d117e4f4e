"""Shows a sentence as a statement: its main clause large, or the whole of it. Pure."""

from collections.abc import Callable

from scenewire.messages import Statement
from scenewire_script.designs.reading.clauses import Span

__all__ = ["statement", "whole_statement"]

Emphasize = Callable[[Span], str]
"""Returns the words to mark in a part of a sentence."""


def statement(sentence: str, head: Span, emphasize: Emphasize) -> Statement:
    """Returns a sentence with a part of it large."""
    return Statement(
        lead=sentence[: head.start].strip(),
        head=sentence[head.start : head.end],
        rest=sentence[head.end :].strip(),
        emphasis=emphasize(head),
    )


def whole_statement(sentence: str, emphasize: Emphasize) -> Statement:
    """Returns a sentence whose words all have the same size."""
    return Statement(rest=sentence, emphasis=emphasize(Span(0, len(sentence))))
