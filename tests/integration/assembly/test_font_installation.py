"""Fonts of writing systems are installed when people ask, verified, found by assembly, and removed again."""

import importlib.metadata
import importlib.util
import os
from pathlib import Path

import pytest
from typing_extensions import override

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.installation.files import is_intact, sha256_of
from scenewire.installation.progress import Progress
from scenewire.installation.published import PublishedFile, PublishedPackage
from scenewire_assembly.captions import fonts as caption_fonts
from scenewire_assembly.captions.fonts import installed_fonts
from scenewire_assembly.font_installation import installer
from scenewire_assembly.font_installation.installer import (
    font_states,
    install_fonts,
    published_names,
    remove_fonts,
)
from scenewire_assembly.font_installation.published import FONTS, PublishedFont
from scenewire_assembly.languages import LETTERS, drawable_writings
from scenewire_assembly.settings import AssemblySettings
from tests.support.published_voice import sha256, write_wheel

CONTENT = {"Thai.ttf": b"thai " * 2_000, "Hebrew.ttf": b"hebrew " * 3_000, "Big.ttc": b"chinese " * 9_000}


class Shown(Progress):
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.fetched: list[str] = []

    @override
    def note(self, text: str) -> None:
        self.notes.append(text)

    @override
    def advance(self, name: str, done: int, total: int) -> None:
        if not done:
            self.fetched.append(name)


def file_of(name: str, content: bytes) -> PublishedFile:
    return PublishedFile(name, len(content), sha256(content))


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, PublishedFont]:
    """A registry with two packages of small files in place of fonts."""
    (folder := tmp_path / "published").mkdir()
    licence = b"You may."

    def packed(name: str, *files: str) -> PublishedPackage:
        return write_wheel(folder, name, {**{file: CONTENT[file] for file in files}, "licenses/LICENSE": licence})

    small, large = packed("small-fonts", "Thai.ttf", "Hebrew.ttf"), packed("large-fonts", "Big.ttc")
    terms = file_of("LICENSE-small.txt", licence)
    table = {
        "Thai": PublishedFont(small, file_of("Thai.ttf", CONTENT["Thai.ttf"]), terms),
        "Hebrew": PublishedFont(small, file_of("Hebrew.ttf", CONTENT["Hebrew.ttf"]), terms),
        "Kana": PublishedFont(large, file_of("Big.ttc", CONTENT["Big.ttc"]), file_of("LICENSE-large.txt", licence)),
        "Chinese": PublishedFont(large, file_of("Big.ttc", CONTENT["Big.ttc"]), file_of("LICENSE-large.txt", licence)),
    }
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(installer, "FONTS", table)
    return table


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caption_fonts, "_PACKAGES", ())


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock", "installed.json"}


@pytest.mark.usefixtures("published")
async def test_the_font_of_a_writing_system_comes_with_its_licence_and_without_the_others(tmp_path: Path) -> None:
    shown = Shown()

    installed = await install_fonts(tmp_path / "fonts", ["Thai"], progress=shown)

    assert (installed.scripts, installed.is_new) == (("Thai",), True)
    assert names_in(tmp_path / "fonts") == {"Thai.ttf", "LICENSE-small.txt"}
    assert shown.fetched == ["small-fonts"]
    assert "licence SIL Open Font License 1.1" in shown.notes[0]


@pytest.mark.usefixtures("published")
async def test_a_further_one_is_added_and_a_second_time_nothing_is_fetched(tmp_path: Path) -> None:
    await install_fonts(tmp_path / "fonts", ["Thai"], progress=Shown())
    await install_fonts(tmp_path / "fonts", ["Kana"], progress=(first := Shown()))
    again = await install_fonts(tmp_path / "fonts", ["Chinese", "Thai"], progress=(second := Shown()))

    assert names_in(tmp_path / "fonts") == {"Thai.ttf", "LICENSE-small.txt", "Big.ttc", "LICENSE-large.txt"}
    assert (first.fetched, second.fetched, again.is_new) == (["large-fonts"], [], False)


async def test_a_damaged_font_is_fetched_again(tmp_path: Path, published: dict[str, PublishedFont]) -> None:
    await install_fonts(tmp_path / "fonts", ["Thai"], progress=Shown())
    (tmp_path / "fonts" / "Thai.ttf").write_bytes(b"damaged")

    assert (await install_fonts(tmp_path / "fonts", [], drawn=frozenset(published), progress=Shown())).is_new
    assert is_intact(tmp_path / "fonts" / "Thai.ttf", published["Thai"].file)


@pytest.mark.usefixtures("published")
async def test_what_can_be_drawn_is_not_installed(tmp_path: Path) -> None:
    drawn = frozenset({"Thai", "Kana", "Chinese"})

    installed = await install_fonts(tmp_path / "fonts", [], drawn=drawn, progress=Shown())
    asked = await install_fonts(tmp_path / "other", ["Thai"], drawn=drawn, progress=Shown())

    assert installed.scripts == ("Hebrew",)
    assert (asked.scripts, asked.drawn, asked.is_new) == ((), ("Thai",), False)
    assert not (tmp_path / "other").exists()


async def test_a_package_of_another_hash_is_refused(tmp_path: Path, published: dict[str, PublishedFont]) -> None:
    wheel = next((tmp_path / "published").glob("small_fonts*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\0")

    with pytest.raises((PermanentError, TransientError)) as refused:
        await install_fonts(tmp_path / "fonts", ["Thai"], progress=Shown())

    assert refused.value.code == FailureCode.FONT_MISSING
    assert "ASSEMBLY_FONTS_DIR" in refused.value.hint
    assert not (tmp_path / "fonts" / "Thai.ttf").exists()


@pytest.mark.usefixtures("published")
async def test_only_what_was_installed_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "fonts"
    await install_fonts(folder, ["Thai", "Hebrew"], progress=Shown())
    (folder / "own.ttf").write_bytes(b"mine")
    (folder / "Hebrew.ttf").write_bytes(b"changed")

    removed = await remove_fonts(folder, Shown())

    assert set(removed.removed) == {"Thai.ttf", "LICENSE-small.txt"}
    assert removed.kept == ("Hebrew.ttf",)
    assert names_in(folder) == {"own.ttf", "Hebrew.ttf"}


async def test_removing_nothing_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="`scenewire fonts install` has installed nothing"):
        await remove_fonts(tmp_path, Shown())


def test_names_are_read_in_any_case_and_with_commas() -> None:
    assert published_names(["thai, HEBREW", "Thai"]) == ["Thai", "Hebrew"]


@pytest.mark.parametrize(("name", "says"), [("Klingon", "no such font"), ("latin", "has that font"), ("", "no such")])
def test_an_unknown_writing_system_is_refused_with_those_that_there_are(name: str, says: str) -> None:
    with pytest.raises(PermanentError, match=says) as refused:
        published_names([name])
    assert "Devanagari" in refused.value.hint


@pytest.mark.parametrize(
    ("package", "module"), [("manimgx-fonts", "manimgx_fonts"), ("manimgx-fonts-cjk", "manimgx_fonts_cjk")]
)
def test_sizes_and_hashes_are_those_of_the_extras_files(package: str, module: str) -> None:
    fonts = [font for font in FONTS.values() if font.package.name == package]
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None or importlib.metadata.version(package) != fonts[0].package.version:
        pytest.skip(f"{package} of that version is not installed")
    for font in fonts:
        path = Path(spec.origin).parent / font.file.path
        assert (path.stat().st_size, sha256_of(path)) == (font.file.size, font.file.sha256), font.file.path


def test_every_name_is_one_that_doctor_uses() -> None:
    assert FONTS.keys() <= LETTERS.keys() | {"Emoji"}


@pytest.mark.usefixtures("no_extra")
async def test_assembly_finds_installed_fonts_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.find_spec("manimgx_fonts")
    if spec is None or spec.origin is None:
        pytest.skip("the extra scenewire[fonts] is not installed")
    monkeypatch.delenv("ASSEMBLY_FONTS_DIR", raising=False)
    monkeypatch.setenv("SCENEWIRE_DATA", str(tmp_path))
    before = await drawable_writings()
    (tmp_path / "fonts").mkdir()
    font = FONTS["Khmer"].file.path
    (tmp_path / "fonts" / font).symlink_to(Path(spec.origin).parent / font)

    fonts = installed_fonts(*AssemblySettings(artifacts_url="file:///").font_folders)

    assert fonts.folders == (tmp_path / "fonts",)
    assert await drawable_writings() == await drawable_writings(tmp_path) == before | {"Khmer"}


@pytest.mark.usefixtures("no_extra", "published")
async def test_the_list_says_what_is_drawn_and_what_was_installed(tmp_path: Path) -> None:
    await install_fonts(tmp_path / "fonts", ["Thai"], progress=Shown())

    states = {state.script: state for state in await font_states(tmp_path)}

    assert (states["Latin"].drawn, states["Latin"].available) == (True, False)
    assert (states["Thai"].available, states["Thai"].installed) == (True, True)
    assert not states["Hebrew"].installed
