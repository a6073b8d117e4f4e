"""The writer that needs no model: divides the customer's words into scenes, and admits to knowing nothing of its own."""

import asyncio
from collections.abc import Iterator
from itertools import chain
from typing import Final

from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import MAX_SCENES, SceneOrder, ScriptRequested
from scenewire.text.markup import is_speakable, one_line, plain_line, plain_text
from scenewire_script.text.keywords import footage_query, telling_words
from scenewire_script.text.manuscript import Manuscript, read_manuscript
from scenewire_script.text.sentences import count_words, halve, split_sentences
from scenewire_script.writers.base import DraftScene, Script, ScriptWriter, nothing_to_say

__all__ = ["OutlineWriter", "divide"]

_SHORT: Final = 8
"""Words. A picture that stands for less than about three and a half seconds flickers by."""

_LONG: Final = 45
"""Words. Twenty seconds of speech want a second picture."""

_TITLE_CHARACTERS: Final = 80
_TOPIC_CHARACTERS: Final = 500

_OUTLINE: Final = (
    "This short film was ordered with a topic and without a text. Its topic is: {topic}",
    "What you hear is only an outline, because nobody has told this program anything about the subject itself.",
    "It does not invent facts: no language model was asked, and no source was read.",
    "Give it a text of your own, or connect a writer that knows the subject, and every scene will tell of it.",
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
    """The customer's own scenes: their words, without markup."""
    scenes = sorted(ordered, key=lambda scene: scene.scene_number or 0)  # all are numbered, or none is
    texts = [plain_text(scene.text) for scene in scenes]
    for number, text in enumerate(texts, start=1):
        if not text:
            raise nothing_to_say(f"scene {number}")
    topic = plain_line(order.topic or "") or _first_words(texts[0], order.language)
    drafts: list[DraftScene] = []
    for scene, text in zip(scenes, texts, strict=True):
        ordered_keywords = tuple(filter(None, map(plain_line, scene.keywords)))
        keywords = ordered_keywords or telling_words(text, order.language)
        query = plain_line(scene.footage_query or "") or footage_query(text, keywords, topic, order.language)
        drafts.append(DraftScene(text, query, keywords))
    return Script(topic=topic, title=topic, scenes=tuple(drafts))


def _divide(order: ScriptRequested, text: str) -> Script:
    """The customer's own text, divided into scenes."""
    manuscript = read_manuscript(text)
    texts = divide(manuscript, order.language)
    if not texts:
        raise nothing_to_say("the text")
    title = (
        manuscript.title[:_TOPIC_CHARACTERS] or plain_line(order.topic or "") or _first_words(texts[0], order.language)
    )
    topic = plain_line(order.topic or "") or title
    return Script(topic=topic, title=title, scenes=_draft(texts, topic, order.language))


def _outline(order: ScriptRequested) -> Script:
    """All that can be said honestly about a bare topic."""
    topic = plain_line(order.topic or "")
    if not is_speakable(topic):
        raise nothing_to_say("the topic")
    named = topic if topic.endswith((".", "!", "?")) else f"{topic}."
    texts = list(chain.from_iterable(_cut(part.format(topic=named)) for part in _OUTLINE))
    keywords = telling_words(topic, order.language)
    query = footage_query(topic, keywords, topic, order.language)
    notes = ["The script is an outline: only the topic is known. Order with a text of your own, or connect a writer."]
    if not order.language.startswith("en"):
        notes.append(f"The outline of a bare topic is in English, although language {order.language} was ordered.")
    return Script(
        topic=topic,
        title=topic,
        scenes=tuple(DraftScene(text, query, keywords) for text in texts),
        notes=tuple(notes),
    )


def divide(manuscript: Manuscript, language: str = "en") -> list[str]:
    """What each scene says: a sentence, with very short neighbours joined and very long ones cut.

    A paragraph's end always ends a scene. A text of very many sentences gets longer scenes.

    Raises:
        PermanentError: `invalid_order`, when it would make more scenes than a film may have.
    """
    for short in (_SHORT, 2 * _SHORT, 4 * _SHORT):
        scenes = [scene for lines in manuscript.paragraphs for scene in _divide_paragraph(lines, language, short)]
        if len(scenes) <= MAX_SCENES:
            return scenes
    raise PermanentError(
        FailureCode.INVALID_ORDER,
        f"the text makes {len(scenes)} scenes; a film has {MAX_SCENES} at most",
        hint="order it in parts, or in fewer and longer paragraphs",
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
            yield from _cut(scene)


def _cut(text: str) -> list[str]:
    """The text in pieces that are not too long, as even as its clauses allow."""
    if count_words(text) <= _LONG:
        return [text]
    halves = halve(text, least=_SHORT)
    return [text] if halves is None else [piece for half in halves for piece in _cut(half)]


def _join(first: str, second: str) -> str:
    """Two neighbours as one scene. A line that was broken on purpose and has no full stop gets one."""
    if first[-1:].isalnum():
        wide = ord(first[-1]) >= 0x3000  # where the wide scripts begin
        first += "。" if wide else "."
    return f"{first}{second}" if first.endswith(tuple("。！？」』）")) else f"{first} {second}"


def _draft(texts: list[str], topic: str, language: str) -> tuple[DraftScene, ...]:
    drafts: list[DraftScene] = []
    for text in texts:
        keywords = telling_words(text, language)
        drafts.append(DraftScene(text, footage_query(text, keywords, topic, language), keywords))
    return tuple(drafts)


def _first_words(text: str, language: str) -> str:
    """The first sentence, or how it begins: what a film is called whose text names no title."""
    line = next(iter(split_sentences(one_line(text), language)))
    if len(line) <= _TITLE_CHARACTERS:
        return line.rstrip(".。")
    cut = line[:_TITLE_CHARACTERS]
    return (cut.rsplit(maxsplit=1)[0] if " " in cut else cut).rstrip(",;:") + "…"
