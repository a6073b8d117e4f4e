"""A video from all archives through their doubles, by the real command: asked for, licensed, credited."""

import io
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from scripts.doubles.archive import KEY, Item, nasa, unlike
from scripts.doubles.open_archives import ARCHIVES, Holding
from tests.support.media import make_clip
from tests.support.motion import textured
from tests.support.product import SMALL, run
from tests.support.web import Web, serving

pytestmark = pytest.mark.timeout(300)

SCENES: Final = {
    "commons": Holding(1, "Harbour at dawn", "harbour", licence="CC BY-SA 4.0"),
    "archive_org": Holding(2, "Volcano from the air", "volcano", creator="Prelinger", licence="Public domain"),
    "loc": Holding(3, "Parade of sailors", "parade", creator="Edison"),
    "pexels": Holding(4, "Waves on the shore", "waves", creator="Bob"),
    "pixabay": Holding(5, "Forest in the rain", "forest", creator="Eve"),
    "openverse": Holding(7, "Lighthouse on a rock", "lighthouse", kind="still", creator="Museum", licence="CC BY 4.0"),
}
"""What only one archive has."""

FORBIDDEN: Final = Holding(9, "Harbour with cranes", "harbour", licence="CC BY-NC-ND 2.0")


def script() -> str:
    scenes = [
        {"text": f"{holding.title}.", "footage_query": holding.keywords, "keywords": holding.keywords}
        for holding in (*SCENES.values(), Holding(6, "Rocket on its way", "rocket"))
    ]
    return json.dumps({"title": "Seven archives", "scenes": scenes})


async def test_a_video_from_archives_names_their_licences_and_asks_none_that_the_order_does_not_name(
    tmp_path: Path,
) -> None:
    clip = (await make_clip(tmp_path / "clip.mp4", seconds=6, size="320x180")).read_bytes()
    still = io.BytesIO()
    Image.fromarray(textured(640, 360)).save(still, "JPEG")

    def content(holding: Holding) -> bytes:
        return still.getvalue() if holding.kind == "still" else clip + unlike(holding.number)

    (tmp_path / "walk.json").write_text(script())
    async with AsyncExitStack() as stack:
        web, moon = [await stack.enter_async_context(serving()) for _ in range(2)]
        for name, holding in SCENES.items():
            holdings = [holding, FORBIDDEN] if name == "commons" else [holding]
            ARCHIVES[name](web, holdings, content)
        nasa(moon, [Item(6, "Rocket launch", "rocket")], content=clip)
        settings = variables({**dict.fromkeys(SCENES, web), "nasa": moon})
        options = ("make", "--script", "walk.json", "--size", SMALL, "--footage", "open,pexels,pixabay", "--json")
        made = await run(*options, data=tmp_path / "data", cwd=tmp_path, **settings)
    assert made.returncode == 0, made.err
    pictures = {picture["provider"]: picture for picture in credited(made.result)}
    assert pictures.keys() == {*SCENES, "nasa"}
    assert {name: picture["title"].casefold() for name, picture in pictures.items() if name in SCENES} == {
        name: holding.title.casefold() for name, holding in SCENES.items()
    }
    assert all(SCENES[name].creator in pictures[name]["creator"] for name in SCENES)
    assert {name: picture["licence"] for name, picture in pictures.items() if name != "nasa"} == {
        "commons": "CC BY-SA 4.0",
        "openverse": "CC BY 4.0",
        "archive_org": "Public Domain Mark 1.0",
        "loc": "no known restrictions",
        "pexels": "Pexels License",
        "pixabay": "Pixabay Content License",
    }
    assert pictures["commons"]["licence_url"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert all(picture["source_url"].startswith("https://") for picture in pictures.values())
    assert all(pictures[name]["notice"] for name in ("pexels", "pixabay", "nasa"))
    assert pictures["loc"]["review"].endswith("which is not a licence")
    notes = " ".join(made.result["notes"])
    assert "the same licence on what is made from it: CC BY-SA 4.0" in notes
    assert not [path for path in web.paths() if path.startswith("/commons/9/")]
    assert KEY not in made.out + made.err


def variables(doubles: dict[str, Web]) -> dict[str, str]:
    """The settings that put doubles in place of archives."""
    servers: list[dict[str, Any]] = []
    for name, web in doubles.items():
        env = {f"{name.upper()}_URL": web.url, f"{name.upper()}_INTERVAL": "0"}
        if name in {"pexels", "pixabay"}:
            env[f"{name.upper()}_API_KEY"] = KEY
        servers.append({"name": name, "env": env, "local_hosts": [web.host]})
    return {"SOURCING_SERVERS": json.dumps(servers)}


def credited(result: dict[str, Any]) -> list[dict[str, Any]]:
    document = next(path for path in result["credits"] if path.endswith(".json"))
    pictures = json.loads(Path(document).read_text())["pictures"]
    return [picture for picture in pictures if not picture["generated"]]


async def test_nothing_is_asked_without_an_order_for_it(tmp_path: Path) -> None:
    (tmp_path / "walk.txt").write_text("Harbour at dawn.\n")
    async with serving() as web:
        ARCHIVES["commons"](web, [SCENES["commons"]], lambda _: b"")
        settings = {"COMMONS_URL": web.url}
        made = await run(
            "make", "--script", "walk.txt", "--size", SMALL, data=tmp_path / "data", cwd=tmp_path, **settings
        )
        assert made.returncode == 0, made.err
        assert web.asked == []
        again = ("make", "--script", "walk.txt", "--size", SMALL, "--footage", "commons")
        made = await run(*again, data=tmp_path / "data", cwd=tmp_path, **settings)
        assert made.returncode == 0, made.err
        assert "/w/api.php" in web.paths()
