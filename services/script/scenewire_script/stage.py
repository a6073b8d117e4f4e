"""Turns orders into numbered scenes, once per project."""

import asyncio
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Brief, Scene, ScenesScripted, ScriptRequested, derive_scene_id
from scenewire_script.order_language import resolve_language
from scenewire_script.text.lengths import count_words
from scenewire_script.timing.scene_durations import divide_duration
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_script.writers.base import Script, ScriptWriter

__all__ = ["ScriptStage"]

_MAX_DEVIATION: Final = 0.25
"""A script whose estimate deviates by more than this share is spoken at its own pace: no pleasant pace can make up for
that many words."""

_MAX_MESSAGE_BYTES: Final = 1_000_000
"""By default, NATS limits a message to 1 MiB including headers."""


class ScriptStage:
    """Writes scripts and stores the first one of each project.

    Args:
        store: keeps the scripts.
        writer: writes about a bare topic.
        divider: makes scenes from the text or scenes of an order, word for word; the writer never gets those.
        words_per_second: speaking rate of English, for estimated durations.
    """

    def __init__(
        self, store: ArtifactStore, writer: ScriptWriter, *, divider: ScriptWriter, words_per_second: float = 2.3
    ) -> None:
        self._store = store
        self._writer = writer
        self._divider = divider
        self._words_per_second = words_per_second

    async def write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        """Returns the stored script of a project, or writes and stores a new one.

        Raises:
            PermanentError: `invalid_order`, the order contains nothing to speak or the script is too large for a
                message; or a permanent error of the writer.
            TransientError: the writer or the store is unavailable.
        """
        key = check_key(f"results/script/{project_id}-r{order.revision}.json")
        stored = await self._store.read_document(key)
        known = None if stored is None else _read(stored)
        if known is not None:
            return known
        scripted = await self._write(order, project_id)
        document = scripted.model_dump_json().encode()
        _require_fits(document)
        first = await self._store.write_once(key, document)
        if first == document:
            return scripted
        winner = _read(first)
        if winner is not None:
            return winner
        await self._store.replace_document(key, document)  # the stored document is damaged or of an older version
        return scripted

    async def _write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        has_own_words = order.scenes or (order.text and order.text.strip())
        writer = self._divider if has_own_words else self._writer
        language, language_notes = await asyncio.to_thread(resolve_language, order)
        order = order.model_copy(update={"project_id": project_id, "language": language})
        script = await writer.write(order)
        options = order.options.model_copy(update={"language": script.language or language})
        texts = [draft.text for draft in script.scenes]
        rate = words_per_second(self._words_per_second, options.language) * (order.speed or 1)
        estimates = [round(count_words(text) / rate, 2) for text in texts]
        wanted, note = _plan(order, script, sum(estimates))
        durations = divide_duration(texts, wanted) if wanted else [draft.duration for draft in script.scenes]
        scenes = tuple(
            Scene(
                id=derive_scene_id(project_id, number),
                scene_number=number,
                text=draft.text,
                footage_query=draft.footage_query,
                keywords=draft.keywords,
                estimated_duration=estimate,
                wanted_duration=duration,
                section=draft.section,
                voice=draft.voice,
                pause=draft.pause,
            )
            for number, (draft, estimate, duration) in enumerate(
                zip(script.scenes, estimates, durations, strict=True), 1
            )
        )
        return ScenesScripted(
            project_id=project_id,
            revision=order.revision,
            brief=Brief(
                topic=script.topic,
                title=script.title,
                scene_count=len(scenes),
                options=options,
                notes=(*language_notes, *script.notes, *note),
            ),
            scenes=scenes,
            writer=writer.name,
        )


def _plan(order: ScriptRequested, script: Script, estimate: float) -> tuple[float | None, tuple[str, ...]]:
    """Returns the total duration to aim for, or None, and notes for people.

    The text of an order without a duration is spoken at its own pace.
    """
    if not script.fills_time and order.target_duration is None:
        return None, ()
    wanted = order.options.target_duration
    if abs(estimate - wanted) <= _MAX_DEVIATION * wanted:
        return wanted, ()
    return None, (f"The script will last about {estimate:.0f} s; {wanted:.0f} s were ordered.",)


def _require_fits(document: bytes) -> None:
    if len(document) > _MAX_MESSAGE_BYTES:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"the script has {len(document):,} bytes; the limit is {_MAX_MESSAGE_BYTES:,}",
            hint="split it into several orders",
        )


def _read(document: bytes) -> ScenesScripted | None:
    try:
        return ScenesScripted.model_validate_json(document)
    except ValidationError:
        return None
