"""Composition root of the script service."""

import asyncio

from faststream import FastStream

from scenewire.artifacts.deletions import Deletions
from scenewire.artifacts.opening import open_store
from scenewire.artifacts.store import ArtifactStore
from scenewire.bus import Bus
from scenewire.settings import AdmissionSettings
from scenewire.topology import DURABLES, PIPELINE
from scenewire_script.handlers import register
from scenewire_script.orders.claims import OrderClaims
from scenewire_script.settings import ScriptSettings
from scenewire_script.stage import ScriptStage
from scenewire_script.storyboard.stage import StoryboardStage
from scenewire_script.text.language_detection import load_classifier
from scenewire_script.writers.base import ScriptWriter
from scenewire_script.writers.language_model.client import LanguageModelClient
from scenewire_script.writers.language_model.prices import TokenPrices
from scenewire_script.writers.outline import OutlineWriter

__all__ = ["create_app"]


def create_app(settings: ScriptSettings | None = None, *, writer: ScriptWriter | None = None) -> FastStream:
    """Builds the service.

    Args:
        settings: default to the environment.
        writer: replaces the writer from the settings.

    Raises:
        PermanentError: `provider_refused`, the writer from the settings lacks a setting or has no valid key.
    """
    settings = settings or ScriptSettings()
    store = open_store(settings.artifacts_url)
    bus = Bus("script", settings)
    outline = OutlineWriter()
    if writer is None:
        writer = outline if settings.writer == "outline" else _language_model(settings, store, bus)
    bus.on_start(_load_classifier)
    rate, music_dir = settings.words_per_second, settings.music_dir
    stage = ScriptStage(
        store, writer, divider=outline, words_per_second=rate, music_dir=music_dir, budget=settings.default_budget
    )
    storyboards = StoryboardStage(store, words_per_second=rate, music_dir=music_dir)
    limits = AdmissionSettings()
    register(bus, stage, OrderClaims(store), storyboards, Deletions(store), loops=settings.loops, limits=limits)
    bus.export_backlog(*(durable for durable in DURABLES if durable.is_work), streams=(PIPELINE,))
    models = {"groq": settings.groq_model, "openai-compatible": settings.model_name}
    return bus.app(writer=settings.writer, **({"model": model} if (model := models.get(settings.writer)) else {}))


async def _load_classifier() -> None:
    """Loads the language classifier before the first order: a full temporary folder stops the start, not an order."""
    await asyncio.to_thread(load_classifier)


def _language_model(settings: ScriptSettings, store: ArtifactStore, bus: Bus) -> ScriptWriter:
    from scenewire_script.writers.language_model.writer import LanguageModelWriter  # noqa: PLC0415 - needed only here

    client = _groq(settings) if settings.writer == "groq" else _openai_compatible(settings)
    bus.on_start(client.check)
    bus.on_stop(client.aclose)
    prices = TokenPrices(settings.price_per_million_input_tokens, settings.price_per_million_output_tokens)
    return LanguageModelWriter(client, store, words_per_second=settings.words_per_second, prices=prices)


def _groq(settings: ScriptSettings) -> LanguageModelClient:
    from scenewire_script.writers.language_model.groq import GroqClient  # noqa: PLC0415 - the SDK is needed only with a key

    return GroqClient(
        key=settings.groq_key(),
        model=settings.groq_model,
        base_url=settings.groq_base_url,
        strict=settings.groq_strict,
        timeout=settings.groq_timeout,
        max_tokens=settings.groq_max_tokens,
    )


def _openai_compatible(settings: ScriptSettings) -> LanguageModelClient:
    from scenewire_script.writers.language_model.openai_compatible import OpenAICompatibleClient  # noqa: PLC0415

    access = settings.model_access()
    return OpenAICompatibleClient(
        base_url=access.url,
        model=access.model,
        key=access.key,
        timeout=settings.model_timeout,
        max_tokens=settings.model_max_tokens,
    )
