"""Tone mapping from high to standard dynamic range: lookup tables from PQ or HLG in BT.2020 to BT.709. Pure.

A lookup table works in every build of ffmpeg and costs less than computing each frame. It follows the standards:
highlights are compressed as in ITU-R BT.2390, from a display of 1000 cd/m² to one of 100; HLG is first rendered for such
a display (BT.2100); colours outside BT.709 lose saturation, not hue.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["TABLES", "lookup_table", "tone_mapped"]

PQ: Final = 16
HLG: Final = 18
"""H.273 codes of transfer characteristics."""

TABLES: Final = {PQ: "pq.cube", HLG: "hlg.cube"}
"""Transfer characteristics that need a table, and the name of its file in a job's folder."""

_POINTS: Final = 33
"""Points along each side of a table."""

_SOURCE_PEAK: Final = 1000.0
_VIDEO_PEAK: Final = 100.0
"""White of the two displays, cd/m²."""

_BT1886_GAMMA: Final = 2.4
_HLG_GAMMA: Final = 1.2
_HLG_A: Final = 0.17883277
_HLG_B: Final = 0.28466892
_HLG_C: Final = 0.55991073
_PQ_M1: Final = 2610 / 16384
_PQ_M2: Final = 2523 / 4096 * 128
_PQ_C1: Final = 3424 / 4096
_PQ_C2: Final = 2413 / 4096 * 32
_PQ_C3: Final = 2392 / 4096 * 32
_LUMA_2020: Final = np.array([0.2627, 0.6780, 0.0593])
_LUMA_709: Final = np.array([0.2126, 0.7152, 0.0722])
_2020_TO_709: Final = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])

_Numbers = NDArray[np.float64]


def lookup_table(transfer: int) -> str:
    """The table for one transfer characteristic, as a .cube file."""
    steps = np.linspace(0, 1, _POINTS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")  # red changes fastest
    colours = tone_mapped(np.stack([red, green, blue], axis=-1).reshape(-1, 3), transfer)
    lines = [f"{red:.5f} {green:.5f} {blue:.5f}" for red, green, blue in colours.tolist()]
    return "\n".join([f"LUT_3D_SIZE {_POINTS}", *lines, ""])


def tone_mapped(signal: _Numbers, transfer: int) -> _Numbers:
    """Maps encoded BT.2020 colours to encoded BT.709 colours.

    Args:
        signal: shape (any, 3), from 0 to 1.
        transfer: PQ or HLG.
    """
    light = _from_pq(signal) if transfer == PQ else _from_hlg(signal)
    brightest = light.max(axis=-1, keepdims=True)
    compressed = _compressed(brightest)
    light = np.divide(light * compressed, brightest, out=np.zeros_like(light), where=brightest > 0)
    mapped: _Numbers = np.power(_within_gamut(light / _VIDEO_PEAK @ _2020_TO_709.T), 1 / _BT1886_GAMMA)
    return mapped


def _from_pq(signal: _Numbers) -> _Numbers:
    """Luminance, cd/m²."""
    root = np.power(signal, 1 / _PQ_M2)
    light: _Numbers = 10_000 * np.power(np.maximum(root - _PQ_C1, 0) / (_PQ_C2 - _PQ_C3 * root), 1 / _PQ_M1)
    return light


def _to_pq(light: _Numbers) -> _Numbers:
    power = np.power(np.asarray(light) / 10_000, _PQ_M1)
    signal: _Numbers = np.power((_PQ_C1 + _PQ_C2 * power) / (1 + _PQ_C3 * power), _PQ_M2)
    return signal


def _from_hlg(signal: _Numbers) -> _Numbers:
    """Luminance on a display with the source's peak, cd/m²."""
    scene = np.where(signal <= 0.5, np.square(signal) / 3, (np.exp((signal - _HLG_C) / _HLG_A) + _HLG_B) / 12)
    luminance = (scene @ _LUMA_2020)[..., None]
    light: _Numbers = _SOURCE_PEAK * np.power(luminance, _HLG_GAMMA - 1) * scene
    return light


def _compressed(light: _Numbers) -> _Numbers:
    """The curve of BT.2390 without its black lift: linear up to a knee, then flatter up to the video's white."""
    source = float(_to_pq(np.array(_SOURCE_PEAK)))
    white = float(_to_pq(np.array(_VIDEO_PEAK))) / source
    knee = 1.5 * white - 0.5
    level = np.minimum(_to_pq(light) / source, 1)
    step = np.maximum((level - knee) / (1 - knee), 0)
    square, cube = step**2, step**3
    bent = (
        (2 * cube - 3 * square + 1) * knee + (cube - 2 * square + step) * (1 - knee) + (3 * square - 2 * cube) * white
    )
    return _from_pq(np.where(level < knee, level, bent) * source)


def _within_gamut(light: _Numbers) -> _Numbers:
    """Mixes in grey of the same luminance until every component is between 0 and 1."""
    grey = np.clip((light @ _LUMA_709)[..., None], 0, 1)
    lowest, highest = light.min(axis=-1, keepdims=True), light.max(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.minimum(
            np.where(lowest < 0, grey / (grey - lowest), 1), np.where(highest > 1, (1 - grey) / (highest - grey), 1)
        )
    inside: _Numbers = np.clip(grey + (light - grey) * np.nan_to_num(kept), 0, 1)
    return inside
