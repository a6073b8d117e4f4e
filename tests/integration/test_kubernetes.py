"""What is deployed to Kubernetes is valid there, and names what there is here."""

import asyncio
import http.client
import importlib
import re
import shutil
import socket
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from scenewire.bus.credentials import write_credentials
from scenewire.settings import ObjectStoreSettings, ServiceSettings, is_secret
from scenewire.topology import DURABLES, PIPELINE
from scenewire_gateway.settings import GatewaySettings
from scenewire_tts.settings import TtsSettings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/scenewire_*"))
WORKERS = {"script", "tts", "sourcing", "assembly", "recorder", "gateway"}
VERSION = "1.33"
OTHERS = {"Kustomization", "ScaledObject"}
"""Kinds that are not Kubernetes' own: their schemas are not an allowed download host of the validator."""


def documents(folder: Path = FOLDER) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            yield path, document


PATCHES = {FOLDER / "gpu" / "tts.yaml", FOLDER / "voice" / "tts.yaml"}
ALL = [(path, document) for path, document in documents() if path not in PATCHES and path.parent.name != "gpu"]
PODS = [document for _, document in ALL if document["kind"] in {"Deployment", "StatefulSet", "Job"}]


def name(document: dict[str, Any]) -> str:
    return str(document.get("metadata", {}).get("name", document["kind"]))


def container(document: dict[str, Any]) -> dict[str, Any]:
    (only,) = document["spec"]["template"]["spec"]["containers"]
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize(
    "document",
    [document for _, document in ALL if document["kind"] not in OTHERS],
    ids=lambda d: f"{d['kind']}-{name(d)}",
)
def test_a_manifest_is_what_kubernetes_takes(document: dict[str, Any]):
    kubernetes_validate.validate(document, VERSION, strict=True)


def test_the_check_would_see_a_misspelt_field():
    broken = yaml.safe_load((FOLDER / "tts.yaml").read_text())
    broken["spec"]["template"]["spec"]["containers"][0]["redinessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSION, strict=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
async def test_the_bus_starts_with_what_is_mounted_and_answers_probes_from_outside(tmp_path: Path):
    (stateful,) = (document for document in PODS if document["kind"] == "StatefulSet")
    (config,) = (document for path, document in ALL if path.name == "nats.yaml" and document["kind"] == "ConfigMap")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "credentials").mkdir()
    write_credentials(tmp_path / "credentials")
    mounted = tmp_path / "etc"
    (mounted / "credentials").mkdir(parents=True)
    shutil.copy(tmp_path / "credentials" / "nats" / "passwords.conf", mounted / "credentials")
    bus = (ROOT / "deploy" / "nats.conf").read_text().replace("/data", str(tmp_path / "data"))
    (mounted / "nats.conf").write_text(bus)
    ours = config["data"]["kubernetes.conf"].replace(":8222", f":{port}")
    (mounted / "kubernetes.conf").write_text(f"{ours}port: -1\n")
    arguments = [word.replace("/etc/nats", str(mounted)) for word in container(stateful)["args"]]
    server = await asyncio.create_subprocess_exec(nats_server(), *arguments, stderr=asyncio.subprocess.PIPE)
    try:
        assert server.stderr is not None
        while b"Server is ready" not in (line := await server.stderr.readline()):
            assert line
        for kind in ("startup", "liveness", "readiness"):
            path = container(stateful)[f"{kind}Probe"]["httpGet"]["path"]
            connection = http.client.HTTPConnection(
                "127.0.0.2", port, timeout=5
            )  # not where the configuration alone listens
            connection.request("GET", path)
            assert connection.getresponse().status == 200
            connection.close()
    finally:
        server.kill()
        await server.wait()


def nats_server() -> str:
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts")) or shutil.which("nats-server")
    assert found
    return found


@pytest.mark.parametrize(
    "folder", [FOLDER, FOLDER / "scaling", FOLDER / "gpu", FOLDER / "voice"], ids=lambda folder: folder.name
)
def test_a_kustomization_lists_every_file_beside_it(folder: Path):
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())
    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    named = set(listed["resources"]) | {patch["path"] for patch in listed.get("patches", ())}
    assert named - {"../"} == files


def test_each_service_is_deployed_with_its_own_image_and_user():
    deployments = {name(document): document for document in PODS if document["kind"] == "Deployment"}
    assert set(deployments) == WORKERS <= set(SERVICES)
    for service, document in deployments.items():
        users = [one["value"] for one in container(document)["env"] if one["name"] == "NATS_USER"]
        secrets = {v["secret"]["secretName"] for v in document["spec"]["template"]["spec"]["volumes"] if "secret" in v}
        assert (container(document)["image"], users) == (f"scenewire/{service}", [service])
        assert secrets <= {f"scenewire-{service}", "scenewire-bucket", "scenewire-keys", "scenewire-gateway-keys"}


def test_images_are_those_of_the_dockerfile():
    targets = set(re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    used = {container(document)["image"] for document in PODS} - {"nats:2-alpine"}
    images = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["images"]
    assert used == {image["name"] for image in images}
    assert {image.removeprefix("scenewire/") for image in used} <= targets


def test_a_voice_is_installed_where_the_service_finds_it_and_only_the_job_may_write_there():
    (job,) = (document for document in PODS if name(document) == "voices")
    patch = yaml.safe_load((FOLDER / "voice" / "tts.yaml").read_text())
    (tts,) = (document for document in PODS if name(document) == "tts")
    (claim,) = (document for _, document in ALL if document["kind"] == "PersistentVolumeClaim")
    data = {variable["name"]: variable["value"] for variable in container(tts)["env"]}["SCENEWIRE_DATA"]
    folder = str(TtsSettings(artifacts_url="file:///", data_folder=Path(data)).installed_weights)

    mounts = [{mount["name"]: mount for mount in container(pod)["volumeMounts"]}["weights"] for pod in (job, patch)]
    volumes = [
        {volume["name"]: volume for volume in pod["spec"]["template"]["spec"]["volumes"]}["weights"]
        for pod in (job, patch)
    ]
    assert [(mount["mountPath"], mount.get("readOnly")) for mount in mounts] == [(folder, None), (folder, True)]
    assert {volume["persistentVolumeClaim"]["claimName"] for volume in volumes} == {name(claim)}
    assert container(job)["command"][-1] == folder


def test_settings_are_those_that_services_read():
    known = {"DVIDS_API_KEY_FILE", "PEXELS_API_KEY_FILE", "PIXABAY_API_KEY_FILE"}
    modules = [importlib.import_module(f"scenewire_{service}.settings") for service in sorted(WORKERS)]
    models = [ObjectStoreSettings, *(v for m in modules for v in vars(m).values() if isinstance(v, type))]
    for model in models:
        if issubclass(model, (ServiceSettings, ObjectStoreSettings)):
            prefix = str(model.model_config.get("env_prefix", ""))
            for field, facts in model.model_fields.items():
                alias = facts.validation_alias
                variable = alias if isinstance(alias, str) else f"{prefix}{field}".upper()
                known |= {variable, f"{variable}_FILE"} if is_secret(facts) else {variable}
                known |= set(getattr(alias, "choices", ()))
    given = set(yaml.safe_load((FOLDER / "settings.yaml").read_text())["data"])
    given |= {variable["name"] for document in PODS for variable in container(document).get("env", ())}
    assert given - known == set()


@pytest.mark.parametrize("document", PODS, ids=name)
def test_a_pod_runs_without_rights(document: dict[str, Any]):
    pod = document["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container(document)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"memory"} <= container(document)["resources"]["limits"].keys()


@pytest.mark.parametrize("document", [d for d in PODS if d["kind"] == "Deployment"], ids=name)
def test_a_pod_is_probed_where_the_service_answers_and_ends_after_it_has_drained(document: dict[str, Any]):
    one = container(document)
    paths = [one[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    settings = yaml.safe_load((FOLDER / "settings.yaml").read_text())["data"]
    drain = ServiceSettings.model_fields["drain_time"].default.total_seconds()
    assert paths == ["/livez", "/livez", "/healthz"]
    assert [str(port["containerPort"]) for port in one["ports"]] == [
        settings["MONITOR_PORT"],
        *([str(GatewaySettings.model_fields["port"].default)] if name(document) == "gateway" else []),
    ]
    assert document["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > drain + 10


def test_what_is_scaled_waits_in_a_durable_of_ours():
    durables = {durable.name for durable in DURABLES}
    scaled = [document for _, document in ALL if document["kind"] == "ScaledObject"]
    assert {name(document) for document in scaled} == {"tts", "sourcing", "assembly"}
    for document in scaled:
        assert document["spec"]["scaleTargetRef"]["name"] in WORKERS
        for trigger in document["spec"]["triggers"]:
            assert trigger["metadata"]["consumer"] in durables
            assert trigger["metadata"]["stream"] == PIPELINE.name


def test_every_secret_and_configuration_is_on_the_page():
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    users = re.findall(r"for user in ([a-z ]+); do", page)[0].split()
    made = {f"scenewire-{user}" for user in users} | set(
        re.findall(r"(?:configmap|generic) (scenewire-[a-z-]+) ", page)
    )
    text = "".join(path.read_text() for path in FOLDER.rglob("*.yaml"))
    wanted = set(re.findall(r"secretName: (scenewire-[\w-]+)|(?:secret|configMap): \{name: (scenewire-[\w-]+)", text))
    assert {a or b for a, b in wanted} - {"scenewire-keys"} <= made
    assert "`scenewire-keys`" in page
