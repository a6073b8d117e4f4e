"""Renders deploy/kubernetes from the Helm chart; with --check, compares them. `scripts/helm` provides helm."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHART: Final = ROOT / "deploy" / "chart" / "scenewire"
FOLDER: Final = ROOT / "deploy" / "kubernetes"
HEADER: Final = "# Rendered from deploy/chart/scenewire by `make manifests`; change it there.\n"

VALUES: Final = ("credentials.create=false", "image.tag=local")
"""Secrets cannot be made without a cluster, and kustomization.yaml sets tags."""

_ONLY_HELM: Final = re.compile(r"^ +(?:helm\.sh/chart|app\.kubernetes\.io/managed-by): .*\n", re.MULTILINE)
_SOURCE: Final = re.compile(r"^# Source: scenewire/templates/(\S+)\n", re.MULTILINE)


def helm(*arguments: str | Path) -> str:
    """Runs helm; returns its output.

    Raises:
        SystemExit: there is no helm, or it fails.
    """
    program = shutil.which("helm", path=sysconfig.get_path("scripts")) or shutil.which("helm")
    if program is None:
        sys.exit("there is no helm; run scripts/helm .venv")
    # Stays outside the event loops that scenewire.processes is for.
    ended = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)  # noqa: TID251
    if ended.returncode != 0:
        sys.exit(ended.stderr)
    return ended.stdout


def rendered() -> dict[str, str]:
    """Returns the manifests by file name."""
    options = [part for value in VALUES for part in ("--set", value)]
    output = helm("template", "scenewire", CHART, "--namespace", "scenewire", "--no-hooks", *options)
    files: dict[str, list[str]] = {}
    for document in re.split(r"^---\n", output, flags=re.MULTILINE):
        if found := _SOURCE.match(document):
            body = _ONLY_HELM.sub("", document[found.end() :])
            files.setdefault(found[1], []).append(f"{body.strip()}\n")
    return {name: HEADER + "---\n".join(documents) for name, documents in sorted(files.items())}


def main() -> None:
    """Writes the manifests, or compares them."""
    manifests = rendered()
    present = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    if "--check" not in sys.argv:
        for name in present - manifests.keys():
            (FOLDER / name).unlink()
        for name, text in manifests.items():
            (FOLDER / name).write_text(text)
        return
    differing = {name for name, text in manifests.items() if name not in present or (FOLDER / name).read_text() != text}
    if differing or present - manifests.keys():
        names = ", ".join(sorted(differing | (present - manifests.keys())))
        sys.exit(f"{names} in deploy/kubernetes do not match the chart; run make manifests")


if __name__ == "__main__":
    main()
