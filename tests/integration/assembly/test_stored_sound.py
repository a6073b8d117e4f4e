"""The sound of a video is mixed once and found again until something that is heard changes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from scenewire.messages import FootageSourced, VideoAssembled
from scenewire.messages.values import Remade
from tests.support.media import make_clip
from tests.support.studio import LOOK, Studio

TEXTS = ("Tea is a drink.", "It is old.")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    folder = tmp_path / "studio"
    folder.mkdir()
    return Studio(folder)


async def ordered(studio: Studio, *, samples: int = 24_800, box: bool = False) -> list[FootageSourced]:
    look = LOOK.model_copy(update={"caption_style": "box"}) if box else LOOK
    return [
        await studio.sourced(number, of=len(TEXTS), samples=samples, text=text, look=look)
        for number, text in enumerate(TEXTS, 1)
    ]


async def made(studio: Studio, scenes: Sequence[FootageSourced]) -> VideoAssembled:
    return await studio.stages.videos.assemble([await studio.stages.segments.render(scene) for scene in scenes])


def stored(studio: Studio, pattern: str) -> list[Path]:
    return list((studio.folder / "store").glob(pattern))


async def test_another_clip_and_caption_style_find_the_sound_and_make_the_same_bytes_as_an_empty_store(
    studio, tmp_path
):
    before = await made(studio, await ordered(studio))
    path = await make_clip(tmp_path / "clip.mp4", seconds=3)
    scenes = await ordered(studio, box=True)
    footage = scenes[1].footage.model_copy(update={"clips": (await studio.clip(path),), "fallback": False})
    scenes[1] = scenes[1].model_copy(update={"footage": footage})
    after = await made(studio, scenes)
    assert after.video != before.video
    assert after.loudness == before.loudness
    assert len(stored(studio, "results/video/*.json")) == 2
    assert len(stored(studio, "results/sound/*.json")) == 1
    fresh = Studio(tmp_path)
    await ordered(fresh)
    await fresh.clip(path)
    assert (await made(fresh, scenes)).video == after.video


async def test_another_narration_and_a_rerun_have_the_sound_mixed_again(studio):
    scenes = await ordered(studio)
    await made(studio, scenes)
    await made(studio, [scenes[0], (await ordered(studio, samples=24_000))[1]])
    assert len(stored(studio, "results/sound/*.json")) == 2
    brief = scenes[0].brief.model_copy(update={"remade": Remade(assembly=1)})
    await made(studio, [scene.model_copy(update={"brief": brief}) for scene in scenes])
    assert len(stored(studio, "results/sound/*.json")) == 3


async def test_a_damaged_sound_is_made_again(studio):
    scenes = await ordered(studio)
    before = await made(studio, scenes)
    (sound,) = stored(studio, "content/*/*.m4a")
    intact = sound.read_bytes()
    sound.write_bytes(intact[:-1])
    for document in stored(studio, "results/video/*.json"):
        document.unlink()
    assert (await made(studio, scenes)).video == before.video
    assert sound.read_bytes() == intact
