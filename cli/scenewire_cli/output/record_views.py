"""What is on record, for people on a terminal, for pipes, and as JSON."""

from collections.abc import Mapping
from typing import Any, Final

from scenewire_cli.output.formatting import loudness_wording, music_wording, picture_wording, place, shortened
from scenewire_cli.output.tables import Column, clock, print_facts, print_rows, seconds
from scenewire_cli.output.terminal import plain, say, say_json

__all__ = [
    "AUDIT",
    "HISTORY",
    "PROJECTS",
    "VIDEOS",
    "print_condition",
    "print_json",
    "print_project",
    "print_rebuilt",
    "print_restored",
]

Row = Mapping[str, Any]

_LONGEST_VALUE: Final = 40
"""Characters of a value in the audit log."""


def _changes(changes: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(f"{name}: {_brief(change['old'])} → {_brief(change['new'])}" for name, change in changes.items())


def _brief(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return shortened(text, _LONGEST_VALUE)


PROJECTS: Final = (
    Column("project", "id", beginning=8),
    Column("name", "name", wide=True),
    Column("status", "status"),
    Column("step", "current_step"),
    Column("scenes", "scene_count"),
    Column("length", "video_total_duration", seconds),
    Column("last heard of", "last_active", clock, beginning=16),  # to the minute
)
VIDEOS: Final = (
    Column("path", "path", wide=True),
    Column("length", "duration", seconds),
    Column("picture", "picture"),
    Column("codec", "video_codec"),
    Column("megabytes", "file_size", lambda size: f"{size / 1e6:.1f}"),
)
HISTORY: Final = (
    Column("time", "published_at", clock),
    Column("message", "subject", lambda subject: ".".join(subject.split(".")[:2])),
    Column("scene", "scene_number"),
    Column("run", "revision"),
    Column("sequence", "sequence"),
    Column("problem", "problem", wide=True),
)
AUDIT: Final = (
    Column("time", "timestamp", clock),
    Column("change", "operation"),
    Column("of", "entity_type"),
    Column("id", "entity_id"),
    Column("what", "changes", _changes, wide=True),
)
_SCENES: Final = (
    Column("scene", "scene_number"),
    Column("length", "duration", seconds),
    Column("text", "text", wide=True),
    Column("picture", "picture", wide=True),
)


def print_json(event: str, row: Row) -> None:
    """One object on one line."""
    say_json({"event": event, **row})


def print_project(project: Row, artifacts_url: str) -> None:
    """A project with its scenes and its end."""
    ended, ordered = project["ended"] or {}, project["ordered"] or {}
    print_facts(
        {
            "project": project["id"],
            "name": project.get("name"),
            "status": project.get("status"),
            "step": project.get("current_step"),
            "ordered": clock(project.get("created_at") or ""),
            "last": clock(project.get("last_active") or ""),
            "script": ordered.get("writer"),
            "voice": _voice(ordered, project.get("voice_id")),
            "picture": picture_wording(ordered["look"]) if ordered else None,
            "music": music_wording(ordered["music"]) if ordered.get("music") else None,
            "duration": seconds(ended["duration"]) if "duration" in ended else None,
            "loudness": loudness_wording(ended) if "loudness_lufs" in ended else None,
            "failed": ended.get("message") if "code" in ended else None,
            "hint": ended.get("hint"),
            "reason": ended.get("reason"),
        }
    )
    for note in ended.get("notes", ()):
        print_facts({"note": note})
    print_facts({name.replace("_", " "): place(artifacts_url, key) for name, key in ended.get("files", {}).items()})
    print_rows([dict(scene) | {"picture": _picture(scene)} for scene in project["scenes"]], _SCENES)


def print_condition(condition: Row, *, as_json: bool) -> None:
    """How the database is."""
    if as_json:
        print_json("database", condition)
        return
    schema = {"current": "as this version expects", "none": "none", "newer": "of a newer version"}
    state = schema.get(condition["schema"], f"older; this version expects {condition['expected']}")
    print_facts(
        {"database": condition["place"], "schema": " ".join(filter(None, (condition["revision"], f"({state})")))}
    )
    for problem in condition["problems"]:
        print_facts({"problem": problem})
    if not condition["problems"]:
        say("intact")


def print_rebuilt(done: Row) -> None:
    """What a rebuild of rows has done."""
    if "messages" in done:
        print_facts({"recorded": f"{done['messages']} messages of the stream"})
    index = "made anew" if done["index"] else "as the videos are"
    print_facts({"projects": str(done["projects"]), "mended": str(done["mended"]), "index": index})


def print_restored(done: Row) -> None:
    """What the stream was given back: how many messages of which unfinished project, and ends of others."""
    for project_id, messages in done["messages"].items():
        say(project_id, str(messages))
    print_facts({"projects": str(len(done["messages"])), "ends": str(done["ends"])})


def _voice(ordered: Row, voice: str | None) -> str:
    speed = f"at {ordered['speed']:g} of its pace" if ordered.get("speed") else None
    return ", ".join(filter(None, (ordered.get("engine"), voice, speed)))


def _picture(scene: Row) -> str:
    used = [row for row in scene["footage"] if row["download_status"] == "complete"]
    return ", ".join(plain(row["title"]) for row in used) or ("painted" if scene["duration"] is not None else "")
