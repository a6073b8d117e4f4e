"""Finds what a language model says around a script to the person who asked for it. Pure.

Only whole lines at both ends of a text are remarks, and only those that offer or announce the script itself: "Let me know
in the comments" and "Here is how it works" are spoken to the audience.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scenewire.text.blocks import Block, BlockKind
from scenewire.text.markup import inline_text, one_line
from scenewire.text.sentences import split_sentences

__all__ = ["part_remarks"]

_FLAGS: Final = re.IGNORECASE

_INTERJECTION: Final = re.compile(
    r"(?:sure(?: thing)?|certainly|of course|absolutely|great|got it|no problem|happy to help|here you go|okay|ok|gerne?|klar"
    r"|natürlich|selbstverständlich|¡?claro(?: que sí)?|¡?por supuesto|¡?con gusto|bien sûr|avec plaisir|certo|certamente"
    r"|com certeza)\s?[!.,:]?",
    _FLAGS,
)
_SCRIPT: Final = (
    r"(?:scripts?|voice-?overs?|storyboard|screenplay|narration script|skript|drehbuch|sprechertext|gui[oó]n|roteiro|copione"
    r"|sceneggiatura|scénario)"
)
_ANNOUNCEMENT: Final = re.compile(
    rf"(?:here(?:['’]s| is| are)|below is|hier (?:ist|kommt|sind)|aquí (?:tienes|está|va)|voici|aqui (?:está|vai)|ecco)\s"
    rf"(?:[^\s.!?:]+\s){{0,8}}?[^\s.!?:]*{_SCRIPT}\b[^:]*:?",
    _FLAGS,
)
_TO_THE_CLIENT: Final = re.compile(
    rf"\b(?:your|dein|ihr|euer|tu|su|votre|ton|seu|il tuo) (?:\S+ ){{0,4}}{_SCRIPT}\b|you (?:asked|requested)"
    r"|\b\d+[- ]?(?:seconds?|minutes?|words?|sekunden|minuten|segundos|minutos|secondes)\b|:$",
    _FLAGS,
)
"""What an announcement without an interjection has to have: `Here's the script that saved Hollywood.` is prose."""

_OFFERS: Final = (
    (
        (
            r"(?:(?:just )?let me know (?:if|whether) you|(?:would|do) you (?:like|want) me to|want me to|(?:shall|should) i"
            r"|if you(?:['’]d| would)? (?:like|want|need)\b.*\b(?:i can|let me know)|i can also|feel free to)"
        ),
        (
            r"\b(?:(?:changes|adjustments|tweaks|edits|revisions|modifications)\b|(?:make|turn) (?:it|this)\b|script\b|storyboard\b"
            r"|tone\b|visual|camera directions|shorter version|b-roll|(?:adjust|edit|tweak|modify|customi[sz]e|adapt) (?:it|this|any|the)\b|hashtags|(?:create|write|make|generate) an?(?:other)? (?:\S+ )?version)"
        ),
    ),
    (
        (
            r"(?:lass(?:en sie)? mich (?:gerne? )?wissen|sag(?:en sie)? (?:mir |einfach |gerne? )*bescheid|gib (?:mir )?bescheid"
            r"|möchtest du|möchten sie|soll ich|willst du|ich kann auch)"
        ),
        r"(?:änder|anpass|kürz|umschreib|überarbeit|skript|drehbuch|tonfall)",
    ),
    (
        r"¿?(?:avísame|dime|hazme saber|déjame saber|quieres que|te gustaría que|si quieres)",
        r"(?:gui[oó]n|ajust|acort|modifi|camb(?:ios|ie)|el tono)",
    ),
    (
        r"(?:dis-moi|dites-moi|n['’]hésite[sz]? pas|souhaite[sz][- ](?:tu|vous)|veux-tu que|voulez-vous que|je peux aussi)",
        r"(?:script|scénario|modifi|ajust|raccourc|le ton\b)",
    ),
    (r"(?:me avise|diga-me|quer que eu|se quiser)", r"(?:roteiro|ajust|encurt|modifi|mudanças|o tom\b)"),
    (r"(?:fammi sapere|dimmi|vuoi che|se vuoi)", r"(?:copione|script|modific|accorc|adatt|il tono)"),
)
_OFFER: Final = tuple((re.compile(address, _FLAGS), re.compile(about, _FLAGS)) for address, about in _OFFERS)
"""How an offer begins, and what it is about, in six languages."""

_AUDIENCE: Final = re.compile(
    r"comment|kommentar|comentario|commentaire|coment|subscribe|abonn|suscr|viewer|channel", _FLAGS
)
_COURTESY: Final = re.compile(
    r"(?:i hope (?:this|it)|hope (?:this|it) helps|happy (?:filming|creating|recording|editing)|good luck"
    r"|ich hoffe|viel erfolg|espero que|j['’]espère|spero che)\b.{0,60}",
    _FLAGS,
)


def part_remarks(blocks: Sequence[Block]) -> tuple[list[Block], list[str]]:
    """Returns the blocks of a script without remarks, and the remarks.

    A text without other words has none.
    """
    script, announced = _without_announcements(list(blocks))
    script, offered = _without_offers(script)
    has_words = any(block.kind not in {BlockKind.HEADING, BlockKind.RULE} for block in script)
    return (script, [*announced, *offered]) if has_words else (list(blocks), [])


def _without_announcements(blocks: list[Block]) -> tuple[list[Block], list[str]]:
    script, remarks = list(blocks), list[str]()
    while script and script[0].kind in {BlockKind.RULE, BlockKind.PARAGRAPH}:
        first = script.pop(0)
        if first.kind is BlockKind.RULE:
            continue
        size = next((size for size in (len(first.lines), 1) if _announces(remarks, _plain(first.lines[:size]))), 0)
        script[:0] = [replace(first, lines=first.lines[size:])] if size < len(first.lines) else []
        if not size:
            break
        remarks.append(_plain(first.lines[:size]))
    return (script, remarks) if any(map(_ANNOUNCEMENT.search, remarks)) else (blocks, [])


def _without_offers(blocks: list[Block]) -> tuple[list[Block], list[str]]:
    script, remarks = list(blocks), list[str]()
    while script and script[-1].kind in {BlockKind.RULE, BlockKind.PARAGRAPH}:
        last = script.pop()
        if last.kind is BlockKind.RULE:
            continue
        size = next((size for size in (len(last.lines), 1) if _offers(_plain(last.lines[-size:]))), 0)
        script += [replace(last, lines=last.lines[: len(last.lines) - size])] if size < len(last.lines) else []
        if not size:
            break
        remarks.insert(0, _plain(last.lines[-size:]))
    return (script, remarks) if remarks else (blocks, [])


def _announces(before: Sequence[str], text: str) -> bool:
    """Whether every sentence of a text announces the script or is an interjection.

    Args:
        before: remarks above the text.
        text: of a paragraph.
    """
    sentences = [*before, *split_sentences(text)]
    is_answer = any(map(_INTERJECTION.match, sentences))
    for sentence in sentences:
        is_sure = is_answer or _TO_THE_CLIENT.search(sentence)
        if not _INTERJECTION.fullmatch(sentence) and not (_announcement_in(sentence) and is_sure):
            return False
    return True


def _announcement_in(sentence: str) -> bool:
    """Whether a sentence announces the script, perhaps behind an interjection and a comma."""
    interjection = _INTERJECTION.match(sentence)
    return bool(_ANNOUNCEMENT.fullmatch(sentence[interjection.end() :].lstrip(" -–—") if interjection else sentence))


def _offers(text: str) -> bool:
    """Whether every sentence of a text offers to change the script or is a courtesy."""
    sentences = split_sentences(text)
    offers = [
        any(address.match(sentence) and about.search(sentence) for address, about in _OFFER) for sentence in sentences
    ]
    courtesies = [bool(_COURTESY.fullmatch(sentence)) for sentence in sentences]
    return any(offers) and all(map(max, offers, courtesies)) and not _AUDIENCE.search(text)


def _plain(lines: Sequence[str]) -> str:
    return one_line(inline_text(" ".join(lines))).strip("*_ ")
