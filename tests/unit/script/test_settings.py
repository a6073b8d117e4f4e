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
    for name in (
        *("GROQ_API_KEY", "GROQ_API_KEY_FILE", "GROQ_BASE_URL", "GROQ_MODEL", "SCRIPT_PROVIDER"),
        *("SCRIPT_MODEL_URL", "SCRIPT_MODEL", "SCRIPT_MODEL_KEY", "SCRIPT_MODEL_KEY_FILE"),
    ):
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
        ({"SCRIPT_MODEL_URL": "http://127.0.0.1:11434/v1"}, "openai-compatible"),
        ({"SCRIPT_MODEL_URL": "", "SCRIPT_MODEL": "", "SCRIPT_MODEL_KEY": ""}, "outline"),
        ({"SCRIPT_MODEL_URL": "http://127.0.0.1:11434/v1", "GROQ_API_KEY": KEY}, "groq"),
        (
            {
                "SCRIPT_MODEL_URL": "http://127.0.0.1:11434/v1",
                "GROQ_API_KEY": KEY,
                "SCRIPT_PROVIDER": "openai-compatible",
            },
            "openai-compatible",
        ),
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


def test_a_server_is_reached_by_address_model_and_key_which_may_be_in_a_file(environment, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    environment.setenv("SCRIPT_MODEL_URL", "https://models.example/v1/")
    environment.setenv("SCRIPT_MODEL", "gemma3:4b")
    environment.setenv("SCRIPT_MODEL_KEY_FILE", str(tmp_path / "key"))

    settings = ScriptSettings()

    access = settings.model_access()
    assert (access.url, access.model) == ("https://models.example/v1", "gemma3:4b")
    assert access.key is not None
    assert access.key.get_secret_value() == KEY
    assert KEY not in repr(settings) + repr(access)


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"SCRIPT_PROVIDER": "openai-compatible"}, "SCRIPT_MODEL_URL"),
        ({"SCRIPT_MODEL_URL": "http://127.0.0.1:11434/v1"}, "SCRIPT_MODEL,"),
        ({"SCRIPT_MODEL_URL": "http://h/v1", "SCRIPT_MODEL": "m", "SCRIPT_MODEL_KEY": "two words"}, "SCRIPT_MODEL_KEY"),
    ],
)
def test_a_server_without_address_or_model_or_with_an_impossible_key_is_an_error(
    environment, variables: dict[str, str], missing: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)

    with pytest.raises(PermanentError) as unusable:
        create_app()

    assert unusable.value.code is FailureCode.PROVIDER_REFUSED
    assert missing in unusable.value.message
    assert "SCRIPT_MODEL" in unusable.value.hint
    assert "two words" not in str(unusable.value)


@pytest.mark.parametrize(
    "address",
    ["localhost:11434", "ftp://h/v1", "http://", "http://me:secret@h/v1", "http://h/v1?key=secret", "http://h:port/v1"],
)
def test_an_address_that_cannot_be_used_or_holds_a_secret_is_refused_and_not_shown(environment, address: str) -> None:
    environment.setenv("SCRIPT_MODEL_URL", address)

    with pytest.raises(ValidationError, match="SCRIPT_MODEL_URL") as refused:
        ScriptSettings()

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("value", ["inf", "nan", "-1", "1e308"])
def test_a_price_that_no_message_could_state_is_refused_at_the_start(environment, value: str) -> None:
    environment.setenv("SCRIPT_PRICE_PER_MILLION_INPUT_TOKENS", value)
    with pytest.raises(ValidationError):
        ScriptSettings()


@pytest.mark.parametrize("value", ["inf", "nan", "-1"])
def test_a_budget_that_no_order_could_have_is_refused_at_the_start(environment, value: str) -> None:
    environment.setenv("DEFAULT_BUDGET", value)
    with pytest.raises(ValidationError):
        ScriptSettings()


@pytest.mark.parametrize("variable", ["GROQ_MODEL", "SCRIPT_MODEL"])
def test_a_model_whose_name_no_message_could_state_is_refused_at_the_start(environment, variable: str) -> None:
    environment.setenv(variable, "m" * 201)
    with pytest.raises(ValidationError):
        ScriptSettings()
