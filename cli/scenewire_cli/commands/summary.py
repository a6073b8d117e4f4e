"""The summary of a finished video, for people and as JSON."""

from functools import partial
from typing import Any, Final

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ProjectCancelled, ProjectFailed, VideoAssembled
from scenewire_cli.delivery import Delivered
from scenewire_cli.output.formatting import loudness_wording, music_wording, place, shortened
from scenewire_cli.output.terminal import plain, say, say_json
from scenewire_cli.progress.events import Film, Unreadable

__all__ = ["print_summary", "raise_if_failed"]

_REASON_CHARACTERS: Final = 160
"""Of reasons in one line of the summary; `--json` has all of them."""


def raise_if_failed(film: Film) -> None:
    """Raises the error that ended a project, if one did.

    Raises:
        PermanentError: the project failed, was cancelled, or ended with a message that this version cannot read.
    """
    if film.unreadable_end is not None and isinstance(film.unreadable_end.message, Unreadable):
        end = film.unreadable_end.message
        raise PermanentError(
            FailureCode.INVALID_MESSAGE,
            f"project {film.project_id} has ended, but {end.subject} at sequence {film.unreadable_end.sequence} of the "
            f"stream cannot be read: {end.fault}",
            hint=f"use the version that published it; `scenewire history {film.project_id}` lists its messages",
        )
    if isinstance(film.failure, ProjectFailed):
        scene = f"scene {film.failure.scene_number}: " if film.failure.scene_number else ""
        said, code = film.failure.message.removeprefix(scene), film.failure.code
        raise PermanentError(
            FailureCode(code) if code in set(FailureCode) else FailureCode.RETRIES_EXHAUSTED,
            f"{film.failure.stage}: {scene}{said}",
            hint=film.failure.hint,
        )
    if isinstance(film.failure, ProjectCancelled):
        reason = f": {film.failure.reason}" if film.failure.reason else ""
        message = f"project {film.project_id} was cancelled{reason}"
        raise PermanentError(FailureCode.CANCELLED, message, hint="order it once more to have it made")


def _delivered_paths(delivered: Delivered) -> dict[str, Any]:
    return {
        "video": str(delivered.video),
        "captions": [str(path) for path in delivered.captions],
        "credits": [str(path) for path in delivered.credits],
        "thumbnail": str(delivered.thumbnail),
        "script": str(delivered.script),
    }


def _stored_paths(video: VideoAssembled, artifacts_url: str | None) -> dict[str, Any]:
    """Where the artifacts have the film: nobody took it away."""
    where = partial(place, artifacts_url)
    return {
        "video": where(video.video.key),
        "captions": [where(video.captions_srt.key), where(video.captions_vtt.key)],
        "credits": [where(video.credits_json.key), where(video.credits_txt.key)],
        "thumbnail": where(video.thumbnail.key),
        "script": where(video.script_json.key),
    }


def print_summary(
    film: Film,
    delivered: Delivered | None,
    *,
    as_json: bool,
    with_record: bool = True,
    artifacts_url: str | None = None,
) -> None:
    """Prints what was made and where it is.

    Args:
        film: a finished project.
        delivered: where its files were put; None shows their place in the artifact store.
        as_json: one JSON object instead of lines.
        artifacts_url: the artifact store, for files that were not delivered.
        with_record: whether a record exists.
    """
    video = film.video
    if video is None:
        message = "a film that neither failed nor was finished"
        raise RuntimeError(message)
    paths = _delivered_paths(delivered) if delivered else _stored_paths(video, artifacts_url)
    music = video.brief.options.music
    measured = {
        "loudness_lufs": video.loudness.integrated_lufs,
        "true_peak_dbtp": video.loudness.true_peak_dbtp,
    }
    if as_json:
        facts = {
            "event": "finished",
            "project_id": str(film.project_id),
            "topic": video.brief.topic,
            "duration": video.duration,
            "scene_count": video.brief.scene_count,
            "frames": video.frames,
            "size": video.video.size,
            **measured,
            "music": music.model_dump(include={"title", "creator", "licence", "source_url"}) if music else None,
            "painted_scenes": sorted(film.painted),
            "painted_reasons": {str(number): reason for number, reason in sorted(film.painted.items()) if reason},
            "notes": list(video.notes),
            **({} if with_record else {"record": None}),
            **paths,
        }
        say_json(facts)
        return
    for note in video.notes:
        say(f"note:      {note}", error=True)
    say(f"topic:     {video.brief.topic}")
    say(f"duration:  {video.duration:.1f} s, {video.frames} frames, {video.video.size / 1e6:.1f} MB")
    say(f"scenes:    {video.brief.scene_count}")
    say(f"pictures:  {_pictures(film)}")
    if music is not None:
        say(f"music:     {plain(music_wording(music.model_dump()))}")
    say(f"loudness:  {loudness_wording(measured)}")
    say(f"video:     {paths['video']}")
    say(f"captions:  {'  '.join(paths['captions'])}")
    say(f"credits:   {'  '.join(paths['credits'])}")
    if not with_record:
        say("record:    none; a recorder that runs in the next 30 days catches up")


def _pictures(film: Film) -> str:
    painted, count = len(film.painted), film.scene_count or 0
    if not painted:
        return "footage in every scene"
    reasons = "; ".join(dict.fromkeys(filter(None, film.painted.values())))
    whole = "painted backgrounds" if painted == count else f"painted backgrounds in {painted} of {count} scenes"
    return f"{whole} ({shortened(reasons, _REASON_CHARACTERS)})" if reasons else whole
