"""Values that messages share: the ordered video, its scenes, and the result of each stage."""

from typing import Annotated, Final, Literal, Self, get_args
from uuid import UUID

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from scenewire import timeline
from scenewire.messages.artifacts import ArtifactRef
from scenewire.messages.background import Background
from scenewire.messages.base import (
    DEFAULT_DURATION,
    DEFAULT_LANGUAGE,
    MAX_SCENES,
    Budget,
    Name,
    SceneNumber,
    Text,
    Topic,
    WireModel,
)
from scenewire.messages.designs import DesignedSentence
from scenewire.messages.media import MAX_MEDIA, OwnMedia
from scenewire.messages.narrations import OwnNarration

__all__ = [
    "Brief",
    "Candidate",
    "CaptionStyle",
    "Clip",
    "Credit",
    "Footage",
    "Look",
    "Loudness",
    "Music",
    "Narration",
    "Options",
    "OrderedMusic",
    "Remade",
    "RemadeStage",
    "Scene",
    "Segment",
    "SourceFacts",
    "Word",
]


CaptionStyle = Literal["clean", "pop", "box", "karaoke", "minimal"]

_Share = Annotated[float, Field(ge=0, le=1)]

Mood = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=40, pattern=r"^[^\W_][\w -]*$")
]
"""Name of a mood: letters, digits, spaces, hyphens and underscores."""

_FORMER_STYLES: Final = {"highlight": "clean", "plain": "clean", "bold": "pop", "auto": None}
"""Names in stored messages, and the word for the default."""


def _present_style(style: object) -> object:
    return _FORMER_STYLES.get(style, style) if isinstance(style, str) else style


def _background_of_colour(background: object) -> object:
    return {"colour": background} if isinstance(background, str) else background


class Look(WireModel):
    """Size, rate and style of the finished picture."""

    width: int = Field(default=1920, ge=128, le=3840, multiple_of=2, description="Pixels.")
    height: int = Field(default=1080, ge=128, le=3840, multiple_of=2, description="Pixels.")
    frame_rate: Literal[24, 25, 30, 50, 60] = Field(
        default=30, description="Frames per second; a frame is then a whole number of 48 kHz samples."
    )
    captions: bool = Field(default=True, description="Whether to burn in captions.")
    caption_style: Annotated[CaptionStyle | None, BeforeValidator(_present_style)] = Field(
        default=None,
        description="Style of captions: a few words with outline, one to three large words, text on a dark box, words "
        "filled with colour as they are spoken, or small text on a shade. None: `pop` in upright pictures, else `clean`.",
    )
    caption_position: Literal["top", "middle", "bottom"] = Field(
        default="bottom", description="Where captions stand over footage."
    )
    caption_case: Literal["asis", "upper"] = Field(
        default="asis", description="Letters of captions: as written, or capitals (Latin, Greek, Cyrillic)."
    )
    fit: Literal["cover", "pad", "blur"] = Field(
        default="cover",
        description="How footage of another aspect ratio fits: cropped, on black bars, or on a blurred copy of itself.",
    )
    title: bool = Field(default=True, description="Whether to show the title at the beginning.")
    theme: Literal["atlas", "poster", "grid", "press"] = Field(
        default="atlas", description="Colours, typefaces and motion of scenes without footage."
    )
    own_theme: str = Field(default="", max_length=20_000, description="A theme in TOML, in place of `theme`.")
    background: Annotated[Background | None, BeforeValidator(_background_of_colour)] = Field(
        default=None,
        description="What scenes without footage show in place of designs; a colour may be written alone.",
    )
    closing: bool = Field(
        default=True,
        description="Whether to end with a card that names the credits; none below 10 s of ordered length.",
    )
    credit_tags: bool = Field(
        default=True,
        description="Whether to name creator and licence over footage that has both, unless it is in the public domain.",
    )

    @property
    def style_of_captions(self) -> CaptionStyle:
        """The ordered style, or the one for the picture's shape."""
        return self.caption_style or ("pop" if self.height > self.width else "clean")


class OrderedMusic(WireModel):
    """The music of an order: a file, or a mood by which the script service chooses a piece."""

    file: ArtifactRef | None = Field(default=None, description="mp3, wav, flac, ogg, opus or m4a.")
    gain: float = Field(
        default=-10, ge=-40, le=10, description="Loudness relative to the narration while nobody speaks, LU."
    )
    duck: float = Field(default=10, ge=0, le=40, description="Reduction while somebody speaks, dB.")
    title: str = Field(default="", max_length=500)
    creator: str = Field(default="", max_length=500)
    licence: str = Field(default="", max_length=500)
    source_url: str = Field(default="", max_length=2_000)
    mood: Mood | None = Field(default=None, description="Chooses a piece of this mood.")

    @model_validator(mode="after")
    def _has_a_file_or_a_mood(self) -> Self:
        if self.file is None and self.mood is None:
            message = "music needs a file or a mood"
            raise ValueError(message)
        return self


class Music(OrderedMusic):
    """Background music; it is repeated until the video ends."""

    file: ArtifactRef = Field(description="mp3, wav, flac, ogg, opus or m4a.")


class Options(WireModel):
    """The options of an order; every message carries them."""

    target_duration: float = Field(default=DEFAULT_DURATION, gt=0, le=14_400, description="Target length, seconds.")
    language: str = Field(
        default=DEFAULT_LANGUAGE, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="Language tag."
    )
    voice: Name | None = Field(default=None, description="Name of a voice of the engine; None takes its default.")
    speed: float | None = Field(
        default=None, ge=0.5, le=2, description="Speed of the speech; 1 is the voice's own. None takes the setting."
    )
    look: Look = Look()
    footage_providers: tuple[Name, ...] | None = Field(
        default=None, max_length=20, description="Names of footage servers in order of preference; None takes all."
    )
    music: Music | None = Field(default=None, description="Background music.")


RemadeStage = Literal["narration", "footage", "assembly"]

_Since = Annotated[int, Field(ge=0, lt=1 << 31)]


class Remade(WireModel):
    """The revisions since which stored results of stages count, because they were asked to work anew; 0: all count.

    A later revision keeps these numbers, so it finds what an earlier one has made anew.
    """

    narration: _Since = 0
    footage: _Since = 0
    assembly: _Since = 0

    def since(self, stage: RemadeStage, revision: int) -> "Remade":
        """Returns the numbers of a revision that makes a stage, and all after it, work anew."""
        stages = get_args(RemadeStage)
        return self.model_copy(update=dict.fromkeys(stages[stages.index(stage) :], revision))


class Brief(WireModel):
    """Facts about the whole video; repeated in every message of its scenes."""

    topic: Topic
    title: Topic
    scene_count: int = Field(ge=1, le=MAX_SCENES)
    options: Options
    ordered_duration: float | None = Field(
        default=None, gt=0, description="Ordered length of the video, seconds; None: own words, as long as they take."
    )
    notes: tuple[str, ...] = Field(default=(), description="Changes and omissions of the script service, for people.")
    awaits_approval: bool = Field(
        default=False, description="Whether a person approves the storyboard before its pictures are made."
    )
    remade: Remade = Field(default=Remade(), description="Stages that worked anew, although they had stored results.")
    budget: Budget = None


class Scene(WireModel):
    """One unit of work from fan-out to fan-in."""

    id: UUID
    scene_number: SceneNumber
    text: Text = Field(description="The narration as plain text; empty lines separate paragraphs.")
    footage_query: str = Field(description="What to search footage for.")
    keywords: tuple[str, ...] = Field(default=(), description="Keywords, best first.")
    estimated_duration: float = Field(gt=0, description="Estimated length of the narration, seconds.")
    wanted_duration: float | None = Field(
        default=None,
        gt=0,
        description="Target length of the narration with its silence, seconds, so that the video has the ordered length; "
        "None: as long as it takes.",
    )
    section: str = Field(
        default="", description="Heading of the section that begins with this scene: its chapter, shown on its picture."
    )
    voice: Name | None = Field(default=None, description="Voice of its speaker; None takes the voice of the order.")
    pause: float = Field(
        default=0, ge=0, le=10, description="Silence that the script asks for after the scene, seconds."
    )
    sentences: tuple[DesignedSentence, ...] = Field(
        default=(), description="What it shows where it has no footage; empty: its text as one statement."
    )
    media: tuple[OwnMedia, ...] = Field(
        default=(),
        max_length=MAX_MEDIA,
        description="Footage that the customer chose, in order; empty: it is searched.",
    )
    narration: OwnNarration | None = Field(
        default=None, description="A recording of its text by the customer; None: a voice speaks it."
    )
    designed: bool = Field(
        default=False, description="Whether it shows its designs although footage might be found; nothing is searched."
    )
    selection: ArtifactRef | None = Field(
        default=None, description="Footage of an earlier revision that it keeps, as `footage.sourced` named it."
    )
    first_number: SceneNumber | None = Field(
        default=None, description="Its number before edits moved it; None: it is where it was."
    )

    @property
    def variant(self) -> int:
        """Counts up from scene to scene, so that pictures vary; stays when an edit moves the scene, as its picture does."""
        return self.first_number or self.scene_number


class Word(WireModel):
    """A spoken word and its time in samples of its narration."""

    text: str
    start_sample: int = Field(ge=0)
    end_sample: int = Field(ge=0)


class Narration(WireModel):
    """The speech of one scene: mono 16-bit WAV."""

    audio: ArtifactRef
    samples: int = Field(gt=0, description="Exact length of the audio, samples.")
    sample_rate: int = Field(gt=0, description="Hertz.")
    words: tuple[Word, ...]
    text: str = Field(default="", description="The spoken text as written; empty lines separate paragraphs.")
    engine: str
    device: str = Field(default="", description="What the engine ran on: `cpu`, or the name of a GPU.")
    voice: str
    speed: float = Field(default=1.0, gt=0, description="Speed of the speech; 1 is the voice's own.")
    notes: tuple[str, ...] = Field(default=(), description="Changes and omissions of the tts service, for people.")


class Credit(WireModel):
    """Who made a clip and under which terms it is used."""

    provider: str
    title: str
    creator: str = ""
    licence: str = ""
    licence_url: str = Field(default="", description="The text of the licence.")
    source_url: str = ""
    original_name: str = Field(default="", description="Name of the file at its source.")
    notice: str = Field(default="", description="Text that the terms require where the video is shown.")
    review: str = Field(default="", description="Why a person should check its rights before publication.")


class SourceFacts(WireModel):
    """Measured facts about a source file."""

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frame_rate_numerator: int = Field(gt=0)
    frame_rate_denominator: int = Field(gt=0)
    duration_frames: int = Field(gt=0)
    video_codec: str
    audio_codec: str | None = Field(default=None, description="Codec of its sound; None: it has none.")
    transfer: int = Field(
        default=2, ge=0, le=255, description="Transfer characteristics by H.273: 16 is PQ, 18 HLG, 2 unspecified."
    )
    matrix: int = Field(default=2, ge=0, le=255, description="Matrix coefficients by H.273; 2 is unspecified.")
    still: bool = Field(
        default=False,
        description="Whether it is a single picture: one frame, at 1 frame per second, shown as long as needed.",
    )
    focus: tuple[_Share, _Share] | None = Field(
        default=None,
        description="Where the subject of a still lies: shares of its width and height, from the upper left. None: all of "
        "it matters, as of a diagram, and it is shown whole.",
    )

    @property
    def rate(self) -> timeline.FrameRate:
        """The exact frame rate."""
        return timeline.FrameRate(self.frame_rate_numerator, self.frame_rate_denominator)


class Clip(WireModel):
    """A part of a source file, half-open, in frames of the source."""

    file: ArtifactRef
    in_frame: int = Field(ge=0)
    out_frame: int = Field(gt=0)
    facts: SourceFacts
    source_id: str = Field(description="The provider's id of the file.")
    credit: Credit
    start_frame: int | None = Field(
        default=None,
        ge=0,
        description="Frame of the scene at which it begins; None: the clips share the scene equally.",
    )

    @model_validator(mode="after")
    def _lies_in_its_source(self) -> Self:
        if faults := timeline.validate_clip(self.stretch):
            raise ValueError(f"clip {self.source_id}: " + "; ".join(str(fault) for fault in faults))
        return self

    @property
    def stretch(self) -> timeline.Clip:
        """This clip as a timeline.Clip, for validation and arithmetic."""
        return timeline.Clip(
            source_path=self.file.key,
            in_point=timeline.Position(self.in_frame),
            out_point=timeline.Position(self.out_frame),
            source_duration=timeline.Duration(self.facts.duration_frames),
        )

    @property
    def length(self) -> timeline.Duration:
        """Its length in frames of the source.

        Raises:
            ValueError: it ends before it starts, which no message says.
        """
        length = self.stretch.duration()
        if length is None:
            message = f"clip {self.source_id} ends before it starts"
            raise ValueError(message)
        return length


class Candidate(WireModel):
    """A clip that was considered, and why it was or was not selected."""

    provider: str
    source_id: str
    title: str
    score: float
    reason: str
    chosen: bool = False
    source_url: str = ""
    duration: float | None = Field(default=None, ge=0, description="Seconds, if the provider gives them.")
    kind: Literal["clip", "still"] = Field(default="clip", description="Whether it moves.")
    creator: str = ""
    licence: str = Field(default="", description="As the search result states it; the file may state another.")
    licence_url: str = Field(default="", description="The text of the licence.")
    original_name: str = Field(default="", description="Name of the file at its source, if the search result gives it.")
    stored_as: str = Field(default="", description="Key of its file, if that was copied or downloaded.")


class Footage(WireModel):
    """The footage of one scene. Without clips, assembly generates a background."""

    clips: tuple[Clip, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    fallback: bool = Field(description="Whether no clip was suitable and a background is generated instead.")
    reason: str = Field(default="", description="Why there is no footage.")
    notes: tuple[str, ...] = Field(default=(), description="Clips that were left out, with reasons, for people.")


class Segment(WireModel):
    """One scene's encoded picture, without sound."""

    video: ArtifactRef
    frames: int = Field(gt=0)
    parameters: str = Field(
        default="", description="SHA-256 of the decoder parameters; segments with equal ones are joined by copying."
    )
    notes: tuple[str, ...] = Field(default=(), description="Omissions in the picture, for people.")
    undrawable: str = Field(default="", description="Characters that the picture leaves out because no font has them.")
    has_map: bool = Field(default=False, description="Whether it shows a map, whose source the credits name.")
    encoder: str = Field(default="", description="ffmpeg's name of the encoder.")
    device: str = Field(default="", description="The card that encoded it and its driver; `cpu` for x264.")


class Loudness(WireModel):
    """Loudness of the finished video by EBU R 128 (ITU-R BS.1770)."""

    integrated_lufs: float
    true_peak_dbtp: float
