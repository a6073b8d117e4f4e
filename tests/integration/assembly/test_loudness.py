"""Loudness of videos, measured independently of ffmpeg: pyloudnorm, and peaks between the samples."""

import math
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from scenewire.messages import Music
from scenewire.processes.run import run_program
from scenewire_assembly.sound import mix as sound_module
from scenewire_assembly.sound.mix import Levels
from tests.support.films import RATE, Line, Sound, Studio, line
from tests.support.media import ffmpeg_path
from tests.support.music import make_music


def hard() -> Line:
    """A voice after a burst of noise, whose peaks the encoder raises."""
    spoken = line("Tea is a drink", 3.0)
    burst = np.random.default_rng(1).normal(0, 0.18, RATE // 10).clip(-0.6, 0.6)
    return Line(spoken.text, np.concatenate([burst, spoken.sound[burst.size :]]), spoken.words)


FILMS: dict[str, tuple[Line, ...]] = {
    "quiet and loud voices": (line("Tea", 1.5, level=0.01), line("is a drink", 1.5, pitch=210, level=0.5)),
    "noisy": (line("Tea is a drink", 2.5, noise=0.05, level=0.08),),
    "short": (line("Tea", 0.7),),
    "hard beginnings": (hard(),),
    "with music": (line("Tea is a drink", 4.0, pauses=((1.5, 3.0),)),),
    "other levels": (line("Tea is a drink", 2.0),),
}


async def decoded(path: Path) -> Sound:
    command = (ffmpeg_path(), "-v", "error", "-nostdin", "-i", path, "-vn", "-f", "f32le", "-")
    done = await run_program(command, timeout=60)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2).astype(np.float64)


def true_peak(sound: Sound) -> float:
    """The true peak, dB: the maximum after oversampling four times."""
    spectrum = np.fft.rfft(sound, axis=0)
    finer = np.zeros((2 * len(sound) + 1, 2), dtype=complex)
    finer[: len(spectrum)] = spectrum
    return 20 * math.log10(4 * np.abs(np.fft.irfft(finer, 4 * len(sound), axis=0)).max())


def test_true_peak_finds_a_peak_between_samples():
    at = np.arange(4_800)
    tone = np.sin(2 * np.pi * at / 4 + np.pi / 4)  # a quarter of the rate: every sample is 3 dB below the peak
    assert 20 * math.log10(np.abs(tone).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak(np.stack([tone, tone], axis=1)) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("name", FILMS)
async def test_videos_have_the_wanted_loudness_and_peaks_below_the_limit(name, tmp_path, monkeypatch):
    if name == "hard beginnings":  # the first try then comes out above the limit
        monkeypatch.setattr(sound_module, "_PEAK_MARGIN_DB", 0.0)
    levels = Levels(target_lufs=-20, peak=-3) if name == "other levels" else Levels()
    studio = Studio(tmp_path, levels=levels)
    music = None
    if name == "with music":
        song = await make_music(tmp_path / "song.flac", sound="anoisesrc=color=pink:amplitude=0.5")
        music = Music(file=await studio.store.add(song, "audio/flac"))
    film = await studio.film(*FILMS[name], music=music)
    sound = await decoded(await studio.path(film))
    measured = pyloudnorm.Meter(48_000).integrated_loudness(sound)
    assert measured == pytest.approx(levels.target_lufs, abs=0.5)
    assert film.loudness.integrated_lufs == pytest.approx(measured, abs=0.2)
    assert true_peak(sound) <= levels.peak
    assert film.loudness.true_peak_dbtp == pytest.approx(true_peak(sound), abs=0.15)
    assert [note for note in film.notes if "generated background" not in note] == []
