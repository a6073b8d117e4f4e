"""What every command loads before it does anything."""

import sys

import pytest

from scenewire.processes.run import run_program

_PROGRAM = "import sys, scenewire_cli.main; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


@pytest.mark.parametrize("package", ["av", "alembic", "fastapi", "mcp", "numpy", "onnxruntime", "sqlalchemy"])
async def test_a_command_does_not_load_what_only_some_commands_use(package: str) -> None:
    done = await run_program([sys.executable, "-c", _PROGRAM], timeout=60)
    loaded = done.stdout.decode().split()
    assert "typer" in loaded, done.stderr
    assert package not in loaded
