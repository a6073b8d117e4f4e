from pathlib import Path

import pytest

from scenewire.artifacts.webapp_export import WebApp, film_path
from scenewire.errors import FailureCode, PermanentError


async def test_a_file_is_put_where_the_web_application_looks_and_replaces_an_older_one(tmp_path: Path):
    webapp = WebApp(tmp_path)
    for content in (b"first", b"second"):
        source = tmp_path / content.decode()
        source.write_bytes(content)
        await webapp.put(film_path("a"), source)
    target = tmp_path / "public" / "videos" / "a" / "final.mp4"
    assert target.read_bytes() == b"second"
    assert (tmp_path / "first").read_bytes() == b"first"
    assert list(target.parent.iterdir()) == [target]
    with target.open("ab") as file:
        file.write(b", edited")
    assert (tmp_path / "second").read_bytes() == b"second"


async def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path):
    source = tmp_path / "film"
    source.touch()
    with pytest.raises(PermanentError, match=str(tmp_path / "no")) as caught:
        await WebApp(tmp_path / "no").put(film_path("a"), source)
    assert caught.value.code == FailureCode.STORAGE_UNAVAILABLE
    assert "WEBAPP_DIR" in caught.value.hint
    assert not (tmp_path / "no").exists()
