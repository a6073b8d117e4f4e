"""Every published layout: what `weights check` calls complete speaks, also after it was installed."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scenewire_tts.diagnostics import check_weights
from scenewire_tts.installation.installer import install
from tests.integration.tts.test_voice_installation import Shown
from tests.support.onnx_graph import graph
from tests.support.published_voice import padded_graph
from tests.support.weights import ROWS, VOCABULARY, styles, write_voice
from tests.unit.tts.test_weights import write_torch_model

pytest.importorskip("onnxruntime")

NAMES = ("af_heart", "bf_emma", "jm_kumo")


def voices_in_one_file(folder: Path, name: str) -> None:
    arrays = {voice: styles(seed).reshape(ROWS, 1, 256) for seed, voice in enumerate(NAMES)}
    with (folder / name).open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def voices_as_numbers(folder: Path) -> None:
    (folder / "voices").mkdir()
    for seed, voice in enumerate(NAMES):
        (folder / "voices" / f"{voice}.bin").write_bytes(styles(seed).tobytes())


def release_page(folder: Path) -> None:
    (folder / "kokoro-v1.0.int8.onnx").write_bytes(graph(tokens="tokens", tells_durations=False))
    voices_in_one_file(folder, "voices-v1.0.bin")


def release_page_with_several_precisions(folder: Path) -> None:
    release_page(folder)
    (folder / "kokoro-v1.0.onnx").write_bytes(graph(tokens="tokens", config={"vocab": VOCABULARY}))


def arrays_of_numpy(folder: Path) -> None:
    (folder / "kokoro.onnx").write_bytes(graph())
    voices_in_one_file(folder, "voices.npz")


def packages(folder: Path) -> None:
    (folder / "kokoro-v1.0.int8.onnx").write_bytes(graph(tokens="tokens"))
    (folder / "config.json").write_text(json.dumps({"vocab": VOCABULARY}))
    voices_as_numbers(folder)


def transformers_js(folder: Path) -> None:
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(padded_graph(1_000))
    (folder / "onnx" / "model_quantized.onnx").write_bytes(graph())
    (folder / "config.json").write_text('{\n  "model_type": "style_text_to_speech_2"\n}')
    (folder / "tokenizer.json").write_text("{}")
    voices_as_numbers(folder)


def first_script_with_kokoro_onnx(folder: Path) -> None:
    release_page(folder)
    (folder / "hello.py").write_text("from kokoro_onnx import Kokoro\n")
    (folder / "audio.wav").write_bytes(b"RIFF")
    (folder / ".venv").mkdir()


def hub_of_the_model_with_a_graph(folder: Path) -> None:
    (folder / "kokoro.onnx").write_bytes(graph())
    (folder / "config.json").write_text(json.dumps({"istftnet": {}, "vocab": VOCABULARY}))
    for seed, voice in enumerate(NAMES):
        write_voice(folder / "voices" / f"{voice}.pt", seed)


@pytest.mark.parametrize(
    "layout",
    [
        release_page,
        release_page_with_several_precisions,
        arrays_of_numpy,
        packages,
        transformers_js,
        first_script_with_kokoro_onnx,
        hub_of_the_model_with_a_graph,
    ],
)
async def test_a_folder_that_is_complete_speaks(tmp_path: Path, layout: Callable[[Path], None]) -> None:
    (own := tmp_path / "own").mkdir()
    layout(own)

    await install(tmp_path / "installed", source=str(own), progress=Shown())

    for folder in (own, tmp_path / "installed"):
        report = await check_weights(folder, speak=True)
        assert {engine.engine: engine.complete for engine in report.engines}["kokoro-onnx"]
        assert report.voices == NAMES
        (trial,) = report.trials
        assert trial.ok, trial.message
        assert trial.message.startswith("af_heart spoke")


async def test_a_configuration_without_a_vocabulary_is_no_use_to_pytorch(tmp_path: Path) -> None:
    transformers_js(tmp_path)

    report = await check_weights(tmp_path, speak=False)

    missing = {engine.engine: engine.missing for engine in report.engines}
    assert missing["kokoro-onnx"] == ()
    assert missing["kokoro"][0].startswith("config.json is damaged (it has no vocab")


def cache_of_the_package_kokoro(folder: Path) -> Path:
    """The cache after a first run: links to files under their hash, and only the voices that were used."""
    (blobs := folder / "models--hexgrad--Kokoro-82M" / "blobs").mkdir(parents=True)
    (snapshot := blobs.parent / "snapshots" / "f3ff3571791e39611d31c381e3a41a3af07b4987" / "voices").mkdir(parents=True)
    write_torch_model(blobs / "model")
    (blobs / "config").write_text(json.dumps({"istftnet": {}, "vocab": VOCABULARY}))
    write_voice(blobs / "voice.pt", 1)
    links = {"config.json": "config", "kokoro-v1_0.pth": "model", "voices/af_heart.pt": "voice.pt"}
    for name, blob in links.items():
        (snapshot.parent / name).symlink_to(blobs / blob)
    return snapshot.parent


async def test_the_cache_of_the_package_kokoro_is_complete_for_it_also_when_installed(tmp_path: Path) -> None:
    own = cache_of_the_package_kokoro(tmp_path / "cache")

    await install(tmp_path / "installed", source=str(own), progress=Shown())

    for folder in (own, tmp_path / "installed"):
        report = await check_weights(folder, speak=False)
        assert {engine.engine: engine.complete for engine in report.engines} == {"kokoro": True, "kokoro-onnx": False}
        assert report.voices == ("af_heart",)
    assert not any(path.is_symlink() for path in (tmp_path / "installed").rglob("*"))
