"""Pictures of scenes without their texts."""

from collections.abc import Sequence
from typing import Any

from scenewire.messages import Clip, Look
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.overlays.scrim import Scrim
from scenewire_assembly.picture.scene_picture import ScenePicture, Still
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import theme_of


def scene_picture(
    frames: int,
    look: Look,
    *,
    clips: Sequence[Clip] = (),
    overlay: str = "",
    scrim: Scrim | None = None,
    turn: int = 0,
    **encoder: Any,
) -> ScenePicture:
    return ScenePicture(
        look=look,
        frames=frames,
        encoder=Encoder(**encoder),
        clips=tuple(clips),
        stills=(Still(Ground(theme_of(look), 0, quiet=look.captions), frames),),
        overlay=overlay,
        scrim=scrim,
        turn=turn,
    )
