"""Kokoro as an ONNX graph on CPUs. Imported only by the model's own process.

Published graphs differ in the names of inputs and outputs. Few return the durations of phonemes, but all compute them.
"""

import json
import mmap
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from scenewire_tts.engines.kokoro.model.base import (
    ONNX_PROVIDER,
    OutOfMemoryError,
    Sound,
    UnusableError,
    VoiceModel,
    first_line,
)
from scenewire_tts.engines.kokoro.model.graph_durations import DURATION_OUTPUTS, durations_output
from scenewire_tts.engines.kokoro.vocabulary import VOCABULARY
from scenewire_tts.engines.kokoro.voices import STYLE_SIZE
from scenewire_tts.engines.kokoro.weights import examine

__all__ = ["OnnxModel"]

_SEED: Final = 1
_EMBEDDED_CONFIG: Final = "kokoro_config"
"""Metadata key under which some graphs embed the configuration of the model."""

_STEP_SAMPLES: Final = 600
_TRIAL_PHONEMES: Final = 4

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
        folder: contains a `.onnx` file. The vocabulary is that of its `config.json`, the one that the graph embeds, or the
            published one, in this order.
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
        self._session = _open(onnxruntime, graph, options)
        self._version = f"onnxruntime {onnxruntime.__version__}"
        self._inputs = {given.name: _TYPES.get(given.type, np.float32) for given in self._session.get_inputs()}
        self._tokens = "input_ids" if "input_ids" in self._inputs else "tokens"
        self._outputs = [given.name for given in self._session.get_outputs()]
        if {self._tokens, "style", "speed"} != self._inputs.keys():
            raise UnusableError(f"{graph} is not a Kokoro graph: its inputs are {', '.join(self._inputs)}")
        self._vocabulary = self._read_vocabulary(found.config)
        self._durations = next((name for name in DURATION_OUTPUTS if name in self._outputs), None)
        if self._durations is not None and not self._has_true_durations():
            self._durations = None

    def _read_vocabulary(self, config: Path | None) -> dict[str, int]:
        embedded = self._session.get_modelmeta().custom_metadata_map.get(_EMBEDDED_CONFIG)
        if config is None and not embedded:
            return VOCABULARY
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

    @property
    @override
    def has_durations(self) -> bool:
        return self._durations is not None

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
        durations = None if self._durations is None else answer[self._durations]
        return Sound(
            np.asarray(answer[self._outputs[0]], np.float32).reshape(-1),
            None if durations is None else tuple(map(int, np.asarray(durations).reshape(-1))),
        )

    def _has_true_durations(self) -> bool:
        """Speaks a few phonemes; whether the durations are one for each and add up to the audio."""
        ids = list(self._vocabulary.values())[:_TRIAL_PHONEMES]
        sound = self.speak(ids, np.zeros(STYLE_SIZE, np.float32), 1)
        durations = sound.durations or ()
        return len(durations) == len(ids) + 2 and sum(durations) * _STEP_SAMPLES == len(sound.audio)


def _open(onnxruntime: Any, graph: Path, options: Any) -> Any:
    """Returns a session for a graph, with its durations as an output if it computes them.

    Raises:
        UnusableError: the graph cannot be loaded.
    """
    try:
        return _open_with_durations(onnxruntime, graph, options)
    except Exception:  # noqa: BLE001 - whatever it is, opening the file itself reports it, or works
        try:
            return onnxruntime.InferenceSession(str(graph), options, providers=[ONNX_PROVIDER])
        except Exception as error:  # its exceptions have no other common base
            raise UnusableError(f"{graph} cannot be loaded: {first_line(error)}") from error


def _open_with_durations(onnxruntime: Any, graph: Path, options: Any) -> Any:
    """Opens a copy of the file in memory with the bytes that add the output.

    The copy takes 180 MB less than passing the bytes themselves would, and is freed when the graph is loaded.
    """
    with graph.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        copy = os.memfd_create(graph.name)
        try:
            with os.fdopen(copy, "wb", closefd=False) as target:
                target.write(content)
                target.write(durations_output(content) or b"")
            return onnxruntime.InferenceSession(f"/proc/self/fd/{copy}", options, providers=[ONNX_PROVIDER])
        finally:
            os.close(copy)
