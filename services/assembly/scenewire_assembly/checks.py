"""Checks what was encoded before anything is announced."""

from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Look
from scenewire.probe.probe import MediaFacts, probe_media
from scenewire_assembly.edit import SOUND_RATE, samples_for

__all__ = ["check_film", "check_segment"]

_BT709: Final = 1
"""As H.273 counts."""


async def check_segment(path: Path, look: Look, frames: int) -> str:
    """Examines a freshly encoded segment.

    Returns:
        The hash of its decoder parameters: segments can be joined where it is equal.

    Raises:
        PermanentError: `output_invalid`, it is not the picture that was wanted.
    """
    facts = await probe_media(path)
    wrong = _picture_faults(facts, look, frames)
    if wrong or facts.video is None:
        raise PermanentError(FailureCode.OUTPUT_INVALID, f"the segment came out wrong: {', '.join(wrong)}")
    return facts.video.parameters


async def check_film(path: Path, look: Look, frames: int, *, chapters: int, subtitled: bool) -> MediaFacts:
    """Examines the finished film.

    Args:
        path: the film.
        look: how it was ordered.
        frames: how many it must have.
        chapters: how many it must have.
        subtitled: whether it must have a track of subtitles.

    Raises:
        PermanentError: `output_invalid`, with everything that is wrong with it.
    """
    facts = await probe_media(path)
    wrong = _picture_faults(facts, look, frames)
    audio = facts.audio
    if audio is None:
        wrong.append("no sound")
    else:
        samples = samples_for(frames, look.frame_rate)
        if (audio.codec, audio.sample_rate, audio.channels) != ("aac", SOUND_RATE, 2):
            wrong.append(f"sound is {audio.codec}, {audio.sample_rate} Hz, {audio.channels} channels")
        if abs(audio.samples - samples) > samples_for(1, look.frame_rate):
            wrong.append(f"{audio.samples} samples of sound instead of {samples}")
    if facts.chapters != chapters:
        wrong.append(f"{facts.chapters} chapters instead of {chapters}")
    if facts.stream_types.count("subtitle") != subtitled:
        wrong.append(f"{facts.stream_types.count('subtitle')} tracks of subtitles")
    if not facts.complete:
        wrong.append("it is cut off")
    if wrong:
        raise PermanentError(
            FailureCode.OUTPUT_INVALID, f"the film came out wrong: {', '.join(wrong)}", hint="order again"
        )
    return facts


def _picture_faults(facts: MediaFacts, look: Look, frames: int) -> list[str]:
    video = facts.video
    if video is None:
        return ["no picture"]
    found = {
        "frames": (video.frames, frames),
        "codec": (video.codec, "h264"),
        "size": ((video.width, video.height), (look.width, look.height)),
        "frame rate": (video.frame_rate, (look.frame_rate, 1)),
        "pixel format": (video.pixel_format, "yuv420p"),
        "colours": ((video.matrix, video.transfer), (_BT709, _BT709)),
        "steady rate": (video.constant_rate and video.monotone, True),
    }
    return [f"{name} {is_} instead of {wanted}" for name, (is_, wanted) in found.items() if is_ != wanted]
