from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.selection import EngineName, EngineSelection, select_engine
from scenewire_tts.settings import TtsSettings
from tests.support.weights import write_onnx_folder
from tests.unit.tts.test_weights import write_torch_model


def lacking(*packages: str) -> Callable[[EngineName], Sequence[str]]:
    needs = {
        "espeak": ["espeakng_loader"],
        "kokoro": ["torch"],
        "kokoro-onnx": ["onnxruntime"],
        "openai-compatible": ["httpx2"],
    }
    return lambda engine: [package for package in needs[engine] if package in packages]


@pytest.fixture
def both(tmp_path: Path) -> Path:
    write_torch_model(write_onnx_folder(tmp_path) / "kokoro-v1_0.pth")
    return tmp_path


def chosen(
    wanted: str,
    folder: Path | None,
    *packages: str,
    card: bool = False,
    device: str = "auto",
    data: Path = Path("/nowhere"),
) -> EngineSelection:
    settings = TtsSettings.model_validate(
        {"artifacts_url": "file:///", "engine": wanted, "weights": folder, "device": device, "data_folder": data}
    )
    return select_engine(settings, packages=lacking(*packages), gpu=lambda: card)


def test_without_weights_espeak_is_selected_and_the_others_report_what_is_missing():
    selection = chosen("auto", None)

    assert (selection.engine, selection.reason) == ("espeak", "no natural voice is installed")
    assert selection.missing == {
        "kokoro": ["no natural voice is installed"],
        "kokoro-onnx": ["no natural voice is installed"],
        "openai-compatible": ["TTS_MODEL_URL is not set", "TTS_MODEL is not set"],
    }
    assert "scenewire voices install" in selection.hint


def test_with_weights_the_neural_voice_is_the_default(both: Path):
    assert chosen("auto", both).engine == "kokoro-onnx"
    assert chosen("auto", both, card=True).engine == "kokoro"
    assert chosen("auto", both, card=True, device="cpu").engine == "kokoro-onnx"
    assert chosen("auto", both, device="cuda").engine == "kokoro"
    assert chosen("auto", both, card=True).reason.endswith("there is a GPU")
    assert chosen("auto", both, "torch", card=True).engine == "kokoro-onnx"
    assert chosen("auto", both, "onnxruntime").engine == "kokoro"


def test_a_named_engine_is_used_or_refused_without_fallback(both: Path):
    assert chosen("espeak", both).engine == "espeak"
    assert chosen("kokoro", both).engine == "kokoro"
    with pytest.raises(PermanentError, match="kokoro cannot be used: the package torch is not installed") as caught:
        chosen("kokoro", both, "torch")
    assert caught.value.code == FailureCode.INVALID_SETTINGS
    assert "weights check" in caught.value.hint


def test_weights_that_cannot_be_used_are_an_error_and_not_espeak(tmp_path: Path):
    with pytest.raises(PermanentError, match=r"\*\.pth is missing.*\*\.onnx is missing"):
        chosen("auto", tmp_path)


def test_without_espeak_nothing_speaks():
    with pytest.raises(PermanentError) as caught:
        chosen("auto", None, "espeakng_loader")

    assert caught.value.code == FailureCode.PROGRAM_MISSING


def test_a_requested_gpu_has_no_fallback(both: Path):
    with pytest.raises(PermanentError, match="kokoro cannot be used: the package torch"):
        chosen("auto", both, "torch", device="cuda")
    for engine in ("kokoro-onnx", "espeak"):
        with pytest.raises(PermanentError, match=f"TTS_DEVICE is cuda, but {engine} would speak, which uses no GPU"):
            chosen(engine, both, device="cuda")
    with pytest.raises(PermanentError, match="espeak would speak, which uses no GPU: no natural voice is installed"):
        chosen("auto", None, device="cuda")
    with pytest.raises(PermanentError, match="TTS_DEVICE is cuda, but openai-compatible would speak"):
        with_server(device="cuda")


def test_an_installed_voice_is_the_default_on_any_hardware(both: Path):
    (data := both.parent / "data").mkdir()
    both.rename(data / "weights")

    on_processors = chosen("auto", None, data=data)
    assert (on_processors.engine, on_processors.weights) == ("kokoro-onnx", data / "weights")
    assert chosen("auto", None, data=data, card=True).engine == "kokoro"
    assert chosen("auto", None, "torch", data=data, card=True).engine == "kokoro-onnx"
    assert chosen("kokoro-onnx", None, data=data).engine == "kokoro-onnx"
    assert chosen("espeak", None, data=data).is_automatic is False


def test_an_installed_voice_that_is_incomplete_is_not_used_and_the_reason_is_noted(tmp_path: Path):
    (write_onnx_folder(tmp_path / "weights") / "kokoro.onnx").unlink()

    selection = chosen("auto", None, data=tmp_path)

    assert selection.engine == "espeak"
    assert "*.onnx is missing" in selection.note
    assert "voices install" in selection.hint
    with pytest.raises(PermanentError, match=r"kokoro-onnx cannot be used: \*\.onnx is missing"):
        chosen("kokoro-onnx", None, data=tmp_path)
    with pytest.raises(PermanentError, match=r"\*\.onnx is missing"):
        chosen("auto", tmp_path / "weights")


def test_an_engine_that_is_named_without_weights_says_how_to_install_them():
    with pytest.raises(PermanentError, match="no natural voice is installed") as caught:
        chosen("kokoro-onnx", None)

    assert "scenewire voices install" in caught.value.hint


def with_server(**changes: object) -> EngineSelection:
    values = {
        "artifacts_url": "file:///",
        "data_folder": "/nowhere",
        "model_url": "http://127.0.0.1:8880/v1/",
        "model_name": "tts-1",
    }
    return select_engine(
        TtsSettings.model_validate({**values, **changes}), packages=lacking("torch"), gpu=lambda: False
    )


def test_a_speech_server_that_is_named_speaks_everything(both: Path):
    selection = with_server()

    assert (selection.engine, selection.reason) == ("openai-compatible", "TTS_MODEL_URL is set")
    assert selection.is_automatic is False
    assert with_server(engine="espeak").engine == "espeak"
    assert with_server(engine="kokoro-onnx", weights=both).engine == "kokoro-onnx"
    with pytest.raises(PermanentError, match="TTS_MODEL_URL and TTS_WEIGHTS are both set"):
        with_server(weights=both)
    with pytest.raises(PermanentError, match="openai-compatible cannot be used: TTS_MODEL is not set") as caught:
        with_server(model_name=None)
    assert "set TTS_MODEL_URL and TTS_MODEL" in caught.value.hint


@pytest.mark.parametrize(
    "address", ["ftp://host/v1", "http://user:secret@host/v1", "http://host/v1?key=secret", "host"]
)
def test_an_address_of_a_speech_server_holds_no_secret(address: str):
    with pytest.raises(ValidationError) as caught:
        with_server(model_url=address)

    assert "secret" not in str(caught.value)


def test_what_cannot_be_a_key_is_refused_without_showing_it():
    settings = TtsSettings.model_validate(
        {"artifacts_url": "file:///", "model_url": "http://127.0.0.1/v1", "model_name": "a", "model_key": "two words"}
    )

    with pytest.raises(PermanentError, match="TTS_MODEL_KEY") as caught:
        settings.model_access()
    assert "two words" not in str(caught.value)
