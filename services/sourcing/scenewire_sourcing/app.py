"""Composition root of the sourcing service."""

from collections.abc import Sequence

from faststream import FastStream

from scenewire.artifacts.opening import open_store
from scenewire.bus import Bus
from scenewire.errors import FailureCode, PermanentError
from scenewire_sourcing.handlers import register
from scenewire_sourcing.ingest.ingest import Downloads, Ingest
from scenewire_sourcing.meaning.installed import find_meaning
from scenewire_sourcing.providers.base import FootageSource
from scenewire_sourcing.providers.server_config import FootageServer, path_error
from scenewire_sourcing.selection.licence_policy import LicencePolicy
from scenewire_sourcing.settings import SourcingSettings
from scenewire_sourcing.stage import SourcingStage
from scenewire_sourcing.user_agent import user_agent

__all__ = ["create_app"]


def create_app(
    settings: SourcingSettings | None = None, *, sources: Sequence[FootageSource] | None = None
) -> FastStream:
    """Builds the service. Footage servers are started when the first scene asks for them.

    Args:
        settings: default to the environment.
        sources: replace the servers from the settings.

    Raises:
        PermanentError: `invalid_settings`, a folder or file that a server requires does not exist.
    """
    settings = settings or SourcingSettings()
    servers = settings.footage_servers if sources is None else ()
    if errors := "; ".join(filter(None, map(path_error, servers))):
        raise PermanentError(FailureCode.INVALID_SETTINGS, errors, hint="correct or unset it")
    if sources is None:
        sources = _connect(servers, timeout_s=settings.server_timeout.total_seconds())
    store = open_store(settings.artifacts_url)
    ingest = Ingest(
        store,
        max_file_bytes=settings.max_file_size,
        downloads=_downloads(settings) if any(server.hosts or server.local_hosts for server in servers) else None,
        cache_time=settings.download_cache_time,
    )
    policy = LicencePolicy(allow_noncommercial=settings.allow_noncommercial, allow_no_changes=settings.allow_no_changes)
    stage = SourcingStage(store, sources, ingest, meaning=find_meaning() if sources else None, policy=policy)
    bus = Bus("sourcing", settings)
    register(bus, stage, loops=settings.loops)
    bus.on_stop(stage.aclose)
    return bus.app(footage_servers=[server.name for server in servers], otherwise="generated backgrounds")


def _connect(servers: Sequence[FootageServer], *, timeout_s: float) -> list[FootageSource]:
    if not servers:
        return []
    # The SDK takes half a second to import; a worker without servers does not need it.
    from scenewire_sourcing.providers.mcp_session import McpSession  # noqa: PLC0415
    from scenewire_sourcing.providers.mcp_source import McpSource  # noqa: PLC0415

    return [McpSource(server, McpSession(server, timeout_s=timeout_s)) for server in servers]


def _downloads(settings: SourcingSettings) -> Downloads:
    from scenewire_sourcing.ingest.download import Downloader  # noqa: PLC0415 - needed only for downloads

    return Downloader(
        max_bytes=settings.max_download_size,
        timeout_s=settings.download_timeout.total_seconds(),
        stall_timeout_s=settings.download_stall_timeout.total_seconds(),
        agent=user_agent(settings.contact),
    )
