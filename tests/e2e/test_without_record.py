"""Films without the recorder: nothing but the record is missing."""

from pathlib import Path

import pytest

from tests.support.product import SMALL, run, stored_messages

TEXT = "Tea\n\nTea is a drink. It is made of leaves.\n"

pytestmark = pytest.mark.timeout(180)


async def test_b50_b52_the_video_is_the_same_without_a_record_and_a_recorder_catches_up(tmp_path: Path):
    script = tmp_path / "tea.txt"
    script.write_text(TEXT)
    arguments = ("make", "--script", str(script), "--size", SMALL)
    data = tmp_path / "unrecorded"
    nowhere = {"DATABASE_URL": f"sqlite:///{tmp_path}/no/such/folder/record.db"}
    without = await run(*arguments, "--no-record", "--out", "a", data=data, cwd=tmp_path, **nowhere)
    assert without.returncode == 0, without.err
    summary = dict(line.partition(":")[::2] for line in without.out.splitlines())
    assert summary["record"].strip().startswith("none")

    recorded = await run(*arguments, "--out", "b", "--json", data=tmp_path / "recorded", cwd=tmp_path)
    assert recorded.returncode == 0, recorded.err
    assert Path(summary["video"].strip()).read_bytes() == Path(recorded.result["video"]).read_bytes()

    assert not (data / "scenewire.db").exists()
    assert (await run(*arguments, "--out", "c", data=data, cwd=tmp_path)).returncode == 0
    assert stored_messages(data)["video.assembled"] == 2
