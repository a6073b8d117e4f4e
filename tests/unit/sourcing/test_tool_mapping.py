"""Servers with other names need only configuration, and nothing in their answers is executed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scenewire_sourcing.providers.tool_mapping import AnswerError, ToolMapping

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
    assert ToolMapping(search_arguments={"q": {"deep": "$query"}, "n": "$5"}).search_call("tea", 1) == {
        "q": {"deep": "$query"},
        "n": "$5",
    }


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
    for mapping in (ToolMapping(), PRIOR):
        try:
            mapping.results_of(answer)
            mapping.file_of(answer, "1")
        except AnswerError:
            pass


def test_only_our_own_names_can_be_mapped() -> None:
    with pytest.raises(ValidationError):
        ToolMapping.model_validate({"fields": {"score": "rating"}})
