"""The real gateway with what it asks, in this process: record, bus, and all services but assembly, which would take long."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from faststream import FastStream

from scenewire_gateway.app import create_app as create_gateway
from scenewire_gateway.settings import GatewaySettings
from scenewire_recorder.app import create_app as create_recorder
from scenewire_recorder.settings import RecorderSettings
from scenewire_script.app import create_app as create_script
from scenewire_script.settings import ScriptSettings
from scenewire_sourcing.app import create_app as create_sourcing
from scenewire_sourcing.settings import SourcingSettings
from scenewire_tts.app import create_app as create_tts
from scenewire_tts.settings import TtsSettings
from tests.support.nats import provisioned_server
from tests.support.ports import free_port


@asynccontextmanager
async def running_gateway(folder: Path, **changes: Any) -> AsyncIterator[str]:
    """Runs the gateway; yields its address."""
    async with provisioned_server(folder) as (server, _), AsyncExitStack() as running:
        common: dict[str, Any] = {
            "nats_url": server.url,
            "artifacts_url": (folder / "artifacts").as_uri(),
            "log_file": folder / "services.log",
            "drain_time": timedelta(seconds=1),
        }
        database = f"sqlite:///{folder / 'record.db'}"
        port = free_port()
        apps: list[FastStream] = [
            create_recorder(RecorderSettings(database_url=database, **common)),
            create_script(ScriptSettings(**common)),
            create_tts(TtsSettings(engine="espeak", data_folder=folder / "data", **common)),
            create_sourcing(SourcingSettings(**common)),
            create_gateway(
                GatewaySettings(database_url=database, data_folder=folder / "data", port=port, **common, **changes)
            ),
        ]
        for app in apps:
            running.push_async_callback(app.stop)
            await app.start()
        yield f"http://127.0.0.1:{port}"
