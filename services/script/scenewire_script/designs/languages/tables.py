"""Finds the table of a language."""

from collections.abc import Mapping
from typing import Final

from scenewire.text.languages import primary_language
from scenewire_script.designs.languages.english import ENGLISH
from scenewire_script.designs.languages.french import FRENCH
from scenewire_script.designs.languages.german import GERMAN
from scenewire_script.designs.languages.italian import ITALIAN
from scenewire_script.designs.languages.portuguese import PORTUGUESE
from scenewire_script.designs.languages.spanish import SPANISH
from scenewire_script.designs.reading.vocabulary import Vocabulary

__all__ = ["VOCABULARIES", "vocabulary_of"]

VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    "de": GERMAN,
    "en": ENGLISH,
    "es": SPANISH,
    "fr": FRENCH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
}


def vocabulary_of(language: str) -> Vocabulary | None:
    """Returns the table of a language tag, or None for a language without one."""
    return VOCABULARIES.get(primary_language(language))
