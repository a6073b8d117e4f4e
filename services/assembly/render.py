"""What a segment is made of, as ffmpeg arguments. Pure.

ffmpeg runs in the job's own folder and sees plain names: CLIPS files, CAPTIONS and FONTS. The argument list therefore
is the same for the same segment everywhere, and part of the key under which it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from services.assembly.background import Background
from services.assembly.timeline import Edit, Shot, clip_seconds
from shared.contracts import Clip, Look
from shared.media.probe_child import DECODERS, FORMATS, MAX_PIXELS

__all__ = ["FONTS", "LETTERING", "SEGMENT", "Encoder", "clip_name", "segment_from_background", "segment_from_clips"]

LETTERING: Final = "lettering.ass"
FONTS: Final = "fonts"
SEGMENT: Final = "segment.mp4"

_TICKS: Final = 512
"""Of the container's clock per frame. One clock for picture and film keeps joined segments from drifting."""

_LEVELS: Final = (
    (245_760, 8_192, "4.1"),
    (522_240, 8_704, "4.2"),
    (983_040, 36_864, "5.1"),
    (2_073_600, 36_864, "5.2"),
)
"""H.264: macroblocks a second, macroblocks a frame, level. The same for all segments of a film, so that they join."""

_DECODER_THREADS: Final = "2"
"""Of each input. ffmpeg's default takes all cores for each, and memory with them."""


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """How H.264 is made."""

    preset: str = "veryfast"
    crf: int = 21
    threads: int = 1


def clip_name(index: int) -> str:
    """What a scene's clip is called in the job's folder."""
    return f"clip{index:02}"


def timescale(look: Look) -> str:
    """The container clock's ticks a second."""
    return str(look.frame_rate * _TICKS)


def segment_from_clips(
    look: Look, encoder: Encoder, frames: int, clips: Sequence[Clip], edit: Edit, *, lettered: bool
) -> list[str]:
    """Arguments that cut, fit and join clips and write captions, in one pass.

    Args:
        look: the picture.
        encoder: how it is encoded.
        frames: exact length of the segment.
        clips: the scene's clips; `clip_name` names their files.
        edit: how they are cut.
        lettered: whether there is a script at LETTERING to draw.
    """
    inputs = [word for shot in edit.shots for word in _input(look, clips[shot.clip], shot)]
    shots = [f"[{index}:v:0]{_fitted(look, shot.frames)}[s{index}]" for index, shot in enumerate(edit.shots)]
    joined, end = _joined(look, edit)
    whole = f"{end}tpad=stop=-1:stop_mode=clone,trim=end_frame={frames},setpts=N/({look.frame_rate}*TB)"
    graph = ";".join([*shots, *joined, whole + _finished(lettered=lettered) + "[v]"])
    return [*_COMMON, *inputs, "-filter_complex", graph, "-map", "[v]", *_encoded(look, encoder, frames)]


def segment_from_background(
    look: Look, encoder: Encoder, frames: int, background: Background, *, lettered: bool
) -> list[str]:
    """Arguments that enlarge the small frames arriving on standard input, and write captions and title card."""
    width, height = background.size
    size = f"{width}x{height}"
    enlarged = (
        f"[0:v:0]scale={look.width}:{look.height}:flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1"
        f"{_finished(lettered=lettered)}[v]"
    )
    raw = ["-f", "rawvideo", "-pixel_format", "rgb48le", "-video_size", size, "-framerate", str(look.frame_rate)]
    source = ["-protocol_whitelist", "pipe", *raw, "-i", "pipe:0"]
    return [*_COMMON, *source, "-filter_complex", enlarged, "-map", "[v]", *_encoded(look, encoder, frames)]


_COMMON: Final = ("-xerror", "-filter_complex_threads", _DECODER_THREADS)


def _input(look: Look, clip: Clip, shot: Shot) -> list[str]:
    """One shot's source. Media from outside may open nothing but itself, and only with common decoders."""
    begin, seconds = clip_seconds(clip)
    frame = Fraction(clip.facts.frame_rate_denominator, clip.facts.frame_rate_numerator)
    seek = ["-ss", f"{float(begin - frame / 2):.6f}"] if clip.in_frame else []  # just before the frame that is meant
    whole = clip.out_frame - clip.in_frame == clip.facts.duration_frames
    loop = ["-stream_loop", "-1"] if whole and shot.frames > seconds * look.frame_rate else []
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", FORMATS, "-codec_whitelist", ",".join(sorted(DECODERS))),
        *("-max_pixels", str(MAX_PIXELS), "-max_streams", "16", "-probesize", "20M", "-analyzeduration", "10M"),
        *("-threads", _DECODER_THREADS, "-an", "-sn", "-dn", *seek, *loop, "-i", f"file:{clip_name(shot.clip)}"),
    ]


def _fitted(look: Look, frames: int) -> str:
    """A source of any size, shape and rate as so many frames that fill the picture.

    The rate comes first: fewer frames are scaled. Sizes are those on the screen: ffmpeg has turned the picture
    already, `sar` makes its pixels square. A source that ends early after all is held on its last frame.
    """
    width, height, rate = look.width, look.height, look.frame_rate
    cover = f"max({width}/(iw*sar)\\,{height}/ih)"
    return (
        f"setpts=PTS-STARTPTS,fps={rate},"
        f"scale=w='ceil({cover}*iw*sar/2)*2':h='ceil({cover}*ih/2)*2'"
        ":flags=bicubic:out_color_matrix=bt709:out_range=tv,"
        f"setsar=1,crop={width}:{height},format=yuv420p,"
        f"tpad=stop=-1:stop_mode=clone,trim=end_frame={frames},setpts=N/({rate}*TB),settb=1/{rate}"
    )


def _joined(look: Look, edit: Edit) -> tuple[list[str], str]:
    """The filters that join the shots, and the label of what comes out."""
    labels = [f"[s{index}]" for index in range(len(edit.shots))]
    if len(labels) == 1:
        return [], labels[0]
    if edit.fade == 0:
        return [f"{''.join(labels)}concat=n={len(labels)}:v=1:a=0[cut]"], "[cut]"
    steps: list[str] = []
    so_far = labels[0]
    for index, shot in enumerate(edit.shots[1:], start=1):
        seconds, offset = edit.fade / look.frame_rate, shot.start / look.frame_rate
        steps.append(
            f"{so_far}{labels[index]}xfade=transition=fade:duration={seconds:.6f}:offset={offset:.6f},"
            f"format=yuv420p[x{index}]"
        )
        so_far = f"[x{index}]"
    return steps, so_far


def _finished(*, lettered: bool) -> str:
    drawn = f",subtitles=f={LETTERING}:fontsdir={FONTS}" if lettered else ""
    return f"{drawn},format=yuv420p,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"


def _encoded(look: Look, encoder: Encoder, frames: int) -> list[str]:
    return [
        *("-frames:v", str(frames), "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-c:v", "libx264", "-preset", encoder.preset, "-crf", str(encoder.crf), "-threads", str(encoder.threads)),
        *("-profile:v", "high", "-level:v", _level(look), "-g", str(2 * look.frame_rate), "-bf", "2"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact"),
        *("-video_track_timescale", timescale(look), "-movie_timescale", timescale(look), "-f", "mp4", SEGMENT),
    ]


def _level(look: Look) -> str:
    macroblocks = -(-look.width // 16) * -(-look.height // 16)
    for most_a_second, most, level in _LEVELS:
        if macroblocks <= most and macroblocks * look.frame_rate <= most_a_second:
            return level
    return "6.1"
