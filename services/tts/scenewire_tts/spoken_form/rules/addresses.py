"""Addresses of pages and mail, hashtags, mentions and phone numbers."""

import re
from collections.abc import Sequence
from typing import Final

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.language import Language, Rule

__all__ = ["address_rules"]

_PATH: Final = r"(?:[/?#][^\s<>\"“”«»]*[\w/])?"
_HOST: Final = r"(?:[\w-]+\.)+[a-zA-Z]{2,}(?::\d+)?"
_PAGE: Final = re.compile(rf"(?<![\w@.-])(?:https?://(?:www\.)?|www\.){_HOST}{_PATH}/?", re.IGNORECASE)
_DOMAIN: Final = re.compile(
    r"(?<![\w@.-])(?:[a-zA-Z0-9-]+\.)+(?:ai|app|at|br|ch|co|com|de|dev|edu|es|eu|fr|gov|in|info|io|it|me|net|org|pt|tv|uk|us)"
    rf"(?![\w@-]|\.\w){_PATH}"
)
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]*\w@(?:[\w-]+\.)+[a-zA-Z]{2,}(?![\w@])")
_TAG: Final = re.compile(r"(?<![\w&/#@])[#@](?=\w*[^\W\d_])\w+")
_HUMP: Final = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z])|(?<=\D)(?<!_)(?=\d)|_+")
_PHONE: Final = re.compile(
    r"(?<![\w.,+/-])(?:"
    r"\+(?=(?:[ ()./-]*\d){7})\d{1,3}(?:[ .-]?\(0?\d{0,5}\))?(?:[ ./-]?\d{1,11}){1,6}"
    r"|\(0?\d{2,5}\) ?\d{2,8}(?:[ .-]\d{2,8}){0,3}"
    r"|0\d(?:[ .]\d\d){4}"
    r"|(?<!\d )0[1-9]\d{0,3}[ /-]\d{3,8}(?:[ -]\d{2,8}){0,3}"
    r"|555-\d{4}|\d{3}-0\d{3}"
    r"|(?!(?:\d{4}-\d\d-\d\d|\d\d?-\d\d?-\d{4})(?!\d))\d+(?:-\d+){2,}"
    r"|\d{3}(?:\.\d{3}){2}-\d\d|\d{3}\.\d{3}\.\d{4}"
    r"|(?:\d\d )?(?!\d\d000-)\d{5}-\d{4}|(?<!\d )\d{2,4} \d{6,8}"
    r")(?![\w/-]|[.,]\d)"
)
_BEFORE_PHONES: Final = (
    r"[Aa]ppele[rz](?: le)?|[Cc]all|[Cc]elular|[Cc]hiam\w+(?: il| lo)?|[Dd]ial|[Ll]igue(?: para)?|[Ll]lam[ae]\w*(?: al)?|"
    r"[Mm][oó]vil|[Mm]obile|[Pp]hone|Rufen Sie|[Tt][eé]l\.?|[Tt]elefon|[Tt]el[eé]fon[oe]|[Tt]éléphone|WhatsApp|फ़ोन|फोन|मोबाइल"
)
_NAMED_PHONE: Final = re.compile(
    rf"(?<!\w)(?:{_BEFORE_PHONES}):? (?P<phone>(?:911|999|112)(?!\d)|(?=(?:[ ./-]?\d){{5}})\d{{2,12}}(?:[ ./-]\d{{2,12}}){{0,5}})(?![\w/-]|[.,]\d)"
)
_RUN: Final = re.compile(r"\d+|\D+")


def address_rules(language: Language) -> list[Rule]:
    """Returns the rules for texts that are read sign by sign."""
    return [
        Rule(_PAGE, lambda match: [_whole(match, _spell_page(match[0], language))]),
        Rule(_MAIL, lambda match: [_whole(match, _spell(match[0], language))]),
        Rule(_DOMAIN, lambda match: [_whole(match, _spell(match[0], language))]),
        Rule(_TAG, lambda match: [_whole(match, _spell_tag(match[0], language))]),
        Rule(_NAMED_PHONE, lambda match: _spell_phone(match["phone"], match.start("phone"), language)),
        Rule(_PHONE, lambda match: _spell_phone(match[0], match.start(), language)),
    ]


def _whole(match: re.Match[str], spoken: str) -> Edit:
    return Edit(match.start(), match.end(), spoken)


def _spell_page(written: str, language: Language) -> str:
    """Returns the address without `https://www.` and the last slash, which nobody reads out."""
    return _spell(re.sub(r"^(?:https?://)?(?:www\.)?", "", written, flags=re.IGNORECASE).rstrip("/"), language)


def _spell(written: str, language: Language) -> str:
    signs = language.address.signs
    parts = re.findall(r"[^\W_]+|[\W_]", written)
    host = re.search(r"\.([a-zA-Z]{2})(?=$|[:/?#])", written)
    spoken = []
    place = 0
    for part in parts:
        is_country = host is not None and place == host.start(1)
        spoken.append(_letters(part) if is_country else signs.get(part, part if part.isalnum() else ""))
        place += len(part)
    return " ".join(filter(None, spoken))


def _letters(word: str) -> str:
    return " ".join(word.upper())


def _spell_tag(written: str, language: Language) -> str:
    sign = language.address.hashtag if written[0] == "#" else language.address.signs["@"]
    name = written[1:]
    return f"{sign} {_letters(name) if len(name) == 2 else ' '.join(filter(None, _HUMP.split(name)))}"


def _spell_phone(written: str, start: int, language: Language) -> Sequence[Edit]:
    """Reads the digits one by one, with a short pause after each group; not the zero of `+49 (0)30`."""
    runs = list(_RUN.finditer(written))
    edits = []
    for run in runs:
        if run[0][0].isdigit():
            is_dialled = not (written[0] == "+" and run[0] == "0" and written[run.start() - 1] == "(")
            spoken = "" if not is_dialled else language.phone_group(run[0]) + ("" if run is runs[-1] else ",")
        else:
            spoken = f"{language.plus} " if run[0] == "+" else " "
        edits.append(Edit(start + run.start(), start + run.end(), spoken))
    return edits
