"""Layouts of paths in the rows: keys of artifacts, or paths of the prior web application.

The tables of that application have its paths; the tables of scenewire alone, `videos` and `footage`, have keys in both.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final, Literal

from scenewire.artifacts.webapp_export import clip_path, film_path, narration_path, thumbnail_path
from scenewire_recorder.log_entries import LogEntry
from scenewire_recorder.projection.projection import ProjectRows, fold

__all__ = ["FOLDS", "Fold", "Layout"]

Fold = Callable[[ProjectRows, Iterable[LogEntry]], ProjectRows]
Layout = Literal["plain", "webapp"]


def _fold_for_webapp(rows: ProjectRows, entries: Iterable[LogEntry]) -> ProjectRows:
    after = fold(rows, entries)
    project = after.project
    if project is not None and project["video_path"] is not None:
        project.update(video_path=film_path(after.project_id), thumbnail_path=thumbnail_path(after.project_id))
    for number, scene in after.scenes.items():
        if scene["audio_file_path"] is not None:
            scene["audio_file_path"] = narration_path(after.project_id, number)
    for suggestion in chain.from_iterable(rows.values() for rows in after.suggestions.values()):
        if suggestion["default_segment_path"] is not None:
            suggestion["default_segment_path"] = clip_path(after.project_id, suggestion["default_segment_path"])
    return after


FOLDS: Final[dict[Layout, Fold]] = {"plain": fold, "webapp": _fold_for_webapp}
"""Projection for each layout."""
