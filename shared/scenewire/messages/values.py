"""Values that messages share: the video as ordered, its scenes, and what each stage made of them."""

from typing import Literal, Self
from uuid import UUID

from pydantic import (
    Field,
    model_validator,
)

from scenewire import timeline
from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.base import DEFAULT_DURATION, MAX_SCENES, Name, SceneNumber, Text, Topic, WireModel

__all__ = [
    "Brief",
    "Candidate",
    "Clip",
    "Credit",
    "Footage",
    "Look",
    "Loudness",
    "Music",
    "Narration",
    "Options",
    "Scene",
    "Segment",
    "SourceFacts",
    "Word",
]


class Look(WireModel):
    """What the finished picture is."""

    width: int = Field(default=1920, ge=128, le=3840, multiple_of=2, description="Pixels.")
    height: int = Field(default=1080, ge=128, le=3840, multiple_of=2, description="Pixels.")
    frame_rate: Literal[24, 25, 30, 50, 60] = Field(
        default=30, description="Whole frames a second, so that a frame is a whole number of 48 kHz samples."
    )
    captions: bool = Field(default=True, description="Burn the narration into the picture.")
    caption_style: Literal["highlight", "plain", "box", "karaoke", "bold"] = Field(
        default="highlight",
        description="How captions look: the spoken word coloured, plain letters, letters on a dark box, words filled "
        "with colour as they are spoken, or a few big words at a time.",
    )
    fit: Literal["cover", "pad", "blur"] = Field(
        default="cover",
        description="Footage of another shape is cropped, stands on black, or stands on a blurred copy of itself.",
    )
    title: bool = Field(default=True, description="Show the film's title over the footage of its first scene.")


class Music(WireModel):
    """A piece that plays under the narration, again and again until the film ends."""

    file: ArtifactRef = Field(description="mp3, wav, flac, ogg or m4a.")
    gain: float = Field(
        default=-10, ge=-40, le=10, description="How much louder than the narration it is while nobody speaks, LU."
    )
    duck: float = Field(default=10, ge=0, le=40, description="By how much it is lowered while somebody speaks, dB.")
    title: str = Field(default="", max_length=500)
    creator: str = Field(default="", max_length=500)
    licence: str = Field(default="", max_length=500)
    source_url: str = Field(default="", max_length=2_000)


class Options(WireModel):
    """What the order asked for beyond its words; a snapshot travels with every message."""

    target_duration: float = Field(default=DEFAULT_DURATION, gt=0, le=14_400, description="Wanted length, seconds.")
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="Language tag.")
    voice: Name | None = Field(default=None, description="The engine's name of a voice; None takes its default.")
    speed: float | None = Field(
        default=None, ge=0.5, le=2, description="Of the speech, 1 being the voice's own; None takes the setting."
    )
    look: Look = Look()
    footage_providers: tuple[Name, ...] | None = Field(
        default=None, max_length=20, description="Names of footage servers in order of preference; None takes all."
    )
    music: Music | None = Field(default=None, description="What plays under the narration.")


class Brief(WireModel):
    """What the whole film is; repeated in every message of its scenes."""

    topic: Topic
    title: Topic
    scene_count: int = Field(ge=1, le=MAX_SCENES)
    options: Options
    notes: tuple[str, ...] = Field(default=(), description="What the script service changed or left out, for people.")


class Scene(WireModel):
    """One unit of work from fan-out to fan-in."""

    id: UUID
    scene_number: SceneNumber
    text: Text = Field(description="The words to be spoken: plain text; empty lines part its paragraphs.")
    footage_query: str = Field(description="What to search footage for.")
    keywords: tuple[str, ...] = Field(default=(), description="Most telling words, best first.")
    estimated_duration: float = Field(gt=0, description="Seconds, before anything was spoken.")
    wanted_duration: float | None = Field(
        default=None,
        gt=0,
        description="Seconds that its narration is to last, silence included, so that the film is as long as ordered; "
        "None: as long as it takes.",
    )


class Word(WireModel):
    """A spoken word and when, in samples of its narration."""

    text: str
    start_sample: int = Field(ge=0)
    end_sample: int = Field(ge=0)


class Narration(WireModel):
    """The speech of one scene: mono 16-bit WAV."""

    audio: ArtifactRef
    samples: int = Field(gt=0, description="Exact length of the audio.")
    sample_rate: int = Field(gt=0, description="Hertz.")
    words: tuple[Word, ...]
    text: str = Field(default="", description="What was spoken, as it is written; empty lines part its paragraphs.")
    engine: str
    voice: str
    speed: float = Field(default=1.0, gt=0, description="Of the speech; 1 is the voice's own.")
    notes: tuple[str, ...] = Field(default=(), description="What speech changed or left out, for people.")


class Credit(WireModel):
    """Who made a clip and under which terms it is used."""

    provider: str
    title: str
    creator: str = ""
    licence: str = ""
    source_url: str = ""
    notice: str = Field(default="", description="What the terms want said where the film is shown.")
    review: str = Field(default="", description="Why a person should look at its rights before it is published.")


class SourceFacts(WireModel):
    """What a probe measured of a source file."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frame_rate_numerator: int = Field(gt=0)
    frame_rate_denominator: int = Field(gt=0)
    duration_frames: int = Field(gt=0)
    video_codec: str
    transfer: int = Field(default=2, ge=0, le=255, description="As H.273 counts them: 16 is PQ, 18 HLG, 2 not said.")
    matrix: int = Field(default=2, ge=0, le=255, description="Of the colours, as H.273 counts them: 2 is not said.")

    @property
    def rate(self) -> timeline.FrameRate:
        """Its frames a second, exactly."""
        return timeline.FrameRate(self.frame_rate_numerator, self.frame_rate_denominator)


class Clip(WireModel):
    """A stretch of a source file, half-open in the source's own frames."""

    file: ArtifactRef
    in_frame: int = Field(ge=0)
    out_frame: int = Field(gt=0)
    facts: SourceFacts
    source_id: str = Field(description="The provider's id of the file.")
    credit: Credit

    @model_validator(mode="after")
    def _lies_in_its_source(self) -> Self:
        if faults := timeline.validate_clip(self.stretch):
            raise ValueError(f"clip {self.source_id}: " + "; ".join(str(fault) for fault in faults))
        return self

    @property
    def stretch(self) -> timeline.Clip:
        """The same, to be checked and reckoned with."""
        return timeline.Clip(
            source_path=self.file.key,
            in_point=timeline.Position(self.in_frame),
            out_point=timeline.Position(self.out_frame),
            source_duration=timeline.Duration(self.facts.duration_frames),
        )


class Candidate(WireModel):
    """A clip that was considered, and why it was or was not taken."""

    provider: str
    source_id: str
    title: str
    score: float
    reason: str
    chosen: bool = False
    source_url: str = ""
    duration: float | None = Field(default=None, ge=0, description="Seconds, where the provider says so.")


class Footage(WireModel):
    """The pictures of one scene. Without clips the assembly paints a background."""

    clips: tuple[Clip, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    fallback: bool = Field(description="True when nothing fitted and a background is painted instead.")
    reason: str = Field(default="", description="Why it is a fallback.")
    notes: tuple[str, ...] = Field(default=(), description="Clips that were left out and why, for people.")


class Segment(WireModel):
    """One scene's finished picture, without sound."""

    video: ArtifactRef
    frames: int = Field(gt=0)
    parameters: str = Field(default="", description="SHA-256 of its decoder parameters: equal ones join by copying.")
    notes: tuple[str, ...] = Field(default=(), description="What the picture lacks, for people.")


class Loudness(WireModel):
    """As measured on the finished film, ITU-R BS.1770 through EBU R 128."""

    integrated_lufs: float
    true_peak_dbtp: float
