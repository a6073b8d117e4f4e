"""The doubles that users run: what they offer is what the product takes."""

import json
from pathlib import Path

from scenewire.messages import ScriptRequested
from scenewire_sourcing.providers.base import RemoteFile
from scenewire_sourcing.settings import SourcingSettings
from scripts.doubles.__main__ import IN_STUDIO, SHOTS, sentences, variables
from scripts.doubles.documentary import documentary
from scripts.doubles.language_model import GroqDouble
from scripts.doubles.studio import Studio
from tests.support.footage import connected
from tests.support.groq_stage import script_of
from tests.support.web import Web


async def test_b15_a_server_with_other_names_needs_only_configuration_over_http() -> None:
    async with Studio([(painting, b"clip") for painting in IN_STUDIO]).serving() as studio:
        settings = SourcingSettings(artifacts_url="file:///a", servers=servers(studio))
        (server,) = settings.footage_servers
        async with connected(server) as source:
            found = await source.search("port crane", 5)
            located = await source.locate(found[0].id)
    assert [(clip.title, clip.width, clip.duration) for clip in found] == [("Port at night", 1280, 8)]
    assert (found[0].creator, found[0].licence) == ("The studio's double", "Painted for this demonstration, CC0")
    assert isinstance(located.place, RemoteFile)
    assert located.place.url == f"http://{studio.host}/files/4.mp4"


def servers(studio: Studio) -> str:
    """The studio's part of what the demonstration sets."""
    listed = json.loads(variables(GroqDouble(), Web(), studio)["SOURCING_SERVERS"])
    return json.dumps([server for server in listed if server["name"] == "studio"])


async def test_b05_the_documentary_of_the_model_s_double_is_lengthened_once_and_tells_the_example(
    tmp_path: Path,
) -> None:
    async with GroqDouble().serving() as model:
        model.model = documentary("The Suez Canal", sentences(), SHOTS)
        scripted = await script_of(model, tmp_path, ScriptRequested(topic="The Suez Canal", target_duration=60))
    assert len(model.completions) == 2
    assert [scene.footage_query for scene in scripted.scenes] == list(SHOTS)
    assert scripted.scenes[0].text.startswith("The Suez Canal joins the Mediterranean Sea")
