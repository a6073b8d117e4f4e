"""Videos with an installed voice: who speaks, and what the customer is told."""

from pathlib import Path

import pytest

from tests.support.product import SMALL, Finished, record, run, running_stack
from tests.support.weights import write_onnx_folder

pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.timeout(300)

ENGLISH = "Tea is made from the leaves of one plant."
GERMAN = "Tee wird aus den Blättern einer einzigen Pflanze gemacht, die schon lange bekannt ist."


async def made(text: str, data: Path, tmp_path: Path, *options: str) -> Finished:
    (tmp_path / "text.txt").write_text(text)
    ended = await run("make", "--script", "text.txt", "--size", SMALL, "--json", *options, data=data, cwd=tmp_path)
    assert ended.returncode == 0, ended.err
    return ended


def speakers(data: Path) -> list[tuple[str, str]]:
    with record(data) as rows:
        found = rows.execute(
            "SELECT DISTINCT json_extract(body, '$.narration.engine') AS engine, "
            "json_extract(body, '$.narration.voice') AS voice FROM message_log WHERE subject = 'audio.rendered' "
            "ORDER BY engine DESC"
        )
        return [(row["engine"], row["voice"]) for row in found]


async def test_an_installed_voice_speaks_what_it_can_and_espeak_the_rest_with_a_note(tmp_path: Path):
    data = tmp_path / "data"
    own = write_onnx_folder(tmp_path / "own")
    assert (await run("voices", "install", "--from", str(own), data=data, cwd=tmp_path)).returncode == 0

    english = await made(ENGLISH, data, tmp_path)
    german = await made(GERMAN, data, tmp_path)

    assert speakers(data) == [("kokoro-onnx", "af_heart"), ("espeak", "de")]
    note = "espeak speaks German, because kokoro-onnx does not speak 'de'."
    assert not any(note in told for told in english.result["notes"])
    assert any(note in told for told in german.result["notes"])


async def test_a_running_stack_uses_the_installed_voice_which_then_cannot_be_removed(tmp_path: Path):
    data, own = tmp_path / "data", str(write_onnx_folder(tmp_path / "own"))
    await run("voices", "install", "--from", own, data=data, cwd=tmp_path)

    async with running_stack(data, tmp_path):
        await made(ENGLISH, data, tmp_path)
        again = await run("voices", "install", "--from", own, data=data, cwd=tmp_path)
        refused = await run("voices", "remove", "--yes", data=data, cwd=tmp_path)

    assert speakers(data) == [("kokoro-onnx", "af_heart")]
    assert f"the running stack of {data} speaks as before until it is started again" in again.out
    assert (refused.returncode, "is running, and may be speaking with this voice" in refused.err) == (1, True)
