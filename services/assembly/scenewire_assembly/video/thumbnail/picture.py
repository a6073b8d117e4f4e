"""The thumbnail: the title and the strongest number of a video over its best footage or its theme's ground."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np

from scenewire.ffmpeg.command import Command, Input, Output, RawVideo, WorkdirFile
from scenewire.ffmpeg.filters import Chain, Expression, Filter, Graph, Stream
from scenewire.ffmpeg.options import DROP_METADATA, bit_exact, jpeg_quality, limit_frames, map_stream
from scenewire.messages import Chapter, Clip, Design, Look, Opening, Quantity, YearOnLine
from scenewire.text.markup import one_line
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.edit import Shot, edit_clips
from scenewire_assembly.ffmpeg_job import FfmpegJob, sound_limits
from scenewire_assembly.job_files import FONTS, OVERLAY
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.footage.scaling import scale
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.picture.scene_picture import ScenePicture, Still
from scenewire_assembly.picture.segment import link_clips, open_faces
from scenewire_assembly.picture.segment_command import shot_chains, shot_input
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import theme_of
from scenewire_assembly.video.plan import VideoPlan
from scenewire_assembly.video.thumbnail.letters import draw_letters

__all__ = ["THUMBNAIL", "FootageFrame", "choose_footage", "make_thumbnail", "strongest_number", "thumbnail_command"]

THUMBNAIL: Final = "thumbnail.jpg"

_LONGER_SIDE: Final = 1280
_MAX_CANDIDATES: Final = 6
_MAX_PLATE_COLUMNS: Final = 26
_DIGITS: Final = re.compile(r"\d[\d,\u00a0\u202f ]*")
_DARKEST: Final = 0.78
"""How much of its light the picture loses behind the letters."""

_DARK_PART: Final = 0.75
"""Share of the picture within which it becomes as light as it is."""


@dataclass(frozen=True)
class FootageFrame:
    """One frame of a clip.

    Attributes:
        clip: the footage.
        offset: frames of the video after the clip's in-point.
    """

    clip: Clip
    offset: int


async def make_thumbnail(
    job: FfmpegJob, plan: VideoPlan, typefaces: Path, footage: tuple[FootageFrame, Path] | None
) -> None:
    """Makes THUMBNAIL in the job's folder, which has the fonts; those of the theme are added.

    Args:
        job: runs ffmpeg.
        plan: the video.
        typefaces: folder in which the typefaces of themes are kept.
        footage: the frame behind the letters, and the file of its clip; None for the theme's ground.

    Raises:
        PermanentError: `font_missing` or `render_failed`.
    """
    look, theme = _look(plan.look), theme_of(plan.look)
    title, number = one_line(plan.brief.title), strongest_number(plan)
    undrawable = await find_undrawable(job, title + number)
    ground = Ground(theme, 0, quiet=False)

    def drawn() -> str:
        faces = open_faces(job, theme, typefaces)
        events = draw_letters(
            title, number, look, theme=theme, faces=faces, over_footage=footage is not None, undrawable=undrawable
        )
        return overlay_script(Canvas(look, 1), (), designs=events)

    script = await asyncio.to_thread(drawn)
    (job.folder / OVERLAY).write_text(script, encoding="utf-8")
    if footage is not None:
        frame, path = footage
        await link_clips(job, [frame.clip], [path])

    async def painted() -> AsyncIterator[bytes]:
        yield await asyncio.to_thread(ground.paint, look.width, look.height)

    command = thumbnail_command(look, ground, footage[0] if footage else None, lettered=bool(script))
    await job.run(command, sound_limits(60), stdin=None if footage else painted())


def thumbnail_command(look: Look, ground: Ground, footage: FootageFrame | None, *, lettered: bool) -> Command:
    """The command that makes THUMBNAIL of a frame of footage, or of a ground from standard input.

    Args:
        look: size and rate.
        ground: of the theme.
        footage: the frame behind the letters.
        lettered: whether OVERLAY is drawn.
    """
    letters = (Filter("ass", f=OVERLAY, fontsdir=FONTS, shaping="complex"),) if lettered else ()
    jpeg = (
        Filter("scale", in_color_matrix="bt709", in_range="tv", out_color_matrix="bt601", out_range="pc"),
        Filter("format", "yuvj420p"),
    )
    if footage is None:
        source = Input(RawVideo("rgb24", look.width, look.height, look.frame_rate))
        still = (scale(look.width, look.height), Filter("setsar", 1), Filter("format", "yuv420p"))
        chains: tuple[Chain, ...] = (Chain((*still, *letters, *jpeg), (Stream(0, "v"),), "v"),)
    else:
        clips = (footage.clip,)
        shot = Shot(0, 0, footage.offset + 1)
        stills = (Still(ground, shot.frames),)
        picture = ScenePicture(look=look, frames=shot.frames, encoder=Encoder(), clips=clips, stills=stills)
        source = shot_input(picture, shot)
        frame = (Filter("trim", start_frame=footage.offset), Filter("setpts", "0"))
        whole = Chain((*frame, _darkened(look), *letters, *jpeg), ("shot",), "v")
        chains = (*shot_chains(look, footage.clip, Stream(0, "v"), shot.frames, "shot"), whole)
    options = (map_stream("v"), limit_frames(1), jpeg_quality(3), DROP_METADATA, bit_exact("v"))
    return Command(inputs=(source,), graph=Graph(chains), outputs=(Output(WorkdirFile(THUMBNAIL), "image", options),))


def _look(look: Look) -> Look:
    """The video's shape with the size of a thumbnail; footage fills it."""
    factor = _LONGER_SIDE / max(look.width, look.height)
    width, height = (max(2, round(side * factor / 2) * 2) for side in (look.width, look.height))
    return look.model_copy(update={"width": width, "height": height, "fit": "cover"})


def _darkened(look: Look) -> Filter:
    """Darkens the picture from the left, or from below where it is not wide, with a smooth edge."""
    place = "X/(W*SW)" if look.width > look.height else "1-Y/(H*SH)"
    from_edge = f"clip(1-({place})/{_DARK_PART},0,1)"
    share = f"(1-{_DARKEST}*{from_edge}*{from_edge}*(3-2*{from_edge}))"
    return Filter(
        "geq",
        lum=Expression(f"16+(lum(X,Y)-16)*{share}"),
        cb=Expression(f"128+(cb(X,Y)-128)*{share}"),
        cr=Expression(f"128+(cr(X,Y)-128)*{share}"),
    )


def strongest_number(plan: VideoPlan) -> str:
    """The video's largest number with its unit, else the first year of its time line; empty if it has neither."""
    quantities = [design for design in _designs(plan) if isinstance(design, Quantity) and design.unit]
    numbers = [f"{quantity.number} {quantity.unit}" for quantity in quantities]
    if short := [number for number in numbers if columns(number) <= _MAX_PLATE_COLUMNS]:
        return max(short, key=_magnitude)
    return next((str(design.year) for design in _designs(plan) if isinstance(design, YearOnLine)), "")


def _designs(plan: VideoPlan) -> Iterator[Design]:
    """What suits each sentence best; the title before it aside."""
    for scene in plan.scenes:
        for sentence in scene.sentences:
            yield from [design for design in sentence.designs if not isinstance(design, Opening | Chapter)][:1]


def _magnitude(number: str) -> int:
    """The size of a number by its digits before a decimal sign; 0 for words."""
    found = _DIGITS.search(number)
    return int("".join(filter(str.isdecimal, found[0]))) if found else 0


def choose_footage(video: Path, plan: VideoPlan) -> FootageFrame | None:
    """Returns the frame of footage with the most contrast, neither dark nor glaring; prefers early ones. Blocks.

    Compares the keyframes before the middles of a few scenes, which are cheap to decode. Decodes in this process: the
    video was encoded by this service. None if no scene has footage.
    """
    rate = plan.look.frame_rate
    scenes = [(segment, place) for segment, place in plan.placed if segment.footage.clips]
    scenes = scenes[:: -(-len(scenes) // _MAX_CANDIDATES) or 1]
    best, chosen = -1.0, None
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        for rank, (segment, place) in enumerate(scenes):
            container.seek(int((place.start + place.frames // 2 + 0.5) / rate * av.time_base))
            frame = next(container.decode(stream), None)
            if frame is None:
                continue
            luma = frame.to_ndarray(format="gray8")[::8, ::8].astype(np.float32)
            score = float(luma.std()) * (1 - abs(float(luma.mean()) - 110) / 160) * (1 - 0.06 * rank)
            if score > best:
                within = round((frame.time or 0) * rate) - place.start
                best, chosen = score, _frame_at(segment.footage.clips, place.frames, within, rate)
    return chosen


def _frame_at(clips: Sequence[Clip], frames: int, within: int, rate: int) -> FootageFrame:
    """The frame of footage that a scene shows at one of its frames; of two that fade, the one that comes."""
    edit = edit_clips(clips, frames, rate)
    shot = max(
        (shot for shot in edit.shots if shot.start <= within), key=lambda shot: shot.start, default=edit.shots[0]
    )
    return FootageFrame(clips[shot.clip], max(0, min(within - shot.start, shot.frames - 1)))
