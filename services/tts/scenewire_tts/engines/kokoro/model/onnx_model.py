"""Kokoro as an ONNX graph on CPUs. Imported only by the model's own process.

Published graphs differ in the names of inputs and outputs, and only some report phoneme durations.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

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

__all__ = ["OnnxModel"]

_SEED: Final = 1
_EMBEDDED_CONFIG: Final = "kokoro_config"
"""Metadata key under which some graphs embed the configuration of the model."""

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
        folder: contains a `.onnx` file, and a `config.json` unless the graph embeds it.
        threads: number of CPU threads.

    Raises:
        UnusableError: something is missing or damaged.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        found = examine(folder)
        graph = found.models["kokoro-onnx"]
        if graph is None:
            raise UnusableError(f"{folder} contains no .onnx file")
        try:
            import onnxruntime  # noqa: PLC0415 - not installed with other engines
        except ImportError as error:
            raise UnusableError(f"the engine kokoro-onnx cannot be loaded ({error}); install onnxruntime") from error
        onnxruntime.set_seed(_SEED)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions have no other common base
            raise UnusableError(f"{graph} cannot be loaded: {first_line(error)}") from error
        self._version = f"onnxruntime {onnxruntime.__version__}"
        self._inputs = {given.name: _TYPES.get(given.type, np.float32) for given in self._session.get_inputs()}
        self._tokens = "input_ids" if "input_ids" in self._inputs else "tokens"
        self._outputs = [given.name for given in self._session.get_outputs()]
        if {self._tokens, "style", "speed"} != self._inputs.keys():
            raise UnusableError(f"{graph} is not a Kokoro graph: its inputs are {', '.join(self._inputs)}")
        self._vocabulary = self._read_vocabulary(found.config)

    def _read_vocabulary(self, config: Path | None) -> dict[str, int]:
        embedded = self._session.get_modelmeta().custom_metadata_map.get(_EMBEDDED_CONFIG)
        if config is None and not embedded:
            raise UnusableError("there is no vocabulary: neither a config.json nor one embedded in the graph")
        try:
            settings = json.loads(config.read_text(encoding="utf-8") if config else embedded)
            return {str(phoneme): int(number) for phoneme, number in settings["vocab"].items()}
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise UnusableError(f"{config or 'the embedded configuration'} has no vocabulary: {error}") from error

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
            raise UnusableError(f"this graph supports only integer speeds, not {speed:g}; use another export")
        feed = {
            self._tokens: np.array([[0, *ids, 0]], self._inputs[self._tokens]),
            "style": np.asarray(style, self._inputs["style"]).reshape(1, -1),
            "speed": np.array([speed], self._inputs["speed"]),
        }
        try:
            answer = dict(zip(self._outputs, self._session.run(None, feed), strict=True))
        except Exception as error:  # its exceptions have no other common base
            if "alloc" in str(error).lower() or isinstance(error, MemoryError):
                raise OutOfMemoryError(f"{len(ids)} phonemes: {first_line(error)}") from error
            raise UnusableError(f"ONNX Runtime failed: {first_line(error)}") from error
        durations = answer.get("duration")
        return Sound(
            np.asarray(answer[self._outputs[0]], np.float32).reshape(-1),
            None if durations is None else tuple(map(int, np.asarray(durations).reshape(-1))),
        )
