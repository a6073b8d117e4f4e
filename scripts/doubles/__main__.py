"""Makes a video the way a video with API keys is made, with test doubles in place of the external services.

The script comes from a double of the language model, through Groq's own SDK over HTTP. The footage comes from the bundled DVIDS
server (MCP over standard streams), which calls a double of the archive over HTTP, and from a server with other tool names (MCP
over streamable HTTP). Clips are downloaded, probed and credited. Nothing leaves this machine, and nothing is proved about the
live services, which are not called.

Run from the root of the repository: python -m scripts.doubles [FOLDER]
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from scripts.doubles import archive, language_model
from scripts.doubles.clips import Painting, paint
from scripts.doubles.documentary import documentary
from scripts.doubles.studio import TOOL_MAPPING, Studio
from tests.support.web import Reply, Web, serving

TOPIC: Final = "The Suez Canal"
SECONDS: Final = 60
ROOT: Final = Path(__file__).parents[2]

IN_ARCHIVE: Final = (
    Painting("Container ship in the canal", "canal,ship,egypt", ("0x0b3d62", "0x6fa8dc")),
    Painting("Canal from the air", "canal,desert,aerial", ("0x7a5c2e", "0xd9b779")),
    Painting("Pilot boards a ship", "pilot,ship,harbour", ("0x1f4e3d", "0x76b39d")),
    Painting("Harbour crane at work", "harbour,crane,port", ("0x3b2a5a", "0xa58fd0")),
    Painting("Convoy between banks of sand", "convoy,desert,canal", ("0x8a4b1f", "0xf0c27b")),
    Painting("Tug beside a ship", "tug,ship,port", ("0x24344d", "0x8fb0c9")),
)
IN_STUDIO: Final = (
    Painting("Workers dig in the desert", "workers,desert,canal", ("0x5a3d1e", "0xc79a5b")),
    Painting("Old map of two seas", "map,sea,egypt", ("0x5b4a2f", "0xe0cfa0")),
    Painting("Opening of the canal", "opening,canal,ship", ("0x5a1f2e", "0xd98fa0")),
    Painting("Ship aground", "ship,aground,canal", ("0x2f2f2f", "0x9a9a9a")),
    Painting("Port at night", "port,night,crane", ("0x0a0a23", "0x4b4bb0")),
    Painting("Sea at dawn", "sea,dawn,ship", ("0x8c3b2a", "0xf5b971")),
)
SHOTS: Final = ("canal ship egypt", "workers desert map", "opening canal convoy", "ship aground tug", "port crane sea")


async def main(out: Path) -> int:
    """Makes the video; returns the exit code of the command."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        painted = [await paint(painting, folder / f"{n}.mp4") for n, painting in enumerate((*IN_ARCHIVE, *IN_STUDIO))]
        items = [
            archive.Item(
                n + 1, painting.title, painting.keywords, credit="The archive's double", duration=painting.seconds
            )
            for n, painting in enumerate(IN_ARCHIVE)
        ]
        studio = Studio(tuple(zip(IN_STUDIO, painted[len(IN_ARCHIVE) :], strict=True)))
        async with language_model.GroqDouble().serving() as model, serving() as web, studio.serving():
            model.model = documentary(TOPIC, sentences(), SHOTS)
            archive.dvids(web, items)
            for item, content in zip(items, painted, strict=False):  # the archive's clips come first
                web.routes |= {f"/media/{item.number}-{lines}.mp4": Reply(content) for lines in item.heights}
            code = await _make(out, folder / "data", variables(model, web, studio))
            _print_requests(model, web, studio)
    return code


def sentences() -> list[str]:
    """Returns the sentences that the double of the model narrates."""
    story = (ROOT / "examples" / "suez-canal.txt").read_text(encoding="utf-8").partition("\n")[2]
    return [f"{sentence.strip('.')}." for sentence in " ".join(story.split()).split(". ")]


def variables(model: language_model.GroqDouble, web: Web, studio: Studio) -> dict[str, str]:
    """Returns the settings for the doubles: those for the real services, and the URLs of the doubles."""
    servers: list[dict[str, Any]] = [
        {"name": "dvids", "env": {"DVIDS_URL": web.url, "DVIDS_INTERVAL": "0"}, "local_hosts": [web.host]},
        {
            "name": "studio",
            "url": f"http://{studio.host}/mcp",
            "local_hosts": [studio.host],
            "tool_mapping": TOOL_MAPPING,
        },
    ]
    return {
        "GROQ_API_KEY": language_model.KEY,
        "GROQ_BASE_URL": model.url,
        "DVIDS_API_KEY": archive.KEY,
        "SOURCING_SERVERS": json.dumps(servers),
    }


async def _make(out: Path, data: Path, settings: dict[str, str]) -> int:
    command = [
        sys.executable,
        "-m",
        "scenewire_cli",
        "make",
        "--topic",
        TOPIC,
        "--duration",
        str(SECONDS),
        "--out",
        str(out),
    ]
    environment = os.environ | settings | {"SCENEWIRE_DATA": str(data)}
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    return await process.wait()


def _print_requests(model: language_model.GroqDouble, web: Web, studio: Studio) -> None:
    """Prints the requests that the doubles received."""
    print(f"\nlanguage model (HTTP): {len(model.requests)} requests, {len(model.completions)} of them for the script")
    searches, media = web.paths().count("/search"), [path for path in web.paths() if path.startswith("/media/")]
    print(f"archive (HTTP, behind the bundled MCP server on stdio): {searches} searches, {len(media)} downloads")
    print(
        f"studio (MCP over HTTP): {', '.join(f'{tool}({argument!r})' for tool, argument in studio.calls) or 'not called'}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m scripts.doubles", description="Makes a video with test doubles; docs/doubles.md describes them."
    )
    parser.add_argument("folder", nargs="?", type=Path, default="output", help="folder for the video; default: output")
    sys.exit(asyncio.run(main(parser.parse_args().folder)))
