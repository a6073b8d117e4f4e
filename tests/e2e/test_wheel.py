"""The wheel, installed as a stranger would: an empty environment, outside the checkout, beside other packages."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from scenewire.processes.run import Completed, run_program

pytestmark = pytest.mark.timeout(600)  # a real installation comes first

ROOT = Path(__file__).parents[2]
SOURCES = ("LICENSE", "README.md", "cli", "pyproject.toml", "services", "shared")
NEIGHBOUR = """\
[build-system]
requires = ["setuptools>=80"]
build-backend = "setuptools.build_meta"
[project]
name = "neighbour"
version = "1"
[project.scripts]
neighbour = "cli.main:main"
[tool.setuptools]
packages = ["cli", "services", "shared"]
"""


async def call(*arguments: str | Path, cwd: Path, **variables: str) -> Completed:
    kept = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith(("PIP_", "SSL_"))}
    environment = kept | {"HOME": str(cwd), "LANG": "C.UTF-8"} | variables
    done = await run_program(list(arguments), cwd=cwd, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout.decode(errors="replace")
    return done


async def build(sources: Path, into: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    await call(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", into, sources, cwd=sources)
    (wheel,) = into.glob("*.whl")
    return wheel


async def build_scenewire(folder: Path) -> Path:
    """A wheel of a copy: the checkout's own `build/` may hold files that are gone."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, sources / name, ignore=left_out)
        else:
            shutil.copy(path, sources)
    return await build(sources, folder / "wheel")


async def build_neighbour(folder: Path) -> Path:
    """A wheel of somebody else that owns the commonest names of folders."""
    sources = folder / "sources"
    for package in ("cli", "services", "shared"):
        (sources / package).mkdir(parents=True)
        (sources / package / "__init__.py").write_text(f"NAME = {package!r}\n")
    (sources / "cli" / "main.py").write_text(
        "import services, shared\ndef main() -> None:\n    print('neighbour', services.NAME, shared.NAME)\n"
    )
    (sources / "pyproject.toml").write_text(NEIGHBOUR)
    return await build(sources, folder / "wheel")


async def test_the_wheel_makes_a_video_in_an_empty_environment_beside_a_package_with_the_same_folder_names(
    tmp_path: Path,
):
    wheel = await build_scenewire(tmp_path / "scenewire")
    neighbour = await build_neighbour(tmp_path / "neighbour")
    environment, elsewhere = tmp_path / "venv", tmp_path / "elsewhere"
    elsewhere.mkdir()
    await call(sys.executable, "-m", "venv", environment, cwd=elsewhere)
    python, scenewire = environment / "bin" / "python", environment / "bin" / "scenewire"
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    await call(*pip, "--require-hashes", "-r", ROOT / "requirements" / "all.txt", cwd=elsewhere)
    await call(*pip, "--no-deps", wheel, neighbour, cwd=elsewhere)

    (elsewhere / "talk.txt").write_text("The sea rises twice a day. The moon pulls at it.\n")
    data = {"SCENEWIRE_DATA": str(tmp_path / "data"), "ASSEMBLY_PRESET": "ultrafast"}
    made = await call(
        *(scenewire, "make", "--script", "talk.txt", "--size", "320x180", "--out", "videos", "--json"),
        cwd=elsewhere,
        **data,
    )

    finished = json.loads(made.stdout.splitlines()[-1])
    assert finished["event"] == "finished"
    assert Path(finished["video"]).stat().st_size > 10_000
    listed = await call(scenewire, "list", "--json", cwd=elsewhere, **data)
    assert finished["project_id"] in listed.stdout.decode()
    assert (await call(environment / "bin" / "neighbour", cwd=elsewhere)).stdout == b"neighbour services shared\n"
    await call(python, "-m", "pip", "check", cwd=elsewhere)


async def test_the_wheel_holds_only_packages_with_names_of_their_own_and_says_that_they_are_typed(tmp_path: Path):
    wheel = await build_scenewire(tmp_path)
    listing = await call(sys.executable, "-m", "zipfile", "-l", wheel, cwd=tmp_path)
    names = [line.split()[0] for line in listing.stdout.decode().splitlines()[1:]]
    packages = {name.partition("/")[0] for name in names if ".dist-info/" not in name}

    assert packages
    assert all(package == "scenewire" or package.startswith("scenewire_") for package in packages)
    assert {f"{package}/py.typed" for package in packages} <= set(names)
