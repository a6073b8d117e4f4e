"""The composition root of the recorder."""

from faststream import FastStream

from services.recorder.handlers import register
from services.recorder.losses import tell_losses
from services.recorder.queries import opened
from services.recorder.repository import Repository
from services.recorder.settings import RecorderSettings
from services.recorder.stage import RecorderStage
from shared.bus import Bus
from shared.database.condition import require_file
from shared.database.engine import writing_engine
from shared.database.revision import upgrade
from shared.topology import PIPELINE

__all__ = ["create_app"]


def create_app(settings: RecorderSettings | None = None) -> FastStream:
    """Builds the service. Its start brings the database up to date, and fails when that cannot be used.

    Args:
        settings: read from the environment when not given.
    """
    settings = settings or RecorderSettings()
    url = settings.database_url.get_secret_value()
    repository = Repository(writing_engine(url, patience=settings.database_patience))
    stage = RecorderStage(repository, layout=settings.layout)
    bus = Bus("recorder", settings)

    async def prepare() -> None:
        if settings.layout == "webapp":
            require_file(url, hint="start the web application once: it makes its database; or correct DATABASE_URL")
        await upgrade(url, patience=settings.database_patience)
        await stage.mend_index()
        async with opened(url) as record:
            await tell_losses(record, (await bus.broker.connect()).jetstream())

    async def close() -> None:
        repository.close()

    async def reach() -> None:
        async with opened(url) as record:
            await record.last_logged(PIPELINE.name)

    bus.require("database", reach)
    bus.on_start(prepare)
    bus.on_stop(close)
    register(bus, stage)
    return bus.app()
