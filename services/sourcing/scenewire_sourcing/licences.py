"""Reads what a licence allows and asks for, from its name or its URL. Pure.

Archives state licences in many forms: codes, names, URLs, sentences. What isn't understood is not guessed: it is unknown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Licence", "read_licence"]


@dataclass(frozen=True)
class Licence:
    """What a licence allows and asks for."""

    name: str
    """Such as CC BY-SA 4.0; empty if nothing is stated."""
    url: str = ""
    """Of its text, if known."""
    is_known: bool = True
    """Whether the rest was understood."""
    allows_use: bool = True
    """False where all rights are reserved."""
    allows_changes: bool = True
    allows_commercial_use: bool = True
    asks_same_licence: bool = False
    """Whether what is made from the work must have the same licence."""
    asks_attribution: bool = False
    doubt: str = ""
    """Why a person should review it although it is known."""


_MAX_CHARS: Final = 2_000
"""Of a statement; whole licence texts name themselves at their beginning."""

_PORTS: Final = frozenset((
    "ar", "at", "au", "az", "be", "bg", "br", "ca", "ch", "cl", "cn", "co", "cr", "cz", "de", "dk", "ec", "ee", "eg", "es",
    "fi", "fr", "ge", "gr", "gt", "hk", "hr", "hu", "ie", "igo", "il", "in", "it", "jp", "kr", "lu", "mk", "mt", "mx", "my",
    "nl", "no", "nz", "pe", "ph", "pl", "pr", "pt", "ro", "rs", "scotland", "se", "sg", "si", "th", "tw", "ug", "uk", "us",
    "ve", "vn", "za",
))  # fmt: skip
"""Jurisdictions that Creative Commons' licences up to 3.0 were adapted to."""

_LONG_FORMS: Final = (
    (re.compile(r"non[\s-]?commercial"), "nc"),
    (re.compile(r"no[\s-]?deriv(?:ative|ation)?s?(?:[\s-]?works?)?"), "nd"),
    (re.compile(r"share[\s-]?alike"), "sa"),
    (re.compile(r"attribution"), "by"),
    (re.compile(r"\b(?:international|unported|generic)\b"), ""),
)
_CODE: Final = r"(?:by|nc|nd|sa)(?:[^a-z0-9]{1,3}(?:by|nc|nd|sa))*"
_PORT: Final = r"(?:[\s_/-]+(?P<port>[a-z]{2}|igo|scotland)(?=$|[,;.)\]/]))?"
_CC_URL: Final = re.compile(
    rf"creativecommons\.org/licen[cs]es/(?P<code>{_CODE})/(?P<version>\d\.\d)(?:/(?P<port>[a-z]+)\b(?!\.))?"
)
_CC_TEXT: Final = re.compile(
    r"(?:\bcc|creative commons)[^a-z0-9]{0,3}(?:licen[cs]e[^a-z0-9]{0,3})?"
    rf"(?P<code>{_CODE})\b(?:[^a-z0-9]{{1,3}}(?P<version>\d\.\d)(?:,\d\.\d)*)?{_PORT}"
)
_CC_NAME: Final = re.compile(rf"^(?P<code>{_CODE})[^a-z0-9]{{1,3}}(?P<version>\d\.\d){_PORT}")
"""Without the name of the organization, as in “Attribution-ShareAlike 4.0 International”."""

_OTHERS: Final[Sequence[tuple[str, Licence]]] = (
    (
        r"creativecommons\.org/publicdomain/zero|\bcc[\s_-]?(?:0|zero)\b|creative commons zero|\bno rights reserved",
        Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ),
    (
        r"pexels\.com/licen[cs]e|\bpexels licen[cs]e",
        Licence("Pexels License", "https://www.pexels.com/license/"),
    ),
    (
        r"pixabay\.com/service/(?:license|terms)|\bpixabay (?:content )?licen[cs]e",
        Licence("Pixabay Content License", "https://pixabay.com/service/license-summary/"),
    ),
    (
        r"unsplash\.com/license|\bunsplash licen[cs]e",
        Licence("Unsplash License", "https://unsplash.com/license"),
    ),
    (
        r"\bgfdl\b|gnu free documentation licen[cs]e|gnu\.org/(?:copyleft|licenses)/fdl",
        Licence("GFDL", "https://www.gnu.org/licenses/fdl-1.3.html", asks_same_licence=True, asks_attribution=True),
    ),
    (
        r"free art licen[cs]e|artlibre\.org|^fal\b",
        Licence("Free Art License", "https://artlibre.org/licence/lal/en/", asks_same_licence=True, asks_attribution=True),
    ),
    (
        r"open government licen[cs]e|^ogl\b|nationalarchives\.gov\.uk/doc/open-government-licence",
        Licence(
            "Open Government Licence",
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            asks_attribution=True,
        ),
    ),
    (r"copyrighted free use", Licence("Copyrighted free use")),
    (r"^attribution$", Licence("Attribution", asks_attribution=True)),
    (
        r"creativecommons\.org/(?:publicdomain/mark|licenses/publicdomain)|\bpdm\b|public domain mark",
        Licence("Public Domain Mark 1.0", "https://creativecommons.org/publicdomain/mark/1.0/"),
    ),
    (
        (r"rightsstatements\.org/vocab/(?:noc-nc|inc-nc)/|"
        r"non[\s-]?commercial (?:use|purposes?)(?: only)?|no(?:t for)? commercial use"),
        Licence("no commercial use", allows_commercial_use=False),
    ),
    (
        (r"not subject to copyright|\bpd[\s-]us(?:a?gov|[\s-]?navy)|\bu\.?\s?s\.?\s?government work|"
        r"works? of the (?:u\.?s\.?|united states) (?:federal )?government"),
        Licence("U.S. government work"),
    ),
    (
        (r"(?<!not in the )(?<!not )(?<!not yet )\bpublic[\s-]domain\b|\bpd[\s-](?:old|self|art|mark|us)\b|"
        r"\b(?:out of|free (?:of|from)|not in) copyright\b|\bcopyright (?:has |is )?expired"),
        Licence("public domain"),
    ),
    (
        (r"no known (?:copyright )?restrictions?|no known copyright|\bno copyright\b|"
        r"not aware of any (?:u\.s\. )?copyright|^no restrictions$|rightsstatements\.org/vocab/(?:nkc|noc-us)/"),
        Licence("no known restrictions", doubt="its archive knows of no restrictions, which is not a licence"),
    ),
    (
        (r"\ball rights reserved|©|\(c\)\s*\d{4}|(?<!not )\bin copyright\b|rightsstatements\.org/vocab/inc(?:-[a-z-]+)?/|"
        r"^copyright(?:ed)?(?! (?:not|status|un))\b|\bcopyright(?:ed)? (?:by|\d{4})"),
        Licence("all rights reserved", allows_use=False),
    ),
)  # fmt: skip
"""Patterns for lower-case text, in order of precedence."""


def read_licence(text: str, url: str = "") -> Licence:
    """Reads a licence.

    Args:
        text: its name, a code, or a sentence.
        url: of the licence; it decides where text and URL differ.
    """
    given = " ".join(text[:_MAX_CHARS].split())
    for source in (url, given):
        lower = source.casefold().strip()
        if lower and (found := _read(lower)):
            return found
    return Licence(given or url, url, is_known=False)


def _read(text: str) -> Licence | None:
    others = (licence for pattern, licence in _OTHERS if re.search(pattern, text))
    return _creative_commons(text) or next(others, None)


def _creative_commons(text: str) -> Licence | None:
    short = text
    for pattern, code in _LONG_FORMS:
        short = pattern.sub(code, short)
    short = " ".join(short.split())
    matches = [*_CC_URL.finditer(text)] or [*_CC_TEXT.finditer(short)] or [*_CC_NAME.finditer(short)]
    licences = [_licence(found) for found in matches]
    return min(licences, key=_freedom, default=None)  # where several are named, what is allowed in any case


def _licence(found: re.Match[str]) -> Licence:
    named = set(re.findall(r"by|nc|nd|sa", found["code"]))
    code = "-".join(part for part in ("by", "nc", "nd", "sa") if part in named)
    version, port = found["version"] or "", found["port"] or ""
    port = port if port in _PORTS and version < "4" else ""
    path = "/".join(filter(None, (code, version, port)))
    name = " ".join(filter(None, ("CC", code.upper(), version, port.upper())))
    return Licence(
        name,
        f"https://creativecommons.org/licenses/{path}/" if version else "",
        allows_changes="nd" not in named,
        allows_commercial_use="nc" not in named,
        asks_same_licence="sa" in named,
        asks_attribution="by" in named,
    )


def _freedom(licence: Licence) -> tuple[bool, bool, bool]:
    return licence.allows_changes, licence.allows_commercial_use, not licence.asks_same_licence
