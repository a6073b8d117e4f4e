"""Rows of footage and videos: considered clips of scenes, and files."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final

from scenewire.database.videos import Video
from scenewire.messages import Candidate, Clip, Credit, Footage, VideoAssembled
from scenewire.record.queries import Row

__all__ = [
    "FOOTAGE_COLUMNS",
    "SUGGESTION_COLUMNS",
    "clip_file",
    "footage_rows",
    "id_from",
    "suggestion_rows",
    "video_file",
]

SUGGESTION_COLUMNS: Final = (
    "id",
    "scene_id",
    "video_id",
    "rank",
    "created_at",
    "title",
    "channel_title",
    "embed_url",
    "source_url",
    "provider",
    "duration",
    "default_segment_path",
    "download_status",
    "cv_score",
)
"""Columns that scenewire writes; the others belong to the web application."""

FOOTAGE_COLUMNS: Final = (
    "id",
    "scene_id",
    "source_id",
    "provider",
    "kind",
    "state",
    "title",
    "creator",
    "licence",
    "licence_url",
    "source_url",
    "original_name",
    "path",
    "created_at",
)

_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def suggestion_rows(scene_id: str, footage: Footage, at: str) -> Iterator[Row]:
    """Returns one row per source video: used ones in order, then the others by score."""
    considered = {candidate.source_id: candidate for candidate in footage.candidates}
    used = {clip.source_id: clip for clip in footage.clips}
    others = sorted(
        (candidate for candidate in considered.values() if candidate.source_id not in used),
        key=lambda candidate: (-candidate.score, candidate.source_id),
    )
    for rank, video_id in enumerate([*used, *(candidate.source_id for candidate in others)], start=1):
        yield {
            "id": id_from("suggestion", scene_id, video_id),
            "scene_id": scene_id,
            "video_id": video_id,
            "rank": rank,
            "created_at": at,
            **_suggested(considered.get(video_id), used.get(video_id)),
        }


def _suggested(candidate: Candidate | None, clip: Clip | None) -> Row:
    """Merges facts about a source video from the search and from the file."""
    url = (candidate.source_url if candidate else "") or (clip.credit.source_url if clip else "")
    seconds = candidate.duration if candidate else None
    if clip is not None:
        facts = clip.facts
        seconds = facts.duration_frames * facts.frame_rate_denominator / facts.frame_rate_numerator
    return {
        "title": (candidate.title if candidate else "") or (clip.credit.title if clip else ""),
        "channel_title": _credited(clip.credit) if clip else None,
        "embed_url": url,
        "source_url": url,
        "provider": candidate.provider if candidate else clip.credit.provider if clip else None,
        "duration": None if seconds is None else round(seconds),
        "default_segment_path": clip.file.key if clip else None,
        "download_status": "complete" if clip else "pending",
        "cv_score": candidate.score if candidate else None,
    }


def _credited(credit: Credit) -> str:
    doubt = f"to be reviewed: {credit.review}" if credit.review else ""
    return ", ".join(filter(None, (credit.creator, credit.licence, doubt)))


def footage_rows(scene_id: str, footage: Footage, at: str) -> Iterator[Row]:
    """Returns one row per source video, used, downloaded or only considered, with its credits."""
    by_download = sorted(footage.candidates, key=lambda candidate: bool(candidate.stored_as))
    considered = {candidate.source_id: candidate for candidate in by_download}  # a source may be listed several times
    used = {clip.source_id: clip for clip in footage.clips}
    for source_id in used | considered:
        yield {
            "id": id_from("suggestion", scene_id, source_id),
            "scene_id": scene_id,
            "source_id": source_id,
            "created_at": at,
            **_credits(considered.get(source_id), used.get(source_id)),
        }


def _credits(candidate: Candidate | None, clip: Clip | None) -> Row:
    """Merges credits of a source video: what its file says, else what the search said."""
    told = [source for source in (clip and clip.credit, candidate) if source is not None]
    names = ("provider", "title", "creator", "licence", "licence_url", "source_url", "original_name")
    still = clip.facts.still if clip else candidate is not None and candidate.kind == "still"
    path = clip.file.key if clip else (candidate and candidate.stored_as) or None
    return {name: next(filter(None, (getattr(source, name) for source in told)), "") for name in names} | {
        "kind": "still" if still else "clip",
        "state": "used" if clip else "downloaded" if path else "considered",
        "path": path,
    }


def video_file(video: VideoAssembled, at: str) -> Video:
    """Returns the row of a finished video."""
    look = video.brief.options.look
    return _file(
        video.video.key,
        at,
        filename=video.video.key.rpartition("/")[2],
        duration_frames=video.frames,
        frame_rate_numerator=look.frame_rate,
        frame_rate_denominator=1,
        width=look.width,
        height=look.height,
        video_codec=video.video_codec,
        audio_codec=video.audio_codec,
        file_size=video.video.size,
        thumbnail_path=video.thumbnail.key,
    )


def clip_file(clip: Clip, at: str) -> Video:
    """Returns the row of a source file, which other scenes may use too. It has the name that the file had at its source."""
    facts, stored = clip.facts, PurePosixPath(clip.file.key)
    named = clip.credit.original_name or (f"{clip.credit.title}{stored.suffix}" if clip.credit.title else stored.name)
    return _file(
        clip.file.key,
        at,
        filename=named.rpartition("/")[2],
        duration_frames=facts.duration_frames,
        frame_rate_numerator=facts.frame_rate_numerator,
        frame_rate_denominator=facts.frame_rate_denominator,
        width=facts.width,
        height=facts.height,
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        file_size=clip.file.size,
        thumbnail_path=None,
    )


def _file(path: str, at: str, **facts: Any) -> Video:
    return Video(id=id_from("video", path), path=path, created_at=at, updated_at=at, **facts)


def id_from(*seed: str) -> str:
    """Returns a derived id in the shape of a version 4 UUID, the only one that readers of the database accept."""
    x = sha256("\n".join(("scenewire", *seed)).encode()).hexdigest()
    return f"{x[:8]}-{x[8:12]}-4{x[13:16]}-{_VARIANTS[x[16]]}{x[17:20]}-{x[20:32]}"
