"""The sound of a video, stored under the hash of everything that shapes it.

An edit of pictures or captions, or a redelivery after a crash, finds it again: mixing and encoding the sound costs more than joining the video.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from pydantic import BaseModel, ConfigDict

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import ArtifactRef
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.job_files import SOUND
from scenewire_assembly.sound.mix import BackgroundMusic, Levels, MixResult, make_sound
from scenewire_assembly.sound.narration_track import NarrationTrack

__all__ = ["SoundCache"]

_CACHE_VERSION: Final = 1
"""Increase it when the same inputs give another sound, so that stored sounds of older code are not reused."""


class _StoredSound(BaseModel):
    model_config = ConfigDict(frozen=True)

    audio: ArtifactRef
    mix: MixResult


class SoundCache:
    """Makes each sound once, however many videos have it.

    Args:
        store: holds the sounds.
        levels: wanted loudness and peak.
    """

    def __init__(self, store: ArtifactStore, levels: Levels) -> None:
        self._store = store
        self._levels = levels
        self._results = Results(store, "sound")

    async def place(
        self,
        job: FfmpegJob,
        track: NarrationTrack,
        narrations: Sequence[ArtifactRef],
        music: BackgroundMusic | None,
        *,
        rerun: Mapping[str, str],
    ) -> MixResult:
        """Puts SOUND into a job's folder: the stored one, or a new one, which is then stored.

        Args:
            job: mixes and encodes.
            track: all narrations.
            narrations: their files, in order.
            music: under the narration.
            rerun: part of the fingerprint.

        Raises:
            PermanentError: `artifact_corrupt`, with the scene; `render_failed`.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        inputs = fingerprint(
            narrations=[narration.sha256 for narration in narrations],
            scenes=[[scene.samples, scene.frames, scene.words] for scene in track.scenes],
            rates=[track.sample_rate, track.frame_rate],
            closing_frames=track.closing_frames,
            music=None if music is None else asdict(music) | {"path": None},
            levels=asdict(self._levels),
            ffmpeg=job.ffmpeg.version,
            code=_CACHE_VERSION,
            **rerun,
        )
        sound = await self._results.find(inputs, _StoredSound)
        if sound is None:
            mix = await make_sound(job, track, self._levels, music)
            audio = await self._store.add(job.folder / SOUND, "audio/mp4")
            sound = await self._results.save(inputs, _StoredSound(audio=audio, mix=mix))
        path = job.folder / SOUND
        path.unlink(missing_ok=True)
        path.symlink_to(await self._store.open(sound.audio))
        return sound.mix
