"""Background music: checked, decoded and measured once, then fitted to the video sample by sample."""

import asyncio
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.ffmpeg.command import UNTRUSTED_AUDIO, Command, File, Input, Output, WorkdirFile
from scenewire.ffmpeg.filters import Chain, Filter, Stream
from scenewire.ffmpeg.options import DROP_CHAPTERS, DROP_METADATA, bit_exact, filter_audio, map_stream
from scenewire.messages import ArtifactRef, Music
from scenewire.probe.probe import probe_sound
from scenewire.processes.run import Limits
from scenewire_assembly.edit import SOUND_RATE
from scenewire_assembly.ffmpeg_job import FfmpegJob, FfmpegOnDemand
from scenewire_assembly.sound.ducking import Ducking
from scenewire_assembly.sound.loudness import METER, SILENCE, integrated_lufs

__all__ = ["MusicAnalysis", "MusicCache", "write_music_bed"]

_CACHE_VERSION: Final = 2
"""Increase it when the same file is decoded or measured differently."""

_DECODED: Final = "music.wav"
_TRIMMED: Final = "trimmed.wav"
_SILENCE_LU: Final = 40.0
"""So far below the loudness of the piece, its beginning and end are silence: they would be a gap at every repetition."""

_WINDOW_SAMPLES: Final = SOUND_RATE // 100
_MAX_MUSIC_S: Final = 3_600
"""Only so much of a file is used: an hour is 700 MB when decoded."""

_MIN_MUSIC_S: Final = 2
_LIMITS: Final = Limits(memory=2048 << 20, cpu=300, file_size=1 << 30)
_BLOCK_SAMPLES: Final = 1 << 17


class MusicAnalysis(BaseModel):
    """Decoded music without silence at its ends: 16-bit stereo WAV at SOUND_RATE, its length and its loudness."""

    model_config = ConfigDict(frozen=True)

    audio: ArtifactRef
    samples: int
    lufs: float


class MusicCache:
    """Decodes and measures each music file once, however many videos use it.

    Args:
        store: holds the files and the results.
        ffmpeg: decodes the files.
    """

    def __init__(self, store: ArtifactStore, ffmpeg: FfmpegOnDemand) -> None:
        self._store = store
        self._ffmpeg = ffmpeg
        self._results = Results(store, "music")

    async def analyse(self, music: Music) -> MusicAnalysis:
        """Returns the stored analysis of a file, or decodes and measures the file.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`; `media_refused`, if the format is not accepted or
                the file is damaged, silent or too short.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        ffmpeg = await self._ffmpeg.executor()
        inputs = fingerprint(music=music.file.sha256, ffmpeg=ffmpeg.version, code=_CACHE_VERSION)
        analysis = await self._results.find(inputs, MusicAnalysis)
        if analysis is None:
            with _music_errors(music):
                path = await self._store.open(music.file)
                await probe_sound(path)
                async with self._store.scratch() as folder:
                    samples, lufs = await _decode(FfmpegJob(ffmpeg, folder), path)
                    audio = await self._store.add(folder / _TRIMMED, "audio/wav")
            analysis = await self._results.save(inputs, MusicAnalysis(audio=audio, samples=samples, lufs=lufs))
        return analysis


async def _decode(job: FfmpegJob, path: Path) -> tuple[int, float]:
    """Decodes a file to _TRIMMED in the job's folder; returns its samples and its loudness in LUFS."""
    filters = (
        Filter("aresample", SOUND_RATE),
        Filter("aformat", sample_fmts="s16", channel_layouts="stereo"),
        METER,
    )
    options = (map_stream(Stream(0, "a")), filter_audio(Chain(filters)), DROP_METADATA, DROP_CHAPTERS, bit_exact())
    command = Command(
        inputs=(Input(File(path), policy=UNTRUSTED_AUDIO, duration=_MAX_MUSIC_S),),
        outputs=(Output(WorkdirFile(_DECODED), "wav", options),),
        stop_on_error=True,
    )
    try:
        stderr = await job.run(command, _LIMITS, level="info")
    except PermanentError as error:
        if error.code is not FailureCode.RENDER_FAILED:
            raise
        raise _refused(f"the file cannot be decoded without errors: {error.message}") from error
    lufs = integrated_lufs(stderr)
    if lufs <= SILENCE:
        raise _refused("the file is silent, or shorter than half a second")
    threshold = 10 ** ((lufs - _SILENCE_LU) / 20)
    samples = await asyncio.to_thread(_trim, job.folder / _DECODED, job.folder / _TRIMMED, threshold)
    if samples < _MIN_MUSIC_S * SOUND_RATE:
        raise _refused(f"the file is shorter than {_MIN_MUSIC_S} s, without the silence at its ends")
    return samples, lufs


def _trim(source: Path, target: Path, threshold: float) -> int:
    """Copies a WAV without the silence at its ends; returns the samples that are left.

    Args:
        source: 16-bit stereo WAV at SOUND_RATE.
        target: the copy.
        threshold: RMS of a window up to which it is silent; 1 is full scale.
    """
    with wave.open(str(source), "rb") as sound:
        first, end = _sounding_range(sound, threshold)
        sound.setpos(first)
        with wave.open(str(target), "wb") as trimmed:
            trimmed.setparams(sound.getparams())
            for start in range(first, end, _BLOCK_SAMPLES):
                trimmed.writeframesraw(sound.readframes(min(_BLOCK_SAMPLES, end - start)))
    return end - first


def _sounding_range(sound: wave.Wave_read, threshold: float) -> tuple[int, int]:
    """Returns the first sample of the first window that sounds, and the sample after the last one."""
    total = sound.getnframes()
    first, end = total, total
    for start in range(0, total, _WINDOW_SAMPLES * 1_000):
        block = np.frombuffer(sound.readframes(_WINDOW_SAMPLES * 1_000), "<i2").astype(np.float64) / 32_768
        padded = np.pad(block, (0, -len(block) % (2 * _WINDOW_SAMPLES)))
        rms = np.sqrt(np.square(padded.reshape(-1, 2 * _WINDOW_SAMPLES)).mean(axis=1))
        sounding = np.nonzero(rms > threshold)[0]
        if sounding.size:
            first = min(first, start + int(sounding[0]) * _WINDOW_SAMPLES)
            end = min(total, start + (int(sounding[-1]) + 1) * _WINDOW_SAMPLES)
    return first, end


def write_music_bed(target: Path, music: Path, ducking: Ducking) -> None:
    """Writes the music as it sounds under the video: repeated to its length, with the gain of `ducking`.

    Blocks. Holds little in memory at a time. Both files are 16-bit stereo WAV at SOUND_RATE.
    """
    with wave.open(str(music), "rb") as source, wave.open(str(target), "wb") as bed:
        bed.setnchannels(2)
        bed.setsampwidth(2)
        bed.setframerate(SOUND_RATE)
        for start in range(0, ducking.samples, _BLOCK_SAMPLES):
            end = min(start + _BLOCK_SAMPLES, ducking.samples)
            block = _read_repeated(source, start % ducking.music_samples, end - start)
            sound = np.frombuffer(block, "<i2").reshape(-1, 2)
            levelled = np.rint(sound * ducking.gain_envelope(start, end)[:, None])
            bed.writeframesraw(np.clip(levelled, -32_768, 32_767).astype("<i2").tobytes())


def _read_repeated(source: wave.Wave_read, start: int, count: int) -> bytes:
    """Reads samples from `start` on; continues at the beginning after the last one."""
    parts: list[bytes] = []
    while count > 0:
        source.setpos(start)
        part = source.readframes(count)
        parts.append(part)
        count -= len(part) // 4
        start = 0
    return b"".join(parts)


def _refused(reason: str) -> PermanentError:
    return PermanentError(FailureCode.MEDIA_REFUSED, reason)


@contextmanager
def _music_errors(music: Music) -> Iterator[None]:
    """Names the music in every failure, and adds a hint to a refusal."""
    name = f"the music “{music.title}”" if music.title else "the music"
    try:
        yield
    except PermanentError as error:
        hint = "order with another file, or convert this one to flac or wav with another program"
        hint = hint if error.code is FailureCode.MEDIA_REFUSED else error.hint
        raise PermanentError(error.code, f"{name}: {error.message}", hint=hint) from error
    except TransientError as error:
        raise TransientError(error.code, f"{name}: {error.message}", hint=error.hint) from error
