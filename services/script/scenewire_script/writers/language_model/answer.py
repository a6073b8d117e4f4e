"""Parses answers of a language model leniently and validates them strictly. Pure.

Parsing accepts fenced JSON, text around it and trailing commas. Errors in the content become feedback that the model
can act on.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from scenewire.messages import MAX_SCENES
from scenewire.text.markup import inline_text, is_speakable, one_line
from scenewire.text.words import WORD
from scenewire_script.designs.hints import Hint
from scenewire_script.text.lengths import count_words

__all__ = ["SCENES", "TEXTS", "Answer", "AnsweredScene", "UnreadableError", "flaws", "read_answer"]


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


_NUMBER: Final = {"type": "integer"}
_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}

SCENES: Final = _object(
    title=_TEXT,
    scenes={
        "type": "array",
        "items": _object(
            scene_number=_NUMBER,
            section=_TEXT,
            text=_TEXT,
            footage_query=_TEXT,
            keywords=_TEXTS,
            design=_TEXT,
            emphasis=_TEXT,
            number=_TEXT,
            unit=_TEXT,
            items=_TEXTS,
            quote=_TEXT,
            author=_TEXT,
        ),
    },
)
"""JSON schema of scenes. Strict modes do not support lengths and optional properties; those are validated here."""

TEXTS: Final = _object(scenes={"type": "array", "items": _object(scene_number=_NUMBER, text=_TEXT)})
"""JSON schema of new texts for existing scenes."""

_FENCE: Final = re.compile(r"```[a-zA-Z]*")
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")

_MAX_JSON_STARTS: Final = 5
"""Brackets tried as the start of the JSON."""

_MAX_KEYWORDS: Final = 8
_MAX_KEYWORD_CHARS: Final = 40
_MAX_QUERY_WORDS: Final = 6
_MAX_QUERY_CHARS: Final = 80
_MAX_TITLE_CHARS: Final = 100
_MAX_SECTION_CHARS: Final = 60

_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\u20e3]")
_JOINERS: Final = "\u200c\u200d"
"""Part of the spelling in several scripts; other format characters reorder or hide text."""

_QUOTATION_MARKS: Final = '"“”„«» '

_NEVER_SPOKEN: Final = (
    (re.compile(r"[\[\]{}<>]|\((?:pause|music|sound|sfx|fade|beat|narrator|voice)\b", re.IGNORECASE), "brackets"),
    (re.compile(r"[`*|\\^~_]|(?:^|\s)#"), "markup"),
    (re.compile(r"https?:|www\.", re.IGNORECASE), "an address"),
    (
        re.compile(
            r"^\W*(?:(?:scene|szene|scène|escena|cena|scena|scen|сцена|シーン|场景|場景)\s*\d+"
            r"|(?:narrator|voice[- ]?over|speaker|host|sprecher|erzähler|narrateur|narrador)\s*:)",
            re.IGNORECASE,
        ),
        "a label in front",
    ),
)

_MAX_LENGTH_FACTOR: Final = 3
_SLACK_WORDS: Final = 20
"""Always allowed in excess, for short scenes."""

_MAX_COMPLAINTS: Final = 8


class UnreadableError(ValueError):
    """The answer is not a script; the message is feedback for the model."""


def _text_or_nothing(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _texts_or_nothing(value: object) -> list[str]:
    return [_text_or_nothing(item) for item in value] if isinstance(value, list | tuple) else []


_Proposal = Annotated[str, BeforeValidator(_text_or_nothing)]
"""What a scene may show. A bad proposal is dropped; it doesn't make the answer unusable."""


class AnsweredScene(BaseModel):
    """A scene written by the model."""

    model_config = ConfigDict(frozen=True)

    scene_number: int = Field(ge=1, le=MAX_SCENES, validation_alias=AliasChoices("scene_number", "sceneNumber"))
    section: Annotated[str, BeforeValidator(lambda value: value or "")] = ""
    """Heading of the section that begins with it; many models write null where none does."""
    text: str
    footage_query: str = Field(default="", validation_alias=AliasChoices("footage_query", "footageQuery"))
    keywords: tuple[str, ...] = ()
    design: _Proposal = ""
    emphasis: _Proposal = ""
    number: _Proposal = ""
    unit: _Proposal = ""
    items: Annotated[tuple[str, ...], BeforeValidator(_texts_or_nothing)] = ()
    quote: _Proposal = ""
    author: _Proposal = ""

    @property
    def hint(self) -> Hint:
        """What the model proposes to show where there is no footage."""
        return Hint(self.design, self.emphasis, self.number, self.unit, self.items, self.quote, self.author)


class Answer(BaseModel):
    """The scenes of one answer, in order."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    scenes: tuple[AnsweredScene, ...]


def read_answer(text: str) -> Answer:
    """Parses a model's answer.

    Raises:
        UnreadableError: the answer is not a script.
    """
    if not text.strip():
        message = "the answer is empty"
        raise UnreadableError(message)
    found = _find_json(text)
    try:
        answer = Answer.model_validate({"scenes": found} if isinstance(found, list) else found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"the JSON does not have the schema: {where}: {first['msg']}"
        raise UnreadableError(message) from None
    return Answer(
        title=_clean(answer.title)[:_MAX_TITLE_CHARS].strip(),
        scenes=tuple(_cleaned(scene) for scene in sorted(answer.scenes, key=lambda scene: scene.scene_number)),
    )


def flaws(answer: Answer, numbers: Sequence[int], *, words: float) -> list[str]:
    """Returns what makes an answer unusable, as feedback for the model; empty if it is usable.

    Args:
        answer: the parsed answer.
        numbers: the requested scenes.
        words: the requested words per scene; only large deviations are flaws.
    """
    if [scene.scene_number for scene in answer.scenes] != list(numbers):
        came = ", ".join(str(scene.scene_number) for scene in answer.scenes[: 2 * len(numbers)]) or "none"
        return [f"the scenes {', '.join(map(str, numbers))} were asked for, each once; there came {came}"]
    found = [
        f"scene {scene.scene_number}: {flaw}"
        for scene in answer.scenes
        for flaw in _flaws_of(scene.text, max_words=max(_MAX_LENGTH_FACTOR * words, words + _SLACK_WORDS))
    ]
    first_with: dict[str, int] = {}
    for scene in answer.scenes:
        number = first_with.setdefault(scene.text.casefold(), scene.scene_number)
        if number != scene.scene_number:
            found.append(f"scene {scene.scene_number}: repeats scene {number}")
    return found[:_MAX_COMPLAINTS]


def _flaws_of(text: str, *, max_words: float) -> Iterator[str]:
    if not is_speakable(text):
        yield "there is nothing to say in its text"
    elif count_words(text) > max_words:
        yield f"its text is far too long: {count_words(text):.0f} words"
    for pattern, name in _NEVER_SPOKEN:
        if pattern.search(text):
            yield f"its text has {name}; only words to be spoken may stand there"


def _find_json(text: str) -> Any:
    """Returns the first JSON object, or array of objects, in a text."""
    bare = _FENCE.sub("", text)
    starts = [found.start() for found in islice(re.finditer(r"[{\[]", bare), _MAX_JSON_STARTS)]
    for start in starts:
        for candidate in (bare[start:], _TRAILING_COMMA.sub(r"\1", bare[start:])):
            try:
                found = json.JSONDecoder(strict=False).raw_decode(candidate)[0]
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) or (found and all(isinstance(item, dict) for item in found)):
                return found
    message = "the answer is not valid JSON, or ends before the JSON does" if starts else "the answer is not JSON"
    raise UnreadableError(message)


def _cleaned(scene: AnsweredScene) -> AnsweredScene:
    keywords = dict.fromkeys(_words(keyword)[:_MAX_KEYWORD_CHARS].strip() for keyword in scene.keywords)
    query = " ".join(_words(scene.footage_query).split()[:_MAX_QUERY_WORDS])[:_MAX_QUERY_CHARS].strip()
    return AnsweredScene(
        scene_number=scene.scene_number,
        section=_clean(scene.section.lstrip("# "))[:_MAX_SECTION_CHARS].strip(),
        text=_clean(scene.text),
        footage_query=query,
        keywords=tuple(keyword for keyword in keywords if keyword)[:_MAX_KEYWORDS],
        design=_clean(scene.design).casefold(),
        emphasis=_clean(scene.emphasis),
        number=_clean(scene.number),
        unit=_clean(scene.unit),
        items=tuple(filter(None, map(_clean, scene.items))),
        quote=_clean(scene.quote).strip(_QUOTATION_MARKS),
        author=_clean(scene.author),
    )


def _clean(text: str) -> str:
    """Removes emoji, invisible and unassigned characters, and light markup."""
    kept = "".join(c for c in _EMOJI.sub("", text) if c in _JOINERS or not _is_hidden(c))
    return inline_text(one_line(kept))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs"} and not character.isspace()


def _words(text: str) -> str:
    """Keeps only words, so that a query never contains URLs or operators."""
    return " ".join(WORD.findall(_clean(text)))
