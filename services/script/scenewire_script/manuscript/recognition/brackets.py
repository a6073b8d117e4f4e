"""Finds brackets in narration and on lines of their own. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scenewire.text.markup import is_speakable
from scenewire.text.sentences import has_sentence_end

__all__ = ["Bracket", "find_brackets", "is_bracketed", "part_lead"]

_SQUARE: Final = r"\[(?P<square>(?:[^\[\]]|\[[^\[\]]{0,200}\]){1,400}+)\]"
_ROUND: Final = r"\((?P<round>(?:[^()]|\([^()]{0,200}\)){1,400}+)\)"
"""Brackets may have brackets in them: `[a ship [old] at sea]`."""

_BRACKETS: Final = re.compile(
    rf"(?P<mark>[*_]{{0,3}})(?:{_SQUARE}|{_ROUND})(?P=mark)(?!\()(?:[ \t]*\(?[x×]\s?\d{{1,2}}\)?(?=[ \t]*$))?",
    re.IGNORECASE | re.MULTILINE,
)
"""With how often the words below them are sung: `[Chorus] x2`."""

_LINE: Final = re.compile(rf"(?=\[[^\d\s])(?=.{{5}}){_SQUARE}")
_LEAD: Final = re.compile(rf"(?!\[\d{{1,3}}\])(?P<lead>{_SQUARE})\s+(?P<rest>.+)")
_EMPHASIZED: Final = re.compile(r"[*_]{1,3}([\[(].*[\])])[*_]{1,3}")
_CONTEXT_CHARS: Final = 40
"""Around brackets, to decide whether they stand between sentences."""


@dataclass(frozen=True)
class Bracket:
    """Words in brackets, and the emphasis around these.

    Attributes:
        text: the paragraph.
        inner: the words, on one line.
        start: place of its first character in the text.
        end: place behind its last character.
        is_square: whether the brackets are square.
        is_emphasized: whether they stand in emphasis.
    """

    text: str
    inner: str
    start: int
    end: int
    is_square: bool
    is_emphasized: bool

    def is_apart(self, since: int) -> bool:
        """Returns whether it stands between sentences.

        Args:
            since: place in the text where the words before it begin.
        """
        before = self.text[max(since, self.start - _CONTEXT_CHARS) : self.start].strip()
        after = self.text[self.end : self.end + _CONTEXT_CHARS].lstrip()
        return (not before or has_sentence_end(before) or before.endswith(":")) and not after[:1].islower()

    @property
    def is_line(self) -> bool:
        """Whether it stands alone on its lines."""
        before = self.text[max(0, self.start - _CONTEXT_CHARS) : self.start].rpartition("\n")[2]
        after = self.text[self.end : self.end + _CONTEXT_CHARS].partition("\n")[0]
        return not is_speakable(before) and not is_speakable(after)


def find_brackets(text: str) -> Iterator[Bracket]:
    """Yields the brackets of a paragraph, except links of Markdown."""
    for found in _BRACKETS.finditer(text):
        inner = found["square"] or found["round"]
        is_square, is_emphasized = found["square"] is not None, bool(found["mark"])
        yield Bracket(text, inner.replace("\n", " "), found.start(), found.end(), is_square, is_emphasized)


def is_bracketed(line: str) -> bool:
    """Returns whether a line is words in square brackets, and nothing else."""
    return bool(_LINE.fullmatch(line))


def part_lead(line: str) -> tuple[str, str]:
    """Parts square brackets at the beginning of a line from the text behind them.

    Returns:
        The brackets without emphasis, and the rest; the whole line and an empty rest if it doesn't begin with brackets.
    """
    emphasized = _EMPHASIZED.fullmatch(line)
    line = emphasized[1] if emphasized else line
    lead = _LEAD.fullmatch(line)
    return (lead["lead"], lead["rest"]) if lead else (line, "")
