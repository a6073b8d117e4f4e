"""What `scenewire make` says at the end, and what the record says then."""

import re
from pathlib import Path

from tests.support.product import SMALL, record, run


async def test_b38_b39_the_summary_agrees_with_the_record(tmp_path: Path):
    arguments = ("make", "--topic", "Test Video", "--duration", "60", "--size", SMALL)
    ended = await run(*arguments, data=tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == 0, ended.err
    summary = dict(line.partition(":")[::2] for line in ended.out.splitlines())
    with record(tmp_path / "data") as connection:
        (project,) = connection.execute("SELECT * FROM projects WHERE name = 'Test Video'").fetchall()
        scenes = connection.execute("SELECT * FROM scenes WHERE project_id = ?", (project["id"],)).fetchall()
    assert summary["topic"].strip() == "Test Video"
    assert summary["duration"].split()[0] == f"{project['video_total_duration']:.1f}"
    assert int(summary["scenes"]) == len(scenes) > 0
    assert Path(summary["video"].strip()).stat().st_size == project["video_file_size"]
    assert float(summary["duration"].split()[0]) < 54, (
        "the built-in text is too short for a minute; what follows is moot"
    )
    assert re.search(r"note: .*60 s", ended.err)
    assert (project["target_duration"], project["status"]) == (60, "complete")
    for scene in scenes:
        assert scene["duration"] > 0
        assert scene["audio_file_path"]
