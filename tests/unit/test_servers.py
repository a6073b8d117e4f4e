"""Which servers a test run takes is a setting, and never a guess when it was said."""

from pathlib import Path

import pytest

from tests.support.servers import description, in_containers


@pytest.fixture(autouse=True)
def undecided(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'no-engine'}")
    in_containers.cache_clear()
    yield
    in_containers.cache_clear()


@pytest.mark.parametrize("wanted", ["local", "auto"])
def test_without_an_engine_servers_are_programs_here(monkeypatch: pytest.MonkeyPatch, wanted: str):
    monkeypatch.setenv("SCENEWIRE_TEST_SERVERS", wanted)
    assert not in_containers()
    assert f"programs on this machine (SCENEWIRE_TEST_SERVERS={wanted})" in description()


def test_containers_that_were_asked_for_are_not_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SCENEWIRE_TEST_SERVERS", "containers")
    with pytest.raises(RuntimeError, match="no engine answers"):
        in_containers()


def test_a_misspelt_choice_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SCENEWIRE_TEST_SERVERS", "container")
    with pytest.raises(ValueError, match="local, containers or auto"):
        in_containers()
