"""A database as the prior system's web application makes it, and the queries and rules by which it reads one."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE, applied_at TEXT);
INSERT INTO migrations VALUES (1, '001-initial', '2025-01-01 00:00:00');
CREATE TABLE system_prompts (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, prompt TEXT NOT NULL, description TEXT, category TEXT,
    is_preset BOOLEAN DEFAULT 0, is_default BOOLEAN DEFAULT 0, created_at TEXT, updated_at TEXT
);
CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    topic TEXT,
    current_step TEXT DEFAULT 'topic' CHECK (current_step IN (
        'topic', 'voice', 'script-generation', 'voiceover', 'visual-sourcing', 'visual-curation', 'editing', 'export'
    )),
    status TEXT DEFAULT 'draft',
    config_json TEXT,
    system_prompt_id TEXT REFERENCES system_prompts(id) ON DELETE SET NULL,
    voice_id TEXT,
    niche TEXT,
    script_generated BOOLEAN DEFAULT 0,
    voice_selected BOOLEAN DEFAULT 0,
    target_duration INTEGER DEFAULT 2,
    total_duration REAL,
    visuals_generated BOOLEAN DEFAULT 0,
    visuals_provider TEXT,
    visuals_download_progress INTEGER DEFAULT 0,
    video_path TEXT,
    video_total_duration REAL,
    video_file_size INTEGER,
    thumbnail_path TEXT,
    rag_enabled INTEGER DEFAULT 0,
    rag_config TEXT,
    rag_last_sync TEXT,
    created_at TEXT DEFAULT (datetime('now')),
    last_active TEXT DEFAULT (datetime('now')),
    cleanup_status TEXT DEFAULT 'pending',
    cleanup_completed_at TEXT
);
CREATE TABLE scenes (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    scene_number INTEGER NOT NULL,
    text TEXT NOT NULL,
    sanitized_text TEXT,
    audio_file_path TEXT,
    duration REAL,
    selected_clip_id TEXT,
    visual_keywords TEXT,
    created_at TEXT DEFAULT (datetime('now')),
    updated_at TEXT DEFAULT (datetime('now')),
    FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
    UNIQUE (project_id, scene_number)
);
CREATE TABLE visual_suggestions (
    id TEXT PRIMARY KEY,
    scene_id TEXT NOT NULL,
    video_id TEXT NOT NULL,
    title TEXT NOT NULL,
    thumbnail_url TEXT,
    channel_title TEXT,
    embed_url TEXT NOT NULL,
    rank INTEGER NOT NULL,
    duration INTEGER,
    default_segment_path TEXT,
    download_status TEXT DEFAULT 'pending'
        CHECK (download_status IN ('pending', 'queued', 'downloading', 'complete', 'error')),
    created_at TEXT DEFAULT (datetime('now')),
    cv_score REAL,
    provider TEXT DEFAULT 'youtube',
    source_url TEXT,
    FOREIGN KEY (scene_id) REFERENCES scenes(id) ON DELETE CASCADE,
    UNIQUE (scene_id, video_id)
);
CREATE TABLE assembly_jobs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    status TEXT DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'complete', 'error')),
    progress INTEGER DEFAULT 0,
    current_stage TEXT CHECK (current_stage IN (
        'initializing', 'downloading', 'trimming', 'concatenating', 'audio_overlay', 'thumbnail', 'finalizing'
    )),
    current_scene INTEGER,
    total_scenes INTEGER NOT NULL,
    error_message TEXT,
    started_at TEXT,
    completed_at TEXT,
    created_at TEXT DEFAULT (datetime('now')),
    FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE
);
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content TEXT NOT NULL,
    timestamp TEXT DEFAULT (datetime('now'))
);
INSERT INTO projects (id, name) VALUES ('99999999-9999-4999-8999-999999999999', 'Made in the browser');
INSERT INTO messages (id, project_id, role, content)
    VALUES ('m1', '99999999-9999-4999-8999-999999999999', 'user', 'Make a film about tea');
"""

LIST_PROJECTS: Final = (
    "SELECT id, name, topic, current_step, last_active, created_at FROM projects ORDER BY last_active DESC"
)
LIST_SCENES: Final = "SELECT * FROM scenes WHERE project_id = ? ORDER BY scene_number"
FOOTAGE_PROGRESS: Final = (
    "SELECT count(DISTINCT s.id) AS wanted,"
    " count(DISTINCT CASE WHEN v.download_status = 'complete' THEN s.id END) AS found"
    " FROM scenes s JOIN visual_suggestions v ON v.scene_id = s.id WHERE s.project_id = ?"
)


def create_web_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)


def rows(path: Path, query: str, *values: object) -> list[dict[str, Any]]:
    """What its database driver gives: sqlite3 and nothing else."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def narration_file(path: Path, root: Path, project_id: str, scene_number: int) -> Path | None:
    """Its audio route: the file that it plays, None where it refuses."""
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", project_id):
        return None
    query = "SELECT audio_file_path FROM scenes WHERE project_id = ? AND scene_number = ?"
    (found,) = rows(path, query, project_id, scene_number)
    name = found["audio_file_path"] or ""
    if not name.startswith(".cache/audio/projects/") or not name.endswith(".mp3") or ".." in name:
        return None
    return root / name


def export(path: Path, root: Path, project_id: str) -> tuple[int, dict[str, Any]]:
    """Its export route: status and answer."""
    found = rows(path, "SELECT * FROM projects WHERE id = ?", project_id)
    if not found:
        return 404, {"code": "PROJECT_NOT_FOUND"}
    project = found[0]
    if project["video_path"] is None:
        return 400, {"code": "FILE_NOT_FOUND"}
    (count,) = rows(path, "SELECT count(*) AS n FROM scenes WHERE project_id = ?", project_id)
    return 200, {
        "video_path": served(project["video_path"]),
        "thumbnail_path": served(project["thumbnail_path"]),
        "duration": project["total_duration"] or 0,
        "file_size": project["video_file_size"] or (root / project["video_path"]).stat().st_size,
        "scene_count": count["n"],
        "title": project["name"],
    }


def served(path: str) -> str:
    """The address of a file; nothing outside `public` is served, whatever its address."""
    return path.partition("public")[2] if path.startswith("public/") else f"/{path}"


def pipeline_status(path: Path, project_id: str) -> tuple[str, float]:
    """Its progress route: the stage, and percent of the whole."""
    (project,) = rows(path, "SELECT * FROM projects WHERE id = ?", project_id)
    step = project["current_step"]
    if project["video_path"] is not None or step == "export":
        return "complete", 100.0
    done = _STEPS.index(step)
    (found,) = rows(path, _SHARES[step], project_id)
    return ("script", "voiceover", "visuals", "assembly")[done], 25.0 * (done + (found["share"] or 0))


_STEPS: Final = ("script-generation", "voiceover", "visual-sourcing", "editing")
_SHARES: Final = {
    "script-generation": "SELECT 0 AS share WHERE ? IS NOT NULL",
    "voiceover": "SELECT avg(audio_file_path IS NOT NULL) AS share FROM scenes WHERE project_id = ?",
    "visual-sourcing": f"SELECT 1.0 * found / wanted AS share FROM ({FOOTAGE_PROGRESS})",  # noqa: S608
    "editing": "SELECT max(progress) / 100.0 AS share FROM assembly_jobs WHERE project_id = ?",
}
