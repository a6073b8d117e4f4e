"""Images, compose files, permissions and locks cover the same services."""

import os
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from scenewire.observability import healthcheck
from scenewire.processes.run import run_program
from scenewire_assembly.settings import AssemblySettings
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
    for stage in DOCKERFILE.split("\nFROM "):
        assert "USER 0" not in stage or stage.rstrip().endswith("USER 10001:10001")
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) <= {
        "${PYTHON}", "packages", "assembly-packages", "runtime", "recorder", "assembly",
    }  # fmt: skip


def test_only_script_sourcing_and_the_installation_of_voices_reach_the_internet() -> None:
    connected = [part for part in COMPOSE.split("\n\n") if re.search(r"networks: \[.*egress", part)]

    assert [re.findall(r"^  (\w+):", part, re.MULTILINE) for part in connected] == [
        ["script"],
        ["voices"],
        ["sourcing"],
    ]


def overlay(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())["services"]["assembly"]
    return parsed


def test_an_nvidia_card_reaches_assembly_with_the_library_of_its_encoder() -> None:
    assembly = overlay("compose.nvidia.yaml")
    (device,) = assembly["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["capabilities"]) == ("nvidia", ["gpu"])
    assert "video" in assembly["environment"]["NVIDIA_DRIVER_CAPABILITIES"].split(",")
    assert assembly["environment"]["ASSEMBLY_ENCODER"] == "${ASSEMBLY_ENCODER:-h264_nvenc}"


def test_a_render_node_reaches_assembly_with_its_group_and_drivers() -> None:
    assembly = overlay("compose.vaapi.yaml")
    default = str(AssemblySettings(artifacts_url="file:///").render_node)
    node = f"${{ASSEMBLY_RENDER_NODE:-{default}}}"
    assert assembly["devices"] == [f"{node}:{node}"]
    assert assembly["environment"]["ASSEMBLY_RENDER_NODE"] == node
    assert assembly["group_add"][0].startswith("${RENDER_GROUP:?")
    image = DOCKERFILE.partition(f"AS {assembly['build']['target']}\n")[2].partition("\nFROM ")[0]
    assert {"libva-drm2", "mesa-va-drivers", "intel-media-va-driver"} <= set(image.split())


def test_speech_on_a_gpu_has_no_fallback_to_the_processor() -> None:
    parsed = yaml.load((ROOT / "compose.gpu.yaml").read_text().replace("!reset ", ""), yaml.SafeLoader)
    assert parsed["services"]["tts"]["environment"]["TTS_DEVICE"] == "cuda"


def test_fonts_are_mounted_where_assembly_looks_for_them() -> None:
    assembly = COMPOSE.partition("\n  assembly:")[2].partition("\n\n")[0]
    (folder,) = re.findall(r"ASSEMBLY_FONTS_DIR: (\S+)", assembly)
    assert f"- ${{FONTS:-fonts}}:{folder}:ro\n" in assembly


def test_a_voice_is_installed_where_the_service_finds_it_and_only_the_installation_may_write_there() -> None:
    tts = COMPOSE.partition("\n  tts:")[2].partition("\n\n")[0]
    voices = COMPOSE.partition("\n  voices:")[2].partition("\n\n")[0]
    (folder,) = re.findall(r"scenewire_tts\.installation, (\S+)\]", voices)
    (data,) = re.findall(r"SCENEWIRE_DATA: (\S+)", tts)

    assert TtsSettings(artifacts_url="file:///", data_folder=Path(data)).installed_weights == Path(folder)
    assert f"- ${{TTS_WEIGHTS:-weights}}:{folder}:ro\n" in tts
    assert f'["${{TTS_WEIGHTS:-weights}}:{folder}"]' in voices
    assert re.search(r"install -d .*weights", DOCKERFILE.replace("\\\n", "")), "a new volume must belong to the user"


def services(file: str) -> dict[str, dict[str, Any]]:
    text = re.sub(r"!(reset|override) ", "", (ROOT / file).read_text())
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


def test_a_host_of_workers_needs_one_file_and_images() -> None:
    workers, first = services("compose.worker.yaml"), services("compose.yaml")

    assert workers.keys() == {"tts", "voices", "assembly"}
    for name, worker in workers.items():
        assert not {"build", "extends"} & worker.keys()
        for part in ("image", "read_only", "cap_drop", "security_opt", "stop_grace_period", "healthcheck", "deploy"):
            assert worker.get(part) == first[name].get(part), f"{part} of {name}"
        given, own = worker.get("environment", {}), first[name].get("environment", {})
        assert given.keys() >= own.keys()
        for variable in own.keys() - {"NATS_URL", "ARTIFACTS_URL"}:
            assert given[variable] == own[variable], f"{variable} of {name}"


def test_health_checks_of_services_skip_packages_and_have_time_on_a_busy_host() -> None:
    checked = {name: service["healthcheck"] for name, service in services("compose.yaml").items()
               if name in SERVICES}  # fmt: skip
    assert checked.keys() == set(SERVICES)
    for check in checked.values():
        command, path = check["test"][1:-1], Path(check["test"][-1])
        assert command == ["python", "-I", "-S"]
        assert path.is_relative_to("/app/scenewire")
        assert (ROOT / "shared" / path.relative_to("/app")).is_file()
        assert int(check["timeout"].removesuffix("s")) >= 3 * healthcheck._TIMEOUT_S
        assert check["retries"] >= 5


def test_speech_on_a_card_replaces_speech_on_the_processor() -> None:
    (changed,) = services("compose.gpu.yaml").items()

    assert changed[0] == "tts"
    assert changed[1]["image"] == services("compose.yaml")["tts-gpu"]["image"]
    assert changed[1]["environment"]["TTS_DEVICE"] == "cuda", "a host without a card must not speak with the processor"


def test_images_say_what_they_were_built_from() -> None:
    builds = [service["build"] for service in services("compose.yaml").values() if "build" in service]

    for build in builds:
        assert build["labels"] == {
            "org.opencontainers.image.version": "${TAG:-local}",
            "org.opencontainers.image.revision": "${REVISION:-unknown}",
        }
    runtime = DOCKERFILE.partition("AS runtime\n")[2].partition("\nFROM ")[0]
    assert {"source", "licenses"} <= set(re.findall(r"org\.opencontainers\.image\.(\w+)=", runtime))


IN_THE_IMAGE = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError("No module named " + name, name=name)

sys.meta_path.insert(0, Missing())
from scenewire_cli.main import main
sys.argv = ["scenewire", *{arguments}]
main()
"""


def packages_missing_in_the_image_of_the_command() -> set[str]:
    """Returns import packages that are installed here, but neither copied into the image nor in its lock."""
    stages = [DOCKERFILE.partition(f"FROM {stage}\n")[2].partition("\nFROM ")[0]
              for stage in ("runtime AS recorder", "recorder AS tools")]  # fmt: skip
    copied = set(re.findall(r"COPY --from=code \S+ (scenewire\w*)", "".join(stages)))
    lock = (ROOT / "requirements" / "recorder.txt").read_text()
    locked = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)(?:\[.*\])?==", lock, re.MULTILINE)}
    others = {
        package
        for package, distributions in packages_distributions().items()
        if not {name.lower().replace("_", "-") for name in distributions} & {*locked, "scenewire"}
    }
    return (others | {f"scenewire_{service}" for service in SERVICES}) - copied


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [("request --help", 0), ("db upgrade", 0), ("keys list", 0), ("fetch 5f0c4b0e", 2)],  # 2: there is no database
)
async def test_the_command_runs_with_what_its_image_has(words: str, exit_code: int, tmp_path: Path) -> None:
    missing = packages_missing_in_the_image_of_the_command()
    assert {"scenewire_script", "scenewire_assembly", "av", "numpy", "fastapi"} <= missing
    assert not {"scenewire_recorder", "scenewire_gateway", "sqlalchemy", "nats", "typer"} & missing
    code = IN_THE_IMAGE.format(missing=missing, arguments=words.split())
    env = {"SCENEWIRE_DATA": str(tmp_path), "PATH": os.environ["PATH"]}

    ended = await run_program([sys.executable, "-c", code], timeout=60, env=env)
    assert "No module named" not in ended.stderr
    assert ended.returncode == exit_code, ended.stderr


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout")
async def test_git_ignores_what_an_operator_keeps_beside_the_compose_files() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text() + (ROOT / "docs" / "kubernetes.md").read_text()
    kept = {*re.findall(r"\b((?:secrets|backups)/[\w.]+)", page), ".env", "compose.override.yaml"}
    assert len(kept) > 8

    ignored = await run_program(
        ["git", "check-ignore", "--no-index", *sorted(kept)], timeout=30, cwd=ROOT, env=dict(os.environ)
    )
    assert set(ignored.stdout.decode().split()) == kept
