"""What a service's diagnostics say of the writer of scripts."""

import pytest

from scenewire_script.diagnostics import check_script
from scripts.doubles.language_model import KEY


@pytest.mark.parametrize(
    ("variables", "ok", "says"),
    [
        ({}, True, "outline, because neither GROQ_API_KEY nor SCRIPT_MODEL_URL is set"),
        ({"SCRIPT_PROVIDER": "outline", "GROQ_API_KEY": KEY}, True, "outline, because SCRIPT_PROVIDER is outline"),
        ({"GROQ_API_KEY": KEY}, True, "groq, because GROQ_API_KEY is set"),
        ({"GROQ_API_KEY": KEY, "GROQ_MODEL": "a/b"}, True, "a/b writes"),
        ({"GROQ_API_KEY": KEY, "SCRIPT_PROVIDER": "groq"}, True, "groq, because SCRIPT_PROVIDER is groq"),
        ({"GROQ_API_KEY_FILE": __file__}, False, "groq, because GROQ_API_KEY_FILE is set, but"),
        ({"GROQ_API_KEY_FILE": "/nowhere/key"}, False, "GROQ_API_KEY_FILE names cannot be read: No such file"),
        ({"SCRIPT_PROVIDER": "groq"}, False, "no key"),
        ({"SCRIPT_PROVIDER": "groq", "GROQ_API_KEY": " "}, False, "no key"),
        ({"SCRIPT_PROVIDER": "openai-compatible"}, False, "SCRIPT_PROVIDER is openai-compatible, but"),
        ({"SCRIPT_MODEL_URL": "http://127.0.0.1:1/v1"}, False, "SCRIPT_MODEL_URL is set, but"),
        (
            {"SCRIPT_MODEL_URL": "http://127.0.0.1:1/v1", "SCRIPT_MODEL": "m", "SCRIPT_MODEL_KEY": KEY},
            False,
            "cannot be reached: ConnectError",
        ),
        (
            {"SCRIPT_PROVIDER": "oracle"},
            False,
            "SCRIPT_PROVIDER: Input should be 'groq', 'openai-compatible' or 'outline'",
        ),
    ],
)
async def test_the_active_writer_is_named_with_the_reason_and_never_with_the_key(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], ok: bool, says: str
) -> None:
    for name in (
        *("SCRIPT_PROVIDER", "GROQ_API_KEY", "GROQ_API_KEY_FILE", "GROQ_MODEL"),
        *("SCRIPT_MODEL_URL", "SCRIPT_MODEL", "SCRIPT_MODEL_KEY", "SCRIPT_MODEL_KEY_FILE"),
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    (finding,) = await check_script()

    assert finding.ok is ok
    assert says in finding.uses
    assert ok or finding.hint
    assert KEY not in finding.uses + finding.hint
