"""Money: what providers cost, and budgets that they are asked within."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from scenewire.accounting import Account
from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import NarrationRequested, ProviderUse, ScenesScripted, ScriptRequested, Work
from scenewire_script.writers.language_model.prices import TokenPrices
from scenewire_tts.engines.openai_compatible.client import SpeechServer
from scenewire_tts.engines.openai_compatible.engine import OpenAICompatibleEngine
from scenewire_tts.stage import NarrationStage
from scripts.doubles.language_model import KEY, MODEL, Answer, GroqDouble, Request, says, script
from tests.support import builders
from tests.support.groq_stage import PROJECT, script_of, stage_of, world
from tests.support.speech_server import SpeechDouble

PRICES = TokenPrices(0.15, 0.60)
TOPIC = {"topic": "Canals", "target_duration": 60}


def counts_tokens(request: Request) -> Answer:
    return says(json.dumps(script(request.task)), tokens=(1_000, 500))


@pytest.fixture
async def double() -> AsyncIterator[GroqDouble]:
    async with GroqDouble().serving() as double:
        double.model = counts_tokens
        yield double


async def test_the_tokens_that_groq_reports_give_money_in_the_script(double: GroqDouble, tmp_path: Path) -> None:
    async with world(double, tmp_path, prices=PRICES) as bus:
        await bus.order(**TOPIC)
        work = (await bus.script()).work
    assert work is not None
    asked = len(double.completions)
    (use,) = work.providers
    assert (use.provider, use.model, use.requests) == ("groq", MODEL, asked)
    assert (use.input_tokens, use.output_tokens) == (1_000 * asked, 500 * asked)
    assert use.money == pytest.approx(asked * (1_000 * 0.15 + 500 * 0.60) / 1e6)
    assert (work.service, work.results_made > 0, work.is_reused) == ("script", True, False)


async def test_without_prices_money_is_unknown_and_tokens_are_not(double: GroqDouble, tmp_path: Path) -> None:
    account = Account("script")
    with account.open():
        await script_of(double, tmp_path, ScriptRequested.model_validate(TOPIC))
    (use,) = account.take().providers
    assert (use.money, use.output_tokens) == (None, 500 * len(double.completions))


async def test_a_script_beyond_the_budget_fails_the_project_before_the_provider_is_asked(
    double: GroqDouble, tmp_path: Path
) -> None:
    async with world(double, tmp_path, prices=PRICES) as bus:
        await bus.order(**TOPIC, budget=0.0001)
        failed = await bus.failure()
    assert failed.code == FailureCode.BUDGET_EXCEEDED
    assert "would cost about 0.00" in failed.message
    assert "the budget is 0.0001; nothing was spent" in failed.message
    assert "raise the budget" in failed.hint
    assert failed.work is not None
    assert (failed.work.service, failed.work.providers) == ("script", ())
    assert double.completions == []


async def test_a_budget_without_prices_fails_the_project_before_the_provider_is_asked(
    double: GroqDouble, tmp_path: Path
) -> None:
    async with world(double, tmp_path) as bus:
        await bus.order(**TOPIC, budget=1)
        failed = await bus.failure()
    assert failed.code == FailureCode.PRICE_UNKNOWN
    assert "SCRIPT_PRICE_PER_MILLION_INPUT_TOKENS" in failed.hint
    assert double.completions == []


async def test_a_model_that_costs_nothing_fits_into_any_budget(double: GroqDouble, tmp_path: Path) -> None:
    async with world(double, tmp_path, prices=TokenPrices(0, 0)) as bus:
        await bus.order(**TOPIC, budget=0)
        scripted = await bus.script()
    assert scripted.brief.budget == 0
    assert scripted.work is not None
    assert scripted.work.providers[0].money == 0


async def test_own_words_need_no_price(double: GroqDouble, tmp_path: Path) -> None:
    async with world(double, tmp_path) as bus:
        await bus.order(text="The sea rises.", budget=0)
        assert (await bus.script()).brief.budget == 0


async def test_a_correction_that_the_budget_does_not_cover_is_left_out(double: GroqDouble, tmp_path: Path) -> None:
    def short(request: Request) -> Answer:
        return says(json.dumps(script(request.task, lambda _, about: about * 2 // 3)), tokens=(1_000, 9_000))

    double.model = short
    order = ScriptRequested.model_validate({**TOPIC, "budget": 0.006})

    async with stage_of(double, tmp_path, prices=PRICES) as stage:
        await stage.write(order, PROJECT)
    assert len(double.completions) == 1


# --- speech ---------------------------------------------------------------------------------------


@pytest.fixture
async def speech() -> AsyncIterator[SpeechDouble]:
    double = SpeechDouble()
    async with double.serving():
        yield double


def narration_stage(double: SpeechDouble, folder: Path, price: float | None) -> NarrationStage:
    server = SpeechServer(
        base_url=double.address,
        model="tts-1",
        key=SecretStr(KEY),
        timeout=timedelta(seconds=10),
        price_per_million_characters=price,
    )
    return NarrationStage(FilesystemStore(folder), OpenAICompatibleEngine(server))


def scripted(budget: float, *, spent: float | None = 0.0) -> ScenesScripted:
    made = builders.scripted(scene_count=3)
    use = ProviderUse(provider="groq", model="m", requests=1, money=spent)
    work = Account("script").take().model_copy(update={"providers": (use,)})
    return made.model_copy(update={"brief": made.brief.model_copy(update={"budget": budget}), "work": work})


async def test_speech_beyond_what_the_script_has_left_is_refused_before_the_server_is_asked(
    speech: SpeechDouble, tmp_path: Path
) -> None:
    stage = narration_stage(speech, tmp_path, 15.0)
    characters = sum(len(scene.text) for scene in scripted(1).scenes)
    cost = characters * 15 / 1e6

    await stage.require_affordable(scripted(cost + 0.002, spent=0.002))
    with pytest.raises(PermanentError, match=r"and 0\.002 is spent") as caught:
        await stage.require_affordable(scripted(cost + 0.001, spent=0.002))
    assert caught.value.code is FailureCode.BUDGET_EXCEEDED
    with pytest.raises(PermanentError, match="no price of it is configured") as unpriced:
        await narration_stage(speech, tmp_path, None).require_affordable(scripted(1))
    assert unpriced.value.code is FailureCode.PRICE_UNKNOWN
    assert speech.requests == []


async def test_spoken_characters_give_money_and_a_stored_narration_costs_nothing(
    speech: SpeechDouble, tmp_path: Path
) -> None:
    stage = narration_stage(speech, tmp_path, 15.0)
    (request, *_) = stage.requests(builders.scripted())

    async def work_of(request: NarrationRequested) -> Work:
        account = Account("tts")
        with account.open():
            await stage.narrate(request)
        return account.take()

    first, again = await work_of(request), await work_of(request)
    (use,) = first.providers
    assert use.characters == sum(len(asked.body["input"]) for asked in speech.requests)
    assert use.money == pytest.approx((use.characters or 0) * 15 / 1e6)
    assert (again.providers, again.is_reused, first.is_reused) == ((), True, False)
