"""Footage appears when the word that it is about is spoken: chosen by the real library, cut by the real assembly."""

from pathlib import Path

import numpy as np
import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import AudioRendered
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.stage import SourcingStage
from tests.support.builders import PROJECT, brief, options, scene
from tests.support.footage import connected, library_server
from tests.support.media import make_clip
from tests.support.studio import LOOK, Studio

PLAIN = LOOK.model_copy(update={"captions": False, "credit_tags": False})
PAIRS = [("rabbit", "ocean"), ("lighthouse", "harbour"), ("volcano", "glacier")]
COLOURS = {"first": (200, 30, 30), "second": (30, 30, 200)}


@pytest.mark.parametrize(
    "text",
    [
        "Every morning a small {first} is there for us. Later the wide {second} appears in all its quiet beauty.",
        "Every morning a small {first} is there for us, and much later the {second} appears in its beauty.",
    ],
)
async def test_every_picture_begins_within_a_tenth_of_a_second_of_its_word(tmp_path: Path, text: str) -> None:
    studio = Studio(tmp_path)
    library = tmp_path / "library"
    for first, second in PAIRS:
        for name, role in ((first, "first"), (second, "second")):
            red, green, blue = COLOURS[role]
            await make_clip(
                library / f"{name}.mp4",
                seconds=9,
                size="160x90",
                rate=10,
                pattern=f"color=c=0x{red:02x}{green:02x}{blue:02x}",
            )
            with (library / f"{name}.mp4").open("ab") as file:  # equal colours, different files
                file.write(b"\0\0\0\x0cfree" + name[:4].encode())
    late: list[float] = []
    async with connected(library_server(library)) as source:
        stage = SourcingStage(
            studio.store, [source], Ingest(FilesystemStore(tmp_path / "store"), max_file_bytes=1 << 30)
        )
        for number, (first, second) in enumerate(PAIRS, 1):
            spoken = text.format(first=first, second=second)
            narration = await studio.narration(len(spoken.split()) * 9_600, spoken)
            audio = AudioRendered(
                project_id=PROJECT,
                brief=brief(len(PAIRS), options=options(look=PLAIN)),
                scene=scene(number, text=spoken).model_copy(
                    update={"keywords": (first, second), "footage_query": f"{first} {second}"}
                ),
                narration=narration,
            )
            sourced = await stage.select_footage(audio)
            assert [clip.credit.title for clip in sourced.footage.clips] == [first, second]
            rendered = await studio.stages.segments.render(sourced)
            pictures = await studio.pictures(rendered.segment.video)
            blue = pictures.mean(axis=(1, 2))[:, 2] > pictures.mean(axis=(1, 2))[:, 0]
            word = next(word for word in narration.words if word.text.strip(".,") == second)
            late.append(int(np.argmax(blue)) / 30 - word.start_sample / 24_000)
    assert max(map(abs, late)) <= 0.1, late
