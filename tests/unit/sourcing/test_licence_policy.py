"""Which footage may be shown, by its licence, and what is said about it."""

import pytest

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.selection.licence_policy import LicencePolicy

STRICT = LicencePolicy()


def footage(licence: str, *, creator: str = "Ann", **fields: str) -> FoundFootage:
    return FoundFootage.model_validate({"id": "1", "licence": licence, "creator": creator, **fields})


@pytest.mark.parametrize("licence", ["CC BY 4.0", "CC BY-SA 3.0", "CC0", "public domain", "Pexels License", "GFDL"])
def test_footage_that_may_be_changed_and_sold_is_used_without_review(licence: str) -> None:
    verdict = STRICT.judge(footage(licence))
    assert (verdict.refusal, verdict.footage.review) == ("", "")


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        ("CC BY-ND 4.0", "CC BY-ND 4.0 forbids changes, and a video changes what it shows; SOURCING_ALLOW_NO_CHANGES"),
        ("CC BY-NC 4.0", "CC BY-NC 4.0 forbids commercial use; SOURCING_ALLOW_NONCOMMERCIAL"),
        ("CC BY-NC-ND 4.0", "forbids changes"),
        ("All rights reserved", "its rights are reserved"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "its rights are reserved"),
    ],
)
def test_footage_that_may_not_is_refused_with_the_setting_that_would_admit_it(licence: str, reason: str) -> None:
    assert reason in STRICT.judge(footage(licence)).refusal


def test_settings_admit_what_they_name_and_nothing_else() -> None:
    private = LicencePolicy(allow_noncommercial=True)
    assert not private.judge(footage("CC BY-NC-SA 4.0")).refusal
    assert "forbids changes" in private.judge(footage("CC BY-NC-ND 4.0")).refusal
    both = LicencePolicy(allow_noncommercial=True, allow_no_changes=True)
    assert not both.judge(footage("CC BY-NC-ND 4.0")).refusal
    assert both.judge(footage("All rights reserved")).refusal


@pytest.mark.parametrize(
    ("licence", "creator", "doubt"),
    [
        ("", "Ann", "its licence is not stated"),
        ("ask us", "Ann", "its licence “ask us” is not known"),
        ("CC BY 4.0", "", "CC BY 4.0 asks for the name of its creator"),
        ("No known restrictions on publication", "Ann", "is not a licence"),
    ],
)
def test_what_is_not_known_is_for_a_person_to_review(licence: str, creator: str, doubt: str) -> None:
    verdict = STRICT.judge(footage(licence, creator=creator, review="a doubt of the archive"))
    assert not verdict.refusal
    assert verdict.footage.review.startswith("a doubt of the archive; ")
    assert doubt in verdict.footage.review
    assert STRICT.judge(verdict.footage).footage.review == verdict.footage.review


@pytest.mark.parametrize("licence", ["", "ask us", "All rights reserved", "CC BY-ND 4.0"])
def test_own_footage_is_not_judged(licence: str) -> None:
    verdict = STRICT.judge(footage(licence), is_own=True)
    assert (verdict.refusal, verdict.footage.review) == ("", "")


def test_a_licence_that_the_video_must_have_is_named() -> None:
    condition = "Footage asks for the same licence on what is made from it: CC BY-SA 4.0"
    assert STRICT.judge(footage("CC BY-SA 4.0")).condition == condition
    assert STRICT.judge(footage("CC BY-SA 4.0"), is_own=True).condition == condition
    assert STRICT.judge(footage("CC BY 4.0")).condition == ""


def test_the_url_of_a_known_licence_is_added() -> None:
    assert STRICT.judge(footage("CC BY 4.0")).footage.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    given = STRICT.judge(footage("CC BY 4.0", licence_url="https://example.org/by")).footage.licence_url
    assert given == "https://example.org/by"


def test_what_a_file_states_about_its_licence_replaces_what_the_search_said() -> None:
    found = STRICT.judge(footage("", title="Tea")).footage
    file = FootageFile(id="1", path="/tea.mp4", licence="CC BY 4.0", creator="Bob")
    verdict = STRICT.judge(found.described_by(file))
    assert (verdict.footage.title, verdict.footage.creator, verdict.footage.review) == ("Tea", "Bob", "")
    assert "forbids" in STRICT.judge(found.described_by(file.model_copy(update={"licence": "CC BY-ND 4.0"}))).refusal


def test_a_code_that_says_nothing_by_itself_is_credited_by_the_name_of_its_url() -> None:
    url = "https://creativecommons.org/licenses/by-sa/2.0/"
    assert STRICT.judge(footage("BY-SA", licence_url=url)).footage.licence == "CC BY-SA 2.0"
    assert STRICT.judge(footage("Courtesy of Ann, CC BY 4.0")).footage.licence == "Courtesy of Ann, CC BY 4.0"
