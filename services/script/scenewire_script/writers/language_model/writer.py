"""Writes scripts with a language model: requests a number of words, counts them, and corrects once.

A script is written in parts that fit into an answer, one after the other. Every usable part is stored at once: a rate
limit, crash or restart in the middle of a long script does not repeat finished parts.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from typing import Any, Final

import structlog
from typing_extensions import override

from scenewire.accounting import charge_provider
from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.failpoints import Point, failpoint
from scenewire.messages import ProviderUse, ScriptRequested
from scenewire.observability.tracing import span
from scenewire.spending import require_affordable
from scenewire.text.markup import is_speakable
from scenewire.text.plain import plain_line
from scenewire_script.text.keywords import footage_query, keywords_of
from scenewire_script.text.lengths import count_words
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_script.writers.base import DraftScene, Script, ScriptWriter, nothing_to_say
from scenewire_script.writers.language_model.answer import (
    SCENES,
    TEXTS,
    Answer,
    AnsweredScene,
    UnreadableError,
    flaws,
    read_answer,
)
from scenewire_script.writers.language_model.client import ChatMessage, LanguageModelClient, RejectedError, Reply
from scenewire_script.writers.language_model.prices import TokenPrices, estimate_input_tokens
from scenewire_script.writers.language_model.token_budget import Budget, count, measure, parts

__all__ = ["LanguageModelWriter"]

_PROMPTS: Final = Path(__file__).parent / "prompts"

_MAX_SCENES_PER_ANSWER: Final = 12
"""In longer answers, the later scenes get worse."""

_REASONING_TOKENS: Final = 1_000
_TOKENS_PER_SCENE: Final = 130
"""For the query, keywords, design and braces of a scene."""

_TOKENS_PER_WORD: Final = 3
"""English needs 1.4, other languages more."""

_TOKENS_PER_TOLD_SCENE: Final = 15
"""Of the reminder of an earlier scene, and of its section."""

_MAX_PREVIOUS_SCENES: Final = 100
"""Earlier scenes that the model is reminded of."""

_MAX_QUOTED_CHARS: Final = 4_000
"""Of an unusable answer, when it is sent back to the model."""

_CACHE_VERSION: Final = 2
"""Bump when stored parts can no longer be used."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Prompt:
    """Instructions for the model, and the schema of its answer."""

    text: str
    schema: dict[str, Any]


@dataclass
class _Draft:
    """A script in progress."""

    order: ScriptRequested
    topic: str
    budget: Budget
    title: str = ""
    scenes: list[AnsweredScene] = field(default_factory=list)
    spent: float = 0.0
    """Money, without that of earlier runs of the handler."""

    @property
    def texts(self) -> list[str]:
        return [scene.text for scene in self.scenes]

    @property
    def sections(self) -> list[str]:
        """Headings of the sections that begin with each scene; empty where one goes on, even if the model repeats it."""
        sections: list[str] = []
        current = ""
        for scene in self.scenes:
            begins = scene.section and scene.section.casefold() != current.casefold()
            sections.append(scene.section if begins else "")
            current = scene.section or current
        return sections


class _UnusableError(Exception):
    """The model's answer is unusable even after feedback; the message says why."""


class LanguageModelWriter(ScriptWriter):
    """See `ScriptWriter`. Writes about a topic, for the ordered duration.

    Args:
        client: calls the model.
        store: keeps usable parts.
        words_per_second: speaking rate of English.
        prices: what tokens cost.
    """

    def __init__(
        self,
        client: LanguageModelClient,
        store: ArtifactStore,
        *,
        words_per_second: float,
        prices: TokenPrices = TokenPrices(),  # noqa: B008 - immutable
    ) -> None:
        self.name = client.provider
        self._client = client
        self._stored = Results(store, "script")
        self._words_per_second = words_per_second
        self._prices = prices
        self._writing = _Prompt(_read("write.md"), SCENES)
        self._rewriting = _Prompt(_read("rewrite.md"), TEXTS)

    @override
    async def write(self, order: ScriptRequested) -> Script:
        topic = plain_line(order.topic or "")
        if not is_speakable(topic):
            raise nothing_to_say("the topic")
        rate = words_per_second(self._words_per_second, order.options.language) * (order.speed or 1)
        draft = _Draft(order, topic, Budget(order.options.target_duration, rate))
        answers = parts(range(1, draft.budget.scenes + 1), self._scenes_per_answer(draft.budget.words))
        self._require_affordable_script(draft, answers)
        for numbers in answers:
            await self._continue(draft, numbers)
        if not draft.budget.fits(draft.texts):
            await self._fit(draft)
        return Script(
            topic=topic,
            title=plain_line(order.title or "") or draft.title or topic,
            scenes=tuple(
                _draft_scene(scene, section, topic, order.options.language)
                for scene, section in zip(draft.scenes, draft.sections, strict=True)
            ),
            fills_time=True,
        )

    async def _continue(self, draft: _Draft, numbers: Sequence[int]) -> None:
        """Writes the next scenes."""
        try:
            answer = await self._ask(
                draft, self._writing, _next_task(draft, numbers), numbers, words=draft.budget.words
            )
        except _UnusableError as error:
            raise PermanentError(
                FailureCode.SCRIPT_FAILED,
                f"the model returned no usable script for scenes {numbers[0]} to {numbers[-1]}: {error}",
                hint="order again, rephrase the topic, or order with your own text",
            ) from None
        draft.title = draft.title or answer.title
        draft.scenes += answer.scenes

    async def _fit(self, draft: _Draft) -> None:
        """Requests longer or shorter scenes, once, and uses those that bring the script closer to its length.

        A script that still misses its length is used, with a note.
        """
        budget, language = draft.budget, draft.order.options.language
        log.info("script_length_missed", words=round(measure(draft.texts)), wanted=round(budget.total))
        short = measure(draft.texts) < budget.total
        concerned = [scene for scene in draft.scenes if (count_words(scene.text) < budget.words) == short]
        rest = [scene for scene in draft.scenes if scene not in concerned]
        bias = budget.bias([scene.text for scene in concerned], [scene.text for scene in rest])
        rewritten: list[AnsweredScene] = []
        for part in parts(concerned, self._scenes_per_answer(budget.words * bias)):
            task = {
                "topic": draft.topic,
                "language": language,
                "rewrite": [
                    {"scene_number": scene.scene_number, "text": scene.text, "has": count(scene.text, language)}
                    for scene in part
                ],
                "length": asdict(budget.length(language, bias=bias)),
            }
            numbers = [scene.scene_number for scene in part]
            try:
                answer = await self._ask(draft, self._rewriting, task, numbers, words=budget.words * max(bias, 1))
            except _UnusableError:  # the existing texts can be used
                continue
            except PermanentError as error:
                if error.code is not FailureCode.BUDGET_EXCEEDED:
                    raise
                log.warning("script_length_kept", reason=str(error))
                break
            rewritten += answer.scenes
        _apply_improvements(draft, rewritten)

    async def _ask(
        self, draft: _Draft, prompt: _Prompt, task: dict[str, Any], numbers: Sequence[int], *, words: float
    ) -> Answer:
        """Returns the stored answer to a task, or requests and stores a usable one.

        Raises:
            PermanentError: `budget_exceeded`, what is left of the budget is too little.
            _UnusableError: the answer is unusable even after feedback.
        """
        order = draft.order
        inputs = fingerprint(
            project=str(order.project_id),
            revision=order.revision,
            model=self._client.model,
            prompt=prompt.text,
            task=task,
            version=_CACHE_VERSION,
        )
        stored = await self._stored.find(inputs, Answer)
        if stored is not None:
            return stored
        messages = [ChatMessage(role="system", content=prompt.text), _data(task)]
        answer, complaints, text = await self._try(draft, messages, prompt.schema, numbers, words=words)
        if answer is None:
            log.info("script_complaints", complaints=complaints)
            if text:
                messages.append(ChatMessage(role="assistant", content=text[:_MAX_QUOTED_CHARS]))
            messages.append(_data({"complaints": complaints}))
            answer, complaints, _ = await self._try(draft, messages, prompt.schema, numbers, words=words)
        if answer is None:
            log.warning("script_unusable", complaints=complaints)
            raise _UnusableError("; ".join(complaints[:3]))
        return await self._stored.save(inputs, answer)

    async def _try(
        self,
        draft: _Draft,
        messages: Sequence[ChatMessage],
        schema: dict[str, Any],
        numbers: Sequence[int],
        *,
        words: float,
    ) -> tuple[Answer | None, list[str], str]:
        """Returns a usable answer, or None with the complaints and the raw text.

        Raises:
            PermanentError: `budget_exceeded`, what is left of the budget is too little.
        """
        estimate = self._estimate(estimate_input_tokens(messages, schema), numbers, words)
        self._require_affordable(draft, "the next part of the script", estimate)
        try:
            with span("ask language model", provider=self._client.provider, model=self._client.model):
                reply = await self._client.ask(messages, schema)
            failpoint(Point.WORKING)
        except RejectedError as error:
            self._charge(draft, Reply("", cut_off=False), estimate)
            return None, [str(error)], ""
        self._charge(draft, reply, estimate)
        if reply.cut_off:
            return None, ["the answer was cut off before its end: keep to the lengths"], reply.text
        try:
            answer = read_answer(reply.text)
        except UnreadableError as error:
            return None, [str(error)], reply.text
        complaints = flaws(answer, numbers, words=words)
        return (None if complaints else answer), complaints, reply.text

    def _require_affordable_script(self, draft: _Draft, answers: Sequence[Sequence[int]]) -> None:
        """Refuses a script that would exceed its budget, with answers that can all be used, before the first request.

        Raises:
            PermanentError: `budget_exceeded` or `price_unknown`.
        """
        total: float | None = 0.0
        for numbers in answers:
            messages = [ChatMessage(role="system", content=self._writing.text), _data(_next_task(draft, numbers))]
            tokens = estimate_input_tokens(messages, self._writing.schema) + _TOKENS_PER_TOLD_SCENE * (numbers[0] - 1)
            cost = self._estimate(tokens, numbers, draft.budget.words)
            total = None if total is None or cost is None else total + cost
        self._require_affordable(draft, "the script", total)

    def _require_affordable(self, draft: _Draft, what: str, estimate: float | None) -> None:
        require_affordable(
            what,
            estimate,
            budget=draft.order.budget,
            spent=draft.spent,
            prices="SCRIPT_PRICE_PER_MILLION_INPUT_TOKENS and SCRIPT_PRICE_PER_MILLION_OUTPUT_TOKENS",
            instead="bring your own text, which needs no language model",
        )

    def _estimate(self, input_tokens: int, numbers: Sequence[int], words: float) -> float | None:
        """Returns what an answer of some scenes costs at most, if its texts have the requested length."""
        scenes = len(numbers) * (words * _TOKENS_PER_WORD + _TOKENS_PER_SCENE)
        return self._prices.money(input_tokens, min(self._client.max_tokens, ceil(_REASONING_TOKENS + scenes)))

    def _charge(self, draft: _Draft, reply: Reply, estimate: float | None) -> None:
        """Charges a reply; the budget bears the estimate where the provider does not report its tokens."""
        money = self._prices.money(reply.input_tokens, reply.output_tokens)
        use = ProviderUse(
            provider=self._client.provider,
            model=self._client.model,
            requests=1,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            money=money,
        )
        charge_provider(use)
        draft.spent += (estimate or 0.0) if money is None else money

    def _scenes_per_answer(self, words: float) -> int:
        """Returns how many scenes of a length fit into an answer."""
        tokens = words * _TOKENS_PER_WORD + _TOKENS_PER_SCENE
        return max(1, min(_MAX_SCENES_PER_ANSWER, int((self._client.max_tokens - _REASONING_TOKENS) / tokens)))


def _next_task(draft: _Draft, numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "topic": draft.topic,
        "language": draft.order.options.language,
        "scenes_in_film": draft.budget.scenes,
        "write": list(numbers),
        "length": asdict(draft.budget.length(draft.order.options.language)),
        "told": [scene.footage_query for scene in draft.scenes[-_MAX_PREVIOUS_SCENES:]],
        "sections": [section for section in draft.sections if section],
        "just_said": draft.scenes[-1].text if draft.scenes else "",
    }


def _apply_improvements(draft: _Draft, rewritten: Sequence[AnsweredScene]) -> None:
    """Applies rewritten texts, largest changes first, as long as each brings the script closer to its length."""
    missing = draft.budget.total - measure(draft.texts)
    gains = {
        scene.scene_number: count_words(scene.text) - count_words(draft.scenes[scene.scene_number - 1].text)
        for scene in rewritten
    }
    for scene in sorted(rewritten, key=lambda scene: -abs(gains[scene.scene_number])):
        gain = gains[scene.scene_number]
        if abs(missing - gain) < abs(missing):
            missing -= gain
            old = draft.scenes[scene.scene_number - 1]
            draft.scenes[scene.scene_number - 1] = old.model_copy(update={"text": scene.text})


def _read(prompt: str) -> str:
    return (_PROMPTS / prompt).read_text(encoding="utf-8")


def _data(value: dict[str, Any]) -> ChatMessage:
    """Encodes data as JSON, so that text of an order cannot act as instructions."""
    return ChatMessage(role="user", content=json.dumps(value, ensure_ascii=False))


def _draft_scene(scene: AnsweredScene, section: str, topic: str, language: str) -> DraftScene:
    keywords = scene.keywords or keywords_of(scene.text, language)
    query = scene.footage_query or footage_query(scene.text, keywords, topic, language)
    return DraftScene(scene.text, query, keywords, section=section, hint=scene.hint)
