"""The writer that the environment selects."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from scenewire_script.writers.outline import OutlineWriter
from scripts.doubles.language_model import KEY


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("GROQ_API_KEY", "GROQ_API_KEY_FILE", "GROQ_BASE_URL", "GROQ_MODEL", "SCRIPT_PROVIDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARTIFACTS_URL", tmp_path.as_uri())
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "writer"),
    [
        ({}, "outline"),
        ({"GROQ_API_KEY": " ", "GROQ_API_KEY_FILE": "", "SCRIPT_PROVIDER": ""}, "outline"),
        ({"GROQ_API_KEY": KEY}, "groq"),
        ({"GROQ_API_KEY_FILE": __file__}, "groq"),
        ({"GROQ_API_KEY": KEY, "SCRIPT_PROVIDER": "outline"}, "outline"),
        ({"SCRIPT_PROVIDER": "groq"}, "groq"),
    ],
)
def test_a_key_enables_the_model_unless_a_setting_disables_it(environment, variables, writer) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)

    assert ScriptSettings().writer == writer


def test_a_provider_that_does_not_exist_is_refused(environment) -> None:
    environment.setenv("SCRIPT_PROVIDER", "oracle")

    with pytest.raises(ValidationError, match="outline"):
        ScriptSettings()


def test_the_service_is_built_from_its_environment(environment) -> None:
    environment.setenv("SCRIPT_WORDS_PER_SECOND", "2.0")

    assert ScriptSettings().words_per_second == 2.0
    assert create_app() is not None
    assert create_app(ScriptSettings(), writer=OutlineWriter()) is not None


def test_b05_groq_without_a_key_is_an_error_that_names_both_settings(environment) -> None:
    environment.setenv("SCRIPT_PROVIDER", "groq")

    with pytest.raises(PermanentError) as missing:
        create_app()

    assert missing.value.code is FailureCode.PROVIDER_REFUSED
    assert "SCRIPT_PROVIDER is groq" in missing.value.message
    assert "GROQ_API_KEY" in missing.value.hint


def test_the_key_may_be_in_a_file_but_not_in_a_variable_too(environment, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    environment.setenv("GROQ_API_KEY_FILE", str(tmp_path / "key"))
    assert ScriptSettings().groq_key().get_secret_value() == KEY

    environment.setenv("GROQ_API_KEY", " other ")
    with pytest.raises(PermanentError, match="both given"):
        ScriptSettings()

    environment.setenv("GROQ_API_KEY_FILE", "")
    assert ScriptSettings().groq_key().get_secret_value() == "other"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"two words", b"\xff\xfe", "schlüssel".encode(), b"a\x00b"])
def test_a_file_without_a_key_is_an_error_that_shows_nothing_of_it(environment, tmp_path: Path, content) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    environment.setenv("GROQ_API_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(PermanentError) as unusable:
        ScriptSettings().groq_key()

    assert "GROQ_API_KEY_FILE" in unusable.value.message
    assert "two words" not in str(unusable.value)
    assert "schl" not in str(unusable.value)


def test_settings_do_not_show_the_key(environment) -> None:
    environment.setenv("GROQ_API_KEY", KEY)
    settings = ScriptSettings()

    assert KEY not in repr(settings)
    assert KEY not in settings.model_dump_json()


def test_a_mistake_in_the_settings_does_not_show_the_key(environment) -> None:
    environment.setenv("GROQ_BASE_URL", "gsk_in_the_wrong_place")

    with pytest.raises(ValidationError, match="GROQ_BASE_URL") as mistaken:
        ScriptSettings()

    assert "gsk_" not in str(mistaken.value)
