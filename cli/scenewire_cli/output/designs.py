"""Describes what sentences show where there is no footage, in one short line each."""

from typing import assert_never

from scenewire.messages import (
    Chapter,
    Comparison,
    Design,
    DesignedSentence,
    Enumeration,
    Opening,
    Place,
    Quantity,
    Quotation,
    Statement,
    YearOnLine,
)

__all__ = ["describe_sentence"]


def describe_sentence(sentence: DesignedSentence) -> str:
    """Returns what a sentence shows: the title or heading before it, if there is one, and its best design."""
    shown: list[str] = []
    for design in sentence.designs:
        shown.append(_describe(design))
        if not isinstance(design, Opening | Chapter):
            break
    return ", then ".join(shown)


def _describe(design: Design) -> str:
    match design:
        case Opening():
            return f'title "{design.title}"'
        case Chapter():
            return f'chapter {design.number} "{design.heading}"'
        case Statement():
            return _describe_statement(design)
        case Quantity():
            return f'number {design.number} "{design.unit}"' if design.unit else f"number {design.number}"
        case YearOnLine():
            return f'year {design.year} "{design.clause}"'
        case Quotation():
            return f"quotation of {design.author}"
        case Enumeration():
            return f"list of {len(design.items)}: {', '.join(design.items)}"
        case Comparison():
            return f'comparison of "{design.bars[0].text}" and "{design.bars[1].text}"'
        case Place():
            places = ", ".join(place.name for place in (design, *design.others))
            return f"map of {places}"
        case _:
            assert_never(design)


def _describe_statement(statement: Statement) -> str:
    words = f'statement "{statement.head}"' if statement.head else "whole sentence"
    return f'{words}, marked "{statement.emphasis}"' if statement.emphasis else words
