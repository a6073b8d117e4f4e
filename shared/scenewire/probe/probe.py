"""Measures media files in a child process with limits.

Name and header of a file are not trusted: frames are counted, the frame rate is checked against the time stamps, and the
first picture is decoded.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenewire.errors import TransientError
from scenewire.messages import SourceFacts
from scenewire.observability.tracing import span
from scenewire.probe.refusal import first_problem, refusal
from scenewire.processes.run import Limits, run_program

__all__ = [
    "MAX_RECORDING_S",
    "AudioFacts",
    "MediaFacts",
    "VideoFacts",
    "facts_of",
    "probe_media",
    "probe_recording",
    "probe_sound",
    "probe_video",
]

_Kind = Literal["media", "footage", "sound"]

_CHILD: Final = Path(__file__).with_name("child.py")
_LIMITS: Final = Limits(memory=2 << 30, cpu=120, file_size=0)
_FOOTAGE_CPU_S: Final = 20
"""A clip of four hours takes half of it; some hostile files take days."""

MIN_PIXELS: Final = 16
"""Smallest width and height as shown."""

MAX_ASPECT: Final = 8
"""Largest ratio of the sides; filling the frame with a narrower picture would need too much memory."""

MIN_FPS: Final = 1
MAX_FPS: Final = 240
"""Frame rates of cameras."""

MAX_RECORDING_S: Final = 900
"""Of the narration of a scene, which is held in memory."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class VideoFacts(_Facts):
    """Facts about a video stream."""

    codec: str = Field(description="The decoder's name, such as h264.")
    width: int = Field(gt=0, description="Pixels as stored; `display_width` is what a viewer sees.")
    height: int = Field(gt=0)
    sample_aspect: tuple[int, int] = Field(description="Width to height of one pixel.")
    rotation: int = Field(ge=0, lt=360, description="Degrees by which a player turns it.")
    pixel_format: str
    frame_rate: tuple[int, int] = Field(description="Frames a second as a fraction, such as (30000, 1001).")
    constant_rate: bool = Field(description="Every time stamp is where that rate puts it.")
    frames: int = Field(gt=0, description="Shown pictures, counted.")
    monotone: bool = Field(description="Every packet has a time stamp and decoding times rise.")
    start: float = Field(description="Seconds, the first picture's time stamp.")
    duration: float = Field(gt=0, description="Seconds, from the first picture to the end of the last.")
    transfer: int = Field(ge=0, description="How its brightness is coded, as H.273 counts: 1 is BT.709, 2 not said.")
    matrix: int = Field(ge=0, description="How its colours are coded, as H.273 counts: 1 is BT.709, 2 not said.")
    opening: int = Field(ge=0, description="Frames at the start that are black, or stand; measured for footage only.")
    key_frames: tuple[int, ...] = Field(description="Frames at which decoding can begin; of very many, some.")
    audio_codec: str | None = Field(
        default=None, description="Codec of the sound beside it; None: there is none. Filled by `probe_video`."
    )
    parameters: str = Field(description="SHA-256 of the decoder parameters: equal ones can be joined by copying.")

    @property
    def display_width(self) -> int:
        """Width as shown: rotated, with square pixels."""
        return self.height if self._is_rotated else self._square_width

    @property
    def display_height(self) -> int:
        """Height as shown."""
        return self._square_width if self._is_rotated else self.height

    def as_source(self) -> SourceFacts:
        """Returns the facts that messages carry about footage; width and height as shown."""
        numerator, denominator = self.frame_rate
        return SourceFacts(
            width=self.display_width,
            height=self.display_height,
            frame_rate_numerator=numerator,
            frame_rate_denominator=denominator,
            duration_frames=self.frames,
            video_codec=self.codec,
            audio_codec=self.audio_codec,
            transfer=self.transfer,
            matrix=self.matrix,
        )

    @property
    def _is_rotated(self) -> bool:
        return self.rotation in (90, 270)

    @property
    def _square_width(self) -> int:
        across, down = self.sample_aspect
        return max(round(self.width * across / down), 1)


class AudioFacts(_Facts):
    """Facts about an audio stream."""

    codec: str = Field(description="The decoder's name, such as aac.")
    sample_rate: int = Field(gt=0, description="Hertz.")
    channels: int = Field(gt=0)
    duration: float = Field(ge=0, description="Seconds.")
    samples: int = Field(ge=0, description="The duration in samples of one channel.")
    packets: int = Field(ge=0)
    monotone: bool


class MediaFacts(_Facts):
    """Facts about a file, its first video stream and its first audio stream. It has at least one of them."""

    container: str = Field(description="The format's names, such as mov,mp4,m4a,3gp,3g2,mj2.")
    duration: float = Field(ge=0, description="Seconds, as the file declares or, failing that, as read.")
    complete: bool = Field(description="Nothing is cut off: the file holds what its header declares.")
    stream_types: tuple[str, ...] = Field(description="Of every stream: video, audio, subtitle, data.")
    has_picture: bool = Field(description="Whether it has a picture that is not a cover.")
    chapters: int
    video: VideoFacts | None
    audio: AudioFacts | None


async def probe_media(path: Path, *, timeout: float = 120) -> MediaFacts:  # noqa: ASYNC109 - the program's limit
    """Examines a file by reading all its packets and decoding its first picture.

    Args:
        path: a local file.
        timeout: wall seconds.

    Raises:
        PermanentError: `media_refused`, with the reason.
        TransientError: `program_timeout`.
    """
    return await _examined("media", path, timeout, _LIMITS)


async def _examined(kind: _Kind, path: Path, timeout: float, limits: Limits) -> MediaFacts:  # noqa: ASYNC109
    with span("probe", kind=kind):
        done = await run_program(_command(path, kind), timeout=timeout, limits=limits)
    if done.returncode:
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise refusal(path, f"examining it ended with {ended}", detail=done.stderr)
    try:
        answer = json.loads(done.stdout)
        if "refused" in answer:
            raise refusal(path, answer["refused"])
        facts = answer["facts"]
    except (ValueError, TypeError, KeyError) as error:
        raise refusal(path, "its facts are inconsistent") from error
    return facts_of(path, facts)


def facts_of(path: Path, facts: Any) -> MediaFacts:
    """Validates what an examination found.

    Args:
        path: the examined file.
        facts: as `scenewire.probe.child.examine` returns them.

    Raises:
        PermanentError: `media_refused`, they are inconsistent.
    """
    try:
        return MediaFacts.model_validate(facts)
    except ValidationError as error:
        raise refusal(path, first_problem(error)) from error


async def probe_video(path: Path, *, timeout: float = 60) -> VideoFacts:  # noqa: ASYNC109 - the program's limit
    """Examines a clip from outside; raises if it cannot be used as footage.

    Raises:
        PermanentError: `media_refused`: unreadable, cut off, no picture, not decodable, or of an absurd rate or shape.
    """
    try:
        facts = await _examined("footage", path, timeout, replace(_LIMITS, cpu=_FOOTAGE_CPU_S))
    except TransientError as error:
        raise refusal(path, f"examining it took longer than {timeout:.0f} s") from error
    if facts.video is None:
        raise refusal(path, "it holds no picture")
    if not facts.complete:
        raise refusal(path, f"it is cut off or damaged: {facts.video.frames} frames are there, more are declared")
    numerator, denominator = facts.video.frame_rate
    if not MIN_FPS <= numerator / denominator <= MAX_FPS:
        raise refusal(path, f"its frame rate is {numerator}/{denominator}")
    if not facts.video.monotone:
        raise refusal(path, "its time stamps are missing or run backwards")
    width, height = facts.video.display_width, facts.video.display_height
    if min(width, height) < MIN_PIXELS or max(width, height) > MAX_ASPECT * min(width, height):
        raise refusal(path, f"its picture of {width}x{height} is too small or too narrow")
    return facts.video.model_copy(update={"audio_codec": facts.audio and facts.audio.codec})


async def probe_sound(path: Path, *, timeout: float = 60) -> AudioFacts:  # noqa: ASYNC109 - the program's limit
    """Examines music from outside; raises if it cannot be decoded safely.

    Raises:
        PermanentError: `media_refused`: unreadable, without sound, or of another format than mp3, wav, flac, ogg, m4a.
    """
    return (await _sound(path, timeout))[1]


async def probe_recording(path: Path, *, timeout: float = 60) -> AudioFacts:  # noqa: ASYNC109 - the program's limit
    """Examines the recording of a voice from outside; raises if it cannot narrate a scene.

    Raises:
        PermanentError: `media_refused`: as `probe_sound`; also a video, or longer than `MAX_RECORDING_S`.
    """
    facts, audio = await _sound(path, timeout)
    if facts.has_picture:
        raise refusal(path, "it is a video; a narration is sound alone")
    if audio.duration > MAX_RECORDING_S:
        raise refusal(path, f"it lasts {audio.duration:.0f} s; the limit is {MAX_RECORDING_S} s for a scene")
    return audio


async def _sound(path: Path, timeout: float) -> tuple[MediaFacts, AudioFacts]:  # noqa: ASYNC109 - the program's limit
    try:
        facts = await _examined("sound", path, timeout, replace(_LIMITS, cpu=_FOOTAGE_CPU_S))
    except TransientError as error:
        raise refusal(path, f"examining it took longer than {timeout:.0f} s") from error
    if facts.audio is None or not facts.audio.packets:
        raise refusal(path, "it holds no sound")
    return facts, facts.audio


def _command(path: Path, kind: _Kind = "media") -> list[str | Path]:
    """Returns the command of the isolated child: environment and working folder do not affect its imports."""
    return [sys.executable, "-I", _CHILD, kind, path.absolute()]
