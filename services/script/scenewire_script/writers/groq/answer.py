"""What a language model answers, read with patience and judged without. Pure.

Models put JSON into fences, talk around it, leave a comma too many: that is read all the same. What is wrong with the
content is put into words that the model can act on.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from scenewire.messages import MAX_SCENES
from scenewire.text.markup import inline_text, is_speakable, one_line
from scenewire.text.words import WORD
from scenewire_script.text.sentences import count_words

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
        "items": _object(scene_number=_NUMBER, text=_TEXT, footage_query=_TEXT, keywords=_TEXTS),
    },
)
"""The JSON schema of scenes. Strict modes take no lengths and no optional properties; those are looked after here."""

TEXTS: Final = _object(scenes={"type": "array", "items": _object(scene_number=_NUMBER, text=_TEXT)})
"""The JSON schema of new texts for scenes that are there."""

_FENCE: Final = re.compile(r"```[a-zA-Z]*")
_LOOSE_COMMA: Final = re.compile(r",(\s*[}\]])")

_STARTS: Final = 5
"""Brackets that are tried as the begin of the JSON; what stands before it is talk."""

_KEYWORDS: Final = 8
_KEYWORD_CHARACTERS: Final = 40
_QUERY_WORDS: Final = 6
_QUERY_CHARACTERS: Final = 80
_TITLE_CHARACTERS: Final = 100

_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\u20e3]")
_JOINERS: Final = "\u200c\u200d"
"""Invisible, and spelling in several scripts; other format characters turn text around or hide it."""

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

_FAR_TOO_LONG: Final = 3
_SLACK: Final = 20
"""Words that a short scene may always have more."""

_COMPLAINTS: Final = 8


class UnreadableError(ValueError):
    """The answer is no script; the message says to the model what it is instead."""


class AnsweredScene(BaseModel):
    """One scene as the model wrote it, cleaned."""

    model_config = ConfigDict(frozen=True)

    scene_number: int = Field(ge=1, le=MAX_SCENES, validation_alias=AliasChoices("scene_number", "sceneNumber"))
    text: str
    footage_query: str = Field(default="", validation_alias=AliasChoices("footage_query", "footageQuery"))
    keywords: tuple[str, ...] = ()


class Answer(BaseModel):
    """Scenes that were asked for together, in order."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    scenes: tuple[AnsweredScene, ...]


def read_answer(text: str) -> Answer:
    """The script in a model's answer.

    Raises:
        UnreadableError: there is none.
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
        title=_clean(answer.title)[:_TITLE_CHARACTERS].strip(),
        scenes=tuple(_cleaned(scene) for scene in sorted(answer.scenes, key=lambda scene: scene.scene_number)),
    )


def flaws(answer: Answer, numbers: Sequence[int], *, words: float) -> list[str]:
    """What makes an answer unusable, for the model to put right; empty when nothing does.

    Args:
        answer: what was read.
        numbers: the scenes that were asked for.
        words: how many a scene was to have. Missing that is no flaw unless by far.
    """
    if [scene.scene_number for scene in answer.scenes] != list(numbers):
        came = ", ".join(str(scene.scene_number) for scene in answer.scenes[: 2 * len(numbers)]) or "none"
        return [f"the scenes {', '.join(map(str, numbers))} were asked for, each once; there came {came}"]
    found = [
        f"scene {scene.scene_number}: {flaw}"
        for scene in answer.scenes
        for flaw in _flaws_of(scene.text, most=max(_FAR_TOO_LONG * words, words + _SLACK))
    ]
    first_with: dict[str, int] = {}
    for scene in answer.scenes:
        number = first_with.setdefault(scene.text.casefold(), scene.scene_number)
        if number != scene.scene_number:
            found.append(f"scene {scene.scene_number}: repeats scene {number}")
    return found[:_COMPLAINTS]


def _flaws_of(text: str, *, most: float) -> Iterator[str]:
    if not is_speakable(text):
        yield "there is nothing to say in its text"
    elif count_words(text) > most:
        yield f"its text is far too long: {count_words(text):.0f} words"
    for pattern, name in _NEVER_SPOKEN:
        if pattern.search(text):
            yield f"its text has {name}; only words to be spoken may stand there"


def _find_json(text: str) -> Any:
    """The first JSON object, or array of objects, in a text."""
    bare = _FENCE.sub("", text)
    starts = [found.start() for found in islice(re.finditer(r"[{\[]", bare), _STARTS)]
    for start in starts:
        for candidate in (bare[start:], _LOOSE_COMMA.sub(r"\1", bare[start:])):
            try:
                found = json.JSONDecoder(strict=False).raw_decode(candidate)[0]
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) or (found and all(isinstance(item, dict) for item in found)):
                return found
    message = "the answer is not valid JSON, or ends before the JSON does" if starts else "the answer is not JSON"
    raise UnreadableError(message)


def _cleaned(scene: AnsweredScene) -> AnsweredScene:
    keywords = dict.fromkeys(_words(keyword)[:_KEYWORD_CHARACTERS].strip() for keyword in scene.keywords)
    query = " ".join(_words(scene.footage_query).split()[:_QUERY_WORDS])[:_QUERY_CHARACTERS].strip()
    return AnsweredScene(
        scene_number=scene.scene_number,
        text=_clean(scene.text),
        footage_query=query,
        keywords=tuple(keyword for keyword in keywords if keyword)[:_KEYWORDS],
    )


def _clean(text: str) -> str:
    """Text without what is invisible, unassigned or a picture, and without light markup."""
    kept = "".join(c for c in _EMOJI.sub("", text) if c in _JOINERS or not _is_hidden(c))
    return inline_text(one_line(kept))


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs"} and not character.isspace()


def _words(text: str) -> str:
    """Nothing but words: what is searched for is never an address or an operator."""
    return " ".join(WORD.findall(_clean(text)))
