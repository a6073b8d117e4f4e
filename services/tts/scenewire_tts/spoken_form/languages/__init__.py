"""The languages with rules, one file each."""

from scenewire_tts.spoken_form.language import Language
from scenewire_tts.spoken_form.languages.english import English
from scenewire_tts.spoken_form.languages.german import German

__all__ = ["find_language"]

_LANGUAGES: dict[str, type[Language]] = {"de": German, "en": English}


def find_language(tag: str) -> Language | None:
    """Returns the language of a tag, whatever its region; None if it has no rules."""
    primary = tag.replace("_", "-").casefold().partition("-")[0]
    found = _LANGUAGES.get(primary)
    return found(tag) if found else None
