"""The contract of the bus: every change of a message is noticed and has a version; the document tells what the code does."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from pydantic import Field, create_model

from scenewire import messages
from scenewire.contracts import read_asyncapi
from scenewire.messages import Message, ProjectCancelled, ProjectFailed, SegmentRendered, headers
from scenewire.messages.orders import SCHEMA_VERSION
from scripts.contracts.__main__ import DOCUMENT, FOLDER, main
from scripts.contracts.changes import changes, digest
from scripts.contracts.channels import Channel, channels, message_classes, require_known, subject_matches
from scripts.contracts.document import asyncapi, schemas
from scripts.contracts.versions import read_versions
from tests.support.builders import PROJECT, segment_rendered

ROOT = Path(__file__).parents[2]
CHANNELS = channels()
STORED = json.loads(read_asyncapi())

Mutation = Callable[[Channel], Channel]


def with_model(**fields: Any) -> Mutation:
    """Changes fields of a message; None removes one."""

    def mutate(channel: Channel) -> Channel:
        model = channel.model
        assert model is not None
        kept: dict[str, Any] = {
            name: (field.annotation, field) for name, field in model.model_fields.items() if name not in fields
        }
        given = {name: field for name, field in fields.items() if field is not None}
        return replace(channel, model=create_model(model.__name__, **kept, **given))

    return mutate


def mutated(name: str, mutate: Mutation) -> tuple[Channel, ...]:
    """Returns the channels, one of them changed."""
    assert any(channel.name == name for channel in CHANNELS)
    return tuple(mutate(channel) if channel.name == name else channel for channel in CHANNELS)


def document(described: Sequence[Channel] = CHANNELS) -> dict[str, Any]:
    return asyncapi(described, STORED["info"]["version"])


MUTATIONS: dict[str, tuple[str, Mutation, str, bool]] = {
    "a new field": ("project.failed", with_model(cause=(str, "")), "ProjectFailed.properties.cause is new", True),
    "a new field without a default": (
        "project.failed",
        with_model(cause=(str, ...)),
        "ProjectFailed.required changes",
        False,
    ),
    "a removed field": (
        "project.failed",
        with_model(hint=None),
        "ProjectFailed.properties.hint is removed",
        False,
    ),
    "a wider limit": (
        "project.cancelled",
        with_model(requested_by=(str, Field(default="", max_length=201))),
        "requested_by.maxLength changes from 200 to 201",
        True,
    ),
    "a narrower limit": (
        "project.cancelled",
        with_model(requested_by=(str, Field(default="", max_length=199))),
        "requested_by.maxLength changes from 200 to 199",
        False,
    ),
    "a new limit": (
        "project.failed",
        with_model(hint=(str, Field(default="", max_length=5))),
        "hint.maxLength is new: 5",
        False,
    ),
    "a changed default": (
        "project.failed",
        with_model(hint=(str, "try again")),
        'hint.default changes from "" to "try again"',
        False,
    ),
    "a changed type": (
        "project.failed",
        with_model(stage=(int, ...)),
        'type changes from "string" to "integer"',
        False,
    ),
    "a renamed subject": (
        "project.failed",
        lambda channel: replace(channel, name="project.broken", address="project.broken"),
        "channels.project.failed is removed",
        False,
    ),
    "another stream": (
        "project.failed",
        lambda channel: replace(channel, stream=None),
        'x-stream changes from "PIPELINE" to null',
        False,
    ),
    "another sender": (
        "project.failed",
        lambda channel: replace(channel, sent_by=(*channel.sent_by, "recorder")),
        "operations.recorder.send.project.failed is new",
        True,
    ),
    "a new header": (
        "project.failed",
        lambda channel: replace(channel, headers={**channel.headers, "new": ""}),
        "headers.properties.new is new",
        True,
    ),
    "a reply that lacks a field": (
        "orders.make",
        lambda channel: replace(channel, reply=create_model("Ordered")),
        "Ordered.properties",
        False,
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("arguments", [["--check"], []], ids=["compared", "written"])
def test_a08_a09_a_changed_message_fails_until_the_contract_has_a_version_for_it(
    mutation: str, arguments: list[str], tmp_path: Path
) -> None:
    name, mutate, said, keeps_meaning = MUTATIONS[mutation]
    described = mutated(name, mutate)
    folder = shutil.copytree(FOLDER, tmp_path / "contracts")

    found = changes(STORED, document(described))
    with pytest.raises(SystemExit) as failure:
        main(arguments, described, folder)

    assert said in str(failure.value)
    assert digest(document(described)) in str(failure.value)
    assert all(change.keeps_meaning for change in found) == keeps_meaning
    assert ("breaks = " in str(failure.value)) == (not keeps_meaning)
    assert (folder / DOCUMENT).read_text() == read_asyncapi()


@pytest.mark.parametrize("mutation", ["a new field", "a removed field"])
def test_a08_a_version_makes_a_change_and_a_break_needs_a_reason(mutation: str, tmp_path: Path) -> None:
    name, mutate, _, keeps_meaning = MUTATIONS[mutation]
    described = mutated(name, mutate)
    folder = shutil.copytree(FOLDER, tmp_path / "contracts")
    version = (
        f'\n[[version]]\nnumber = "{SCHEMA_VERSION}.999"\nchange = "x"\nsha256 = "{digest(document(described))}"\n'
    )
    with (folder / "versions.toml").open("a") as file:
        file.write(version)

    if not keeps_meaning:
        with pytest.raises(SystemExit, match="another meaning"):
            main([], described, folder)
        with (folder / "versions.toml").open("a") as file:
            file.write('breaks = "no message has it"\n')
    with pytest.raises(SystemExit, match="does not match the code; run `make contracts`"):
        main(["--check"], described, folder)
    main([], described, folder)

    main(["--check"], described, folder)
    assert json.loads((folder / DOCUMENT).read_text())["info"]["version"] == f"{SCHEMA_VERSION}.999"


def test_a08_files_made_anew_do_not_hide_a_change_without_a_version(tmp_path: Path) -> None:
    described = mutated("project.failed", with_model(cause=(str, "")))
    folder = shutil.copytree(FOLDER, tmp_path / "contracts")
    (folder / DOCUMENT).write_text(json.dumps(document(described)))
    for name, schema in schemas(described).items():
        (folder / name).write_text(json.dumps(schema))

    with pytest.raises(SystemExit, match="changes without a version"):
        main(["--check"], described, folder)


def test_a08_a_schema_that_was_edited_by_hand_or_left_behind_fails(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "contracts")
    (folder / f"v{SCHEMA_VERSION}" / "progress.schema.json").write_text("{}")
    (folder / f"v{SCHEMA_VERSION}" / "former.schema.json").write_text("{}")

    with pytest.raises(SystemExit, match=r"former\.schema\.json, v1/progress\.schema\.json in contracts/"):
        main(["--check"], CHANNELS, folder)


def test_a08_better_words_need_no_version_but_are_written() -> None:
    described = mutated("project.failed", with_model(hint=(str, Field(default="", description="Other words."))))

    assert document(described) != document()
    assert changes(document(), document(described)) == []
    assert digest(document(described)) == digest(document())


def test_a08_a09_the_stored_contract_matches_the_code() -> None:
    main(["--check"], CHANNELS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[version]]\nnumber = "1.0"\nchange = ""\nsha256 = ""\n', r"versions\.toml: [^\n]*\nchange"),
        ("[[version]\n", r"versions\.toml: "),
        (
            2 * f'[[version]]\nnumber = "1.0"\nchange = "x"\nsha256 = "{"0" * 64}"\n',
            r"numbers must rise, not 1\.0, 1\.0",
        ),
    ],
    ids=["no sentence", "no TOML", "twice"],
)
def test_a_fault_in_the_list_of_versions_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_versions(text)


class Unknown(Message):
    SUBJECT: ClassVar[str] = "project.archived"


class Homeless(ProjectCancelled):
    SUBJECT: ClassVar[str] = "archive.requested"


class Sent(ProjectCancelled):
    SUBJECT: ClassVar[str] = "project.cancelled"


@pytest.mark.parametrize(
    ("outsider", "registered", "said"),
    [
        (Unknown, {}, "is not in MESSAGES"),
        (Homeless, {"archive.requested": Homeless}, "no subject of PIPELINE"),
    ],
)
def test_a08_a_message_class_outside_registry_or_topology_is_noticed(
    outsider: type[Message], registered: dict[str, type[Message]], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.contracts.channels.MESSAGES", {**messages.MESSAGES, **registered})

    with pytest.raises(ValueError, match=said):
        require_known([*message_classes(), outsider])


def test_a_message_whose_sender_is_unknown_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.contracts.channels._SENDERS", {})

    with pytest.raises(ValueError, match="does not say who sends"):
        require_known([Sent])


def test_every_message_class_of_the_product_is_found() -> None:
    found = {model.SUBJECT: model for model in message_classes()}

    assert found == {subject: model for subject, model in messages.MESSAGES.items() if issubclass(model, Message)}
    assert {model.model_fields["schema_version"].default for model in messages.MESSAGES.values()} == {SCHEMA_VERSION}


@pytest.mark.parametrize(
    ("pattern", "subject", "matches"),
    [
        (">", "a.b", True),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        ("a.*", "a.b", True),
        ("a.*", "a.b.c", False),
        ("a.b", "a.b", True),
        ("a.b", "a.c", False),
        ("b.>", "a.b", False),
    ],
)
def test_subjects_match_as_nats_matches_them(pattern: str, subject: str, matches: bool) -> None:
    assert subject_matches(pattern, subject) == matches


def test_the_document_is_valid_asyncapi_and_its_references_resolve() -> None:
    ApplicationSchema.model_validate(STORED)
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', read_asyncapi()):
        target: Any = STORED
        for key in reference.split("/"):
            target = target[key]


def test_addresses_are_the_subjects_of_messages() -> None:
    addresses = [re.sub(r"{\w+}", "*", channel["address"] or "") for channel in STORED["channels"].values()]
    segment = segment_rendered(PROJECT, 2)

    for message in (segment, segment.model_copy(update={"revision": 3})):
        assert sum(subject_matches(address, message.subject) for address in addresses) == 1
    assert ProjectFailed(project_id=uuid4(), stage="tts", code="x", message="x").subject in addresses
    assert SegmentRendered.SUBJECT not in addresses


def test_the_document_lists_the_headers_that_messages_have() -> None:
    names = STORED["components"]["messages"]["ScenesScripted"]["headers"]["properties"]

    assert set(names) == {
        headers.MESSAGE_ID,
        headers.CORRELATION_ID,
        headers.SCHEMA,
        headers.CONTENT_TYPE,
        headers.TRACE,
    }


def test_senders_are_those_that_a_deployment_allows() -> None:
    config = (ROOT / "deploy" / "nats.conf").read_text()
    allowed = {
        (user, subject)
        for user, subjects in re.findall(
            r"user: (\w+), password: \S+ permissions: \{\s*publish: \{ allow: \[(.*?)\]", config, re.DOTALL
        )
        for subject in re.findall(r'"([^"]+)"', subjects)
        if not subject.startswith(("$JS.", "interruptions."))
    }
    sends = [
        (
            name.partition(".")[0],
            re.sub(
                r"{\w+}", "*", STORED["channels"][operation["channel"]["$ref"].removeprefix("#/channels/")]["address"]
            ),
        )
        for name, operation in STORED["operations"].items()
        if operation["action"] == "send"
    ]

    def fits(pattern: str, subject: str) -> bool:
        return subject_matches(pattern, subject) or subject_matches(subject, pattern)

    assert [
        send for send in sends if not any(user == send[0] and fits(subject, send[1]) for user, subject in allowed)
    ] == []
    assert [
        (user, subject)
        for user, subject in sorted(allowed)
        if not any(user == s and fits(subject, c) for s, c in sends)
    ] == []


def test_a10_contributors_are_told_what_a_new_field_message_or_version_needs() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    section = guide[guide.index("## Change a message") :].split("\n## ")[0]

    for needed in (
        "make contracts",
        "make test-contracts",
        "versions.toml",
        "tests.support.golden",
        "topology.py",
        "docs/contracts.md",
    ):
        assert needed in section, needed
