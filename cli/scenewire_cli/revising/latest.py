"""The latest revision of a project in the stream: its order, its storyboard and its footage."""

from dataclasses import dataclass, field

from pydantic import ValidationError

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    ArtifactRef,
    FootageSourced,
    ScenesScripted,
    ScriptRequested,
    StoredMessage,
    describe_faults,
)
from scenewire_cli.progress.projects import StoredProject
from scenewire_cli.stack.connection import Access

__all__ = ["LatestRevision", "latest_revision"]

_SUBJECTS = (ScriptRequested.SUBJECT, ScenesScripted.SUBJECT, FootageSourced.SUBJECT)


@dataclass
class LatestRevision:
    """What the stream holds of the latest revision of a project.

    Attributes:
        order: the message with its latest order; None if the stream holds none.
        script: its storyboard; None if it has none.
        selections: the footage of its scenes by number.
    """

    project: StoredProject
    order: StoredMessage | None = None
    script: ScenesScripted | None = None
    selections: dict[int, ArtifactRef] = field(default_factory=dict)

    def apply(self, message: StoredMessage) -> None:
        """Applies a message of the project."""
        if message.subject == ScriptRequested.SUBJECT:
            if self.order is None or message.revision > self.order.revision:
                self.order = message
        elif message.revision != self.project.revision:
            return
        elif message.subject == ScenesScripted.SUBJECT:
            self.script = ScenesScripted.model_validate_json(message.body)
        else:
            sourced = FootageSourced.model_validate_json(message.body)
            if sourced.selection is not None:
                self.selections[sourced.scene.scene_number] = sourced.selection

    def next_order(self) -> ScriptRequested:
        """Returns the latest order, as one of the next revision.

        Raises:
            PermanentError: `not_on_record`, the stream does not hold it; `invalid_order`, it cannot be read.
        """
        if self.order is None:
            raise PermanentError(
                FailureCode.NOT_ON_RECORD,
                f"the stream no longer holds the order of {self.project.label}",
                hint="order the video again",
            )
        try:
            order = ScriptRequested.model_validate_json(self.order.body)
        except ValidationError as error:
            raise PermanentError(
                FailureCode.INVALID_ORDER,
                f"the order of {self.project.label} cannot be understood: {describe_faults(error)}",
                hint="correct it and order again",
            ) from error
        fields = {"project_id": self.project.project_id, "revision": self.project.revision + 1}
        return order.model_copy(update=fields)


async def latest_revision(access: Access, project: StoredProject) -> LatestRevision:
    """Reads the latest revision of a project.

    Raises:
        TransientError: `bus_unavailable`.
    """
    latest = LatestRevision(project)
    async for message in access.bus.stored(_SUBJECTS, from_sequence=project.first_sequence):
        if message.project_id == project.project_id:
            latest.apply(message)
    return latest
