"""The languages with rules, one file each."""

from collections.abc import Mapping
from typing import Final

from scenewire_tts.spoken_form.language import Language
from scenewire_tts.spoken_form.languages.english import English
from scenewire_tts.spoken_form.languages.french import French
from scenewire_tts.spoken_form.languages.german import German
from scenewire_tts.spoken_form.languages.hindi import Hindi
from scenewire_tts.spoken_form.languages.italian import Italian
from scenewire_tts.spoken_form.languages.portuguese import Portuguese
from scenewire_tts.spoken_form.languages.spanish import Spanish

__all__ = ["find_language", "has_names"]

_LANGUAGES: Final[Mapping[str, type[Language]]] = {
    "de": German,
    "en": English,
    "es": Spanish,
    "fr": French,
    "hi": Hindi,
    "it": Italian,
    "pt": Portuguese,
}


_NAMED: Final = frozenset({
    "bg", "ca", "cs", "da", "el", "et", "fi", "hr", "hu", "id", "lt", "lv", "nb", "nl", "no", "pl", "ro", "ru", "sk", "sl",
    "sv", "tr", "uk",
})  # fmt: skip
"""Languages that CLDR has names of units and currencies for, and whose numbers espeak-ng reads."""


def find_language(tag: str) -> Language | None:
    """Returns the language of a tag, whatever its region; None if it has no rules."""
    found = _LANGUAGES.get(_primary(tag))
    return found(tag) if found else None


def has_names(tag: str) -> bool:
    """Whether units and currencies can be named in a language without rules of its own."""
    return _primary(tag) in _NAMED


def _primary(tag: str) -> str:
    return tag.replace("_", "-").casefold().partition("-")[0]
