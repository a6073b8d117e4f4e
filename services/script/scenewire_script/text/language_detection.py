"""Detects the language of an order that does not name one. Pure.

The writing system decides where only one language uses it. Between languages that share one, a statistical classifier
decides; an answer that it is not sure of does not count.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from scenewire.text.writings import LANGUAGES, count_letters

__all__ = ["detect_language", "load_classifier"]

_CANDIDATES: Final[Mapping[str, tuple[str, ...]]] = {
    "Latin": (
        "en", "es", "fr", "de", "pt", "it", "nl", "pl", "sv", "da", "no", "fi", "tr", "cs", "hu", "ro", "vi", "id", "ca",
        "hr", "sk", "sl", "lt", "lv", "et", "sw", "af",
    ),
    "Cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk"),
    "Arabic": ("ar", "fa", "ur"),
    "Devanagari": ("hi", "mr", "ne"),
    "Bengali": ("bn", "as"),
}  # fmt: skip
"""Languages that the classifier decides between. It is right more often with fewer and usual ones."""

_RELATIVES: Final = (("da", "no"), ("cs", "sk"))
"""Pairs so near that either voice is better than the English one: a text that is surely one of both is read by the
likelier."""

_TAGS: Final = {"no": "nb"}
"""Tags of voices, where the classifier has another one."""

_SURE_SENTENCE: Final = 0.7
_SURE_PHRASE: Final = 0.9
"""Least confidence for the Latin script, measured on sentences of 20 languages and on 75 topics: none was wrong. Names
such as São Paulo and Renaissance art look foreign, hence more for a phrase."""

_MIN_SENTENCE_WORDS: Final = 5
_SENTENCE_ENDS: Final = (".", "!", "?", "…")
"""A text is a sentence if it has that many words or ends like one."""

_MIN_LETTERS: Final = 10
"""A shorter text in the Latin script is not classified: Sushi, Venezia, GPU."""

_SAMPLE_CHARS: Final = 20_000

_CHINESE_WEIGHT: Final = 3
"""A Chinese character says as much as this many letters."""

_MIN_KANA_SHARE: Final = 0.1
"""Japanese mixes kana with Chinese characters; a Chinese text quotes a name in kana at most."""


def detect_language(text: str) -> str | None:
    """Returns the tag of the language of a text; None if it is too short, or the classifier is not sure.

    The first call loads a model, which takes half a second.
    """
    sample = text[:_SAMPLE_CHARS]
    letters = count_letters(sample)
    letters["Chinese"] *= _CHINESE_WEIGHT
    letters["Kana"] *= _CHINESE_WEIGHT
    if letters["Kana"] >= _MIN_KANA_SHARE * letters["Chinese"]:
        letters["Kana"] += letters.pop("Chinese")
    writing, count = max(letters.items(), key=lambda item: item[1], default=("Other", 0))
    if not count or writing not in LANGUAGES:
        return None
    if writing not in _CANDIDATES:
        return LANGUAGES[writing][0]
    if writing == "Latin" and count < _MIN_LETTERS:
        return None
    language, confidence = _classify(sample, _CANDIDATES[writing])
    is_sentence = len(sample.split()) >= _MIN_SENTENCE_WORDS or sample.rstrip().endswith(_SENTENCE_ENDS)
    sure = _SURE_SENTENCE if is_sentence else _SURE_PHRASE
    if writing == "Latin" and confidence < sure:
        return None
    return _TAGS.get(language, language)


def _classify(text: str, candidates: Sequence[str]) -> tuple[str, float]:
    """Returns the likeliest candidate, and the probability that it or its near relative is right."""
    likely = {label: share for label, share in load_classifier().rank(text) if label in candidates}
    best = next(iter(likely))
    near = next((pair for pair in _RELATIVES if best in pair), (best,))
    return best, sum(likely[label] for label in near) / (sum(likely.values()) or 1)


@lru_cache(maxsize=1)
def load_classifier() -> LanguageIdentifier:
    """Loads the classifier, once: half a second, and 68 MB in the temporary folder for a moment."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
