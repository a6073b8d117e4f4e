"""The work of the script service: an order becomes numbered scenes, once."""

from typing import Final
from uuid import UUID

from pydantic import ValidationError

from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Brief, Scene, ScenesScripted, ScriptRequested, derive_scene_id
from scenewire_script.text.sentences import count_words
from scenewire_script.timing.scene_durations import shares
from scenewire_script.timing.speaking_rates import words_per_second
from scenewire_script.writers.base import Script, ScriptWriter

__all__ = ["ScriptStage"]

_REACH: Final = 0.25
"""A script whose estimate is off by more than this share is spoken as it is: no pace that anybody would like to hear
makes up for so many words."""

_LARGEST_MESSAGE: Final = 1_000_000
"""Bytes. A NATS server takes 1 MiB unless it is configured otherwise, headers included."""


class ScriptStage:
    """Writes scripts and keeps the first of each project.

    Args:
        store: where they are kept.
        writer: who writes about a bare topic.
        divider: who makes scenes of a customer's own text or scenes. Those stay the customer's, word for word: the
            writer never sees them.
        words_per_second: speaking rate of English, for the scenes' estimated durations.
    """

    def __init__(
        self, store: ArtifactStore, writer: ScriptWriter, *, divider: ScriptWriter, words_per_second: float = 2.3
    ) -> None:
        self._store = store
        self._writer = writer
        self._divider = divider
        self._words_per_second = words_per_second

    async def write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        """The script of a project: the stored one, or a new one that is stored before it is returned.

        Raises:
            PermanentError: `invalid_order`, when nothing in the order can be spoken, or the script fits no message;
                or what the writer cannot get over.
            TransientError: the writer or the store cannot be used now.
        """
        key = check_key(f"results/script/{project_id}-r{order.revision}.json")
        stored = await self._store.read_document(key)
        known = None if stored is None else _read(stored)
        if known is not None:
            return known
        scripted = await self._write(order.model_copy(update={"project_id": project_id}), project_id)
        document = scripted.model_dump_json().encode()
        _require_fits(document)
        first = await self._store.write_once(key, document)
        if first == document:
            return scripted
        winner = _read(first)
        if winner is not None:
            return winner
        await self._store.replace_document(key, document)  # what lay there is damaged or of an older shape
        return scripted

    async def _write(self, order: ScriptRequested, project_id: UUID) -> ScenesScripted:
        has_own_words = order.scenes or (order.text and order.text.strip())
        writer = self._divider if has_own_words else self._writer
        script = await writer.write(order)
        texts = [draft.text for draft in script.scenes]
        rate = words_per_second(self._words_per_second, order.language) * (order.speed or 1)
        estimates = [round(count_words(text) / rate, 2) for text in texts]
        wanted, note = _plan(order, script, sum(estimates))
        scenes = tuple(
            Scene(
                id=derive_scene_id(project_id, number),
                scene_number=number,
                text=draft.text,
                footage_query=draft.footage_query,
                keywords=draft.keywords,
                estimated_duration=estimate,
                wanted_duration=share,
            )
            for number, (draft, estimate, share) in enumerate(
                zip(script.scenes, estimates, shares(texts, wanted) if wanted else [None] * len(texts), strict=True), 1
            )
        )
        return ScenesScripted(
            project_id=project_id,
            revision=order.revision,
            brief=Brief(
                topic=script.topic,
                title=script.title,
                scene_count=len(scenes),
                options=order.options,
                notes=(*script.notes, *note),
            ),
            scenes=scenes,
            writer=writer.name,
        )


def _plan(order: ScriptRequested, script: Script, estimate: float) -> tuple[float | None, tuple[str, ...]]:
    """How long the scenes together are to last, if they are to last for a certain time; and what to say about that.

    Own words for which no length was ordered are spoken as they are.
    """
    if not script.fills_time and order.target_duration is None:
        return None, ()
    wanted = order.options.target_duration
    if abs(estimate - wanted) <= _REACH * wanted:
        return wanted, ()
    return None, (f"The script is estimated to last {estimate:.0f} s; {wanted:.0f} s were ordered.",)


def _require_fits(document: bytes) -> None:
    if len(document) > _LARGEST_MESSAGE:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"the script has {len(document):,} bytes; a message holds {_LARGEST_MESSAGE:,}",
            hint="order it in parts",
        )


def _read(document: bytes) -> ScenesScripted | None:
    try:
        return ScenesScripted.model_validate_json(document)
    except ValidationError:
        return None
