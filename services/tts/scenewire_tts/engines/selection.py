"""Selects the speech engine from settings, installed packages and available weights."""

import ctypes
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.kokoro.weights import Weights, examine
from scenewire_tts.settings import TtsSettings

__all__ = ["NEURAL_ENGINES", "EngineName", "EngineSelection", "has_gpu", "missing_packages", "select_engine"]

EngineName = Literal["espeak", "kokoro", "kokoro-onnx", "openai-compatible"]

_PACKAGES: Final[dict[EngineName, tuple[str, ...]]] = {
    "espeak": ("espeakng_loader",),
    "kokoro": ("torch", "kokoro", "transformers", "espeakng_loader"),
    "kokoro-onnx": ("onnxruntime", "espeakng_loader"),
    "openai-compatible": ("httpx2", "espeakng_loader"),
}

NEURAL_ENGINES: Final[tuple[EngineName, ...]] = ("kokoro", "kokoro-onnx")

_INSTALL_HINT: Final = "`scenewire voices install` installs a natural voice"


@dataclass(frozen=True)
class EngineSelection:
    """The selected engine."""

    engine: EngineName
    reason: str
    missing: Mapping[EngineName, Sequence[str]]
    """What each of the other engines is missing."""
    weights: Path | None = None
    """The folder of weights that neural engines read; None if there is none."""
    is_automatic: bool = False
    """Whether espeak speaks the languages that the engine lacks."""
    note: str = ""
    """Why a natural voice that is installed does not speak."""

    @property
    def hint(self) -> str:
        """What people may do about the selection."""
        if self.note:
            return "run `scenewire voices install` again; `scenewire weights check` shows each file"
        return _INSTALL_HINT if self.is_automatic and self.weights is None else ""


def select_engine(
    settings: TtsSettings,
    *,
    packages: Callable[[EngineName], Sequence[str]] | None = None,
    gpu: Callable[[], bool] | None = None,
) -> EngineSelection:
    """Selects the engine. An engine, or a folder of weights, that is named but cannot be used is an error.

    Args:
        settings: `auto` selects the speech server at TTS_MODEL_URL; without one, a natural voice if TTS_WEIGHTS names one
            or one is installed in the data folder and complete; and espeak otherwise.
        packages: returns the missing packages of an engine; defaults to `missing_packages`.
        gpu: returns whether there is a GPU; defaults to `has_gpu`.

    Raises:
        PermanentError: `invalid_settings` or `program_missing`, with everything that the engine is missing.
    """
    wanted = settings.engine
    if wanted == "auto" and settings.model_url is not None and settings.weights is not None:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            "TTS_MODEL_URL and TTS_WEIGHTS are both set",
            hint="unset one of them, or name the engine with TTS_ENGINE",
        )
    packages = packages or missing_packages
    weights = _weights(settings)
    missing = {name: _missing(name, settings, weights, packages(name)) for name in _PACKAGES}
    note = ""
    if wanted != "auto":
        engine, reason = wanted, f"TTS_ENGINE is {wanted}"
    elif settings.model_url is not None:
        engine, reason = "openai-compatible", "TTS_MODEL_URL is set"
    elif weights is None:
        engine, reason = "espeak", "no natural voice is installed"
    elif settings.weights is None and settings.device != "cuda" and all(missing[name] for name in NEURAL_ENGINES):
        engine, reason = "espeak", f"the natural voice in {weights.folder} cannot be used"
        note = f"The installed natural voice cannot be used ({', '.join(missing['kokoro-onnx'])}), so espeak speaks."
    else:
        engine, reason = _select_neural(missing, weights, settings.device, gpu or has_gpu)
    if settings.device == "cuda" and engine != "kokoro":
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"TTS_DEVICE is cuda, but {engine} would speak, which uses no GPU: {reason}",
            hint="install the weights of kokoro (docs/speech.md) and set TTS_ENGINE=kokoro, or unset TTS_DEVICE",
        )
    if missing[engine]:
        raise _unusable(engine, weights, missing, is_named=wanted != "auto")
    others = {name: items for name, items in missing.items() if name != engine}
    folder = weights.folder if weights else None
    is_automatic = wanted == "auto" and engine != "openai-compatible"
    return EngineSelection(engine, reason, others, folder, is_automatic=is_automatic, note=note)


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


def _weights(settings: TtsSettings) -> Weights | None:
    """Examines the folder of TTS_WEIGHTS, or the installed one if there is anything in it."""
    if settings.weights is not None:
        return examine(settings.weights)
    folder = settings.installed_weights
    return examine(folder) if folder.is_dir() and any(folder.iterdir()) else None


def _select_neural(
    missing: Mapping[EngineName, Sequence[str]],
    weights: Weights,
    device: Literal["auto", "cuda", "cpu"],
    gpu: Callable[[], bool],
) -> tuple[EngineName, str]:
    if device == "cuda":
        return "kokoro", "TTS_DEVICE is cuda"
    if missing["kokoro"] or missing["kokoro-onnx"]:
        engine: EngineName = "kokoro" if not missing["kokoro"] else "kokoro-onnx"
        return engine, f"{weights.folder} is complete for it"
    if device == "auto" and gpu():
        return "kokoro", f"{weights.folder} is complete for it and there is a GPU"
    return "kokoro-onnx", f"{weights.folder} is complete for it, and on CPUs it needs less time and memory than kokoro"


def _missing(engine: EngineName, settings: TtsSettings, weights: Weights | None, packages: Sequence[str]) -> list[str]:
    missing = [f"the package {package} is not installed" for package in packages]
    if engine == "espeak":
        return missing
    if engine == "openai-compatible":
        given = {"TTS_MODEL_URL": settings.model_url, "TTS_MODEL": settings.model_name}
        return missing + [f"{name} is not set" for name, value in given.items() if value is None]
    return missing + (["no natural voice is installed"] if weights is None else weights.missing(engine))


def _unusable(
    engine: EngineName, weights: Weights | None, missing: Mapping[EngineName, Sequence[str]], *, is_named: bool
) -> PermanentError:
    if engine == "espeak":
        return PermanentError(
            FailureCode.PROGRAM_MISSING, "espeak-ng is not installed", hint="install the package espeakng-loader"
        )
    if engine == "openai-compatible":
        return PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"{engine} cannot be used: {', '.join(missing[engine])}",
            hint="set TTS_MODEL_URL and TTS_MODEL, or another TTS_ENGINE",
        )
    engines: Sequence[EngineName] = (engine,) if is_named else [name for name in NEURAL_ENGINES if missing[name]]
    return PermanentError(
        FailureCode.INVALID_SETTINGS,
        "; ".join(f"{name} cannot be used: {', '.join(missing[name])}" for name in engines),
        hint=f"`scenewire weights check {weights.folder}` shows each file"
        if weights
        else f"{_INSTALL_HINT}; or set TTS_WEIGHTS, or TTS_ENGINE=espeak",
    )
