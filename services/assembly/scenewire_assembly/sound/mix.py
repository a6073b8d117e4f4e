"""The sound of a video: all narrations, music under them, normalised to one loudness and encoded once."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from scenewire.ffmpeg.command import INTERNAL_INPUT, Command, Input, NullSink, Output, WorkdirFile
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
from scenewire_assembly.edit import SOUND_RATE
from scenewire_assembly.ffmpeg_job import FfmpegJob, sound_limits
from scenewire_assembly.job_files import SOUND
from scenewire_assembly.sound.ducking import Ducking
from scenewire_assembly.sound.loudness import METER, PEAK_METER, SILENCE, integrated_lufs, true_peak_dbtp
from scenewire_assembly.sound.music import write_music_bed
from scenewire_assembly.sound.narration_track import NarrationTrack

__all__ = ["BackgroundMusic", "Levels", "MixResult", "make_sound", "measure"]


_TIMELINE: Final = "timeline.wav"
_BED: Final = "bed.wav"
_LOUDNESS_TOLERANCE_LU: Final = 0.15
"""A further pass would cost more time than it is worth."""

_MAX_GAIN_PASSES: Final = 5
_MAX_GAIN_DB: Final = 40.0
_PEAK_MARGIN_DB: Final = 0.8
"""Headroom of the limiter: peaks between samples and after AAC are higher than those it measures.

Speech comes out up to 0.8 dB higher, so that few videos have to be encoded again."""

_MAX_CEILINGS: Final = 3
_METER_ROUNDING_DB: Final = 0.05
"""The meter rounds to tenths. Also the extra step by which a ceiling is lowered that was too high."""

_DEFAULT_VOICE_LUFS: Final = -23.0
"""Reference for the music if the narration is silent."""

_BIT_RATE: Final = "192k"
_STEREO: Final = (
    Filter("aresample", SOUND_RATE),
    Filter("aformat", sample_fmts="fltp", channel_layouts="stereo"),
)
"""Comes before the limiter: mono sound measures and limits differently."""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Wanted loudness, LUFS, and highest true peak, dBTP."""

    target_lufs: float = -14.0
    peak: float = -1.5


@dataclass(frozen=True, kw_only=True)
class MixResult:
    """The outcome of a mix.

    Attributes:
        has_speech: False if the narration is silent.
        loudness: measured on SOUND, which the video takes over unchanged.
    """

    has_speech: bool
    loudness: Loudness


@dataclass(frozen=True, kw_only=True)
class BackgroundMusic:
    """Music under the narration.

    Attributes:
        path: 16-bit stereo WAV at SOUND_RATE.
        sha256: of that file.
        samples: its length.
        lufs: its own loudness.
        gain_lu: loudness in pauses, relative to the narration.
        duck_db: reduction under speech.
    """

    path: Path
    sha256: str
    samples: int
    lufs: float
    gain_lu: float
    duck_db: float


async def make_sound(
    job: FfmpegJob, narration: NarrationTrack, levels: Levels, music: BackgroundMusic | None = None
) -> MixResult:
    """Makes SOUND at the wanted loudness, exactly as long as the scenes' frames."""
    await asyncio.to_thread(narration.write, job.folder / _TIMELINE)
    mix = _Mix(job, narration.samples, levels, ceiling_db=levels.peak - _PEAK_MARGIN_DB)
    if music is None:
        return await _encode_at_target(mix)
    voice_lufs = await mix.loudness(0.0)
    has_speech = voice_lufs > SILENCE
    ducking = Ducking(
        speech=narration.speech if has_speech else (),
        gain_db=(voice_lufs if has_speech else _DEFAULT_VOICE_LUFS) + music.gain_lu - music.lufs,
        duck_db=music.duck_db,
        samples=narration.samples,
        music_samples=music.samples,
    )
    await asyncio.to_thread(write_music_bed, job.folder / _BED, music.path, ducking)
    result = await _encode_at_target(replace(mix, has_music=True))
    return replace(result, has_speech=has_speech)


async def measure(job: FfmpegJob, file: str, seconds: float) -> Loudness:
    """Decodes the sound of a file and measures it. Silence is -70 LUFS."""
    command = Command(
        inputs=(Input(WorkdirFile(file), policy=INTERNAL_INPUT),),
        outputs=(Output(NullSink(), None, (no_stream("v"), no_stream("s"), filter_audio(Chain((PEAK_METER,))))),),
    )
    stderr = await job.run(command, sound_limits(seconds), level="info")
    return Loudness(integrated_lufs=integrated_lufs(stderr), true_peak_dbtp=true_peak_dbtp(stderr))


@dataclass(frozen=True)
class _Mix:
    """The narration, with or without music, through the gain and the limiter of the final encode."""

    job: FfmpegJob
    samples: int
    levels: Levels
    ceiling_db: float
    """The limiter's: no sample exceeds it."""
    has_music: bool = False

    @property
    def seconds(self) -> float:
        return self.samples / SOUND_RATE

    async def loudness(self, gain_db: float) -> float:
        """The loudness of the mix at this gain, LUFS."""
        return integrated_lufs(await self._run(NullSink(), None, gain_db, METER, level="info"))

    async def encode(self, gain_db: float) -> None:
        """Encodes the mix to SOUND: AAC, stereo, 48 kHz, with an exact number of samples."""
        exact = (Filter("apad", whole_len=self.samples), Filter("atrim", end_sample=self.samples))
        options = (
            encode_aac(_BIT_RATE, SOUND_RATE),
            DROP_METADATA,
            mp4_timescale(SOUND_RATE, video=False),
            bit_exact("a"),
        )
        await self._run(WorkdirFile(SOUND), "mp4", gain_db, *exact, options=options)

    async def _run(
        self,
        target: WorkdirFile | NullSink,
        container: Literal["mp4"] | None,
        gain_db: float,
        *filters: Filter,
        options: tuple[Option, ...] = (),
        level: Literal["error", "info"] = "error",
    ) -> str:
        voice = Input(WorkdirFile(_TIMELINE), policy=INTERNAL_INPUT)
        if self.has_music:
            mixed = Filter("amix", inputs=2, duration="first", normalize=0)
            chains = (
                Chain(_STEREO, (Stream(0, "a"),), "voice"),
                Chain(_STEREO, (Stream(1, "a"),), "bed"),
                Chain((mixed, *self._levelled(gain_db), *filters), ("voice", "bed"), "sound"),
            )
            command = Command(
                inputs=(voice, Input(WorkdirFile(_BED), policy=INTERNAL_INPUT)),
                graph=Graph(chains),
                outputs=(Output(target, container, (map_stream("sound"), *options)),),
            )
        else:
            chain = filter_audio(Chain((*_STEREO, *self._levelled(gain_db), *filters)))
            command = Command(inputs=(voice,), outputs=(Output(target, container, (chain, *options)),))
        return await self.job.run(command, sound_limits(self.seconds), level=level)

    def _levelled(self, gain_db: float) -> tuple[Filter, ...]:
        ceiling = 10 ** (self.ceiling_db / 20)
        return (
            Filter("volume", f"{gain_db:.3f}dB"),
            Filter("alimiter", limit=f"{ceiling:.4f}", attack=5, release=50, level="false", latency="true"),
        )


async def _encode_at_target(mix: _Mix) -> MixResult:
    """Encodes a mix at the wanted loudness; again under a lower ceiling if its peaks come out too high.

    The peaks that an encoder makes of hard attacks are known only after encoding.
    """
    gain_db: float | None = 0.0
    for _ in range(_MAX_CEILINGS):
        gain_db = await _solve_gain(mix, gain_db or 0.0)
        await mix.encode(gain_db or 0.0)
        loudness = await measure(mix.job, SOUND, mix.seconds)
        excess_db = loudness.true_peak_dbtp + _METER_ROUNDING_DB - mix.levels.peak
        if excess_db <= 0:
            break
        mix = replace(mix, ceiling_db=mix.ceiling_db - excess_db - _METER_ROUNDING_DB)
    return MixResult(has_speech=gain_db is not None, loudness=loudness)


async def _solve_gain(mix: _Mix, gain_db: float) -> float | None:
    """Finds the gain that brings the mix to the wanted loudness through the limiter; None for silence.

    The limiter takes back part of each gain. So the gain is found by measuring, starting from `gain_db`.
    """
    wanted = mix.levels.target_lufs
    loudness = await mix.loudness(gain_db)
    if loudness <= SILENCE:
        return None
    best = (abs(wanted - loudness), gain_db)
    slope = 1.0
    for _ in range(_MAX_GAIN_PASSES - 1):
        if best[0] <= _LOUDNESS_TOLERANCE_LU:
            break
        following = max(-_MAX_GAIN_DB, min(_MAX_GAIN_DB, gain_db + (wanted - loudness) / slope))
        if following == gain_db:
            break
        measured = await mix.loudness(following)
        slope = max(0.25, min(1.0, (measured - loudness) / (following - gain_db)))
        gain_db, loudness = following, measured
        best = min(best, (abs(wanted - loudness), gain_db))
    return round(best[1], 3)
