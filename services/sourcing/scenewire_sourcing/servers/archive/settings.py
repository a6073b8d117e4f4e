"""Settings that all archive servers share."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import ByteSize, Field, SecretStr

from scenewire.settings import EmptyAsNone, Seconds, Settings, can_be_key
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.renditions import STILL_LINES, Rendition, best
from scenewire_sourcing.servers.archive.client import ArchiveApi, ArchiveError
from scenewire_sourcing.user_agent import CONTACT_PATTERN, user_agent

__all__ = ["ArchiveSettings", "RenditionSettings", "required_key"]


class ArchiveSettings(Settings):
    """How an archive's API is used. Subclasses set the default of `url`."""

    url: str = Field(pattern=r"^https?://", description="URL of the API.")
    interval: Seconds = Field(
        default=timedelta(seconds=1), ge=timedelta(0), description="Minimum time between two requests of one worker."
    )
    timeout: Seconds = Field(default=timedelta(seconds=8), gt=timedelta(0), description="Limit for one request.")
    cache_time: Seconds = Field(
        default=timedelta(hours=24), ge=timedelta(0), description="How long answers are reused."
    )
    answers_dir: Annotated[Path | None, EmptyAsNone] = Field(
        default=None, validation_alias="SOURCING_ANSWERS_DIR", description="Same as for the sourcing service."
    )
    contact: str = Field(
        default="",
        pattern=CONTACT_PATTERN,
        validation_alias="SOURCING_CONTACT",
        description="Same as for the sourcing service.",
    )

    def api(
        self,
        name: str,
        *,
        secrets: Mapping[str, str] | None = None,
        secret_headers: Mapping[str, str] | None = None,
        limit_cooldown_s: float = 0,
    ) -> ArchiveApi:
        """Returns the API for a client.

        Args:
            name: the archive's name, for messages.
            secrets: query parameters that must never be revealed.
            secret_headers: headers that must never be revealed.
            limit_cooldown_s: how long the archive blocks who has exceeded its rate, if it doesn't say so itself.
        """
        return ArchiveApi(
            name=name,
            url=self.url,
            interval_s=self.interval.total_seconds(),
            timeout_s=self.timeout.total_seconds(),
            cache_s=self.cache_time.total_seconds(),
            limit_cooldown_s=limit_cooldown_s,
            answers_dir=self.answers_dir,
            user_agent=user_agent(self.contact),
            secrets=secrets or {},
            secret_headers=secret_headers or {},
        )


class RenditionSettings(ArchiveSettings):
    """Which of a clip's or still's files is used."""

    min_height: int = Field(
        default=720, gt=0, description="Sufficient picture height, pixels; the smallest file of this height is used."
    )
    max_file_size: ByteSize = Field(
        default=ByteSize(300 << 20), gt=0, description="Files that are known to be larger are not used, bytes."
    )

    def best(self, kind: str, renditions: Iterable[Rendition]) -> Rendition:
        """Returns the best file of a clip or still.

        Raises:
            ArchiveError: there is none.
        """
        lines = STILL_LINES if kind == "still" else self.min_height
        found = best(renditions, lines=lines, max_bytes=self.max_file_size)
        if found is None:
            message = f"there is no file of this {kind} in a usable format with at most {self.max_file_size} bytes"
            raise ArchiveError(message)
        return found

    def with_best_file(self, kind: str, found: FoundFootage, renditions: Iterable[Rendition]) -> FootageFile:
        """Returns a clip or still with its best file.

        Raises:
            ArchiveError: there is none.
        """
        chosen = self.best(kind, renditions).fields
        return FootageFile(**found.model_dump(exclude=set(chosen)), **chosen)


def required_key(key: SecretStr | None, name: str, variable: str) -> str:
    """Returns the key of an archive.

    Args:
        key: from the settings.
        name: of the archive.
        variable: that holds the key.

    Raises:
        ValueError: there is none, or it cannot be one; the message contains no key.
    """
    if key is None:
        message = f"{name} needs a key: set {variable}_FILE to a file that holds it, or {variable}"
        raise ValueError(message)
    if not can_be_key(key):
        message = f"{variable} or the file of {variable}_FILE holds something that cannot be a key"
        raise ValueError(message)
    return key.get_secret_value()
