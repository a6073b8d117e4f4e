"""What an edit changed: a storyboard compared with the one before it."""

from typing import Final

from pydantic import Field

from scenewire.messages import Options, Remade, Scene, ScenesScripted
from scenewire_gateway.projects.views import View

__all__ = ["NO_CHANGES", "Changes", "changes_between"]

_EDITABLE: Final = ("text", "voice", "pause", "media", "narration", "footage_query", "designed")
"""Fields of a scene that edits set; the others follow from them."""


class Changes(View):
    """What an edit changed. Numbers of scenes are those of the new revision, of dropped ones those of the revision before."""

    edited: list[int]
    added: list[int]
    dropped: list[int]
    reordered: bool = Field(description="Whether scenes that stay have another order.")
    options: list[str] = Field(description="Options of the whole video, by name.")
    remade: list[str] = Field(description="Stages that worked anew, although nothing changed for them.")


NO_CHANGES: Final = Changes(edited=[], added=[], dropped=[], reordered=False, options=[], remade=[])


def changes_between(before: ScenesScripted, after: ScenesScripted) -> Changes:
    """Returns what distinguishes a storyboard from the one before it."""
    old = {scene.id: scene for scene in before.scenes}
    new = {scene.id: scene for scene in after.scenes}
    options, changed = before.brief.options, after.brief.options
    return Changes(
        edited=[scene.scene_number for key, scene in new.items() if key in old and _facts(scene) != _facts(old[key])],
        added=[scene.scene_number for key, scene in new.items() if key not in old],
        dropped=[scene.scene_number for key, scene in old.items() if key not in new],
        reordered=[key for key in old if key in new] != [key for key in new if key in old],
        options=[name for name in Options.model_fields if getattr(options, name) != getattr(changed, name)],
        remade=[
            stage
            for stage in Remade.model_fields
            if getattr(before.brief.remade, stage) != getattr(after.brief.remade, stage)
        ],
    )


def _facts(scene: Scene) -> list[object]:
    return [getattr(scene, name) for name in _EDITABLE]
