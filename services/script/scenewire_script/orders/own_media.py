"""Gives the media and the recordings of an order to its scenes. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from scenewire.messages import MAX_MEDIA, OwnMedia, OwnNarration, ScriptRequested

__all__ = ["divide_media", "divide_narrations"]


def divide_media(order: ScriptRequested, scene_count: int) -> tuple[list[tuple[OwnMedia, ...]], list[str]]:
    """Returns the media of each scene, in order, and notes about what no scene shows.

    Media with the number of a scene are its own. Scenes without any share the others in order: one after the other if
    there are as many, several each if there are more; if there are fewer, neighbouring scenes show the same.
    """
    media: dict[int, list[OwnMedia]] = defaultdict(list)
    ordered = sorted(order.scenes or (), key=lambda scene: scene.scene_number or 0)  # either all are numbered, or none
    for number, scene in enumerate(ordered, 1):
        media[number] += scene.media
    for item in order.media:
        if item.scene_number is not None:
            media[item.scene_number].append(_own(item))
    notes = [
        f"Media of scene {number} are not shown: the script has {scene_count} scene{'s' * (scene_count > 1)}."
        for number in sorted(media)
        if media[number] and number > scene_count
    ]
    _share(media, [_own(item) for item in order.media if item.scene_number is None], scene_count)
    notes += [
        f"Scene {number} shows the first {MAX_MEDIA} of its {len(media[number])} media."
        for number in range(1, scene_count + 1)
        if len(media[number]) > MAX_MEDIA
    ]
    return [tuple(media[number][:MAX_MEDIA]) for number in range(1, scene_count + 1)], notes


def divide_narrations(order: ScriptRequested, scene_count: int) -> tuple[list[OwnNarration | None], list[str]]:
    """Returns the recording of each scene, and notes about those of scenes that do not exist."""
    recordings = {
        scene.scene_number or at: scene.narration for at, scene in enumerate(order.scenes or (), 1) if scene.narration
    }
    for placed in order.narrations:
        recordings[placed.scene_number] = OwnNarration.model_validate(placed.model_dump(exclude={"scene_number"}))
    notes = [
        f"The narration of scene {number} is not heard: the script has {scene_count} scene{'s' * (scene_count > 1)}."
        for number in sorted(recordings)
        if number > scene_count
    ]
    return [recordings.get(number) for number in range(1, scene_count + 1)], notes


def _share(media: dict[int, list[OwnMedia]], shared: Sequence[OwnMedia], scene_count: int) -> None:
    free = [number for number in range(1, scene_count + 1) if not media[number]]
    if len(shared) < len(free):
        for at, number in enumerate(free if shared else ()):
            media[number].append(shared[at * len(shared) // len(free)])
    elif free:
        for at, item in enumerate(shared):
            media[free[at * len(free) // len(shared)]].append(item)


def _own(item: OwnMedia) -> OwnMedia:
    return OwnMedia.model_validate(item.model_dump(exclude={"scene_number"}))
