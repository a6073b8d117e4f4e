"""Generates docs/settings.md from the settings classes; with --check, only checks that it is up to date."""

import importlib
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from scenewire.bus.provisioning.stream_limits import StreamSettings
from scenewire.settings import AdmissionSettings, ObjectStoreSettings, ProvisionSettings, ServiceSettings, is_secret

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "settings.md"

_INTRODUCTION = """\
# Settings

Settings are environment variables. `scenewire make` and `scenewire up` need none: they set defaults for the embedded
services and keep the values that you set. For a secret `X`, `X_FILE` names a file that contains it. `make docs` generates
this page from the code.

## The command

| variable | default | meaning |
|---|---|---|
| `SCENEWIRE_DATA` | the user's data folder | Folder for orders, media and the record; same as `--data`. |
| `NATS_URL` | an embedded server | A NATS server with its own workers; same as `--nats`. |
| `FFMPEG` | a suitable one on PATH, else the bundled one | The ffmpeg to use. |
"""


def pages() -> Iterator[str]:
    """Yields the text of the page."""
    yield _INTRODUCTION
    yield from section("Every service", ServiceSettings, set())
    yield from section("Provisioning of the bus", ProvisionSettings, set())
    yield from section("New orders", AdmissionSettings, set())
    yield from section("Streams", StreamSettings, set())
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
        if (file.parent / "__main__.py").exists():  # not what the servers share
            module = importlib.import_module(f"scenewire_sourcing.servers.{file.parent.name}.settings")
            for name in module.__all__:
                yield from section(
                    f"The {file.parent.name} footage server", getattr(module, name), {"contact", "answers_dir"}
                )


def section(title: str, model: type[BaseSettings], known: set[str]) -> Iterator[str]:
    """Yields the table of one class, without the settings in `known`."""
    rows = [(name, field) for name, field in model.model_fields.items() if name not in known]
    if not rows:
        return
    yield f"\n## {title}\n\n| variable | default | meaning |\n|---|---|---|\n"
    prefix = str(model.model_config.get("env_prefix", ""))
    for name, field in rows:
        variable = field.validation_alias if isinstance(field.validation_alias, str) else f"{prefix}{name}".upper()
        variable = f"`{variable}`, `{variable}_FILE`" if is_secret(field) else f"`{variable}`"
        yield f"| {variable} | {default_of(field)} | {(field.description or '').replace('|', '/')} |\n"


def default_of(field: FieldInfo) -> str:
    """Returns a field's default as text for a table cell."""
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
    """Writes the page, or compares it."""
    page_text = "".join(pages())
    if "--check" not in sys.argv:
        PAGE.write_text(page_text)
    elif not PAGE.exists() or PAGE.read_text() != page_text:
        sys.exit(f"{PAGE.relative_to(ROOT)} does not match the settings; run make docs")


main()
