"""The film's sound: all narrations on one time line, brought to one loudness, encoded once."""

import asyncio
import re
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.assembly.encode import run_ffmpeg, sound_limits
from services.assembly.timeline import SOUND_RATE, samples_for
from shared.contracts import Loudness
from shared.errors import FailureCode, PermanentError
from shared.media.command import OURS, Command, Input, Nowhere, Output, OwnFile
from shared.media.executor import FfmpegExecutor
from shared.media.filters import Chain, Filter
from shared.media.options import Aac, AudioFilter, BitExact, DropMetadata, Leave, Timescale

__all__ = ["SOUND", "Levels", "Spoken", "make_sound", "measure_film", "write_timeline"]

SOUND: Final = "sound.m4a"

_TIMELINE: Final = "timeline.wav"
_SILENCE: Final = -69.0
"""LUFS. The meter's floor is -70: nothing was ever loud enough to count."""

_CLOSE_ENOUGH: Final = 0.15
"""LU between wanted and measured loudness at which no further pass is worth its time."""

_MOST_PASSES: Final = 5
_MOST_GAIN: Final = 40.0
_PEAK_MARGIN: Final = 0.45
"""dB kept below the wanted peak: between samples, and after AAC, peaks are higher than what the limiter sees."""

_BIT_RATE: Final = "192k"
_COPY_FRAMES: Final = 1 << 16
_INTEGRATED: Final = re.compile(r"\bI:\s+(-?[\d.]+|-inf) LUFS")
_PEAK: Final = re.compile(r"\bPeak:\s+(-?[\d.]+|-inf) dBFS")


@dataclass(frozen=True, kw_only=True)
class Levels:
    """How loud a film is."""

    target_lufs: float = -14.0
    peak: float = -1.5
    """dB true peak that the sound stays below."""


@dataclass(frozen=True)
class Spoken:
    """A scene's narration and the room it has in the film."""

    scene_number: int
    audio: Path
    samples: int
    frames: int


async def make_sound(
    ffmpeg: FfmpegExecutor, folder: Path, scenes: Sequence[Spoken], *, sample_rate: int, frame_rate: int, levels: Levels
) -> bool:
    """Makes SOUND: all narrations at the wanted loudness, exactly as long as the scenes' frames.

    Returns:
        False if there was nothing to hear, so that no gain could help.
    """
    await asyncio.to_thread(write_timeline, folder / _TIMELINE, scenes, sample_rate=sample_rate, frame_rate=frame_rate)
    samples = samples_for(sum(scene.frames for scene in scenes), frame_rate)
    gain = await _solve_gain(ffmpeg, folder, samples / SOUND_RATE, levels)
    await _encode(ffmpeg, folder, samples, gain or 0.0, levels)
    return gain is not None


def write_timeline(target: Path, scenes: Sequence[Spoken], *, sample_rate: int, frame_rate: int) -> None:
    """Writes all narrations as one mono WAV, each followed by silence up to its scene's last frame.

    Blocks, and holds little of a narration in memory at a time.

    Raises:
        PermanentError: `artifact_corrupt`, naming the scene: the file is not the narration that was announced.
    """
    samples_a_frame, odd = divmod(sample_rate, frame_rate)
    if odd:
        message = f"{sample_rate} Hz narration does not fit {frame_rate} frames a second"
        raise PermanentError(FailureCode.RENDER_FAILED, message, hint="order with 25 or 30 frames a second")
    with wave.open(str(target), "wb") as timeline:
        timeline.setnchannels(1)
        timeline.setsampwidth(2)
        timeline.setframerate(sample_rate)
        for scene in scenes:
            _append(timeline, scene, sample_rate)
            timeline.writeframesraw(bytes(2 * (scene.frames * samples_a_frame - scene.samples)))


def _append(timeline: wave.Wave_write, scene: Spoken, sample_rate: int) -> None:
    found = None
    with suppress(wave.Error, EOFError), wave.open(str(scene.audio), "rb") as audio:
        found = (audio.getnchannels(), audio.getsampwidth(), audio.getframerate(), audio.getnframes())
        if found == (1, 2, sample_rate, scene.samples):
            copied = 0
            while chunk := audio.readframes(_COPY_FRAMES):
                timeline.writeframesraw(chunk)
                copied += len(chunk)
            if copied == 2 * scene.samples:
                return
    raise PermanentError(
        FailureCode.ARTIFACT_CORRUPT,
        f"scene {scene.scene_number}: its narration is not mono 16-bit sound of {scene.samples} samples "
        f"at {sample_rate} Hz, but {found or 'no readable WAV'}",
        hint="order again",
    )


async def measure_film(ffmpeg: FfmpegExecutor, folder: Path, film: str, seconds: float) -> Loudness:
    """Decodes a film's sound and measures it; silence measures -70 LUFS."""
    meter = AudioFilter(Chain((Filter("ebur128", framelog="verbose", peak="true"),)))
    command = Command(
        inputs=(Input(OwnFile(film), trust=OURS),),
        outputs=(Output(Nowhere(), None, (Leave("v"), Leave("s"), meter)),),
    )
    said = await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(seconds), level="info")
    return Loudness(integrated_lufs=_read(_INTEGRATED, said), true_peak_dbtp=_read(_PEAK, said))


async def _solve_gain(ffmpeg: FfmpegExecutor, folder: Path, seconds: float, levels: Levels) -> float | None:
    """The gain in dB that brings the time line to the wanted loudness through the limiter that delivery uses.

    The limiter takes away from what a gain adds, so that the gain is found by measuring; None for silence.
    """
    gain, loudness = 0.0, await _loudness(ffmpeg, folder, seconds, 0.0, levels)
    if loudness <= _SILENCE:
        return None
    best = (abs(levels.target_lufs - loudness), gain)
    slope = 1.0
    for _ in range(_MOST_PASSES - 1):
        if best[0] <= _CLOSE_ENOUGH:
            break
        following = max(-_MOST_GAIN, min(_MOST_GAIN, gain + (levels.target_lufs - loudness) / slope))
        if following == gain:
            break
        measured = await _loudness(ffmpeg, folder, seconds, following, levels)
        slope = max(0.25, min(1.0, (measured - loudness) / (following - gain)))
        gain, loudness = following, measured
        best = min(best, (abs(levels.target_lufs - loudness), gain))
    return round(best[1], 3)


async def _encode(ffmpeg: FfmpegExecutor, folder: Path, samples: int, gain: float, levels: Levels) -> None:
    """Makes SOUND of the time line: AAC, stereo, exactly so many samples at 48 kHz."""
    exact = (Filter("apad", whole_len=samples), Filter("atrim", end_sample=samples))
    options = (
        AudioFilter(Chain((*_levelled(gain, levels), *exact))),
        Aac(_BIT_RATE, SOUND_RATE),
        DropMetadata(),
        Timescale(SOUND_RATE, picture=False),
        BitExact("a"),
    )
    command = Command(
        inputs=(Input(OwnFile(_TIMELINE), trust=OURS),), outputs=(Output(OwnFile(SOUND), "mp4", options),)
    )
    await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(samples / SOUND_RATE))


async def _loudness(ffmpeg: FfmpegExecutor, folder: Path, seconds: float, gain: float, levels: Levels) -> float:
    meter = Filter("ebur128", framelog="verbose")
    command = Command(
        inputs=(Input(OwnFile(_TIMELINE), trust=OURS),),
        outputs=(Output(Nowhere(), None, (AudioFilter(Chain((*_levelled(gain, levels), meter))),)),),
    )
    said = await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(seconds), level="info")
    return _read(_INTEGRATED, said)


def _levelled(gain: float, levels: Levels) -> tuple[Filter, ...]:
    """Gain and limiter. Stereo before the limiter: a voice measures and limits otherwise as mono."""
    ceiling = 10 ** ((levels.peak - _PEAK_MARGIN) / 20)
    return (
        Filter("aresample", SOUND_RATE),
        Filter("aformat", sample_fmts="fltp", channel_layouts="stereo"),
        Filter("volume", f"{gain:.3f}dB"),
        Filter("alimiter", limit=f"{ceiling:.4f}", attack=5, release=50, level="false", latency="true"),
    )


def _read(pattern: re.Pattern[str], said: str) -> float:
    found = pattern.findall(said)  # the summary comes last
    if not found:
        raise PermanentError(FailureCode.RENDER_FAILED, f"ffmpeg measured no loudness: {said[-300:]}")
    return max(-70.0, float(found[-1]))
