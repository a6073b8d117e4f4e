"""The film's sound: all narrations on one time line, music under them, brought to one loudness, encoded once."""

import asyncio
import wave
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, Input, NullSink, Output, WorkdirFile
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.ffmpeg.filters import Chain, Filter, Graph, Stream
from scenewire.ffmpeg.options import (
    DROP_METADATA,
    Option,
    bit_exact,
    encode_aac,
    filter_audio,
    map_stream,
    mp4_timescale,
    no_stream,
)
from scenewire.messages import Loudness
from scenewire_assembly.edit import SOUND_RATE, samples_for
from scenewire_assembly.ffmpeg_job import run_ffmpeg, sound_limits
from scenewire_assembly.job_files import SOUND
from scenewire_assembly.sound.ducking import Ducking, Stretch, stretches
from scenewire_assembly.sound.loudness import METER, PEAK_METER, SILENCE, integrated, true_peak
from scenewire_assembly.sound.music import write_bed

__all__ = ["Accompaniment", "Levels", "Sounded", "Spoken", "make_sound", "measure", "write_timeline"]


_TIMELINE: Final = "timeline.wav"
_BED: Final = "bed.wav"
_CLOSE_ENOUGH: Final = 0.15
"""LU between wanted and measured loudness at which no further pass is worth its time."""

_MOST_PASSES: Final = 5
_MOST_GAIN: Final = 40.0
_PEAK_MARGIN: Final = 0.8
"""dB kept below the wanted peak: between samples, and after AAC, peaks are higher than what the limiter sees.

Speech comes out up to 0.8 dB higher, so that few films have to be encoded again."""

_MOST_CEILINGS: Final = 3
_ROUNDED: Final = 0.05
"""dB that the meter's tenth may hide, and by which a ceiling that was too high is lowered beyond what it was over."""

_QUIET_VOICE: Final = -23.0
"""LUFS that music keeps to where the narration is silent."""

_BIT_RATE: Final = "192k"
_COPY_FRAMES: Final = 1 << 16
_STEREO: Final = (
    Filter("aresample", SOUND_RATE),
    Filter("aformat", sample_fmts="fltp", channel_layouts="stereo"),
)
"""Before the limiter: a voice measures and limits otherwise as mono."""


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
    words: tuple[Stretch, ...] = ()
    """When somebody speaks in it, in its samples; not known if empty."""


@dataclass(frozen=True, kw_only=True)
class Sounded:
    """What came out."""

    spoken: bool
    """False if no narration was heard."""
    loudness: Loudness
    """Of SOUND, which a film takes over as it is."""


@dataclass(frozen=True, kw_only=True)
class Accompaniment:
    """Music under the narration."""

    piece: Path
    """16-bit stereo WAV at SOUND_RATE."""
    samples: int
    lufs: float
    """How loud it is of itself."""
    gain: float
    """How much louder than the narration it is to be while nobody speaks, LU."""
    duck: float
    """By how much it is lowered while somebody speaks, dB."""


async def make_sound(
    ffmpeg: FfmpegExecutor,
    folder: Path,
    scenes: Sequence[Spoken],
    *,
    sample_rate: int,
    frame_rate: int,
    levels: Levels,
    music: Accompaniment | None = None,
) -> Sounded:
    """Makes SOUND: all narrations, and music if there is any, at the wanted loudness, as long as the scenes' frames."""
    await asyncio.to_thread(write_timeline, folder / _TIMELINE, scenes, sample_rate=sample_rate, frame_rate=frame_rate)
    samples = samples_for(sum(scene.frames for scene in scenes), frame_rate)
    mix = _Mix(ffmpeg, folder, samples, levels, ceiling=levels.peak - _PEAK_MARGIN)
    if music is None:
        return await _deliver(mix)
    voice = await mix.loudness(0.0)
    heard = voice > SILENCE
    ducking = Ducking(
        spoken=tuple(_speech(scenes, sample_rate=sample_rate, frame_rate=frame_rate)) if heard else (),
        gain=(voice if heard else _QUIET_VOICE) + music.gain - music.lufs,
        duck=music.duck,
        length=samples,
        piece=music.samples,
    )
    await asyncio.to_thread(write_bed, folder / _BED, music.piece, ducking)
    made = await _deliver(replace(mix, accompanied=True))
    return replace(made, spoken=heard)


async def _deliver(mix: "_Mix") -> Sounded:
    """Encodes a mix as loud as wanted, and again under a lower ceiling should its peaks come out too high.

    What an encoder makes of hard beginnings is known only when it has done so.
    """
    gain: float | None = 0.0
    for _ in range(_MOST_CEILINGS):
        gain = await _solve_gain(mix, gain or 0.0)
        await mix.encode(gain or 0.0)
        loudness = await measure(mix.ffmpeg, mix.folder, SOUND, mix.samples / SOUND_RATE)
        over = loudness.true_peak_dbtp + _ROUNDED - mix.levels.peak
        if over <= 0:
            break
        mix = replace(mix, ceiling=mix.ceiling - over - _ROUNDED)
    return Sounded(spoken=gain is not None, loudness=loudness)


def _speech(scenes: Sequence[Spoken], *, sample_rate: int, frame_rate: int) -> list[Stretch]:
    """When somebody speaks in the film, in samples at SOUND_RATE."""
    found: list[Stretch] = []
    at = 0
    for scene in scenes:
        for start, end in scene.words or ((0, scene.samples),):
            found.append((at + start * SOUND_RATE // sample_rate, at + end * SOUND_RATE // sample_rate))
        at += samples_for(scene.frames, frame_rate)
    return stretches(found)


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


async def measure(ffmpeg: FfmpegExecutor, folder: Path, file: str, seconds: float) -> Loudness:
    """Decodes a file's sound and measures it; silence measures -70 LUFS."""
    command = Command(
        inputs=(Input(WorkdirFile(file), policy=INTERNAL_INPUT),),
        outputs=(Output(NullSink(), None, (no_stream("v"), no_stream("s"), filter_audio(Chain((PEAK_METER,))))),),
    )
    said = await run_ffmpeg(ffmpeg, command, folder=folder, limits=sound_limits(seconds), level="info")
    return Loudness(integrated_lufs=integrated(said), true_peak_dbtp=true_peak(said))


@dataclass(frozen=True)
class _Mix:
    """The time line, alone or accompanied, on its way through the gain and the limiter that delivery uses."""

    ffmpeg: FfmpegExecutor
    folder: Path
    samples: int
    levels: Levels
    ceiling: float
    """dB that no sample exceeds."""
    accompanied: bool = False

    async def loudness(self, gain: float) -> float:
        """How loud it comes out, LUFS."""
        return integrated(await self._run(NullSink(), None, gain, METER, level="info"))

    async def encode(self, gain: float) -> None:
        """Makes SOUND of it: AAC, stereo, exactly so many samples at 48 kHz."""
        exact = (Filter("apad", whole_len=self.samples), Filter("atrim", end_sample=self.samples))
        options = (
            encode_aac(_BIT_RATE, SOUND_RATE),
            DROP_METADATA,
            mp4_timescale(SOUND_RATE, video=False),
            bit_exact("a"),
        )
        await self._run(WorkdirFile(SOUND), "mp4", gain, *exact, options=options)

    async def _run(
        self,
        target: WorkdirFile | NullSink,
        container: Literal["mp4"] | None,
        gain: float,
        *after: Filter,
        options: tuple[Option, ...] = (),
        level: Literal["error", "info"] = "error",
    ) -> str:
        voice = Input(WorkdirFile(_TIMELINE), policy=INTERNAL_INPUT)
        if self.accompanied:
            mixed = Filter("amix", inputs=2, duration="first", normalize=0)
            chains = (
                Chain(_STEREO, (Stream(0, "a"),), "voice"),
                Chain(_STEREO, (Stream(1, "a"),), "bed"),
                Chain((mixed, *self._levelled(gain), *after), ("voice", "bed"), "sound"),
            )
            command = Command(
                inputs=(voice, Input(WorkdirFile(_BED), policy=INTERNAL_INPUT)),
                graph=Graph(chains),
                outputs=(Output(target, container, (map_stream("sound"), *options)),),
            )
        else:
            chain = filter_audio(Chain((*_STEREO, *self._levelled(gain), *after)))
            command = Command(inputs=(voice,), outputs=(Output(target, container, (chain, *options)),))
        limits = sound_limits(self.samples / SOUND_RATE)
        return await run_ffmpeg(self.ffmpeg, command, folder=self.folder, limits=limits, level=level)

    def _levelled(self, gain: float) -> tuple[Filter, ...]:
        ceiling = 10 ** (self.ceiling / 20)
        return (
            Filter("volume", f"{gain:.3f}dB"),
            Filter("alimiter", limit=f"{ceiling:.4f}", attack=5, release=50, level="false", latency="true"),
        )


async def _solve_gain(mix: _Mix, gain: float) -> float | None:
    """The gain in dB that brings the mix to the wanted loudness through the limiter that delivery uses.

    The limiter takes away from what a gain adds, so that the gain is found by measuring, from the given one on; None for
    silence.
    """
    wanted = mix.levels.target_lufs
    loudness = await mix.loudness(gain)
    if loudness <= SILENCE:
        return None
    best = (abs(wanted - loudness), gain)
    slope = 1.0
    for _ in range(_MOST_PASSES - 1):
        if best[0] <= _CLOSE_ENOUGH:
            break
        following = max(-_MOST_GAIN, min(_MOST_GAIN, gain + (wanted - loudness) / slope))
        if following == gain:
            break
        measured = await mix.loudness(following)
        slope = max(0.25, min(1.0, (measured - loudness) / (following - gain)))
        gain, loudness = following, measured
        best = min(best, (abs(wanted - loudness), gain))
    return round(best[1], 3)
