"""Backgrounds for scenes without footage: soft drifting colours, painted small and enlarged by ffmpeg. Pure.

The topic selects the palette. The scene selects the arrangement, and a neighbouring palette that adds two colours. So
the scenes of a video look related but not alike, and the same scene always looks the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenewire.messages import Look

__all__ = ["Background"]

_LONGER_SIDE: Final = 128
"""Pixels. The colours are so soft that more would not show."""

_BLOBS: Final = 5
_FRAMES_AT_ONCE: Final = 15

_PALETTES: Final = (
    # Ground, five colours from deep to bright, and the colour of lines and labels. Neighbours match.
    ("071A33", "10396B", "1B5E97", "2E86AB", "123C5E", "3FB4DA", "9ADCF2"),  # open sea
    ("0B0D28", "20357E", "4154BC", "7B4FC0", "16275C", "5C94FF", "B9CBFF"),  # blue hour
    ("120D2B", "33246B", "6246A0", "A3569B", "22407C", "E068B4", "F0B3DC"),  # dusk
    ("190A25", "541A58", "9C2F5F", "CF5F3E", "2A235C", "FF8A3C", "FFC48C"),  # late sun
    ("1C0A0C", "6E1A22", "A8322B", "D0693E", "4A1522", "EE8B3E", "F7C48A"),  # embers
    ("1D0F0C", "7A3B26", "B5622F", "94405A", "3A2B58", "F0A050", "F8D2A0"),  # clay
    ("041519", "0B4450", "1F7A78", "B3741C", "153A52", "EBA93C", "F3CB7A"),  # brass and teal
    ("07160F", "17492B", "2F6F3E", "6C9A5B", "0F3A33", "94BF45", "D6E3A0"),  # forest
    ("051821", "0B5563", "1A8F86", "51569C", "0F3560", "3FDCA8", "A8F0D8"),  # northern lights
    ("0D131A", "263E57", "426886", "5F8DB2", "1C4765", "70B4DC", "D3E2EC"),  # steel
)

_Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Background:
    """The background of one scene: an endless sequence of small frames."""

    topic: str
    scene_number: int
    look: Look

    @property
    def accent(self) -> str:
        """The palette's lightest colour, `RRGGBB`."""
        return _PALETTES[self._palette][-1]

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of the painted frames, pixels; same aspect ratio as the picture."""
        scale = _LONGER_SIDE / max(self.look.width, self.look.height)
        return max(2, round(self.look.width * scale)), max(2, round(self.look.height * scale))

    def paint(self, frames: int) -> Iterator[bytes]:
        """Paints frames in batches, as packed little-endian 16-bit RGB."""
        for first in range(0, frames, _FRAMES_AT_ONCE):
            count = min(_FRAMES_AT_ONCE, frames - first)
            yield b"".join(self._frame((first + index) / self.look.frame_rate) for index in range(count))

    @cached_property
    def _palette(self) -> int:
        digest = hashlib.sha256(self.topic.encode()).digest()
        return int.from_bytes(digest[:4]) % len(_PALETTES)

    @cached_property
    def _scene(self) -> "_Scene":
        digest = hashlib.sha256(f"{self.topic}\n{self.scene_number}".encode()).digest()
        random = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8])))
        ground, *colours, _ = _PALETTES[self._palette]
        neighbour = _PALETTES[(self._palette + int(random.choice([-1, 1]))) % len(_PALETTES)]
        return _Scene.arrange(random, ground, [*colours[:2], *neighbour[3:5], colours[-1]], self.size)

    def _frame(self, seconds: float) -> bytes:
        return self._scene.frame(seconds)


@dataclass(frozen=True)
class _Scene:
    """Moving blobs of colour; each sways around a place of its own."""

    ground: _Numbers
    """Colour, shape (3). All colours here are squared: mixed that way, middle tones stay clear."""
    colours: _Numbers
    """(blob, 3)"""
    centres: _Numbers
    """(blob, x and y), as shares of the picture, like all values below."""
    sways: _Numbers
    turns: _Numbers
    """Sways a second, (blob, x and y)."""
    phases: _Numbers
    radii: _Numbers
    """(blob, x and y)"""
    columns: _Numbers
    rows: _Numbers
    shade: _Numbers
    """(height, width, 1): darker towards the corners."""

    @classmethod
    def arrange(cls, random: np.random.Generator, ground: str, colours: list[str], size: tuple[int, int]) -> "_Scene":
        light = [np.square(np.frombuffer(bytes.fromhex(code), np.uint8) / np.float32(255)) for code in colours]
        width, height = size
        across, down = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
        corner = np.square(across[None, :] - 0.5) + np.square(down[:, None] - 0.5)
        # One blob in each of five regions, in shuffled order, so that no side of the picture is empty.
        places = np.array([(0.18, 0.25), (0.82, 0.2), (0.5, 0.5), (0.15, 0.8), (0.85, 0.78)])
        order = random.permutation(_BLOBS)
        shown = random.permutation(_BLOBS)
        brightest = (shown == _BLOBS - 1)[:, None]
        return cls(
            ground=np.square(np.frombuffer(bytes.fromhex(ground), np.uint8) / np.float32(255)).astype(np.float32),
            # The brightest colour glows in a smaller spot than the rest, so that white letters stand out.
            colours=(np.stack(light)[shown] * np.where(brightest, 0.75, random.uniform(0.8, 1.05, (_BLOBS, 1)))).astype(
                np.float32
            ),
            centres=(places[order] + random.uniform(-0.1, 0.1, (_BLOBS, 2))).astype(np.float32),
            sways=random.uniform(0.12, 0.26, (_BLOBS, 2)).astype(np.float32),
            turns=(random.choice([-1, 1], (_BLOBS, 2)) / random.uniform(14, 26, (_BLOBS, 2))).astype(np.float32),
            phases=random.uniform(0, 2 * np.pi, (_BLOBS, 2)).astype(np.float32),
            radii=(random.uniform(0.2, 0.34, (_BLOBS, 2)) * np.where(brightest, 0.75, 1)).astype(np.float32),
            columns=across.astype(np.float32),
            rows=down.astype(np.float32),
            shade=(1 - 0.9 * corner)[:, :, None].astype(np.float32),
        )

    def frame(self, seconds: float) -> bytes:
        centres = self.centres + self.sways * np.sin(2 * np.pi * self.turns * np.float32(seconds) + self.phases)
        across = np.exp(-np.square((self.columns[None, :] - centres[:, :1]) / self.radii[:, :1]) / 2)
        down = np.exp(-np.square((self.rows[None, :] - centres[:, 1:]) / self.radii[:, 1:]) / 2)
        weights = down.T @ across + np.float32(0.22)
        tinted = down.T @ (across[:, :, None] * self.colours[:, None, :]).reshape(_BLOBS, -1)
        light = (tinted.reshape(*weights.shape, 3) + np.float32(0.22) * self.ground) / weights[:, :, None]
        # 16 bits: with 8, the steps between neighbouring colours would show as rings when enlarged.
        picture: NDArray[np.uint16] = (np.sqrt(light) * self.shade * np.float32(65_535)).astype("<u2")
        return picture.tobytes()
