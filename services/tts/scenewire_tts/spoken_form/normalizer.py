"""Applies the rules of a language to a text."""

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache
from typing import Final

from scenewire.text.languages import primary_language
from scenewire.text.sentences import ends_sentence
from scenewire_tts.spoken_form.edits import Edit, SpokenForm, apply_edits
from scenewire_tts.spoken_form.language import Rule
from scenewire_tts.spoken_form.languages import find_language, has_names
from scenewire_tts.spoken_form.languages.chinese import chinese_rules
from scenewire_tts.spoken_form.rules.addresses import address_rules
from scenewire_tts.spoken_form.rules.dates import date_rules
from scenewire_tts.spoken_form.rules.names import name_rules
from scenewire_tts.spoken_form.rules.quantities import quantity_rules
from scenewire_tts.spoken_form.rules.short_forms import short_form_rules
from scenewire_tts.spoken_form.rules.signs import sign_rules

__all__ = ["spoken_form"]

_CONTEXT_CHARS: Final = 80

_SENTENCE_START: Final = re.compile(r"(?:^|\n|[.!?…।][\"”’»)]* )[\"“‘«(¿¡]*$")


def spoken_form(text: str, language: str) -> SpokenForm:
    """Writes a text as it is spoken.

    Args:
        text: a text returned by `scenewire_tts.speech.spoken_text.clean`.
        language: its tag. In a language without rules of its own, units and currencies are named if CLDR has names; the engine
            reads the numbers.
    """
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    taken = bytearray(len(text))
    edits: list[Edit] = []
    for rule in _rules(language):
        for match in rule.pattern.finditer(digits):
            if not any(taken[slice(*match.span())]):
                for edit in rule.rewrite(match):
                    taken[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
                    edits.append(edit)
    edits.sort()
    dropped = {edit.end - 1 for edit in edits if not edit.spoken.endswith(".")}
    return apply_edits(text, [_with_capital(text, edit, dropped) for edit in edits])


@lru_cache(maxsize=20)
def _rules(tag: str) -> tuple[Rule, ...]:
    language = find_language(tag)
    if primary_language(tag) == "zh":
        return tuple(chinese_rules())
    if language is None:
        return tuple(name_rules(tag)) if has_names(tag) else ()
    return (
        *address_rules(language),
        *language.own_rules(),
        *date_rules(language),
        *sign_rules(language),
        *short_form_rules(language),
        *quantity_rules(language),
    )


def _with_capital(text: str, edit: Edit, dropped: Container[int]) -> Edit:
    """Keeps sentences apart: engines take a full stop before a small letter for that of an abbreviation.

    Args:
        text: the written text.
        edit: one of its edits.
        dropped: the indexes of last characters that are not spoken, such as the full stop of `No.`.
    """
    start = _SENTENCE_START.search(text, max(0, edit.start - 10), edit.start)
    if start is None or (start.start() < edit.start and start.start() in dropped):
        return edit
    before = text[max(0, edit.start - _CONTEXT_CHARS) : edit.start].rpartition("\n")[2].rstrip(' "“‘«(¿¡')
    if before and not ends_sentence(before, text[edit.start : edit.start + _CONTEXT_CHARS]):
        return edit
    return edit._replace(spoken=edit.spoken[:1].upper() + edit.spoken[1:])
