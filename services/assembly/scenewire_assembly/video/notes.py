"""Notes about the finished video for the person who ordered it. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire.messages import Brief, Scene
from scenewire_assembly.sound.loudness import SILENCE
from scenewire_assembly.sound.mix import Levels, MixResult
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["length_notes", "sound_notes", "stage_notes"]

_LENGTH_TOLERANCE: Final = 0.1
"""Share of the ordered length by which a video may miss it without a note."""

_LOUDNESS_TOLERANCE_LU: Final = 1.0


def stage_notes(plan: VideoPlan) -> tuple[str, ...]:
    """Notes of all earlier stages, each once."""
    notes = [
        note
        for segment in plan.segments
        for result in (segment.narration, segment.footage, segment.segment)
        for note in result.notes
    ]
    return tuple(dict.fromkeys([*plan.brief.notes, *notes]))


def length_notes(brief: Brief, scenes: Sequence[Scene], duration: float) -> tuple[str, ...]:
    """Notes about a video that misses the ordered length.

    There are none if no length was ordered, or if the script stage already reported that it cannot be reached.

    Args:
        brief: has the ordered length.
        scenes: all of them.
        duration: measured seconds of the video.
    """
    ordered = brief.options.target_duration
    has_target = any(scene.wanted_duration is not None for scene in scenes)
    if not has_target or abs(duration - ordered) <= _LENGTH_TOLERANCE * ordered:
        return ()
    return (f"The video lasts {duration:.0f} s; {ordered:.0f} s were ordered.",)


def sound_notes(sound: MixResult, levels: Levels) -> tuple[str, ...]:
    """Notes about silent narration, and about loudness and peaks outside the wanted levels."""
    notes = [] if sound.has_speech else ["The narration is silent."]
    lufs, peak = sound.loudness.integrated_lufs, sound.loudness.true_peak_dbtp
    if lufs > SILENCE and abs(lufs - levels.target_lufs) > _LOUDNESS_TOLERANCE_LU:
        notes.append(f"The video's loudness is {lufs} LUFS instead of {levels.target_lufs} LUFS.")
    if peak > levels.peak:
        notes.append(f"The video's true peak is {peak} dBTP; the limit is {levels.peak} dBTP.")
    return tuple(notes)
