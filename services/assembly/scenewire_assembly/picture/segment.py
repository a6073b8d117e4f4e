"""Plans, makes and checks the picture of one scene."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import FootageSourced
from scenewire.processes.run import Limits
from scenewire.timeline import frames_for
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import cues_of
from scenewire_assembly.captions.fonts import FONTS_HINT
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.captions.overlay import overlay_script, overlay_text
from scenewire_assembly.captions.styles import Captions
from scenewire_assembly.captions.title_cards import card_of, title_of
from scenewire_assembly.edit import check_clips
from scenewire_assembly.ffmpeg_job import Advance, FfmpegJob, FrameProgress
from scenewire_assembly.job_files import OVERLAY, SEGMENT, clip_name
from scenewire_assembly.picture.background import Background
from scenewire_assembly.picture.scene_picture import Encoder, ScenePicture
from scenewire_assembly.picture.segment_check import check_segment
from scenewire_assembly.picture.segment_command import segment_command
from scenewire_assembly.picture.tone_mapping import TABLES, lookup_table

__all__ = ["SegmentPlan", "make_segment", "plan_segment"]

_NAMED_CHARACTERS: Final = 12
_MEBIBYTE: Final = 1 << 20
_FULL_HD_RATE: Final = 1920 * 1080 * 30


@dataclass(frozen=True)
class SegmentPlan:
    """The picture of a scene, and the characters that it leaves out because no font has them."""

    picture: ScenePicture
    undrawable: str


async def plan_segment(job: FfmpegJob, sourced: FootageSourced, encoder: Encoder) -> SegmentPlan:
    """Decides what the picture of a scene is made of. The job's folder has the fonts.

    Raises:
        PermanentError: `invalid_message`, with all faults of the scene's clips; `font_missing`, most letters of the
            captions could not be drawn.
    """
    look, scene, clips = sourced.brief.options.look, sourced.scene, sourced.footage.clips
    narration = sourced.narration
    check_clips(clips)
    frames = frames_for(narration.samples, narration.sample_rate, look.frame_rate)
    canvas = Canvas(look, frames)
    cues = []
    if look.captions:
        cues = await asyncio.to_thread(
            cues_of,
            scene.text,
            narration,
            look.frame_rate,
            Captions(canvas).columns,
            language=sourced.brief.options.language,
        )
    background = Background(sourced.brief.topic, scene.scene_number, look)
    heading = (title_of if clips else card_of)(sourced.brief, scene, background.accent)
    undrawable = await find_undrawable(job, overlay_text(cues, heading))
    _require_font("".join(text for cue in cues for text in cue.texts), undrawable)
    overlay = ""
    if cues or heading:
        canvas = replace(canvas, undrawable=undrawable)
        overlay = await asyncio.to_thread(overlay_script, canvas, cues, heading)
    picture = ScenePicture(
        look=look, frames=frames, encoder=encoder, clips=clips, background=background, overlay=overlay
    )
    return SegmentPlan(picture, "".join(sorted(undrawable)))


async def make_segment(
    job: FfmpegJob, picture: ScenePicture, clips: Sequence[Path], advance: Advance
) -> tuple[Path, str]:
    """Encodes and checks a segment.

    Args:
        job: runs ffmpeg; its folder has the fonts.
        picture: what the segment is made of.
        clips: the files of the picture's clips.
        advance: receives the progress.

    Returns:
        The segment's file and the hash of its decoder parameters.

    Raises:
        PermanentError: `render_failed` or `output_invalid`.
    """
    for index, path in enumerate(clips):
        (job.folder / clip_name(index)).symlink_to(path)
    for transfer in {clip.facts.transfer for clip in picture.clips} & TABLES.keys():
        table = await asyncio.to_thread(lookup_table, transfer)
        (job.folder / TABLES[transfer]).write_text(table, encoding="ascii")
    if picture.overlay:
        (job.folder / OVERLAY).write_text(picture.overlay, encoding="utf-8")
    command = segment_command(picture)
    await job.run(
        command,
        _limits(picture, len(command.inputs)),
        stdin=None if picture.clips else _background_frames(picture),
        progress=FrameProgress(picture.frames, advance),
    )
    segment = job.folder / SEGMENT
    return segment, await check_segment(segment, picture)


async def _background_frames(picture: ScenePicture) -> AsyncIterator[bytes]:
    """The frames of the background; each batch is painted in a thread."""
    batches = picture.background.paint(picture.frames)
    while batch := await asyncio.to_thread(next, batches, b""):
        yield batch


def _limits(picture: ScenePicture, inputs: int) -> Limits:
    """Several times what was measured for hard material with slow presets."""
    look = picture.look
    seconds = picture.frames / look.frame_rate
    weight = max(1.0, look.width * look.height * look.frame_rate / _FULL_HD_RATE)
    return Limits(
        memory=(2048 + 512 * (inputs - 1) + int(512 * (weight - 1))) * _MEBIBYTE,
        cpu=math.ceil(60 + 40 * seconds * weight),
        file_size=math.ceil(256 + 12 * seconds * weight) * _MEBIBYTE,
    )


def _require_font(captions: str, undrawable: frozenset[str]) -> None:
    """Refuses captions that would be blank for the most part."""
    letters = [character for character in captions if character.isalnum()]
    missing = sorted({character for character in letters if character in undrawable})
    if 2 * sum(character in undrawable for character in letters) > len(letters):
        raise PermanentError(
            FailureCode.FONT_MISSING,
            f"no font draws the captions: {''.join(missing[:_NAMED_CHARACTERS])}",
            hint=f"{FONTS_HINT}, or order without captions",
        )
