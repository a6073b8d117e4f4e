"""Failures as a person and a program see them: the terminal, `--json` and `show` say the same, each problem once."""

from pathlib import Path

import pytest

from tests.support.media import make_clip
from tests.support.product import SMALL, Finished, run

pytestmark = pytest.mark.timeout(180)


def noted(finished: Finished) -> list[str]:
    return [line.removeprefix("note:").strip() for line in finished.err.splitlines() if line.startswith("note:")]


class Answers:
    """Makes a text once with `--json` and once without, and asks the record."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder, self._settings = folder, settings

    async def notes(self, text: str, *arguments: str) -> list[str]:
        """The notes, which are the same everywhere."""
        script = self._folder / "script.txt"
        script.write_text(text)
        words = ("make", "--script", str(script), "--size", SMALL, "--no-title", *arguments)
        as_json = await self._run(*words, "--json", **self._settings)
        assert as_json.returncode == 0, as_json.err
        project_id = as_json.result["project_id"][:8]
        notes: list[str] = as_json.result["notes"]
        assert await self._recorded(project_id) == notes
        assert len(set(notes)) == len(notes)
        assert Path(as_json.result["video"]).is_file()
        shown = await self._run("show", project_id)
        assert [line.split(None, 1)[1] for line in shown.out.splitlines() if line.startswith("note:")] == notes

        printed = await self._run(*words, **self._settings)
        summary = dict(line.partition(":")[::2] for line in printed.out.splitlines())
        assert noted(printed) == await self._recorded(summary["project"].strip())
        assert Path(summary["video"].strip()).is_file()
        return notes

    async def _run(self, *words: str, **settings: str) -> Finished:
        return await run(*words, data=self._folder / "data", cwd=self._folder, **settings)

    async def _recorded(self, project_id: str) -> list[str]:
        (row,) = (await self._run("show", project_id, "--json")).events
        return list(row["ended"]["notes"])


TEXT = "The harbour is quiet.\n\nThe harbour wakes.\n"


async def test_an_archive_that_cannot_be_reached_is_one_note(tmp_path: Path):
    far = '[{"name": "far", "url": "http://127.0.0.1:1/mcp"}]'
    (note,) = await Answers(tmp_path, SOURCING_SERVERS=far).notes(TEXT, "--language", "en")
    assert note.startswith("All scenes show a generated background: far: ")


async def test_a_missing_font_is_one_note(tmp_path: Path):
    notes = await Answers(tmp_path).notes("The letter ꦲ is Javanese.\n\nThe letter ꦤ is, too.\n", "--language", "en")
    first, background = notes
    assert first.startswith("All scenes: no font draws ")
    assert background.startswith("All scenes show a generated background: no footage is configured; set LIBRARY_DIR")


async def test_an_unreadable_description_of_a_clip_is_one_note(tmp_path: Path):
    library = tmp_path / "library"
    library.mkdir()
    await make_clip(library / "harbour.mp4", seconds=12)
    (library / "harbour.json").write_text('{"creator": "A. Maker",}')
    (note,) = await Answers(tmp_path, LIBRARY_DIR=str(library)).notes(TEXT, "--language", "en")
    assert note.startswith("All scenes: check the rights of “harbour”: harbour.json is not JSON: line 1")


@pytest.mark.parametrize("as_json", [False, True])
async def test_an_unknown_key_of_an_order_is_an_error_that_names_the_nearest_one(as_json: bool, tmp_path: Path):
    (tmp_path / "scenes.json").write_text('[{"text": "Tea.", "footage_quary": "leaf"}]')
    flags = ("--json",) if as_json else ()
    ended = await run("make", "--script", "scenes.json", *flags, data=tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == 1
    message = "unknown key 'footage_quary' in scene 1; did you mean 'footage_query'?"
    assert ended.err.splitlines()[0] == f"error: {message}"
    assert [(event["code"], event["message"]) for event in ended.events] == [("invalid_order", message)] * as_json
