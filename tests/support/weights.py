"""Generated folders of weights: a vocabulary, random voices in each format, and a model of a few nodes."""

import json
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.onnx_graph import graph

VOCABULARY = {
    phoneme: number
    for number, phoneme in enumerate(
        ';:,.!?—…"()“” \u0303abcdefhijklmnopqrstuvwxyzɑɐɒæβɔðʤəɚɛɜɡɪŋɲøɹɾʁʃʧʊʌʎʒˈˌːᵊᵻAIOQSTWYθœɣʦʣ',
        start=1,
    )
}
ROWS = 510


def styles(seed: int, rows: int = ROWS) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).random((rows, 256)) * 0.1 + 0.05).astype("<f4")


def write_voice(path: Path, seed: int) -> None:
    """Writes a tensor as PyTorch does: an archive with its numbers in `data/0`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (("data.pkl", b"never read"), ("data/0", styles(seed).tobytes())):
            archive.writestr(zipfile.ZipInfo(f"{path.stem}/{name}"), content)  # without the time: equal bytes


def write_onnx_folder(folder: Path, **changes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"vocab": VOCABULARY}))
    (folder / "kokoro.onnx").write_bytes(graph(**changes))
    for seed, name in enumerate(("af_sky", "af_heart", "bf_emma")):
        write_voice(folder / "voices" / f"{name}.pt", seed)
    return folder
