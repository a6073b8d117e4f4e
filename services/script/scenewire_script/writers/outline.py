"""The writer without a model: divides the text of an order into scenes; writes a placeholder for a bare topic."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from typing_extensions import override

from scenewire.messages import DEFAULT_LANGUAGE, MAX_PAUSE_S, SceneOrder, ScriptRequested
from scenewire.text.markup import is_speakable
from scenewire.text.plain import plain_line
from scenewire.text.sentences import with_full_stop
from scenewire.text.writings import language_name
from scenewire_script.manuscript.model import Manuscript, Passage
from scenewire_script.manuscript.reader import read_manuscript
from scenewire_script.text.division import Part, divide, split_long
from scenewire_script.text.keywords import footage_query, keywords_of
from scenewire_script.text.titles import derive_title
from scenewire_script.writers.base import DraftScene, Script, ScriptWriter, nothing_to_say

__all__ = ["OutlineWriter", "draft_scene"]

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
    """Uses the scenes of the order, without marks."""
    scenes = sorted(ordered, key=lambda scene: scene.scene_number or 0)  # either all are numbered, or none
    read = [_read(scene, order, f"scene {number}") for number, scene in enumerate(scenes, start=1)]
    title = _title(order, "", [_text(manuscript) for manuscript in read])
    topic = plain_line(order.topic or "") or title
    drafts = [_kept(scene, manuscript, order, topic) for scene, manuscript in zip(scenes, read, strict=True)]
    passages = chain.from_iterable(manuscript.passages for manuscript in read)
    notes = dict.fromkeys(
        (*chain.from_iterable(manuscript.notes for manuscript in read), *_unused_voices(order, passages))
    )
    return Script(topic=topic, title=title, scenes=tuple(drafts), notes=tuple(notes))


def draft_scene(scene: SceneOrder, order: ScriptRequested, *, where: str) -> tuple[DraftScene, tuple[str, ...]]:
    """Returns a scene of an order, without marks, and notes on what was left out.

    Args:
        scene: the scene.
        order: names topic, language and voices.
        where: the scene, for the error.

    Raises:
        PermanentError: `invalid_order`, there is nothing to speak.
    """
    manuscript = _read(scene, order, where)
    return _kept(scene, manuscript, order, plain_line(order.topic or "")), tuple(manuscript.notes)


def _read(scene: SceneOrder, order: ScriptRequested, where: str) -> Manuscript:
    manuscript = read_manuscript(scene.text, voices=order.voices, speak_headings=True)
    if not manuscript.passages:
        raise nothing_to_say(where, manuscript.notes)
    return manuscript


def _text(manuscript: Manuscript) -> str:
    return "\n\n".join(_paragraph(passage.lines) for passage in manuscript.passages)


def _kept(scene: SceneOrder, manuscript: Manuscript, order: ScriptRequested, topic: str) -> DraftScene:
    text, first, language = _text(manuscript), manuscript.passages[0], order.options.language
    keywords = tuple(filter(None, map(plain_line, scene.keywords))) or keywords_of(text, language)
    query = plain_line(scene.footage_query or "") or first.visual
    return DraftScene(
        text,
        query or footage_query(text, keywords, topic, language),
        keywords,
        voice=scene.voice or _voice_of(order, first.speaker),
        pause=min(manuscript.passages[-1].pause, MAX_PAUSE_S),
    )


def _divide(order: ScriptRequested, text: str) -> Script:
    """Divides the text of the order into scenes."""
    manuscript = read_manuscript(text, voices=order.voices, speak_headings=order.speak_headings)
    parts = divide(manuscript, order.options.language)
    if not parts:
        raise nothing_to_say("the text", manuscript.notes)
    title = _title(order, manuscript.title, [part.text for part in parts])
    topic = plain_line(order.topic or "") or title
    return Script(
        topic=topic,
        title=title,
        scenes=tuple(_draft(part, order, topic) for part in parts),
        notes=(*manuscript.notes, *_unused_voices(order, manuscript.passages)),
    )


def _title(order: ScriptRequested, marked: str, texts: list[str]) -> str:
    """The ordered title, else the one that the script marks, else the topic, else one that the words tell."""
    titles = (plain_line(order.title or ""), marked[:_MAX_TOPIC_CHARS].strip(), plain_line(order.topic or ""))
    return next(filter(None, titles), "") or derive_title(texts, order.options.language)


def _voice_of(order: ScriptRequested, speaker: str) -> str | None:
    voices = {name.casefold(): voice for name, voice in (order.voices or {}).items()}
    return voices.get(speaker.casefold())


def _unused_voices(order: ScriptRequested, passages: Iterable[Passage]) -> Iterator[str]:
    """Yields a note if the order has voices for speakers that the script lacks."""
    speakers = list(dict.fromkeys(passage.speaker for passage in passages if passage.speaker))
    known = {name.casefold() for name in speakers}
    unused = [name for name in order.voices or {} if name.casefold() not in known]
    if unused:
        named = f"its speakers are {', '.join(speakers)}" if speakers else "it names no speakers"
        yield f"Voices not used, because the script has no such speaker: {', '.join(unused)}; {named}."


def _paragraph(lines: tuple[str, ...]) -> str:
    return " ".join((*map(with_full_stop, lines[:-1]), lines[-1]))


def _outline(order: ScriptRequested) -> Script:
    """Writes a placeholder for a bare topic, without inventing facts."""
    topic = plain_line(order.topic or "")
    if not is_speakable(topic):
        raise nothing_to_say("the topic")
    named = topic if topic.endswith((".", "!", "?")) else f"{topic}."
    texts = list(chain.from_iterable(split_long(part.format(topic=named)) for part in _OUTLINE))
    keywords = keywords_of(topic, order.options.language)
    query = footage_query(topic, keywords, topic, order.options.language)
    language = None if order.options.language.startswith("en") else DEFAULT_LANGUAGE
    notes = [
        "The script is a placeholder. Order with your own text, or set GROQ_API_KEY or SCRIPT_MODEL_URL to have one written."
    ]
    notes += _unused_voices(order, ())
    if language is not None:
        ordered = language_name(order.options.language)
        notes.append(f"The placeholder script is in English, not {ordered}, and an English voice reads it.")
    return Script(
        topic=topic,
        title=plain_line(order.title or "") or topic,
        scenes=tuple(DraftScene(text, query, keywords) for text in texts),
        notes=tuple(notes),
        language=language,
    )


def _draft(part: Part, order: ScriptRequested, topic: str) -> DraftScene:
    keywords = keywords_of(part.text, order.options.language)
    return DraftScene(
        part.text,
        part.passage.visual or footage_query(part.text, keywords, topic, order.options.language),
        keywords,
        section=part.section,
        voice=_voice_of(order, part.passage.speaker),
        duration=part.duration,
        pause=min(part.pause, MAX_PAUSE_S),
    )
