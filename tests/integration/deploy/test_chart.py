"""The Helm chart renders what a cluster takes, in every combination of its parts.

`scripts/helm` installs helm and kubectl. Schemas of KEDA's and Prometheus' own kinds are not at hand; their fields are compared
with their documentation by eye.
"""

import importlib
import re
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from scenewire.bus.provisioning.credentials import USERS
from scenewire.processes.run import run_program
from scenewire.settings import ObjectStoreSettings, ServiceSettings, is_secret
from scenewire.topology import DURABLES, PIPELINE, RECORDER, WEBHOOKS
from scenewire_tts.settings import TtsSettings
from tests.support.manifests import (
    CHART,
    FOLDER,
    ROOT,
    SERVICES,
    Manifest,
    component,
    container,
    containers,
    name,
    of,
    program,
    render,
    run_tool,
    templates,
    variables,
)

pytestmark = pytest.mark.skipif(program("helm") is None, reason="needs helm; scripts/helm .venv installs it")

VERSION = "1.33"
EXAMPLES = sorted((CHART / "ci").glob("*-values.yaml"))
WITHOUT_SCHEMA = {"ScaledObject", "PodMonitor", "PrometheusRule"}
EVERYTHING = ("--values", CHART / "ci" / "everything-values.yaml")
CARDS = ("--values", CHART / "ci" / "cards-values.yaml")

every_example = pytest.mark.parametrize(
    "options", [(), *(("--values", path) for path in EXAMPLES)], ids=["defaults", *(path.stem for path in EXAMPLES)]
)


async def refusal(*options: str) -> str:
    ended = await run_tool("helm", "template", "scenewire", CHART, *options)
    assert ended.returncode != 0
    return ended.stderr


@every_example
async def test_a_rendered_manifest_is_what_kubernetes_takes(options: tuple[str, ...]):
    assert (await run_tool("helm", "lint", "--strict", CHART, *options)).returncode == 0
    documents = await render(*options)
    names = [name(document) for document in documents]
    assert len(names) == len(set(names))
    for document in documents:
        if document["kind"] not in WITHOUT_SCHEMA:
            kubernetes_validate.validate(document, VERSION, strict=True)


async def test_the_plain_manifests_are_those_of_the_chart():
    script = ROOT / "scripts" / "kubernetes_manifests.py"
    checked = await run_program([sys.executable, script, "--check"], timeout=60)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.skipif(program("kubectl") is None, reason="needs kubectl; scripts/helm .venv installs it")
async def test_the_plain_manifests_are_built_by_kustomize_into_one_namespace():
    built = await run_tool("kubectl", "kustomize", FOLDER)
    assert built.returncode == 0, built.stderr
    documents = list(yaml.safe_load_all(built.stdout.decode()))
    assert {document["metadata"]["namespace"] for document in documents} == {"scenewire"}
    assert {container(template)["image"] for _, template in templates(documents)} >= {"scenewire/tts:local"}


@every_example
async def test_a_pod_satisfies_the_restricted_pod_security_standard(options: tuple[str, ...]):
    found = dict(templates(await render(*options)))
    assert found
    for template in found.values():
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert {"hostPath"}.isdisjoint(kind for volume in pod["volumes"] for kind in volume)
        for one in containers(template):
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "memory" in one["resources"]["limits"]


@every_example
async def test_settings_are_those_that_services_read(options: tuple[str, ...]):
    known = {"DVIDS_API_KEY_FILE", "PEXELS_API_KEY_FILE", "PIXABAY_API_KEY_FILE"}
    known |= {"GOMEMLIMIT", "NVIDIA_DRIVER_CAPABILITIES", "PGSERVICEFILE"}  # of Go, of NVIDIA's runtime, of libpq
    modules = [importlib.import_module(f"scenewire_{service}.settings") for service in SERVICES]
    models = [ObjectStoreSettings, *(v for m in modules for v in vars(m).values() if isinstance(v, type))]
    for model in models:
        if issubclass(model, (ServiceSettings, ObjectStoreSettings)):
            prefix = str(model.model_config.get("env_prefix", ""))
            for field, facts in model.model_fields.items():
                alias = facts.validation_alias
                variable = alias if isinstance(alias, str) else f"{prefix}{field}".upper()
                known |= {variable, f"{variable}_FILE"} if is_secret(facts) else {variable}
                known |= set(getattr(alias, "choices", ()))
    documents = await render(*options)
    given = set(of(documents, "ConfigMap")["settings"]["data"])
    for _, template in templates(documents):
        given |= variables(template).keys()
    assert given - known == set()


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("tts.scaling.mim=0", "mim"),
        ("script.scaling.min=0", "script/scaling/min"),  # nobody would answer orders of the gateway
        ("image.digests.tts=latest", "digests/tts"),
        ("artifacts.url=file:///videos", "artifacts/url"),  # pods share nothing but the bucket
        ("keys.names={open_api_key}", "keys/names"),
        ("tts.card.enabled=true", "weights.existingClaim"),
        ("nats.enabled=false", "nats.url"),
        ("gateway.ingress.enabled=true", "gateway.ingress.host"),
        ("backup.enabled=true", "backup.existingClaim"),
    ],
)
async def test_values_that_cannot_work_are_refused_with_their_name(option: str, reason: str):
    assert reason in await refusal("--set", option)


async def test_images_are_named_by_registry_and_tag_or_digest():
    documents = await render(*EVERYTHING)
    images = {component(document): container(document["spec"]["template"])["image"]
              for document in of(documents, "Deployment").values()}  # fmt: skip
    assert images["script"] == "registry.example.org/scenewire/script:0.2.0"
    assert images["assembly"].startswith("registry.example.org/scenewire/assembly@sha256:")
    for _, template in templates(documents):
        assert template["spec"]["imagePullSecrets"] == [{"name": "registry"}]


async def test_speech_on_a_card_names_its_engine_and_cannot_do_without_the_card():
    deployments = of(await render(*CARDS), "Deployment")
    tts = deployments["tts"]["spec"]["template"]
    found = variables(tts)
    assert container(tts)["image"].partition(":")[0] == "scenewire/tts-gpu"
    assert (found["TTS_ENGINE"], found["TTS_DEVICE"]) == ("kokoro", "cuda")
    assert TtsSettings.model_validate({"artifacts_url": "s3://x", "device": found["TTS_DEVICE"]}).device == "cuda"
    assert container(tts)["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert tts["spec"]["runtimeClassName"] == "nvidia"
    mounts = {mount["name"]: mount for mount in container(tts)["volumeMounts"]}
    assert (mounts["weights"]["mountPath"], mounts["weights"]["readOnly"]) == (found["TTS_WEIGHTS"], True)

    assembly = deployments["assembly"]["spec"]["template"]
    assert variables(assembly)["ASSEMBLY_ENCODER"] == "h264_nvenc"
    assert container(assembly)["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert assembly["spec"]["nodeSelector"]["pool"] == "encoders"
    sourcing = deployments["sourcing"]["spec"]["template"]
    assert "nvidia.com/gpu" not in container(sourcing)["resources"]["limits"]


@pytest.mark.parametrize("options", [CARDS, EVERYTHING], ids=["cards", "everything"])
async def test_keda_alone_sets_replicas_by_every_durable_of_work(options: tuple[str | Path, ...]):
    documents = await render(*options)
    scaled, deployments = of(documents, "ScaledObject"), of(documents, "Deployment")
    assert scaled.keys() == {"script", "tts", "sourcing", "assembly"}
    for service, document in scaled.items():
        target = document["spec"]["scaleTargetRef"]["name"]
        assert target == deployments[service]["metadata"]["name"]
        assert "replicas" not in deployments[service]["spec"]
    metadata = [trigger["metadata"] for one in scaled.values() for trigger in one["spec"]["triggers"]]
    assert {facts["stream"] for facts in metadata} == {PIPELINE.name}
    assert sorted(facts["consumer"] for facts in metadata) == sorted(
        {durable.name for durable in DURABLES} - {RECORDER.name, WEBHOOKS.name}
    )
    (endpoint,) = {facts["natsServerMonitoringEndpoint"] for facts in metadata}
    service = of(documents, "Service")["nats"]["metadata"]["name"]
    assert endpoint == f"{service}.scenewire.svc.cluster.local:8222"


async def test_without_keda_a_deployment_says_how_many_pods_it_has():
    deployments = of(await render(), "Deployment")
    assert {service: document["spec"]["replicas"] for service, document in deployments.items()} == dict.fromkeys(
        SERVICES, 1
    )


def selects(policy: Manifest, labels: dict[str, str]) -> bool:
    selector = policy["spec"]["podSelector"]
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ())
    )


def destinations(documents: list[Manifest], labels: dict[str, str]) -> list[Manifest]:
    """Returns the egress rules of a pod."""
    policies = [document for document in documents if document["kind"] == "NetworkPolicy" and selects(document, labels)]
    assert any(set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"} for policy in policies)  # denies the rest
    return [rule for policy in policies for rule in policy["spec"].get("egress", ())]


def goes_out(rules: list[Manifest]) -> bool:
    return any(peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for rule in rules for peer in rule.get("to", ()))


async def online(*options: str | Path) -> set[str]:
    """Returns the components whose pods reach the internet."""
    documents = await render(*options)
    labels = [template["metadata"]["labels"] for _, template in templates(documents)]
    found = {one["app.kubernetes.io/component"]: destinations(documents, one) for one in labels}
    assert {"assembly", "recorder"} <= found.keys()
    return {service for service, rules in found.items() if goes_out(rules)}


async def test_only_those_that_need_the_internet_reach_it():
    assert await online() == {"script", "sourcing"}
    assert await online("--set", "tts.modelUrl=https://speech.example.org/v1") == {"script", "sourcing", "tts"}
    assert await online(*EVERYTHING) == {"script", "sourcing", "tts", "gateway", "voices"}


@pytest.mark.parametrize(
    ("options", "collector"), [(("--set", "tracing.endpoint="), set()), ((), {4318})], ids=["no traces", "traces"]
)
async def test_the_recorder_reaches_the_bus_the_database_the_collector_and_nothing_else(
    options: tuple[str, ...], collector: set[int]
):
    documents = await render(*EVERYTHING, *options)
    labels = of(documents, "Deployment")["recorder"]["spec"]["template"]["metadata"]["labels"]
    ports = {port["port"] for rule in destinations(documents, labels) for port in rule["ports"]}
    assert ports == {53, 4222, 5432} | collector
    settings = of(documents, "ConfigMap")["settings"]["data"]
    assert ("OTEL_EXPORTER_OTLP_ENDPOINT" in settings) is bool(collector)


async def test_a_new_tag_makes_new_jobs_and_a_repetition_the_same():
    async def jobs(*options: str) -> set[str]:
        documents = await render("--set", "weights.install.enabled=true", *options)
        return {name(d) for d in documents if d["kind"] == "Job" and "annotations" not in d["metadata"]}

    first, again = await jobs("--set", "image.tag=v1"), await jobs("--set", "image.tag=v1")
    assert first == again
    assert len(first) == 2
    assert first.isdisjoint(await jobs("--set", "image.tag=v2"))


async def test_the_database_is_migrated_before_an_upgrade_by_a_job_that_can_run_again():
    (migrate,) = (document for document in await render() if document["metadata"]["name"].endswith("-migrate"))
    annotations = migrate["metadata"]["annotations"]
    assert annotations["helm.sh/hook"] == "pre-upgrade"
    assert "before-hook-creation" in annotations["helm.sh/hook-delete-policy"]


async def test_each_user_of_the_bus_has_a_password_that_the_server_knows():
    secrets = of(await render(), "Secret")
    assert secrets.keys() == {*USERS, "nats"}
    passwords = {user: secrets[user]["stringData"]["nats_password"] for user in USERS}
    assert len(set(passwords.values())) == len(USERS)
    lines = secrets["nats"]["stringData"]["passwords.conf"].splitlines()
    assert sorted(lines) == sorted(f'{user.upper()}_PASSWORD: "{password}"' for user, password in passwords.items())
    assert min(map(len, passwords.values())) >= 43


async def test_a_voice_is_installed_where_the_service_finds_it_before_it_starts():
    documents = await render(*EVERYTHING)
    (job,) = (t["spec"] for n, t in templates(documents) if n.startswith("Job-videos-voices-"))
    tts = of(documents, "Deployment")["tts"]["spec"]["template"]
    folder = str(
        TtsSettings(artifacts_url="s3://x", data_folder=Path(variables(tts)["SCENEWIRE_DATA"])).installed_weights
    )
    installing = job["containers"][0]
    assert installing["args"] == [folder, "--precision", "fp16"]
    (marker,) = re.findall(r'touch "\$1/(\S+)"', installing["command"][2])
    (waiting,) = tts["spec"]["initContainers"]
    assert f"until [ -e {folder}/{marker} ]" in waiting["command"][2]
    mounts = {m["name"]: m for m in container(tts)["volumeMounts"]}
    assert (mounts["weights"]["mountPath"], mounts["weights"]["readOnly"]) == (folder, True)
    claims = {v["persistentVolumeClaim"]["claimName"] for pod in (job, tts["spec"]) for v in pod["volumes"]
              if v["name"] == "weights"}  # fmt: skip
    assert claims == {document["metadata"]["name"] for document in of(documents, "PersistentVolumeClaim").values()}


async def test_files_of_the_customer_are_mounted_where_their_setting_says():
    deployments = of(await render(*EVERYTHING), "Deployment")
    for service, volume, setting in (
        ("script", "music", "MUSIC_DIR"),
        ("sourcing", "library", "LIBRARY_DIR"),
        ("assembly", "fonts", "ASSEMBLY_FONTS_DIR"),
    ):
        template = deployments[service]["spec"]["template"]
        mounts = {mount["name"]: mount["mountPath"] for mount in container(template)["volumeMounts"]}
        assert variables(template)[setting] == mounts[volume]


async def test_a_longer_drain_gives_pods_longer_to_stop():
    for document in of(await render(*EVERYTHING), "Deployment").values():
        assert document["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 60 + 10


async def test_alerts_are_those_of_deploy_monitoring():
    (rules,) = of(await render(*EVERYTHING), "PrometheusRule").values()
    assert rules["spec"] == yaml.safe_load((ROOT / "deploy" / "monitoring" / "alerts.yaml").read_text())


async def test_prometheus_labels_a_process_with_the_service_that_the_alerts_name():
    monitors = of(await render(*EVERYTHING), "PodMonitor").values()
    endpoints = [endpoint for monitor in monitors for endpoint in monitor["spec"]["podMetricsEndpoints"]]
    (endpoint,) = [endpoint for endpoint in endpoints if endpoint["port"] == "monitor"]
    component = "__meta_kubernetes_pod_label_app_kubernetes_io_component"
    assert endpoint["relabelings"] == [{"sourceLabels": [component], "targetLabel": "service"}]


async def test_the_monitors_find_the_ports_of_the_pods():
    documents = await render(*EVERYTHING)
    ports = {port["name"] for _, template in templates(documents) for one in containers(template)
             for port in one.get("ports", ())}  # fmt: skip
    monitors = [document for document in documents if document["kind"] == "PodMonitor"]
    assert len(monitors) == 2
    assert {endpoint["port"] for one in monitors for endpoint in one["spec"]["podMetricsEndpoints"]} <= ports
