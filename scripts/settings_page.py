"""Writes docs/settings.md from the settings themselves; with --check only says whether it is up to date."""

import importlib
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from scenewire.settings import ObjectStoreSettings, ServiceSettings, is_secret

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "settings.md"

_INTRODUCTION = """\
# Settings

Settings are environment variables. `scenewire make` and `scenewire up` need none: they fill in what is missing for
everything embedded, and leave alone what you set. `X_FILE` names a file that holds the secret `X`. Written from the code
by `make docs`.

## The command

| variable | default | what it is |
|---|---|---|
| `SCENEWIRE_DATA` | the user's data folder | Folder that keeps orders, media and the record; `--data` says the same. |
| `NATS_URL` | an embedded server | A NATS server with workers behind it; `--nats` says the same. |
| `FFMPEG` | one on PATH if fit, else the bundled one | The ffmpeg to use. |
"""


def pages() -> Iterator[str]:
    """The page, in pieces."""
    yield _INTRODUCTION
    yield from section("Every service", ServiceSettings, set())
    yield from section("Artifacts in an object store", ObjectStoreSettings, set())
    common = set(ServiceSettings.model_fields)
    for folder in sorted((ROOT / "services").iterdir()):
        if (folder / f"scenewire_{folder.name}" / "settings.py").exists():
            module = importlib.import_module(f"scenewire_{folder.name}.settings")
            for name in module.__all__:
                model = getattr(module, name)
                if isinstance(model, type) and issubclass(model, ServiceSettings):
                    yield from section(f"The {folder.name} service", model, common)
    for file in sorted((ROOT / "services" / "sourcing" / "scenewire_sourcing" / "servers").glob("*/settings.py")):
        module = importlib.import_module(f"scenewire_sourcing.servers.{file.parent.name}.settings")
        for name in module.__all__:
            yield from section(f"The {file.parent.name} footage server", getattr(module, name), set())


def section(title: str, model: type[BaseSettings], known: set[str]) -> Iterator[str]:
    """The table of one class, without the settings that are known already."""
    rows = [(name, field) for name, field in model.model_fields.items() if name not in known]
    if not rows:
        return
    yield f"\n## {title}\n\n| variable | default | what it is |\n|---|---|---|\n"
    prefix = str(model.model_config.get("env_prefix", ""))
    for name, field in rows:
        variable = field.validation_alias if isinstance(field.validation_alias, str) else f"{prefix}{name}".upper()
        variable = f"`{variable}`, `{variable}_FILE`" if is_secret(field) else f"`{variable}`"
        yield f"| {variable} | {default_of(field)} | {(field.description or '').replace('|', '/')} |\n"


def default_of(field: FieldInfo) -> str:
    """A default as a cell of the table."""
    if field.default_factory is not None:
        return "depends on the machine"
    value: Any = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():.12g}` s"
    return f"`{value}`"


def main() -> None:
    """Writes or compares."""
    wanted = "".join(pages())
    if "--check" not in sys.argv:
        PAGE.write_text(wanted)
    elif not PAGE.exists() or PAGE.read_text() != wanted:
        sys.exit(f"{PAGE.relative_to(ROOT)} is not what the settings say: run make docs")


main()
