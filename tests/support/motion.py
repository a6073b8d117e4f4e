"""Measures how pictures move and how sharp they are. Frames are grey, of shape (frames, height, width)."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.floating]


def displacements(frames: Frames) -> NDArray[np.float64]:
    """Movement from each frame to the next in pixels, right and down, by the phase of their spectra."""
    height, width = frames.shape[1:]
    window = np.hanning(height)[:, None] * np.hanning(width)
    spectra = [np.fft.rfft2((frame - frame.mean()) * window) for frame in frames]
    down, right = np.meshgrid(np.fft.fftfreq(height), np.fft.rfftfreq(width), indexing="ij")
    low = (np.hypot(down, right) > 0.01) & (np.hypot(down, right) < 0.12)
    waves = -2 * np.pi * np.stack([right[low], down[low]], axis=1)
    moved = []
    for before, after in pairwise(spectra):
        crossed = (after * np.conj(before))[low]
        weight = np.sqrt(np.abs(crossed))
        moved.append(np.linalg.lstsq(waves * weight[:, None], np.angle(crossed) * weight, rcond=None)[0])
    return np.array(moved)


def sharpness(frames: Frames) -> NDArray[np.float64]:
    """Energy of the finest detail of each frame."""
    inner = frames[:, 1:-1, 1:-1]
    around = frames[:, :-2, 1:-1] + frames[:, 2:, 1:-1] + frames[:, 1:-1, :-2] + frames[:, 1:-1, 2:]
    energy: NDArray[np.float64] = np.mean((4 * inner - around) ** 2, axis=(1, 2))
    return energy


def textured(width: int, height: int, seed: int = 1) -> NDArray[np.uint8]:
    """A picture with detail at every scale, as photographs have it: shape (height, width, 3)."""
    random = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    frequency[0, 0] = 1
    channels = []
    for _ in range(3):
        noise = random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)
        channels.append(np.fft.irfft2(noise / np.maximum(frequency, 1 / max(width, height)), (height, width)))
    shades = 0.8 * channels[0][..., None] + 0.2 * np.stack(channels, axis=-1)
    scaled = (shades - shades.mean()) / shades.std() * 45 + 120
    return np.asarray(scaled.clip(0, 255), np.uint8)
