"""The versions of the contract, and what a change of it needs.

`shared/scenewire/contracts/versions.toml` lists them, the newest last. Each has the digest of its contract, so a contract that
changes without a version of its own is noticed, whatever else was generated anew.
"""

import tomllib
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from scenewire.messages.orders import SCHEMA_VERSION
from scripts.contracts.changes import Change

__all__ = ["Version", "fault", "read_versions"]

_FILE = "shared/scenewire/contracts/versions.toml"


class Version(BaseModel):
    """A version of the contract.

    The first part of its number is the schema version of messages.
    """

    model_config = ConfigDict(extra="forbid")

    number: str = Field(pattern=r"^[1-9]\d*\.\d+$")
    change: str = Field(min_length=1, description="What changes, in one sentence.")
    breaks: str = Field(
        default="", description="Why a change that gives valid messages another meaning harms none that is stored."
    )
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def parts(self) -> tuple[int, int]:
        """Both parts of its number."""
        schema, minor = self.number.split(".")
        return int(schema), int(minor)


def read_versions(text: str) -> list[Version]:
    """Returns the versions, the newest last.

    Raises:
        ValueError: the file has a fault, or its numbers do not rise.
    """
    try:
        versions = [Version.model_validate(table) for table in tomllib.loads(text).get("version", [])]
    except ValueError as error:
        raise ValueError(f"{_FILE}: {error}") from error
    numbers = [version.parts for version in versions]
    if numbers != sorted(set(numbers)):
        raise ValueError(f"{_FILE}: numbers must rise, not {', '.join(version.number for version in versions)}")
    return versions


def fault(versions: Sequence[Version], changed: Sequence[Change], *, digest: str, stored: str | None) -> str:
    """Returns what is wrong with the versions, and what to do; "" if nothing is.

    Args:
        versions: the versions, the newest last.
        changed: how the contract of the code differs from the stored one.
        digest: of the contract of the code.
        stored: number of the stored contract; None if there is none.
    """
    last = versions[-1] if versions else None
    breaking = [change.text for change in changed if not change.keeps_meaning]
    if last is None or last.sha256 != digest or (changed and last.number == stored):
        return _without_version(changed, last, digest, is_breaking=bool(breaking))
    if last.parts[0] != SCHEMA_VERSION:
        return f"version {last.number} must begin with the schema version of messages, {SCHEMA_VERSION}"
    if breaking and not last.breaks and stored is not None and last.parts[0] == int(stored.partition(".")[0]):
        return (
            f"version {last.number} gives stored messages another meaning:\n{_lines(breaking)}\n"
            "Raise the schema version, or say in `breaks` why no stored message is affected; see docs/contracts.md."
        )
    return ""


def _without_version(changed: Sequence[Change], last: Version | None, digest: str, *, is_breaking: bool) -> str:
    schema, minor = last.parts if last else (SCHEMA_VERSION, -1)
    number = f"{SCHEMA_VERSION}.{minor + 1}" if schema == SCHEMA_VERSION else f"{SCHEMA_VERSION}.0"
    reason = 'breaks = ""  # why no stored message is affected; else raise the schema version\n' if is_breaking else ""
    return (
        f"the contract of the bus changes without a version:\n{_lines([change.text for change in changed])}\n"
        f"If that is intended, add to {_FILE} and run `make contracts`; see docs/contracts.md:\n\n"
        f'[[version]]\nnumber = "{number}"\nchange = ""\n{reason}sha256 = "{digest}"\n'
    )


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(f"- {text}" for text in texts) or "- there is no stored contract to compare with"
