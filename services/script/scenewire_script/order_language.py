"""Decides the language of an order. Pure."""

from typing import Final, NamedTuple

from scenewire.messages import DEFAULT_LANGUAGE, ScriptRequested
from scenewire.text.plain import plain_text
from scenewire.text.writings import language_name
from scenewire_script.text.language_detection import detect_language

__all__ = ["OrderLanguage", "resolve_language"]

_UNSURE: Final = (
    "The language of the text is not certain: it is treated as English. Order with a language, such as --language de, "
    "if it is another."
)


class OrderLanguage(NamedTuple):
    """The language of an order."""

    tag: str
    notes: tuple[str, ...] = ()
    """Says what was detected; empty for a language that was ordered, and for English."""


def resolve_language(order: ScriptRequested) -> OrderLanguage:
    """Returns the ordered language, or detects that of the scenes, the text or the topic.

    English is assumed if the language is not certain. Blocks for half a second when it first detects a language.
    """
    if order.language is not None:
        return OrderLanguage(order.language)
    own = "\n".join(scene.text for scene in order.scenes) if order.scenes else (order.text or "")
    own = own.strip()
    detected = detect_language(plain_text(own or order.topic or ""))
    if detected is None:
        return OrderLanguage(DEFAULT_LANGUAGE, (_UNSURE,) if own else ())
    if detected == DEFAULT_LANGUAGE:
        return OrderLanguage(DEFAULT_LANGUAGE)
    source = "text" if own else "topic"
    return OrderLanguage(detected, (f"The {source} is {language_name(detected)} (detected); --language sets another.",))
