"""`scenewire request`: orders a video from a running stack."""

from uuid import uuid4

from scenewire.messages import ScriptRequested
from scenewire_cli.music import MusicFile, with_music
from scenewire_cli.output.terminal import say, say_json
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import Home

__all__ = ["request"]


async def request(
    home: Home, order: ScriptRequested, *, nats_url: str | None, as_json: bool, music: MusicFile | None = None
) -> int:
    """Orders a video and returns once the order is stored.

    Raises:
        PipelineError: there is no bus.
    """
    project_id = uuid4()
    async with existing(home, nats_url) as access:
        order = await with_music(order, music, access.endpoint.artifacts_url)
        await access.bus.publish(order.model_copy(update={"project_id": project_id}))
    if as_json:
        say_json({"event": "accepted", "project_id": str(project_id)})
    else:
        say(str(project_id))
    return 0
