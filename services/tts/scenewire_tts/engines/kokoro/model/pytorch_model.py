"""Kokoro on PyTorch, on a GPU or CPUs. Imported only by the model's own process."""

import importlib.util
import io
import json
import os
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from scenewire_tts.engines.kokoro.model.base import (
    OutOfMemoryError,
    Sound,
    UnusableError,
    VoiceModel,
    first_line,
)
from scenewire_tts.engines.kokoro.weights import examine

__all__ = ["TorchModel", "import_package_alone"]

_SEED: Final = 1
"""The voice contains noise; seeded per utterance, so that the same words give the same samples."""

_OUT_OF_MEMORY: Final = ("out of memory", "allocate memory", "bad_alloc", "std::bad_alloc")


class TorchModel(VoiceModel):
    """See `VoiceModel`.

    Args:
        folder: contains `config.json` and the weights, a `.pth` file.
        device: `cuda`, `cpu` or `auto`, which uses a GPU if there is one.
        threads: number of CPU threads.

    Raises:
        UnusableError: something is missing or damaged.
    """

    def __init__(self, folder: Path, *, device: str, threads: int) -> None:
        found = examine(folder)
        config, weights = found.config, found.models["kokoro"]
        if config is None or weights is None:
            raise UnusableError(f"{folder} contains no {'config.json' if config is None else '.pth file'}")
        _stay_offline()
        try:
            import_package_alone("kokoro")
            import kokoro.model  # noqa: PLC0415 - after import_package_alone
            import torch  # noqa: PLC0415 - after _stay_offline
        except ImportError as error:
            raise UnusableError(f"the engine kokoro cannot be loaded ({error}); install scenewire[tts-gpu]") from error
        kokoro.model.hf_hub_download = _refuse_download
        kokoro.model.logger.disable("kokoro")  # it prints every text
        self._torch = torch
        if device == "cuda" and not torch.cuda.is_available():
            raise UnusableError("TTS_DEVICE is cuda, but PyTorch finds no GPU; fix the driver or change the setting")
        self._device = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
        torch.set_num_threads(threads)
        try:
            settings = json.loads(config.read_text(encoding="utf-8"))
            state = torch.load(weights, map_location="cpu", weights_only=True, mmap=True)
            empty = io.BytesIO()
            torch.save({}, empty)
            empty.seek(0)
            # The package silently skips weights that do not fit, so it gets none and _load_weights checks them.
            model = kokoro.model.KModel(repo_id="local/kokoro", config=settings, model=empty)
            _load_weights(model, state)
            self._model = model.to(self._device).eval()
        except (OSError, ValueError, KeyError, TypeError, AssertionError, AttributeError, RuntimeError) as error:
            raise UnusableError(f"the weights in {weights} do not fit {config}: {first_line(error)}") from error
        except Exception as error:
            if type(error).__name__ != "UnpicklingError":
                raise
            raise UnusableError(
                f"{weights} contains more than weights and is not loaded: {first_line(error)}"
            ) from error

    @property
    @override
    def vocabulary(self) -> dict[str, int]:
        vocabulary: dict[str, int] = self._model.vocab
        return vocabulary

    @property
    @override
    def runtime(self) -> str:
        return f"torch {self._torch.__version__}"

    @property
    @override
    def device(self) -> str:
        return "cpu" if self._device == "cpu" else str(self._torch.cuda.get_device_name())

    @property
    @override
    def has_durations(self) -> bool:
        return True

    @override
    def speak(self, ids: Sequence[int], style: NDArray[np.float32], speed: float) -> Sound:
        torch = self._torch
        torch.manual_seed(_SEED)
        try:
            with torch.inference_mode():
                numbers = torch.tensor([[0, *ids, 0]], dtype=torch.long, device=self._device)
                reference = torch.from_numpy(np.ascontiguousarray(style)).unsqueeze(0).to(self._device)
                audio, durations = self._model.forward_with_tokens(numbers, reference, speed)
                return Sound(
                    audio.reshape(-1).float().cpu().numpy(), tuple(map(int, durations.reshape(-1).cpu().tolist()))
                )
        except RuntimeError as error:  # includes out-of-memory errors of GPUs
            if not any(text in str(error).lower() for text in _OUT_OF_MEMORY):
                raise UnusableError(f"PyTorch failed: {first_line(error)}") from error
            if self._device == "cuda":
                torch.cuda.empty_cache()
            raise OutOfMemoryError(f"{len(ids)} phonemes: {first_line(error)}") from error


def _load_weights(model: Any, state: dict[str, dict[str, Any]]) -> None:
    """Loads the weights of every part of the model; refuses missing and unknown ones."""
    for name, part in model.named_children():
        weights = {key.removeprefix("module."): weight for key, weight in state.get(name, {}).items()}
        result = part.load_state_dict(weights, strict=False)
        unknown = [
            key for key in result.unexpected_keys if not key.endswith("position_ids")
        ]  # stored by older versions, now computed
        if result.missing_keys or unknown:
            message = f"{name}: {len(result.missing_keys)} weights are missing and {len(unknown)} are unknown"
            raise ValueError(f"{message}, such as {[*result.missing_keys, *unknown][0]}")


def import_package_alone(name: str) -> None:
    """Makes the modules of a package importable without its `__init__`.

    That would load a language model and espeak-ng, a GPL library, into this process; only the voice model is needed.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        message = f"the package {name} is not installed"
        raise ImportError(message)
    package = types.ModuleType(name)
    package.__spec__ = spec
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


def _stay_offline() -> None:
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")


def _refuse_download(*_: object, **named: object) -> str:
    message = f"{named.get('filename', 'a file')} is missing, and nothing is downloaded"
    raise OSError(message)
