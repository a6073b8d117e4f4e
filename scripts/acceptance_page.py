"""Generates docs/acceptance.md from the names of the tests; with --check, only checks that it is up to date.

The name of a test that proves a row contains the row: `test_b43_the_web_application_exports_the_video`.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "acceptance.md"

INTRODUCTION = """\
# Acceptance

Each row is a capability of one of two prior systems: the database, timeline and ffmpeg layer of a video editor (A), and a
pipeline from topic to video with a web application (B). Below each row are the tests that prove it. `make docs` generates
this page from the names of the tests. [The retrospective](retrospective.md) says which rows are fulfilled in another way than
there, and why.

## Rows and their tests
"""

ROWS = {
    "A01": "A clip has a source, an in point, an out point and the source's length",
    "A02": "A clip outside its source is refused, with all faults at once",
    "A03": "Gaps between ranges are found",
    "A04": "Ranges that overlap or touch are merged",
    "A05": "Total coverage counts every frame once",
    "A06": "Time is whole frames at an exact rate; ranges are half-open",
    "A07": "Public names are plain, listed and typed",
    "A08": "A changed message without a changed contract fails a check",
    "A09": "Continuous integration runs that check",
    "A10": "Contributors are told what a new message needs",
    "A11": "`videos` has its 14 columns",
    "A12": "`videos` contains each path once",
    "A13": "Videos are found by the beginnings of words in name and path",
    "A14": "The index follows every change automatically",
    "A15": "The index holds no copy of the text and can be rebuilt",
    "A16": "No query causes an error",
    "A17": "A repository of videos is an interface with one contract",
    "A18": "The SQL repository fulfils it",
    "A19": "The in-memory repository fulfils it",
    "A20": "Both find the same videos",
    "A21": "Only migrations create the schema",
    "A22": "Migrations can be reverted",
    "A23": "Every change of a row is audited in the same transaction",
    "A24": "The audit history is newest first, in a stable order",
    "A25": "A probe measures video files and reports what is wrong with others",
    "A26": "The ffmpeg executor is an interface",
    "A27": "The real executor runs, limits and kills the program",
    "A28": "The recording executor stores runs, without secrets",
    "A29": "The replaying executor answers from a recording, in order",
    "A30": "A recording replays the same on a host without ffmpeg",
    "A31": "Failures to build or run a command are one kind of error, with its cause",
    "A32": "ffmpeg's arguments are built from validated values",
    "A33": "Database work never blocks the event loop",
    "A34": "Every run has a time limit",
    "A35": "Runs are logged with the message that they belong to",
    "A36": "Runs are counted and timed",
    "A37": "Logging and counting wrap any executor",
    "A38": "Code that builds commands starts no process",
    "A39": "SQLite has one writer, and readers never wait for it",
    "A40": "The suite passes with and without ffmpeg",
    "A41": "Alembic, structlog and prometheus-client are used",
    "A42": "Changes are documented for users",
    "B01": "One command makes a video of a topic",
    "B02": "`--topic` and `--duration` with their defaults",
    "B03": "It runs without arguments",
    "B04": "The video has the ordered length",
    "B05": "A language model writes the script",
    "B06": "Scenes keep the prior system's keys",
    "B07": "A script has project, scenes and their ids",
    "B08": "The project is recorded before its script",
    "B09": "All scenes of a script are recorded, or none",
    "B10": "A scene is recorded once, however often it arrives",
    "B11": "Ids are UUIDs of version 4, known before any insert",
    "B12": "Every scene is spoken",
    "B13": "Every scene's narration and its length are recorded",
    "B14": "A missing narration stops the video and names the scene",
    "B15": "Footage comes through MCP",
    "B16": "A scene shows several different clips",
    "B17": "A search without results is widened, then a generated background is shown",
    "B18": "A provider that is down delays nothing",
    "B19": "Downloaded files are reused",
    "B20": "A scene's picture is as long as its narration",
    "B21": "The video has one picture stream and one audio stream of constant rate, size and format",
    "B22": "The video is named after its topic and stays in its folder",
    "B23": "Two videos of one topic do not overwrite each other",
    "B24": "The video's path, length and size are recorded",
    "B25": "A project's step only goes forward",
    "B26": "Every message updates the project's last activity",
    "B27": "The database is at its configured place, from any working directory",
    "B28": "Transactions are committed, rolled back and closed",
    "B29": "The web application's database can be adopted",
    "B30": "Foreign keys are enforced",
    "B31": "A project has each scene number once",
    "B32": "Recorded paths are relative and use `/`",
    "B33": "Rows that belong together are written in one transaction",
    "B34": "Rows recorded before a failure stay",
    "B35": "The video is made while the record is down; the record follows",
    "B36": "An unusable database is exit code 2, and the error names its path",
    "B37": "Any other failure is exit code 1",
    "B38": "Exit code 0 means that video and record exist",
    "B39": "The summary shows topic, length, path and scenes",
    "B40": "The record adds almost no time to a video",
    "B41": "The web application finds the project",
    "B42": "The web application lists its scenes",
    "B43": "The web application exports the video",
    "B44": "The web application plays a scene's narration",
    "B45": "The web application follows the progress",
    "B46": "Candidate footage is recorded and ranked, with credit",
    "B47": "Values have the types, ids and times that the web application expects",
    "B48": "Recording is tested without files in less than a second",
    "B49": "A video of 60 seconds is recorded with its scenes",
    "B50": "Videos are made without the recorder",
    "B51": "Each service runs alone",
    "B52": "The record changes no byte of a video",
    "B53": "Recording needs only bus and database",
    "B54": "The documented schema is the actual one",
    "B55": "Intermediate files can be removed once the video is recorded",
    "B56": "Processor use is bounded",
    "B57": "Failures are retried, then dead-lettered",
    "B58": "A message that arrives twice counts once",
    "B59": "An interrupted video continues where it stopped",
    "B60": "Progress is visible",
}

FAULTS = {
    "57": "The language model's rate limit is reached",
    "58": "The language model's server fails, hangs or breaks off",
    "59": "The language model's response is unusable or harmful",
    "60": "The language model's key or model is refused",
    "61": "A footage server is missing, exits or keeps exiting",
    "62": "A footage server never answers",
    "63": "A footage server returns invalid or endless data",
    "64": "A footage server is hostile",
    "65": "A footage server speaks another revision of MCP",
    "66": "A download fails, hangs, exceeds its size or has the wrong content",
}
"""Faults of external systems, by row."""


class Proof(NamedTuple):
    """A test whose name contains a row."""

    path: Path
    sentence: str


def proofs() -> dict[str, list[Proof]]:
    """Returns the tests of each row."""
    found: dict[str, list[Proof]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                words = node.name.removeprefix("test_").split("_")
                rows = [word.upper() for word in words if re.fullmatch(r"[ab]\d\d", word)]
                faults = re.match(r"rows?_(\d\d)_(?:and_(\d\d)_)?", "_".join(words))
                if faults:
                    words = words[faults[0].count("_") :]
                    rows += [row for row in faults.groups() if row in FAULTS]
                sentence = " ".join(word for word in words if word.upper() not in rows)
                for row in rows:
                    found[row].append(Proof(path.relative_to(ROOT), sentence))
    return found


def pages() -> Iterator[str]:
    """Yields the text of the page."""
    found = proofs()
    unknown = sorted(found.keys() - ROWS.keys() - FAULTS.keys())
    if unknown:
        sys.exit(f"tests name unknown rows: {', '.join(unknown)}")
    yield INTRODUCTION
    for row, title in ROWS.items():
        yield from entry(row, title, found[row])
    yield "\n## Faults of external systems and their tests\n"
    for row, title in FAULTS.items():
        yield from entry(row, title, found[row])
    missing = [row for row in ROWS if not found[row]]
    if missing:
        yield "\n## Rows without a test\n\n"
        yield from (f"- {row}: {ROWS[row]}\n" for row in missing)


def entry(row: str, title: str, tests: list[Proof]) -> Iterator[str]:
    """Yields a row and its tests, if it has any."""
    if tests:
        yield f"\n**{row}** {title}\n\n"
        for path in dict.fromkeys(proof.path for proof in tests):
            sentences = "; ".join(proof.sentence for proof in tests if proof.path == path)
            yield f"- [{path.relative_to('tests').with_suffix('')}](../{path}): {sentences}\n"


def main() -> None:
    """Writes the page, or compares it."""
    page = "".join(pages())
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.exit(f"{PAGE.relative_to(ROOT)} does not match the tests; run make docs")


main()
