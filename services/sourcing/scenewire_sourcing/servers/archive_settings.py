"""Settings that all archive servers share."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from scenewire.settings import Seconds, Settings
from scenewire_sourcing.servers.archive_client import ArchiveApi

__all__ = ["ArchiveSettings"]


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

    def api(self, name: str, *, secrets: Mapping[str, str] | None = None) -> ArchiveApi:
        """Returns the API for a client.

        Args:
            name: the archive's name, for messages.
            secrets: query parameters that must never be revealed.
        """
        return ArchiveApi(
            name=name,
            url=self.url,
            interval_s=self.interval.total_seconds(),
            timeout_s=self.timeout.total_seconds(),
            cache_s=self.cache_time.total_seconds(),
            secrets=secrets or {},
        )
