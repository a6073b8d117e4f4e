"""Endpoints of webhooks for tests, and a worker that delivers to them: `python -m tests.support.webhooks FILE`."""

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from scenewire.artifacts.opening import open_store
from scenewire.bus import Bus
from scenewire.settings import ServiceSettings
from scenewire.topology import Retry
from scenewire_gateway.handlers import register
from scenewire_gateway.webhooks.delivery import WebhookDelivery, webhook_client
from scenewire_gateway.webhooks.endpoints import read_endpoints
from tests.support.bus_world import FAST
from tests.support.web import Asked

PUBLIC_URL = "https://videos.example.com"


def write_endpoints(folder: Path, /, **urls: str) -> Path:
    """Writes a file of endpoints, each with a secret of its own."""
    lines = []
    for name, url in urls.items():
        secret = base64.b64encode(os.urandom(32)).decode()
        (folder / f"{name}.secret").write_text(f"whsec_{secret}\n")
        lines += ["[[endpoint]]", f'name = "{name}"', f'url = "{url}"', f'secret_file = "{name}.secret"', ""]
    path = folder / "webhooks.toml"
    path.write_text("\n".join(lines))
    return path


def verified(folder: Path, name: str, asked: Asked) -> Any:
    """Verifies a request as its receiver would; returns its content."""
    return Webhook((folder / f"{name}.secret").read_text().strip()).verify(asked.body, dict(asked.headers))


@asynccontextmanager
async def webhook_app(settings: ServiceSettings, file: Path, *, retry: Retry = FAST) -> AsyncIterator[Bus]:
    """Runs the webhooks of a gateway."""
    bus = Bus("gateway", settings, retry=retry)
    async with webhook_client() as client:
        store = open_store(settings.artifacts_url)
        register(bus, WebhookDelivery(read_endpoints(file), client, store, public_url=PUBLIC_URL, retry=retry))
        app = bus.app()
        await app.start()
        try:
            yield bus
        finally:
            await app.stop()


async def _run(file: Path) -> None:
    async with webhook_app(ServiceSettings(), file):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1])))
