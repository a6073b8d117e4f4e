"""Servers with other names need only configuration, and nothing in their answers is executed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scenewire_sourcing.providers.answers import AnswerError, links_in
from scenewire_sourcing.providers.tool_mapping import ToolMapping
from scenewire_sourcing.url_words import words_of_url

PRIOR = ToolMapping(
    search_tool="search_videos",
    search_arguments={"query": "$query", "max_duration": 600},
    results="",
    get_tool="download_video",
    get_arguments={"video_id": "$id"},
    fields={"id": "videoId", "title": "title", "duration": "duration", "resolution": "resolution", "path": "file_path"},
    encodings=("structured", "json", "python"),
)


def test_placeholders_are_replaced_and_other_arguments_are_kept() -> None:
    assert PRIOR.search_call("tea", 5) == {"query": "tea", "max_duration": 600}
    assert PRIOR.get_call("VIDEO:7") == {"video_id": "VIDEO:7"}
    assert ToolMapping().search_call("tea", 5) == {"query": "tea", "limit": 5}
    nested = ToolMapping(
        search_arguments={"q": {"deep": ["($words) AND type:movies", "$query"]}, "n": "$5", "m": "$limit"}
    )
    assert nested.search_call("tea: cups", 1) == {
        "q": {"deep": ["(tea cups) AND type:movies", "tea: cups"]},
        "n": "$5",
        "m": 1,
    }


def test_a_get_call_may_use_what_the_search_found() -> None:
    mapping = ToolMapping(get_arguments={"item": "$id", "from": "$url", "other": "$creator"})
    assert mapping.get_call("7", {"id": "x", "url": "https://x/7"}) == {
        "item": "7",
        "from": "https://x/7",
        "other": "$creator",
    }


def test_lists_within_lists_are_one_list() -> None:
    mapping = ToolMapping(results="groups.*.items.*.clip")
    answer = {
        "groups": {"a": {"items": [{"clip": {"id": "1"}}, {}]}, "b": {"items": [{"clip": {"id": "2"}}]}, "c": "none"}
    }
    assert mapping.results_of(answer) == [{"id": "1"}, {"id": "2"}]
    assert ToolMapping(results="*").results_of({"pexels": [{"id": "1"}], "pixabay": [{"id": "2"}]}) == [
        {"id": "1"},
        {"id": "2"},
    ]


def test_constants_fill_in_what_a_server_does_not_state() -> None:
    mapping = ToolMapping(
        results="", fields={"id": "id", "licence": "rights"}, constants={"kind": "still", "licence": "Unsplash License"}
    )
    assert mapping.results_of([{"id": 7}, {"id": "8", "rights": "CC0"}]) == [
        {"id": "7", "kind": "still", "licence": "Unsplash License"},
        {"id": "8", "licence": "CC0", "kind": "still"},
    ]


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("image/jpeg", "still"),
        ("photo", "still"),
        ("Video", "clip"),
        ("video/mp4", "clip"),
        ("movies", "clip"),
        ("pdf", "pdf"),
    ],
)
def test_a_kind_is_read_from_a_servers_own_word(stated: str, kind: str) -> None:
    mapping = ToolMapping(results="", fields={"id": "id", "kind": "type"})
    assert mapping.results_of([{"id": "1", "type": stated}]) == [{"id": "1", "kind": kind}]


def test_lists_become_texts_and_urls_become_titles() -> None:
    mapping = ToolMapping(results="", fields={"id": "url", "title": "url", "creator": "by", "keywords": "tags"})
    clip = {"url": "https://www.pexels.com/video/waves-at-the-shore-3571264/", "by": ["Ann", "Bob"], "tags": ["sea"]}
    (found,) = mapping.results_of([clip])
    assert found == {
        "id": clip["url"],
        "title": "Waves at the shore",
        "creator": "Ann, Bob",
        "keywords": ["sea"],
    }


def test_an_id_that_is_too_long_is_replaced_by_its_hash() -> None:
    mapping = ToolMapping(results="", fields={"id": "url"})
    (first,), (second,) = (mapping.results_of([{"url": f"https://x/{'a' * 400}{end}"}]) for end in "12")
    assert isinstance(first, dict)
    assert len(first["id"]) == 64
    assert first != second


FILES = ToolMapping(
    results="videos",
    get_tool=None,
    fields={"id": "id", "width": "width"},
    files="video_files",
    file_fields={"url": "link", "width": "width", "height": "height", "size": "size", "type": "file_type"},
)


def test_of_several_files_the_smallest_with_enough_lines_is_chosen() -> None:
    files = [
        {"link": "https://x/hls.m3u8", "height": 2160, "file_type": "application/vnd.apple.mpegurl"},
        *(
            {"link": f"https://x/{h}.mp4", "width": h * 2, "height": h, "file_type": "video/mp4"}
            for h in (2160, 360, 720, 1080)
        ),
    ]
    (found,) = FILES.results_of({"videos": [{"id": 1, "width": 3840, "video_files": files}]})
    assert found == {"id": "1", "url": "https://x/720.mp4", "width": 1440, "height": 720, "rendition": "1440x720"}


def test_files_without_a_type_are_chosen_by_suffix_and_size() -> None:
    mapping = FILES.model_copy(
        update={"file_fields": {"url": "u", "size": "bytes", "name": "n"}, "max_file_size": 5_000, "files": "f"}
    )
    files = [
        {"u": "https://x/a.mp4?x=1", "bytes": 4_000, "n": "a.mp4"},
        {"u": "https://x/b.mp4", "bytes": "9000", "n": "b.mp4"},
        {"u": "https://x/c.jpg", "bytes": 4_500, "n": "c.jpg"},
        {"u": "https://x/d.mp4", "bytes": 100, "n": "d.mp4"},
    ]
    (found,) = mapping.results_of({"videos": [{"id": "1", "f": files}]})
    assert isinstance(found, dict)
    assert found["rendition"] == "a.mp4"
    (none,) = mapping.results_of({"videos": [{"id": "1", "f": files[1:3]}]})
    assert none == {"id": "1"}


def test_a_get_answer_may_have_other_fields_than_a_search_answer() -> None:
    mapping = ToolMapping(fields={"id": "n", "title": "t"}, file="result.0", get_fields={"url": "download.href"})
    assert mapping.file_of({"result": [{"download": {"href": "https://x/1"}}]}, "1") == {
        "url": "https://x/1",
        "id": "1",
    }


def test_an_error_that_a_server_reports_as_a_value_is_passed_on() -> None:
    mapping = ToolMapping(nothing_found="no images matched")
    with pytest.raises(AnswerError, match="it reports: rate limit hit"):
        mapping.results_of({"error": "rate limit\nhit"})
    with pytest.raises(AnswerError, match="it reports: quota"):
        mapping.file_of({"error": {"code": 1, "message": "quota"}}, "1")
    assert mapping.results_of({"error": "No images matched 'tea'."}) == []


TEXT = """Found 3 videos:
1. **Tea in a cup** - https://media.example/tea.mp4
2. [Harbour at night](https://media.example/harbour(1).mp4)
- ![A ship](https://media.example/ship.jpg "title"), again: https://media.example/ship.jpg.
See https://media.example/tea.mp4
"""


def test_links_in_texts_are_results_with_the_title_beside_them() -> None:
    found = {link["url"]: link["title"] for link in links_in(TEXT)}
    assert found["https://media.example/tea.mp4"] == "Tea in a cup"
    assert found["https://media.example/ship.jpg"] == "A ship"
    assert found["https://media.example/harbour(1).mp4"] == "Harbour at night"
    assert len(found) == 3
    mapping = ToolMapping(
        results="", get_tool=None, encodings=("structured", "json", "links"), constants={"kind": "clip"}
    )
    results = mapping.results_of(mapping.read(None, [TEXT]))
    assert {"id": "https://media.example/tea.mp4", "kind": "clip"}.items() <= results[0].items()  # type: ignore[attr-defined]
    with pytest.raises(AnswerError, match="neither JSON nor a link"):
        mapping.read(None, ["nothing"])


@pytest.mark.parametrize("piece", ["[a](https://", "https://x ", "https://a(b", "[](https://a(", "["])
def test_links_of_hostile_texts_are_bounded(piece: str) -> None:
    assert len(links_in("\n".join([piece * 1_000] * 1_000))) <= 200


def test_resources_and_pictures_are_read_only_where_that_is_allowed() -> None:
    contents = [{"id": "a", "url": "https://x/a.jpg", "kind": "image/jpeg", "title": None}]
    mapping = ToolMapping(results="", encodings=("content",))
    assert mapping.results_of(mapping.read(None, ["two pictures"], contents)) == [
        {"id": "a", "url": "https://x/a.jpg", "kind": "still"}
    ]
    with pytest.raises(AnswerError, match="not JSON"):
        ToolMapping().read(None, ["two pictures"], contents)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://x.example/photos/old-light_house-at%20sea-123.jpg?w=1", "Old light house at sea"),
        ("https://x.example/", ""),
        ("Not a URL", "Not a URL"),
    ],
)
def test_words_of_a_url(url: str, words: str) -> None:
    assert words_of_url(url) == words


def test_row_63_python_repr_text_is_read_where_that_is_allowed_and_only_there() -> None:
    text = (
        "[{'videoId': 'VIDEO:7', 'title': \"Tea's\", 'duration': 30, 'resolution': '1280x720', 'public_domain': True}]"
    )
    answer = PRIOR.read(None, [text])
    assert PRIOR.results_of(answer) == [
        {"id": "VIDEO:7", "title": "Tea's", "duration": 30, "width": 1280, "height": 720}
    ]
    with pytest.raises(AnswerError, match="not JSON"):
        ToolMapping().read(None, [text])


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "open('/etc/passwd').read()",
        "[x for x in (1, 2)]",
        "1 +",
        "[" * 5_000,
        "-" * 200_000 + "1",
        "{[]: 1}",
        "",
        "\x00",
        "[" + "1, " * 100_000 + "]",
    ],
)
def test_row_63_python_text_is_data_of_bounded_size_and_never_a_program(text: str) -> None:
    with pytest.raises(AnswerError, match="neither JSON nor Python"):
        PRIOR.read(None, [text])


def test_encodings_are_tried_in_their_order() -> None:
    assert ToolMapping().read({"a": 1}, ['{"a": 2}']) == {"a": 1}
    assert ToolMapping(encodings=("json",)).read({"a": 1}, ['{"a": 2}']) == {"a": 2}
    assert PRIOR.read(None, ["[true]"]) == [True]
    assert PRIOR.read(None, ["[True]"]) == [True]


def test_several_texts_are_the_elements_of_a_list() -> None:
    assert ToolMapping().read(None, ['{"id": "1"}', '{"id": "2"}']) == [{"id": "1"}, {"id": "2"}]


def test_paths_lead_through_keys_and_positions() -> None:
    mapping = ToolMapping(results="data.0.items", fields={"id": "meta.uid", "title": "names.1"})
    answer = {"data": [{"items": [{"meta": {"uid": "7"}, "names": ["a", "b"]}, 5]}]}
    assert mapping.results_of(answer) == [{"id": "7", "title": "b"}, 5]


@pytest.mark.parametrize("answer", [None, [], {}, {"data": []}, {"data": {"items": 1}}, "data", 7])
def test_an_answer_without_results_is_an_error(answer) -> None:
    with pytest.raises(AnswerError, match="no list of results"):
        ToolMapping(results="data.items").results_of(answer)


def test_a_file_keeps_the_requested_id() -> None:
    answer = {"video_id": "other", "file_path": "/media/7.mp4", "cached": False}
    assert PRIOR.file_of(answer, "VIDEO:7") == {"path": "/media/7.mp4", "id": "VIDEO:7"}
    with pytest.raises(AnswerError):
        PRIOR.file_of([], "VIDEO:7")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_shape_of_an_answer_breaks_the_mapping(answer) -> None:
    for mapping in (
        ToolMapping(),
        PRIOR,
        FILES,
        ToolMapping(results="*.*", fields={"id": "a", "title": "*"}, files="*"),
    ):
        try:
            mapping.results_of(answer)
            mapping.file_of(answer, "1")
        except AnswerError:
            pass


def test_only_our_own_names_can_be_mapped() -> None:
    with pytest.raises(ValidationError):
        ToolMapping.model_validate({"fields": {"score": "rating"}})
