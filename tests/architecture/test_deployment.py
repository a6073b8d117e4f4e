"""Images, compose files, permissions and locks cover the same services."""

import re
from pathlib import Path

import pytest

from scenewire_tts.settings import TtsSettings

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/scenewire_*"))
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_an_image_with_its_own_lock_and_code(service: str) -> None:
    image = DOCKERFILE.partition(f"FROM runtime AS {service}\n")[2].partition("\nFROM ")[0]

    assert f"COPY --from={service}-packages /venv /venv" in image
    assert re.findall(r"/app/services/(\w+/\w+)", image) == [f"{service}/scenewire_{service}"]
    assert f"scenewire_{service}.app:create_app" in image
    assert f"source=requirements/{service}.txt" in DOCKERFILE


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_in_the_compose_file_with_its_own_user_and_credentials(service: str) -> None:
    part = COMPOSE.partition(f"\n  {service}:")[2].partition("\n\n")[0]

    assert re.search(rf"NATS_USER: {service}\b", part)
    assert re.search(rf"target: {service}\b", part)
    assert f"subpath: {service}}}" in part or f"*{service}-credentials" in part


def test_no_image_runs_as_root_or_hard_codes_a_registry() -> None:
    assert "USER 10001:10001" in DOCKERFILE.partition("AS runtime\n")[2].partition("\nFROM ")[0]
    assert "# syntax=" not in DOCKERFILE
    assert "USER root" not in DOCKERFILE
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) <= {
        "${PYTHON}", "packages", "assembly-packages", "runtime", "recorder",
    }  # fmt: skip


def test_only_script_sourcing_and_the_installation_of_voices_reach_the_internet() -> None:
    connected = [part for part in COMPOSE.split("\n\n") if re.search(r"networks: \[.*egress", part)]

    assert [re.findall(r"^  (\w+):", part, re.MULTILINE) for part in connected] == [
        ["script"],
        ["voices"],
        ["sourcing"],
    ]


def test_a_voice_is_installed_where_the_service_finds_it_and_only_the_installation_may_write_there() -> None:
    tts = COMPOSE.partition("\n  tts:")[2].partition("\n\n")[0]
    voices = COMPOSE.partition("\n  voices:")[2].partition("\n\n")[0]
    (folder,) = re.findall(r"scenewire_tts\.installation, (\S+)\]", voices)
    (data,) = re.findall(r"SCENEWIRE_DATA: (\S+)", tts)

    assert TtsSettings(artifacts_url="file:///", data_folder=Path(data)).installed_weights == Path(folder)
    assert f"- ${{TTS_WEIGHTS:-weights}}:{folder}:ro\n" in tts
    assert f'["${{TTS_WEIGHTS:-weights}}:{folder}"]' in voices
    assert re.search(r"install -d .*weights", DOCKERFILE.replace("\\\n", "")), "a new volume must belong to the user"
