"""`scenewire dlq retry`: has the messages of dead letters handled again."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from scenewire.bus.reading.dead_letters import DeadLetter
from scenewire.errors import FailureCode, PermanentError, PipelineError
from scenewire_cli.commands.dead_letters.access import letters_access
from scenewire_cli.commands.dead_letters.choice import LetterChoice, chosen_letters
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.projects import StoredProject, short_id, stored_projects
from scenewire_cli.revising.retrying import can_be_retried, retry_project
from scenewire_cli.running import run
from scenewire_cli.stack.connection import Access
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["retry"]

_CONFLICTS: Final = {FailureCode.ORDER_CONFLICT, FailureCode.REVISION_CONFLICT}
"""Failures of a message after which its project goes on."""


def retry(
    choice: LetterChoice, *, data: DataOption = None, nats: NatsOption = None, as_json: JsonOption = False
) -> None:
    """Has the messages handled again, then removes the letters.

    A project that has failed goes on by its next revision, as with `scenewire retry`; other messages are published
    again. A letter stays until that is stored. Without a running stack, `scenewire up` continues afterwards.

    Example:
        scenewire dlq retry 12
        scenewire dlq retry --durable gateway-webhooks
    """
    choice.require("retry")
    run(_retry(choice, data, nats, as_json=as_json))


async def _retry(choice: LetterChoice, data: Path | None, nats: str | None, *, as_json: bool) -> int:
    services = ("recorder", "script") if DataFolder(data).has_record else ("script",)  # it takes edits and orders
    failed = 0
    async with letters_access(data, nats, services=services) as access:
        numbers = await chosen_letters(access.bus.letters, choice)
        projects = await stored_projects(access) if numbers else {}
        for number in numbers:
            try:
                outcome = await _retried(access, projects, await access.bus.letters.get(number))
            except PipelineError as error:
                if choice.letter is not None:
                    raise
                failed += 1
                _print_failure(number, error, as_json=as_json)
            else:
                _print_outcome(number, outcome, as_json=as_json)
    if not numbers:
        print_line("no dead letters", error=True)
    return 1 if failed else 0


async def _retried(access: Access, projects: Mapping[UUID, StoredProject], letter: DeadLetter) -> tuple[str, str]:
    """Has a letter's message handled again; returns the outcome for programs and for people.

    Raises:
        PipelineError: it cannot be handled again now; the letter is kept.
    """
    letters = access.bus.letters
    letter = replace(letter, body=await letters.original(letter))
    project_id = await letters.project_of(letter)
    project = None if project_id is None else projects.get(project_id)
    fails_its_project = letter.is_work and letter.reason not in _CONFLICTS
    if project is not None and fails_its_project:
        if project.revision > letter.message.revision or project.state == "finished":
            await letters.drop(letter.sequence)
            return "superseded", f"removed: {project.label} is {_words(project)} as revision {project.revision}"
        if project.state in ("cancelled", "deleted"):
            raise _ended(letter, project)
        if project.state == "failed" and await can_be_retried(access, project):
            project.revision, project.end = await retry_project(access, project), None
            await letters.drop(letter.sequence)
            return "retried", f"{project.label} goes on as revision {project.revision}"
    await letters.put_back(letter)
    return "published", f"published again on {letter.subject}"


def _words(project: StoredProject) -> str:
    return "being made" if project.state == "unfinished" else project.state


def _ended(letter: DeadLetter, project: StoredProject) -> PermanentError:
    hint = f"`scenewire dlq drop {letter.sequence}` removes the letter"
    if project.state == "cancelled":
        hint = f"`scenewire retry {short_id(project.project_id)}` makes the project again; {hint}"
    message = f"dead letter {letter.sequence} is about {project.label}, which was {project.state}"
    return PermanentError(FailureCode.CANCELLED, message, hint=hint)


def _print_outcome(number: int, outcome: tuple[str, str], *, as_json: bool) -> None:
    event, text = outcome
    if as_json:
        print_json({"event": event, "letter": number, "detail": text})
    else:
        print_line(f"letter {number}: {text}")


def _print_failure(number: int, error: PipelineError, *, as_json: bool) -> None:
    if as_json:
        fields = {"code": error.code, "message": error.message, "hint": error.hint}
        print_json({"event": "error", "letter": number, **fields})
    print_line(f"letter {number}: error: {error}", error=True)
