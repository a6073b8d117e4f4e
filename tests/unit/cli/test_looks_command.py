"""`scenewire looks`: mistakes are found before anything is drawn."""

from pathlib import Path

import pytest

from scenewire.errors import PermanentError
from scenewire_cli.commands.looks import looks


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"out": Path("looks.jpg")}, "--out looks.jpg: the picture is a PNG"),
        ({"background": "bluish"}, "--background: 'bluish' is neither a colour nor a file"),
        ({"theme": "no-such-theme"}, "--theme must be atlas, poster, grid or press, or a file"),
        ({"look": "round"}, "--look must be landscape, portrait or square"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, options: dict[str, object], says: str) -> None:
    script = tmp_path / "talk.txt"
    script.write_text("Ships pass.")
    with pytest.raises(PermanentError) as refused:
        looks(script, **{"out": tmp_path / "looks.png", **options})  # type: ignore[arg-type]
    assert says in refused.value.message
    assert not list(tmp_path.glob("looks*"))
