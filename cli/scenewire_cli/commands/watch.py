"""`scenewire watch`: follows a project until it has ended."""

from scenewire_cli.commands.summary import print_summary, raise_if_failed
from scenewire_cli.progress.display import make_display
from scenewire_cli.progress.events import Film, follow, require_project
from scenewire_cli.project_ids import parse_project_id
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import Home

__all__ = ["watch"]


async def watch(home: Home, project_id: str, *, nats_url: str | None, as_json: bool) -> int:
    """Follows a project until it has ended. Returns 0 when it has a film.

    Raises:
        PipelineError: there is no bus, no such project, or it failed.
    """
    film = Film(parse_project_id(project_id))
    async with existing(home, nats_url) as access:
        first = await require_project(access, film.project_id)
        with make_display(as_json=as_json) as display:
            async for event in follow(access, film, from_sequence=first):
                display.show(film, event)
        url = access.endpoint.artifacts_url
    raise_if_failed(film)
    print_summary(film, None, as_json=as_json, artifacts_url=url)
    return 0
