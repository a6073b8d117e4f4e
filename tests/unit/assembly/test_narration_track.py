import wave
from pathlib import Path

import pytest

from scenewire.errors import PermanentError
from scenewire_assembly.sound.narration_track import NarrationTrack, SceneAudio


def narration(path: Path, samples: int, *, rate: int = 24_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\x01\x02" * samples * channels)
    return path


def test_each_narration_begins_with_its_scene(tmp_path):
    lengths = [100, 70_000, 801, 1]
    scenes = [
        SceneAudio(number, narration(tmp_path / f"{number}.wav", samples), samples, -(-samples // 800))
        for number, samples in enumerate(lengths, start=1)
    ]
    NarrationTrack(tuple(scenes), 24_000, 30).write(tmp_path / "t.wav")
    with wave.open(str(tmp_path / "t.wav")) as file:
        assert file.getparams()[:4] == (1, 2, 24_000, sum(scene.frames for scene in scenes) * 800)
        sound = file.readframes(file.getnframes())
    at = 0
    for scene in scenes:
        room = sound[2 * at : 2 * (at + scene.frames * 800)]
        assert room == b"\x01\x02" * scene.samples + bytes(len(room) - 2 * scene.samples)
        at += scene.frames * 800


@pytest.mark.parametrize("fault", ["samples", "rate", "stereo", "not a wav", "cut off"])
def test_a_narration_that_differs_from_its_message_is_an_error_with_the_scene(tmp_path, fault):
    good = SceneAudio(1, narration(tmp_path / "1.wav", 800), 800, 1)
    path = narration(
        tmp_path / "2.wav",
        801 if fault == "samples" else 800,
        rate=16_000 if fault == "rate" else 24_000,
        channels=2 if fault == "stereo" else 1,
    )
    if fault == "not a wav":
        path.write_bytes(b"RIFF....")
    if fault == "cut off":
        path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(PermanentError, match="scene 2") as failure:
        NarrationTrack((good, SceneAudio(2, path, 800, 1)), 24_000, 30).write(tmp_path / "t.wav")
    assert failure.value.code == "artifact_corrupt"


def test_a_sample_rate_that_does_not_fit_the_frames_is_refused(tmp_path):
    scene = SceneAudio(1, narration(tmp_path / "1.wav", 800, rate=22_050), 800, 1)
    with pytest.raises(PermanentError, match="22050"):
        NarrationTrack((scene,), 22_050, 24).write(tmp_path / "t.wav")
