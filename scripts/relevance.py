"""Measures clip selection: how often a scene shows relevant clips, and how often a video repeats a clip.

Makes a library of 200 small clips with titles and keywords, lets 50 scenes of five films choose from it through the real
library server, stage and store, and compares with whoever takes the first search results. A clip is right for the scene
under which `relevance_cases.txt` lists it. Keywords and queries are those that the script service makes of the text.

Then 60 scenes in six languages (`relevance_languages.txt`) choose from the same English clips by words and, where the
extra `meaning` is installed, by meaning; and from a library that also has one clip for each of them in its language.

Run from the root of the repository: python -m scripts.relevance
"""

import asyncio
import json
import sys
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
from scenewire_sourcing.meaning.installed import find_meaning, is_meaning_installed
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import audio_rendered, narration, options
from tests.support.footage import connected, library_server
from tests.support.media import make_clip

LANGUAGES: Final = Path(__file__).with_name("relevance_languages.txt")
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
    language: str = "en"


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


def read_languages(cases: list[Case]) -> list[Case]:
    """Reads the scenes in other languages: each with the clips of its English original, and one in its language."""
    originals = {case.text: case for case in cases}
    translated: list[Case] = []
    original = cases[0]
    for line in LANGUAGES.read_text().splitlines():
        language, *parts = line.split(" | ")
        if line.startswith("#"):
            continue
        if len(parts) == 2:
            clips = [*original.clips, (parts[1], [])]
            translated.append(Case(original.film, parts[0], clips, language))
        elif line:
            original = originals[line]
    return translated


async def make_library(folder: Path, clips: Iterable[tuple[str, list[str]]]) -> None:
    """Writes clips that differ only in an empty box at their end, and their sidecars."""
    small = await make_clip(folder / "base.mp4", seconds=6, size="32x18", rate=5)
    content = small.read_bytes()
    small.unlink()
    for number, (title, keywords) in enumerate(clips):
        clip = folder / f"{number:03}.mp4"
        clip.write_bytes(content + b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
        clip.with_suffix(".json").write_text(json.dumps({"title": title, "keywords": keywords, "duration": 6}))


def spoken(case: Case, number: int, project_id: UUID) -> AudioRendered:
    """Returns the scene as the script service would publish it."""
    audio = audio_rendered(project_id, number, scene_count=10)
    keywords = keywords_of(case.text, case.language)
    scene: Scene = audio.scene.model_copy(
        update={
            "text": case.text,
            "keywords": keywords,
            "footage_query": footage_query(case.text, keywords, case.film, case.language),
        }
    )
    brief = audio.brief.model_copy(update={"options": options(language=case.language)})
    return audio.model_copy(update={"brief": brief, "scene": scene, "narration": narration(SECONDS * 24_000)})


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
            f"{self.name:34} {_share(bool(scene[:1] and scene[0]) for scene in hits):>6}"
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


async def choose(cases: list[Case], folder: Path, artifacts: Path, *, name: str, by_meaning: bool = False) -> Tally:
    """Lets every scene choose from a library; best clip first."""
    tally = Tally(name)
    store = FilesystemStore(artifacts)
    async with connected(library_server(folder) if by_meaning else _library_of_words(folder)) as source:
        ingest = Ingest(store, max_file_bytes=1 << 20)
        stage = SourcingStage(store, [source], ingest, meaning=find_meaning() if by_meaning else None)
        numbers: Counter[str] = Counter()
        for case in cases:
            film = f"{case.language} {case.film}"
            numbers[film] += 1
            footage = (await stage.select_footage(spoken(case, numbers[film], uuid5(FILMS, film)))).footage
            chosen = sorted((each for each in footage.candidates if each.chosen), key=lambda each: -each.score)
            tally.shown.append((case, [each.title for each in chosen]))
    return tally


async def take_first(cases: list[Case], folder: Path) -> Tally:
    """Takes the first search results for every scene."""
    tally = Tally("first search results")
    async with connected(_library_of_words(folder)) as source:
        for case in cases:
            found = await source.search(spoken(case, 1, FILMS).scene.footage_query, 20)
            tally.shown.append((case, [footage.title for footage in found[:SHOWN]]))
    return tally


def _library_of_words(folder: Path) -> FootageServer:
    """The library server without a comparison by meaning, whatever is installed."""
    module = "scenewire_sourcing.servers.library.server"
    code = f"import pathlib, {module} as m; m.create_server(pathlib.Path({str(folder)!r})).run('stdio')"
    return FootageServer(name="library", command=(sys.executable, "-c", code), root=folder)


def table(title: str, tallies: Iterable[Tally]) -> None:
    """Prints one table."""
    print(f"\n{title}")
    print(f"{'':34} {'top 1':>6} {'top 3':>6} {'clips right':>12} {'per video':>9} {'repeats':>8}")
    for tally in tallies:
        print(tally.line())


async def main() -> None:
    """Measures and prints the tables."""
    cases = read_cases()
    translated = read_languages(cases)
    english = [clip for case in cases for clip in case.clips]
    own = [case.clips[-1] for case in translated]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        await make_library(root / "english", english)
        await make_library(root / "all", [*english, *own])
        chosen = await choose(cases, root / "english", root / "1", name="scenewire")
        table(f"{len(cases)} scenes, {len(english)} clips", [chosen, await take_first(cases, root / "english")])
        print("first clip not relevant:", *chosen.misses(), sep="\n")
        rows: list[Tally] = []
        for language in dict.fromkeys(case.language for case in translated):
            scenes = [case for case in translated if case.language == language]
            rows.append(
                await choose(
                    scenes, root / "all", root / f"2{language}", name=f"{language}, library with {language}, words"
                )
            )
            rows.append(
                await choose(
                    scenes, root / "english", root / f"3{language}", name=f"{language}, English library, words"
                )
            )
            if is_meaning_installed():
                label = f"{language}, English library, meaning"
                rows.append(await choose(scenes, root / "english", root / f"4{language}", name=label, by_meaning=True))
        table(f"{len(translated)} scenes in other languages", rows)
        if not is_meaning_installed():
            print("rows by meaning are left out: install the extra `meaning`")


if __name__ == "__main__":
    asyncio.run(main())
