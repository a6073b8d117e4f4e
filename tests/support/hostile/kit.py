"""What hostile files are made of."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from tests.support.media import make_clip, run_ffmpeg


@dataclass(frozen=True)
class Canary:
    """What must never be opened or reached: a clip beside the hostile file, and a server."""

    path: Path
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Kit:
    """Good files to spoil, and whom to lead astray."""

    folder: Path
    canary: Canary
    mp4: bytes
    """A second of 128x72 at 30 a second with sound; what describes it stands behind it."""
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
        """What ffmpeg makes of a test pattern with some arguments."""
        path = self.folder / name
        await run_ffmpeg("-f", "lavfi", "-i", pattern, "-t", "1", "-threads", "1", *arguments, path)
        return path.read_bytes()

    async def remade(self, name: str, *arguments: str | Path, of: str = "good.mp4") -> bytes:
        """What ffmpeg makes of a good file with some arguments."""
        path = self.folder / name
        await run_ffmpeg("-i", self.folder / of, *arguments, path)
        return path.read_bytes()


Make = Callable[[Kit], Awaitable[bytes]]


@dataclass(frozen=True)
class Sample:
    """A file and what has to become of it."""

    name: str
    make: Make
    refused: str | None
    """A pattern of the reason; None where it is as good as any other clip, or good enough."""
    damaged: bool
    """Whether only its later pictures show what is wrong with it."""
    suffix: str
    heavy: bool
    """Whether it tries to use up memory or processor."""


class Samples(dict[str, Sample]):
    """Collects functions that make files."""

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
    """A picture as cameras put into Motion JPEG."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        picture = np.full((height * 3 // 2, width), shade, np.uint8)
        for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="yuvj420p")):
            container.mux(packet)
        container.mux(stream.encode(None))
    return buffer.getvalue()
