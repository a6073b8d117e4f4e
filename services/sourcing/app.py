"""The composition root of the sourcing service."""

from collections.abc import Sequence

from faststream import FastStream

from services.sourcing.handlers import register
from services.sourcing.settings import FootageServer, SourcingSettings
from services.sourcing.source import FootageSource
from services.sourcing.stage import SourcingStage
from shared.artifacts.store import open_store
from shared.bus import Bus

__all__ = ["create_app"]


def create_app(
    settings: SourcingSettings | None = None, *, sources: Sequence[FootageSource] | None = None
) -> FastStream:
    """Builds the service. Footage servers are started when the first scene asks for them.

    Args:
        settings: read from the environment when not given.
        sources: take the place of the servers that the settings name.
    """
    settings = settings or SourcingSettings()
    if sources is None:
        sources = _connect(settings.footage_servers, timeout=settings.server_timeout.total_seconds())
    stage = SourcingStage(open_store(settings.artifacts_url), sources, largest_file=settings.largest_file)
    bus = Bus("sourcing", settings)
    register(bus, stage, loops=settings.loops)
    bus.on_stop(stage.aclose)
    return bus.app()


def _connect(servers: Sequence[FootageServer], *, timeout: float) -> list[FootageSource]:
    if not servers:
        return []
    from services.sourcing.mcp_source import McpSource  # noqa: PLC0415 - half a second that most films do not need

    return [McpSource(server, timeout=timeout) for server in servers]
