"""Orders over a library of clips and still pictures, by the real command."""

import json
from pathlib import Path

import pytest
from PIL import Image

from scenewire.probe.probe import probe_media
from tests.support.media import make_clip
from tests.support.motion import textured
from tests.support.product import SMALL, run

TEXT = """The harbour lies in the morning sun and the harbour is quiet.

A lighthouse stands on the rock.

The volcano behind the town sleeps.
"""

pytestmark = pytest.mark.timeout(300)


async def test_a_video_shows_clips_and_stills_and_credits_them_all(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    script = tmp_path / "walk.txt"
    script.write_text(TEXT)
    await make_clip(library / "harbour.mp4", seconds=6, size="320x180")
    for name, size in {"lighthouse.jpg": (300, 500), "volcano.png": (640, 360)}.items():
        picture = library / name
        Image.fromarray(textured(*size)).save(picture)
        described = {"title": picture.stem.title(), "creator": "Ann", "licence": "CC BY 4.0"}
        picture.with_suffix(".json").write_text(json.dumps(described))
    options = ("make", "--script", str(script), "--size", SMALL, "--json")
    made = await run(*options, data=tmp_path / "data", cwd=tmp_path, LIBRARY_DIR=str(library))
    assert made.returncode == 0, made.err
    facts = await probe_media(Path(made.result["video"]))
    assert facts.video is not None
    assert facts.video.frames == made.result["frames"]
    document = next(path for path in made.result["credits"] if path.endswith(".json"))
    shown = json.loads(Path(document).read_text())["pictures"]
    assert not any(picture["generated"] for picture in shown)
    assert {(picture["title"], picture["creator"]) for picture in shown} == {
        ("harbour", ""),
        ("Lighthouse", "Ann"),
        ("Volcano", "Ann"),
    }
