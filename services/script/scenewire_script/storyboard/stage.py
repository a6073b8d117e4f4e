"""Turns edits into the next revisions of storyboards, one edit a revision."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import ConflictError, FailureCode, PermanentError
from scenewire.messages import LAST_REVISION, EditedOptions, Music, Options, ScenesScripted, StoryboardEdit
from scenewire_script.music.choice import MusicByMood
from scenewire_script.script_documents import ScriptDocuments
from scenewire_script.storyboard.editing import apply_edit

__all__ = ["EditOutcome", "StoryboardStage"]


@dataclass(frozen=True)
class EditOutcome:
    """The revision that follows the edited one.

    Attributes:
        scripted: the revision; to be published, whichever edit made it: its own sender may have died before.
        conflict: why it is not the revision that was asked for; None if it is.
    """

    scripted: ScenesScripted
    conflict: ConflictError | None = None


class StoryboardStage:
    """Edits storyboards.

    The store decides who is first: a revision is stored once. A repetition of the edit that made it is answered alike.

    Args:
        store: keeps the scripts.
        words_per_second: speaking rate of English, for estimated durations.
        music_dir: folder of music by mood, in addition to an installed collection.
    """

    def __init__(self, store: ArtifactStore, *, words_per_second: float = 2.7, music_dir: Path | None = None) -> None:
        self._documents = ScriptDocuments(store)
        self._music = MusicByMood(store, music_dir)
        self._words_per_second = words_per_second

    async def edit(self, edit: StoryboardEdit) -> EditOutcome:
        """Returns the revision after an edit, or that of the edit that was faster.

        Raises:
            PermanentError: `not_on_record`, the storyboard is not stored; `invalid_order`, the edit cannot be applied.
            TransientError: the store is unavailable.
        """
        if edit.expected_revision == LAST_REVISION:
            raise PermanentError(
                FailureCode.INVALID_ORDER, f"project {edit.project_id} has had its last revision", hint="order it anew"
            )
        following = await self._documents.find(edit.project_id, edit.expected_revision + 1)
        if following is None:
            following = await self._documents.save(await self._edited(edit))
        if following.edit == edit.fingerprint:
            return EditOutcome(following)
        return EditOutcome(following, _conflict(edit))

    async def _edited(self, edit: StoryboardEdit) -> ScenesScripted:
        before = await self._documents.find(edit.project_id, edit.expected_revision)
        if before is None:
            raise PermanentError(
                FailureCode.NOT_ON_RECORD,
                f"project {edit.project_id} has no stored storyboard of revision {edit.expected_revision}",
                hint="wait until its script is written; if it was deleted, order again",
            )
        options = await self._changed(before.brief.options, edit)
        return await asyncio.to_thread(apply_edit, before, edit, options, words_per_second=self._words_per_second)

    async def _changed(self, options: Options, edit: StoryboardEdit) -> Options:
        changes: EditedOptions = edit.options
        update: dict[str, object] = {
            name: getattr(changes, name) for name in changes.model_fields_set & {"voice", "speed", "footage_providers"}
        }
        if changes.look is not None:
            given = {name: getattr(changes.look, name) for name in changes.look.model_fields_set}
            update["look"] = options.look.model_copy(update=given)
        if "music" in changes.model_fields_set:
            music = await self._music.resolve(changes.music, edit.project_id)
            update["music"] = None if music is None else Music.model_validate(music.model_dump())
        return options.model_copy(update=update)


def _conflict(edit: StoryboardEdit) -> ConflictError:
    return ConflictError(
        FailureCode.REVISION_CONFLICT,
        f"revision {edit.expected_revision} of project {edit.project_id} is not the latest: it was edited before",
        hint="read the latest storyboard and edit that",
    )
