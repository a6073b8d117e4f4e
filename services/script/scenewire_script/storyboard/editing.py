"""Applies an edit to a storyboard. Pure.

A scene that does not change keeps everything that later stages look at: its id, text, estimates, designs and footage. So
they find what they have made of it.
"""

from collections.abc import Iterator, Sequence
from math import fsum
from typing import Any, Final
from uuid import UUID

from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    MAX_SCENES,
    Options,
    Remade,
    Scene,
    SceneEdit,
    SceneOrder,
    ScenesScripted,
    ScriptRequested,
    StoryboardEdit,
    derive_scene_id,
)
from scenewire_script.designs.cards import with_cards_of
from scenewire_script.designs.choice import SceneWords, choose_designs, link_years
from scenewire_script.estimates import Estimates
from scenewire_script.text.keywords import keywords_of
from scenewire_script.writers.base import DraftScene
from scenewire_script.writers.outline import draft_scene

__all__ = ["apply_edit"]

_PICTURE: Final = ("media", "footage_query", "designed")
"""Fields of a scene after whose change it no longer keeps its footage."""

_QUOTED_CHARACTERS: Final = 60


def apply_edit(
    before: ScenesScripted, edit: StoryboardEdit, options: Options, *, words_per_second: float
) -> ScenesScripted:
    """Returns the next revision of a storyboard. Deterministic. Blocks while designs are chosen.

    Args:
        before: the revision that the edit changes.
        edit: the changes.
        options: of the whole video, changed already.
        words_per_second: speaking rate of English.

    Raises:
        PermanentError: `invalid_order`, the edit names a scene that does not exist or that it drops, leaves no scene, or a
            scene has nothing to speak.
    """
    _require_known_scenes(before, edit)
    return _Editor(before, edit, options, Estimates(options, words_per_second)).storyboard()


def _require_known_scenes(before: ScenesScripted, edit: StoryboardEdit) -> None:
    count = before.brief.scene_count
    kept = set(range(1, count + 1) if edit.order is None else edit.order)
    changed, followed = {change.scene for change in edit.scenes}, {scene.after for scene in edit.added} - {0}
    for name, numbers in (
        ("order", kept),
        ("selections", set(edit.selections)),
        ("scenes", changed),
        ("added", followed),
    ):
        if unknown := sorted(number for number in numbers if number > count):
            raise _invalid(f"{name} names scene {unknown[0]}, but revision {before.revision} has {count} scenes")
    for name, numbers in (("scenes", changed), ("added", followed)):
        if dropped := sorted(numbers - kept):
            raise _invalid(f"{name} names scene {dropped[0]}, which order drops")
    scenes = len(kept) + len(edit.added)
    if not 0 < scenes <= MAX_SCENES:
        raise _invalid(f"it leaves {scenes:,} scenes; a video has 1 to {MAX_SCENES:,}")


def _invalid(fault: str) -> PermanentError:
    return PermanentError(
        FailureCode.INVALID_ORDER, f"the edit cannot be applied: {fault}", hint="correct it and send it again"
    )


class _Editor:
    """The work on one edit."""

    def __init__(self, before: ScenesScripted, edit: StoryboardEdit, options: Options, estimates: Estimates) -> None:
        self._before = before
        self._edit = edit
        self._options = options
        self._estimates = estimates
        self._pace = _pace(before.scenes)
        self._known = {scene.id for scene in before.scenes}
        self._reworded: set[UUID] = set()
        self._notes: list[str] = []

    def storyboard(self) -> ScenesScripted:
        """Returns the next revision."""
        before, edit = self._before, self._edit
        scenes = self._with_designs(list(self._scenes()))
        brief = before.brief.model_copy(
            update={
                "scene_count": len(scenes),
                "options": self._options,
                "notes": (*before.brief.notes, *self._notes),
                "remade": self._remade,
                "awaits_approval": before.brief.awaits_approval and not edit.approve,
            }
        )
        return ScenesScripted(
            project_id=before.project_id,
            revision=before.revision + 1,
            brief=brief,
            scenes=tuple(self._placed(scene, number) for number, scene in enumerate(scenes, 1)),
            writer=before.writer,
            requested_by=edit.requested_by,
            edit=edit.fingerprint,
        )

    @property
    def _remade(self) -> Remade:
        remade, stage = self._before.brief.remade, self._edit.remake_from
        return remade if stage is None else remade.since(stage, self._before.revision + 1)

    def _placed(self, scene: Scene, number: int) -> Scene:
        is_moved = scene.id in self._known and scene.variant != number
        first_number = scene.variant if is_moved else None
        return scene.model_copy(update={"scene_number": number, "first_number": first_number})

    def _scenes(self) -> Iterator[Scene]:
        """Yields the scenes of the next revision in order, still without their numbers and designs."""
        edits = {change.scene: change for change in self._edit.scenes}
        yield from self._added(after=0)
        for scene in _kept(self._before.scenes, self._edit.order):
            change = edits.get(scene.scene_number, SceneEdit(scene=scene.scene_number))
            yield self._changed(scene, change)
            yield from self._added(after=scene.scene_number)

    def _changed(self, scene: Scene, edit: SceneEdit) -> Scene:
        """Returns a scene after its edit; the same scene if nothing changes."""
        given = edit.model_fields_set
        update: dict[str, Any] = {"selection": self._edit.selections.get(scene.scene_number, scene.selection)}
        if edit.footage_query not in (None, scene.footage_query):
            update |= {"footage_query": edit.footage_query, "keywords": self._keywords(edit.footage_query)}
        if "voice" in given:
            update["voice"] = edit.voice
        if "media" in given:
            update |= {"media": edit.media, "designed": False}
        if edit.picture is not None:
            update["designed"] = edit.picture == "design"
        chooses_again = self._edit.remake_from in ("narration", "footage")
        if chooses_again or any(update.get(name, getattr(scene, name)) != getattr(scene, name) for name in _PICTURE):
            update["selection"] = None
        if edit.text is not None and edit.text != scene.text:
            update |= self._reworded_scene(scene, edit)
        if edit.pause is not None:
            update["pause"] = edit.pause
        changed = scene.model_copy(update=update)
        return self._with_durations(changed, has_wanted=scene.wanted_duration is not None)

    def _reworded_scene(self, scene: Scene, edit: SceneEdit) -> dict[str, Any]:
        """Returns what new words change. Footage is chosen again, unless the customer chose it."""
        query = edit.footage_query
        ordered = SceneOrder(
            text=edit.text or "", footage_query=query, keywords=() if query is None else self._keywords(query)
        )
        draft = self._draft(ordered, where=f"scene {scene.scene_number}")
        if draft.text == scene.text:
            return {}
        self._reworded.add(scene.id)
        if scene.narration is not None:
            quoted = draft.text[:_QUOTED_CHARACTERS]
            self._notes.append(f"“{quoted}” replaces words that a recording spoke; a voice speaks it.")
        return {
            "text": draft.text,
            "footage_query": draft.footage_query,
            "keywords": draft.keywords,
            "pause": draft.pause or scene.pause,
            "narration": None,
            "selection": None,
        }

    def _keywords(self, query: str) -> tuple[str, ...]:
        """Returns keywords that look for what a person wants to see, whatever the words of the scene are about."""
        return keywords_of(query, self._options.language) or (query,)

    def _added(self, *, after: int) -> Iterator[Scene]:
        """Yields the new scenes that follow a scene."""
        before = self._before
        for place, added in enumerate(self._edit.added, 1):
            if added.after == after:
                draft = self._draft(SceneOrder(text=added.text), where=f"added scene {place}")
                scene_id = derive_scene_id(before.project_id, place, before.revision + 1)
                self._reworded.add(scene_id)
                scene = Scene(
                    id=scene_id,
                    scene_number=place,
                    text=draft.text,
                    footage_query=draft.footage_query,
                    keywords=draft.keywords,
                    estimated_duration=1,
                    voice=added.voice,
                    pause=draft.pause,
                )
                is_timed = all(other.wanted_duration is not None for other in before.scenes)
                yield self._with_durations(scene, has_wanted=is_timed)

    def _draft(self, ordered: SceneOrder, *, where: str) -> DraftScene:
        brief, options = self._before.brief, self._options
        order = ScriptRequested(topic=brief.topic, title=brief.title, language=options.language, voice=options.voice)
        draft, notes = draft_scene(ordered, order, where=where)
        self._notes += notes
        return draft

    def _with_durations(self, scene: Scene, *, has_wanted: bool) -> Scene:
        """Returns a scene with its estimated duration; with a wanted one for new words where others have one.

        New words get their share at the pace of the others. So the length of the video changes, and no other scene.
        """
        update = {"estimated_duration": self._estimates.seconds(scene.text, scene.voice)}
        if has_wanted and scene.id in self._reworded:
            update["wanted_duration"] = round(update["estimated_duration"] * self._pace, 2)
        return scene.model_copy(update=update)

    def _with_designs(self, scenes: Sequence[Scene]) -> list[Scene]:
        """Returns the scenes with designs: new ones for new words, else the same, with the cards of their new place."""
        options = self._options
        chosen = choose_designs(
            [SceneWords(scene.text, scene.section, scene.keywords) for scene in scenes],
            title=self._before.brief.title if options.look.title else None,
            language=options.language,
            words_per_second=self._estimates.words_per_second,
        )
        sentences = [
            new if scene.id in self._reworded else with_cards_of(scene.sentences, new)
            for scene, new in zip(scenes, chosen, strict=True)
        ]
        return [
            scene.model_copy(update={"sentences": designed})
            for scene, designed in zip(scenes, link_years(sentences), strict=True)
        ]


def _pace(scenes: Sequence[Scene]) -> float:
    """Returns the wanted duration of all scenes that have one, as a share of their estimated duration."""
    timed = [scene for scene in scenes if scene.wanted_duration is not None]
    wanted = fsum(scene.wanted_duration or 0 for scene in timed)
    return wanted / fsum(scene.estimated_duration for scene in timed) if timed else 1


def _kept(scenes: Sequence[Scene], order: Sequence[int] | None) -> Iterator[Scene]:
    """Yields the scenes that stay, in their new order; a heading of a dropped scene goes to the next one of its section."""
    kept = range(1, len(scenes) + 1) if order is None else order
    headings: dict[int, str] = {}
    heading = ""
    for scene in scenes:
        heading = scene.section or heading
        if scene.scene_number in kept:
            headings[scene.scene_number], heading = heading, ""
    for number in kept:
        yield scenes[number - 1].model_copy(update={"section": headings[number]})
