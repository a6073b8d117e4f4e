"""The writer that knows things: a language model at Groq, asked for words, counted, corrected once.

A film is written in parts that an answer has room for, one after the other. Every part is stored as soon as it is
good: a rate limit, a crash or a restart in the middle of a long script costs no part twice.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from typing_extensions import override

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested
from scenewire.text.markup import is_speakable, plain_line
from scenewire_script.text.keywords import footage_query, telling_words
from scenewire_script.text.sentences import count_words
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_script.writers.base import DraftScene, Script, ScriptWriter, nothing_to_say
from scenewire_script.writers.groq.answer import (
    SCENES,
    TEXTS,
    Answer,
    AnsweredScene,
    UnreadableError,
    flaws,
    read_answer,
)
from scenewire_script.writers.groq.client import ChatMessage, GroqClient, RejectedError
from scenewire_script.writers.groq.token_budget import Budget, count, measure, parts

__all__ = ["GroqWriter"]

_PROMPTS: Final = Path(__file__).parent / "prompts"

_MOST_SCENES: Final = 12
"""Of one answer: later ones get careless when they are many."""

_TOKENS_FOR_THOUGHTS: Final = 1_000
_TOKENS_FOR_TERMS: Final = 80
"""Of a scene's query, keywords and braces."""

_TOKENS_PER_WORD: Final = 3
"""English needs 1.4; other languages need more."""

_TOLD: Final = 100
"""Earlier scenes that a part is reminded of."""

_QUOTED: Final = 4_000
"""Characters of an unusable answer that are shown to the model again."""

_VERSION: Final = 1
"""Of the code that turns an answer into scenes; raise it when stored parts no longer fit."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Prompt:
    """What the model is told to do, and the shape of its answer."""

    text: str
    schema: dict[str, Any]


@dataclass
class _Film:
    """A script while it grows."""

    order: ScriptRequested
    topic: str
    budget: Budget
    title: str = ""
    scenes: list[AnsweredScene] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [scene.text for scene in self.scenes]


class _UnusableError(Exception):
    """The model was told what is wrong with its answer, and gave another one that cannot be used; says why."""


class GroqWriter(ScriptWriter):
    """See `ScriptWriter`. Writes about a topic, to the ordered length.

    Args:
        client: the model.
        store: where good parts are kept.
        words_per_second: speaking rate of English that the words are counted for.
    """

    name = "groq"

    def __init__(self, client: GroqClient, store: ArtifactStore, *, words_per_second: float) -> None:
        self._client = client
        self._stored = Results(store, "script")
        self._words_per_second = words_per_second
        self._writing = _Prompt(_read("write.md"), SCENES)
        self._rewriting = _Prompt(_read("rewrite.md"), TEXTS)

    @override
    async def write(self, order: ScriptRequested) -> Script:
        topic = plain_line(order.topic or "")
        if not is_speakable(topic):
            raise nothing_to_say("the topic")
        rate = words_per_second(self._words_per_second, order.language) * (order.speed or 1)
        film = _Film(order, topic, Budget(order.options.target_duration, rate))
        for numbers in parts(range(1, film.budget.scenes + 1), self._room(film.budget.words)):
            await self._continue(film, numbers)
        if not film.budget.fits(film.texts):
            await self._fit(film)
        return Script(
            topic=topic,
            title=film.title or topic,
            scenes=tuple(_draft(scene, topic, order.language) for scene in film.scenes),
            fills_time=True,
        )

    async def _continue(self, film: _Film, numbers: Sequence[int]) -> None:
        """Has the next scenes written."""
        task = {
            "topic": film.topic,
            "language": film.order.language,
            "scenes_in_film": film.budget.scenes,
            "write": list(numbers),
            "length": asdict(film.budget.length(film.order.language)),
            "told": [scene.footage_query for scene in film.scenes[-_TOLD:]],
            "just_said": film.scenes[-1].text if film.scenes else "",
        }
        try:
            answer = await self._ask(film, self._writing, task, numbers, words=film.budget.words)
        except _UnusableError as error:
            raise PermanentError(
                FailureCode.SCRIPT_FAILED,
                f"the model gave no usable script for scenes {numbers[0]} to {numbers[-1]}: {error}",
                hint="order again, word the topic differently, or order with a text of your own",
            ) from None
        film.title = film.title or answer.title
        film.scenes += answer.scenes

    async def _fit(self, film: _Film) -> None:
        """Has scenes lengthened or shortened, once, and takes those that bring the film nearer to its length.

        A film that still misses its length is made all the same, and says so.
        """
        budget, language = film.budget, film.order.language
        log.info("script_length_missed", words=round(measure(film.texts)), wanted=round(budget.total))
        short = measure(film.texts) < budget.total
        concerned = [scene for scene in film.scenes if (count_words(scene.text) < budget.words) == short]
        rest = [scene for scene in film.scenes if scene not in concerned]
        bias = budget.bias([scene.text for scene in concerned], [scene.text for scene in rest])
        rewritten: list[AnsweredScene] = []
        for part in parts(concerned, self._room(budget.words * bias)):
            task = {
                "topic": film.topic,
                "language": language,
                "rewrite": [
                    {"scene_number": scene.scene_number, "text": scene.text, "has": count(scene.text, language)}
                    for scene in part
                ],
                "length": asdict(budget.length(language, bias=bias)),
            }
            numbers = [scene.scene_number for scene in part]
            with suppress(_UnusableError):  # what is there can be spoken
                rewritten += (
                    await self._ask(film, self._rewriting, task, numbers, words=budget.words * max(bias, 1))
                ).scenes
        _take_what_helps(film, rewritten)

    async def _ask(
        self, film: _Film, prompt: _Prompt, task: dict[str, Any], numbers: Sequence[int], *, words: float
    ) -> Answer:
        """The answer to a task: the stored one, or a new one that is good and stored.

        Raises:
            _UnusableError: there is none, even after a chance to put right what was wrong.
        """
        order = film.order
        inputs = fingerprint(
            project=str(order.project_id),
            revision=order.revision,
            model=self._client.model,
            prompt=prompt.text,
            task=task,
            version=_VERSION,
        )
        stored = await self._stored.find(inputs, Answer)
        if stored is not None:
            return stored
        messages = [ChatMessage(role="system", content=prompt.text), _data(task)]
        answer, complaints, said = await self._try(messages, prompt.schema, numbers, words=words)
        if answer is None:
            log.info("script_complaints", complaints=complaints)
            if said:
                messages.append(ChatMessage(role="assistant", content=said[:_QUOTED]))
            messages.append(_data({"complaints": complaints}))
            answer, complaints, _ = await self._try(messages, prompt.schema, numbers, words=words)
        if answer is None:
            log.warning("script_unusable", complaints=complaints)
            raise _UnusableError("; ".join(complaints[:3]))
        return await self._stored.save(inputs, answer)

    async def _try(
        self, messages: Sequence[ChatMessage], schema: dict[str, Any], numbers: Sequence[int], *, words: float
    ) -> tuple[Answer | None, list[str], str]:
        """A usable answer, or what is wrong with it and what was said instead."""
        try:
            reply = await self._client.ask(messages, schema)
        except RejectedError as error:
            return None, [str(error)], ""
        if reply.cut_off:
            return None, ["the answer was cut off before its end: keep to the lengths"], reply.text
        try:
            answer = read_answer(reply.text)
        except UnreadableError as error:
            return None, [str(error)], reply.text
        complaints = flaws(answer, numbers, words=words)
        return (None if complaints else answer), complaints, reply.text

    def _room(self, words: float) -> int:
        """How many scenes of a length an answer has room for."""
        tokens = words * _TOKENS_PER_WORD + _TOKENS_FOR_TERMS
        return max(1, min(_MOST_SCENES, int((self._client.max_tokens - _TOKENS_FOR_THOUGHTS) / tokens)))


def _take_what_helps(film: _Film, rewritten: Sequence[AnsweredScene]) -> None:
    """Puts new texts in place, those that change most first, as long as each brings the film nearer to its length."""
    missing = film.budget.total - measure(film.texts)
    gains = {
        scene.scene_number: count_words(scene.text) - count_words(film.scenes[scene.scene_number - 1].text)
        for scene in rewritten
    }
    for scene in sorted(rewritten, key=lambda scene: -abs(gains[scene.scene_number])):
        gain = gains[scene.scene_number]
        if abs(missing - gain) < abs(missing):
            missing -= gain
            old = film.scenes[scene.scene_number - 1]
            film.scenes[scene.scene_number - 1] = old.model_copy(update={"text": scene.text})


def _read(prompt: str) -> str:
    return (_PROMPTS / prompt).read_text(encoding="utf-8")


def _data(value: dict[str, Any]) -> ChatMessage:
    """JSON, so that whatever a customer wrote stays a value."""
    return ChatMessage(role="user", content=json.dumps(value, ensure_ascii=False))


def _draft(scene: AnsweredScene, topic: str, language: str) -> DraftScene:
    keywords = scene.keywords or telling_words(scene.text, language)
    query = scene.footage_query or footage_query(scene.text, keywords, topic, language)
    return DraftScene(scene.text, query, keywords)
