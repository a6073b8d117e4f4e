import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.engine import Deployment, engine_answers

ASKED = "SCENEWIRE_DEPLOY_TESTS"


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """A container engine. Building images takes minutes, so that it is used only where that is asked for."""
    if not os.environ.get(ASKED):
        pytest.skip(f"containers are built and started by `make deploy-test`, which sets {ASKED}")
    if (problem := asyncio.run(engine_answers())) is not None:
        pytest.skip(f"no container engine answers: {problem}")


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    """Everything of compose.yaml, ready; nothing of it is left afterwards."""
    async with Deployment("scenewire-test", tmp_path).running() as deployment:
        yield deployment
