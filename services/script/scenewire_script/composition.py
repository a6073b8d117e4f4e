"""Makes the message with all scenes of an order from what a writer wrote."""

import asyncio
from typing import Final
from uuid import UUID

from scenewire.messages import (
    Brief,
    Remade,
    Scene,
    ScenesScripted,
    ScriptRequested,
    derive_scene_id,
    has_closing,
    planned_closing_s,
)
from scenewire_script.designs.choice import SceneWords, choose_designs
from scenewire_script.estimates import Estimates
from scenewire_script.orders.language import resolve_language
from scenewire_script.orders.own_media import divide_media, divide_narrations
from scenewire_script.timing.scene_durations import divide_duration
from scenewire_script.writers.base import Script, ScriptWriter

__all__ = ["compose"]

_MAX_DEVIATION: Final = 0.25
"""A script whose estimate deviates by more than this share is spoken at its own pace: no pleasant pace can make up for
that many words."""

_MAX_SILENT_STRETCH: Final = 4
"""Times that it takes to read a text for which a silent scene may show it."""


async def compose(
    order: ScriptRequested, project_id: UUID, writer: ScriptWriter, *, words_per_second: float
) -> ScenesScripted:
    """Returns the numbered scenes of an order, with their estimated and wanted durations.

    Args:
        order: the order; its language is detected if it names none.
        project_id: of the scenes.
        writer: writes or divides the script.
        words_per_second: speaking rate of English, for estimated durations.

    Raises:
        PermanentError: of the writer.
        TransientError: of the writer.
    """
    language, language_notes = await asyncio.to_thread(resolve_language, order)
    order = order.model_copy(update={"project_id": project_id, "language": language})
    target = order.options.target_duration
    spoken = target - planned_closing_s(target) if has_closing(order.look, target) else target
    script = await writer.write(order.model_copy(update={"target_duration": spoken}))
    options = order.options.model_copy(update={"language": script.language or language})
    texts = [draft.text for draft in script.scenes]
    estimates = Estimates(options, words_per_second)
    seconds = [estimates.seconds(draft.text, draft.voice) for draft in script.scenes]
    is_silent = all(estimates.is_silent(draft.voice) for draft in script.scenes)
    ordered = _ordered_duration(order, script)
    can_fit = ordered is not None and _can_fit(sum(seconds), spoken, is_silent=is_silent)
    durations = divide_duration(texts, spoken) if can_fit else [draft.duration for draft in script.scenes]
    sentences = await asyncio.to_thread(
        choose_designs,
        [SceneWords(draft.text, draft.section, draft.keywords, draft.hint) for draft in script.scenes],
        title=script.title if options.look.title else None,
        language=options.language,
        words_per_second=estimates.words_per_second,
    )
    media, media_notes = divide_media(order, len(script.scenes))
    recordings, recording_notes = divide_narrations(order, len(script.scenes))
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
            sentences=designed,
            media=shown,
            narration=recording,
        )
        for number, (draft, estimate, duration, designed, shown, recording) in enumerate(
            zip(script.scenes, seconds, durations, sentences, media, recordings, strict=True), 1
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
            ordered_duration=ordered,
            notes=(*language_notes, *script.notes, *media_notes, *recording_notes),
            awaits_approval=order.approve,
            remade=Remade().since("narration", order.revision),
            budget=order.budget,
        ),
        scenes=scenes,
        writer=writer.name,
        requested_by=order.requested_by,
    )


def _can_fit(estimated: float, ordered: float, *, is_silent: bool) -> bool:
    """Whether scenes that last `estimated` seconds at their own pace can last `ordered` seconds."""
    longest = _MAX_SILENT_STRETCH * estimated if is_silent else estimated / (1 - _MAX_DEVIATION)
    return estimated / (1 + _MAX_DEVIATION) <= ordered <= longest


def _ordered_duration(order: ScriptRequested, script: Script) -> float | None:
    """Returns the ordered length; own words of an order without one are spoken at their own pace."""
    if not script.fills_time and order.target_duration is None:
        return None
    return order.options.target_duration
