"""What a segment is made of, as an ffmpeg command. Pure.

ffmpeg runs in the job's own folder and sees plain names: CLIPS files, CAPTIONS and FONTS. The argument list therefore
is the same for the same segment everywhere, and part of the key under which it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from scenewire.ffmpeg.command import UNTRUSTED_INPUT, Command, File, Input, Output, RawVideo, WorkdirFile
from scenewire.ffmpeg.filters import Chain, Filter, Graph, Stream
from scenewire.ffmpeg.options import (
    DROP_CHAPTERS,
    DROP_METADATA,
    bit_exact,
    encode_x264,
    limit_frames,
    map_stream,
    mp4_timescale,
)
from scenewire.messages import Clip, Look
from scenewire_assembly.edit import Edit, Shot, clip_seconds, timescale
from scenewire_assembly.job_files import FONTS, LETTERING, SEGMENT, clip_name
from scenewire_assembly.picture.background import Background
from scenewire_assembly.picture.scaling import exactly, fitted, scaled

__all__ = ["Encoder", "segment_from_background", "segment_from_clips"]


_LEVELS: Final = (
    (245_760, 8_192, "4.1"),
    (522_240, 8_704, "4.2"),
    (983_040, 36_864, "5.1"),
    (2_073_600, 36_864, "5.2"),
)
"""H.264: macroblocks a second, macroblocks a frame, level. The same for all segments of a film, so that they join."""

_DECODER_THREADS: Final = 2
"""Of each input. ffmpeg's default takes all cores for each, and memory with them."""


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """How H.264 is made."""

    preset: str = "veryfast"
    crf: int = 21
    threads: int = 1


def segment_from_clips(
    look: Look, encoder: Encoder, frames: int, clips: Sequence[Clip], edit: Edit, *, lettered: bool
) -> Command:
    """The command that cuts, fits and joins clips and writes captions, in one pass.

    Args:
        look: the picture.
        encoder: how it is encoded.
        frames: exact length of the segment.
        clips: the scene's clips; `clip_name` names their files.
        edit: how they are cut.
        lettered: whether there is a script at LETTERING to draw.
    """
    shots = [
        chain
        for index, shot in enumerate(edit.shots)
        for chain in fitted(look, clips[shot.clip], Stream(index, "v"), shot.frames, f"s{index}")
    ]
    joined, end = _joined(look, edit)
    whole = Chain((*exactly(look, frames), *_finished(lettered=lettered)), (end,), "v")
    inputs = tuple(_input(look, clips[shot.clip], shot) for shot in edit.shots)
    return _segment(look, encoder, frames, inputs, Graph((*shots, *joined, whole)))


def segment_from_background(
    look: Look, encoder: Encoder, frames: int, background: Background, *, lettered: bool
) -> Command:
    """The command that enlarges the small frames arriving on standard input, and writes captions and title card."""
    width, height = background.size
    enlarged = (scaled(look.width, look.height), Filter("setsar", 1), *_finished(lettered=lettered))
    source = Input(RawVideo("rgb48le", width, height, look.frame_rate))
    return _segment(look, encoder, frames, (source,), Graph((Chain(enlarged, (Stream(0, "v"),), "v"),)))


def _input(look: Look, clip: Clip, shot: Shot) -> Input:
    """One shot's source. Media from outside may open nothing but itself, and only with common decoders."""
    begin, seconds = clip_seconds(clip)
    frame = Fraction(clip.facts.frame_rate_denominator, clip.facts.frame_rate_numerator)
    whole = clip.out_frame - clip.in_frame == clip.facts.duration_frames
    return Input(
        File(clip_name(shot.clip)),
        policy=UNTRUSTED_INPUT,
        threads=_DECODER_THREADS,
        disabled=("a", "s", "d"),
        seek=begin - frame / 2 if clip.in_frame else None,  # just before the frame that is meant
        loop=whole and shot.frames > seconds * look.frame_rate,
    )


def _joined(look: Look, edit: Edit) -> tuple[list[Chain], str]:
    """The chains that join the shots, and the label of what comes out."""
    labels = [f"s{index}" for index in range(len(edit.shots))]
    if len(labels) == 1:
        return [], labels[0]
    if edit.fade == 0:
        return [Chain((Filter("concat", n=len(labels), v=1, a=0),), tuple(labels), "cut")], "cut"
    steps: list[Chain] = []
    so_far = labels[0]
    for index, shot in enumerate(edit.shots[1:], start=1):
        seconds, offset = edit.fade / look.frame_rate, shot.start / look.frame_rate
        fade = Filter("xfade", transition="fade", duration=f"{seconds:.6f}", offset=f"{offset:.6f}")
        steps.append(Chain((fade, Filter("format", "yuv420p")), (so_far, labels[index]), f"x{index}"))
        so_far = f"x{index}"
    return steps, so_far


def _finished(*, lettered: bool) -> tuple[Filter, ...]:
    return (
        *((Filter("ass", f=LETTERING, fontsdir=FONTS, shaping="complex"),) if lettered else ()),
        Filter("format", "yuv420p"),
        Filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv"),
    )


def _segment(look: Look, encoder: Encoder, frames: int, inputs: tuple[Input, ...], graph: Graph) -> Command:
    encoded = encode_x264(
        preset=encoder.preset,
        crf=encoder.crf,
        threads=encoder.threads,
        profile="high",
        level=_level(look),
        gop=2 * look.frame_rate,
        b_frames=2,
    )
    options = (map_stream("v"), limit_frames(frames), DROP_METADATA, DROP_CHAPTERS, encoded, bit_exact("v"))
    return Command(
        inputs=inputs,
        graph=graph,
        outputs=(Output(WorkdirFile(SEGMENT), "mp4", (*options, mp4_timescale(timescale(look)))),),
        stop_on_error=True,
        filter_threads=_DECODER_THREADS,
    )


def _level(look: Look) -> str:
    macroblocks = -(-look.width // 16) * -(-look.height // 16)
    for most_a_second, most, level in _LEVELS:
        if macroblocks <= most and macroblocks * look.frame_rate <= most_a_second:
            return level
    return "6.1"
