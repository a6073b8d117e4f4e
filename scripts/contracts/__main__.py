"""Writes the contract of the bus; with --check, only compares it."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from scripts.contracts.changes import changes, digest
from scripts.contracts.channels import Channel, channels
from scripts.contracts.document import Json, asyncapi, schemas
from scripts.contracts.versions import fault, read_versions

FOLDER: Final = Path(__file__).parents[2] / "shared" / "scenewire" / "contracts"
DOCUMENT: Final = "asyncapi.json"


def main(arguments: Sequence[str], described: Sequence[Channel], folder: Path = FOLDER) -> None:
    """Writes the contract, or compares it.

    Args:
        arguments: `--check` only compares.
        described: the channels.
        folder: where the contract is stored.

    Raises:
        SystemExit: the contract changes without a version, or the files do not match it.
    """
    versions = read_versions((folder / "versions.toml").read_text())
    document = asyncapi(described, versions[-1].number if versions else "")
    stored: Json | None = json.loads((folder / DOCUMENT).read_text()) if (folder / DOCUMENT).exists() else None
    found = fault(
        versions,
        changes(stored, document) if stored else [],
        digest=digest(document),
        stored=stored["info"]["version"] if stored else None,
    )
    if found:
        sys.exit(found)
    files = {DOCUMENT: document} | schemas(described)
    if "--check" in arguments:
        _compare(files, folder)
    else:
        _write(files, folder)


def _text(content: Json) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _compare(files: Mapping[str, Json], folder: Path) -> None:
    current = {path.relative_to(folder).as_posix() for path in folder.rglob("*.json")}
    version = next(name for name in files if "/" in name).partition("/")[0]
    stale = {name for name in current if name.startswith(f"{version}/")} - files.keys()
    differing = [
        name for name, content in files.items() if name not in current or (folder / name).read_text() != _text(content)
    ]
    if wrong := sorted({*stale, *differing}):
        sys.exit(f"{', '.join(wrong)} in {folder.name}/ does not match the code; run `make contracts`")


def _write(files: Mapping[str, Json], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(content))


if __name__ == "__main__":
    try:
        main(sys.argv[1:], channels())
    except ValueError as error:
        sys.exit(str(error))
