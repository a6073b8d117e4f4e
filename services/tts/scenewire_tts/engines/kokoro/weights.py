"""Examines a folder of weights: which files it has, and which engines it is complete for. Reads only headers."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scenewire_tts.engines.kokoro.voices import STYLE_SIZE, VoicesError, find_voices

__all__ = ["ENGINES", "Weights", "WeightsFile", "examine"]

ENGINES: Final = {"kokoro": "*.pth", "kokoro-onnx": "*.onnx"}
"""The engines that require weights, with the file name pattern of their model."""

_FOLDERS: Final = (".", "onnx")
_ROW_BYTES: Final = 4 * STYLE_SIZE


@dataclass(frozen=True)
class WeightsFile:
    """An expected or existing file."""

    what: Literal["config", "model", "voice"]
    engines: tuple[str, ...]
    """The engines that require it."""
    path: str
    """Relative to the folder; the pattern if the file is missing."""
    state: Literal["found", "missing", "damaged"]
    size: int = 0
    """Bytes."""
    problem: str = ""


@dataclass(frozen=True)
class Weights:
    """An examined folder of weights."""

    folder: Path
    config: Path | None
    """The file with the vocabulary; None if there is none, and graphs use their own or the published one."""
    models: dict[str, Path | None]
    """The model file of each engine: the largest, which is the most precise."""
    voices: tuple[str, ...]
    files: tuple[WeightsFile, ...]

    def missing(self, engine: str) -> list[str]:
        """Returns what an engine is missing; empty if the folder is complete for it."""
        if not self.folder.is_dir():
            return [f"the folder {self.folder} does not exist"]
        return [
            f"{file.path} is {file.state}{f' ({file.problem})' if file.problem else ''}"
            for file in self.files
            if engine in file.engines and file.state != "found" and file.what != "voice"
        ] + ([] if self.voices else ["there is no readable voice (voices/*.pt, voices/*.bin or voices*.bin)"])


def examine(folder: Path) -> Weights:
    """Examines every file of a folder that an engine reads."""
    config = _config(folder)
    files = [config]
    models: dict[str, Path | None] = {}
    for engine, pattern in ENGINES.items():
        path = max(
            (path for place in _FOLDERS for path in (folder / place).glob(pattern) if path.is_file()),
            key=lambda path: (path.stat().st_size, path.name),
            default=None,
        )
        models[engine] = path
        if path is None:
            files.append(WeightsFile("model", (engine,), pattern, "missing"))
        else:
            problem = _damage_of_archive(path) if engine == "kokoro" else _damage_of_graph(path)
            files.append(_file("model", (engine,), folder, path, problem))
    voices, seen = _voices(folder)
    has_vocabulary = config.state != "missing" and "kokoro-onnx" in config.engines
    return Weights(folder, folder / "config.json" if has_vocabulary else None, models, tuple(voices), (*files, *seen))


def _config(folder: Path) -> WeightsFile:
    path = folder / "config.json"
    if not path.is_file():
        # An ONNX graph may embed it, which is only known once it is loaded.
        return WeightsFile("config", ("kokoro",), "config.json", "missing")
    problem = ""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(config, dict) and "vocab" not in config:  # as published beside graphs of transformers.js
            return _file("config", ("kokoro",), folder, path, "it has no vocab; kokoro-onnx uses the published one")
        vocabulary = config["vocab"]
        if not isinstance(vocabulary, dict) or not all(isinstance(number, int) for number in vocabulary.values()):
            problem = "its vocab is not a table of phonemes"
    except (OSError, ValueError, TypeError, RecursionError) as error:
        problem = f"{type(error).__name__}: {error}"
    return _file("config", tuple(ENGINES), folder, path, problem)


def _voices(folder: Path) -> tuple[list[str], list[WeightsFile]]:
    try:
        places = find_voices(folder)
    except VoicesError as error:
        return [], [WeightsFile("voice", tuple(ENGINES), "voices*.bin", "damaged", problem=str(error))]
    files = []
    for path in sorted(set(places.values())):
        problem = _damage_of_voice(path)
        files.append(_file("voice", tuple(ENGINES), folder, path, problem))
    damaged = {file.path for file in files if file.state == "damaged"}
    return sorted(name for name, path in places.items() if str(path.relative_to(folder)) not in damaged), files


def _damage_of_voice(path: Path) -> str:
    if zipfile.is_zipfile(path):
        problem = _damage_of_archive(path)
        if path.suffix != ".pt" or problem:
            return problem
        with zipfile.ZipFile(path) as archive:
            sizes = [entry.file_size for entry in archive.infolist() if entry.filename.endswith("/data/0")]
        return "" if len(sizes) == 1 and sizes[0] and sizes[0] % _ROW_BYTES == 0 else "it is not one tensor of styles"
    if path.suffix != ".bin":
        return "it is not an archive: truncated, or another format"
    size = path.stat().st_size
    return (
        ""
        if size and size % _ROW_BYTES == 0
        else f"{size} bytes are not a multiple of {_ROW_BYTES}: truncated, or another format"
    )


def _damage_of_archive(path: Path) -> str:
    """Checks a zip archive, as PyTorch writes it; its directory is at the end, so a truncated file has none."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            truncated = [entry for entry in entries if entry.header_offset + entry.compress_size > path.stat().st_size]
    except (OSError, zipfile.BadZipFile) as error:
        return f"{error}: truncated, or another format"
    return "" if entries and not truncated else "its contents are longer than the file"


def _damage_of_graph(path: Path) -> str:
    """Checks an ONNX graph: a sequence of fields with lengths, which must end at the end of the file."""
    size = path.stat().st_size
    graph = False
    try:
        with path.open("rb") as file:
            while file.tell() < size:
                key = _varint(file.read)
                if key & 7 == 0:
                    _varint(file.read)
                elif key & 7 == 2:
                    graph = graph or key >> 3 == 7
                    file.seek(_varint(file.read), 1)
                else:
                    return "it is not an ONNX graph"
            end = file.tell()
    except (OSError, EOFError):
        return "it is truncated"
    if end > size:
        return f"it is truncated after {size} of {end} bytes or more"
    return "" if graph else "it is not an ONNX graph"


def _varint(read: Callable[[int], bytes]) -> int:
    value = shift = 0
    while True:
        byte = read(1)
        if not byte or shift > 63:
            raise EOFError
        value |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            return value


def _file(
    what: Literal["config", "model", "voice"], engines: tuple[str, ...], folder: Path, path: Path, problem: str
) -> WeightsFile:
    return WeightsFile(
        what,
        engines,
        str(path.relative_to(folder)),
        "damaged" if problem else "found",
        path.stat().st_size,
        problem,
    )
