"""Runs benchmarks; see docs/benchmarks.md.

    python -m scripts.benchmarks [NAME ...] [--long] [--runs N] [--page]

A benchmark is a module of this package with TITLE and `run`; its docstring explains it. Prints the tables, and stores every number in
build/bench/<time>.json. `--page` also writes docs/benchmarks.md from it.
"""

import argparse
import asyncio
import importlib
import pkgutil
import sys
import tempfile
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import scripts.benchmarks
from scripts.benchmarks.support.machine import machine
from scripts.benchmarks.support.page import markdown, write_page
from scripts.benchmarks.support.result import SkippedError
from scripts.benchmarks.support.runs import Outcome, Runs

_RESULTS: Final = Path("build/bench")


def names() -> list[str]:
    """Returns the names of all benchmarks."""
    modules = pkgutil.iter_modules(scripts.benchmarks.__path__)
    return [module.name for module in modules if not module.ispkg and module.name != "__main__"]


async def _outcome(name: str, *, long: bool) -> Outcome:
    module = importlib.import_module(f"scripts.benchmarks.{name}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scenewire-bench-") as folder:
        try:
            result = await module.run(Path(folder), long=long)
            return Outcome(title=module.TITLE, text=module.__doc__, seconds=time.monotonic() - began, result=result)
        except SkippedError as reason:
            return Outcome(title=module.TITLE, text=module.__doc__, skipped=str(reason))
        except Exception as error:  # noqa: BLE001 - the others still run, and the command fails at the end
            traceback.print_exception(error)
            return Outcome(title=module.TITLE, text=module.__doc__, failed=f"{type(error).__name__}: {error}")


def main() -> None:
    """Runs the benchmarks of the command line, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m scripts.benchmarks", description="Runs benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"benchmarks to run, of: {', '.join(names())}")
    parser.add_argument("--long", action="store_true", help="run the long forms, which take hours")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="run everything so often, one after another")
    parser.add_argument("--page", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(names())):
        parser.error(f"unknown benchmark: {', '.join(unknown)}; choose from {', '.join(names())}")
    runs = Runs(machine=asyncio.run(machine()), is_long=options.long, started=datetime.now(UTC), outcomes={}, loads=[])
    _RESULTS.mkdir(parents=True, exist_ok=True)
    file = _RESULTS / f"{runs.started:%Y%m%dT%H%M%SZ}.json"
    for number in range(options.runs):
        runs.note_load()
        for name in options.names or names():
            print(f"run {number + 1} of {options.runs}: {name}", file=sys.stderr, flush=True)
            runs.outcomes.setdefault(name, []).append(asyncio.run(_outcome(name, long=options.long)))
            file.write_text(runs.model_dump_json(indent=1), encoding="utf-8")
    runs.note_load()
    file.write_text(runs.model_dump_json(indent=1), encoding="utf-8")
    for name in runs.outcomes:
        print("\n".join(markdown(runs, name)))
    if options.page:
        write_page(runs)
    if failed := [name for name, outcomes in runs.outcomes.items() if any(outcome.failed for outcome in outcomes)]:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
