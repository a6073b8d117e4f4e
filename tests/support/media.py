"""Generates small clips, and files disguised as clips."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from scenewire.processes.run import run_program


@cache
def ffmpeg_path() -> Path:
    return Path(imageio_ffmpeg.get_ffmpeg_exe())


async def run_ffmpeg(*arguments: str | Path, cwd: Path | None = None) -> None:
    """Runs the bundled ffmpeg; a failure contains its error output."""
    done = await run_program(
        [ffmpeg_path(), "-hide_banner", "-v", "error", "-nostdin", "-y", *arguments], timeout=60, cwd=cwd
    )
    assert done.returncode == 0, done.stderr


async def make_clip(
    path: Path,
    *,
    seconds: float = 2,
    size: str = "640x360",
    rate: int | str = 30,
    pattern: str = "testsrc2",
    title: str | None = None,
    sound: bool = False,
    arguments: Sequence[str] = (),
) -> Path:
    """A clip of a test pattern; the suffix of its name decides the container.

    Args:
        path: where to; missing folders are made.
        seconds: its length.
        size: width x height in pixels.
        rate: frames a second, also as a fraction such as 30000/1001.
        pattern: an ffmpeg video source, with options if wanted: `testsrc2`, `color=c=red`.
        title: written into its metadata.
        sound: adds a tone.
        arguments: more output options, such as `("-vf", "setsar=4/3")`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    source = f"{pattern}{':' if '=' in pattern else '='}size={size}:rate={rate}"
    words: list[str | Path] = ["-f", "lavfi", "-i", source]
    if sound:
        words += ["-f", "lavfi", "-i", "sine=sample_rate=48000"]
    if path.suffix == ".webm":
        words += ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
    else:
        words += ["-c:v", "libx264", "-preset", "ultrafast"]
    words += ["-pix_fmt", "yuv420p", "-threads", "1"]
    if title is not None:
        words += ["-metadata", f"title={title}"]
    await run_ffmpeg(*words, *arguments, "-t", str(seconds), path.absolute())
    return path


def pretend_clips(folder: Path, *, victim: Path) -> dict[str, Path]:
    """Files named .mp4 with other content; two of them try to make the reader open `victim`."""
    contents = {
        "concat": f"ffconcat version 1.0\nfile {victim.name}\n".encode(),
        "playlist": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{victim.as_uri()}\n#EXT-X-ENDLIST\n".encode(),
        "page": b"<!doctype html><html><body>Not found</body></html>",
        "subtitles": b"1\n00:00:00,000 --> 00:00:02,000\nHello\n",
        "nothing": b"",
        "zeros": bytes(4096),
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = folder / f"{name}.mp4"
        paths[name].write_bytes(content)
    return paths
