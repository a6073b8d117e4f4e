"""The files of a finished video, by the names that callers know them by."""

from collections.abc import Mapping
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef
from scenewire_gateway.projects.state import ProjectState

__all__ = ["FileName", "file_of"]

FileName = Literal["video", "captions.vtt", "captions.srt", "thumbnail", "credits.json", "credits.txt", "script.json"]

_FIELDS: Final[Mapping[FileName, str]] = {
    "video": "video",
    "captions.vtt": "captions_vtt",
    "captions.srt": "captions_srt",
    "thumbnail": "thumbnail",
    "credits.json": "credits_json",
    "credits.txt": "credits_txt",
    "script.json": "script_json",
}


def file_of(project: ProjectState, file: FileName, *, version: str = "latest") -> ArtifactRef:
    """Returns a file of a video.

    Args:
        project: the project.
        file: the name.
        version: a revision, or `latest`.

    Raises:
        PermanentError: `not_on_record`, there is no such video.
    """
    versions = {str(run.revision): run.video for run in project.versions}
    video = versions.get(version) if version != "latest" else next(reversed(versions.values()), None)
    if video is None:
        has = f"it has videos of revision {', '.join(versions)}" if versions else "it has no video so far"
        message = f"project {project.project_id} has no video of revision {version}"
        raise PermanentError(FailureCode.NOT_ON_RECORD, message, hint=has)
    ref: ArtifactRef = getattr(video, _FIELDS[file])
    return ref
