"""Descriptions of an archive can suggest third-party rights."""

import pytest

from scenewire_sourcing.servers.archive.doubts import doubt_about


@pytest.mark.parametrize(
    "text",
    ["Courtesy Video", "(Video courtesy of the Smith family)", "Copyright 2019 ACME", "© ACME", "All Rights Reserved"],
)
def test_signs_of_third_party_rights_ask_for_a_review(text: str) -> None:
    assert "third party" in doubt_about("Sgt. Ann Lee", text)


def test_the_archive_s_own_credit_does_not() -> None:
    assert doubt_about("Sgt. Ann Lee", "A ship.", "Courtesy of DVIDS", own=("courtesy of DVIDS",)) == ""
    assert doubt_about("Courtesy of DVIDS and courtesy of ACME", own=("courtesy of DVIDS",))
