"""Checks the finished video before it is announced."""

from pathlib import Path

from scenewire.errors import FailureCode, PermanentError
from scenewire.probe.probe import MediaFacts, probe_media
from scenewire_assembly.edit import SOUND_RATE, samples_for
from scenewire_assembly.picture.segment_check import picture_faults
from scenewire_assembly.video.chapters import chapters
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["check_video"]


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
    faults = [*picture_faults(facts, plan.look, plan.frames), *_sound_faults(facts, plan)]
    marks = len(chapters(plan.scenes, plan.places, plan.frames))
    if facts.chapters != marks:
        faults.append(f"{facts.chapters} chapters instead of {marks}")
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
