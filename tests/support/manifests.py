"""Manifests of Kubernetes: the plain ones, and those that the Helm chart renders."""

import shutil
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from scenewire.processes.run import Completed, run_program

ROOT: Final = Path(__file__).parents[2]
CHART: Final = ROOT / "deploy" / "chart" / "scenewire"
FOLDER: Final = ROOT / "deploy" / "kubernetes"
SERVICES: Final = ("script", "tts", "sourcing", "assembly", "recorder", "gateway")

Manifest = dict[str, Any]


def program(name: str) -> str | None:
    """Returns the path of helm or kubectl, which `scripts/helm` installs; None without it."""
    return shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)


async def run_tool(name: str, *arguments: str | Path) -> Completed:
    found = program(name)
    assert found is not None
    return await run_program([found, *arguments], timeout=60)


async def render(*options: str | Path) -> list[Manifest]:
    """Renders the chart with options of helm."""
    ended = await run_tool("helm", "template", "scenewire", CHART, "--namespace", "scenewire", *options)
    assert ended.returncode == 0, ended.stderr
    return [document for document in yaml.safe_load_all(ended.stdout.decode()) if document]


def plain() -> list[Manifest]:
    """Returns the manifests in deploy/kubernetes."""
    files = [path for path in sorted(FOLDER.glob("*.yaml")) if path.name != "kustomization.yaml"]
    return [document for path in files for document in yaml.safe_load_all(path.read_text())]


def name(document: Manifest) -> str:
    return f"{document['kind']}-{document['metadata']['name']}"


def of(documents: Sequence[Manifest], kind: str) -> dict[str, Manifest]:
    """Returns the documents of a kind by their component."""
    return {component(document): document for document in documents if document["kind"] == kind}


def component(document: Manifest) -> str:
    return str(document["metadata"]["labels"]["app.kubernetes.io/component"])


def templates(documents: Sequence[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Yields the name and the template of everything that runs pods."""
    for document in documents:
        if document["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield name(document), document["spec"]["template"]
        elif document["kind"] == "CronJob":
            yield name(document), document["spec"]["jobTemplate"]["spec"]["template"]


def containers(template: Manifest) -> list[Manifest]:
    return [*template["spec"].get("initContainers", ()), *template["spec"]["containers"]]


def container(template: Manifest) -> Manifest:
    """Returns the main container of a pod."""
    first = template["spec"]["containers"][0]
    assert isinstance(first, dict)
    return first


def variables(template: Manifest) -> dict[str, str]:
    return {variable["name"]: variable["value"] for variable in container(template).get("env", ())}
