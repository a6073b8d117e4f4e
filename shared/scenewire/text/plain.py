"""Converts light Markdown and HTML to plain text. Pure.

Customers' texts are converted to plain text once, where an order becomes scenes. Everything after that (speech,
captions, cards, chapters, file names) takes plain text literally. Converting twice loses words: `&lt;b&gt;` is the
written form of `<b>`, which a second pass would take for a tag.
"""

from scenewire.text.blocks import read_blocks
from scenewire.text.markup import inline_text, is_speakable, one_line, replace_block_tags

__all__ = ["plain_line", "plain_text"]


def plain_text(text: str) -> str:
    """Returns the words of a text as they are spoken and shown. Don't apply it twice.

    Headings, list items and paragraphs are parted by an empty line; within them single spaces part the words.

    Returns:
        An empty text when there is neither letter nor digit in it.
    """
    blocks = (inline_text(block.text) for block in read_blocks(replace_block_tags(text, "\n\n")))
    return "\n\n".join(block for block in blocks if is_speakable(block))


def plain_line(text: str) -> str:
    """Returns `plain_text` on one line, for titles, topics and keywords."""
    return one_line(plain_text(text))
