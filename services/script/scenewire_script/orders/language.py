"""Decides the language of an order. Pure."""

from typing import Final, NamedTuple

from scenewire.messages import DEFAULT_LANGUAGE, ScriptRequested
from scenewire.text.languages import primary_language
from scenewire.text.plain import plain_text
from scenewire.text.voice_names import voice_language
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

    If that is not certain, it is the language of the ordered voice, or else English. Blocks for half a second when it first detects a language.
    """
    if order.language is not None:
        return OrderLanguage(order.language)
    own = "\n".join(scene.text for scene in order.scenes) if order.scenes else (order.text or "")
    own = own.strip()
    detected = detect_language(plain_text(own or order.topic or ""))
    spoken = voice_language(order.voice) if order.voice else None
    if detected is None and spoken is not None:
        return OrderLanguage(spoken, _voice_notes(order.voice, spoken))
    if detected is None:
        return OrderLanguage(DEFAULT_LANGUAGE, (_UNSURE,) if own else ())
    if detected == DEFAULT_LANGUAGE:
        return OrderLanguage(DEFAULT_LANGUAGE)
    source = "text" if own else "topic"
    return OrderLanguage(detected, (f"The {source} is {language_name(detected)} (detected); --language sets another.",))


def _voice_notes(voice: str | None, language: str) -> tuple[str, ...]:
    if primary_language(language) == DEFAULT_LANGUAGE:
        return ()
    return (f"The language is that of the voice {voice}: {language_name(language)}; --language sets another.",)
