"""Messages of the log, parsed."""

import re
from typing import Final

from pydantic import ValidationError

from scenewire.messages import Message, ScriptRequested, describe_faults, message_model

__all__ = ["MAX_PROBLEM_CHARACTERS", "Content", "parse", "plain"]

Content = Message | ScriptRequested

MAX_PROBLEM_CHARACTERS: Final = 900
_ESCAPED_NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def parse(subject: str, body: str) -> tuple[Content | None, str | None]:
    """Parses a body; returns the message, or the problem."""
    known = message_model(subject)
    if known is None:
        return None, "its subject is unknown to this version"
    if "\\u0000" in body:  # no column accepts a NUL
        body = _ESCAPED_NUL.sub(r"\1", body)
    try:
        return known.model_validate_json(body), None
    except ValidationError as error:
        return None, plain(describe_faults(error))[:MAX_PROBLEM_CHARACTERS]


def plain(text: str) -> str:
    """Returns text that every database accepts."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
