"""The composition root of the recorder."""

from collections.abc import Callable

from faststream import FastStream

from scenewire.bus import Bus
from scenewire.database.condition import require_file, require_folder
from scenewire.database.engine import writing_engine
from scenewire.database.revision import upgrade
from scenewire.errors import PipelineError
from scenewire.record.queries import opened
from scenewire.topology import PIPELINE, RECORDER
from scenewire_recorder.handlers import register
from scenewire_recorder.maintenance.preparation import Preparation
from scenewire_recorder.maintenance.stream_check import StreamWatch
from scenewire_recorder.repository import Repository
from scenewire_recorder.settings import RecorderSettings
from scenewire_recorder.stage import RecorderStage

__all__ = ["create_app"]


def create_app(
    settings: RecorderSettings | None = None, *, on_unusable: Callable[[PipelineError], None] = lambda _: None
) -> FastStream:
    """Builds the service. Its start upgrades the database.

    The start fails when there is no place for the database. One that is locked, damaged or too new is waited for, with
    failing health.

    Args:
        settings: None reads the environment.
        on_unusable: called at the start if the database is waited for.
    """
    settings = settings or RecorderSettings()
    url = settings.database_url.get_secret_value()
    repository = Repository(writing_engine(url, lock_timeout=settings.database_timeout))
    stage = RecorderStage(repository, layout=settings.layout)
    bus = Bus("recorder", settings)
    watch = StreamWatch(url, settings.stream_check_interval.total_seconds())

    async def prepare() -> None:
        await upgrade(url, lock_timeout=settings.database_timeout)
        await stage.repair_index()
        await watch.start(await bus.client())

    preparation = Preparation(prepare, on_unusable)

    async def start() -> None:
        if settings.layout == "webapp":
            require_file(url, hint="start the web application once to create its database, or correct DATABASE_URL")
        require_folder(url)
        await preparation.start()

    async def close() -> None:
        repository.close()

    async def check_database() -> None:
        await preparation.check()
        await stage.check()
        async with opened(url) as record:
            await record.last_logged(PIPELINE.name)

    bus.require("database", check_database)
    bus.require("stream", watch.check)
    bus.on_start(start)
    bus.before_stop(preparation.stop)
    bus.before_stop(watch.stop)
    bus.on_stop(close)
    register(bus, stage, ready=preparation.ready)
    bus.export_backlog(RECORDER, reads_directly=False)
    return bus.app()
