"""Scenes with a segment and a narration, without the assembly stage."""

from scenewire.messages import Segment, SegmentRendered
from tests.support.media import run_ffmpeg
from tests.support.studio import Studio


async def rendered(
    studio: Studio, frames: int = 60, number: int = 1, *, of: int = 1, short: int = 0, pattern: str = "testsrc2"
) -> SegmentRendered:
    """A scene with a segment of a moving pattern, and a narration that may end some samples earlier."""
    sourced = await studio.sourced(number, of=of, samples=frames * 800 - short)
    path = studio.folder / f"segment{number}-{frames}.mp4"
    source = f"{pattern}{':' if '=' in pattern else '='}size=320x180:rate=30"
    colours = (
        "-vf",
        "scale=out_color_matrix=bt709,format=yuv420p",
        "-colorspace",
        "bt709",
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
    )
    encoder = ("-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "60", "-video_track_timescale", "15360")
    await run_ffmpeg("-f", "lavfi", "-i", source, "-frames:v", str(frames), *colours, *encoder, path)
    video = await studio.store.add(path, "video/mp4")
    return sourced.next(SegmentRendered, segment=Segment(video=video, frames=frames))
