"""Writing systems: which one a text is written in, and which languages use it. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from scenewire.text.languages import primary_language

__all__ = ["LANGUAGES", "LANGUAGE_NAMES", "count_letters", "language_name", "writings_of"]

LANGUAGE_NAMES: Final[Mapping[str, str]] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani", "be": "Belarusian",
    "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan", "bs": "Bosnian", "ca": "Catalan", "chr": "Cherokee",
    "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "eo": "Esperanto",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish",
    "gd": "Scottish Gaelic", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "ky": "Kyrgyz", "la": "Latin",
    "lb": "Luxembourgish", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mi": "Māori", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "my": "Burmese",
    "nb": "Norwegian", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian", "or": "Odia", "pa": "Punjabi", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "ti": "Tigrinya", "tr": "Turkish", "tt": "Tatar", "ug": "Uyghur", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip
"""English names of languages by their tag."""

LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "Latin": (
        "en", "es", "fr", "de", "pt", "it", "nl", "pl", "sv", "da", "nb", "no", "fi", "tr", "cs", "hu", "ro", "vi", "id",
        "ms", "ca", "hr", "bs", "sr", "sk", "sl", "lt", "lv", "et", "sq", "sw", "af", "is", "ga", "gd", "cy", "eu", "eo",
        "la", "lb", "mt", "mi", "ht", "az", "uz",
    ),
    "Cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk", "ky", "tt", "mn", "ba", "cv", "nog"),
    "Greek": ("el", "grc"),
    "Arabic": ("ar", "fa", "ur", "sd", "ug", "ku"),
    "Hebrew": ("he",),
    "Devanagari": ("hi", "mr", "ne", "kok"),
    "Bengali": ("bn", "as", "bpy"),
    "Gurmukhi": ("pa",),
    "Gujarati": ("gu",),
    "Oriya": ("or",),
    "Tamil": ("ta",),
    "Telugu": ("te",),
    "Kannada": ("kn",),
    "Malayalam": ("ml",),
    "Sinhala": ("si",),
    "Thai": ("th",),
    "Lao": ("lo",),
    "Tibetan": ("bo",),
    "Burmese": ("my", "shn"),
    "Khmer": ("km",),
    "Georgian": ("ka",),
    "Armenian": ("hy", "hyw"),
    "Ethiopic": ("am", "ti"),
    "Cherokee": ("chr",),
    "Hangul": ("ko",),
    "Kana": ("ja",),
    "Chinese": ("zh", "cmn", "yue", "hak", "ja", "ko"),
}  # fmt: skip
"""Languages of each writing system, the one with the most speakers first."""

_UNICODE_NAMES: Final = {
    "MYANMAR": "Burmese",
    "CJK": "Chinese",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
}
"""Where a character's name in Unicode does not begin with the name of its writing system."""


def count_letters(text: str) -> Counter[str]:
    """Counts the letters of each writing system, by its name in `LANGUAGES`; `Other` has all that is not listed."""
    counted: Counter[str] = Counter()
    for character, count in Counter(unicodedata.normalize("NFKC", text)).items():
        if character.isalpha():
            counted[_writing_of(character)] += count
    return counted


def writings_of(language: str) -> frozenset[str]:
    """Returns the writing systems of a language; empty for a language that is not listed.

    Args:
        language: a tag; only its first part counts.
    """
    primary = primary_language(language)
    return frozenset(writing for writing, languages in LANGUAGES.items() if primary in languages)


def language_name(language: str) -> str:
    """Returns the English name of a language, or the tag if it is not listed."""
    return LANGUAGE_NAMES.get(primary_language(language), language)


@lru_cache(maxsize=4096)
def _writing_of(character: str) -> str:
    name = unicodedata.name(character, "").split(" ", maxsplit=1)[0]
    writing = _UNICODE_NAMES.get(name, name.title())
    return writing if writing in LANGUAGES else "Other"
