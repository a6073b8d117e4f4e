"""Who speaks: what the settings ask for, as far as what is installed and what lies in the folder of weights allow."""

import ctypes
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.kokoro.weights import Weights, examine

__all__ = ["Choice", "EngineName", "choose", "has_graphics_card", "missing_packages"]

EngineName = Literal["espeak", "kokoro", "kokoro-onnx"]

_PACKAGES: Final[dict[EngineName, tuple[str, ...]]] = {
    "espeak": ("espeakng_loader",),
    "kokoro": ("torch", "kokoro", "transformers", "espeakng_loader"),
    "kokoro-onnx": ("onnxruntime", "espeakng_loader"),
}


@dataclass(frozen=True)
class Choice:
    """Who speaks, and why."""

    engine: EngineName
    why: str
    lacking: dict[str, Sequence[str]]
    """What the others would need."""


def choose(
    wanted: Literal["auto"] | EngineName,
    folder: Path | None,
    *,
    device: Literal["auto", "cuda", "cpu"] = "auto",
    missing: Callable[[EngineName], Sequence[str]] | None = None,
    graphics_card: Callable[[], bool] | None = None,
) -> Choice:
    """The engine to speak with. Nothing takes the place of one that was named, or whose weights were.

    Args:
        wanted: `auto` takes a neural voice when a folder of weights is given, and espeak-ng otherwise.
        folder: of weights.
        device: that a neural voice may use.
        missing: which packages of an engine are not installed.
        graphics_card: whether there is one.

    Raises:
        PermanentError: `invalid_settings` or `program_missing`, with what the engine lacks.
    """
    if wanted == "kokoro-onnx" and device == "cuda":
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "kokoro-onnx computes on processors, and TTS_DEVICE is cuda",
            hint="set TTS_ENGINE=kokoro, or unset TTS_DEVICE",
        )
    missing = missing or missing_packages
    lacking = {name: _lacking(name, examine(folder) if folder else None, missing(name)) for name in _PACKAGES}
    if wanted != "auto":
        chosen, why = wanted, f"TTS_ENGINE is {wanted}"
    elif folder is None:
        chosen, why = "espeak", "TTS_WEIGHTS names no folder of a neural voice"
    else:
        chosen, why = _neural(lacking, device, graphics_card or has_graphics_card)
    if lacking[chosen]:
        raise _unusable(chosen, folder, lacking, named=wanted != "auto")
    return Choice(chosen, why, {name: lacks for name, lacks in lacking.items() if name != chosen})


def missing_packages(engine: EngineName) -> list[str]:
    """The packages that an engine needs and that are not installed. Imports nothing."""
    return [package for package in _PACKAGES[engine] if importlib.util.find_spec(package) is None]


def has_graphics_card() -> bool:
    """Whether the driver of NVIDIA is there and knows a card: found out without loading PyTorch."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int()
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0


def _neural(
    lacking: dict[EngineName, list[str]], device: Literal["auto", "cuda", "cpu"], graphics_card: Callable[[], bool]
) -> tuple[EngineName, str]:
    if device == "cuda":
        return "kokoro", "TTS_DEVICE is cuda"
    if lacking["kokoro"] or lacking["kokoro-onnx"]:
        chosen: EngineName = "kokoro" if not lacking["kokoro"] else "kokoro-onnx"
        return chosen, "TTS_WEIGHTS has what it needs"
    if device == "auto" and graphics_card():
        return "kokoro", "TTS_WEIGHTS has what it needs, and so has the graphics card"
    return "kokoro-onnx", "TTS_WEIGHTS has what it needs, and on processors it takes less time and memory than kokoro"


def _lacking(engine: EngineName, weights: Weights | None, packages: Sequence[str]) -> list[str]:
    lacks = [f"the package {package} is not installed" for package in packages]
    if engine == "espeak":
        return lacks
    return lacks + (["TTS_WEIGHTS names no folder"] if weights is None else weights.lacks(engine))


def _unusable(
    engine: EngineName, folder: Path | None, lacking: dict[EngineName, list[str]], *, named: bool
) -> PermanentError:
    if engine == "espeak":
        return PermanentError(
            FailureCode.PROGRAM_MISSING, "espeak-ng is not installed", hint="install the package espeakng-loader"
        )
    engines: Sequence[EngineName] = (
        (engine,) if named else [name for name in ("kokoro", "kokoro-onnx") if lacking[name]]
    )
    said = "; ".join(f"{name} cannot speak: {', '.join(lacking[name])}" for name in engines)
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        said,
        hint=f"`scenewire weights check {folder}` shows each file"
        if folder
        else "set TTS_WEIGHTS, or TTS_ENGINE=espeak",
    )
