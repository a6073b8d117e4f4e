"""The writer without a model: divides the text of an order into scenes; writes a placeholder for a bare topic."""

import asyncio
from collections.abc import Iterator
from itertools import chain
from typing import Final

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_SCENES, SceneOrder, ScriptRequested
from scenewire.text.markup import is_speakable, one_line, plain_line, plain_text
from scenewire_script.text.keywords import footage_query, keywords_of
from scenewire_script.text.manuscript import Manuscript, read_manuscript
from scenewire_script.text.sentences import count_words, halve, split_sentences
from scenewire_script.writers.base import DraftScene, Script, ScriptWriter, nothing_to_say

__all__ = ["OutlineWriter", "divide"]

_MIN_SCENE_WORDS: Final = 8
"""About three and a half seconds; shorter pictures flicker."""

_MAX_SCENE_WORDS: Final = 45
"""About twenty seconds; more speech needs a second picture."""

_MAX_TITLE_CHARS: Final = 80
_MAX_TOPIC_CHARS: Final = 500

_OUTLINE: Final = (
    "This short video was ordered with a topic and without a text. Its topic is: {topic}",
    "What you hear is only an outline, because this program was given no information about the subject.",
    "It does not invent facts: no language model was asked, and no source was read.",
    "Give it your own text, or connect a writer that knows the subject, and every scene will be about it.",
)


class OutlineWriter(ScriptWriter):
    """See `ScriptWriter`. Deterministic, without a model or a network."""

    name = "outline"

    @override
    async def write(self, order: ScriptRequested) -> Script:
        return await asyncio.to_thread(_write, order)


def _write(order: ScriptRequested) -> Script:
    if order.scenes:
        return _keep(order, order.scenes)
    if order.text and order.text.strip():
        return _divide(order, order.text)
    return _outline(order)


def _keep(order: ScriptRequested, ordered: tuple[SceneOrder, ...]) -> Script:
    """Uses the scenes of the order, without markup."""
    scenes = sorted(ordered, key=lambda scene: scene.scene_number or 0)  # either all are numbered, or none
    texts = [plain_text(scene.text) for scene in scenes]
    for number, text in enumerate(texts, start=1):
        if not text:
            raise nothing_to_say(f"scene {number}")
    topic = plain_line(order.topic or "") or _first_words(texts[0], order.language)
    drafts: list[DraftScene] = []
    for scene, text in zip(scenes, texts, strict=True):
        ordered_keywords = tuple(filter(None, map(plain_line, scene.keywords)))
        keywords = ordered_keywords or keywords_of(text, order.language)
        query = plain_line(scene.footage_query or "") or footage_query(text, keywords, topic, order.language)
        drafts.append(DraftScene(text, query, keywords))
    return Script(topic=topic, title=topic, scenes=tuple(drafts))


def _divide(order: ScriptRequested, text: str) -> Script:
    """Divides the text of the order into scenes."""
    manuscript = read_manuscript(text)
    texts = divide(manuscript, order.language)
    if not texts:
        raise nothing_to_say("the text")
    title = (
        manuscript.title[:_MAX_TOPIC_CHARS] or plain_line(order.topic or "") or _first_words(texts[0], order.language)
    )
    topic = plain_line(order.topic or "") or title
    return Script(topic=topic, title=title, scenes=_draft(texts, topic, order.language))


def _outline(order: ScriptRequested) -> Script:
    """Writes a placeholder for a bare topic, without inventing facts."""
    topic = plain_line(order.topic or "")
    if not is_speakable(topic):
        raise nothing_to_say("the topic")
    named = topic if topic.endswith((".", "!", "?")) else f"{topic}."
    texts = list(chain.from_iterable(_split(part.format(topic=named)) for part in _OUTLINE))
    keywords = keywords_of(topic, order.language)
    query = footage_query(topic, keywords, topic, order.language)
    notes = ["The script is a placeholder. Order with your own text, or set GROQ_API_KEY to have one written."]
    if not order.language.startswith("en"):
        notes.append(f"The placeholder script is in English, although language {order.language} was ordered.")
    return Script(
        topic=topic,
        title=topic,
        scenes=tuple(DraftScene(text, query, keywords) for text in texts),
        notes=tuple(notes),
    )


def divide(manuscript: Manuscript, language: str = "en") -> list[str]:
    """Divides a text into scenes: one sentence each, with short neighbours joined and long sentences split.

    A scene never spans paragraphs. Texts with very many sentences get longer scenes.

    Raises:
        PermanentError: `invalid_order`, the text would make more scenes than a video may have.
    """
    for short in (_MIN_SCENE_WORDS, 2 * _MIN_SCENE_WORDS, 4 * _MIN_SCENE_WORDS):
        scenes = [scene for lines in manuscript.paragraphs for scene in _divide_paragraph(lines, language, short)]
        if len(scenes) <= MAX_SCENES:
            return scenes
    raise PermanentError(
        FailureCode.INVALID_ORDER,
        f"the text makes {len(scenes)} scenes; the limit is {MAX_SCENES}",
        hint="split it into several orders, or use fewer and longer paragraphs",
    )


def _divide_paragraph(lines: tuple[str, ...], language: str, short: float) -> Iterator[str]:
    scenes: list[str] = []
    for sentence in chain.from_iterable(split_sentences(line, language) for line in lines):
        if scenes and count_words(scenes[-1]) < short:
            scenes[-1] = _join(scenes[-1], sentence)
        else:
            scenes.append(sentence)
    if len(scenes) > 1 and count_words(scenes[-1]) < short:
        last = scenes.pop()
        scenes[-1] = _join(scenes[-1], last)
    for scene in scenes:
        if is_speakable(scene):
            yield from _split(scene)


def _split(text: str) -> list[str]:
    """Splits a long text into parts, as evenly as its clauses allow."""
    if count_words(text) <= _MAX_SCENE_WORDS:
        return [text]
    halves = halve(text, min_words=_MIN_SCENE_WORDS)
    return [text] if halves is None else [part for half in halves for part in _split(half)]


def _join(first: str, second: str) -> str:
    """Joins two neighbours to one scene. A deliberate line without a full stop gets one."""
    if first[-1:].isalnum():
        wide = ord(first[-1]) >= 0x3000  # where the wide scripts begin
        first += "。" if wide else "."
    return f"{first}{second}" if first.endswith(tuple("。！？」』）")) else f"{first} {second}"


def _draft(texts: list[str], topic: str, language: str) -> tuple[DraftScene, ...]:
    drafts: list[DraftScene] = []
    for text in texts:
        keywords = keywords_of(text, language)
        drafts.append(DraftScene(text, footage_query(text, keywords, topic, language), keywords))
    return tuple(drafts)


def _first_words(text: str, language: str) -> str:
    """Returns the first sentence, shortened: the title of a text without one."""
    line = next(iter(split_sentences(one_line(text), language)))
    if len(line) <= _MAX_TITLE_CHARS:
        return line.rstrip(".。")
    cut = line[:_MAX_TITLE_CHARS]
    return (cut.rsplit(maxsplit=1)[0] if " " in cut else cut).rstrip(",;:") + "…"
