"""Music under the narration: examined, decoded and measured once, then laid under the film to the sample."""

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
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.ffmpeg.filters import Chain, Filter, Stream
from scenewire.ffmpeg.options import DROP_CHAPTERS, DROP_METADATA, bit_exact, filter_audio, map_stream
from scenewire.messages import ArtifactRef, Music
from scenewire.probe.probe import probe_sound
from scenewire.processes.run import Limits
from scenewire_assembly.edit import SOUND_RATE
from scenewire_assembly.ffmpeg_job import run_ffmpeg
from scenewire_assembly.sound.ducking import Ducking
from scenewire_assembly.sound.loudness import METER, SILENCE, integrated

__all__ = ["Heard", "MusicShelf", "write_bed"]

_CODE: Final = 1
"""Raised when the same piece is decoded or measured differently."""

_DECODED: Final = "music.wav"
_LONGEST: Final = 3_600
"""Seconds of a piece that are used; an hour is 700 MB when it is decoded."""

_SHORTEST: Final = 2
_LIMITS: Final = Limits(memory=2048 << 20, cpu=300, file_size=1 << 30)
_BLOCK: Final = 1 << 17
"""Samples in hand at a time."""


class Heard(BaseModel):
    """A piece as it is used: 16-bit stereo WAV at SOUND_RATE, and how loud it is."""

    model_config = ConfigDict(frozen=True)

    sound: ArtifactRef
    samples: int
    lufs: float


class MusicShelf:
    """Pieces that were listened to; each is decoded once, whatever films it comes in.

    Args:
        store: where they are.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._heard = Results(store, "music")

    async def hear(self, ffmpeg: FfmpegExecutor, music: Music) -> Heard:
        """A piece, decoded and measured.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`; `media_refused`, it is not music of a kind that is
                accepted, is damaged, or nothing is heard of it.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        inputs = fingerprint(music=music.file.sha256, ffmpeg=ffmpeg.version, code=_CODE)
        heard = await self._heard.find(inputs, Heard)
        if heard is None:
            with _about_music(music):
                piece = await self._store.open(music.file)
                await probe_sound(piece)
                async with self._store.scratch() as folder:
                    samples, lufs = await _decode(ffmpeg, piece, folder)
                    sound = await self._store.add(folder / _DECODED, "audio/wav")
            heard = await self._heard.save(inputs, Heard(sound=sound, samples=samples, lufs=lufs))
        return heard


async def _decode(ffmpeg: FfmpegExecutor, piece: Path, folder: Path) -> tuple[int, float]:
    """Writes the piece as a WAV of our own; returns its samples and how loud it is, LUFS."""
    heard = Chain(
        (
            Filter("aresample", SOUND_RATE),
            Filter("aformat", sample_fmts="s16", channel_layouts="stereo"),
            METER,
        )
    )
    command = Command(
        inputs=(Input(File(piece), policy=UNTRUSTED_AUDIO, duration=_LONGEST),),
        outputs=(
            Output(
                WorkdirFile(_DECODED),
                "wav",
                (map_stream(Stream(0, "a")), filter_audio(heard), DROP_METADATA, DROP_CHAPTERS, bit_exact()),
            ),
        ),
        stop_on_error=True,
    )
    try:
        said = await run_ffmpeg(ffmpeg, command, folder=folder, limits=_LIMITS, level="info")
    except PermanentError as error:
        if error.code is not FailureCode.RENDER_FAILED:
            raise
        raise _refused(f"it cannot be decoded without errors: {error.message}") from error
    samples = await asyncio.to_thread(_samples, folder / _DECODED)
    if samples < _SHORTEST * SOUND_RATE:
        raise _refused(f"it is shorter than {_SHORTEST} s")
    lufs = integrated(said)
    if lufs <= SILENCE:
        raise _refused("nothing is heard of it")
    return samples, lufs


def write_bed(target: Path, piece: Path, ducking: Ducking) -> None:
    """Writes what is heard of a piece under a film: from its beginning, anew where it ends, as loud as `ducking` says.

    Blocks, and holds little in memory at a time. Both files are 16-bit stereo WAV at SOUND_RATE.
    """
    with wave.open(str(piece), "rb") as music, wave.open(str(target), "wb") as bed:
        bed.setnchannels(2)
        bed.setsampwidth(2)
        bed.setframerate(SOUND_RATE)
        for start in range(0, ducking.length, _BLOCK):
            end = min(start + _BLOCK, ducking.length)
            sound = np.frombuffer(_read(music, start % ducking.piece, end - start), "<i2").reshape(-1, 2)
            mixed = np.rint(sound * ducking.factors(start, end)[:, None])
            bed.writeframesraw(np.clip(mixed, -32_768, 32_767).astype("<i2").tobytes())


def _read(music: wave.Wave_read, at: int, count: int) -> bytes:
    """So many samples from one on, as if the piece had no end."""
    parts: list[bytes] = []
    while count > 0:
        music.setpos(at)
        part = music.readframes(count)
        parts.append(part)
        count -= len(part) // 4
        at = 0
    return b"".join(parts)


def _samples(path: Path) -> int:
    with wave.open(str(path), "rb") as file:
        return file.getnframes()


def _refused(reason: str) -> PermanentError:
    return PermanentError(FailureCode.MEDIA_REFUSED, reason)


@contextmanager
def _about_music(music: Music) -> Iterator[None]:
    """Says of every failure that it is about the music, and what can be done."""
    name = f"the music “{music.title}”" if music.title else "the music"
    try:
        yield
    except PermanentError as error:
        hint = "order with another file, or convert this one to flac or wav with another program"
        hint = hint if error.code is FailureCode.MEDIA_REFUSED else error.hint
        raise PermanentError(error.code, f"{name}: {error.message}", hint=hint) from error
    except TransientError as error:
        raise TransientError(error.code, f"{name}: {error.message}", hint=error.hint) from error
