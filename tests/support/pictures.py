"""Pictures of scenes without their texts."""

from collections.abc import Sequence
from typing import Any

from scenewire.messages import Clip, Look
from scenewire_assembly.picture.background import Background
from scenewire_assembly.picture.scene_picture import Encoder, ScenePicture


def scene_picture(
    frames: int, look: Look, *, clips: Sequence[Clip] = (), overlay: str = "", **encoder: Any
) -> ScenePicture:
    return ScenePicture(
        look=look,
        frames=frames,
        encoder=Encoder(**encoder),
        clips=tuple(clips),
        background=Background("Tea", 1, look),
        overlay=overlay,
    )
