"""Assembly from a recording, on a machine without ffmpeg."""

import av
import pytest

from scenewire.errors import PermanentError
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.ffmpeg.fake import FakeFfmpegExecutor
from scenewire.ffmpeg.recording import read_recording
from tests.support.recorded import FRAMES, RECORDING, make_film


@pytest.fixture(autouse=True)
def no_ffmpeg(monkeypatch, tmp_path):
    monkeypatch.setenv("FFMPEG", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))


async def test_a29_a30_a_video_is_made_from_a_recording_without_ffmpeg(tmp_path):
    with pytest.raises(PermanentError):
        await find_ffmpeg()
    films = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        ffmpeg = FakeFfmpegExecutor.from_file(RECORDING)
        store, segment, film = await make_film(folder, ffmpeg)
        ffmpeg.assert_all_consumed()
        assert (segment.segment.frames, film.frames) == (FRAMES, FRAMES)
        assert film.loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
        with av.open(str(await store.open(film.video))) as container:
            assert sum(1 for _ in container.decode(video=0)) == FRAMES
        films.append(film)
    assert films[0] == films[1]


async def test_a29_a_command_that_differs_from_the_recorded_one_fails(tmp_path):
    first, *others = read_recording(RECORDING)
    changed = first.model_copy(update={"args": (*first.args[:-1], "other.mp4")})
    with pytest.raises(AssertionError, match="argument"):
        await make_film(tmp_path, FakeFfmpegExecutor([changed, *others]))


def test_a28_the_recording_contains_nothing_of_its_machine():
    for run in read_recording(RECORDING):
        assert run.result is not None
        output = run.result.stdout + run.result.stderr
        for word in (*run.args, output.decode()):
            assert "/tmp" not in word
            assert "/home" not in word
            assert "/usr" not in word
