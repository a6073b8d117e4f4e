import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.deploy.engine import Deployment, engine_problem

ENABLED = "SCENEWIRE_DEPLOY_TESTS"


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Skips all tests unless they are enabled and an engine answers; building images takes minutes."""
    if not os.environ.get(ENABLED):
        pytest.skip(f"containers run only in `make deploy-test`, which sets {ENABLED}")
    if (problem := asyncio.run(engine_problem())) is not None:
        pytest.skip(f"no container engine answers: {problem}")


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    """Yields all services of compose.yaml, ready; removes everything afterwards."""
    async with Deployment("scenewire-test", tmp_path).running() as deployment:
        yield deployment
