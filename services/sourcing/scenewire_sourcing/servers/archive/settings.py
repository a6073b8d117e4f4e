"""Settings that all archive servers share."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from scenewire.settings import Seconds, Settings
from scenewire_sourcing.servers.archive.client import ArchiveApi
from scenewire_sourcing.user_agent import CONTACT_PATTERN, user_agent

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
            user_agent=user_agent(self.contact),
            secrets=secrets or {},
            secret_headers=secret_headers or {},
        )
