"""Kokoro on PyTorch: the whole architecture without training, saved and loaded as the real weights are.

Runs where the extra `tts-gpu` is installed, as `make torch` does; everywhere else it is skipped.
"""

import importlib.util
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.diagnostics import check_weights
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError, UnusableError
from scenewire_tts.engines.kokoro.model.process import ModelProcess
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.speech.spoken_text import split_words

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("torch") is None or importlib.util.find_spec("kokoro") is None,
        reason="the extra tts-gpu is not installed",
    ),
    pytest.mark.filterwarnings("ignore"),  # PyTorch's about its own future
]

TEXT = "The canal joins two seas. Ships pay to pass!"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from tests.support.untrained import write_untrained

    folder = tmp_path_factory.mktemp("weights")
    write_untrained(folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def engine(made: Path) -> AsyncIterator[KokoroEngine]:
    engine = KokoroEngine("kokoro", examine(made), ModelProcess("kokoro", made, device="cpu", threads=1))
    await engine.start()
    yield engine
    await engine.aclose()


def load(folder: Path) -> Any:
    from scenewire_tts.engines.kokoro.model.pytorch_model import TorchModel

    return TorchModel(folder, device="cpu", threads=1)


async def test_the_same_words_give_the_same_samples_and_every_word_its_time(engine: KokoroEngine) -> None:
    speech = await engine.speak(TEXT, language="en", voice=None)
    again = await engine.speak(TEXT, language="en", voice=None)
    mixed = await engine.speak(TEXT, language="en", voice="af_sky,af_heart")
    faster = await engine.speak(TEXT, language="en", voice=None, speed=1.6)

    assert np.array_equal(speech.pcm, again.pcm)
    assert not np.array_equal(speech.pcm, mixed.pcm)
    assert len(faster.pcm) < len(speech.pcm)
    assert [word.text for word in speech.words] == [token.text for token in split_words(TEXT)]
    edges = [edge for word in speech.words for edge in (word.start_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert edges[-1] <= len(speech.pcm)


async def test_a_folder_as_the_hub_of_the_model_has_it_speaks(made: Path) -> None:
    report = await check_weights(made, speak=True)

    assert [(trial.engine, trial.ok) for trial in report.trials] == [("kokoro", True)], report.trials


def test_durations_are_those_of_the_samples(made: Path) -> None:
    sound = load(made).speak([5, 6, 7], np.zeros(256, np.float32), 1.0)

    assert sound.durations is not None
    assert len(sound.durations) == 5
    assert sum(sound.durations) * 600 == len(sound.audio)


def test_nothing_is_downloaded_and_no_language_model_or_gpl_library_is_loaded(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the hub was asked")

    for name in ("hf_hub_download", "snapshot_download"):
        monkeypatch.setattr(huggingface_hub, name, refuse)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"kokoro", "misaki", "phonemizer", "spacy"}]:
        monkeypatch.delitem(sys.modules, name)

    load(made).speak([5, 6, 7], np.zeros(256, np.float32), 1.0)

    loaded = {name.partition(".")[0] for name in sys.modules}
    assert "kokoro" in loaded
    assert not loaded & {"misaki", "phonemizer", "spacy", "espeakng_loader"}


@pytest.mark.parametrize("name", ["config.json", "kokoro-v1_0.pth"])
def test_a_missing_file_is_named_and_not_downloaded(made: Path, tmp_path: Path, name: str) -> None:
    for path in made.iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path)

    with pytest.raises(UnusableError, match=r"config\.json" if name == "config.json" else r"\.pth"):
        load(tmp_path)


def test_weights_that_leave_a_part_untrained_are_refused(made: Path, tmp_path: Path) -> None:
    import torch

    state = torch.load(made / "kokoro-v1_0.pth", weights_only=True)
    del state["predictor"]["duration_proj.linear_layer.bias"]
    torch.save(state, tmp_path / "kokoro-v1_0.pth")
    (tmp_path / "config.json").symlink_to(made / "config.json")

    with pytest.raises(
        UnusableError, match=r"predictor: 1 weights are missing and 0 are unknown, such as duration_proj"
    ):
        load(tmp_path)


def test_weights_are_those_of_the_file_under_either_name(made: Path, tmp_path: Path) -> None:
    import torch

    state = torch.load(made / "kokoro-v1_0.pth", weights_only=True)
    wrapped = {part: {f"module.{key}": weight for key, weight in weights.items()} for part, weights in state.items()}
    wrapped["bert"]["module.embeddings.position_ids"] = torch.arange(512)
    torch.save(wrapped, tmp_path / "kokoro-v1_0.pth")
    (tmp_path / "config.json").symlink_to(made / "config.json")

    for folder in (made, tmp_path):
        loaded = load(folder)._model
        for part, weights in state.items():
            held = getattr(loaded, part).state_dict()
            assert all(torch.equal(held[key], weight) for key, weight in weights.items())


def test_weights_that_would_run_code_are_refused(made: Path, tmp_path: Path) -> None:
    import torch

    class Evil:
        @override
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "owned",))

    torch.save({"bert": Evil()}, tmp_path / "kokoro-v1_0.pth")
    (tmp_path / "config.json").symlink_to(made / "config.json")

    with pytest.raises(UnusableError, match="contains more than weights and is not loaded"):
        load(tmp_path)
    assert not (tmp_path / "owned").exists()


async def test_a_missing_gpu_is_an_invalid_setting(made: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a graphics card")
    with pytest.raises(PermanentError, match="finds no GPU") as caught:
        await ModelProcess("kokoro", made, device="cuda", threads=1).start()

    assert caught.value.code == FailureCode.INVALID_SETTINGS


@pytest.mark.parametrize("kind", ["OutOfMemoryError", "RuntimeError"])
def test_out_of_memory_asks_for_shorter_utterances(made: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    import torch

    model = load(made)

    def fail(*_: object) -> None:
        raise getattr(torch, kind, RuntimeError)("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(model._model, "forward_with_tokens", fail)
    with pytest.raises(OutOfMemoryError, match="3 phonemes: CUDA out of memory"):
        model.speak([5, 6, 7], np.zeros(256, np.float32), 1.0)
