"""What an order would make, before anything is made."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from scenewire.messages import ScenesScripted, ScriptRequested, has_closing, planned_closing_s

__all__ = [
    "NO_PROJECT",
    "Plan",
    "PlannedScene",
    "estimated_duration",
    "has_own_words",
    "plan_of_script",
    "plan_of_topic",
]

NO_PROJECT: Final = UUID(int=0)
"""The project of scripts that are only shown."""


class PlannedScene(BaseModel):
    """A scene that an order would have."""

    model_config = ConfigDict(frozen=True)

    scene_number: int
    text: str
    section: str
    estimated_duration: float = Field(description="Seconds, with the silence after it.")
    footage_query: str


class Plan(BaseModel):
    """The answer to `orders.plan`."""

    model_config = ConfigDict(frozen=True)

    title: str
    scene_count: int | None = Field(description="None: a language model decides.")
    estimated_duration: float = Field(description="Of the video, seconds.")
    writer: str
    scenes: tuple[PlannedScene, ...]
    notes: tuple[str, ...]


def has_own_words(order: ScriptRequested) -> bool:
    """Returns whether an order has a text or scenes, which no writer changes."""
    return bool(order.scenes or (order.text and order.text.strip()))


def plan_of_script(scripted: ScenesScripted) -> Plan:
    """Returns the plan of a script."""
    return Plan(
        title=scripted.brief.title,
        scene_count=len(scripted.scenes),
        estimated_duration=estimated_duration(scripted),
        writer=scripted.writer,
        scenes=tuple(
            PlannedScene(
                scene_number=scene.scene_number,
                text=scene.text,
                section=scene.section,
                estimated_duration=round((scene.wanted_duration or scene.estimated_duration) + scene.pause, 2),
                footage_query=scene.footage_query,
            )
            for scene in scripted.scenes
        ),
        notes=scripted.brief.notes,
    )


def plan_of_topic(order: ScriptRequested, *, writer: str) -> Plan:
    """Returns the plan of a topic that a language model would write about; it is not asked."""
    return Plan(
        title=order.title or order.topic or "",
        scene_count=None,
        estimated_duration=order.options.target_duration,
        writer=writer,
        scenes=(),
        notes=("A language model writes the script when the video is ordered; its scenes are not known before.",),
    )


def estimated_duration(scripted: ScenesScripted) -> float:
    """Returns the estimated length of a video, seconds."""
    spoken = sum((scene.wanted_duration or scene.estimated_duration) + scene.pause for scene in scripted.scenes)
    brief = scripted.brief
    if has_closing(brief.options.look, brief.ordered_duration):
        spoken += planned_closing_s(brief.ordered_duration or spoken)
    return round(spoken, 1)
