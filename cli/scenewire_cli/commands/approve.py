"""`scenewire approve`: has the pictures of a storyboard made."""

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import FootageSourced, ScenesScripted, StoryboardEdit
from scenewire.topology import EDIT_STORYBOARD
from scenewire_cli.options import DataOption, JsonOption, NatsOption
from scenewire_cli.output.terminal import print_json, print_line
from scenewire_cli.progress.projects import StoredProject, find_project
from scenewire_cli.project_ids import ProjectArgument
from scenewire_cli.running import run
from scenewire_cli.stack.connection import Access, existing
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["approve"]


def approve(
    project_id: ProjectArgument, *, data: DataOption = None, nats: NatsOption = None, as_json: JsonOption = False
) -> None:
    """Approves the storyboard of an order with --approve.

    Its pictures are then made, by the stack that runs already.

    Example:
        scenewire approve 5f0c4b0e
    """
    run(_approve(DataFolder(data), project_id, nats_url=nats, as_json=as_json))


async def _approve(folder: DataFolder, project_id: str, *, nats_url: str | None, as_json: bool) -> int:
    async with existing(folder, nats_url) as access:
        project = await find_project(access, project_id)
        edit = await _approval(access, project)
        answer = await access.bus.ask(EDIT_STORYBOARD, edit.model_dump_json(exclude_unset=True).encode())
    if as_json:
        print_json({"event": "approved", **answer})
    else:
        print_line(f"approved {project.label}")
    return 0


async def _approval(access: Access, project: StoredProject) -> StoryboardEdit:
    """Returns the edit that approves the latest storyboard and keeps its footage.

    Raises:
        PermanentError: `invalid_order`, it does not await approval.
    """
    awaits, selections = False, {}
    subjects = (ScenesScripted.SUBJECT, FootageSourced.SUBJECT)
    async for message in access.bus.stored(subjects, from_sequence=project.first_sequence):
        if message.project_id != project.project_id or message.revision != project.revision:
            continue
        if message.subject == ScenesScripted.SUBJECT:
            awaits = ScenesScripted.model_validate_json(message.body).brief.awaits_approval
        else:
            sourced = FootageSourced.model_validate_json(message.body)
            selections[sourced.scene.scene_number] = sourced.selection
    if project.end is not None or not awaits:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"{project.label} does not await approval",
            hint="`scenewire ps` shows what does; only orders with --approve do",
        )
    return StoryboardEdit(
        project_id=project.project_id,
        expected_revision=project.revision,
        approve=True,
        selections={number: selection for number, selection in selections.items() if selection is not None},
    )
