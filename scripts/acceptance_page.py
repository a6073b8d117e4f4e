"""Writes docs/acceptance.md from the names of the tests; with --check only says whether it is up to date.

A test that proves a row has the row's name in its own: `test_b41_the_web_application_lists_the_film`.
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

Two prior systems could do what is listed here: a video editor's database, timeline and ffmpeg layer (A), and a pipeline
from topic to film with a web application beside it (B). Each row names the tests that hold it. Written from the names of
the tests by `make docs`.

## Rows and their tests
"""

ROWS = {
    "A01": "A clip has a source, an in point, an out point and the source's length",
    "A02": "A clip that lies outside its source is refused, with every fault at once",
    "A03": "Gaps between ranges are found",
    "A04": "Ranges that overlap or touch are merged",
    "A05": "Total coverage counts every frame once",
    "A06": "Time is whole frames at an exact rate; ranges are half-open",
    "A07": "Public names are plain, listed and typed",
    "A08": "A changed message without its changed contract fails a check",
    "A09": "Continuous integration runs that check",
    "A10": "Contributors are told what a new message needs",
    "A11": "`videos` has its 14 columns",
    "A12": "A path is in `videos` once",
    "A13": "Videos are found by the beginnings of words of name and path",
    "A14": "The index follows every change by itself",
    "A15": "The index holds no copy of the text and can be rebuilt",
    "A16": "No query is too strange to ask",
    "A17": "A repository of videos is an interface with one contract",
    "A18": "The repository in SQL fulfils it",
    "A19": "The repository in memory fulfils it",
    "A20": "Both find the same videos",
    "A21": "Migrations make the schema, and nothing else does",
    "A22": "Migrations can be taken back",
    "A23": "Every change of a row is audited in its own transaction",
    "A24": "The audit history is newest first, in a stable order",
    "A25": "A probe measures video files and names what is wrong with others",
    "A26": "What runs ffmpeg is an interface",
    "A27": "The real one runs, bounds and kills the program",
    "A28": "The recording one keeps what was run, without secrets",
    "A29": "The replaying one answers from a recording, in order",
    "A30": "A recording replays the same on a host without ffmpeg",
    "A31": "Failures to build or to run a command are one kind of error with its cause",
    "A32": "ffmpeg's arguments are built and checked as values",
    "A33": "Work on the database never holds up the event loop",
    "A34": "Every run has a time limit",
    "A35": "Runs are logged with the message they were for",
    "A36": "Runs are counted and timed",
    "A37": "Logging and counting wrap any way of running",
    "A38": "What builds commands starts none",
    "A39": "SQLite has one writer, and readers never wait for it",
    "A40": "The suite passes with and without ffmpeg",
    "A41": "Alembic, structlog and prometheus-client are used",
    "A42": "Changes are told to users",
    "B01": "One command makes a film of a topic",
    "B02": "`--topic` and `--duration` with their defaults",
    "B03": "It runs without arguments",
    "B04": "The film has the length that was asked for",
    "B05": "A language model writes the script",
    "B06": "Scenes keep the prior system's keys",
    "B07": "A script has project, scenes and their ids",
    "B08": "The project is on record before its script",
    "B09": "The scenes of a script are recorded all or none",
    "B10": "A scene is recorded once, however often it comes",
    "B11": "Ids are UUIDs of version 4, known before anything is inserted",
    "B12": "Every scene is spoken",
    "B13": "Every scene's narration and its length are on record",
    "B14": "A missing narration stops the film and names the scene",
    "B15": "Footage comes through MCP",
    "B16": "A scene shows several different clips",
    "B17": "A search that finds nothing is widened, then answered with a painted background",
    "B18": "A provider that is down holds nothing up",
    "B19": "What was downloaded is found again",
    "B20": "A scene's picture is as long as its sound",
    "B21": "The film is constant in rate, size and format, with one picture and one sound",
    "B22": "The film is named after its topic and stays in its folder",
    "B23": "Two films of one topic do not clash",
    "B24": "The film's path, length and size are on record",
    "B25": "A project's step only goes forward",
    "B26": "Every message bumps the project's last activity",
    "B27": "The database is where it is said to be, from any working directory",
    "B28": "Transactions are committed, rolled back and closed",
    "B29": "The web application's database is adopted",
    "B30": "Foreign keys are enforced",
    "B31": "A project has each scene number once",
    "B32": "Paths on record are relative, with `/`",
    "B33": "What belongs together is one transaction",
    "B34": "What was recorded before a failure stays",
    "B35": "The film is made with the record down; the record follows",
    "B36": "A database that cannot be used is exit code 2, with its path",
    "B37": "Any other failure is exit code 1",
    "B38": "Exit code 0 means film and record",
    "B39": "The summary tells topic, length, place and scenes",
    "B40": "The record costs a film next to nothing",
    "B41": "The web application finds the project",
    "B42": "The web application lists its scenes",
    "B43": "The web application exports the film",
    "B44": "The web application plays a scene's narration",
    "B45": "The web application follows the progress",
    "B46": "The footage that was considered is on record, ranked, with credit",
    "B47": "Values have the types, ids and times that the web application expects",
    "B48": "Recording is tested without files in less than a second",
    "B49": "A film of 60 seconds is on record with its scenes",
    "B50": "Without the recorder films are made as before",
    "B51": "Each service runs alone",
    "B52": "The record changes no byte of a film",
    "B53": "Recording needs nothing but bus and database",
    "B54": "The documented schema is the real one",
    "B55": "Intermediate files can be removed once the film is recorded",
    "B56": "Work for processors is bounded",
    "B57": "Failures are tried again, and buried when that is in vain",
    "B58": "A message that comes twice counts once",
    "B59": "A film that was interrupted goes on where it was",
    "B60": "Progress is seen",
}

FAULTS = {
    "57": "The language model's rate limit is reached",
    "58": "The language model's server fails, hangs or breaks off",
    "59": "The language model answers what cannot be used, or what would harm",
    "60": "The language model's key or model is refused",
    "61": "A footage server is not there, ends or keeps ending",
    "62": "A footage server never answers",
    "63": "A footage server answers nonsense, or without end",
    "64": "A footage server is hostile",
    "65": "A footage server speaks another revision of MCP",
    "66": "A download fails, hangs, swells or is something else",
}
"""Faults of what lies outside, by their rows."""


class Proof(NamedTuple):
    """A test that names a row."""

    path: Path
    sentence: str


def proofs() -> dict[str, list[Proof]]:
    """By row, the tests that name it."""
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
    """The page, in pieces."""
    found = proofs()
    unknown = sorted(found.keys() - ROWS.keys() - FAULTS.keys())
    if unknown:
        sys.exit(f"tests name rows that there are not: {', '.join(unknown)}")
    yield INTRODUCTION
    for row, title in ROWS.items():
        yield from entry(row, title, found[row])
    yield "\n## Faults of others and their tests\n"
    for row, title in FAULTS.items():
        yield from entry(row, title, found[row])
    missing = [row for row in ROWS if not found[row]]
    if missing:
        yield "\n## No test names these yet\n\n"
        yield from (f"- {row}: {ROWS[row]}\n" for row in missing)


def entry(row: str, title: str, of_row: list[Proof]) -> Iterator[str]:
    """A row and its tests, if it has any."""
    if of_row:
        yield f"\n**{row}** {title}\n\n"
        for path in dict.fromkeys(proof.path for proof in of_row):
            sentences = "; ".join(proof.sentence for proof in of_row if proof.path == path)
            yield f"- [{path.relative_to('tests').with_suffix('')}](../{path}): {sentences}\n"


def main() -> None:
    """Writes or compares."""
    wanted = "".join(pages())
    if "--check" not in sys.argv:
        PAGE.write_text(wanted)
    elif not PAGE.exists() or PAGE.read_text() != wanted:
        sys.exit(f"{PAGE.relative_to(ROOT)} is not what the tests say: run make docs")


main()
