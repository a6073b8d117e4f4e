"""Composition root of the gateway."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from faststream import FastStream

from scenewire.artifacts.opening import open_store
from scenewire.artifacts.store import ArtifactStore
from scenewire.bus import Bus
from scenewire.errors import FailureCode, TransientError
from scenewire.record.queries import Record, opened
from scenewire.topology import PIPELINE, WEBHOOK_RETRY, WEBHOOKS
from scenewire_gateway.access.authentication import Authenticator, require_safe_binding
from scenewire_gateway.access.keys import KeysFile
from scenewire_gateway.access.neighbours import Neighbours
from scenewire_gateway.access.sessions import Sessions, session_secret
from scenewire_gateway.agents.making import make_agents
from scenewire_gateway.agents.server import Projects
from scenewire_gateway.events.hub import Hub
from scenewire_gateway.handlers import register
from scenewire_gateway.http.api import make_api
from scenewire_gateway.http.files import Files
from scenewire_gateway.http.routes.choices import choices_router
from scenewire_gateway.http.routes.edits import edits_router
from scenewire_gateway.http.routes.events import events_router
from scenewire_gateway.http.routes.media import media_router
from scenewire_gateway.http.routes.orders import orders_router
from scenewire_gateway.http.routes.preview import preview_router
from scenewire_gateway.http.routes.prior_webapp import prior_webapp_router
from scenewire_gateway.http.routes.projects import ProjectFinder, projects_router
from scenewire_gateway.http.routes.search import search_router
from scenewire_gateway.http.routes.uploads import uploads_router
from scenewire_gateway.http.server import HttpServer
from scenewire_gateway.preview.scene_preview import ScenePreview
from scenewire_gateway.projects.board import Board
from scenewire_gateway.projects.orders import Orders
from scenewire_gateway.projects.records import Records
from scenewire_gateway.settings import GatewaySettings
from scenewire_gateway.webhooks.delivery import WebhookDelivery, webhook_client
from scenewire_gateway.webhooks.endpoints import read_endpoints

__all__ = ["create_app"]


def create_app(
    settings: GatewaySettings | None = None,
    *,
    any_port: bool = False,
    on_listening: Callable[[int], None] = lambda _port: None,
) -> FastStream:
    """Builds the service.

    Args:
        settings: read from the environment if None.
        any_port: whether to take any free port if the one of the settings is taken.
        on_listening: called with the port once requests are answered.

    Raises:
        PermanentError: `invalid_settings`, others could reach the gateway, and there are no API keys; or the file of webhooks
            is invalid.
    """
    settings = settings or GatewaySettings()
    keys = KeysFile(settings.keys_file or settings.own_folder / "keys.toml", required=settings.keys_file is not None)
    require_safe_binding(settings.published_on or settings.host, keys)
    bus = Bus("gateway", settings, retry=WEBHOOK_RETRY)
    store = open_store(settings.artifacts_url)
    gateway = _Gateway(settings, bus, keys, store, any_port=any_port, on_listening=on_listening)
    client = webhook_client()
    webhooks = WebhookDelivery(
        read_endpoints(settings.webhooks_file) if settings.webhooks_file else (),
        client,
        store,
        public_url=settings.public_url or "",
        retry=WEBHOOK_RETRY,
    )
    register(bus, webhooks)
    bus.export_backlog(WEBHOOKS)
    bus.require("record", gateway.check_record)
    bus.on_start(gateway.start)
    bus.before_stop(gateway.stop)
    bus.on_stop(client.aclose)
    return bus.app()


class _Gateway:
    """What runs between start and stop."""

    def __init__(
        self,
        settings: GatewaySettings,
        bus: Bus,
        keys: KeysFile,
        store: ArtifactStore,
        *,
        any_port: bool,
        on_listening: Callable[[int], None],
    ) -> None:
        self._settings = settings
        self._bus = bus
        self._keys = keys
        self._store = store
        self._any_port = any_port
        self._on_listening = on_listening
        self._open = AsyncExitStack()
        self._record: Record | None = None

    async def start(self) -> None:
        """Follows the stream and answers requests from now on."""
        settings = self._settings
        record = self._record = await self._open.enter_async_context(opened(settings.database_url.get_secret_value()))
        client = await self._bus.client()
        board, records, files = Board(record, client), Records(record, client), Files(self._store)
        hub = Hub(board, client)
        await self._open.enter_async_context(hub.running())
        cache = settings.cache_dir or Path(self._open.enter_context(TemporaryDirectory(prefix="scenewire-gateway-")))
        preview = ScenePreview(self._store, cache, settings.cache_size)
        find, orders = ProjectFinder(board), Orders(client, records)
        sessions = Sessions(session_secret(settings.own_folder / "session.secret"))
        api = make_api(
            [
                orders_router(board, orders),
                edits_router(board, orders, find),
                projects_router(board, records, find),
                events_router(hub, find),
                media_router(records, files, find),
                preview_router(records, preview, find),
                uploads_router(self._store, max_bytes=settings.max_upload),
                search_router(board, records),
                choices_router(client, files),
                prior_webapp_router(records, find),
            ],
            make_agents(Projects(board, records, orders, hub, self._store)),
            Authenticator(
                self._keys, sessions, neighbours=Neighbours.of_this_host() if settings.published_on else None
            ),
            check=self.check_record,
            max_upload=settings.max_upload,
        )
        drain_s = settings.drain_time.total_seconds()
        server = HttpServer(api, host=settings.host, port=settings.port, drain_s=drain_s, any_port=self._any_port)
        self._open.push_async_callback(server.stop)
        self._open.callback(hub.close)  # first: streams of events end only then, and the server waits for them
        self._on_listening(await server.start())

    async def stop(self) -> None:
        """Ends event streams, finishes open requests, and closes the record."""
        await self._open.aclose()

    async def check_record(self) -> None:
        """Raises when the record cannot be read."""
        if self._record is None:
            raise TransientError(FailureCode.DATABASE_UNAVAILABLE, "the gateway has not started")
        await self._record.last_logged(PIPELINE.name)
