"""Building blocks of hostile files."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from tests.support.media import make_clip, run_ffmpeg


@dataclass(frozen=True)
class Canary:
    """What must never be opened or reached: a clip in the same folder, and a server."""

    path: Path
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Kit:
    """Good files to damage, and targets that they must not reach."""

    folder: Path
    canary: Canary
    mp4: bytes
    """One second of 128x72 at 30 frames a second with sound; its moov box is at the end."""
    mkv: bytes
    ts: bytes

    @classmethod
    async def of(cls, folder: Path, canary: Canary) -> "Kit":
        made = {}
        for suffix in ("mp4", "mkv", "ts"):
            clip = await make_clip(folder / f"good.{suffix}", seconds=1, size="128x72", sound=True)
            made[suffix] = clip.read_bytes()
        return cls(folder, canary, **made)

    async def clip(self, name: str, *arguments: str | Path, pattern: str = "testsrc2=size=128x72:rate=30") -> bytes:
        """A test pattern encoded with some arguments."""
        path = self.folder / name
        await run_ffmpeg("-f", "lavfi", "-i", pattern, "-t", "1", "-threads", "1", *arguments, path)
        return path.read_bytes()

    async def remade(self, name: str, *arguments: str | Path, of: str = "good.mp4") -> bytes:
        """A good file converted with some arguments."""
        path = self.folder / name
        await run_ffmpeg("-i", self.folder / of, *arguments, path)
        return path.read_bytes()


Make = Callable[[Kit], Awaitable[bytes]]


@dataclass(frozen=True)
class Sample:
    """A hostile file and its expected outcome."""

    name: str
    make: Make
    refused: str | None
    """Pattern of the expected reason; None if the file is accepted."""
    damaged: bool
    """Whether only later frames are damaged."""
    suffix: str
    heavy: bool
    """Whether it tries to exhaust memory or processor time."""


class Samples(dict[str, Sample]):
    """Collects functions that generate files."""

    def add(
        self, *, refused: str | None = None, damaged: bool = False, suffix: str = ".mp4", heavy: bool = False
    ) -> Callable[[Make], Make]:
        def register(make: Make) -> Make:
            name = make.__name__.removeprefix("_")
            assert name not in self
            self[name] = Sample(name, make, refused, damaged, suffix, heavy)
            return make

        return register


def jpeg(width: int = 64, height: int = 36, shade: int = 128) -> bytes:
    """A JPEG frame as cameras write it into Motion JPEG."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        picture = np.full((height * 3 // 2, width), shade, np.uint8)
        for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="yuvj420p")):
            container.mux(packet)
        container.mux(stream.encode(None))
    return buffer.getvalue()
