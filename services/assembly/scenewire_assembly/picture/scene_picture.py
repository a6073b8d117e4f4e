"""What a scene's picture is made of."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from scenewire.messages import Clip, Look
from scenewire_assembly.edit import Edit, edit_clips
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.overlays.scrim import Scrim
from scenewire_assembly.themes.grounds import Ground

__all__ = ["ScenePicture", "Still"]


@dataclass(frozen=True)
class Still:
    """A ground and for how many frames it shows."""

    ground: Ground
    frames: int


@dataclass(frozen=True, kw_only=True)
class ScenePicture:
    """Everything that shapes a scene's picture. Equal values give equal segments.

    Attributes:
        look: size, frame rate and style.
        frames: exact length.
        encoder: how the picture is encoded.
        clips: footage in its order; empty for a painted scene.
        stills: grounds one after the other; used if there are no clips.
        overlay: ASS script drawn over the picture; empty for none.
        scrim: shade below the overlay; None for none.
        turn: place of the scene among others, from 0; moves of stills alternate within scenes and between them.
    """

    look: Look
    frames: int
    encoder: Encoder
    clips: tuple[Clip, ...] = ()
    stills: tuple[Still, ...]
    overlay: str = ""
    scrim: Scrim | None = None
    turn: int = 0

    @property
    def has_map(self) -> bool:
        """Whether a map shows."""
        return not self.clips and any(still.ground.map for still in self.stills)

    def ground_at(self, frame: int) -> Ground:
        """The ground that shows on a frame of a painted scene."""
        ends = list(accumulate(still.frames for still in self.stills))
        return self.stills[min(bisect_right(ends, frame), len(ends) - 1)].ground

    def painted(self, ground: Ground) -> bytes:
        """A ground with its shade, packed as 8-bit RGB. Blocks."""
        width, height = self.look.width, self.look.height
        painted = ground.paint(width, height)
        if self.scrim is None:
            return painted
        return self.scrim.shade(np.frombuffer(painted, np.uint8).reshape(height, width, 3)).tobytes()

    @cached_property
    def edit(self) -> Edit:
        """The cut of the clips."""
        return edit_clips(self.clips, self.frames, self.look.frame_rate)
