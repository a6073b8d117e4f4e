"""Selects the speech engine from settings, installed packages and available weights."""

import ctypes
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.kokoro.weights import Weights, examine

__all__ = ["EngineName", "EngineSelection", "has_gpu", "missing_packages", "select_engine"]

EngineName = Literal["espeak", "kokoro", "kokoro-onnx"]

_PACKAGES: Final[dict[EngineName, tuple[str, ...]]] = {
    "espeak": ("espeakng_loader",),
    "kokoro": ("torch", "kokoro", "transformers", "espeakng_loader"),
    "kokoro-onnx": ("onnxruntime", "espeakng_loader"),
}


@dataclass(frozen=True)
class EngineSelection:
    """The selected engine."""

    engine: EngineName
    reason: str
    missing: dict[str, Sequence[str]]
    """What each of the other engines is missing."""


def select_engine(
    wanted: Literal["auto"] | EngineName,
    folder: Path | None,
    *,
    device: Literal["auto", "cuda", "cpu"] = "auto",
    packages: Callable[[EngineName], Sequence[str]] | None = None,
    gpu: Callable[[], bool] | None = None,
) -> EngineSelection:
    """Selects the engine. An engine, or a folder of weights, that is named but cannot be used is an error.

    Args:
        wanted: `auto` selects a neural voice if a folder of weights is given, and espeak otherwise.
        folder: the folder of weights.
        device: the device that a neural voice may use.
        packages: returns the missing packages of an engine; defaults to `missing_packages`.
        gpu: returns whether there is a GPU; defaults to `has_gpu`.

    Raises:
        PermanentError: `invalid_settings` or `program_missing`, with everything that the engine is missing.
    """
    if wanted == "kokoro-onnx" and device == "cuda":
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "kokoro-onnx runs on CPUs only, but TTS_DEVICE is cuda",
            hint="set TTS_ENGINE=kokoro, or unset TTS_DEVICE",
        )
    packages = packages or missing_packages
    weights = examine(folder) if folder else None
    missing = {name: _missing(name, weights, packages(name)) for name in _PACKAGES}
    if wanted != "auto":
        engine, reason = wanted, f"TTS_ENGINE is {wanted}"
    elif folder is None:
        engine, reason = "espeak", "TTS_WEIGHTS is not set"
    else:
        engine, reason = _select_neural(missing, device, gpu or has_gpu)
    if missing[engine]:
        raise _unusable(engine, folder, missing, is_named=wanted != "auto")
    return EngineSelection(engine, reason, {name: items for name, items in missing.items() if name != engine})


def missing_packages(engine: EngineName) -> list[str]:
    """Returns the packages that an engine requires and that are not installed. Imports nothing."""
    return [package for package in _PACKAGES[engine] if importlib.util.find_spec(package) is None]


def has_gpu() -> bool:
    """Whether the NVIDIA driver is installed and finds a GPU. Does not import PyTorch."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int()
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0


def _select_neural(
    missing: dict[EngineName, list[str]], device: Literal["auto", "cuda", "cpu"], gpu: Callable[[], bool]
) -> tuple[EngineName, str]:
    if device == "cuda":
        return "kokoro", "TTS_DEVICE is cuda"
    if missing["kokoro"] or missing["kokoro-onnx"]:
        engine: EngineName = "kokoro" if not missing["kokoro"] else "kokoro-onnx"
        return engine, "TTS_WEIGHTS is complete for it"
    if device == "auto" and gpu():
        return "kokoro", "TTS_WEIGHTS is complete for it and there is a GPU"
    return "kokoro-onnx", "TTS_WEIGHTS is complete for it, and on CPUs it needs less time and memory than kokoro"


def _missing(engine: EngineName, weights: Weights | None, packages: Sequence[str]) -> list[str]:
    missing = [f"the package {package} is not installed" for package in packages]
    if engine == "espeak":
        return missing
    return missing + (["TTS_WEIGHTS is not set"] if weights is None else weights.missing(engine))


def _unusable(
    engine: EngineName, folder: Path | None, missing: dict[EngineName, list[str]], *, is_named: bool
) -> PermanentError:
    if engine == "espeak":
        return PermanentError(
            FailureCode.PROGRAM_MISSING, "espeak-ng is not installed", hint="install the package espeakng-loader"
        )
    engines: Sequence[EngineName] = (
        (engine,) if is_named else [name for name in ("kokoro", "kokoro-onnx") if missing[name]]
    )
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        "; ".join(f"{name} cannot be used: {', '.join(missing[name])}" for name in engines),
        hint=f"`scenewire weights check {folder}` shows each file"
        if folder
        else "set TTS_WEIGHTS, or TTS_ENGINE=espeak",
    )
