"""One scene's picture: what goes into it, and making it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.ffmpeg.command import Command
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.messages import Clip, FootageSourced, Look
from scenewire.timeline import frames_for
from scenewire_assembly.captions.cues import cues_of
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.captions.overlay import lettering, written
from scenewire_assembly.captions.styles import caption_columns
from scenewire_assembly.captions.title_cards import card_of, title_of
from scenewire_assembly.checks import check_segment
from scenewire_assembly.edit import check_clips, edit_clips
from scenewire_assembly.ffmpeg_job import Advance, picture_limits, run_ffmpeg
from scenewire_assembly.job_files import LETTERING, SEGMENT, clip_name
from scenewire_assembly.picture.background import Background
from scenewire_assembly.picture.segment_command import Encoder, segment_from_background, segment_from_clips
from scenewire_assembly.picture.tone_mapping import TABLES, table

__all__ = ["SegmentPlan", "make_segment", "plan_segment"]

_SHOWN_GLYPHS: Final = 12


@dataclass(frozen=True)
class SegmentPlan:
    """Everything that shapes a segment. Equal plans make equal segments."""

    look: Look
    frames: int
    clips: tuple[Clip, ...]
    background: Background | None
    """Painted where there are no clips."""
    script: str
    """What is written into the picture, as ASS; empty for nothing."""
    command: Command
    notes: tuple[str, ...]
    """What a person should know about it."""
    environment: Mapping[str, str] | None = None
    """In which it is drawn."""


async def plan_segment(
    ffmpeg: FfmpegExecutor,
    sourced: FootageSourced,
    encoder: Encoder,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> SegmentPlan:
    """Decides what a scene's segment is made of. Folder and environment are as the fonts need them.

    Raises:
        PermanentError: `invalid_message`, with everything that is wrong with the scene's clips.
    """
    look, scene, clips = sourced.brief.options.look, sourced.scene, sourced.footage.clips
    narration = sourced.narration
    check_clips(clips)
    frames = frames_for(narration.samples, narration.sample_rate, look.frame_rate)
    cues = []
    if look.captions:
        cues = await asyncio.to_thread(cues_of, scene.text, narration, look.frame_rate, caption_columns(look))
    painted = Background(sourced.brief.topic, scene.scene_number, look)
    background = None if clips else painted
    card = (title_of if clips else card_of)(sourced.brief, scene, painted.accent)
    undrawable = await find_undrawable(ffmpeg, written(cues, card), folder, environment)
    script = await asyncio.to_thread(lettering, look, frames, cues, card, undrawable) if cues or card else ""
    if background:
        command = segment_from_background(look, encoder, frames, background, lettered=bool(script))
    else:
        edit = edit_clips(clips, frames, look.frame_rate)
        command = segment_from_clips(look, encoder, frames, clips, edit, lettered=bool(script))
    notes = (_glyph_note(scene.scene_number, undrawable),) if undrawable else ()
    return SegmentPlan(look, frames, clips, background, script, command, notes, environment)


async def make_segment(
    ffmpeg: FfmpegExecutor, plan: SegmentPlan, clips: Sequence[Path], folder: Path, advance: Advance
) -> tuple[Path, str]:
    """Makes and examines a segment.

    Args:
        ffmpeg: what runs it.
        plan: what it is made of.
        clips: the files of the plan's clips.
        folder: the job's, with the fonts.
        advance: gets the progress.

    Returns:
        The segment's file and the hash of its decoder parameters.
    """
    for index, path in enumerate(clips):
        (folder / clip_name(index)).symlink_to(path)
    for transfer in {clip.facts.transfer for clip in plan.clips} & TABLES.keys():
        tones = await asyncio.to_thread(table, transfer)
        (folder / TABLES[transfer]).write_text(tones, encoding="ascii")
    if plan.script:
        (folder / LETTERING).write_text(plan.script, encoding="utf-8")
    await run_ffmpeg(
        ffmpeg,
        plan.command,
        folder=folder,
        limits=picture_limits(plan.look, plan.frames, len(plan.command.inputs)),
        stdin=_painted(plan.background, plan.frames) if plan.background else None,
        frames=plan.frames,
        advance=advance,
        environment=plan.environment,
    )
    segment = folder / SEGMENT
    return segment, await check_segment(segment, plan.look, plan.frames)


async def _painted(background: Background, frames: int) -> AsyncIterator[bytes]:
    """The background's frames, each batch painted beside the event loop."""
    batches = background.paint(frames)
    while batch := await asyncio.to_thread(next, batches, b""):
        yield batch


def _glyph_note(scene_number: int, undrawable: frozenset[str]) -> str:
    some = "".join(sorted(undrawable)[:_SHOWN_GLYPHS])
    more = "…" if len(undrawable) > _SHOWN_GLYPHS else ""
    return (
        f"Scene {scene_number}: no font on this machine draws {some}{more}; the picture leaves them out, the caption "
        "files have them. Install a font of that script, such as Debian's fonts-noto-core or fonts-noto-cjk, or put one "
        "into ASSEMBLY_FONTS_DIR, then order again."
    )
