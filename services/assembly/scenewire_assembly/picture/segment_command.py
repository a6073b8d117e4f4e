"""The ffmpeg command of a segment. Pure.

ffmpeg runs in the job's folder, with the file names of `job_files`. So the arguments of equal pictures are equal on
every machine; they are part of the key of the stored segment.
"""

from fractions import Fraction
from typing import Final

from scenewire.ffmpeg.command import (
    PREPARED_STILL,
    UNTRUSTED_INPUT,
    Command,
    File,
    Generated,
    Input,
    Output,
    RawVideo,
    WorkdirFile,
)
from scenewire.ffmpeg.filters import Chain, Expression, Filter, Graph, Stream
from scenewire.ffmpeg.options import (
    DROP_CHAPTERS,
    DROP_METADATA,
    bit_exact,
    limit_frames,
    map_stream,
    mp4_timescale,
)
from scenewire.messages import Clip, Look
from scenewire_assembly.edit import Shot, clip_seconds, is_repeated, timescale
from scenewire_assembly.job_files import FONTS, OVERLAY, SEGMENT, clip_name
from scenewire_assembly.picture.footage.scaling import Scaling, scale
from scenewire_assembly.picture.footage.still_moves import still_shot
from scenewire_assembly.picture.overlays.scrim import Scrim
from scenewire_assembly.picture.scene_picture import ScenePicture

__all__ = ["segment_command", "shot_chains", "shot_input"]


_LEVELS: Final = (
    (245_760, 8_192, "4.1"),
    (522_240, 8_704, "4.2"),
    (983_040, 36_864, "5.1"),
    (2_073_600, 36_864, "5.2"),
)
"""H.264: macroblocks a second, macroblocks a frame, level. Equal for all segments of a video, so that they join."""

_DECODER_THREADS: Final = 2
"""Threads of each input. By default ffmpeg starts one on every core for each, and takes memory for all of them."""


def segment_command(picture: ScenePicture) -> Command:
    """The command that makes SEGMENT of a scene's picture in one pass.

    Clips are read from `clip_name`; each ground of a painted scene, one frame, from standard input; the overlay from OVERLAY.
    """
    inputs, graph = _footage(picture) if picture.clips else _painted(picture)
    encoder = picture.encoder.option(level=_level(picture), gop=2 * picture.look.frame_rate)
    options = (map_stream("v"), limit_frames(picture.frames), DROP_METADATA, DROP_CHAPTERS, encoder, bit_exact("v"))
    clock = mp4_timescale(timescale(picture.look.frame_rate))
    return Command(
        inputs=inputs,
        graph=graph,
        outputs=(Output(WorkdirFile(SEGMENT), "mp4", (*options, clock)),),
        stop_on_error=True,
        filter_threads=_DECODER_THREADS,
        hardware=picture.encoder.hardware,
    )


def _footage(picture: ScenePicture) -> tuple[tuple[Input, ...], Graph]:
    """Cuts, scales and joins clips."""
    scaling, shots = Scaling(picture.look), picture.edit.shots
    scaled = [
        chain
        for index, shot in enumerate(shots)
        for chain in shot_chains(
            picture.look,
            picture.clips[shot.clip],
            Stream(index, "v"),
            shot.frames,
            f"s{index}",
            turn=picture.turn * len(shots) + index,  # as if the scenes before had as many
        )
    ]
    joined, label = _joined(picture)
    inputs = tuple(shot_input(picture, shot) for shot in shots)
    if picture.scrim is None:
        whole = Chain((*scaling.exactly(picture.frames), *_finished(picture)), (label,), "v")
        return inputs, Graph((*scaled, *joined, whole))
    bare = Chain(scaling.exactly(picture.frames), (label,), "bare")
    shaded = Filter("overlay", eof_action="repeat", format="yuv420")
    whole = Chain((shaded, *_finished(picture)), ("bare", Stream(len(inputs), "v")), "v")
    return (*inputs, _shade(picture.look, picture.scrim)), Graph((*scaled, *joined, bare, whole))


def shot_chains(look: Look, clip: Clip, source: Stream, frames: int, label: str, *, turn: int = 0) -> tuple[Chain, ...]:
    """The chains that turn a clip or a still into a number of frames of the look.

    Args:
        look: format of the video.
        clip: facts of the footage.
        source: its stream.
        frames: exact length.
        label: of the output, and prefix of the labels in between.
        turn: place of a still among neighbours, whose moves alternate.
    """
    if clip.facts.still:
        return still_shot(look, clip, source, frames, label, turn=turn)
    return Scaling(look).shot(clip, source, frames, label)


def _shade(look: Look, scrim: Scrim) -> Input:
    """One black frame with the opacity of a scrim."""
    black = Filter("color", c="black", s=f"{look.width}x{look.height}", r=look.frame_rate)
    opacity = Filter("geq", lum=16, cb=128, cr=128, a=scrim.alpha)
    return Input(Generated(Chain((black, Filter("format", "yuva420p"), Filter("trim", end_frame=1), opacity))))


def _painted(picture: ScenePicture) -> tuple[tuple[Input, ...], Graph]:
    """Repeats the one frame of each ground."""
    look = picture.look
    # Converted before it is repeated: once, not for every frame.
    still = (scale(look.width, look.height), Filter("setsar", 1), Filter("format", "yuv420p"))
    source = Input(RawVideo("rgb24", look.width, look.height, look.frame_rate))
    return (source,), Graph((Chain((*still, *_lasting(picture), *_finished(picture)), (Stream(0, "v"),), "v"),))


def _lasting(picture: ScenePicture) -> tuple[Filter, ...]:
    """Shows each ground for its frames."""
    if len(picture.stills) == 1:
        return (Filter("loop", loop=picture.frames - 1, size=1),)
    # Each ground lasts until the next one; the copy of the last one only ends it.
    starts = "+".join(f"{still.frames}*gte(N,{index})" for index, still in enumerate(picture.stills, start=1))
    rate = picture.look.frame_rate
    return (
        Filter("tpad", stop=1, stop_mode="clone"),
        Filter("setpts", Expression(f"({starts})/({rate}*TB)")),
        Filter("fps", rate),
    )


def shot_input(picture: ScenePicture, shot: Shot) -> Input:
    """The input of one shot. Footage from outside may open no other file, and uses only common decoders."""
    clip = picture.clips[shot.clip]
    if clip.facts.still:
        name = File(clip_name(shot.clip))
        return Input(name, policy=PREPARED_STILL, threads=_DECODER_THREADS, disabled=("a", "s", "d"))
    start, seconds = clip_seconds(clip)
    frame = Fraction(clip.facts.frame_rate_denominator, clip.facts.frame_rate_numerator)
    whole = clip.length.frames == clip.facts.duration_frames
    ends_early = clip.out_frame < clip.facts.duration_frames and seconds * picture.look.frame_rate < shot.frames
    return Input(
        File(clip_name(shot.clip)),
        policy=UNTRUSTED_INPUT,
        threads=_DECODER_THREADS,
        disabled=("a", "s", "d"),
        seek=start - frame / 2 if clip.in_frame else None,  # half a frame early: seeking must not round past the frame
        # What an order leaves out must not show; elsewhere, shots end before their clips.
        duration=seconds - (0 if clip.in_frame else frame / 2) if ends_early else None,
        loop=whole and is_repeated(clip, shot, picture.look.frame_rate),
    )


def _joined(picture: ScenePicture) -> tuple[list[Chain], str]:
    """The chains that join the shots, and the label of their output."""
    edit, rate = picture.edit, picture.look.frame_rate
    labels = [f"s{index}" for index in range(len(edit.shots))]
    if len(labels) == 1:
        return [], labels[0]
    if edit.fade == 0:
        return [Chain((Filter("concat", n=len(labels), v=1, a=0),), tuple(labels), "cut")], "cut"
    chains: list[Chain] = []
    joined = labels[0]
    for index, shot in enumerate(edit.shots[1:], start=1):
        seconds, offset = edit.fade / rate, shot.start / rate
        fade = Filter("xfade", transition="fade", duration=f"{seconds:.6f}", offset=f"{offset:.6f}")
        chains.append(Chain((fade, Filter("format", "yuv420p")), (joined, labels[index]), f"x{index}"))
        joined = f"x{index}"
    return chains, joined


def _finished(picture: ScenePicture) -> tuple[Filter, ...]:
    """Draws the overlay, declares the colours, and hands the frames to the encoder."""
    return (
        *((Filter("ass", f=OVERLAY, fontsdir=FONTS, shaping="complex"),) if picture.overlay else ()),
        Filter("format", "yuv420p"),
        Filter("setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv"),
        *picture.encoder.upload,
    )


def _level(picture: ScenePicture) -> str:
    look = picture.look
    macroblocks = -(-look.width // 16) * -(-look.height // 16)
    for per_second, per_frame, level in _LEVELS:
        if macroblocks <= per_frame and macroblocks * look.frame_rate <= per_second:
            return level
    return "6.1"
