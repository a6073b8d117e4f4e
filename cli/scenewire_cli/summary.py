"""Summary of a finished video, as text or JSON."""

from collections.abc import Callable
from typing import Any

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef, ProjectCancelled, ProjectDeleted, ProjectFailed, VideoAssembled
from scenewire_cli.delivery import DeliveredFiles
from scenewire_cli.output.formatting import encoder_wording, loudness_wording, music_wording
from scenewire_cli.output.terminal import print_json, print_line, single_spaced
from scenewire_cli.progress.events import ProjectProgress, Unreadable
from scenewire_cli.progress.projects import short_id

__all__ = ["print_fetched", "print_summary", "raise_if_failed"]


def raise_if_failed(project: ProjectProgress) -> None:
    """Raises the error that ended a project, if any.

    Raises:
        PermanentError: the project failed, was cancelled or deleted, or ended with a message that this version cannot read.
    """
    if project.unreadable_end is not None and isinstance(project.unreadable_end.message, Unreadable):
        end = project.unreadable_end.message
        raise PermanentError(
            FailureCode.INVALID_MESSAGE,
            f"project {project.project_id} has ended, but its {end.subject} at stream sequence "
            f"{project.unreadable_end.sequence} cannot be read: {end.fault}",
            hint=f"use the version of scenewire that published it; `scenewire history {project.project_id}` lists its "
            "messages",
        )
    if isinstance(project.failure, ProjectFailed):
        scene = f"scene {project.failure.scene_number}: " if project.failure.scene_number else ""
        message, code = project.failure.message.removeprefix(scene), project.failure.code
        raise PermanentError(
            FailureCode(code) if code in set(FailureCode) else FailureCode.RETRIES_EXHAUSTED,
            f"{project.failure.stage}: {scene}{message}",
            hint=project.failure.hint,
        )
    if isinstance(project.failure, ProjectCancelled):
        reason = f": {project.failure.reason}" if project.failure.reason else ""
        what = "deleted" if isinstance(project.failure, ProjectDeleted) else "cancelled"
        message = f"project {project.project_id} was {what}{reason}"
        raise PermanentError(FailureCode.CANCELLED, message, hint="run `scenewire make` again to start a new project")


def _delivered_paths(delivered: DeliveredFiles) -> dict[str, Any]:
    return {
        "video": str(delivered.video),
        "captions": [str(path) for path in delivered.captions],
        "credits": [str(path) for path in delivered.credits],
        "thumbnail": str(delivered.thumbnail),
        "script": str(delivered.script),
    }


def _stored_paths(video: VideoAssembled, where: Callable[[ArtifactRef], str]) -> dict[str, Any]:
    """Returns the locations of a video that was not delivered."""
    return {
        "video": where(video.video),
        "captions": [where(video.captions_srt), where(video.captions_vtt)],
        "credits": [where(video.credits_json), where(video.credits_txt)],
        "thumbnail": where(video.thumbnail),
        "script": where(video.script_json),
    }


def print_summary(
    project: ProjectProgress,
    delivered: DeliveredFiles | None,
    *,
    as_json: bool,
    with_record: bool = True,
    where: Callable[[ArtifactRef], str] = lambda ref: ref.key,
) -> None:
    """Prints what was made and where the files are.

    Args:
        project: a finished project.
        delivered: the delivered files; None shows where they are.
        as_json: whether to print one JSON object instead of lines.
        with_record: whether a record exists.
        where: returns the location of a file that was not delivered.
    """
    video = project.video
    if video is None:
        message = f"project {project.project_id} has not ended"
        raise RuntimeError(message)
    paths = _delivered_paths(delivered) if delivered else _stored_paths(video, where)
    music = video.brief.options.music
    measured = {
        "loudness_lufs": video.loudness.integrated_lufs,
        "true_peak_dbtp": video.loudness.true_peak_dbtp,
    }
    made = {"encoder": video.encoder, "device": video.device}
    if as_json:
        facts = {
            "event": "finished",
            "project_id": str(project.project_id),
            "topic": video.brief.topic,
            "duration": video.duration,
            "scene_count": video.brief.scene_count,
            "frames": video.frames,
            "size": video.video.size,
            **measured,
            **made,
            "music": music.model_dump(include={"title", "creator", "licence", "source_url"}) if music else None,
            "painted_scenes": sorted(project.painted),
            "painted_reasons": {str(number): reason for number, reason in sorted(project.painted.items()) if reason},
            "notes": list(video.notes),
            **({} if with_record else {"record": None}),
            **paths,
        }
        print_json(facts)
        return
    for note in video.notes:
        print_line(f"note:      {note}", error=True)
    print_line(f"project:   {short_id(project.project_id)}")
    print_line(f"topic:     {video.brief.topic}")
    print_line(f"duration:  {video.duration:.1f} s, {video.frames} frames, {video.video.size / 1e6:.1f} MB")
    print_line(f"scenes:    {video.brief.scene_count}")
    print_line(f"pictures:  {_pictures(project)}")
    if music is not None:
        print_line(f"music:     {single_spaced(music_wording(music.model_dump()))}")
    print_line(f"loudness:  {loudness_wording(measured)}")
    if video.device not in ("", "cpu"):
        print_line(f"encoder:   {encoder_wording(made)}")
    print_line(f"video:     {paths['video']}")
    print_line(f"captions:  {'  '.join(paths['captions'])}")
    print_line(f"credits:   {'  '.join(paths['credits'])}")
    if not with_record:
        print_line("record:    none; a recorder that runs within 30 days adds it")


def print_fetched(video: VideoAssembled, delivered: DeliveredFiles, *, as_json: bool) -> None:
    """Prints where the files of a fetched video are.

    Args:
        video: what was fetched.
        delivered: its files.
        as_json: whether to print one JSON object instead of lines.
    """
    paths = _delivered_paths(delivered)
    if as_json:
        facts = {"project_id": str(video.project_id), "revision": video.revision, "size": video.video.size}
        print_json({"event": "fetched", **facts, **paths})
        return
    print_line(f"video:     {paths['video']}")
    print_line(f"captions:  {'  '.join(paths['captions'])}")
    print_line(f"credits:   {'  '.join(paths['credits'])}")
    print_line(f"thumbnail: {paths['thumbnail']}")


def _pictures(project: ProjectProgress) -> str:
    painted, count = len(project.painted), project.scene_count or 0
    if not painted:
        return "footage in every scene"
    ordered = project.script and project.script.brief.options.look.background
    background = "the ordered background" if ordered else "generated backgrounds"
    return background if painted == count else f"{background} in {painted} of {count} scenes"
