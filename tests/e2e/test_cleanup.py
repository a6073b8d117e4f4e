"""What `--cleanup` removes and what it keeps."""

from pathlib import Path

import pytest

from tests.support.product import SMALL, record, run

TEXT = "Tea\n\nTea is a drink. It is made of leaves.\n"

pytestmark = pytest.mark.timeout(180)


async def test_b55_cleanup_removes_intermediate_files_of_a_recorded_video_and_keeps_recorded_ones(tmp_path: Path):
    script, data = tmp_path / "tea.txt", tmp_path / "data"
    script.write_text(TEXT)
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    kept = await run(*arguments, data=data, cwd=tmp_path)
    assert kept.returncode == 0, kept.err
    segments = set((data / "artifacts" / "content").rglob("*.mp4"))
    assert segments

    script.write_text(TEXT.replace("leaves", "dried leaves"))
    cleaned = await run(*arguments, "--cleanup", data=data, cwd=tmp_path)
    assert cleaned.returncode == 0, cleaned.err
    assert [event["text"] for event in cleaned.events if event["event"] == "note"][-1].startswith(
        "removed intermediate files"
    )
    assert set((data / "artifacts" / "content").rglob("*.mp4")) <= segments
    for key in ("video", "thumbnail", "script"):
        assert Path(cleaned.result[key]).stat().st_size > 0
    with record(data) as connection:
        rows = connection.execute("SELECT audio_file_path AS path FROM scenes UNION SELECT path FROM videos").fetchall()
    assert all((data / "artifacts" / row["path"]).exists() for row in rows)
