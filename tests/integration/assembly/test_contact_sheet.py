"""The contact sheet of looks, drawn by ffmpeg."""

from pathlib import Path

import av
import numpy as np
import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Look, ScriptRequested
from scenewire_assembly.looks.contact_sheet import make_contact_sheet
from scenewire_assembly.looks.own_theme import read_theme
from scenewire_script.preview import preview_script

TEXT = "It has no locks, because the seas are level. Today it is about 193 kilometres long."
ATLAS = Path("services/assembly/scenewire_assembly/themes/atlas.toml")


async def sheet(path: Path, **look: object) -> tuple[list[str], np.ndarray]:
    order = ScriptRequested(text=TEXT, title="The canal", language="en", look=Look.model_validate(look))
    rows = await make_contact_sheet(await preview_script(order), path)
    with av.open(str(path)) as container:
        return rows, next(container.decode(video=0)).to_ndarray(format="rgb24")


async def test_every_theme_has_a_row_of_different_pictures_and_every_caption_style_a_picture(tmp_path: Path) -> None:
    rows, picture = await sheet(tmp_path / "looks.png")

    assert rows == ["atlas", "poster", "grid", "press", "captions"]
    assert picture.shape == (5 * 278 - 8, 5 * 488 - 8, 3)
    firsts = [picture[row * 278 : row * 278 + 270, :480].astype(int) for row in range(5)]
    for index, first in enumerate(firsts):
        assert first.std() > 5, rows[index]
        assert all(np.abs(first - other).mean() > 5 for other in firsts[:index])
    styles = [picture[4 * 278 :, at * 488 : at * 488 + 480].astype(int) for at in range(5)]
    assert all(np.abs(styles[at] - styles[at - 1]).sum() > 1000 for at in range(5))


async def test_a_theme_of_ones_own_has_a_row(tmp_path: Path) -> None:
    theme = tmp_path / "mine.toml"
    theme.write_text(ATLAS.read_text().replace('accent = "E3A84A"', 'accent = "FF8080"'))

    rows, picture = await sheet(tmp_path / "looks.png", own_theme=read_theme(theme), width=640, height=640)

    assert rows == ["atlas", "poster", "grid", "press", "own", "captions"]
    own = picture[4 * 488 : 4 * 488 + 480, :480].astype(int)
    assert (np.abs(own - (0xFF, 0x80, 0x80)).sum(axis=2) < 30).sum() > 50


def test_a_theme_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be read") as refused:
        read_theme(tmp_path / "none.toml")
    assert refused.value.code is FailureCode.INVALID_ORDER


async def test_a_sheet_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PermanentError, match="cannot be written"):
        await sheet(tmp_path / "file" / "looks.png", width=128, height=128)
