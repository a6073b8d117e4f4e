"""Composition root of the sourcing service."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from faststream import FastStream
from typing_extensions import override

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.webapp_export import WebApp
from scenewire.bus import Bus
from scenewire.errors import FailureCode, PermanentError
from scenewire_sourcing.handlers import register
from scenewire_sourcing.ingest.ingest import Downloads, Ingest
from scenewire_sourcing.meaning.installed import find_meaning
from scenewire_sourcing.providers.base import FootageSource, RemoteFile
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
    on_request = settings.servers_on_request if sources is None else ()
    if errors := "; ".join(filter(None, map(path_error, servers))):
        raise PermanentError(FailureCode.INVALID_SETTINGS, errors, hint="correct or unset it")
    connect = partial(_connect, timeout_s=settings.server_timeout.total_seconds())
    store = open_store(settings.artifacts_url)
    has_remote = any(server.hosts or server.local_hosts for server in (*servers, *on_request))
    ingest = Ingest(
        store,
        max_file_bytes=settings.max_file_size,
        downloads=_LazyDownloads(settings) if has_remote else None,
        cache_time=settings.download_cache_time,
    )
    policy = LicencePolicy(allow_noncommercial=settings.allow_noncommercial, allow_no_changes=settings.allow_no_changes)
    stage = SourcingStage(
        store,
        list(map(connect, servers)) if sources is None else sources,
        ingest,
        on_request={server.name: partial(connect, server) for server in on_request},
        meaning=find_meaning(),
        policy=policy,
        webapp=WebApp(settings.webapp_dir) if settings.webapp_dir else None,
    )
    bus = Bus("sourcing", settings)
    register(bus, stage, loops=settings.loops)
    bus.on_stop(stage.aclose)
    return bus.app(
        footage_servers=[server.name for server in servers],
        on_request=[server.name for server in on_request],
        otherwise="generated backgrounds",
    )


def _connect(server: FootageServer, *, timeout_s: float) -> FootageSource:
    # The SDK takes half a second to import; a worker without servers does not need it.
    from scenewire_sourcing.providers.mcp_session import McpSession  # noqa: PLC0415
    from scenewire_sourcing.providers.mcp_source import McpSource  # noqa: PLC0415

    return McpSource(server, McpSession(server, timeout_s=timeout_s))


class _LazyDownloads(Downloads):
    """Creates the downloader when the first file is downloaded: most workers need none."""

    def __init__(self, settings: SourcingSettings) -> None:
        self._settings = settings
        self._downloads: Downloads | None = None

    @override
    async def download(self, remote: RemoteFile, folder: Path) -> Path:
        if self._downloads is None:
            self._downloads = _downloads(self._settings)
        return await self._downloads.download(remote, folder)


def _downloads(settings: SourcingSettings) -> Downloads:
    from scenewire_sourcing.ingest.download import Downloader  # noqa: PLC0415 - needed only for downloads

    return Downloader(
        max_bytes=settings.max_download_size,
        timeout_s=settings.download_timeout.total_seconds(),
        stall_timeout_s=settings.download_stall_timeout.total_seconds(),
        agent=user_agent(settings.contact),
    )
