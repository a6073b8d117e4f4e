"""Shows the record: as tables on a terminal, as columns in a pipe, or as JSON."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scenewire.messages import SHORT_ID_CHARACTERS
from scenewire_cli.output.formatting import (
    artifact_location,
    encoder_wording,
    loudness_wording,
    music_wording,
    picture_wording,
    shortened,
)
from scenewire_cli.output.tables import Column, clock, print_facts, print_rows, seconds, time_left
from scenewire_cli.output.terminal import print_json, print_line, single_spaced

__all__ = [
    "AUDIT",
    "FONTS",
    "FOOTAGE",
    "HISTORY",
    "KEYS",
    "LANGUAGES",
    "LETTERS",
    "MUSIC",
    "PROJECTS",
    "RUNNING",
    "SERVED_SCENES",
    "VIDEOS",
    "VOICES",
    "print_condition",
    "print_cost",
    "print_event",
    "print_project",
    "print_rebuilt",
    "print_restored",
    "print_rows_or_json",
]

Row = Mapping[str, Any]

_MAX_VALUE_CHARACTERS: Final = 40
"""Limit for a value of the audit log."""


def _changes(changes: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(f"{name}: {_brief(change['old'])} → {_brief(change['new'])}" for name, change in changes.items())


def _brief(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return shortened(text, _MAX_VALUE_CHARACTERS)


def _scenes_of(scenes: Sequence[Mapping[str, Any]], *, used: bool) -> str:
    """Formats scenes by project, such as `5f0c4b0e: 1, 3`."""
    numbers: dict[str, list[int]] = {}
    for scene in scenes:
        if (scene["state"] == "used") is used:
            numbers.setdefault(scene["project_id"], []).append(scene["scene_number"])
    return "; ".join(
        f"{project_id[:SHORT_ID_CHARACTERS]}: {', '.join(map(str, sorted(found)))}"
        for project_id, found in numbers.items()
    )


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f} MB"


def _money(amount: float) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".")


def _count(number: float) -> str:
    return f"{number:.0f}"


PROJECTS: Final = (
    Column("project", "id", beginning=SHORT_ID_CHARACTERS),
    Column("name", "name", wide=True, beginning=48),
    Column("state", "progress"),
    Column("scenes", "scene_count"),
    Column("length", "video_total_duration", seconds),
    Column("last active", "last_active", clock, beginning=16),  # to the minute
)
RUNNING: Final = (
    Column("project", "id", beginning=SHORT_ID_CHARACTERS),
    Column("name", "name", wide=True, beginning=48),
    Column("state", "state", lambda state: state.replace("_", " ")),
    Column("stage", "stage"),
    Column("done", "percent", lambda percent: f"{percent} %"),
    Column("left", "time_left_s", time_left),
    Column("last active", "last_active", clock, beginning=16),  # to the minute
)
VIDEOS: Final = (
    Column("path", "path", wide=True),
    Column("name", "filename", wide=True),
    Column("length", "duration", seconds),
    Column("picture", "picture"),
    Column("codec", "video_codec"),
    Column("megabytes", "file_size", lambda size: f"{size / 1e6:.1f}"),
)
FOOTAGE: Final = (
    Column("title", "title", wide=True),
    Column("kind", "kind"),
    Column("archive", "provider"),
    Column("creator", "creator", wide=True),
    Column("licence", "licence", wide=True),
    Column("used in", "scenes", lambda scenes: _scenes_of(scenes, used=True), wide=True),
    Column("considered in", "scenes", lambda scenes: _scenes_of(scenes, used=False), wide=True),
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
KEYS: Final = (
    Column("name", "name"),
    Column("scope", "scope"),
    Column("created", "created", clock),
    Column("expires", "expires", clock),
    Column("", "expired", lambda is_expired: "expired" if is_expired else ""),
)
LANGUAGES: Final = (
    Column("language", "language"),
    Column("name", "name"),
    Column("engines", "engines", lambda engines: ", ".join(engines) or "none"),
    Column("captions", "captions", lambda can_be_drawn: "yes" if can_be_drawn else "no font"),
)
LETTERS: Final = (
    Column("letter", "sequence"),
    Column("time", "stored_at", clock),
    Column("durable", "durable"),
    Column("project", "project_id", beginning=SHORT_ID_CHARACTERS),
    Column("scene", "scene_number"),
    Column("reason", "reason"),
    Column("detail", "detail", wide=True),
)
MUSIC: Final = (
    Column("mood", "mood"),
    Column("title", "title", wide=True),
    Column("creator", "creator", wide=True),
    Column("licence", "licence"),
)
FONTS: Final = (
    Column("script", "script"),
    Column("captions", "drawn", lambda is_drawn: "yes" if is_drawn else "no font"),
    Column("installable", "available", lambda is_available: "yes" if is_available else ""),
    Column("installed", "installed", lambda is_installed: "yes" if is_installed else ""),
)
VOICES: Final = (
    Column("voice", "name"),
    Column("languages", "languages", ", ".join),
    Column("engine", "engine"),
    Column("default", "is_default", lambda is_default: "default" if is_default else ""),
    Column("description", "label", wide=True),
)
_COSTS: Final = (
    Column("stage", "stage"),
    Column("scenes", "scenes"),
    Column("results", "results"),
    Column("reused", "reused"),
    Column("processor", "cpu_seconds", seconds),
    Column("wall", "wall_seconds", seconds),
    Column("fetched", "bytes_fetched", _megabytes),
    Column("stored", "bytes_stored", _megabytes),
    Column("tokens in", "input_tokens", _count),
    Column("tokens out", "output_tokens", _count),
    Column("characters", "characters", _count),
    Column("money", "money", _money),
)
_UNKNOWN_MONEY: Final = "unknown: a provider has no configured price, or reports no tokens"
_SCENES: Final = (
    Column("scene", "scene_number"),
    Column("length", "duration", seconds),
    Column("text", "text", wide=True),
    Column("picture", "picture", wide=True),
)


SERVED_SCENES: Final = (
    Column("scene", "number"),
    Column("length", "duration", seconds),
    Column("text", "text", wide=True),
    Column(
        "picture",
        "clips",
        lambda clips: ", ".join(clip["title"] or clip["source_id"] for clip in clips) or "generated background",
        wide=True,
    ),
)


def print_event(event: str, row: Row) -> None:
    """Prints a row as one JSON event."""
    print_json({"event": event, **row})


def print_rows_or_json(
    event: str, rows: Sequence[Row], columns: Sequence[Column], *, as_json: bool, nothing: str = "nothing found"
) -> None:
    """Prints rows as a table, or as one JSON event per row.

    Args:
        event: name of the events.
        rows: what to print.
        columns: columns of the table.
        as_json: prints events.
        nothing: notice on standard error when there are no rows.
    """
    if not rows:
        print_line(nothing, error=True)
        return
    if as_json:
        for row in rows:
            print_event(event, row)
    else:
        print_rows(rows, columns)


def print_project(project: Row, artifacts_url: str) -> None:
    """Prints a project with its scenes and its result."""
    ended, ordered = project["ended"] or {}, project["ordered"] or {}
    print_facts(
        {
            "project": project["id"],
            "name": project.get("name"),
            "state": project.get("progress"),
            "step": project.get("current_step"),
            "ordered": clock(project.get("created_at") or ""),
            "last": clock(project.get("last_active") or ""),
            "script": _script(ordered),
            "ordered length": _ordered_length(ordered),
            "voice": _voice(ordered, project.get("voice_id")),
            "picture": picture_wording(ordered["look"]) if ordered else None,
            "music": music_wording(ordered["music"]) if ordered.get("music") else None,
            "length": seconds(ended["duration"]) if "duration" in ended else None,
            "encoder": encoder_wording(ended) if ended.get("encoder") else None,
            "loudness": loudness_wording(ended) if "loudness_lufs" in ended else None,
            "failed": ended.get("message") if "code" in ended else None,
            "hint": ended.get("hint"),
            "reason": ended.get("reason"),
        }
    )
    for note in ended.get("notes", ()):
        print_facts({"note": note})
    print_facts(
        {name.replace("_", " "): artifact_location(artifacts_url, key) for name, key in ended.get("files", {}).items()}
    )
    print_rows([dict(scene) | {"picture": _picture(scene)} for scene in project["scenes"]], _SCENES)


def print_cost(cost: Row, *, as_json: bool) -> None:
    """Prints what a project has cost: by stage, in total and per minute of video.

    A pipe gets a line per stage. A terminal gets a column per stage, so that any number of measures fits, and only the
    measures that are not zero.
    """
    if as_json:
        print_event("cost", cost)
        return
    rows = [*cost["stages"], {"stage": "total", **cost["total"]}]
    if sys.stdout.isatty():
        measures = [column for column in _COSTS[1:] if any(row[column.name] != 0 for row in rows)]
        print_rows(
            [{"measure": measure.title} | {row["stage"]: measure.cell(row) for row in rows} for measure in measures],
            [Column("", "measure"), *(Column(row["stage"], row["stage"]) for row in rows)],
        )
    else:
        print_rows(rows, _COSTS)
    per_minute, money = cost["per_minute"], cost["total"]["money"]
    if per_minute is not None:
        rate = f"{per_minute['cpu_seconds']:.1f} processor seconds, {per_minute['wall_seconds']:.1f} s of work"
        print_facts(
            {
                "video": seconds(cost["video_seconds"]),
                "per minute": rate if per_minute["money"] is None else f"{rate}, money {_money(per_minute['money'])}",
            }
        )
    print_facts({"money": _UNKNOWN_MONEY if money is None else _money(money)})


def print_condition(condition: Row, *, as_json: bool) -> None:
    """Prints the condition of the database."""
    if as_json:
        print_event("database", condition)
        return
    schema = {"current": "current", "none": "none", "newer": "newer than this version"}
    state = schema.get(condition["schema"], f"outdated; current is {condition['expected']}")
    print_facts(
        {"database": condition["place"], "schema": " ".join(filter(None, (condition["revision"], f"({state})")))}
    )
    for problem in condition["problems"]:
        print_facts({"problem": problem})
    if not condition["problems"]:
        print_line("intact")


def print_rebuilt(done: Row) -> None:
    """Prints the result of rebuilding rows."""
    if "messages" in done:
        print_facts({"recorded": f"{done['messages']} messages of the stream"})
    index = "rebuilt" if done["index"] else "unchanged"
    print_facts({"projects": str(done["projects"]), "repaired": str(done["mended"]), "index": index})


def print_restored(done: Row) -> None:
    """Prints the messages restored per unfinished project, and the number of restored ends of other projects."""
    for project_id, messages in done["messages"].items():
        print_line(project_id, str(messages))
    print_facts({"projects": str(len(done["messages"])), "ends": str(done["ends"])})


def _voice(ordered: Row, voice: str | None) -> str:
    """Formats engine, voices and speed; the given voice is the one of a project without narration."""
    speed = f"speed {ordered['speed']:g}" if ordered.get("speed") else None
    engine = ordered.get("engine")
    if engine and (ordered.get("device") or "cpu") != "cpu":
        engine = f"{engine} on {ordered['device']}"
    return ", ".join(filter(None, (engine, *(ordered.get("voices") or [voice]), speed)))


def _script(ordered: Row) -> str | None:
    """Formats where the words of a video come from."""
    if ordered.get("source") in ("text", "scenes"):
        return f"own {ordered['source']}"
    return ordered.get("writer")


def _ordered_length(ordered: Row) -> str | None:
    """Formats the length that the video was to have."""
    if not ordered:
        return None
    return "none" if ordered["target_duration"] is None else seconds(ordered["target_duration"])


def _picture(scene: Row) -> str:
    used = [row for row in scene["footage"] if row["download_status"] == "complete"]
    return ", ".join(single_spaced(row["title"] or row["video_id"]) for row in used) or (
        "generated background" if scene["duration"] is not None else ""
    )
