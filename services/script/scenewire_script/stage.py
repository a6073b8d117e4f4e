"""Turns orders into numbered scenes, once per project."""

import asyncio
from pathlib import Path
from uuid import UUID

from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import ScenesScripted, ScriptRequested
from scenewire_script.composition import compose
from scenewire_script.music.choice import MusicByMood
from scenewire_script.plans import NO_PROJECT, Plan, has_own_words, plan_of_script, plan_of_topic
from scenewire_script.script_documents import ScriptDocuments
from scenewire_script.writers.base import ScriptWriter

__all__ = ["ScriptStage"]


class ScriptStage:
    """Writes scripts and stores the first one of each project.

    Args:
        store: keeps the scripts.
        writer: writes about a bare topic.
        divider: makes scenes from the text or scenes of an order, word for word; the writer never gets those.
        words_per_second: speaking rate of English, for estimated durations.
        music_dir: folder of music by mood, in addition to an installed collection.
        budget: of orders without one; None is no limit.
    """

    def __init__(
        self,
        store: ArtifactStore,
        writer: ScriptWriter,
        *,
        divider: ScriptWriter,
        words_per_second: float = 2.7,
        music_dir: Path | None = None,
        budget: float | None = None,
    ) -> None:
        self._documents = ScriptDocuments(store)
        self._planning = asyncio.Semaphore(1)  # plans of long texts must not keep orders waiting
        self._music = MusicByMood(store, music_dir)
        self._writer = writer
        self._divider = divider
        self._words_per_second = words_per_second
        self._budget = budget

    async def moods(self) -> list[str]:
        """Returns the moods of music that orders may name.

        Raises:
            PermanentError: `invalid_settings`.
        """
        return await self._music.moods()

    async def check(self, order: ScriptRequested) -> None:
        """Checks what can be checked of an order before it is accepted.

        Raises:
            PermanentError: `invalid_order`, no music has the ordered mood; `invalid_settings`.
        """
        await self._music.check(order.music)

    async def write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        """Returns the stored script of a project, or writes and stores a new one.

        Raises:
            PermanentError: `invalid_order`, the order contains nothing to speak, the script is too large for a
                message, or no music has the ordered mood; `invalid_settings`; `budget_exceeded`; `price_unknown`; or another
                permanent error of the writer.
            TransientError: the writer or the store is unavailable.
        """
        known = await self._documents.find(project_id, order.revision)
        if known is not None:
            return known
        budget = self._budget if order.budget is None else order.budget
        music = await self._music.resolve(order.music, project_id)
        order = order.model_copy(update={"music": music, "budget": budget})
        writer = self._divider if has_own_words(order) else self._writer
        scripted = await compose(order, project_id, writer, words_per_second=self._words_per_second)
        return await self._documents.save(scripted)

    async def plan(self, order: ScriptRequested) -> Plan:
        """Returns what an order would make. Makes nothing, and asks no language model.

        Raises:
            PermanentError: `invalid_order`, there is nothing to speak, or no music has the ordered mood.
        """
        await self.check(order)
        if not has_own_words(order) and self._writer.name != self._divider.name:
            return plan_of_topic(order, writer=self._writer.name)
        async with self._planning:
            scripted = await compose(order, NO_PROJECT, self._divider, words_per_second=self._words_per_second)
        return plan_of_script(scripted)
