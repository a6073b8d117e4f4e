"""Checks the tables of `tests/data/spoken_form`: a file per language; a line per case with written and spoken form and source."""

from pathlib import Path

import pytest

from scenewire_tts.speech.spoken_text import clean
from scenewire_tts.spoken_form.normalizer import spoken_form

TABLES = sorted((Path(__file__).parents[3] / "data" / "spoken_form").glob("*.tsv"))


def cases() -> list[tuple[str, str, str]]:
    found = []
    for table in TABLES:
        for line in table.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("# "):
                written, spoken, source = line.split("\t")
                assert source, f"{table.name}: {written} names no source"
                found.append((table.stem, written, spoken))
    return found


@pytest.mark.parametrize(("language", "written", "spoken"), cases())
def test_the_spoken_form_is_that_of_the_named_source(language: str, written: str, spoken: str) -> None:
    assert spoken_form(clean(written), language).text == spoken
