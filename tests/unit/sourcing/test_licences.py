"""Licences, as archives write them, and what they allow and ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_sourcing.licences import Licence, read_licence

CC = "https://creativecommons.org"


def facts(licence: Licence) -> str:
    """Letters for facts: use, changes, commerce; attribution and same licence where they are asked for."""
    allowed = (licence.allows_use, licence.allows_changes, licence.allows_commercial_use)
    letters = "".join(letter for letter, is_allowed in zip("ucm", allowed, strict=True) if is_allowed)
    return f"{letters}{'+a' * licence.asks_attribution}{'+s' * licence.asks_same_licence}"


@pytest.mark.parametrize(
    ("text", "name", "url", "expected"),
    [
        ("CC BY 4.0", "CC BY 4.0", f"{CC}/licenses/by/4.0/", "ucm+a"),
        ("CC BY-SA 4.0", "CC BY-SA 4.0", f"{CC}/licenses/by-sa/4.0/", "ucm+a+s"),
        ("cc-by-sa-3.0", "CC BY-SA 3.0", f"{CC}/licenses/by-sa/3.0/", "ucm+a+s"),
        ("CC BY-SA 3.0 de", "CC BY-SA 3.0 DE", f"{CC}/licenses/by-sa/3.0/de/", "ucm+a+s"),
        ("CC BY 3.0 igo", "CC BY 3.0 IGO", f"{CC}/licenses/by/3.0/igo/", "ucm+a"),
        ("CC BY 3.0 in Berlin", "CC BY 3.0", f"{CC}/licenses/by/3.0/", "ucm+a"),
        ("CC BY-NC 2.0", "CC BY-NC 2.0", f"{CC}/licenses/by-nc/2.0/", "uc+a"),
        ("CC-BY-NC-ND", "CC BY-NC-ND", "", "u+a"),
        ("CC BY-ND 4.0", "CC BY-ND 4.0", f"{CC}/licenses/by-nd/4.0/", "um+a"),
        ("Creative Commons BY-NC-SA 2.5", "CC BY-NC-SA 2.5", f"{CC}/licenses/by-nc-sa/2.5/", "uc+a+s"),
        ("Creative Commons Attribution-Share Alike 4.0 International", "CC BY-SA 4.0", f"{CC}/licenses/by-sa/4.0/", "ucm+a+s"),
        ("Creative Commons Attribution-NonCommercial-NoDerivs 3.0 Unported", "CC BY-NC-ND 3.0", f"{CC}/licenses/by-nc-nd/3.0/", "u+a"),
        ("Attribution-NonCommercial 4.0 International", "CC BY-NC 4.0", f"{CC}/licenses/by-nc/4.0/", "uc+a"),
        ("Attribution 4.0 International (CC BY 4.0)", "CC BY 4.0", f"{CC}/licenses/by/4.0/", "ucm+a"),
        ("GFDL / CC BY-SA 3.0", "CC BY-SA 3.0", f"{CC}/licenses/by-sa/3.0/", "ucm+a+s"),
        ("CC BY 4.0 and, for the music, CC BY-NC 4.0", "CC BY-NC 4.0", f"{CC}/licenses/by-nc/4.0/", "uc+a"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/us/", "CC BY-NC-ND 3.0 US", f"{CC}/licenses/by-nc-nd/3.0/us/", "u+a"),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", "CC BY 4.0", f"{CC}/licenses/by/4.0/", "ucm+a"),
        ("https://creativecommons.org/licenses/nc-sa/1.0/", "CC NC-SA 1.0", f"{CC}/licenses/nc-sa/1.0/", "uc+s"),
        ("https://creativecommons.org/licenses/nd-nc/1.0/", "CC NC-ND 1.0", f"{CC}/licenses/nc-nd/1.0/", "u"),
        ("CC0", "CC0 1.0", f"{CC}/publicdomain/zero/1.0/", "ucm"),
        ("Painted for this demonstration, CC0", "CC0 1.0", f"{CC}/publicdomain/zero/1.0/", "ucm"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0", f"{CC}/publicdomain/zero/1.0/", "ucm"),
        ("PDM 1.0", "Public Domain Mark 1.0", f"{CC}/publicdomain/mark/1.0/", "ucm"),
        ("http://creativecommons.org/licenses/publicdomain/", "Public Domain Mark 1.0", f"{CC}/publicdomain/mark/1.0/", "ucm"),
        ("Public domain", "public domain", "", "ucm"),
        ("PD-old-100", "public domain", "", "ucm"),
        ("Courtesy of DVIDS. Public domain in the United States unless marked otherwise.", "public domain", "", "ucm"),
        ("Courtesy of NASA. In general not subject to copyright in the United States.", "U.S. government work", "", "ucm"),
        ("PD-USGov-Military-Navy", "U.S. government work", "", "ucm"),
        ("This is a work of the United States Government.", "U.S. government work", "", "ucm"),
        ("Pexels License", "Pexels License", "https://www.pexels.com/license/", "ucm"),
        ("Pixabay Content License", "Pixabay Content License", "https://pixabay.com/service/license-summary/", "ucm"),
        ("Unsplash License", "Unsplash License", "https://unsplash.com/license", "ucm"),
        ("GFDL 1.2", "GFDL", "https://www.gnu.org/licenses/fdl-1.3.html", "ucm+a+s"),
        ("OGL 3", "Open Government Licence", "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "ucm+a"),
        ("Copyrighted free use", "Copyrighted free use", "", "ucm"),
        ("Attribution", "Attribution", "", "ucm+a"),
        ("No known restrictions on publication.", "no known restrictions", "", "ucm"),
        ("http://rightsstatements.org/vocab/NKC/1.0/", "no known restrictions", "", "ucm"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "all rights reserved", "", "cm"),
        ("http://rightsstatements.org/vocab/InC-EDU/1.0/", "all rights reserved", "", "cm"),
        ("http://rightsstatements.org/vocab/NoC-NC/1.0/", "no commercial use", "", "uc"),
        ("For non-commercial use only", "no commercial use", "", "uc"),
        ("© 2019 ACME. All rights reserved.", "all rights reserved", "", "cm"),
        ("Out of copyright", "public domain", "", "ucm"),
        ("Copyright expired", "public domain", "", "ucm"),
        ("No Copyright - United States", "no known restrictions", "", "ucm"),
        ("In Copyright", "all rights reserved", "", "cm"),
        ("Film copyright 1987 by ACME", "all rights reserved", "", "cm"),
        ("Copyright ACME", "all rights reserved", "", "cm"),
    ],
)  # fmt: skip
def test_a_licence_is_read_from_its_name_or_url(text: str, name: str, url: str, expected: str) -> None:
    licence = read_licence(text)
    assert (licence.is_known, licence.name, licence.url, facts(licence)) == (True, name, url, expected)
    assert read_licence(licence.name, licence.url) == licence == read_licence(licence.name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ask us",
        "Some rights reserved",
        "not in the public domain",
        "Sampling Plus 1.0",
        "by Ann",
        "Copyright not evaluated",
    ],
)
def test_what_is_not_understood_is_unknown_and_keeps_its_words(text: str) -> None:
    licence = read_licence(text)
    assert (licence.is_known, licence.name) == (False, text)


def test_the_url_decides_where_it_differs_from_the_text() -> None:
    assert read_licence("Public domain", f"{CC}/licenses/by-nd/4.0/").name == "CC BY-ND 4.0"
    assert read_licence("CC BY 4.0", "https://example.org/terms").name == "CC BY 4.0"
    assert read_licence("", "https://example.org/terms") == Licence(
        "https://example.org/terms", "https://example.org/terms", is_known=False
    )


def test_no_known_restrictions_is_not_a_licence() -> None:
    assert "not a licence" in read_licence("No known restrictions on publication").doubt


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_read(text: str, url: str) -> None:
    licence = read_licence(text, url)
    assert not licence.url or licence.url == url or licence.url.startswith("https://")


@given(
    st.lists(st.sampled_from(["nc", "nd", "sa"]), unique=True, max_size=3),
    st.sampled_from([" ", "-", "_", " - "]),
    st.sampled_from(["CC", "cc", "Creative Commons", "Creative Commons License:"]),
    st.sampled_from(["1.0", "2.0", "2.5", "3.0", "4.0"]),
)
def test_every_spelling_of_a_code_means_the_same(parts: list[str], joint: str, prefix: str, version: str) -> None:
    licence = read_licence(f"{prefix} {joint.join(['by', *parts])} {version}")
    assert licence.allows_changes == ("nd" not in parts)
    assert licence.allows_commercial_use == ("nc" not in parts)
    assert licence.asks_same_licence == ("sa" in parts)
    assert version in licence.name
