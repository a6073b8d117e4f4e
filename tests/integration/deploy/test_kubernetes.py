"""The plain manifests in deploy/kubernetes are valid, and name what there is here."""

import asyncio
import http.client
import re
import shutil
import socket
import sys
import sysconfig
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from scenewire.bus.provisioning.credentials import write_credentials
from scenewire.settings import ServiceSettings
from scenewire_gateway.settings import GatewaySettings
from tests.support.manifests import (
    FOLDER,
    ROOT,
    SERVICES,
    Manifest,
    container,
    name,
    of,
    plain,
    templates,
    variables,
)

VERSION = "1.33"
ALL = plain()
PODS = dict(templates(ALL))
DEPLOYMENTS = of(ALL, "Deployment")


@pytest.mark.parametrize("document", ALL, ids=name)
def test_a_manifest_is_what_kubernetes_takes(document: Manifest):
    kubernetes_validate.validate(document, VERSION, strict=True)


def test_the_check_would_see_a_misspelt_field():
    (broken,) = yaml.safe_load_all((FOLDER / "tts.yaml").read_text())
    broken["spec"]["template"]["spec"]["containers"][0]["redinessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSION, strict=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
async def test_the_bus_starts_with_what_is_mounted_and_answers_probes_from_outside(tmp_path: Path):
    config = of(ALL, "ConfigMap")["nats"]["data"]
    nats = container(of(ALL, "StatefulSet")["nats"]["spec"]["template"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "credentials").mkdir()
    write_credentials(tmp_path / "credentials")
    mounted = tmp_path / "etc"
    (mounted / "credentials").mkdir(parents=True)
    shutil.copy(tmp_path / "credentials" / "nats" / "passwords.conf", mounted / "credentials")
    (mounted / "nats.conf").write_text(config["nats.conf"].replace("/data", str(tmp_path / "data")))
    (mounted / "kubernetes.conf").write_text(config["kubernetes.conf"].replace(":8222", f":{port}") + "\nport: -1\n")
    arguments = [word.replace("/etc/nats", str(mounted)) for word in nats["args"]]
    server = await asyncio.create_subprocess_exec(nats_server(), *arguments, stderr=asyncio.subprocess.PIPE)
    try:
        assert server.stderr is not None
        while b"Server is ready" not in (line := await server.stderr.readline()):
            assert line
        for kind in ("startup", "liveness", "readiness"):
            path = nats[f"{kind}Probe"]["httpGet"]["path"]
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


def test_the_bus_has_the_permissions_of_every_other_deployment():
    assert of(ALL, "ConfigMap")["nats"]["data"]["nats.conf"] == (ROOT / "deploy" / "nats.conf").read_text()


def test_the_kustomization_lists_every_file_beside_it():
    listed = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    assert set(listed["resources"]) == {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}


def test_each_service_is_deployed_with_its_own_image_and_user():
    assert DEPLOYMENTS.keys() == set(SERVICES)
    for service, document in DEPLOYMENTS.items():
        template = document["spec"]["template"]
        secrets = {v["secret"]["secretName"] for v in template["spec"]["volumes"] if "secret" in v}
        assert container(template)["image"] == f"scenewire/{service}:local"
        assert variables(template)["NATS_USER"] == service
        allowed = {f"scenewire-{service}", "scenewire-bucket", "scenewire-database", "scenewire-gateway-keys"}
        assert secrets <= allowed


def test_images_are_those_of_the_dockerfile():
    targets = set(re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    used = {container(template)["image"].removesuffix(":local") for template in PODS.values()} - {"nats:2-alpine"}
    images = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["images"]
    assert used == {image["name"] for image in images}
    assert {image.removeprefix("scenewire/") for image in used} <= targets


@pytest.mark.parametrize("document", DEPLOYMENTS.values(), ids=name)
def test_a_pod_is_probed_where_the_service_answers_and_ends_after_it_has_drained(document: Manifest):
    template = document["spec"]["template"]
    main = container(template)
    paths = [main[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    settings = of(ALL, "ConfigMap")["settings"]["data"]
    gateway = [str(GatewaySettings.model_fields["port"].default)] if name(document).endswith("gateway") else []
    assert paths == ["/livez", "/livez", "/healthz"]
    assert [str(port["containerPort"]) for port in main["ports"]] == [settings["MONITOR_PORT"], *gateway]
    assert float(settings["DRAIN_TIME"]) == ServiceSettings.model_fields["drain_time"].default.total_seconds()
    assert template["spec"]["terminationGracePeriodSeconds"] > float(settings["DRAIN_TIME"]) + 10


def test_every_secret_is_on_the_page():
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    users = re.findall(r"for user in ([a-z ]+); do", page)[0].split()
    made = {f"scenewire-{user}" for user in users} | set(re.findall(r"generic (scenewire-[a-z-]+) ", page))
    text = "".join(path.read_text() for path in FOLDER.glob("*.yaml"))
    wanted = set(re.findall(r"secretName: (scenewire-[\w-]+)|secret: \{name: (scenewire-[\w-]+)", text))
    assert {a or b for a, b in wanted} <= made
