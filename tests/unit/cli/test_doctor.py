"""What `scenewire doctor` says about who writes."""

import pytest

from cli import doctor
from tests.support.groq_double import KEY


@pytest.mark.parametrize(
    ("variables", "ok", "says"),
    [
        ({}, True, "outline, because there is no GROQ_API_KEY"),
        ({"SCRIPT_PROVIDER": "outline", "GROQ_API_KEY": KEY}, True, "outline, because SCRIPT_PROVIDER says so"),
        ({"GROQ_API_KEY": KEY}, True, "groq, because GROQ_API_KEY is set"),
        ({"GROQ_API_KEY": KEY, "GROQ_MODEL": "a/b"}, True, "a/b writes"),
        ({"GROQ_API_KEY": KEY, "SCRIPT_PROVIDER": "groq"}, True, "groq, because SCRIPT_PROVIDER says so"),
        ({"GROQ_API_KEY_FILE": __file__}, True, "groq, because GROQ_API_KEY_FILE is set"),
        ({"GROQ_API_KEY_FILE": "/nowhere/key"}, False, "GROQ_API_KEY_FILE names no file"),
        ({"SCRIPT_PROVIDER": "groq"}, False, "no key"),
        ({"SCRIPT_PROVIDER": "groq", "GROQ_API_KEY": " "}, False, "no key"),
        ({"SCRIPT_PROVIDER": "oracle"}, False, "SCRIPT_PROVIDER is oracle"),
    ],
)
def test_the_active_writer_is_named_with_the_reason_and_never_with_the_key(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], ok: bool, says: str
) -> None:
    for name in ("SCRIPT_PROVIDER", "GROQ_API_KEY", "GROQ_API_KEY_FILE", "GROQ_MODEL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    script = doctor._script()

    assert script.ok is ok
    assert says in script.uses
    assert ok or script.hint
    assert KEY not in script.uses + script.hint
