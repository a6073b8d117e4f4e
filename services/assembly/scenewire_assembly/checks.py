"""Checks encoded files before their results are published."""

from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.probe.probe import MediaFacts, probe_media
from scenewire_assembly.edit import SOUND_RATE, samples_for
from scenewire_assembly.picture.scene_picture import ScenePicture
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["check_segment", "check_video"]

_BT709: Final = 1
"""H.273 code."""


async def check_segment(path: Path, picture: ScenePicture) -> str:
    """Compares an encoded segment with its picture.

    Returns:
        The hash of its decoder parameters. Segments with equal hashes can be joined by copying.

    Raises:
        PermanentError: `output_invalid`, with all differences.
    """
    facts = await probe_media(path)
    faults = _picture_faults(facts, picture)
    if faults or facts.video is None:
        raise PermanentError(FailureCode.OUTPUT_INVALID, f"the encoded segment is wrong: {', '.join(faults)}")
    return facts.video.parameters


async def check_video(path: Path, plan: VideoPlan, *, subtitled: bool) -> MediaFacts:
    """Compares the finished video with its plan.

    Args:
        path: the video.
        plan: its segments.
        subtitled: whether it must have a subtitle track.

    Raises:
        PermanentError: `output_invalid`, with all differences.
    """
    facts = await probe_media(path)
    faults = [*_picture_faults(facts, plan), *_sound_faults(facts, plan)]
    if facts.chapters != len(plan.segments):
        faults.append(f"{facts.chapters} chapters instead of {len(plan.segments)}")
    tracks = facts.stream_types.count("subtitle")
    if tracks != subtitled:
        faults.append(f"{tracks} subtitle tracks instead of {int(subtitled)}")
    if not facts.complete:
        faults.append("the file is cut off")
    if faults:
        raise PermanentError(
            FailureCode.OUTPUT_INVALID, f"the finished video is wrong: {', '.join(faults)}", hint="order again"
        )
    return facts


def _picture_faults(facts: MediaFacts, expected: ScenePicture | VideoPlan) -> list[str]:
    video, look = facts.video, expected.look
    if video is None:
        return ["no picture"]
    compared = {
        "frames": (video.frames, expected.frames),
        "codec": (video.codec, "h264"),
        "size": ((video.width, video.height), (look.width, look.height)),
        "frame rate": (video.frame_rate, (look.frame_rate, 1)),
        "pixel format": (video.pixel_format, "yuv420p"),
        "colours": ((video.matrix, video.transfer), (_BT709, _BT709)),
        "constant frame rate": (video.constant_rate and video.monotone, True),
    }
    return [f"{name} {actual} instead of {wanted}" for name, (actual, wanted) in compared.items() if actual != wanted]


def _sound_faults(facts: MediaFacts, plan: VideoPlan) -> list[str]:
    audio, rate = facts.audio, plan.look.frame_rate
    if audio is None:
        return ["no sound"]
    faults: list[str] = []
    samples = samples_for(plan.frames, rate)
    if (audio.codec, audio.sample_rate, audio.channels) != ("aac", SOUND_RATE, 2):
        faults.append(f"sound is {audio.codec}, {audio.sample_rate} Hz, {audio.channels} channels")
    if abs(audio.samples - samples) > samples_for(1, rate):
        faults.append(f"{audio.samples} samples of sound instead of {samples}")
    return faults
