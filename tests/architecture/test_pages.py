"""Rules for the files of the pages, which no build step checks."""

import re
from pathlib import Path

import pytest

import scenewire_gateway

PAGES = Path(scenewire_gateway.__file__).parent / "pages"
MODULES = sorted(PAGES.rglob("*.js"))
MAX_LINES = 250

MARKUP = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|parseFromString|createContextualFragment)\b|document\.write"
)
OTHER_HOST = re.compile(r"""["'`(](?:https?:)?//(?!www\.w3\.org/2000/svg)""")
IMPORTED = re.compile(r"""(?:from|import\(|href=|src=)\s*["'](/pages/[^"'$]+)["']""")
STYLES = re.compile(r"\sstyle=|<style|\son\w+=")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PAGES)))
def test_a_module_is_short_and_makes_no_markup_from_texts(module: Path):
    text = module.read_text()
    assert len(text.splitlines()) <= MAX_LINES
    assert MARKUP.search(text) is None
    assert OTHER_HOST.search(text) is None


@pytest.mark.parametrize("file", [*MODULES, PAGES / "index.html"], ids=lambda path: str(path.relative_to(PAGES)))
def test_what_a_file_loads_is_there(file: Path):
    missing = [name for name in IMPORTED.findall(file.read_text()) if not (PAGES.parent / name.lstrip("/")).is_file()]
    assert missing == []


@pytest.mark.parametrize("module", sorted((PAGES / "words").glob("*.js")), ids=lambda path: path.stem)
def test_no_word_replaces_another_of_the_same_name(module: Path):
    names = re.findall(r"^  (\w+):", module.read_text(), re.MULTILINE)
    assert len(names) > 100
    assert [name for name in names if names.count(name) > 1] == []


def test_the_page_has_neither_scripts_nor_styles_of_its_own():
    text = (PAGES / "index.html").read_text()
    assert STYLES.search(text) is None
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert OTHER_HOST.search(text.replace("'http://www.w3.org/2000/svg'", "")) is None
