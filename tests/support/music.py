"""Generates music files in the accepted formats."""

from pathlib import Path

from tests.support.media import run_ffmpeg

CODECS = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "192k"),
    "wav": ("-c:a", "pcm_s24le"),
    "flac": ("-c:a", "flac"),
    "opus": ("-c:a", "libopus", "-b:a", "128k"),
    "ogg": ("-c:a", "libvorbis", "-q:a", "6"),
    "m4a": ("-c:a", "aac", "-b:a", "192k"),
}


async def make_music(
    path: Path, *, seconds: float = 4, sound: str = "sine=frequency=6000", cover: bool = False
) -> Path:
    """A tone, or any other sound that ffmpeg makes; the suffix of the name decides the format.

    Args:
        path: where to.
        seconds: its length.
        sound: an ffmpeg source of sound.
        cover: adds a picture, as music from shops has it.
    """
    options = f"sample_rate=44100:duration={seconds}"
    words: list[str | Path] = ["-f", "lavfi", "-i", f"{sound}{':' if '=' in sound else '='}{options}"]
    if cover:
        words += ["-f", "lavfi", "-i", "color=c=red:size=64x64:duration=0.04", "-map", "0:a", "-map", "1:v"]
        words += ["-c:v", "png", "-disposition:v", "attached_pic"]
    await run_ffmpeg(*words, *CODECS[path.suffix.removeprefix(".")], path.absolute())
    return path
