"""Tone mapping compared with values from the standards."""

import numpy as np
import pytest

from scenewire_assembly.picture.footage.tone_mapping import TABLES, lookup_table, tone_mapped

PQ, HLG = 16, 18


def pq(light: float) -> float:
    """The SMPTE ST 2084 signal of a luminance in cd/m²."""
    power = (light / 10_000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def grey(signal: float, transfer: int) -> float:
    found = tone_mapped(np.full((1, 3), signal), transfer)[0]
    assert found.max() - found.min() < 1e-3
    return float(found.mean())


@pytest.mark.parametrize(("light", "expected"), [(0, 0), (1, 0.01 ** (1 / 2.4)), (10, 0.1 ** (1 / 2.4)), (1_000, 1)])
def test_dark_and_middle_tones_keep_their_luminance_and_the_brightest_becomes_white(light, expected):
    assert grey(pq(light), PQ) == pytest.approx(expected, abs=1e-3)


def test_paper_white_is_the_same_in_both_codings_and_stays_bright():
    assert grey(pq(203), PQ) == pytest.approx(grey(0.75, HLG), abs=0.005)
    assert 0.93 < grey(0.75, HLG) < 0.97
    assert grey(0.0, HLG) == 0
    assert grey(1.0, HLG) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("transfer", TABLES)
def test_brighter_stays_brighter(transfer):
    steps = [grey(signal, transfer) for signal in np.linspace(0, pq(1_000) if transfer == PQ else 1, 200)]
    assert np.diff(steps).min() >= 0
    assert np.abs(np.diff(steps)).max() < 0.03


@pytest.mark.parametrize("transfer", TABLES)
@pytest.mark.parametrize("channel", range(3))
def test_colours_outside_bt709_keep_their_hue(transfer, channel):
    signal = np.full(3, 0.2)
    signal[channel] = 0.7
    found = tone_mapped(signal[None], transfer)[0]
    assert found.argmax() == channel
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize("transfer", TABLES)
def test_the_table_is_exact_enough_between_its_points(transfer):
    lines = lookup_table(transfer).splitlines()
    assert lines[0] == "LUT_3D_SIZE 33"
    cube = np.array([line.split() for line in lines[1:]], float).reshape(33, 33, 33, 3)
    greys = cube[range(33), range(33), range(33)]
    signals = np.linspace(0, 1, 400)
    between = np.stack([np.interp(signals, np.linspace(0, 1, 33), greys[:, channel]) for channel in range(3)], axis=1)
    exact = tone_mapped(np.repeat(signals[:, None], 3, axis=1), transfer)
    assert np.abs(between - exact).max() < 0.012  # three steps of eight bits
    assert cube[0, 0, 32].argmax() == 0  # red changes fastest
