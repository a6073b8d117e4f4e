"""Has a project made anew from a stage on, with changed options."""

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import OrderedMusic, ScenesScripted, ScriptRequested, StoryboardEdit
from scenewire_cli.ordering.files.order_files import with_files
from scenewire_cli.progress.projects import StoredProject
from scenewire_cli.revising.latest import LatestRevision, latest_revision
from scenewire_cli.revising.remake_options import Changes
from scenewire_cli.revising.retrying import ask_for_edit, ask_for_order
from scenewire_cli.stack.connection import Access

__all__ = ["remake_project"]


async def remake_project(access: Access, project: StoredProject, changes: Changes) -> int:
    """Asks for the revision that a remake makes; returns its number.

    Raises:
        PermanentError: `invalid_order`, the project has no script; `not_on_record`, it was deleted, or its order is not in
            the stream any more; `revision_conflict`, somebody else was faster; `media_refused`, a file is not usable.
        TransientError: the services cannot take it now.
    """
    changed = await with_files(changes.order, changes.files, access.endpoint.artifacts_url)
    latest = await latest_revision(access, project)
    if changes.first == "script":
        return await ask_for_order(access, changes.apply(_latest_order(latest), changed))
    if latest.script is None:
        raise PermanentError(
            FailureCode.INVALID_ORDER,
            f"{project.label} has no script yet at revision {project.revision}",
            hint="wait until it is written, or write it anew with --from script",
        )
    fields = {"remake_from": changes.first} if changes.first is not None else {}
    edit = StoryboardEdit(
        project_id=project.project_id,
        expected_revision=project.revision,
        options=changes.options(changed),
        selections=latest.selections,
        **fields,
    )
    return await ask_for_edit(access, edit)


def _latest_order(latest: LatestRevision) -> ScriptRequested:
    """Returns the order with the options that edits have changed since."""
    order = latest.next_order()
    return order if latest.script is None else order.model_copy(update=_edited_options(latest.script))


def _edited_options(script: ScenesScripted) -> dict[str, object]:
    options = script.brief.options
    music = None if options.music is None else OrderedMusic(**options.music.model_dump(exclude={"mood"}))
    kept = ("voice", "speed", "look", "footage_providers")
    return {"music": music, **{name: getattr(options, name) for name in kept}}
