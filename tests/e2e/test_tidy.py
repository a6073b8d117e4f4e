"""What is left of a film that was tidied up after."""

from pathlib import Path

import pytest

from tests.support.product import SMALL, record, run

TEXT = "Tea\n\nTea is a drink. It is made of leaves.\n"

pytestmark = pytest.mark.timeout(180)


async def test_b55_once_the_film_is_on_record_its_pictures_go_and_what_is_on_record_stays(tmp_path: Path):
    script, data = tmp_path / "tea.txt", tmp_path / "data"
    script.write_text(TEXT)
    arguments = ("make", "--script", str(script), "--size", SMALL, "--json")
    kept = await run(*arguments, data=data, cwd=tmp_path)
    assert kept.returncode == 0, kept.err
    pictures = set((data / "artifacts" / "content").rglob("*.mp4"))
    assert pictures

    script.write_text(TEXT.replace("leaves", "dried leaves"))
    tidied = await run(*arguments, "--tidy", data=data, cwd=tmp_path)
    assert tidied.returncode == 0, tidied.err
    assert [event["text"] for event in tidied.events if event["event"] == "note"][-1].startswith(
        "intermediate files were removed"
    )
    assert set((data / "artifacts" / "content").rglob("*.mp4")) <= pictures
    for key in ("video", "thumbnail", "script"):
        assert Path(tidied.result[key]).stat().st_size > 0
    with record(data) as connection:
        rows = connection.execute("SELECT audio_file_path AS path FROM scenes UNION SELECT path FROM videos").fetchall()
    assert all((data / "artifacts" / row["path"]).exists() for row in rows)
