import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import AudioRendered, ScriptRequested, StoredMessage, derive_project_id
from scenewire_recorder.log_entries import LogEntry, read
from tests.support.builders import PROJECT, audio_rendered
from tests.unit.recorder.story import NOON_NS, delivered, film, raw_message

ORDER = b'{"topic": "Tea"}'
HEADER = "0b5c1b1e-62ab-4d0c-9d0e-0f3a3a3a3a3a"
DERIVED = str(derive_project_id(1, raw_message("", b"").published_at_ns))


def test_every_message_of_a_film_is_understood():
    entries = [read(message) for message in delivered(film())]
    assert [entry.problem for entry in entries] == [None] * len(entries)
    assert all(entry.valid for entry in entries)
    assert {entry.project_id for entry in entries} == {str(PROJECT)}


def test_the_id_is_the_publishers_own():
    entry = read(raw_message("script.requested", ORDER, headers={"Nats-Msg-Id": "mine"}))
    assert entry.message_id == "mine"


def test_two_messages_without_id_differ_though_a_restored_server_gave_them_the_same_sequence():
    first = read(raw_message("script.requested", ORDER, sequence=7))
    later = raw_message("script.requested", ORDER, sequence=7)
    second = read(replace(later, published_at_ns=later.published_at_ns + 1))
    assert first.message_id != second.message_id
    assert first.project_id != second.project_id


def test_an_order_without_project_gets_the_id_that_every_reader_derives():
    message = raw_message("script.requested", ORDER, sequence=7)
    assert read(message).project_id == str(derive_project_id(7, message.published_at_ns))


def test_an_invalid_order_goes_by_the_id_under_which_its_failure_is_told():
    message = raw_message("script.requested", b"{}", sequence=7)
    assert read(message).project_id == str(derive_project_id(7, message.published_at_ns))


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "2026-11-21T12:00:00.000Z"),
        (999_999, "2026-11-21T12:00:00.000Z"),
        (1_000_000, "2026-11-21T12:00:00.001Z"),
        (999_999_999, "2026-11-21T12:00:00.999Z"),
    ],
)
def test_time_is_utc_text_with_whole_milliseconds(nanoseconds: int, text: str):
    message = raw_message("script.requested", ORDER, sequence=0)
    exact = replace(message, published_at_ns=NOON_NS + nanoseconds)
    assert read(exact).published_at == text


@pytest.mark.parametrize(
    ("subject", "body", "problem"),
    [
        ("script.requested", b"{", "is not JSON"),
        ("script.requested", b"", "is not JSON"),
        ("script.requested", b"[" * 100_000, "is not JSON"),
        ("script.requested", b"{}", "an order needs a topic"),
        ("audio.rendered", ORDER, "project_id is missing"),
        ("video.finished", ORDER, "is unknown to this version"),
        ("segment.rendered", ORDER, "is unknown to this version"),
        ("script.requested", b'{"topic": "\xff"}', "not UTF-8 text: invalid start byte at byte 11"),
        ("script.requested", b'{"topic": "\0"}', "a NUL at character 11"),
    ],
)
def test_what_cannot_be_understood_is_kept_and_says_why(subject: str, body: bytes, problem: str):
    entry = read(raw_message(subject, body))
    assert not entry.valid
    assert entry.problem is not None
    assert problem in entry.problem
    assert (entry.raw_body if entry.body is None else entry.body.encode()) == body


def test_another_version_is_flagged():
    body = audio_rendered().model_dump_json().replace('"schema_version":1', '"schema_version":2')
    assert "schema_version" in (read(raw_message("audio.rendered", body.encode())).problem or "")


def test_only_an_order_of_a_newer_schema_may_have_unknown_fields():
    newer = read(raw_message("script.requested", b'{"schema_version": 2, "topic": "Tea", "mood": "calm"}'))
    assert isinstance(newer.content, ScriptRequested)
    current = read(raw_message("script.requested", b'{"topic": "Tea", "mood": "calm"}'))
    assert (current.valid, (current.problem or "").partition(";")[0]) == (False, "unknown key 'mood'")


@pytest.mark.parametrize(
    ("body", "headers", "project_id"),
    [
        (b"\xff", {"correlation_id": str(PROJECT)}, str(PROJECT)),
        (json.dumps({"project_id": str(PROJECT).upper()}).encode(), {}, str(PROJECT)),
        (b"\xff", {"correlation_id": "nobody"}, None),
        (b'{"project_id": 7}', {}, None),
        (b"[]", {}, None),
        (b"[" * 100_000, {}, None),
    ],
)
def test_an_unreadable_message_still_names_its_project_where_it_can(
    body: bytes, headers: dict[str, str], project_id: str | None
):
    assert read(raw_message("audio.rendered", body, headers=headers)).project_id == project_id


def test_segments_are_told_by_the_beginning_of_their_subject():
    entry = read(raw_message(f"segment.rendered.{PROJECT}.1", audio_rendered().model_dump_json().encode()))
    assert entry.problem is not None
    assert entry.problem.startswith("footage")
    assert not isinstance(entry.content, AudioRendered)


@given(st.binary(max_size=200), st.text(max_size=20), st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_no_message_is_too_strange_to_be_kept(body: bytes, subject: str, headers: dict[str, str]):
    message = StoredMessage(
        stream="PIPELINE", sequence=1, subject=subject, published_at_ns=NOON_NS, headers=headers, body=body
    )
    entry = read(message)
    assert isinstance(entry, LogEntry)
    assert entry.message_id
    assert (entry.raw_body if entry.body is None else entry.body.encode()) == body
    assert json.loads(entry.headers) == headers


@pytest.mark.parametrize(
    ("subject", "body", "project_id"),
    [
        ("script.requested", {"project_id": str(PROJECT), "topic": ""}, str(PROJECT)),
        ("script.requested", {"topic": ""}, DERIVED),
        ("script.requested", {"project_id": "a.b", "topic": "Tea"}, DERIVED),
        ("audio.rendered", {"project_id": str(PROJECT)}, str(PROJECT)),
        ("audio.rendered", {"project_id": 7}, None),
        ("audio.rendered", {}, HEADER),
    ],
)
def test_a_header_names_the_project_only_where_the_body_names_none(
    subject: str, body: dict[str, object], project_id: str | None
):
    message = raw_message(subject, json.dumps(body).encode(), headers={"correlation_id": HEADER})
    assert read(message).project_id == project_id
