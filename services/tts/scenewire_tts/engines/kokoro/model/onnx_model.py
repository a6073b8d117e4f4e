"""Kokoro as an ONNX graph on processors. Imported by the model's own process only.

Graphs in circulation name their inputs and outputs differently, and only some tell how long each phoneme takes.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from scenewire_tts.engines.kokoro.model.base import MemoryShortError, Sound, UnusableError, VoiceModel
from scenewire_tts.engines.kokoro.weights import examine

__all__ = ["OnnxModel"]

_SEED: Final = 1
_EMBEDDED_CONFIG: Final = "kokoro_config"
"""Under this name some graphs carry the configuration of the model."""

_TYPES: Final = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}


class OnnxModel(VoiceModel):
    """See `VoiceModel`.

    Args:
        folder: holds a `.onnx` file, and a `config.json` if that one carries none.
        threads: of processors.

    Raises:
        UnusableError: with what is missing.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        found = examine(folder)
        graph = found.models["kokoro-onnx"]
        if graph is None:
            raise UnusableError(f"{folder} lacks a model, a .onnx file")
        try:
            import onnxruntime  # noqa: PLC0415 - absent where another engine speaks
        except ImportError as error:
            raise UnusableError(f"the engine kokoro-onnx cannot be loaded ({error}); install onnxruntime") from error
        onnxruntime.set_seed(_SEED)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no common base but this
            raise UnusableError(f"{graph} cannot be loaded: {_first_line(error)}") from error
        self._version = f"onnxruntime {onnxruntime.__version__}"
        self._inputs = {given.name: _TYPES.get(given.type, np.float32) for given in self._session.get_inputs()}
        self._tokens = "input_ids" if "input_ids" in self._inputs else "tokens"
        self._outputs = [given.name for given in self._session.get_outputs()]
        if {self._tokens, "style", "speed"} != self._inputs.keys():
            raise UnusableError(f"{graph} is no graph of Kokoro: it takes {', '.join(self._inputs)}")
        self._vocabulary = self._read_vocabulary(found.config)

    def _read_vocabulary(self, config: Path | None) -> dict[str, int]:
        embedded = self._session.get_modelmeta().custom_metadata_map.get(_EMBEDDED_CONFIG)
        if config is None and not embedded:
            raise UnusableError("neither a config.json nor the graph itself says which phonemes it knows")
        try:
            settings = json.loads(config.read_text(encoding="utf-8") if config else embedded)
            return {str(phoneme): int(number) for phoneme, number in settings["vocab"].items()}
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise UnusableError(f"{config or 'the configuration in the graph'} holds no vocabulary: {error}") from error

    @property
    @override
    def vocabulary(self) -> dict[str, int]:
        return self._vocabulary

    @property
    @override
    def runtime(self) -> str:
        return self._version

    @property
    @override
    def device(self) -> str:
        return "cpu"

    @override
    def speak(self, ids: Sequence[int], style: NDArray[np.float32], speed: float) -> Sound:
        if np.issubdtype(self._inputs["speed"], np.integer) and speed != int(speed):
            raise UnusableError(f"this graph speaks at whole speeds only, not at {speed:g}; use another export of it")
        feed = {
            self._tokens: np.array([[0, *ids, 0]], self._inputs[self._tokens]),
            "style": np.asarray(style, self._inputs["style"]).reshape(1, -1),
            "speed": np.array([speed], self._inputs["speed"]),
        }
        try:
            answer = dict(zip(self._outputs, self._session.run(None, feed), strict=True))
        except Exception as error:  # its exceptions have no common base but this
            if "alloc" in str(error).lower() or isinstance(error, MemoryError):
                raise MemoryShortError(f"{len(ids)} phonemes: {_first_line(error)}") from error
            raise UnusableError(f"ONNX Runtime failed: {_first_line(error)}") from error
        durations = answer.get("duration")
        return Sound(
            np.asarray(answer[self._outputs[0]], np.float32).reshape(-1),
            None if durations is None else tuple(map(int, np.asarray(durations).reshape(-1))),
        )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
