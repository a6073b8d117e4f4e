"""Recognises what a script says about its video rather than to its audience. Pure.

Nothing that may be prose is taken for a direction: `(1869)`, `[sic]` and `the [old] harbour` stay, and so does a single
`Music: a language of its own` in a text without other directions.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scenewire.text.markup import is_speakable
from scenewire.text.sentences import has_sentence_end
from scenewire_script.manuscript.recognition.times import is_time, read_time

__all__ = ["Direction", "DirectionKind", "Label", "is_transition", "read_bracket", "read_label", "read_part"]


class DirectionKind(StrEnum):
    """What a direction is about."""

    VISUAL = "visual"
    SOUND = "sound"
    PAUSE = "pause"
    TIME = "time"
    MANNER = "manner"
    SPEAKER = "speaker"
    PART = "part"
    DETAIL = "detail"
    TITLE = "title"


@dataclass(frozen=True)
class Direction:
    """A direction, without the label or brackets around it."""

    kind: DirectionKind
    text: str
    seconds: float | None = None
    """Of a pause or a time."""


@dataclass(frozen=True)
class Label:
    """A label at the beginning of a line.

    Attributes:
        kind: what the line is about; None for a label that is no direction by itself, such as a name.
        name: the label, without emphasis.
        rest: the text behind it.
        duration: seconds in brackets behind it.
        is_marked: whether it is written in capitals, in bold or in brackets, or is a term that prose does not have.
    """

    kind: DirectionKind | None
    name: str
    rest: str
    duration: float | None = None
    is_marked: bool = False


def _any_of(words: str) -> str:
    return "|".join(re.escape(" ".join(word.split())).replace(r"\ ", r"[ -]?") for word in words.split(","))


def _pattern(words: str, ending: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?:{_any_of(words)}){ending}", re.IGNORECASE)


_VISUAL: Final = """image, images, visual, visuals, b roll, broll, footage, picture, photo, on screen, video, video clip, clip, shot, camera, graphic, graphics, gfx, animation, stock footage, visual cue, image prompt, visual
    prompt, video prompt, screen, bild, bilder, imagen, imágenes, immagine, imagem, einspieler, изображение, видеоряд, 画面, 映像, 镜头, 鏡頭"""
_SOUND: Final = """sfx, music, sound, sounds, sound effect, sound effects, fx, bgm, background music, ambience, jingle, musik,
    música, musique, musica, 音乐, 音樂, 音楽, 音效, 効果音, 配乐"""
_PARTS: Final = """hook, intro, introduction, body, main content, cta, call to action, outro, conclusion, closing, opening, cold open, main, main part, main point, end screen, ad break, sponsor break, einleitung, hauptteil, schluss, fazit, aufhänger, abspann, gancho, introducción, desarrollo, cierre, conclusión, despedida, llamada a la acción, llamado a la acción, accroche, appel à l'action, introdução, desenvolvimento, conclusão, chamada para ação,
    オープニング, エンディング, 开场, 片头, 片尾, 结尾"""
_KINDS: Final = {
    DirectionKind.VISUAL: _pattern(_VISUAL, r"(?:\s?\d{1,3})?"),
    DirectionKind.SOUND: _pattern(_SOUND),
    DirectionKind.PAUSE: _pattern("pause, beat, silence"),
    DirectionKind.SPEAKER: _pattern(
        """voice, voiceover, voice over, vo, v.o., narrator, narration, host, co host, speaker, dialogue, spoken, anchor,
        announcer, presenter, speaker notes, sprechernotizen, sprechertext, locución, narr, o ton, notas del orador, sot, pkg, interviewer, guest, erzähler, erzählerin, sprecher, sprecherin, narrador, narradora,
        narrateur, narratrice, narratore, voix off, voce fuori campo, locutor, locutora, locução, audio, lector,
        рассказчик, диктор, ведущий, голос за кадром, 旁白, ナレーター, ナレーション, 해설, 내레이션, सूत्रधार, الراوي, קריין""",
        r"(?:\s(?:\d{1,2}|[A-H]))?(?:\s?\(?v\.?o\.?\)?)?|(?:sot|o-?ton)(?:\s[\w.]+){1,2}",
    ),
    DirectionKind.PART: _pattern(_PARTS),
    DirectionKind.DETAIL: _pattern(
        """tone, duration, duration target, target duration, estimated duration, total duration, length, target length,
        trt, slug, topic, thema, draft, draft date, version, credit, runtime, word count, words, audience, target audience, style, platform, format, aspect ratio, language, genre, author, date,
        total words, hashtags, tags, keywords, thumbnail, text overlay, overlay text, super, lower third, title card,
        caption, captions, on screen text, text on screen, transition, einblendung, texteinblendung, bauchbinde, insert, rótulo, texto en pantalla, texto na tela, 字幕"""
    ),
    DirectionKind.TITLE: _pattern(
        "title, video title, video script, youtube script, tiktok script, podcast script, script title, episode title, titel, titre, título, titolo, заголовок, 标题, タイトル"
    ),
}
_ANYWHERE: Final = _pattern(
    """duration target, target duration, target length, trt, estimated duration, total duration, word count, target audience, aspect ratio,
    total words, on screen text, text on screen, text overlay, overlay text, lower third, title card, hashtags, einblendung, texteinblendung, bauchbinde, rótulo,
    texto en pantalla, texto na tela, 字幕"""
)
"""Details that are no prose behind narration either."""

_WITHIN: Final = _pattern(
    "transition, caption, captions, super, thumbnail, tags, keywords, tone, style, übergang, transición"
)
"""Details that scripts also have for each scene."""

_SURE: Final = _pattern(
    """visual, visuals, b roll, broll, stock footage, visual cue, image prompt, visual prompt, video prompt, gfx, sfx, sound effect, sound effects, bgm, fx, bild,
    sprecher, sprecherin, erzähler, erzählerin, sprechertext, диктор, рассказчик, narrador, narradora, locutor, locutora,
    narrateur, narratrice, voix off, voce fuori campo, 旁白, ナレーター, ナレーション, 해설, 내레이션, 画面, 映像, 镜头, 鏡頭, 音乐, 音樂,
    音楽, 音效, 効果音, 配乐"""
)
"""Labels that prose does not have."""

_LABEL: Final = re.compile(
    r"(?P<open>[\[(]?)\s*(?P<bold>\*\*|__|\*|_)?(?P<name>[^\W\d_][\w .&/'-]{0,28}?)(?P<time>\s*[\[(][^\])]{1,24}[\])])?"
    r"(?:\*\*|__|\*|_)?\s*(?P<sign>[:：|])(?!//)(?:\*\*|__|\*|_)?\s*(?P<rest>.*)",
    re.DOTALL,
)
_SYMBOLS: Final = re.compile(
    r"\A(?P<open>[\[(]?(?:\*\*|__|\*|_)?)[ \ufe0f\u200d\u2190-\u2bff\U0001f000-\U0001faff]{1,8}"
)
"""Emoji and other symbols before a label."""

_MAX_NAME_WORDS: Final = 3

_PAUSE: Final = re.compile(
    r"(?:(?:short|long|brief|dramatic)\s)?(?:pause|beat|silence|wait|break|pausa|stille)\b\s*(?:for\s)?\(?"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d{1,2})?)\s*(?:s|se[ckg][a-z]{0,6})?)?\)?\.?",
    re.IGNORECASE,
)
_PAUSE_S: Final = 0.7
"""Silence of a pause whose length isn't given."""

_SOUNDS: Final = re.compile(
    r"(?:音乐|音樂|音楽|音效|効果音|配乐|BGM).*|"
    rf"(?:(?:intro|outro|end|theme|closing|opening)\s)?(?:{_any_of(_SOUND)}|applause|laughter|whoosh|ding|cue(?! cards?))\b.*"
    r"|(?:upbeat|soft|dramatic|gentle|tense|epic|calm|ambient|sad|happy)\s(?:\w+\s)?music\b.*"
    r"|music (?:starts|fades|swells|plays|stops|rises|begins|ends)\b.*",
    re.IGNORECASE,
)
_MANNERS: Final = re.compile(
    r"(?:voice[- ]?over|v\.?o\.?|o\.?s\.?|cont'd|whisper\w*|laugh(?:s|ing)?|chuckl\w*|sigh(?:s|ing)?|smil(?:es|ing)|softly"
    r"|loudly|(?:on|off|to) camera|excited(?:ly)?|serious(?:ly)?|slowly|calm(?:ly)?|shout(?:s|ing)|gasps?)(?:\b.{0,24})?",
    re.IGNORECASE,
)
_VISUALS: Final = re.compile(
    rf"(?:cuts? to|fade (?:in|out|to)|zoom(?:s|ing)? (?:in|out)|pan (?:to|across)|close[- ]up|(?:wide|drone|medium|long) shot|aerial"
    rf"|shot of|b-?roll|on[- ]screen|shows?|showing|montage|cutaway|{_any_of(_VISUAL)})\b.*",
    re.IGNORECASE | re.DOTALL,
)
_IN_BRACKETS: Final = frozenset(
    {DirectionKind.VISUAL, DirectionKind.SOUND, DirectionKind.SPEAKER, DirectionKind.DETAIL}
)
"""Kinds of labels in brackets between sentences."""

_PROSE: Final = re.compile(r"sic!?|\d{1,4}|\^.*|…|\.{3}|x| |citation needed|edit(?:ed)?:?.*", re.IGNORECASE)
_MAX_DIRECTION_CHARS: Final = 300
_SONG_PARTS: Final = """verse, chorus, pre chorus, post chorus, bridge, refrain, interlude, instrumental, strophe, couplet, pont, estribillo,
    estrofa, puente, verso, refrão, ponte, ritornello, strofa"""
_TIMES: Final = r"\(?[x×]\s?\d{1,2}\)?"
"""How often words are sung."""

_ONLY_TIMES: Final = re.compile(_TIMES, re.IGNORECASE)
_NO_PICTURE: Final = re.compile(
    r"redacted|inaudible|unintelligible|indistinct|crosstalk|censored|omitted|expletive(?: deleted)?|blank|tb[adc]|geschwärzt|unverständlich"
    r"|(?:see|cf\.?|siehe|voir|véase|ver|vedi) (?:also |the )?(?:above|below|appendix|annex|chapter|section|page|figure|fig\.|table|footnote"
    r"|note|p\.|anhang|kapitel|seite|annexe|anexo|capítulo|página|allegato)\b.*|(?:source|ref|reference|note|todo|link|quelle|fuente)s?:.*",
    re.IGNORECASE,
)
"""Remarks in brackets that nobody can film."""

_PART: Final = re.compile(
    rf"(?:{_any_of(_PARTS)}|{_any_of(_SONG_PARTS)})(?:\s\d{{1,2}})?(?:\s*{_TIMES})?(?:\s*[-–—:|,]\s*(?P<rest>\S.*))?",
    re.IGNORECASE,
)
"""A part of the video in square brackets: `[HOOK]`, `[INTRO - 5 sec]`."""

_TRANSITION: Final = re.compile(
    r"(?:(?:FADE|CUT|SMASH CUT|DISSOLVE|MATCH CUT|JUMP CUT)(?: (?:IN|OUT|TO(?: BLACK)?))?"
    r"|CORTE A(?: NEGRO)?|FUNDIDO(?: (?:A NEGRO|DE ENTRADA))?|SCHNITT(?: AUF| ZU)?|(?:AUF|AB|ÜBER)BLENDE|COUPE À|FONDU(?: AU NOIR)?)[:.]?"
    r"|\[?(?:(?:THE )?END|ENDE|FIN|FIM)\.?\]?"
)


def read_label(line: str, *, at_head: bool = False, in_script: bool = False) -> Label | None:
    """Reads a line that begins with a label.

    Args:
        line: with its inline markup.
        at_head: whether nothing was spoken yet. Only then `Date:` and `Title:` are details of the script.
        in_script: whether the text has other directions, so that `Transition:` is a detail of its scene.

    Returns:
        None if there is no label, or one that stands in prose.
    """
    found = _LABEL.fullmatch(_SYMBOLS.sub(r"\g<open>", line, count=1))
    if found is None or len(found["name"].split()) > _MAX_NAME_WORDS + 1:
        return None
    name, rest = found["name"].strip(), found["rest"].strip()
    if found["open"]:
        if rest[-1:] not in "])":
            return None
        rest = rest[:-1].strip()
    kind = next((kind for kind, words in _KINDS.items() if words.fullmatch(name)), None)
    is_late = not at_head and not _ANYWHERE.fullmatch(name) and not (in_script and _WITHIN.fullmatch(name))
    if kind in {DirectionKind.DETAIL, DirectionKind.TITLE} and is_late:
        return None
    if found["sign"] == "|" and kind is not DirectionKind.SPEAKER:
        return None
    duration = read_time(found["time"]) if found["time"] else None
    is_marked = bool(found["open"] or found["bold"] or _SURE.fullmatch(name) or _ANYWHERE.fullmatch(name))
    is_marked = is_marked or (name.isupper() and len(name) > 1) or duration is not None
    return Label(kind, name, rest, duration, is_marked=is_marked)


def read_bracket(text: str, *, square: bool, is_apart: bool, is_line: bool, in_script: bool = True) -> Direction | None:
    """Reads what stands in brackets; None if it is prose.

    Args:
        text: without the brackets.
        square: whether the brackets are square.
        is_apart: whether the brackets stand between sentences, not within one.
        is_line: whether they are a line of their own.
        in_script: whether the text has other directions. Without them, round brackets are prose.
    """
    inner = text.strip().replace("：", ":")
    is_prose = not square and not in_script and (is_line or has_sentence_end(inner))
    if (in_script and _ONLY_TIMES.fullmatch(inner)) or (is_line and not is_prose and _NO_PICTURE.fullmatch(inner)):
        return Direction(DirectionKind.DETAIL, inner)
    if not inner or _PROSE.fullmatch(inner) or len(inner) > _MAX_DIRECTION_CHARS or not (square or is_apart):
        return None
    if is_prose and not _PAUSE.fullmatch(inner):
        return None
    if pause := _PAUSE.fullmatch(inner):
        return Direction(DirectionKind.PAUSE, inner, float(pause["seconds"] or _PAUSE_S))
    if is_time(inner) and (square or in_script):
        return Direction(DirectionKind.TIME, inner, read_time(inner))
    if square and is_apart and (part := _PART.fullmatch(inner)):
        rest = part["rest"] or ""
        is_shown = bool(_VISUALS.fullmatch(rest))
        return (
            Direction(DirectionKind.VISUAL, rest) if is_shown else Direction(DirectionKind.TIME, inner, read_time(rest))
        )
    label = read_label(f"{inner.partition(':')[0]}:{inner.partition(':')[2]}") if ":" in inner else None
    if label is not None and label.kind in _IN_BRACKETS:
        return Direction(label.kind, inner if label.kind is DirectionKind.DETAIL else label.rest)
    for kind, words in (
        (DirectionKind.SOUND, _SOUNDS),
        (DirectionKind.MANNER, _MANNERS),
        (DirectionKind.VISUAL, _VISUALS),
    ):
        if words.fullmatch(inner):
            return Direction(kind, inner)
    is_direction = is_apart if square else is_line and not has_sentence_end(inner)
    return Direction(DirectionKind.VISUAL, inner) if is_direction and is_speakable(inner) else None


def read_part(line: str) -> Label | None:
    """Reads a line that only names a part of the video and perhaps its length: `Introduction (approx. 20 seconds)`."""
    label = read_label(f"{line}:")
    return label if label is not None and label.kind is DirectionKind.PART and not label.rest else None


def is_transition(line: str) -> bool:
    """Returns whether a line is a transition such as `CUT TO:`."""
    return bool(_TRANSITION.fullmatch(line.strip("*_ ")))
