"""How a video ends: the times that the script service plans with, and assembly keeps. Pure.

Frames are those of a video of 30 frames a second.
"""

from typing import Final

from scenewire.messages.values import Brief, Look, Narration, Scene
from scenewire.timeline import frames_for

__all__ = ["FADE_FRAMES", "has_closing", "planned_closing_s", "scene_frames"]

_HOLD_FRAMES: Final = 24
"""Frames for which the last scene stands after its last word, before its transition."""

FADE_FRAMES: Final = 20
"""The last frames of a video, in which the closing card fades."""

_SHORTEST_S: Final = 10.0
"""A video of a shorter ordered length ends with its last word."""

_TRANSITION_FRAMES: Final = 10
"""Those of the longest transition."""

_USUAL_SILENCE_FRAMES: Final = 10
"""The last narration ends with so many frames of silence, which are part of the hold."""

_CARD_FRAMES: Final = 120
_SHORTEST_CARD_FRAMES: Final = 60
_CARD_SHARE: Final = 0.08
"""Share of the length that a card is planned to take, between the two limits above.

How long the card stands follows from the credits, which are not known before all footage is. A card of few lines stands
longer if the video would otherwise be shorter than ordered.
"""


def has_closing(look: Look, ordered_duration: float | None) -> bool:
    """Returns whether a video ends with a closing card.

    Args:
        look: of the video.
        ordered_duration: seconds; None for a video that lasts as long as its words take.
    """
    return look.closing and (ordered_duration is None or ordered_duration >= _SHORTEST_S)


def planned_closing_s(seconds: float) -> float:
    """Returns how much of a video's length its closing is planned to take: from the last narration's end to the end.

    Args:
        seconds: length of the video.
    """
    card = min(_CARD_FRAMES, max(_SHORTEST_CARD_FRAMES, _CARD_SHARE * 30 * seconds))
    return (_HOLD_FRAMES - _USUAL_SILENCE_FRAMES + _TRANSITION_FRAMES + card + FADE_FRAMES) / 30


def scene_frames(brief: Brief, scene: Scene, narration: Narration, *, transition: int = _TRANSITION_FRAMES) -> int:
    """Returns the length of a scene, in frames of the video.

    Scenes last as long as their narration. Before a closing, the last one stands after its last word and then makes its
    transition.

    Args:
        brief: the whole video.
        scene: one of its scenes.
        narration: of the scene.
        transition: frames of its transition.
    """
    rate = brief.options.look.frame_rate
    frames = frames_for(narration.samples, narration.sample_rate, rate)
    if scene.scene_number < brief.scene_count or not has_closing(brief.options.look, brief.ordered_duration):
        return frames
    spoken = min(narration.words[-1].end_sample, narration.samples) if narration.words else narration.samples
    tail = -(-(_HOLD_FRAMES + transition) * rate // 30)
    return max(frames, frames_for(spoken, narration.sample_rate, rate) + tail)
