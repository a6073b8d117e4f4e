"""The composition root of the recorder."""

from faststream import FastStream

from scenewire.bus import Bus
from scenewire.database.condition import require_file
from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade
from scenewire.record.queries import opened
from scenewire.topology import PIPELINE
from scenewire_recorder.handlers import register
from scenewire_recorder.maintenance.stream_check import report_losses
from scenewire_recorder.repository import Repository
from scenewire_recorder.settings import RecorderSettings
from scenewire_recorder.stage import RecorderStage

__all__ = ["create_app"]


def create_app(settings: RecorderSettings | None = None) -> FastStream:
    """Builds the service. Its start upgrades the database, and fails when the database cannot be used.

    Args:
        settings: None reads the environment.
    """
    settings = settings or RecorderSettings()
    url = settings.database_url.get_secret_value()
    repository = Repository(writing_engine(url, lock_timeout=settings.database_timeout))
    stage = RecorderStage(repository, layout=settings.layout)
    bus = Bus("recorder", settings)

    async def prepare() -> None:
        if settings.layout == "webapp":
            require_file(url, hint="start the web application once to create its database, or correct DATABASE_URL")
        await upgrade(url, lock_timeout=settings.database_timeout)
        await stage.repair_index()
        async with opened(url) as record:
            await report_losses(record, await bus.client())

    async def close() -> None:
        repository.close()

    async def check_database() -> None:
        async with opened(url) as record:
            await record.last_logged(PIPELINE.name)

    bus.require("database", check_database)
    bus.on_start(prepare)
    bus.on_stop(close)
    register(bus, stage)
    return bus.app()
