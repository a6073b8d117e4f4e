"""Generates docs/fault-matrix.md from the results of `make faults` and from the names of the tests.

    fault_matrix_page.py RESULTS   adds results, one JSON object a line, to tests/data/fault_matrix.json; writes the page
    fault_matrix_page.py           writes the page
    fault_matrix_page.py --check   only checks that the page is up to date

The name of a test that causes a fault begins with its row, `test_row_34_…`, `test_row_31_and_32_…` or `test_rows_01_to_06_…`.
"""

import ast
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "fault-matrix.md"
RESULTS = ROOT / "tests" / "data" / "fault_matrix.json"

INTRODUCTION = """\
# Fault matrix

Each row is a fault. Its tests cause it in real processes: the services, nats-server, ffmpeg and footage servers. `make faults`
runs those in `tests/faults`; `make test` runs a few of them, and all others that this page names. `make docs` generates this
page from the names of the tests and from the results of the last `make faults`.

After every test in `tests/faults`, an oracle checks what must hold whatever happened:

| | invariant |
|---|---|
| I1 | Every order has exactly one end, in time |
| I2 | A project has one video, however often its parts were made |
| I3 | Every file that a message names exists and has the hash that it names; no file is half written under its final name |
| I4 | The record, one made from its log and one made from the stream are the same |
| I5 | No temporary file, child process or footage server is left |
| I6 | No message is pending or in flight |
| I7 | Exactly the expected messages were dead-lettered |
| I8 | The video decodes, has picture and sound, and is as long as planned, within 50 ms per scene |
| I9 | No secret stands in logs and messages |

Seconds are from the fault until the project's end, on a machine with two processors; of several tests, the longest. Durables
of the tests wait for 10 s in place of 30 until they deliver a message again.

| row | fault | result | seconds | tests |
|---|---|---|---|---|
"""

POINTS = (
    "before its work",
    "in the middle of its work",
    "with an artifact under a temporary name",
    "with its work stored and not published",
    "with its message published and the cause not acknowledged",
    "after the acknowledgement",
)

WORKERS = ("script", "tts", "sourcing", "assembly")

ROWS = {
    **{
        6 * worker + point + 1: f"{name} is killed {place}"
        for worker, name in enumerate(WORKERS)
        for point, place in enumerate(POINTS)
    },
    25: "recorder is killed before its transaction",
    26: "recorder is killed within its transaction",
    27: "recorder is killed after the commit",
    28: "recorder is killed after the acknowledgement",
    29: "gateway is killed before an order is stored",
    30: "gateway is killed after an order was stored and before it answers",
    31: "A worker gets SIGTERM in the middle of its work",
    32: "A worker stands still until another one has taken over, then goes on",
    33: "All services are killed at random",
    34: "nats-server is killed and started again",
    35: "nats-server is away for longer than its clients wait by default",
    36: "nats-server comes back with an empty store",
    37: "nats-server comes back with an older store",
    38: "A file of the stream is truncated, or a bit in it flipped",
    39: "The stream or its disk is full",
    40: "The network to nats-server is slow, divides, loses or breaks off",
    41: "The acknowledgement of a publish is lost",
    42: "The acknowledgement of a message is lost",
    43: "The database is away",
    44: "SQLite is locked by another process",
    45: "The database's disk is full or read-only",
    46: "The database has a newer or an older schema",
    47: "The database's file is damaged or deleted",
    48: "The artifact store is full",
    49: "An artifact is damaged or deleted",
    50: "Killed workers have left unfinished files",
    51: "Messages are delivered again, with and without their id",
    52: "Messages arrive in another order",
    53: "Wall clocks of hosts differ, or jump",
    54: "A service is slow",
    55: "A message is unreadable, too large or of an unknown version",
    56: "A message kills every worker that gets it",
    57: "The language model's rate limit is reached",
    58: "The language model's server fails, hangs or breaks off",
    59: "The language model's response is unusable or harmful",
    60: "The language model's key or model is refused",
    61: "A footage server is missing, exits or keeps exiting",
    62: "A footage server never answers",
    63: "A footage server returns invalid or endless data",
    64: "A footage server is hostile",
    65: "A footage server speaks another revision of MCP",
    66: "A download fails, hangs, exceeds its size or has the wrong content",
    67: "ffmpeg hangs",
    68: "ffmpeg is killed, crashes, fails or writes nothing",
    69: "No clip of a scene can be used",
    70: "The voice fails, is silent or much too long",
    71: "A project is cancelled at any stage",
    72: "Two workers of a kind run on two hosts",
    73: "Services of two versions run together",
    74: "Containers are killed and started again",
    75: "Everything is killed at once and started again",
}

NOT_RUN = {
    70: "its part about a graphics card needs one",
    74: "`make deploy-test` runs it where there is a container engine",
}
"""Why a row, or a part of it, has no result on a machine without special equipment."""

_NAME = re.compile(r"test_rows?_(\d\d)_(?:(and|to)_(\d\d)_)?")


def tests() -> dict[int, set[Path]]:
    """Returns the files with tests of each row."""
    found: dict[int, set[Path]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (match := _NAME.match(node.name)):
                first, last = int(match[1]), int(match[3] or match[1])
                for row in range(first, last + 1) if match[2] == "to" else {first, last}:
                    found[row].add(path.relative_to(ROOT))
    return found


def pages() -> Iterator[str]:
    """Yields the text of the page."""
    proofs, results = tests(), json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    if unknown := sorted(proofs.keys() - ROWS.keys()):
        sys.exit(f"tests name unknown rows: {unknown}")
    yield INTRODUCTION
    for row, fault in ROWS.items():
        own = [result for result in results if result["row"] == row]
        links = ", ".join(f"[{path.stem}](../{path})" for path in sorted(proofs[row]))
        seconds = max((result["seconds"] or 0 for result in own), default=0)
        yield f"| {row} | {fault} | {_result(row, own, proofs[row])} | {seconds or ''} | {links} |\n"


def _result(row: int, results: list[dict[str, Any]], files: set[Path]) -> str:
    reason = f"not run: {NOT_RUN[row]}" if row in NOT_RUN else ""
    folders = {file.parts[1] for file in files}
    if failed := [result["test"].rpartition("::")[2] for result in results if result["outcome"] != "passed"]:
        return f"**fails**: {', '.join(failed)}"
    if results:
        return "; ".join(filter(None, ("holds", reason)))
    if folders - {"faults", "deploy"}:
        return "; ".join(filter(None, ("holds in `make test`", reason)))
    return reason or ("not run since its test was added" if files else "not run: no test yet")


def add(lines: Path) -> None:
    """Adds results; those of tests that ran again replace earlier ones, and those of tests that are gone are dropped."""
    known = {result["test"]: result for result in (json.loads(RESULTS.read_text()) if RESULTS.exists() else [])}
    known |= {result["test"]: result for result in map(json.loads, lines.read_text().splitlines())}
    files = {name.partition("::")[0] for name in known}
    texts = {path: (ROOT / path).read_text() for path in files if (ROOT / path).exists()}
    kept = [
        result
        for name, result in known.items()
        if result["row"]
        and f"def {name.partition('::')[2].partition('[')[0]}(" in texts.get(name.partition("::")[0], "")
    ]
    kept.sort(key=lambda result: (result["row"], result["test"]))
    RESULTS.write_text("[\n" + ",\n".join(json.dumps(result) for result in kept) + "\n]\n")


def main() -> None:
    """Writes the page, or compares it."""
    for argument in sys.argv[1:]:
        if argument != "--check":
            add(Path(argument))
    page = "".join(pages())
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        sys.exit(f"{PAGE.relative_to(ROOT)} does not match the tests; run make docs")


main()
