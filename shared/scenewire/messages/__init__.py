"""Every message on the wire, and the values they carry.

Producers are strict; consumers ignore unknown fields. A message repeats what its consumer needs, so that workers look
nothing up. Times are integer frames or samples; seconds appear only where people give or read them.

orders     `script.requested`, which people also write by hand
edits      changes of a storyboard, which make a project's next revision
events     every other message, in pipeline order, and the registry of subjects
values     shared values: the ordered video, scenes, narration, footage, segments
narrations silence and recordings in place of a speech engine
designs    what scenes without footage show
closing    how long a video's end lasts
artifacts  references to stored files
background what scenes without footage show in place of designs
envelope   a stored message, and the project it belongs to whether it is valid or not
headers    names of headers
faults     words for what is wrong with a message
ids        derived ids of projects and scenes, and ids that people shorten
"""

from scenewire.messages.artifacts import ArtifactRef, check_key
from scenewire.messages.background import COLOURS, Background, read_colour
from scenewire.messages.base import (
    DEFAULT_DURATION,
    DEFAULT_LANGUAGE,
    LAST_REVISION,
    MAX_PAUSE_S,
    MAX_SCENES,
    MAX_TEXT_CHARACTERS,
)
from scenewire.messages.closing import FADE_FRAMES, has_closing, planned_closing_s, scene_frames
from scenewire.messages.designs import (
    Bar,
    Chapter,
    Comparison,
    Design,
    DesignedSentence,
    Enumeration,
    NamedPlace,
    Opening,
    Place,
    Quantity,
    Quotation,
    Statement,
    YearOnLine,
)
from scenewire.messages.edits import AddedScene, EditedOptions, SceneEdit, StoryboardEdit
from scenewire.messages.envelope import StoredMessage
from scenewire.messages.events import (
    MESSAGES,
    AudioRendered,
    FootageSourced,
    Message,
    NarrationRequested,
    Progress,
    ProjectCancelled,
    ProjectDeleted,
    ProjectFailed,
    RedrivenStage,
    SceneMessage,
    ScenesScripted,
    SegmentRendered,
    VideoAssembled,
    message_model,
)
from scenewire.messages.faults import describe_faults, fault_wording, root_faults
from scenewire.messages.ids import SHORT_ID_CHARACTERS, derive_project_id, derive_scene_id, read_id_prefix, select_id
from scenewire.messages.media import MAX_MEDIA, OWN_MEDIA, OwnMedia, PlacedMedia
from scenewire.messages.narrations import NO_VOICE, OWN_NARRATION, OwnNarration, PlacedNarration
from scenewire.messages.orders import SHAPES, SceneOrder, ScriptRequested
from scenewire.messages.values import (
    Brief,
    Candidate,
    CaptionStyle,
    Clip,
    Credit,
    Footage,
    Look,
    Loudness,
    Music,
    Narration,
    Options,
    OrderedMusic,
    Remade,
    RemadeStage,
    Scene,
    Segment,
    SourceFacts,
    Word,
)
from scenewire.messages.work import MAX_MODEL_CHARACTERS, Accounted, ProviderUse, Work

__all__ = [
    "COLOURS",
    "DEFAULT_DURATION",
    "DEFAULT_LANGUAGE",
    "FADE_FRAMES",
    "LAST_REVISION",
    "MAX_MEDIA",
    "MAX_MODEL_CHARACTERS",
    "MAX_PAUSE_S",
    "MAX_SCENES",
    "MAX_TEXT_CHARACTERS",
    "MESSAGES",
    "NO_VOICE",
    "OWN_MEDIA",
    "OWN_NARRATION",
    "SHAPES",
    "SHORT_ID_CHARACTERS",
    "Accounted",
    "AddedScene",
    "ArtifactRef",
    "AudioRendered",
    "Background",
    "Bar",
    "Brief",
    "Candidate",
    "CaptionStyle",
    "Chapter",
    "Clip",
    "Comparison",
    "Credit",
    "Design",
    "DesignedSentence",
    "EditedOptions",
    "Enumeration",
    "Footage",
    "FootageSourced",
    "Look",
    "Loudness",
    "Message",
    "Music",
    "NamedPlace",
    "Narration",
    "NarrationRequested",
    "Opening",
    "Options",
    "OrderedMusic",
    "OwnMedia",
    "OwnNarration",
    "Place",
    "PlacedMedia",
    "PlacedNarration",
    "Progress",
    "ProjectCancelled",
    "ProjectDeleted",
    "ProjectFailed",
    "ProviderUse",
    "Quantity",
    "Quotation",
    "RedrivenStage",
    "Remade",
    "RemadeStage",
    "Scene",
    "SceneEdit",
    "SceneMessage",
    "SceneOrder",
    "ScenesScripted",
    "ScriptRequested",
    "Segment",
    "SegmentRendered",
    "SourceFacts",
    "Statement",
    "StoredMessage",
    "StoryboardEdit",
    "VideoAssembled",
    "Word",
    "Work",
    "YearOnLine",
    "check_key",
    "derive_project_id",
    "derive_scene_id",
    "describe_faults",
    "fault_wording",
    "has_closing",
    "message_model",
    "planned_closing_s",
    "read_colour",
    "read_id_prefix",
    "root_faults",
    "scene_frames",
    "select_id",
]
