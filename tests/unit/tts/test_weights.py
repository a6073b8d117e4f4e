import json
import zipfile
from pathlib import Path

import pytest

from scenewire_tts.engines.kokoro.weights import examine
from tests.support.weights import VOCABULARY, write_onnx_folder, write_voice


def write_torch_model(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kokoro/data.pkl", b"x" * 1000)
        archive.writestr("kokoro/data/0", b"x" * 100_000)


def states(folder: Path) -> dict[str, str]:
    return {file.path: file.state for file in examine(folder).files}


def test_a_complete_folder_is_missing_nothing(tmp_path: Path):
    write_onnx_folder(tmp_path)
    write_torch_model(tmp_path / "kokoro-v1_0.pth")

    weights = examine(tmp_path)

    assert weights.missing("kokoro") == weights.missing("kokoro-onnx") == []
    assert weights.voices == ("af_heart", "af_sky", "bf_emma")
    assert set(states(tmp_path).values()) == {"found"}


def test_an_empty_folder_is_missing_everything(tmp_path: Path):
    weights = examine(tmp_path)

    assert weights.missing("kokoro")[:2] == ["config.json is missing", "*.pth is missing"]
    assert weights.missing("kokoro-onnx")[0] == "*.onnx is missing"
    assert "no readable voice" in weights.missing("kokoro-onnx")[-1]
    assert examine(tmp_path / "nowhere").missing("kokoro") == [f"the folder {tmp_path / 'nowhere'} does not exist"]


def test_a_graph_may_carry_its_own_configuration(tmp_path: Path):
    (write_onnx_folder(tmp_path) / "config.json").unlink()

    assert examine(tmp_path).missing("kokoro-onnx") == []


@pytest.mark.parametrize("kept", [0.2, 0.99])
@pytest.mark.parametrize("name", ["kokoro.onnx", "kokoro-v1_0.pth", "voices/af_sky.pt"])
def test_a_truncated_file_is_damaged(tmp_path: Path, name: str, kept: float):
    write_onnx_folder(tmp_path)
    write_torch_model(tmp_path / "kokoro-v1_0.pth")
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * kept)])

    assert states(tmp_path)[name] == "damaged"
    assert [path for path, state in states(tmp_path).items() if state != "found"] == [name]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"vocab": 1}', '{"vocab": {"a": "b"}}', "[" * 100_000],
    ids=["empty", "cut off", "a list", "a number", "not numbers", "deeply nested"],
)
def test_a_configuration_without_phonemes_is_damaged(tmp_path: Path, text: str):
    write_onnx_folder(tmp_path)
    (tmp_path / "config.json").write_text(text)

    assert states(tmp_path)["config.json"] == "damaged"
    assert examine(tmp_path).missing("kokoro-onnx")[0].startswith("config.json is damaged")


def test_a_download_page_in_place_of_a_graph_is_damaged(tmp_path: Path):
    (write_onnx_folder(tmp_path) / "kokoro.onnx").write_text("<!doctype html><title>Sign in</title>")

    assert states(tmp_path)["kokoro.onnx"] == "damaged"


def test_a_damaged_voice_is_no_voice_and_the_others_remain(tmp_path: Path):
    write_onnx_folder(tmp_path)
    (tmp_path / "voices" / "af_sky.pt").write_bytes(b"")
    (tmp_path / "voices" / "raw.bin").write_bytes(b"x" * 1000)

    weights = examine(tmp_path)

    assert weights.voices == ("af_heart", "bf_emma")
    assert weights.missing("kokoro-onnx") == []


def test_of_several_models_the_largest_is_taken(tmp_path: Path):
    write_onnx_folder(tmp_path)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes((tmp_path / "kokoro.onnx").read_bytes() + b"\x0a\x7f" + b"x" * 127)

    assert examine(tmp_path).models["kokoro-onnx"] == tmp_path / "onnx" / "model.onnx"


def test_any_table_of_phonemes_is_a_vocabulary(tmp_path: Path):
    write_onnx_folder(tmp_path)
    write_voice(tmp_path / "voices" / "zz_new.pt", 3)
    (tmp_path / "config.json").write_text(json.dumps({"vocab": VOCABULARY, "more": 1}))

    assert "zz_new" in examine(tmp_path).voices
