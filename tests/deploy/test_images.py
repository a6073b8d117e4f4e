"""What images say about themselves."""

import asyncio
import json

import pytest

from tests.deploy.engine import Deployment, docker

pytestmark = pytest.mark.timeout(1800)

IMAGES = ("script", "tts", "sourcing", "assembly", "recorder", "gateway", "tools")

INSTALLED = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"


async def test_the_bill_of_materials_of_an_image_lists_exactly_its_python_packages(deployment: Deployment) -> None:
    for image in IMAGES:
        run = ("run", "--rm", "--entrypoint")
        materials, installed = await asyncio.gather(
            docker(*run, "cat", f"scenewire/{image}:local", "/venv/sbom.cdx.json"),
            docker(*run, "python", f"scenewire/{image}:local", "-c", INSTALLED),
        )
        components = json.loads(materials.stdout)["components"]
        assert {c["name"]: c["version"] for c in components} == json.loads(installed.stdout), image
        assert all(c["purl"].startswith("pkg:pypi/") for c in components), image
