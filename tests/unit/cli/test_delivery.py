"""Room for a video is asked for where it will lie, and what is delivered is the customer's own copy."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenewire.artifacts.opening import open_store
from scenewire.errors import PermanentError
from scenewire.messages import Look, ScriptRequested, VideoAssembled
from scenewire_cli.delivery import deliver, require_room
from tests.support import golden
from tests.support.builders import PROJECT

TINY = Look(width=128, height=128, frame_rate=24)
WORD = ScriptRequested(text="Tea.")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not shutil.which("mount") or subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(folder)], stderr=subprocess.DEVNULL
    ):
        pytest.skip("mounting a small file system needs root")
    try:
        yield folder
    finally:
        subprocess.check_call(["umount", "-l", str(folder)])


def refusal(order: ScriptRequested, *, data: Path | None, out: Path) -> str:
    with pytest.raises(PermanentError) as refused:
        require_room(order, data=data, out=out)
    assert refused.value.code == "storage_full"
    return str(refused.value)


def test_a_topic_requires_space_for_the_ordered_duration(small_disk: Path, tmp_path: Path):
    hour = ScriptRequested(topic="Tea", target_duration=3600)
    assert str(small_disk) in refusal(hour, data=small_disk, out=tmp_path)
    assert str(small_disk) in refusal(ScriptRequested(topic="Tea"), data=small_disk, out=tmp_path)
    require_room(ScriptRequested(topic="Tea", target_duration=10), data=small_disk, out=tmp_path)


def test_the_disk_of_the_output_folder_is_checked(small_disk: Path, tmp_path: Path):
    order = ScriptRequested(topic="Tea", target_duration=600)
    message = refusal(order, data=tmp_path, out=small_disk)
    assert (str(small_disk) in message, "--out" in message, "--data" in message) == (True, True, False)
    assert str(small_disk) in refusal(order, data=None, out=small_disk)
    require_room(order, data=None, out=tmp_path)


def test_one_disk_for_both_folders_must_have_space_for_both(small_disk: Path, tmp_path: Path):
    order = ScriptRequested(topic="Tea", target_duration=60)
    (small_disk / "data").mkdir()
    require_room(order, data=small_disk, out=tmp_path)
    require_room(order, data=tmp_path, out=small_disk)
    assert "--data or --out" in refusal(order, data=small_disk / "data", out=small_disk)


def test_space_is_proportional_to_the_size_of_the_picture(small_disk: Path, tmp_path: Path):
    order = ScriptRequested(topic="Tea", target_duration=60)
    large = order.model_copy(update={"look": Look(width=3840, height=2160, frame_rate=60)})
    require_room(order, data=small_disk, out=tmp_path)
    refusal(large, data=small_disk, out=tmp_path)
    hour = ScriptRequested(topic="Tea", target_duration=3600, look=TINY)
    require_room(hour, data=small_disk, out=tmp_path)


async def test_editing_a_delivered_file_leaves_the_artifact_unchanged(tmp_path: Path):
    store = open_store((tmp_path / "artifacts").as_uri())
    video = golden.messages()["video.assembled"]
    assert isinstance(video, VideoAssembled)
    refs = {}
    for name in ("video", "captions_srt", "captions_vtt", "credits_json", "credits_txt", "thumbnail", "script_json"):
        made = tmp_path / name
        made.write_text(f"this is the {name}")
        key = f"output/{PROJECT}/{'Tea_video.mp4' if name == 'video' else name}"
        refs[name] = await store.deliver(key, made, "text/plain")
    video = video.model_copy(update=refs)

    url, out = (tmp_path / "artifacts").as_uri(), tmp_path / "out"
    delivered = await deliver(video, artifacts_url=url, out=out)
    assert delivered.video == out / f"Tea-{str(PROJECT)[:8]}" / "Tea_video.mp4"
    for path in delivered.video.parent.iterdir():
        path.write_text("edited")

    for name, ref in refs.items():
        assert (await store.open(ref)).read_text() == f"this is the {name}"
    again = await deliver(video, artifacts_url=url, out=out)
    assert again == delivered
    assert again.video.read_text() == "this is the video"


def test_the_data_folder_is_not_checked_when_another_host_makes_the_video(small_disk: Path):
    require_room(WORD, data=None, out=small_disk)
