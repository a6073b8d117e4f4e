"""Assembly checks the clips of every message it receives."""

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import PermanentError
from scenewire.messages import Footage
from tests.support.assembly import assembly_stages, open_no_ffmpeg
from tests.support.builders import artifact, footage_sourced
from tests.support.clips import clip


async def test_a02_clips_outside_their_sources_fail_with_scene_and_faults(tmp_path):
    store = FilesystemStore(tmp_path / "store")
    audio = tmp_path / "narration.wav"
    audio.write_bytes(b"sound")
    sourced = footage_sourced(number=2)
    narration = sourced.narration.model_copy(update={"audio": await store.add(audio, "audio/wav")})
    bad = [
        clip(60).model_copy(update={"out_frame": 61}),
        clip(60),
        clip(60).model_copy(update={"file": artifact().model_copy(update={"key": ""})}),
    ]
    footage = Footage(clips=(), fallback=False).model_copy(update={"clips": tuple(bad)})
    with pytest.raises(PermanentError) as failure:
        await assembly_stages(store, open_ffmpeg=open_no_ffmpeg).segments.render(
            sourced.model_copy(update={"narration": narration, "footage": footage})
        )
    assert failure.value.code == "invalid_message"
    assert failure.value.message == (
        "scene 2: clip 1: out_point: must be inside the source (got: 61, expected: <=60); "
        'clip 3: source_path: must not be empty (got: "", expected: a path)'
    )
