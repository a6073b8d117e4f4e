"""Another version of a video: from a stage on, everything is made anew, and earlier versions stay."""

from pathlib import Path
from typing import Any

import pytest

from scenewire.messages import ScenesScripted
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from tests.support.doors import gateway_of
from tests.support.media import make_clip
from tests.support.product import Finished, run, running_stack, stored_messages

pytestmark = pytest.mark.timeout(280)

TEXT = "The harbour is quiet today.\n\nThe river is long.\n"
STAGES = ("tts", "sourcing", "segment")


def made(data: Path) -> dict[str, set[str]]:
    """The stored results of each stage."""
    folder = data / "artifacts" / "results"
    return {stage: {path.name for path in (folder / stage).glob("*.json")} for stage in STAGES}


class Remakes:
    """Remakes of one project, one after the other."""

    def __init__(self, data: Path, cwd: Path, project: str) -> None:
        self._data, self._cwd, self._project = data, cwd, project
        self.before = made(data)

    async def __call__(self, *words: str, **changes: str) -> tuple[Finished, set[str]]:
        """Makes a version; returns how, and the stages that stored results for it."""
        ended = await run("remake", self._project[:8], *words, "--json", data=self._data, cwd=self._cwd, **changes)
        assert ended.returncode == 0, ended.err
        now = made(self._data)
        worked = {stage for stage in STAGES if now[stage] - self.before[stage]}
        self.before = now
        return ended, worked


async def test_each_stage_and_all_after_it_work_anew_and_every_version_can_be_watched(tmp_path: Path):
    data, library = tmp_path / "data", tmp_path / "library"
    for subject in ("harbour", "river"):
        colour = "blue" if subject == "river" else "red"
        filters = ("-vf", f"drawbox=color={colour}@0.5:t=fill")
        await make_clip(library / f"{subject}.mp4", seconds=6, size="320x180", arguments=filters)
    (tmp_path / "talk.txt").write_text(TEXT)
    settings = {"LIBRARY_DIR": str(library), "TTS_ENGINE": "espeak"}
    async with running_stack(data, tmp_path, **settings):
        words = ("--script", "talk.txt", "--size", "320x180", "--no-closing", "--json")
        first = await run("make", *words, "--out", "videos", data=data, cwd=tmp_path, **settings)
        assert first.returncode == 0, first.err
        project: str = first.result["project_id"]
        remake = Remakes(data, tmp_path, project)

        _, worked = await remake("--captions", "box")
        assert worked == {"segment"}
        again, worked = await remake("--from", "assembly")
        assert worked == {"segment"}
        assert again.events[0]["revision"] == 2
        _, worked = await remake("--from", "footage", "--out", "again")
        assert worked == {"sourcing", "segment"}
        louder, worked = await remake("--from", "narration", "--voice", "en-us+f3", "--no-title")
        assert worked == {"tts", "sourcing", "segment"}
        assert louder.events[0] | {"name": ""} == {
            "event": "accepted",
            "project_id": project,
            "name": "",
            "revision": 4,
        }
        rewritten, worked = await remake("--from", "script", "--theme", "press")
        assert worked == {"tts", "sourcing", "segment"}
        assert rewritten.events[0]["revision"] == 5
        assert stored_messages(data, project)["script.requested"] == 2
        assert await options_of_latest(data) == ("en-us+f3", "press", False, "box")

        here = {"SCENEWIRE_DATA": "", "SCENEWIRE_SERVER": gateway_of(data)}
        served, worked = await remake("--from", "assembly", "--captions", "none", **here)
        assert worked == {"segment"}
        assert served.result["video"].startswith(here["SCENEWIRE_SERVER"])
        refused = await run("remake", project, "--from", "script", data=data, cwd=tmp_path, **here)
        assert (refused.returncode, "exclude each other" in refused.err) == (1, True)
    output = data / "artifacts" / "output" / project
    videos = [*output.glob("*.mp4"), *output.glob("revision-*/*.mp4")]
    assert len(videos) == 7
    assert len({path.read_bytes() for path in videos if path.parent.name in ("revision-1", "revision-4")}) == 2


async def options_of_latest(data: Path) -> tuple[Any, ...]:
    async with existing(DataFolder(data), None) as access:
        stored = [message async for message in access.bus.stored((ScenesScripted.SUBJECT,))]
    options = ScenesScripted.model_validate_json(stored[-1].body).brief.options
    look = options.look
    return options.voice, look.theme, look.title, look.caption_style


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "nothing is to be made anew"),
        (("--music", "calm", "--no-music"), "exclude each other"),
        (("--voice", "host=af_sky"), "voices of speakers belong to scenes"),
        (("--size", "big"), "--size must be WIDTHxHEIGHT"),
        (("--from", "assembly", "--theme", "nothing"), "--theme must be"),
    ],
)
async def test_mistakes_are_found_before_anything_starts(tmp_path: Path, words: tuple[str, ...], fault: str):
    ended = await run("remake", "5f0c4b0e", *words, data=tmp_path / "data", cwd=tmp_path)
    assert (ended.returncode, fault in ended.err) == (1, True), ended.err
    assert not (tmp_path / "data").exists()
