"""Answers of footage servers are cleaned and truncated."""

import pytest
from pydantic import ValidationError

from scenewire_sourcing.candidates import FoundFootage


def test_text_becomes_one_visible_line_of_bounded_length() -> None:
    found = FoundFootage(id="1", title="Suez\n\x1b[31m canal\u202e " + "x" * 1_000, creator=None)
    assert found.title.startswith("Suez [31m canal xxx")
    assert len(found.title) == 300
    assert found.creator == ""


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", 7, None])
def test_only_web_addresses_can_become_links(address) -> None:
    assert FoundFootage(id="1", source_url=address).source_url == ""


def test_keywords_may_be_a_list_or_a_line() -> None:
    assert FoundFootage.model_validate({"id": "1", "keywords": "sea, ship"}).keywords == ("sea", "ship")
    assert FoundFootage.model_validate({"id": "1", "keywords": ["sea"]}).keywords == ("sea",)
    assert len(FoundFootage.model_validate({"id": "1", "keywords": ["sea"] * 5_000}).keywords) == 100


@pytest.mark.parametrize(
    "answer",
    [{}, {"id": ""}, {"id": "x" * 301}, {"id": 5}, {"id": "1", "duration": float("nan")}, {"id": "1", "width": 0}],
)
def test_an_answer_without_usable_id_or_with_absurd_numbers_is_refused(answer) -> None:
    with pytest.raises(ValidationError):
        FoundFootage.model_validate(answer)
