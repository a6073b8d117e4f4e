"""Reads the language of a voice from its name. Pure."""

import re
from typing import Final

from scenewire.text.writings import LANGUAGE_NAMES

__all__ = ["NEURAL_VOICE_LANGUAGES", "voice_language"]

NEURAL_VOICE_LANGUAGES: Final = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "zh",
}
"""The language of a voice of Kokoro by the first letter of its name: `bf_emma` speaks British English."""

_NEURAL_VOICE: Final = re.compile(r"[a-z][fm]_\w+")
_TAG: Final = re.compile(r"(?P<language>[a-z]{2,3})(?:-(?P<region>[a-z]{2}))?(?![a-z])", re.IGNORECASE)


def voice_language(name: str) -> str | None:
    """Returns the tag of the language that a voice speaks.

    Args:
        name: of a voice of espeak (`fr-fr+f3`) or Kokoro (`ff_siwis`), or a mixture (`ff_siwis:2,af_heart`).

    Returns:
        The tag; None if the name does not tell it, or names voices of several languages.
    """
    languages = {_language(part.partition(":")[0].strip()) for part in name.split(",")}
    return languages.pop() if len(languages) == 1 else None


def _language(name: str) -> str | None:
    if _NEURAL_VOICE.fullmatch(name):
        return NEURAL_VOICE_LANGUAGES.get(name[0])
    tag = _TAG.match(name.partition("+")[0].rpartition("/")[2])
    if tag is None or tag["language"] not in LANGUAGE_NAMES:
        return None
    return f"{tag['language']}-{tag['region'].upper()}" if tag["region"] else tag["language"]
