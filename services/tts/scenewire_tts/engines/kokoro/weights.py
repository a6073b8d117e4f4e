"""What lies in a folder of weights, and for which engine it is complete. Reads headers only, loads nothing."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scenewire_tts.engines.kokoro.voices import STYLE, VoicesError, find_voices

__all__ = ["ENGINES", "Weights", "WeightsFile", "examine"]

ENGINES: Final = {"kokoro": "*.pth", "kokoro-onnx": "*.onnx"}
"""The engines that need weights, and what the file with their model is called."""

_FOLDERS: Final = (".", "onnx")
_ROW: Final = 4 * STYLE


@dataclass(frozen=True)
class WeightsFile:
    """A file that is there, or should be."""

    what: Literal["config", "model", "voice"]
    engines: tuple[str, ...]
    """Who needs it."""
    path: str
    """Within the folder; of a missing one, what it may be called."""
    state: Literal["found", "missing", "damaged"]
    size: int = 0
    """Bytes."""
    problem: str = ""


@dataclass(frozen=True)
class Weights:
    """What was found."""

    folder: Path
    config: Path | None
    models: dict[str, Path | None]
    """For each engine the file with its model: the largest, which is the most exact."""
    voices: tuple[str, ...]
    files: tuple[WeightsFile, ...]

    def lacks(self, engine: str) -> list[str]:
        """What an engine would need besides; nothing when the folder is complete for it."""
        if not self.folder.is_dir():
            return [f"there is no folder {self.folder}"]
        return [
            f"{file.path} is {file.state}{f' ({file.problem})' if file.problem else ''}"
            for file in self.files
            if engine in file.engines and file.state != "found" and file.what != "voice"
        ] + ([] if self.voices else ["there is no voice that can be read (voices/*.pt, voices/*.bin or voices*.bin)"])


def examine(folder: Path) -> Weights:
    """Looks at every file of a folder that an engine would read."""
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
    return Weights(
        folder, folder / "config.json" if config.state != "missing" else None, models, tuple(voices), (*files, *seen)
    )


def _config(folder: Path) -> WeightsFile:
    path = folder / "config.json"
    if not path.is_file():
        # A graph may carry it; whether it does is seen when it is loaded.
        return WeightsFile("config", ("kokoro",), "config.json", "missing")
    problem = ""
    try:
        vocabulary = json.loads(path.read_text(encoding="utf-8"))["vocab"]
        if not isinstance(vocabulary, dict) or not all(isinstance(number, int) for number in vocabulary.values()):
            problem = "its vocab is no table of phonemes"
    except (OSError, ValueError, KeyError, TypeError) as error:
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
        return "" if len(sizes) == 1 and sizes[0] and sizes[0] % _ROW == 0 else "it is not one tensor of styles"
    if path.suffix != ".bin":
        return "it is no archive: cut off, or something else"
    size = path.stat().st_size
    return "" if size and size % _ROW == 0 else f"{size} bytes are no multiple of {_ROW}: cut off, or something else"


def _damage_of_archive(path: Path) -> str:
    """PyTorch writes a zip archive; its list of contents stands at the end, so that a cut-off file has none."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            over = [entry for entry in entries if entry.header_offset + entry.compress_size > path.stat().st_size]
    except (OSError, zipfile.BadZipFile) as error:
        return f"{error}: cut off, or something else"
    return "" if entries and not over else "its contents are longer than the file"


def _damage_of_graph(path: Path) -> str:
    """A graph is a sequence of fields, each with its length: whether they end where the file does."""
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
                    return "it is no ONNX graph"
            end = file.tell()
    except (OSError, EOFError):
        return "it is cut off"
    if end > size:
        return f"it is cut off after {size} of {end} bytes or more"
    return "" if graph else "it is no ONNX graph"


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
