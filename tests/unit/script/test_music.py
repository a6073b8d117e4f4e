"""Music by mood: which pieces there are, and which one a project gets."""

import json
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Music, OrderedMusic, ScriptRequested
from scenewire_script.diagnostics import check_music
from scenewire_script.music.choice import choose
from scenewire_script.music.pieces import Piece, list_pieces, pieces_of_mood
from scenewire_script.stage import ScriptStage
from scenewire_script.writers.outline import OutlineWriter

PROJECT = UUID("5a5f8a9e-3c1d-4c1e-9f57-0d8a3f4b2c11")


@pytest.fixture(autouse=True)
def no_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the collection, if it is installed."""
    monkeypatch.setattr("scenewire_script.music.pieces._PACKAGE", "no_such_collection")
    monkeypatch.delenv("MUSIC_DIR", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two moods, and files that are not music."""
    for name in ("calm/a.mp3", "calm/b.flac", "Café noir/c.ogg", "calm/cover.jpg", "calm/.d.mp3", ".e/e.mp3", "f.mp3"):
        path = tmp_path / "music" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "outside.mp3").write_bytes(b"outside")
    (tmp_path / "music" / "calm" / "link.mp3").symlink_to(tmp_path / "outside.mp3")
    (tmp_path / "music" / "calm" / "a.json").write_text(
        json.dumps({"title": "Leaf", "creator": "A. Player", "licence": "CC BY 4.0", "mood": "ignored"})
    )
    return tmp_path / "music"


def install_collection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs a package with the layout of the extra `music`."""
    tracks = folder / "a_collection" / "tracks"
    for name in ("calm/calm_acoustic_1.opus", "tender/tender_1.opus"):
        (tracks / name).parent.mkdir(parents=True)
        (tracks / name).write_bytes(name.encode())
    (folder / "a_collection" / "__init__.py").touch()
    about = folder / "a_collection-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: a-collection\nVersion: 1.0\nAuthor: The Collectors\n"
        "License-Expression: MIT\nProject-URL: Homepage, https://example.org/collection\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr("scenewire_script.music.pieces._PACKAGE", "a_collection")


def stage(folder: Path, music: Path | None) -> ScriptStage:
    outline = OutlineWriter()
    return ScriptStage(FilesystemStore(folder), outline, divider=outline, music_dir=music)


def order(mood: str = "calm", **changes: float) -> ScriptRequested:
    return ScriptRequested.model_validate({"text": "Tea is a drink.", "music": {"mood": mood, **changes}})


async def chosen(stage: ScriptStage, order: ScriptRequested, project_id: UUID = PROJECT) -> Music:
    music = (await stage.write(order, project_id)).brief.options.music
    assert music is not None
    return music


def test_pieces_are_music_files_in_folders_named_by_their_moods(folder: Path) -> None:
    assert [piece.name for piece in list_pieces(folder)] == ["café noir/c.ogg", "calm/a.mp3", "calm/b.flac"]
    assert [piece.name for piece in pieces_of_mood("CALM", folder)] == ["calm/a.mp3", "calm/b.flac"]


def test_a_collection_states_its_licence_and_a_mood_of_the_folder_replaces_one_of_the_collection(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_collection(tmp_path / "installed", monkeypatch)
    assert [piece.name for piece in list_pieces(None)] == ["calm/calm_acoustic_1.opus", "tender/tender_1.opus"]
    assert list_pieces(None)[0].credits() == {
        "title": "calm acoustic 1",
        "creator": "The Collectors",
        "licence": "MIT",
        "source_url": "https://example.org/collection",
    }
    both = [piece.name for piece in list_pieces(folder)]
    assert both == ["café noir/c.ogg", "calm/a.mp3", "calm/b.flac", "tender/tender_1.opus"]


@pytest.mark.skipif(find_spec("immich_memories_music") is None, reason="the extra `music` is not installed")
def test_the_extra_has_five_moods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenewire_script.music.pieces._PACKAGE", "immich_memories_music")
    pieces = list_pieces(None)
    assert {piece.mood for piece in pieces} == {"calm", "energetic", "happy", "nostalgic", "tender"}
    assert {piece.credits()["licence"] for piece in pieces} == {"MIT"}


async def test_an_order_gets_a_stored_piece_with_its_credits_and_the_ordered_levels(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "calm" / "b.flac").unlink()
    music = await chosen(stage(tmp_path / "store", folder), order("Calm", gain=-3))
    assert (music.title, music.creator, music.licence, music.mood) == ("Leaf", "A. Player", "CC BY 4.0", "calm")
    assert (music.gain, music.duck, music.file.media_type) == (-3, 10, "audio/mpeg")
    assert (await FilesystemStore(tmp_path / "store").open(music.file)).read_bytes() == b"calm/a.mp3"


async def test_a_project_keeps_its_piece_whatever_becomes_of_the_folder(folder: Path, tmp_path: Path) -> None:
    first = await chosen(stage(tmp_path / "store", folder), order())
    for path in folder.glob("calm/*"):
        path.unlink()
    (folder / "calm" / "new.mp3").write_bytes(b"new")
    again = stage(tmp_path / "store", folder)
    assert await chosen(again, order()) == first
    assert await chosen(again, order().model_copy(update={"revision": 1})) == first
    assert (await chosen(again, order(), uuid4())).title == "new"


async def test_the_first_choice_wins_between_workers_with_different_folders(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "calm").mkdir(parents=True)
    (other / "calm" / "z.mp3").write_bytes(b"z")
    first = await chosen(stage(tmp_path / "store", other), order())
    second = await chosen(stage(tmp_path / "store", folder), order().model_copy(update={"revision": 1}))
    assert first == second


async def test_a_damaged_choice_is_made_again(folder: Path, tmp_path: Path) -> None:
    first = await chosen(stage(tmp_path / "store", folder), order())
    (document,) = (tmp_path / "store" / "results" / "moods").iterdir()
    document.write_bytes(b"{")
    assert await chosen(stage(tmp_path / "store", folder), order().model_copy(update={"revision": 1})) == first


@given(st.uuids(version=4), st.integers(2, 30))
def test_the_choice_depends_on_the_project_and_changes_only_for_a_piece_that_is_added(
    project_id: UUID, number: int
) -> None:
    pieces = [Piece("calm", Path(f"/here/{name}.mp3")) for name in range(number)]
    there = [Piece("calm", Path(f"/there/{name}.mp3")) for name in reversed(range(number))]
    first = choose(pieces, project_id)
    assert choose(there, project_id).name == first.name  # wherever the music is installed
    added = Piece("calm", Path("/here/added.mp3"))
    assert choose([*pieces, added], project_id) in (first, added)


def test_projects_share_the_pieces_of_a_mood_evenly() -> None:
    pieces = [Piece("calm", Path(f"{name}.mp3")) for name in range(5)]
    counts = Counter(choose(pieces, UUID(int=number)).name for number in range(500))
    assert min(counts.values()) > 60
    assert len(counts) == 5


async def test_a_mood_that_nothing_has_is_an_error_that_names_those_there_are(folder: Path, tmp_path: Path) -> None:
    script = stage(tmp_path / "store", folder)
    for asked in (script.check(order("gloomy")), script.write(order("gloomy"), PROJECT)):
        with pytest.raises(
            PermanentError, match=r"no music has the mood 'gloomy'; moods are café noir, calm"
        ) as caught:
            await asked
        assert caught.value.code == FailureCode.INVALID_ORDER


async def test_without_any_music_the_error_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="no music is installed") as caught:
        await stage(tmp_path / "store", None).write(order(), PROJECT)
    assert "scenewire[music]" in (caught.value.hint or "")
    assert "MUSIC_DIR" in (caught.value.hint or "")


@pytest.mark.parametrize("content", ["{", "[]", '{"title": 7}', '{"licence": "' + "x" * 501 + '"}', "\x00"])
async def test_faulty_credits_of_the_chosen_piece_are_an_error_that_names_them(
    content: str, folder: Path, tmp_path: Path
) -> None:
    (folder / "calm" / "b.flac").unlink()
    (folder / "calm" / "a.json").write_text(content)
    with pytest.raises(PermanentError, match=r"the music calm/a\.mp3: .*credits") as caught:
        await stage(tmp_path / "store", folder).write(order(), PROJECT)
    assert caught.value.code == FailureCode.INVALID_SETTINGS


@pytest.mark.parametrize(
    ("music", "says"),
    [
        ({}, "music needs a file or a mood"),
        ({"mood": ""}, "mood"),
        ({"mood": "../calm"}, "mood"),
        ({"mood": "x" * 41}, "mood"),
        ({"moood": "calm"}, "did you mean 'mood'"),
        (
            {"mood": "calm", "file": {"key": "music/a.mp3", "sha256": "0" * 64, "size": 1, "media_type": "audio/mpeg"}},
            "a file and a mood; pass only one",
        ),
    ],
)
def test_an_order_has_a_file_or_a_mood(music: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ScriptRequested.model_validate({"topic": "Tea", "music": music})


def test_a_file_stays_a_file_in_the_options_and_a_mood_waits_for_its_piece() -> None:
    file = {"key": "music/a.mp3", "sha256": "0" * 64, "size": 1, "media_type": "audio/mpeg"}
    ordered = ScriptRequested.model_validate({"topic": "Tea", "music": {"file": file, "gain": -3}})
    assert ordered.options.music == Music.model_validate({"file": file, "gain": -3})
    assert order().options.music is None
    assert order().music == OrderedMusic(mood="calm")


def test_doctor_counts_the_pieces_of_each_mood(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nothing,) = check_music()
    assert nothing.ok
    assert "MUSIC_DIR" in nothing.hint
    monkeypatch.setenv("MUSIC_DIR", str(folder))
    assert [finding.uses for finding in check_music()] == ["moods café noir (1), calm (2)"]
    monkeypatch.setenv("MUSIC_DIR", str(folder / "nowhere"))
    (missing,) = check_music()
    assert not missing.ok
    assert "MUSIC_DIR: cannot read" in missing.uses
