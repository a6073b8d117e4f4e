"""The narrations of all scenes on one time line."""

import wave
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError
from scenewire_assembly.edit import SOUND_RATE, samples_for
from scenewire_assembly.sound.ducking import SampleRange, merge_speech

__all__ = ["NarrationTrack", "SceneAudio"]

_COPY_SAMPLES: Final = 1 << 16


@dataclass(frozen=True)
class SceneAudio:
    """The narration of one scene, and the scene's length in the video.

    Attributes:
        scene_number: for errors.
        audio: mono 16-bit WAV.
        samples: its exact length.
        frames: length of the scene.
        words: times of the words in samples of this narration; None if unknown, empty if nobody speaks.
    """

    scene_number: int
    audio: Path
    samples: int
    frames: int
    words: tuple[SampleRange, ...] | None = None


@dataclass(frozen=True)
class NarrationTrack:
    """All narrations in order, each from the first frame of its scene.

    Attributes:
        scenes: in order.
        sample_rate: of their files.
        frame_rate: of the video.
        closing_frames: frames after the last scene, in which nobody speaks.
    """

    scenes: tuple[SceneAudio, ...]
    sample_rate: int
    frame_rate: int
    closing_frames: int = 0

    @property
    def samples(self) -> int:
        """Length of the video's sound, at SOUND_RATE."""
        return samples_for(sum(scene.frames for scene in self.scenes) + self.closing_frames, self.frame_rate)

    @property
    def speech(self) -> tuple[SampleRange, ...]:
        """Ranges of speech in the video, at SOUND_RATE. A narration without word times counts as a whole."""
        words: list[SampleRange] = []
        offset = 0
        for scene in self.scenes:
            for start, end in ((0, scene.samples),) if scene.words is None else scene.words:
                words.append(
                    (offset + start * SOUND_RATE // self.sample_rate, offset + end * SOUND_RATE // self.sample_rate)
                )
            offset += samples_for(scene.frames, self.frame_rate)
        return tuple(merge_speech(words))

    def write(self, target: Path) -> None:
        """Writes all narrations as one mono WAV, each padded with silence to the last frame of its scene.

        The silence of the closing follows.

        Blocks. Reads each narration in small parts.

        Raises:
            PermanentError: `artifact_corrupt` with the scene, if its file differs from its message; `render_failed`,
                if the sample rate is not a multiple of the frame rate.
        """
        samples_per_frame, remainder = divmod(self.sample_rate, self.frame_rate)
        if remainder:
            message = f"the sample rate {self.sample_rate} Hz is not a multiple of {self.frame_rate} frames a second"
            raise PermanentError(FailureCode.RENDER_FAILED, message, hint="order with 25 or 30 frames a second")
        with wave.open(str(target), "wb") as track:
            track.setnchannels(1)
            track.setsampwidth(2)
            track.setframerate(self.sample_rate)
            for scene in self.scenes:
                self._append(track, scene)
                track.writeframesraw(bytes(2 * (scene.frames * samples_per_frame - scene.samples)))
            track.writeframesraw(bytes(2 * self.closing_frames * samples_per_frame))

    def _append(self, track: wave.Wave_write, scene: SceneAudio) -> None:
        found = None
        with suppress(wave.Error, EOFError), wave.open(str(scene.audio), "rb") as audio:
            found = (audio.getnchannels(), audio.getsampwidth(), audio.getframerate(), audio.getnframes())
            if found == (1, 2, self.sample_rate, scene.samples):
                copied = 0
                while chunk := audio.readframes(_COPY_SAMPLES):
                    track.writeframesraw(chunk)
                    copied += len(chunk)
                if copied == 2 * scene.samples:
                    return
        actual = "it is cut off or not a WAV file"
        if found:
            channels, width, rate, samples = found
            actual = f"its header says {channels} channel(s), {8 * width} bits, {rate} Hz, {samples} samples"
        raise PermanentError(
            FailureCode.ARTIFACT_CORRUPT,
            f"scene {scene.scene_number}: the narration must be mono, 16 bits, {self.sample_rate} Hz, "
            f"{scene.samples} samples; {actual}",
            hint="order again",
        )
