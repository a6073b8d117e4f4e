"""A folder full of hostile files, as a user has it: the film is made, and says what could not be shown."""

from pathlib import Path

import pytest

from scenewire.probe.probe import probe_media
from tests.support.hostile import CORPUS, Kit
from tests.support.hostile.trap import trap_around
from tests.support.media import make_clip
from tests.support.product import SMALL, run

HOSTILE = {
    "concat_of_a_neighbour": "harbour",
    "hls_of_a_server": "harbour",
    "media_on_a_server": "harbour",
    "title_that_would_be_obeyed": "harbour",
    "forty_streams": "harbour",
    "second_picture_is_noise": "volcano",
    "boxes_in_boxes": "volcano",
    "half_a_photograph": "harbour",
    "drawing_of_a_gigabyte": "volcano",
}
TEXT = """A walk

The harbour lies in the morning sun and the harbour is quiet.

A volcano stands behind the town, and the volcano sleeps.
"""

pytestmark = pytest.mark.timeout(300)


async def test_b18_hostile_files_in_the_library_cost_their_clips_but_never_the_video(tmp_path: Path) -> None:
    library, kitchen = tmp_path / "library", tmp_path / "kit"
    library.mkdir()
    kitchen.mkdir()
    canary = await make_clip(tmp_path / "canary.mp4", seconds=1, size="64x36", pattern="color=c=magenta")
    script = tmp_path / "walk.txt"
    script.write_text(TEXT)
    async with trap_around(canary) as trap:
        kit = await Kit.of(kitchen, trap.canary)
        for name, topic in HOSTILE.items():
            sample = CORPUS[name]
            (library / f"{topic} {name}{sample.suffix}").write_bytes(await sample.make(kit))
        (library / "harbour.mp4").write_bytes(kit.mp4)
        made = await run(
            *("make", "--script", str(script), "--size", SMALL, "--json"),
            data=tmp_path / "data",
            cwd=tmp_path,
            LIBRARY_DIR=str(library),
        )
        assert made.returncode == 0, made.err
        assert trap.untouched
    facts = await probe_media(Path(made.result["video"]))
    assert facts.video is not None
    assert facts.video.frames == made.result["frames"]
    assert "cannot be decoded to its end; a background is generated instead" in made.out
    assert "\x1b" not in made.out
    assert "\x1b" not in made.err
    credits_ = "".join(Path(path).read_text() for path in made.result["credits"])
    assert "harbour" in credits_
    assert "Generated background" in credits_
