"""Tests run in two lanes: unit tests with no ffmpeg and a threshold of coverage, the others with everything."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.processes.run import run_program

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


async def commands(target: str) -> list[str]:
    """The pytest commands that a target of the Makefile runs, in order."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = await run_program(["make", "-n", target], cwd=ROOT, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.decode().splitlines() if re.search(r"bin/pytest\b", line)]


async def test_a40_continuous_integration_runs_every_test_and_unit_tests_without_ffmpeg() -> None:
    assert re.search(r"^make test\b", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    without, others = await commands("test")
    folders = {f"tests/{path.name}" for path in (ROOT / "tests").iterdir() if any(path.rglob("test_*.py"))}
    assert set(re.findall(r"tests/\w+", f"{without} {others}")) == folders
    assert set(re.findall(r"tests/\w+", without)) == {"tests/unit", "tests/architecture"}
    assert without.startswith("FFMPEG=/nonexistent IMAGEIO_FFMPEG_EXE=/nonexistent ")
    assert "FFMPEG" not in others


async def test_a40_in_the_lane_without_ffmpeg_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG", "/nonexistent")
    with pytest.raises(PermanentError) as missing:
        await find_ffmpeg()
    assert missing.value.code == FailureCode.PROGRAM_MISSING


async def test_a40_coverage_has_a_threshold_that_fails_the_lane() -> None:
    (lane,) = await commands("coverage")
    assert " --cov " in lane
    assert "--no-cov-on-fail" not in lane
    assert PROJECT["tool"]["coverage"]["run"]["source"] == ["cli", "services", "shared"]
    assert PROJECT["tool"]["coverage"]["report"]["fail_under"] >= 80
