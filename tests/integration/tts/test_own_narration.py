"""Recordings of the customer narrate scenes: captions begin where their sentences do, and bad files are refused by name."""

import wave
from pathlib import Path

import numpy as np
import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import OWN_NARRATION, Footage, FootageSourced, Narration, OwnNarration, ScriptRequested
from scenewire.probe.probe import probe_recording
from scenewire_cli.ordering.files.order_files import with_files
from scenewire_cli.ordering.order import read_order
from scenewire_cli.ordering.order_options import OrderOptions
from scenewire_script.preview import preview_script
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.speech.loudness import TARGET_LUFS, loudness
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.stage import NarrationStage
from tests.support.builders import PROJECT, narration_requested
from tests.support.media import make_clip, pretend_clips, run_ffmpeg
from tests.support.music import make_music
from tests.support.studio import LOOK, Studio

TEXT = (
    "Tides rise and fall twice a day. The moon pulls the water of the oceans towards itself, and the water follows. "
    "Why twice? Nobody asked for a long time.\n\nThen engineers built a dam across the Rance. It still makes electricity."
)
SPANISH = (
    "El canal une dos mares. Fue abierto después de diez años de trabajo, y cambió el comercio del mundo. "
    "Hoy pasan por él cincuenta barcos al día. Nadie imagina ya la vieja ruta."
)


async def spoken(text: str = TEXT, *, language: str = "en", speed: float = 1.0, voice: str | None = None) -> Speech:
    raw = await EspeakEngine().speak(text, language=language, voice=voice, speed=speed)
    return finish(raw, text, pause=0)


def write(path: Path, pcm: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.clip(pcm, -32_768, 32_767).astype("<i2").tobytes())
    return path


async def narrated(folder: Path, path: Path, text: str = TEXT, **changes: object) -> Narration:
    store = FilesystemStore(folder / "store")
    recording = OwnNarration(file=await store.add(path, "audio/wav"), creator="Ann")
    request = narration_requested(PROJECT)
    language = str(changes.pop("language", "en"))
    scene = request.scene.model_copy(update={"text": text, "narration": recording, **changes})
    options = request.brief.options.model_copy(update={"language": language})
    brief = request.brief.model_copy(update={"options": options})
    stage = NarrationStage(store, EspeakEngine())
    return (await stage.narrate(request.model_copy(update={"scene": scene, "brief": brief}))).narration


def sentence_starts(text: str) -> list[int]:
    """Indexes of the words that begin sentences."""
    words = text.split()
    return [0, *(at for at, word in enumerate(words[:-1], 1) if word.endswith((".", "?")))]


@pytest.mark.parametrize("noise", ["none", "room", "padded room", "gate"])
@pytest.mark.parametrize("speed", [0.8, 1.3])
@pytest.mark.parametrize(("language", "text", "voice"), [("en", TEXT, "en-us+f3"), ("es", SPANISH, "es-419+m2")])
async def test_sentences_begin_where_they_are_heard(
    tmp_path: Path, language: str, text: str, voice: str, speed: float, noise: str
) -> None:
    said = await spoken(text, language=language, speed=speed, voice=voice)
    before, after = 2 * SAMPLE_RATE, 3 * SAMPLE_RATE
    pcm: np.ndarray = np.concatenate((np.zeros(before), said.pcm, np.zeros(after))).astype(float)
    room = np.random.default_rng(5).normal(0, 32_768 * 10 ** (-45 / 20), len(pcm))
    if noise == "padded room":
        room[: before // 2] = room[-after // 2 :] = 0
    if noise == "gate":  # it opens before the speech and closes after it, and is closed in pauses
        room[before:-after] = 0
    if noise != "none":
        pcm = pcm + room

    narration = await narrated(tmp_path, write(tmp_path / "a.wav", pcm), text, language=language)

    assert [word.text for word in narration.words] == text.split()
    heard, found = said.words, narration.words
    assert found[0].start_sample < 0.2 * SAMPLE_RATE
    shift = heard[0].start_sample - found[0].start_sample  # what was trimmed
    for at in sentence_starts(text):
        difference = (heard[at].start_sample - shift - found[at].start_sample) / SAMPLE_RATE
        assert abs(difference) < 0.12, (heard[at].text, difference)


async def test_a_recording_is_trimmed_levelled_and_followed_by_the_pause(tmp_path: Path) -> None:
    said = await spoken()
    pcm = np.concatenate((np.zeros(2 * SAMPLE_RATE), said.pcm * 0.2, np.zeros(3 * SAMPLE_RATE)))

    narration = await narrated(tmp_path, write(tmp_path / "a.wav", pcm))

    assert narration.samples / SAMPLE_RATE == pytest.approx(len(said.pcm) / SAMPLE_RATE + 0.35, abs=0.2)
    assert 0 <= narration.words[0].start_sample <= 0.15 * SAMPLE_RATE
    assert narration.samples - narration.words[-1].end_sample == pytest.approx(
        0.45 * SAMPLE_RATE, abs=0.05 * SAMPLE_RATE
    )
    assert (narration.engine, narration.voice) == (OWN_NARRATION, "Ann")
    assert any("estimates" in note for note in narration.notes)
    with wave.open(str(await FilesystemStore(tmp_path / "store").open(narration.audio))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, SAMPLE_RATE, narration.samples)
        levelled = np.frombuffer(file.readframes(narration.samples), "<i2").astype(np.float32) / np.float32(32_768)
    assert loudness(levelled[: -round(0.45 * SAMPLE_RATE)]) == pytest.approx(TARGET_LUFS, abs=1)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "ogg", "flac", "wav"])
async def test_every_format_becomes_the_same_narration(tmp_path: Path, kind: str) -> None:
    said = await spoken("Tides rise and fall twice a day.")
    plain = write(tmp_path / "plain.wav", said.pcm)
    path = tmp_path / f"stereo.{kind}"
    await run_ffmpeg("-i", plain, "-ar", "44100", "-ac", "2", path)

    narration = await narrated(tmp_path, path, "Tides rise and fall twice a day.")

    assert narration.samples / SAMPLE_RATE == pytest.approx(len(said.pcm) / SAMPLE_RATE + 0.35, abs=0.1)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "flac"])
async def test_a_cover_makes_no_video_of_a_recording(tmp_path: Path, kind: str) -> None:
    path = await make_music(tmp_path / f"take.{kind}", seconds=3, cover=True)

    assert (await probe_recording(path)).duration == pytest.approx(3, abs=0.1)


async def test_the_length_of_a_recording_stands_whatever_was_ordered(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", (await spoken()).pcm)

    free = await narrated(tmp_path, path)
    timed = await narrated(tmp_path, path, wanted_duration=60.0)

    assert (timed.samples, timed.audio) == (free.samples, free.audio)
    assert "Own narrations keep their length, whatever length was ordered." in timed.notes
    assert set(timed.notes) > set(free.notes)


async def test_a_recording_that_ends_before_it_should_has_a_note(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp3"
    await run_ffmpeg("-i", write(tmp_path / "a.wav", (await spoken()).pcm), whole)
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    assert not any("cut off" in note for note in (await narrated(tmp_path, whole)).notes)
    assert any("may be cut off" in note for note in (await narrated(tmp_path, cut)).notes)


async def test_a_recording_of_another_text_has_a_note(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", (await spoken()).pcm)

    assert any("check that they belong together" in note for note in (await narrated(tmp_path, path, "Tea.")).notes)


async def test_files_that_cannot_narrate_are_refused_by_name(tmp_path: Path) -> None:
    victim = await make_music(tmp_path / "victim.mp3")
    files = pretend_clips(tmp_path, victim=victim)
    files["video"] = tmp_path / "video.mp4"
    await make_clip(tmp_path / "mute.mp4", seconds=1)
    await run_ffmpeg("-i", tmp_path / "mute.mp4", "-i", victim, "-shortest", "-c:v", "copy", files["video"])
    files["too long"] = tmp_path / "long.flac"
    await run_ffmpeg("-f", "lavfi", "-i", "sine=r=8000:d=905", files["too long"])
    files["silent"] = write(tmp_path / "silent.wav", np.zeros(SAMPLE_RATE))
    files["empty"] = tmp_path / "empty.wav"
    files["empty"].write_bytes(b"")
    reasons = {"video": "it is a video", "too long": "it lasts 905 s; the limit is 900 s", "silent": "it is silent"}
    for name, path in files.items():
        with pytest.raises(PermanentError, match=r"scene 1: its narration: .*" + reasons.get(name, "")) as failure:
            await narrated(tmp_path, path)
        assert (failure.value.code, bool(failure.value.hint)) == (FailureCode.MEDIA_REFUSED, True), name


async def test_the_command_examines_recordings_before_anything_is_ordered(tmp_path: Path) -> None:
    await make_music(tmp_path / "song.mp3")
    await make_clip(tmp_path / "mute.mp4", seconds=1)
    await run_ffmpeg("-i", tmp_path / "mute.mp4", "-i", tmp_path / "song.mp3", "-shortest", tmp_path / "video.m4a")
    script = tmp_path / "scenes.json"
    script.write_text('[{"text": "One."}, {"text": "Two.", "narration": "video.m4a"}]')
    order, files = read_order(OrderOptions(script=script))

    with pytest.raises(PermanentError, match=r"narration of scene 2 of the script: .*it is a video") as failure:
        await with_files(order, files, (tmp_path / "store").as_uri())

    assert failure.value.code is FailureCode.MEDIA_REFUSED
    assert not list((tmp_path / "store").rglob("*.m4a"))


async def test_recorded_and_spoken_scenes_make_one_video(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    text = "Tides rise and fall twice a day."
    recording = OwnNarration(
        file=await studio.store.add(write(tmp_path / "a.wav", (await spoken(text)).pcm), "audio/wav")
    )
    scenes = [{"text": text, "narration": recording.model_dump()}, {"text": "A voice speaks here."}]
    script = await preview_script(ScriptRequested.model_validate({"scenes": scenes, "language": "en", "look": LOOK}))
    stage = NarrationStage(studio.store, EspeakEngine())
    audio = [await stage.narrate(request) for request in stage.requests(script)]

    video = await studio.stages.videos.assemble(
        [
            await studio.stages.segments.render(scene.next(FootageSourced, footage=Footage(fallback=True)))
            for scene in audio
        ]
    )

    assert [scene.narration.engine for scene in audio] == [OWN_NARRATION, "espeak"]
    credits_txt = (await studio.store.open(video.credits_txt)).read_text()
    assert "Voice\n  recording\n  espeak, voice en" in credits_txt
    assert video.loudness.integrated_lufs == pytest.approx(-14, abs=0.7)
    assert text in (await studio.store.open(video.captions_srt)).read_text()
