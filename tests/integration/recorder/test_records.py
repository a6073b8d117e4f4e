"""The commands about the record, on real files."""

import asyncio
import io
import json
import logging
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.database.revision import upgrade
from scenewire.errors import TransientError
from scenewire.messages import ArtifactRef, AudioRendered, Look, Music, ScriptRequested, VideoAssembled
from scenewire_cli.main import main
from scenewire_cli.stack.connection import existing
from scenewire_cli.stack.data_folder import DataFolder
from tests.support import product
from tests.support.builders import PROJECT, artifact, brief, options
from tests.unit.recorder.story import Database, content_key, delivered, failed, film, raw_message
from tests.unit.recorder.test_recording import OTHER


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def rows(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


Command = Callable[..., Ended]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(tmp_path_factory.mktemp("filled") / "scenewire.db")

    async def fill() -> None:
        await upgrade(database.url)
        unreadable = raw_message("audio.rendered", b"{}", sequence=90, headers={"correlation_id": str(PROJECT)})
        await database.record(
            [*delivered(film()), unreadable], delivered([*film(OTHER, 2)[:6], failed(OTHER)], first=50)
        )

    asyncio.run(fill())
    return database


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCENEWIRE_DATA", str(tmp_path / "data"))
    for name in ("DATABASE_URL", "ARTIFACTS_URL", "NATS_URL", "LOG_FILE", "WEBAPP_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def database(filled: Database, data: Path) -> Database:
    return filled.copied_to(data / "scenewire.db")


@pytest.fixture
def command(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["scenewire", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        return Ended(int(stop.value.code or 0), out, err)

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield run
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()  # the command configures logs for its process


def test_list_shows_the_latest_project_first(command: Command, database: Database):
    assert [row[0] for row in command("list").rows] == [str(OTHER), str(PROJECT)]
    assert command("list", "--limit", "1").rows[0][:4] == [str(OTHER), "Tea", "failed", "2"]
    found = command("list", "--json").objects
    assert [(row["event"], row["id"], row["scene_count"]) for row in found] == [
        ("project", str(OTHER), 2),
        ("project", str(PROJECT), 3),
    ]


def test_show_includes_the_video_and_its_scenes(command: Command, database: Database, data: Path):
    ended = command("show", str(PROJECT))
    assert ended.code == 0
    assert f"{data}/artifacts/output/{PROJECT}/Tea_video.mp4" in ended.out
    assert "Title of s2r0" in ended.out
    assert "-14.0 LUFS, peak -1.0 dBTP" in ended.out
    (project,) = command("show", str(PROJECT)[:6], "--json").objects
    assert project["ended"]["files"]["captions_srt"] == f"output/{PROJECT}/captions.srt"
    assert (project["ended"]["frames"], project["ended"]["loudness_lufs"]) == (120, -14)
    assert [scene["scene_number"] for scene in project["scenes"]] == [1, 2, 3]
    assert [row["video_id"] for row in project["scenes"][0]["footage"]] == ["s1r0", "other"]


def test_show_tells_what_a_project_has_cost_and_that_money_without_prices_is_unknown(
    command: Command, database: Database
):
    rows = command("show", str(PROJECT)[:6], "--cost").rows
    assert [row[0] for row in rows[:6]] == ["script", "narration", "footage", "picture", "video", "total"]
    assert rows[1] == ["narration", "3", "3", "0", "5.2 s", "7.5 s", "9000.0 MB", "0.0 MB", "0", "0", "360", ""]
    assert rows[0][8:] == ["900", "400", "0", "0.000375"]
    assert rows[-1][0].startswith("money:          unknown: a provider has no configured price")
    (cost,) = command("show", str(PROJECT), "--cost", "--json").objects
    assert (cost["event"], cost["project_id"], cost["total"]["results"]) == ("cost", str(PROJECT), 11)


async def stored_version(data: Path, revision: int) -> VideoAssembled:
    """A video of a revision whose files are in the artifact store, each with its own content."""
    store, assembled = FilesystemStore(data / "artifacts"), film(revision=revision)[-1]
    assert isinstance(assembled, VideoAssembled)
    files: dict[str, ArtifactRef] = {}
    for name, value in assembled:
        if isinstance(value, ArtifactRef):
            path = data / "made"
            path.write_text(f"{name} of revision {revision}")
            key = f"output/{PROJECT}/{revision}/{Path(value.key).name}"
            files[name] = await store.deliver(key, path, value.media_type)
    return assembled.model_copy(update=files)


@pytest.fixture
def two_versions(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def fill() -> None:
        database = Database(data / "scenewire.db")
        await upgrade(database.url)
        first, second = [[*film(revision=number)[:-1], await stored_version(data, number)] for number in (0, 1)]
        third = film(revision=2)[:4]
        await database.record(delivered(first), delivered(second, first=40), delivered(third, first=80))

    asyncio.run(fill())
    capsys.readouterr()  # the log of the migration


def test_fetch_copies_the_latest_video_and_its_companions_without_a_stack(
    command: Command, two_versions: None, tmp_path: Path
):
    (fetched,) = command("fetch", str(PROJECT)[:6], "--out", str(tmp_path / "videos"), "--json").objects
    assert (fetched["event"], fetched["project_id"], fetched["revision"]) == ("fetched", str(PROJECT), 1)
    folder = tmp_path / "videos" / f"Tea-{str(PROJECT)[:8]}-revision-1"
    assert Path(fetched["video"]) == folder / "Tea_video.mp4"
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "Tea_video.mp4": "video of revision 1",
        "captions.srt": "captions_srt of revision 1",
        "captions.vtt": "captions_vtt of revision 1",
        "thumbnail.jpg": "thumbnail of revision 1",
        "credits.json": "credits_json of revision 1",
        "credits.txt": "credits_txt of revision 1",
        "script.json": "script_json of revision 1",
    }


def test_fetch_copies_an_older_revision_and_names_those_that_have_a_video(
    command: Command, two_versions: None, tmp_path: Path
):
    out = ("--out", str(tmp_path / "videos"))
    ended = command("fetch", str(PROJECT), "--revision", "0", *out)
    assert ended.code == 0
    (video,) = (tmp_path / "videos").rglob("*.mp4")
    assert video.read_text() == "video of revision 0"
    assert str(video) in ended.out

    refused = command("fetch", str(PROJECT), "--revision", "2", *out)
    assert refused.code == 1
    assert "has no video of revision 2" in refused.err
    assert "it has videos of revision 0, 1" in refused.err


def test_fetch_of_a_project_without_a_video_says_where_to_look(command: Command, database: Database, tmp_path: Path):
    refused = command("fetch", str(OTHER), "--out", str(tmp_path / "videos"))
    assert (refused.code, refused.out) == (1, "")
    assert f"project {OTHER} has no video" in refused.err
    assert f"`scenewire show {OTHER}`" in refused.err
    assert not (tmp_path / "videos").exists()


def test_show_includes_options_writer_and_engine(command: Command, data: Path):
    look = Look(width=1080, height=1920, caption_style="pop", fit="blur", title=False)
    music = Music(file=artifact("leaf", "audio/mpeg"), title="Leaf", creator="A. Player")
    ordered = brief(1, options=options(look=look, music=music, speed=1.1))
    order, script, request, audio = film(scene_count=1)[:4]
    messages = [message.model_copy(update={"brief": ordered}) for message in (script, request, audio)]

    async def fill() -> None:
        database = Database(data / "scenewire.db")
        await upgrade(database.url)
        await database.record(delivered([order, *messages]))

    asyncio.run(fill())
    shown = [line.partition(":") for line in command("show", str(PROJECT)).out.splitlines()]
    assert {
        ("script", "outline"),
        ("voice", "espeak, en, speed 1.1"),
        ("picture", "1080x1920, 30 frames per second, captions pop, footage blur, no title"),
        ("music", "“Leaf” by A. Player (licence unknown)"),
    } <= {(name, value.strip()) for name, _, value in shown}
    (project,) = command("show", str(PROJECT), "--json").objects
    assert project["ordered"]["look"]["height"] == 1920
    assert (project["ordered"]["engine"], project["ordered"]["writer"]) == ("espeak", "outline")


def test_show_names_the_cards_of_a_video(command: Command, data: Path):
    messages = film(scene_count=1)
    video = messages[-1].model_copy(update={"encoder": "h264_nvenc", "device": "NVIDIA L4"})
    audio = messages[3]
    assert isinstance(audio, AudioRendered)
    on_card = audio.model_copy(update={"narration": audio.narration.model_copy(update={"device": "NVIDIA L4"})})

    async def fill() -> None:
        database = Database(data / "scenewire.db")
        await upgrade(database.url)
        await database.record(delivered([*messages[:3], on_card, *messages[4:-1], video]))

    asyncio.run(fill())
    shown = [line.partition(":") for line in command("show", str(PROJECT)).out.splitlines()]
    assert {("encoder", "h264_nvenc on NVIDIA L4"), ("voice", "espeak on NVIDIA L4, en")} <= {
        (name, value.strip()) for name, _, value in shown
    }
    (project,) = command("show", str(PROJECT), "--json").objects
    assert (project["ended"]["encoder"], project["ordered"]["device"]) == ("h264_nvenc", "NVIDIA L4")


def test_show_names_every_voice_of_a_dialogue(command: Command, data: Path):
    messages = film(scene_count=3)
    voices = {1: "en", 2: "en-us+f3", 3: "en"}
    spoken = [
        message.model_copy(
            update={"narration": message.narration.model_copy(update={"voice": voices[message.scene.scene_number]})}
        )
        if isinstance(message, AudioRendered)
        else message
        for message in messages
    ]

    async def fill() -> None:
        database = Database(data / "scenewire.db")
        await upgrade(database.url)
        await database.record(delivered(spoken))

    asyncio.run(fill())
    shown = dict(line.partition(":")[::2] for line in command("show", str(PROJECT)).out.splitlines())
    assert shown["voice"].strip() == "espeak, en, en-us+f3"
    (project,) = command("show", str(PROJECT), "--json").objects
    assert project["ordered"]["voices"] == ["en", "en-us+f3"]


@pytest.mark.parametrize(
    ("order", "script", "length"),
    [
        ({"topic": "Tea", "target_duration": 60}, "outline", "60.0 s"),
        ({"topic": "Tea"}, "outline", "300.0 s"),
        ({"text": "Tea is a drink."}, "own text", "none"),
        ({"text": "Tea is a drink.", "target_duration": 60}, "own text", "60.0 s"),
        ({"scenes": [{"text": "Tea is a drink."}]}, "own scenes", "none"),
    ],
)
def test_show_says_whose_words_they_are_and_which_length_was_ordered(
    order: dict[str, Any], script: str, length: str, command: Command, data: Path
):
    requested = ScriptRequested.model_validate({"project_id": PROJECT, **order})
    database = Database(data / "scenewire.db")

    async def fill() -> None:
        scripted = brief(1, options=requested.options)
        messages = [message.model_copy(update={"brief": scripted}) for message in film(scene_count=1)[1:4]]
        await upgrade(database.url)
        await database.record(delivered([requested, *messages]))

    asyncio.run(fill())
    shown = dict(line.partition(":")[::2] for line in command("show", str(PROJECT)).out.splitlines())
    assert (shown["script"].strip(), shown["ordered length"].strip()) == (script, length)
    (project,) = command("show", str(PROJECT), "--json").objects
    seconds = None if length == "none" else float(length.removesuffix(" s"))
    assert (project["ordered"]["target_duration"], project["target_duration"]) == (seconds, seconds)


def test_show_gives_the_reason_of_a_failure(command: Command, database: Database):
    ended = command("show", str(OTHER))
    assert "no voice" in ended.out
    (project,) = command("show", str(OTHER), "--json").objects
    assert project["ended"]["code"] == "speech_failed"
    assert project["ended"]["scene_number"] == 2


def test_a13_search_finds_videos_and_clips_by_the_words_of_their_names(command: Command, database: Database):
    assert [row[0] for row in command("search", "TEA").rows] == [f"output/{PROJECT}/Tea_video.mp4"]
    assert [row[:2] for row in command("search", "S2r").rows] == [[content_key("s2r0"), "s2r0.mp4"]]
    (found,) = command("search", *content_key("s2r0").split("/")[:2], "--json").objects
    assert (found["duration"], found["audio_codec"]) == (pytest.approx(20.02), "aac")
    nothing = command("search", '"')
    assert (nothing.code, nothing.out) == (0, "")


def test_search_finds_footage_by_its_credits_and_names_its_scenes(command: Command, database: Database):
    (row,) = command("search", "--footage", "maker", "s2r0").rows
    assert row == ["Title of s2r0", "clip", "dvids", "A. Maker", "public domain", f"{str(PROJECT)[:8]}: 2", ""]
    (found,) = command("search", "--footage", "https://example.org/other", "--json").objects
    assert {(scene["scene_number"], scene["state"]) for scene in found["scenes"]} == {
        (1, "considered"),
        (2, "considered"),
        (3, "considered"),
    }


def test_history_has_every_message_in_order(command: Command, database: Database):
    rows = command("history", str(PROJECT)).rows
    assert len(rows) == 16
    assert [row[1] for row in rows if row[1] != "audio.rendered" or row[2]][:3] == [
        "script.requested",
        "scenes.scripted",
        "narration.requested",
    ]
    assert [row[5] for row in rows if row[5]] == [
        "project_id is missing; brief is missing; scene is missing; narration is missing"
    ]
    (order, *_) = command("history", str(PROJECT), "--json").objects
    assert (order["message_id"], order["body"]["topic"]) == (f"{PROJECT}:script.requested", "Tea")


def test_a24_audit_lists_changes_newest_first(command: Command, database: Database):
    changes = command("audit", str(PROJECT), "--json").objects
    assert changes[-1]["operation"] == "INSERT"
    assert {change["entity_type"] for change in changes} >= {"project", "scene", "visual_suggestion", "video"}
    assert [change["sequence"] for change in changes] == sorted((c["sequence"] for c in changes), reverse=True)
    (scene,) = database.rows("SELECT id FROM scenes WHERE project_id = ? AND scene_number = 1", str(PROJECT))
    assert {row[2] for row in command("audit", scene["id"]).rows} == {"scene"}
    assert len(command("audit", str(PROJECT), "--limit", "2").rows) == 2


def test_rebuild_repairs_changed_rows(command: Command, database: Database):
    before = database.projections()
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("UPDATE projects SET name = 'x' WHERE id = ?", (str(OTHER),))
    assert command("rebuild", "--json").objects == [{"event": "rebuilt", "projects": 2, "mended": 1, "index": False}]
    assert database.projections() == before
    assert command("rebuild").out.split() == ["projects:", "2", "repaired:", "0", "index:", "unchanged"]


async def test_a_lost_stream_is_rebuilt_from_the_database_and_a_lost_database_from_the_stream(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    database = Database(data / "scenewire.db")
    await upgrade(database.url)
    await database.record([raw_message("script.requested", b'{"topic": "Typed"}', sequence=96)], delivered(film()))
    typed = database.row("SELECT project_id FROM message_log WHERE sequence = 96")["project_id"]
    restored = await product.run("rebuild", "--to-stream", data=data, cwd=tmp_path)
    assert restored.out.splitlines()[0] == f"{typed}\t1", restored.err
    again = await product.run("rebuild", "--to-stream", "--json", data=data, cwd=tmp_path)
    assert again.events[0]["messages"] == {}
    for path in data.glob("scenewire.db*"):
        path.unlink()
    rebuilt = await product.run("rebuild", "--from-stream", "--json", data=data, cwd=tmp_path)
    assert (rebuilt.events[0]["messages"], rebuilt.events[0]["projects"]) == (1, 1)
    assert database.row("SELECT id, name FROM projects") == {"id": typed, "name": "Typed"}


async def test_a_server_that_does_not_answer_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scenewire.bus.connection.CONNECT_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransientError, match="no NATS server answers"):
        async with existing(DataFolder(tmp_path), f"nats://127.0.0.1:{port}"):
            pass


def test_a_project_that_is_not_on_record_exits_with_1(command: Command, database: Database):
    for name in ("show", "history", "audit"):
        ended = command(name, "99999999", "--json")
        assert ended.code == 1
        assert ended.objects[0]["code"] == "not_on_record"
        assert "scenewire list" in ended.err


def test_b36_a_missing_record_exits_with_2_and_its_path(command: Command, data: Path):
    commands = (
        ("list",),
        ("show", "x"),
        ("search", "x"),
        ("history", "x"),
        ("audit", "x"),
        ("rebuild",),
        ("db", "check"),
    )
    for arguments in commands:
        ended = command(*arguments)
        assert ended.code == 2, arguments
        assert str(data / "scenewire.db") in ended.err
    assert list(data.glob("scenewire.db*")) == []


def test_b36_a_damaged_record_exits_with_2_and_its_path(command: Command, data: Path):
    (data / "scenewire.db").write_text("Dear diary, " * 1000)
    for arguments in (("list",), ("rebuild",), ("db", "check"), ("db", "upgrade")):
        ended = command(*arguments)
        assert ended.code == 2, arguments
        assert str(data / "scenewire.db") in ended.err


def test_the_schema_goes_up_and_down(command: Command, data: Path):
    (made,) = command("db", "upgrade", "--json").objects
    assert (made["schema"], made["problems"]) == ("current", [])
    (back,) = command("db", "downgrade", "5c1d0a7e42b9", "--yes", "--json").objects
    assert back["schema"] == "older"
    assert command("db", "check").code == 2
    older = command("list")
    assert older.code == 2
    assert "db upgrade" in older.err
    assert command("db", "downgrade", "nonsense", "--yes").code == 1
    assert "intact" in command("db", "upgrade").out


def test_a_downgrade_asks_first(command: Command, database: Database, monkeypatch: pytest.MonkeyPatch):
    before = database.path.read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert command("db", "downgrade", "base").code == 1
    assert database.path.read_bytes() == before


def test_check_finds_damage(command: Command, database: Database):
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("UPDATE scenes SET project_id = 'nobody' WHERE scene_number = 3")
    ended = command("db", "check")
    assert ended.code == 2
    assert "scenes refers to a missing row of projects" in ended.out


def test_from_stream_and_to_stream_exclude_each_other(command: Command, database: Database):
    assert command("rebuild", "--to-stream", "--from-stream").code == 1


def test_a_table_on_a_wide_terminal_has_whole_ids_and_does_not_move_the_cursor(
    command: Command, database: Database, monkeypatch: pytest.MonkeyPatch
):
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("UPDATE projects SET name = 'two\nlines \x1b[31mred'")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    out = command("list").out
    assert str(PROJECT) in out
    assert "last active" in out
    assert "\x1b[31m" not in out
    assert "two lines" in out
    monkeypatch.setenv("COLUMNS", "88")
    narrow = command("list").out
    assert str(PROJECT) not in narrow
    assert str(PROJECT)[:8] in narrow
    assert "two lines" in narrow


def test_b27_the_database_is_found_from_any_working_folder(
    command: Command, filled: Database, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copyfile(filled.path, data / "scenewire.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(command("list").rows) == 2
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{data / 'other.db'}")
    assert str(data / "other.db") in command("list").err
    shutil.copyfile(filled.path, data / "other.db")
    assert len(command("list").rows) == 2
