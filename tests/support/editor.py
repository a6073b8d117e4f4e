"""A database as the older video editor makes it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

SCHEMA: Final = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
CREATE TABLE videos (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, filename TEXT NOT NULL, duration_frames INTEGER NOT NULL,
    frame_rate_numerator INTEGER NOT NULL, frame_rate_denominator INTEGER NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL, video_codec TEXT NOT NULL, audio_codec TEXT, file_size INTEGER NOT NULL,
    thumbnail_path TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
);
CREATE INDEX idx_videos_path ON videos(path);
CREATE VIRTUAL TABLE videos_fts USING fts5(filename, path, content='videos', content_rowid='rowid');
CREATE TRIGGER videos_fts_insert AFTER INSERT ON videos BEGIN
    INSERT INTO videos_fts(rowid, filename, path) VALUES (new.rowid, new.filename, new.path);
END;
CREATE TRIGGER videos_fts_delete AFTER DELETE ON videos BEGIN
    INSERT INTO videos_fts(videos_fts, rowid, filename, path) VALUES ('delete', old.rowid, old.filename, old.path);
END;
CREATE TRIGGER videos_fts_update AFTER UPDATE ON videos BEGIN
    INSERT INTO videos_fts(videos_fts, rowid, filename, path) VALUES ('delete', old.rowid, old.filename, old.path);
    INSERT INTO videos_fts(rowid, filename, path) VALUES (new.rowid, new.filename, new.path);
END;
CREATE TABLE audit_log (id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, operation TEXT NOT NULL, entity_type TEXT NOT NULL, entity_id TEXT NOT NULL, changes_json TEXT, context TEXT);
CREATE INDEX idx_audit_log_entity ON audit_log (entity_id, timestamp);
INSERT INTO videos VALUES ('v1', 'clips/tea.mp4', 'tea.mp4', 48, 24, 1, 640, 360, 'h264', NULL, 1, NULL, 'then', 'then');
INSERT INTO audit_log VALUES ('a2', '2025-01-02T00:00:00+00:00', 'UPDATE', 'video', 'v1', '{}', NULL);
INSERT INTO audit_log VALUES ('a1', '2025-01-01T00:00:00+00:00', 'INSERT', 'video', 'v1', NULL, NULL);
"""


def create_editors_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
