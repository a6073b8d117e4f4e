"""Measures clip selection: how often a scene shows relevant clips, and how often a video repeats a clip.

Makes a library of 200 small clips with titles and keywords, lets 50 scenes of five films choose from it through the real
library server, stage and store, and compares with whoever takes the first search results. A clip is right for the scene
under which `relevance_cases.txt` lists it. Keywords and queries are those that the script service makes of the text.

Run from the root of the repository: python -m scripts.bench_relevance
"""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered, Scene
from scenewire_script.text.keywords import footage_query, keywords_of
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.providers.mcp_session import McpSession
from scenewire_sourcing.providers.mcp_source import McpSource
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import audio_rendered, narration
from tests.support.footage import library_server
from tests.support.media import make_clip

CASES: Final = Path(__file__).with_name("relevance_cases.txt")
FILMS: Final = UUID("5f0c9a5e-7f0b-4a2f-9d7c-1f6f4a3d2b10")
SECONDS: Final = 15
"""Duration of every scene: room for three clips."""

SHOWN: Final = 3


@dataclass
class Case:
    """A scene and its relevant clips: title and keywords."""

    film: str
    text: str
    clips: list[tuple[str, list[str]]] = field(default_factory=list)


def read_cases() -> list[Case]:
    """Reads all scenes, in order."""
    cases: list[Case] = []
    film = ""
    for line in CASES.read_text().splitlines():
        if line.startswith("# "):
            film = line[2:]
        elif line.startswith("- "):
            title, _, keywords = line[2:].partition(" | ")
            cases[-1].clips.append((title, keywords.split(", ")))
        elif line:
            cases.append(Case(film, line))
    return cases


async def make_library(folder: Path, cases: list[Case]) -> None:
    """Writes clips that differ only in an empty box at their end, and their sidecars."""
    small = await make_clip(folder / "base.mp4", seconds=6, size="32x18", rate=5)
    content = small.read_bytes()
    small.unlink()
    number = 0
    for case in cases:
        for title, keywords in case.clips:
            number += 1
            clip = folder / f"{number:03}.mp4"
            clip.write_bytes(content + b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
            clip.with_suffix(".json").write_text(json.dumps({"title": title, "keywords": keywords, "duration": 6}))


def spoken(case: Case, number: int, project_id: UUID) -> AudioRendered:
    """Returns the scene as the script service would publish it."""
    audio = audio_rendered(project_id, number, scene_count=10)
    keywords = keywords_of(case.text)
    scene: Scene = audio.scene.model_copy(
        update={
            "text": case.text,
            "keywords": keywords,
            "footage_query": footage_query(case.text, keywords, case.film),
        }
    )
    return audio.model_copy(update={"scene": scene, "narration": narration(SECONDS * 24_000)})


@dataclass
class Tally:
    """The result of one selection method: titles by scene and video."""

    name: str
    shown: list[tuple[Case, list[str]]] = field(default_factory=list)

    def line(self) -> str:
        """Returns one row of the table."""
        hits = [[title in dict(case.clips) for title in titles] for case, titles in self.shown]
        clips = [hit for scene in hits for hit in scene]
        films: dict[str, Counter[str]] = {}
        for case, titles in self.shown:
            films.setdefault(case.film, Counter()).update(titles)
        repeats = sum(times - 1 for film in films.values() for times in film.values()) / len(films)
        return (
            f"{self.name:24} {_share(bool(scene[:1] and scene[0]) for scene in hits):>6}"
            f" {_share(any(scene[:SHOWN]) for scene in hits):>6} {_share(clips):>12}"
            f" {len(clips) / len(films):>9.1f} {repeats:>8.1f}"
        )

    def misses(self) -> list[str]:
        """Returns the scenes whose first clip is not relevant."""
        wrong = [(case, titles) for case, titles in self.shown if not titles or titles[0] not in dict(case.clips)]
        return [f"  {case.text[:70]:70}  {titles[0] if titles else '-'}" for case, titles in wrong]


def _share(hits: Iterable[bool]) -> str:
    listed = list(hits)
    return f"{100 * sum(listed) / max(len(listed), 1):.0f} %"


async def main() -> None:
    """Measures and prints the table."""
    cases = read_cases()
    chosen, first = Tally("scenewire"), Tally("first search results")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "library"
        await make_library(folder, cases)
        store = FilesystemStore(Path(name) / "artifacts")
        server = library_server(folder)
        source = McpSource(server, McpSession(server, timeout_s=60))
        stage = SourcingStage(store, [source], Ingest(store, max_file_bytes=1 << 20))
        try:
            numbers: Counter[str] = Counter()
            for case in cases:
                numbers[case.film] += 1
                audio = spoken(case, numbers[case.film], uuid5(FILMS, case.film))
                footage = (await stage.select_footage(audio)).footage
                chosen.shown.append((case, [clip.credit.title for clip in footage.clips]))
                found = await source.search(audio.scene.footage_query, 20)
                first.shown.append((case, [footage.title for footage in found[:SHOWN]]))
        finally:
            await source.aclose()
    print(f"{len(cases)} scenes of {len(numbers)} videos, {sum(len(case.clips) for case in cases)} clips")
    print(f"{'':24} {'top 1':>6} {'top 3':>6} {'clips right':>12} {'per video':>9} {'repeats':>8}")
    for tally in (chosen, first):
        print(tally.line())
    print("first clip not relevant:", *chosen.misses(), sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
