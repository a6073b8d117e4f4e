"""What holds for every test run."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.servers import description

# How long an example takes, to be thought of or to be tried, depends on who else uses the machine.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_report_header() -> str:
    return description()


@pytest.fixture(scope="session", autouse=True)
def _no_installed_voice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the data folder of this user, in which a voice may be installed, out of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCENEWIRE_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """Takes back what a test has set: an embedded stack sets folders for the services that it starts."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)
