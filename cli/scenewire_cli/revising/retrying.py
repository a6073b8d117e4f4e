"""Makes a failed project go on by its next revision."""

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ScriptRequested, StoryboardEdit
from scenewire.topology import EDIT_STORYBOARD, MAKE_ORDER
from scenewire_cli.progress.projects import StoredProject, short_id
from scenewire_cli.revising.latest import latest_revision
from scenewire_cli.stack.connection import Access

__all__ = ["ask_for_edit", "ask_for_order", "can_be_retried", "retry_project"]

_TIMEOUT_S = 30.0
"""Designs of a long storyboard take some seconds."""


async def retry_project(access: Access, project: StoredProject) -> int:
    """Has a failed or cancelled project made again, from the stage that failed; returns the number of the revision.

    What was finished is kept. A repetition is answered with the same revision.

    Raises:
        PermanentError: `invalid_order`, it has not failed; `not_on_record`, its order is not in the stream any more;
            `revision_conflict`, somebody else was faster.
        TransientError: the services cannot take it now.
    """
    if project.state not in ("failed", "cancelled"):
        raise _not_failed(project)
    latest = await latest_revision(access, project)
    if latest.script is None:
        return await ask_for_order(access, latest.next_order())
    edit = StoryboardEdit(
        project_id=project.project_id, expected_revision=project.revision, selections=latest.selections
    )
    return await ask_for_edit(access, edit)


async def can_be_retried(access: Access, project: StoredProject) -> bool:
    """Returns whether a failed project has a storyboard, or an order that this version understands.

    Raises:
        TransientError: `bus_unavailable`.
    """
    latest = await latest_revision(access, project)
    if latest.script is not None:
        return True
    try:
        latest.next_order()
    except PermanentError:
        return False
    return True


async def ask_for_edit(access: Access, edit: StoryboardEdit) -> int:
    """Has a storyboard edited; returns the number of its next revision.

    Raises:
        PermanentError: the edit is refused.
        TransientError: the services cannot take it now.
    """
    body = edit.model_dump_json(exclude_unset=True).encode()
    return int((await access.bus.ask(EDIT_STORYBOARD, body, within_s=_TIMEOUT_S))["revision"])


async def ask_for_order(access: Access, order: ScriptRequested) -> int:
    """Orders a further revision of a project; returns its number.

    Raises:
        PermanentError: the order is refused.
        TransientError: the services cannot take it now.
    """
    await access.bus.ask(MAKE_ORDER, order.model_dump_json(exclude_none=True).encode(), within_s=_TIMEOUT_S)
    return order.revision


def _not_failed(project: StoredProject) -> PermanentError:
    which = short_id(project.project_id)
    hints = {
        "unfinished": f"`scenewire watch {which}` follows it, `scenewire up` continues it",
        "finished": f"`scenewire remake {which}` makes another version of its video",
        "deleted": "order the video again",
    }
    state = "being made" if project.state == "unfinished" else project.state
    return PermanentError(
        FailureCode.INVALID_ORDER,
        f"nothing to retry: {project.label} is {state}; only failed and cancelled projects are retried",
        hint=hints.get(project.state, ""),
    )
