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

__all__ = ["find_language"]

_LANGUAGES: Final[Mapping[str, type[Language]]] = {
    "de": German,
    "en": English,
    "es": Spanish,
    "fr": French,
    "hi": Hindi,
    "it": Italian,
    "pt": Portuguese,
}


def find_language(tag: str) -> Language | None:
    """Returns the language of a tag, whatever its region; None if it has no rules."""
    primary = tag.replace("_", "-").casefold().partition("-")[0]
    found = _LANGUAGES.get(primary)
    return found(tag) if found else None
