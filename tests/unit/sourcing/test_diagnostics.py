"""Diagnostics of footage servers: which are used, why, and what the others are missing."""

import os
from pathlib import Path

import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire_sourcing.diagnostics import check_footage, check_providers

KEY = "nobodys-key-for-tests"
HERE = str(Path(__file__).parent)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("LIBRARY_", "DVIDS_", "NASA_", "PEXELS_", "PIXABAY_", "SOURCING_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "generated backgrounds"),
        ({"SOURCING_SERVERS": "[]"}, "generated backgrounds"),
        ({"LIBRARY_DIR": HERE}, f"library, because LIBRARY_DIR is {HERE}: clips and stills in your own folder"),
        ({"DVIDS_API_KEY": KEY}, "dvids, because DVIDS_API_KEY is set"),
        ({"DVIDS_API_KEY_FILE": __file__}, f"dvids, because DVIDS_API_KEY_FILE is {__file__}"),
        ({"SOURCING_SERVERS": "nasa"}, "nasa, because SOURCING_SERVERS names it"),
        ({"SOURCING_SERVERS": '[{"name": "far", "url": "https://x.example/mcp"}]'}, "far at https://x.example/mcp"),
    ],
)
def test_what_is_used_comes_first_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    lines = check_footage()
    assert lines[0].uses.startswith(says)
    assert all(line.ok for line in lines)
    assert KEY not in str(lines)


def test_unused_servers_report_what_is_missing_and_archives_without_a_key_are_used_on_request() -> None:
    hints = {line.uses: line.hint for line in check_footage()}
    (open_archives,) = (uses for uses in hints if uses.startswith("archives on request only"))
    assert all(name in open_archives for name in ("commons", "archive_org", "nasa", "loc", "openverse"))
    assert hints.pop(open_archives).startswith("--footage open")
    assert hints["library is not used"].endswith("set LIBRARY_DIR")
    assert hints["dvids is not used"].endswith("set DVIDS_API_KEY or DVIDS_API_KEY_FILE")
    assert hints["pexels is not used"].endswith("set PEXELS_API_KEY or PEXELS_API_KEY_FILE")


def test_configured_servers_leave_no_archive_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCING_SERVERS", "nasa")
    hints = {line.uses: line.hint for line in check_footage()}
    assert hints["commons is not used"].endswith("name it in SOURCING_SERVERS")


def test_open_stands_for_the_archives_without_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIBRARY_DIR", str(tmp_path))
    monkeypatch.setenv("SOURCING_SERVERS", "library, open")
    used = [line.uses.partition(",")[0] for line in check_footage()]
    assert used[:6] == ["library", "commons", "archive_org", "nasa", "loc", "openverse"]


def test_a_server_that_the_list_names_itself_keeps_its_place_and_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCING_SERVERS", '["open", {"name": "commons", "local_hosts": ["127.0.0.1:8000"]}, "nasa"]')
    used = [line.uses.partition(",")[0] for line in check_footage()]
    assert used[:5] == ["archive_org", "loc", "openverse", "commons", "nasa"]


@pytest.mark.parametrize("names", [None, ("open",), ("commons",), ("loc", "open")])
def test_names_of_archives_on_request_are_known(names: tuple[str, ...] | None) -> None:
    check_providers(names)


@pytest.mark.parametrize(
    ("names", "variables", "says"),
    [
        (("comons",), {}, "no footage server is called comons; did you mean commons?"),
        (("library",), {}, "no footage server is called library"),
        (("pexels",), {}, "no footage server is called pexels"),
        (("commons",), {"SOURCING_SERVERS": "nasa"}, "no footage server is called commons"),
        (("open",), {"SOURCING_SERVERS": "[]"}, "none of the servers of open is available"),
    ],
)
def test_an_order_with_unknown_servers_is_refused_with_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], variables: dict[str, str], says: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PermanentError) as caught:
        check_providers(names)
    assert caught.value.code is FailureCode.INVALID_ORDER
    assert says in caught.value.message
    assert (caught.value.hint or "").startswith("available: ")


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"LIBRARY_DIR": "/nowhere"}, "LIBRARY_DIR does not name a folder"),
        ({"DVIDS_API_KEY_FILE": "/nowhere/key"}, "DVIDS_API_KEY_FILE does not name a file"),
        ({"SOURCING_SERVERS": "dvids"}, "dvids requires DVIDS_API_KEY or DVIDS_API_KEY_FILE"),
        ({"SOURCING_SERVERS": "dvids", "DVIDS_API_KEY": ""}, "dvids requires DVIDS_API_KEY"),
        (
            {"SOURCING_SERVERS": "youtube"},
            "'youtube' is not one of the bundled ones (library, dvids, commons, archive_org, nasa, loc,",
        ),
        ({"SOURCING_SERVERS": "librry"}, "did you mean 'library'?"),
        ({"SOURCING_SERVERS": f'[{{"name": "dvids", "env": {{"DVIDS_API_KEY": 5, "x": "{KEY}"}}}}'}, "delimiter"),
    ],
)
def test_invalid_settings_are_reported_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    first = check_footage()[0]
    assert not first.ok
    assert says in first.uses
    assert "correct" in first.hint
    assert KEY not in str(first)


def test_a_library_in_the_list_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIBRARY_DIR", str(tmp_path))
    monkeypatch.setenv("SOURCING_SERVERS", "nasa, library")
    used = [line.uses.partition(",")[0] for line in check_footage()]
    assert used[:2] == ["nasa", "library"]


def fill_library(folder: Path) -> None:
    for name in (
        "a/harbour.mp4",
        "a/ship.MOV",
        "lighthouse.jpg",
        "notes.txt",
        "scan.tiff",
        "photo.heic",
        "x.heic",
        "y.heic",
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"data")
    (folder / ".hidden.mp4").write_bytes(b"data")
    (folder / "empty.webm").touch()
    with (folder / "huge.mp4").open("wb") as file:
        file.truncate(2_000_000)
    (folder / "gone.mp4").symlink_to(folder / "nowhere.mp4")
    (folder / "alien.png").symlink_to(Path(__file__))
    (folder / "a" / "harbour.json").write_text('{"title": "Harbour", "duration": "long", "creator": "Ann"}')
    (folder / "lighthouse.json").write_text("{")
    (folder / "lonely.json").write_text("{}")


def test_the_library_is_counted_and_what_is_left_out_has_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fill_library(tmp_path)
    monkeypatch.setenv("LIBRARY_DIR", str(tmp_path))
    monkeypatch.setenv("SOURCING_MAX_FILE_SIZE", "1000000")
    lines = check_footage()
    (counted,) = (line for line in lines if line.uses.startswith("the library has"))
    assert counted.uses == "the library has 2 clips and 1 still"
    assert counted.hint == (
        "left out: 1 empty (empty.webm); 1 larger than 0.001 GB (huge.mp4); 1 linked from outside the folder (alien.png); "
        "1 not readable (gone.mp4); 5 of an unknown kind (notes.txt, photo.heic, scan.tiff, and 2 more); "
        "1 without the file that it describes (lonely.json)"
    )
    (faults,) = (line for line in lines if "with a fault" in line.uses)
    assert faults.uses == "2 sidecars with a fault; the other fields are used"
    assert faults.hint.startswith("harbour.json has an invalid duration; lighthouse.json is not JSON: line 1")
    assert all(line.ok for line in lines)


def test_a_library_in_order_is_counted_without_a_hint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "harbour.mp4").write_bytes(b"data")
    monkeypatch.setenv("LIBRARY_DIR", str(tmp_path))
    lines = {line.uses: line.hint for line in check_footage()}
    assert lines["the library has 1 clip and 0 stills"] == ""
    assert not any("with a fault" in uses for uses in lines)
