"""The library offers the clips of a folder, and nothing else."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from scenewire_sourcing.servers.library.catalogue import Catalogue


def add(folder: Path, name: str, **described: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"clip")
    if described:
        path.with_suffix(".json").write_text(json.dumps(described))
    return path


def titles(catalogue: Catalogue, query: str, limit: int = 20) -> list[str]:
    return [found.title for found in catalogue.search(query, limit)]


def test_a_sidecar_describes_its_clip(tmp_path: Path) -> None:
    add(
        tmp_path,
        "a1.mp4",
        title="Suez canal",
        keywords=["ship", "desert"],
        creator="Ann",
        license="CC0",
        source_url="https://example.org/1",
        duration=12.5,
        id="../../etc/passwd",
    )
    (found,) = Catalogue(tmp_path).search("desert", 5)
    assert (found.title, found.creator, found.licence, found.duration) == ("Suez canal", "Ann", "CC0", 12.5)
    assert found.source_url == "https://example.org/1"
    assert found.id.isalnum()


@pytest.mark.parametrize("suffix", ["jpg", "JPEG", "png", "webp", "gif", "avif"])
def test_pictures_are_offered_as_stills_with_their_sidecars(tmp_path: Path, suffix: str) -> None:
    add(tmp_path, f"dahlia.{suffix}", title="Dahlia", creator="Ann", licence="CC BY 4.0", kind="clip")
    add(tmp_path, "dahlia field.mp4")
    add(tmp_path, "dahlia.svg")
    found = {clip.title: clip for clip in Catalogue(tmp_path).search("dahlia", 5)}
    assert {title: clip.kind for title, clip in found.items()} == {"Dahlia": "still", "dahlia field": "clip"}
    assert (found["Dahlia"].creator, found["Dahlia"].licence) == ("Ann", "CC BY 4.0")


def test_the_preview_next_to_a_clip_is_no_still(tmp_path: Path) -> None:
    add(tmp_path, "trip/dahlia.MOV", title="Dahlia")
    add(tmp_path, "trip/dahlia.JPG")
    add(tmp_path, "trip/dahlia.webp")
    add(tmp_path, "dahlia.jpg", title="Another folder")
    assert sorted(titles(Catalogue(tmp_path), "dahlia folder")) == ["Another folder", "Dahlia"]


def test_without_sidecar_the_names_of_file_and_folders_must_do(tmp_path: Path) -> None:
    add(tmp_path, "Ships/suez-canal_aerialView 02.MOV")
    catalogue = Catalogue(tmp_path)
    for query in ("suez", "aerial", "ship", "Canals"):
        assert titles(catalogue, query) == ["suez canal aerial view 02"]


@pytest.mark.parametrize(
    ("sidecar", "problem"),
    [
        ("", "harbour.json is not JSON: line 1, Expecting value"),
        ('{"creator": "A. Maker",\n}', "harbour.json is not JSON: line 2, "),
        ("[]", "harbour.json is not a JSON object"),
        ("[" * 100_000, "harbour.json is larger than 64 KiB"),
        ('{"title": 5}', "harbour.json has an invalid title"),
        ('{"duration": -1, "width": "wide"}', "harbour.json has an invalid duration and width"),
        ('{"duration": "0:06", "review": "a face"}', "harbour.json has an invalid duration; a face"),
    ],
)
def test_a_broken_sidecar_costs_what_is_broken_and_the_clip_is_to_be_reviewed(
    tmp_path: Path, sidecar: str, problem: str
) -> None:
    add(tmp_path, "harbour.mp4").with_suffix(".json").write_text(sidecar)
    (found,) = Catalogue(tmp_path).search("harbour", 5)
    assert found.title == "harbour"
    assert found.review.startswith(problem)


def test_an_invalid_field_of_a_sidecar_leaves_the_others(tmp_path: Path) -> None:
    fields = '{"title": "Saffron", "creator": "A. Maker", "licence": "CC BY 4.0", "duration": "0:06", "id": "x"}'
    add(tmp_path, "saffron.mp4").with_suffix(".json").write_text(fields)
    (found,) = Catalogue(tmp_path).search("saffron", 5)
    assert (found.title, found.creator, found.licence) == ("Saffron", "A. Maker", "CC BY 4.0")
    assert (found.duration, found.id != "x") == (None, True)


def test_more_matching_words_come_first_and_the_title_counts_most(tmp_path: Path) -> None:
    add(tmp_path, "1.mp4", title="Sea", keywords=["canal", "ship"])
    add(tmp_path, "2.mp4", title="Canal ship")
    add(tmp_path, "3.mp4", title="Desert", keywords=["canal"])
    assert titles(Catalogue(tmp_path), "canal ship") == ["Canal ship", "Sea", "Desert"]
    assert titles(Catalogue(tmp_path), "canal ship", limit=1) == ["Canal ship"]


@pytest.mark.parametrize(
    "query", ['"', "canal OR", "title:canal", "NEAR(canal)", "canal*", "-canal", "", "\x00", "' --"]
)
def test_a_query_is_words_and_never_syntax(tmp_path: Path, query: str) -> None:
    add(tmp_path, "canal.mp4")
    assert len(Catalogue(tmp_path).search(query, 5)) == ("canal" in query)


def test_accents_do_not_hide_a_clip(tmp_path: Path) -> None:
    add(tmp_path, "1.mp4", title="Café in Zürich")
    assert titles(Catalogue(tmp_path), "cafe zurich") == ["Café in Zürich"]


def test_what_is_added_changed_or_removed_counts_at_the_next_question(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    assert titles(catalogue, "tea") == []
    path = add(tmp_path, "tea.mp4")
    (found,) = catalogue.search("tea", 5)
    file = catalogue.get(found.id)
    assert file is not None
    assert file.path == str(path.resolve())
    path.with_suffix(".json").write_text('{"title": "A pot of tea"}')
    assert titles(catalogue, "tea") == ["A pot of tea"]
    path.unlink()
    assert titles(catalogue, "tea") == []
    assert catalogue.get(found.id) is None


def test_ids_stay_the_same_over_restarts(tmp_path: Path) -> None:
    add(tmp_path, "tea.mp4")
    assert Catalogue(tmp_path).search("tea", 1)[0].id == Catalogue(tmp_path).search("tea", 1)[0].id


def test_links_out_of_the_folder_hidden_files_and_other_types_are_left_out(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "library"
    add(outside, "tea.mp4")
    add(folder, "tea inside.mp4")
    add(folder, ".tea.mp4")
    add(folder, ".cache/tea.mp4")
    add(folder, "tea.exe")
    (folder / "tea link.mp4").symlink_to(outside / "tea.mp4")
    (folder / "tea folder").symlink_to(outside)
    (folder / "tea loop.mp4").symlink_to(folder / "tea loop.mp4")
    (folder / "tea secret.json").symlink_to("/etc/hostname")
    (folder / "tea directory.mp4").mkdir()
    os.mkfifo(folder / "tea pipe.mp4")
    assert titles(Catalogue(folder), "tea") == ["tea inside"]


def test_a_path_is_no_id(tmp_path: Path) -> None:
    add(tmp_path, "tea.mp4")
    catalogue = Catalogue(tmp_path)
    for name in ("tea.mp4", str(tmp_path / "tea.mp4"), "../tea.mp4", ""):
        assert catalogue.get(name) is None


def test_a_folder_that_is_not_there_is_an_error_until_it_is(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "later")
    with pytest.raises(FileNotFoundError):
        catalogue.search("tea", 5)
    add(tmp_path / "later", "tea.mp4")
    assert titles(catalogue, "tea") == ["tea"]


def test_words_of_scripts_with_vowel_signs_are_found_whole(tmp_path: Path) -> None:
    add(tmp_path, "समुद्र.mp4")
    add(tmp_path, "सम.mp4")
    catalogue = Catalogue(tmp_path)
    assert titles(catalogue, "समुद्र") == ["समुद्र"]
    assert titles(catalogue, "सम") == ["सम"]


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("嵐の夜の灯台", "灯台"),
        ("风暴中的灯塔", "灯塔"),
        ("คลองและทะเล", "ทะเล"),
        ("Fari sulla costa", "faro"),
        ("Un pompiere al lavoro", "pompieri"),
        ("Leuchttürme im Sturm", "Leuchtturm"),
    ],
)
def test_words_are_found_in_scripts_without_spaces_and_with_other_endings(
    tmp_path: Path, title: str, query: str
) -> None:
    add(tmp_path, "1.mp4", title=title)
    assert titles(Catalogue(tmp_path), query) == [title]


class Dictionary:
    """A comparison that knows one word in two languages."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def similarities(self, wanted: Sequence[str], offered: Sequence[str]) -> list[float]:
        self.read += [text for text in offered if text not in self.read]
        return [0.8 if wanted == ["Leuchtturm"] and "Lighthouse" in text else 0.1 for text in offered]

    def is_known(self, text: str) -> bool:
        return text in self.read


def test_clips_that_mean_the_same_follow_those_that_words_find(tmp_path: Path) -> None:
    for number, title in enumerate(("Kittens", "Lighthouse", "Leuchtturm am Meer")):
        add(tmp_path, f"{number}.mp4", title=title)
    catalogue = Catalogue(tmp_path, Dictionary())
    assert titles(catalogue, "Leuchtturm")[:2] == ["Leuchtturm am Meer", "Lighthouse"]
    assert titles(catalogue, "Leuchtturm", 1) == ["Leuchtturm am Meer"]


def test_a_large_library_is_read_for_its_meaning_in_parts(tmp_path: Path) -> None:
    for number in range(700):
        add(tmp_path, f"{number}.mp4", title=f"Kittens {number}")
    dictionary = Dictionary()
    catalogue = Catalogue(tmp_path, dictionary)
    counts = []
    for _ in range(4):
        catalogue.search("Leuchtturm", 20)
        counts.append(len(dictionary.read))
    assert counts == [300, 600, 700, 700]
