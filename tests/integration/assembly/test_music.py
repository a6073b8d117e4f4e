"""Background music: every format and disguise, lower under speech, and the same loudness as a video without music."""

import asyncio
import json
import shutil
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyloudnorm
import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import PermanentError
from scenewire.messages import ArtifactRef, Music, ScriptRequested, VideoAssembled
from scenewire.probe.probe import probe_sound
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.sound.music import MusicCache
from scenewire_cli.ordering.files.music import MusicFile
from scenewire_cli.ordering.files.order_files import OrderFiles, with_files
from tests.support.films import Sound, Studio, line
from tests.support.media import make_clip, pretend_clips, run_ffmpeg
from tests.support.music import CODECS, make_music

TONE = 6_000
"""Hz, above all speech in these tests."""

LINES = (
    line("Tea is a drink", 6.0, pauses=((0.0, 0.4), (2.0, 4.0)), breath=0),
    line("It is old", 3.0, breath=0),
)


class MusicLibrary:
    def __init__(self, folder: Path) -> None:
        self.store = FilesystemStore(folder / "store")
        self.cache = MusicCache(self.store, FfmpegOnDemand())

    async def analyse(self, path: Path, **about: str):
        file = await self.store.add(path, "application/octet-stream")
        return await self.cache.analyse(Music(file=file, **about))


@pytest.fixture
def library(tmp_path: Path) -> MusicLibrary:
    return MusicLibrary(tmp_path)


@pytest.mark.parametrize("kind", CODECS)
async def test_music_of_every_format_is_decoded_whole_and_measured(library, tmp_path, kind):
    path = await make_music(tmp_path / f"song.{kind}", seconds=5, cover=kind in ("mp3", "m4a", "flac"))
    assert (await probe_sound(path)).sample_rate == (48_000 if kind == "opus" else 44_100)
    analysis = await library.analyse(path)
    assert abs(analysis.samples - 5 * 48_000) <= 0.06 * 48_000
    with wave.open(str(await library.store.open(analysis.audio))) as file:
        assert file.getparams()[:4] == (2, 2, 48_000, analysis.samples)
        pcm = np.frombuffer(file.readframes(analysis.samples), "<i2").reshape(-1, 2) / 32_768
    assert abs(analysis.lufs - pyloudnorm.Meter(48_000).integrated_loudness(pcm)) < 0.2
    assert await library.analyse(path) == analysis


@pytest.mark.parametrize("volume_db", [0, -30])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (1.5, 0), (0, 2.5), (12, 11)])
async def test_silence_at_both_ends_is_left_out_however_quiet_the_music_is(library, tmp_path, before, after, volume_db):
    path = tmp_path / "song.flac"
    sound = "sine=frequency=440:sample_rate=48000:duration=3"
    hiss = f"anoisesrc=amplitude=0.00003:sample_rate=48000:duration={3 + before + after}"
    mix = f"[0]adelay={before * 1000}:all=1,apad=pad_dur={after}[a];[a][1]amix=normalize=0,volume={volume_db}dB"
    await run_ffmpeg("-f", "lavfi", "-i", sound, "-f", "lavfi", "-i", hiss, "-filter_complex", mix, path)
    analysis = await library.analyse(path)
    assert analysis.samples == pytest.approx(3 * 48_000, abs=2 * 480)
    with wave.open(str(await library.store.open(analysis.audio))) as file:
        assert file.getnframes() == analysis.samples
        pcm = np.abs(np.frombuffer(file.readframes(analysis.samples), "<i2"))
    assert pcm[:2_000].max() > pcm.max() / 2
    assert pcm[-2_000:].max() > pcm.max() / 2


async def test_silence_within_a_piece_stays(library, tmp_path):
    path = tmp_path / "song.flac"
    sound = "aevalsrc='0.2*sin(2764*t)*(lt(t,2)+gt(t,5))':duration=7:sample_rate=48000"
    await run_ffmpeg("-f", "lavfi", "-i", sound, path)
    assert (await library.analyse(path)).samples == pytest.approx(7 * 48_000, abs=480)


async def test_music_that_is_too_short_without_its_silence_is_refused(library, tmp_path):
    path = tmp_path / "song.flac"
    await run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1.2", "-af", "adelay=4000,apad=pad_dur=4", path)
    with pytest.raises(PermanentError, match="shorter than 2 s, without the silence at its ends"):
        await library.analyse(path)


async def test_files_that_are_not_music_are_refused(library, tmp_path):
    victim = await make_music(tmp_path / "victim.mp3")
    disguises = pretend_clips(tmp_path, victim=victim)
    for name, content in {
        "list.mp3": f"ffconcat version 1.0\nfile {victim.name}\n",
        "playlist.mp3": f"#EXTM3U\n#EXTINF:2,\n{victim.as_uri()}\n",
    }.items():
        disguises[name] = tmp_path / name
        disguises[name].write_text(content)
    disguises["picture alone"] = await make_clip(tmp_path / "picture.mp4", seconds=0.5)
    disguises["another codec"] = tmp_path / "song.mka"
    await run_ffmpeg("-i", victim, "-c:a", "ac3", disguises["another codec"])
    disguises["another codec in a wav"] = tmp_path / "adpcm.wav"
    await run_ffmpeg("-i", victim, "-c:a", "adpcm_ms", disguises["another codec in a wav"])
    for name, path in disguises.items():
        with pytest.raises(PermanentError, match="the music “Song”") as failure:
            await library.analyse(path, title="Song")
        assert (failure.value.code, bool(failure.value.hint)) == ("media_refused", True), name


@pytest.mark.parametrize("kind", ["flac", "m4a", "wav"])
async def test_damaged_music_is_refused_and_not_repaired(library, tmp_path, kind):
    whole = await make_music(tmp_path / f"whole.{kind}", sound="anoisesrc=amplitude=0.3")
    data = bytearray(whole.read_bytes())
    damaged = tmp_path / f"damaged.{kind}"
    if kind == "wav":  # a header and nothing else
        damaged.write_bytes(data[:44])
    else:
        middle = len(data) // 2
        data[middle : middle + 2_000] = bytes(2_000)
        damaged.write_bytes(data if kind == "flac" else data[:middle])
    with pytest.raises(PermanentError) as failure:
        await library.analyse(damaged)
    assert failure.value.code == "media_refused"


@pytest.mark.parametrize(("sound", "seconds", "reason"), [("anullsrc", 4, "silent"), ("sine", 1, "shorter")])
async def test_music_that_is_silent_or_too_short_is_refused(library, tmp_path, sound, seconds, reason):
    with pytest.raises(PermanentError, match=reason) as failure:
        await library.analyse(await make_music(tmp_path / "song.flac", sound=sound, seconds=seconds))
    assert failure.value.code == "media_refused"


async def test_unusable_music_fails_the_project_before_anything_is_encoded(tmp_path):
    studio = Studio(tmp_path)
    gone = ArtifactRef(key=f"content/00/{'0' * 64}.bin", sha256="0" * 64, size=1, media_type="audio/mpeg")
    with pytest.raises(PermanentError, match="the music: ") as failure:
        await studio.segments(*LINES, music=Music(file=gone))
    assert failure.value.code == "artifact_missing"
    assert not list((tmp_path / "store").rglob("*.mp4"))


@dataclass(frozen=True)
class Result:
    """A video and its decoded sound."""

    film: VideoAssembled
    sound: Sound
    credits: dict[str, object]
    credits_text: str

    def tone(self, start: float, end: float) -> float:
        """Level of the tone alone between two times (seconds), dB."""
        part = self.sound[round(start * 48_000) : round(end * 48_000), 0]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(part.size))) ** 2
        near = np.abs(np.fft.rfftfreq(part.size, 1 / 48_000) - TONE) < 200
        return float(10 * np.log10(spectrum[near].sum() / part.size**2 + 1e-20))

    def loudness(self, start: float, end: float) -> float:
        part = self.sound[round(start * 48_000) : round(end * 48_000)]
        return float(pyloudnorm.Meter(48_000).integrated_loudness(part))


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> dict[str, Result]:
    """A video with music, one made again of the same input, and one without music."""
    folder: Path = tmp_path_factory.mktemp("music")
    studio = Studio(folder)

    async def result(**asked: Any) -> Result:
        for stage in ("music", "sound", "video"):
            shutil.rmtree(folder / "store" / "results" / stage, ignore_errors=True)
        film = await studio.film(*LINES, **asked)
        await run_ffmpeg("-i", await studio.path(film), "-vn", "-c:a", "pcm_s16le", folder / "decoded.wav")
        with wave.open(str(folder / "decoded.wav")) as file:
            pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32_768
        texts = [(await studio.store.open(ref)).read_text() for ref in (film.credits_json, film.credits_txt)]
        return Result(film, pcm, json.loads(texts[0]), texts[1])

    async def make() -> dict[str, Result]:
        file = await studio.store.add(await make_music(folder / "song.mp3", seconds=4.9), "audio/mpeg")
        music = Music(file=file, title="Leaf\nSong", creator="A. Player", licence="CC BY 4.0")
        return {"with": await result(music=music), "again": await result(music=music), "without": await result()}

    return asyncio.run(make())


def test_music_is_lowered_before_a_word_begins_and_rises_in_a_pause(results):
    result = results["with"]
    pause = result.tone(2.8, 3.6)
    for start, end in ((1.1, 1.9), (4.0, 4.2), (5.5, 6.0), (6.0, 6.9)):  # the second begins with a word
        assert pause - result.tone(start, end) == pytest.approx(10, abs=0.7), start
    assert results["without"].tone(2.8, 3.6) < pause - 40


def test_speech_is_twenty_units_louder_than_the_music_under_it(results):
    result = results["with"]
    speech = result.loudness(0.4, 2.0)
    music = result.loudness(2.8, 3.6) - 10  # where it is alone, less what it is lowered by
    assert speech - music == pytest.approx(20, abs=1.5)


def test_music_fades_in_and_out_and_where_it_starts_again(results):
    result = results["with"]
    assert result.tone(0.0, 0.06) < result.tone(1.1, 1.9) - 10
    assert result.tone(8.8, 9.0) < result.tone(6.0, 6.9) - 10
    assert result.tone(4.85, 4.95) < result.tone(4.0, 4.2) - 10
    assert result.tone(5.5, 5.9) == pytest.approx(result.tone(1.1, 1.9), abs=0.7)


def test_a_video_with_music_is_as_long_and_as_loud_as_one_without(results):
    for result in results.values():
        assert len(result.sound) == result.film.frames * 1_600
        assert result.film.frames == 270
        assert result.loudness(0, 9) == pytest.approx(-14, abs=0.5)
        assert result.film.loudness.true_peak_dbtp <= -1.5


def test_the_same_order_with_music_makes_the_same_bytes(results):
    assert results["again"].film.video == results["with"].film.video
    assert results["without"].film.video != results["with"].film.video


def test_the_credits_name_the_music(results):
    assert results["with"].credits["music"] == {
        "title": "Leaf Song",
        "creator": "A. Player",
        "licence": "CC BY 4.0",
        "source_url": "",
    }
    assert "\nMusic\n  “Leaf Song” by A. Player (CC BY 4.0)\n" in results["with"].credits_text
    assert "music" not in results["without"].credits
    assert "Music" not in results["without"].credits_text


TEA = ScriptRequested(topic="Tea")


async def test_an_order_references_its_music_with_the_credits_from_its_json_file(tmp_path):
    song = await make_music(tmp_path / "leaf song.ogg")
    url = (tmp_path / "store").as_uri()
    plain = (await with_files(TEA, OrderFiles(MusicFile(song)), url)).music
    assert plain is not None
    assert plain.file is not None
    assert (plain.title, plain.licence, plain.gain, plain.duck) == ("leaf song", "", -10, 10)
    assert (await FilesystemStore(tmp_path / "store").open(plain.file)).read_bytes() == song.read_bytes()
    song.with_suffix(".json").write_text('{"creator": "A. Player", "licence": "CC0", "keywords": ["tea"]}')
    credited = (await with_files(TEA, OrderFiles(MusicFile(song, gain=-3, duck=0)), url)).music
    assert credited is not None
    assert (credited.creator, credited.licence, credited.gain, credited.duck) == ("A. Player", "CC0", -3, 0)
    assert credited.file == plain.file
    assert await with_files(TEA, OrderFiles(), None) is TEA


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ("missing", "invalid_order", "--music: cannot read"),
        ("a folder", "invalid_order", "is not a file"),
        ("text", "media_refused", "song.mp3 is refused"),
        ("gain", "invalid_order", "--music-gain: "),
        ("sidecar", "invalid_order", "cannot read the credits in"),
        ("sidecar's type", "invalid_order", "song.json: licence"),
        ("no artifacts", "invalid_settings", "ARTIFACTS_URL"),
    ],
)
async def test_every_mistake_with_music_is_found_before_anything_starts(tmp_path, fault, code, says):
    song = tmp_path / "song.mp3"
    if fault == "a folder":
        song.mkdir()
    elif fault == "text":
        song.write_text("la la la")
    elif fault != "missing":
        await make_music(song)
    if fault.startswith("sidecar"):
        song.with_suffix(".json").write_text("{" if fault == "sidecar" else '{"licence": 3}')
    wanted = MusicFile(song, gain=99 if fault == "gain" else None)
    url = None if fault == "no artifacts" else (tmp_path / "store").as_uri()
    with pytest.raises(PermanentError) as failure:
        await with_files(TEA, OrderFiles(wanted), url)
    assert failure.value.code == code
    assert says in str(failure.value)
    assert not (tmp_path / "store").exists()
