"""Plans, makes and checks the picture of one scene."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pysubs2 import SSAEvent

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Brief, Clip, FootageSourced, Scene, has_closing, scene_frames
from scenewire.processes.run import Limits
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import Cue, CueLimits, cues_of, frame_words
from scenewire_assembly.captions.fonts import FONTS_HINT
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.captions.letter_case import capitals, in_capitals
from scenewire_assembly.captions.word_times import SpokenWord
from scenewire_assembly.designs.drawing import Drawing, Span
from scenewire_assembly.designs.faces import Faces, faces_of, faces_over_footage
from scenewire_assembly.designs.scene import DesignedScene, draw_scene, years_before
from scenewire_assembly.designs.transitions import cover, cover_frames
from scenewire_assembly.designs.zones import Zones
from scenewire_assembly.edit import check_clips, edit_clips
from scenewire_assembly.ffmpeg_job import Advance, FfmpegJob, FrameProgress
from scenewire_assembly.job_files import FONTS, OVERLAY, SEGMENT, clip_name
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.footage.tone_mapping import TABLES, lookup_table
from scenewire_assembly.picture.overlays.caption_styles import (
    STYLES,
    CaptionLayout,
    Ink,
    ink_over_footage,
    ink_over_ground,
)
from scenewire_assembly.picture.overlays.credit_tags import credit_tags, has_tag, tag_lines
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.picture.overlays.scrim import scrim_of
from scenewire_assembly.picture.overlays.title import Title, title_of
from scenewire_assembly.picture.scene_picture import ScenePicture, Still
from scenewire_assembly.picture.segment_check import check_segment
from scenewire_assembly.picture.segment_command import segment_command
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import Theme, contrast, theme_of

__all__ = ["SegmentPlan", "encode_segment", "link_clips", "link_fonts", "make_segment", "open_faces", "plan_segment"]

_NAMED_CHARACTERS: Final = 12
_MEBIBYTE: Final = 1 << 20
_FULL_HD_RATE: Final = 1920 * 1080 * 30


@dataclass(frozen=True)
class SegmentPlan:
    """The picture of a scene, and the characters that it leaves out because no font has them."""

    picture: ScenePicture
    undrawable: str


async def plan_segment(job: FfmpegJob, sourced: FootageSourced, encoder: Encoder, typefaces: Path) -> SegmentPlan:
    """Decides what the picture of a scene is made of. The job's folder has the fonts; those of the theme are added.

    Args:
        job: finds characters that no font has.
        sourced: the scene with its narration and clips.
        encoder: how the picture is encoded.
        typefaces: folder in which the typefaces of themes are kept.

    Raises:
        PermanentError: `invalid_message`, with all faults of the scene's clips; `font_missing`, most letters of the
            captions could not be drawn, or a theme's typeface is not installed; `invalid_settings`, the theme has faults.
    """
    look, scene, clips = sourced.brief.options.look, sourced.scene, sourced.footage.clips
    narration = sourced.narration
    check_clips(clips)
    theme = theme_of(look)
    frames = scene_frames(sourced.brief, scene, narration, transition=cover_frames(theme))
    ground = Ground(theme, scene.variant - 1 - years_before(scene), quiet=look.captions)
    texts = [scene.text, _captioned(sourced), sourced.brief.title if scene.scene_number == 1 else scene.section]
    texts += [line for clip in clips if look.credit_tags for line in tag_lines(clip.credit)[0]]
    undrawable = await find_undrawable(job, "".join(texts))
    canvas = Canvas(look, frames, undrawable)
    undesigned = bool(clips) or look.background is not None
    draw = _footage_overlay if undesigned else _painted_overlay
    overlay, stills = await asyncio.to_thread(draw, job, sourced, canvas, ground=ground, typefaces=typefaces)
    picture = ScenePicture(
        look=look,
        frames=frames,
        encoder=encoder,
        clips=clips,
        stills=stills,
        overlay=overlay,
        scrim=scrim_of(look) if undesigned else None,
        turn=scene.variant - 1,
    )
    return SegmentPlan(picture, "".join(sorted(undrawable)))


def _footage_overlay(
    job: FfmpegJob, sourced: FootageSourced, canvas: Canvas, *, ground: Ground, typefaces: Path
) -> tuple[str, tuple[Still, ...]]:
    """The script over footage or a background: captions, title, credit tags, and the transition to a closing. Blocks.

    Puts the typefaces of captions and of the theme into the job's folder if they are used.
    """
    brief, scene, clips, theme = sourced.brief, sourced.scene, sourced.footage.clips, ground.theme
    ink: Ink | None = None
    cues: Sequence[Cue] = ()
    if canvas.look.captions:
        over_footage = faces_over_footage(STYLES[canvas.look.style_of_captions].typeface, typefaces)
        ink = ink_over_footage(over_footage, canvas.drawable(_captioned(sourced)))
        link_fonts(job, [ink.face.path])
        cues = _cased(_cues(sourced, canvas, CaptionLayout(canvas, ink).limits), sourced)
    text, title = title_of(brief, scene), None
    tagged = canvas.look.credit_tags and any(has_tag(clip.credit) for clip in clips)
    designs = _ending(canvas, brief, scene, theme)
    taken: list[tuple[Span, float]] = []
    if text or tagged:
        faces = open_faces(job, theme, typefaces)
        if text:
            letters, line = (
                max(pair, key=lambda code: contrast(code, "000000"))  # they stand on a dark haze
                for pair in ((theme.text, theme.ground), (theme.accent, theme.second))
            )
            face = faces.of("heading", canvas.drawable(text))
            title = Title(text, face, letters, line, size=theme.number_size, line=theme.heading_line)
        if tagged:
            shots = edit_clips(clips, canvas.frames, canvas.look.frame_rate).shots
            clear = title.frames(canvas) if title else 0
            tags = credit_tags(canvas, clips, shots, theme=theme, faces=faces, clear=clear)
            designs += tags.events
            taken = [(span, tags.bottom) for span in tags.spans]
    script = overlay_script(canvas, cues, ink, title, designs=designs, taken=taken)
    return script, (Still(ground, canvas.frames),)


def _painted_overlay(
    job: FfmpegJob, sourced: FootageSourced, canvas: Canvas, *, ground: Ground, typefaces: Path
) -> tuple[str, tuple[Still, ...]]:
    """The script of a painted scene, and its grounds. Blocks; puts the theme's typefaces into the job's folder."""
    look, scene, theme = canvas.look, sourced.scene, ground.theme
    faces = open_faces(job, theme, typefaces)
    captioned = canvas.drawable(_captioned(sourced))
    ink = ink_over_ground(faces.of("caption", captioned), theme, ground.colour, captioned)
    limits = CaptionLayout(canvas, ink).limits
    words = frame_words(scene.text, sourced.narration, look.frame_rate, limits.line_columns)
    designed = draw_scene(
        sourced.brief,
        scene,
        words,
        canvas.frames,
        theme=theme,
        faces=faces,
        ground=ground.colour,
        undrawable=canvas.undrawable,
    )
    cues = _cased(_uncovered(_cues(sourced, canvas, limits), words, designed.shown), sourced)
    plated = [span for span, _ in designed.maps]
    script = overlay_script(canvas, cues, ink, designs=designed.events, plated=plated)
    return script, _stills(ground, designed, canvas.frames)


def _cues(sourced: FootageSourced, canvas: Canvas, limits: CueLimits) -> list[Cue]:
    """The captions of a scene; none if they are off."""
    if not canvas.look.captions:
        return []
    language, rate = sourced.brief.options.language, canvas.look.frame_rate
    cues = cues_of(sourced.scene.text, sourced.narration, rate, limits, language=language)
    _require_font("".join(text for cue in cues for text in cue.texts), canvas.undrawable)
    return cues


def _captioned(sourced: FootageSourced) -> str:
    """The text of a scene in the letters of its captions."""
    options, text = sourced.brief.options, sourced.narration.text or sourced.scene.text
    return capitals(text, options.language) if options.look.caption_case == "upper" else text


def _cased(cues: Sequence[Cue], sourced: FootageSourced) -> Sequence[Cue]:
    """The captions in the ordered letters."""
    options = sourced.brief.options
    return [in_capitals(cue, options.language) for cue in cues] if options.look.caption_case == "upper" else cues


def _stills(ground: Ground, designed: DesignedScene, frames: int) -> tuple[Still, ...]:
    """The grounds of a scene: its own, and between them its maps."""
    stills: list[Still] = []
    end = 0
    for span, view in designed.maps:
        stills.append(Still(ground, span.start - end))
        stills.append(Still(replace(ground, map=view), span.end - span.start))
        end = span.end
    stills.append(Still(ground, frames - end))
    return tuple(still for still in stills if still.frames)


def link_fonts(job: FfmpegJob, files: Sequence[Path]) -> None:
    """Puts fonts into the job's folder."""
    for path in files:
        link = job.folder / FONTS / path.name
        if not link.exists():
            link.symlink_to(path)


async def link_clips(job: FfmpegJob, clips: Sequence[Clip], files: Sequence[Path]) -> None:
    """Puts the files of clips, and the tables for their colours, into the job's folder."""
    for index, path in enumerate(files):
        (job.folder / clip_name(index)).symlink_to(path)
    for transfer in {clip.facts.transfer for clip in clips} & TABLES.keys():
        table = await asyncio.to_thread(lookup_table, transfer)
        (job.folder / TABLES[transfer]).write_text(table, encoding="ascii")


def open_faces(job: FfmpegJob, theme: Theme, typefaces: Path) -> Faces:
    """Opens the typefaces of a theme and puts them into a job's folder. Blocks.

    Raises:
        PermanentError: `font_missing`, a typeface is not installed.
    """
    faces = faces_of(theme, typefaces)
    link_fonts(job, faces.files)
    return faces


def _ending(canvas: Canvas, brief: Brief, scene: Scene, theme: Theme) -> list[SSAEvent]:
    """The transition of footage to the closing card."""
    drawing = Drawing(canvas.look.frame_rate)
    if scene.scene_number == brief.scene_count and has_closing(canvas.look, brief.ordered_duration):
        cover(drawing, theme, Zones(canvas.width, canvas.height), canvas.frames)
    return drawing.events


def _uncovered(cues: Sequence[Cue], words: Sequence[SpokenWord], shown: frozenset[int]) -> list[Cue]:
    """The captions with a word that no design shows, up to where a design shows all of their further words."""
    visible = {(word.text, word.start) for index, word in enumerate(words) if index not in shown}
    kept: list[Cue] = []
    for cue in cues:
        own = [word for line in cue.lines for word in line]
        last = max((at for at, word in enumerate(own) if (word.text, word.start) in visible), default=None)
        if last is not None:
            rest = own[last + 1 :]
            kept.append(replace(cue, end=max(cue.start + 1, rest[0].start)) if rest else cue)
    return kept


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
    await link_clips(job, picture.clips, clips)
    if picture.overlay:
        (job.folder / OVERLAY).write_text(picture.overlay, encoding="utf-8")
    await encode_segment(job, picture, FrameProgress(picture.frames, advance))
    segment = job.folder / SEGMENT
    return segment, await check_segment(segment, picture)


async def encode_segment(
    job: FfmpegJob,
    picture: ScenePicture,
    progress: FrameProgress | None = None,
    *,
    level: Literal["error", "verbose"] = "error",
) -> str:
    """Makes SEGMENT in a job's folder, which has everything that the picture needs.

    Returns:
        The end of ffmpeg's error output.

    Raises:
        PermanentError: `render_failed`.
        TransientError: `storage_full`, `program_timeout` and the like.
    """
    command = segment_command(picture)
    return await job.run(
        command,
        _limits(picture, len(command.inputs)),
        level=level,
        stdin=None if picture.clips else _grounds(picture),
        progress=progress,
    )


async def _grounds(picture: ScenePicture) -> AsyncIterator[bytes]:
    """The one frame of each ground, painted in a thread."""
    for still in picture.stills:
        yield await asyncio.to_thread(picture.painted, still.ground)


def _limits(picture: ScenePicture, inputs: int) -> Limits:
    """Several times what was measured for hard material with slow presets."""
    look = picture.look
    seconds = picture.frames / look.frame_rate
    weight = max(1.0, look.width * look.height * look.frame_rate / _FULL_HD_RATE)
    memory = (2048 + 512 * (inputs - 1) + int(512 * (weight - 1))) * _MEBIBYTE
    is_hardware = picture.encoder.is_hardware  # drivers of cards reserve addresses for the memory of the card
    return Limits(
        memory=None if is_hardware else memory,
        data=memory if is_hardware else None,
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
