"""Edits of storyboards: what changes is made new, everything else stays as it was, and the first edit of a revision wins."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import (
    ArtifactRef,
    Chapter,
    Opening,
    OwnMedia,
    Remade,
    Scene,
    ScenesScripted,
    ScriptRequested,
    StoryboardEdit,
    YearOnLine,
)
from scenewire_script.stage import ScriptStage
from scenewire_script.storyboard.stage import StoryboardStage
from scenewire_script.writers.outline import OutlineWriter
from tests.support.builders import artifact

PROJECT = UUID("5a5f8a9e-3c1d-4c1e-9f57-0d8a3f4b2c11")

TEXT = """# Rivers

The Nile is the longest river of Africa.

It carries 2800 cubic metres of water a second.

# Seas

The Baltic Sea is a young sea.

In 1945, the harbours were empty. In 1990, they were full.
"""


@pytest.fixture
def store(tmp_path: Path) -> FilesystemStore:
    return FilesystemStore(tmp_path)


@pytest.fixture
async def first(store: FilesystemStore) -> ScenesScripted:
    return await written(store)


async def written(store: FilesystemStore, **order: Any) -> ScenesScripted:
    outline = OutlineWriter()
    asked = ScriptRequested.model_validate({"text": TEXT, "title": "Water", "language": "en", **order})
    return await ScriptStage(store, outline, divider=outline).write(asked, PROJECT)


async def edited(store: FilesystemStore, revision: int = 0, **changes: Any) -> ScenesScripted:
    edit = StoryboardEdit.model_validate({"project_id": PROJECT, "expected_revision": revision, **changes})
    outcome = await StoryboardStage(store).edit(edit)
    assert outcome.conflict is None
    assert outcome.scripted.revision == revision + 1
    assert [scene.scene_number for scene in outcome.scripted.scenes] == list(range(1, len(outcome.scripted.scenes) + 1))
    assert len({scene.id for scene in outcome.scripted.scenes}) == len(outcome.scripted.scenes)
    return outcome.scripted


def texts(scripted: ScenesScripted) -> list[str]:
    return [scene.text for scene in scripted.scenes]


def cards(scene: Scene) -> list[str]:
    named = [design for design in scene.sentences[0].designs if isinstance(design, (Opening, Chapter))]
    return [design.title if isinstance(design, Opening) else design.heading for design in named]


async def test_an_edit_without_changes_makes_a_revision_with_the_same_scenes(store, first: ScenesScripted) -> None:
    again = await edited(store, requested_by="Kim")
    assert (again.scenes, again.brief, again.writer) == (first.scenes, first.brief, first.writer)
    assert again.requested_by == "Kim"
    assert (await edited(store, revision=1)).scenes == first.scenes


async def test_a_reworded_scene_is_composed_as_in_an_order_and_the_others_stay(store, first: ScenesScripted) -> None:
    selections = {number: artifact(f"s{number}", "application/json") for number in range(1, 5)}
    words = "The **Danube** flows through ten countries."
    after = await edited(store, scenes=[{"scene": 2, "text": words}], selections=selections)
    scene = after.scenes[1]
    assert scene.text == "The Danube flows through ten countries."
    assert (scene.id, scene.selection) == (first.scenes[1].id, None)
    assert scene.footage_query != first.scenes[1].footage_query
    assert "danube" in {word.lower() for word in scene.keywords}
    assert scene.estimated_duration == round(6 / 2.7, 2)
    assert scene.sentences[0].text == scene.text
    for number in (1, 3, 4):
        unchanged = first.scenes[number - 1].model_copy(update={"selection": selections[number]})
        assert after.scenes[number - 1] == unchanged


async def test_the_same_words_again_change_nothing(store, first: ScenesScripted) -> None:
    selections = {2: artifact()}
    again = {"scene": 2, "text": f"**{first.scenes[1].text}**", "voice": None, "pause": 0}
    after = await edited(store, scenes=[again], selections=selections)
    assert after.scenes[1] == first.scenes[1].model_copy(update={"selection": artifact()})


async def test_scenes_are_added_dropped_and_moved_and_keep_ids_footage_and_headings(store, first) -> None:
    selections = {number: artifact(f"s{number}") for number in range(1, 5)}
    after = await edited(
        store,
        order=[4, 3, 2],
        added=[
            {"after": 3, "text": "The Black Sea is deep.", "voice": "en-gb"},
            {"after": 0, "text": "Water is everywhere."},
            {"after": 3, "text": "The White Sea freezes."},
        ],
        selections=selections,
    )
    old = texts(first)
    new = ["The Black Sea is deep.", "The White Sea freezes."]
    assert texts(after) == ["Water is everywhere.", old[3], old[2], *new, old[1]]
    kept = [after.scenes[1], after.scenes[2], after.scenes[5]]
    assert [scene.id for scene in kept] == [first.scenes[number].id for number in (3, 2, 1)]
    assert [scene.selection for scene in kept] == [artifact("s4"), artifact("s3"), artifact("s2")]
    assert [scene.section for scene in after.scenes] == ["", "", "Seas", "", "", "Rivers"]
    assert [scene.variant for scene in after.scenes] == [1, 4, 3, 4, 5, 2]
    assert after.scenes[3].voice == "en-gb"
    assert after.scenes[3].sentences[0].text == "The Black Sea is deep."
    assert after.brief.scene_count == 6
    # Ids of scenes that a later edit adds differ from those of earlier ones.
    later = await edited(store, revision=1, added=[{"after": 1, "text": "Water again."}])
    assert {scene.id for scene in after.scenes} < {scene.id for scene in later.scenes}


async def test_title_and_headings_follow_the_scenes_at_their_places(store, first: ScenesScripted) -> None:
    assert [cards(scene) for scene in first.scenes] == [["Water", "Rivers"], [], ["Seas"], []]
    after = await edited(store, order=[4, 2, 3])
    assert [cards(scene) for scene in after.scenes] == [["Water"], ["Rivers"], ["Seas"]]
    without_cards = [design for design in first.scenes[3].sentences[0].designs if design.kind != "opening"]
    assert list(after.scenes[0].sentences[0].designs[1:]) == without_cards


async def test_years_are_linked_only_with_those_of_a_scene_that_is_still_the_next(store) -> None:
    scenes = ["In 1920 the dam was planned.", "In 1950 the dam was built.", "The dam is grey."]
    first = await written(store, text=None, scenes=scenes, title=None, look={"title": False})

    def year(scene: Scene) -> YearOnLine:
        design = scene.sentences[0].designs[0]
        assert isinstance(design, YearOnLine)
        return design

    assert (year(first.scenes[0]).goes_on, year(first.scenes[1]).row) == (True, 1)
    after = await edited(store, order=[1, 3, 2])
    assert (year(after.scenes[0]).goes_on, year(after.scenes[2]).row) == (False, 0)


async def test_new_words_take_their_share_of_an_ordered_length_at_the_pace_of_the_others(store) -> None:
    first = await written(store, target_duration=14)
    paces = [(scene.wanted_duration or 0) / scene.estimated_duration for scene in first.scenes]
    after = await edited(
        store,
        scenes=[{"scene": 1, "text": "The Nile is long."}],
        added=[{"after": 4, "text": "The last sea of all is the Dead Sea."}],
    )
    assert after.scenes[1:4] == first.scenes[1:]
    for scene in (after.scenes[0], after.scenes[4]):
        assert min(paces) < (scene.wanted_duration or 0) / scene.estimated_duration < max(paces)
    assert after.brief.ordered_duration == 14


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"picture": "design"}, {"designed": True, "selection": None}),
        ({"picture": "footage", "media": []}, {"selection": artifact()}),
        (
            {"footage_query": "old boats"},
            {"footage_query": "old boats", "keywords": ("boats",), "selection": None},
        ),
        ({"media": [{"provider": "p", "id": "1"}]}, {"media": (OwnMedia(provider="p", id="1"),), "selection": None}),
        ({"voice": "en-gb"}, {"voice": "en-gb", "selection": artifact()}),
        ({"pause": 2.5}, {"pause": 2.5, "selection": artifact()}),
    ],
)
async def test_a_scene_keeps_its_footage_unless_its_picture_is_changed(
    store, first: ScenesScripted, change: dict[str, object], expected: dict[str, object]
) -> None:
    after = await edited(store, scenes=[{"scene": 3, **change}], selections={3: artifact()})
    assert after.scenes[2] == first.scenes[2].model_copy(update=expected)


async def test_a_scene_with_designs_is_searched_again_when_it_shall_show_footage(store, first: ScenesScripted) -> None:
    designed = (await edited(store, scenes=[{"scene": 3, "picture": "design"}])).scenes[2]
    assert designed.designed
    again = (
        await edited(store, revision=1, scenes=[{"scene": 3, "picture": "footage"}], selections={3: artifact()})
    ).scenes[2]
    assert (again.designed, again.selection) == (False, None)


async def test_own_media_stay_with_new_words_and_go_when_none_are_given(store) -> None:
    ref = ArtifactRef(key="content/00/m.mp4", sha256="0" * 64, size=1, media_type="video/mp4")
    await written(store, media=[{"file": ref.model_dump(), "scene_number": 1}])
    after = await edited(store, scenes=[{"scene": 1, "text": "Something else entirely."}])
    assert after.scenes[0].media == (OwnMedia(file=ref),)
    assert (await edited(store, revision=1, scenes=[{"scene": 1, "media": []}])).scenes[0].media == ()


async def test_a_recording_of_other_words_is_dropped_with_a_note(store) -> None:
    file = artifact("n", "audio/wav").model_dump()
    await written(store, narrations=[{"file": file, "scene_number": 1}])
    after = await edited(store, scenes=[{"scene": 1, "text": "Something else entirely."}])
    assert after.scenes[0].narration is None
    assert after.brief.notes[-1].startswith("“Something else entirely.” replaces words that a recording spoke")


async def test_footage_that_was_kept_is_kept_again_by_the_next_edit(store, first: ScenesScripted) -> None:
    await edited(store, selections={1: artifact()})
    assert (await edited(store, revision=1)).scenes[0].selection == artifact()


async def test_options_change_field_by_field(store, first: ScenesScripted) -> None:
    music = {"file": artifact("m", "audio/mpeg").model_dump(), "gain": -12}
    changes = {"voice": "en-gb", "look": {"captions": False, "theme": "press"}, "speed": 1.2, "music": music}
    after = (await edited(store, options=changes)).brief.options
    assert (after.voice, after.speed) == ("en-gb", 1.2)
    assert after.look == first.brief.options.look.model_copy(update={"captions": False, "theme": "press"})
    assert after.music is not None
    assert after.music.gain == -12
    assert after.language == "en"
    gone = (await edited(store, revision=1, options={"voice": None, "music": None, "look": "portrait"})).brief.options
    assert (gone.voice, gone.speed, gone.music) == (None, 1.2, None)
    assert (gone.look.height, gone.look.captions) == (1920, False)


async def test_a_storyboard_awaits_approval_until_an_edit_approves_it(store) -> None:
    first = await written(store, approve=True)
    assert first.brief.awaits_approval
    assert (await edited(store, scenes=[{"scene": 1, "text": "Other words."}])).brief.awaits_approval
    approved = await edited(store, revision=1, approve=True)
    assert not approved.brief.awaits_approval
    assert texts(approved)[0] == "Other words."
    assert not (await edited(store, revision=2)).brief.awaits_approval


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"scenes": [{"scene": 5}]}, "scenes names scene 5, but revision 0 has 4 scenes"),
        ({"order": [1, 7]}, "order names scene 7, but revision 0 has 4 scenes"),
        ({"added": [{"after": 9, "text": "x"}]}, "added names scene 9, but revision 0 has 4 scenes"),
        ({"selections": {6: artifact()}}, "selections names scene 6, but revision 0 has 4 scenes"),
        ({"order": [1], "scenes": [{"scene": 2}]}, "scenes names scene 2, which order drops"),
        ({"order": [1], "added": [{"after": 2, "text": "x"}]}, "added names scene 2, which order drops"),
        ({"order": []}, "it leaves 0 scenes; a video has 1 to 1,000"),
        ({"scenes": [{"scene": 3, "text": "[pause]"}]}, "nothing to speak: .*scene 3"),
        ({"added": [{"after": 3, "text": "…"}]}, "nothing to speak: .*added scene 1"),
    ],
)
async def test_an_edit_that_cannot_be_applied_names_the_fault_and_makes_no_revision(
    store, first: ScenesScripted, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(PermanentError, match=fault) as refused:
        await edited(store, **changes)
    assert refused.value.code is FailureCode.INVALID_ORDER
    await edited(store, scenes=[{"scene": 1, "pause": 1}])  # of the same revision


async def test_of_edits_of_one_revision_the_first_wins_and_its_repetition_is_answered_alike(store, first) -> None:
    def edit(text: str, **known: object) -> StoryboardEdit:
        changes = {"scenes": [{"scene": 1, "text": text}], **known}
        return StoryboardEdit.model_validate({"project_id": PROJECT, "expected_revision": 0, **changes})

    rivals = [edit(f"Proposal {number}.") for number in range(6)]
    outcomes = await asyncio.gather(*(StoryboardStage(store).edit(rival) for rival in rivals))
    assert [outcome.conflict is None for outcome in outcomes].count(True) == 1
    assert {outcome.conflict.code for outcome in outcomes if outcome.conflict} == {FailureCode.REVISION_CONFLICT}
    assert len({outcome.scripted.model_dump_json() for outcome in outcomes}) == 1  # all publish the winner
    won = next(number for number, outcome in enumerate(outcomes) if outcome.conflict is None)
    again = await StoryboardStage(store).edit(edit(f"Proposal {won}.", selections={2: artifact()}))
    assert again == outcomes[won]


async def test_a_storyboard_that_is_not_stored_cannot_be_edited(store, first: ScenesScripted) -> None:
    with pytest.raises(PermanentError, match="no stored storyboard of revision 3") as refused:
        await edited(store, revision=3)
    assert refused.value.code is FailureCode.NOT_ON_RECORD


async def test_a_remake_marks_its_stage_and_those_after_it_and_later_edits_keep_the_marks(
    store: FilesystemStore, first: ScenesScripted
) -> None:
    assert first.brief.remade == Remade()
    selections = {number: artifact(f"s{number}", "application/json") for number in range(1, 5)}
    assembled = await edited(store, remake_from="assembly", selections=selections)
    assert assembled.brief.remade == Remade(assembly=1)
    assert [scene.selection for scene in assembled.scenes] == list(selections.values())
    spoken = await edited(store, revision=1, remake_from="narration", selections=selections)
    assert spoken.brief.remade == Remade(narration=2, footage=2, assembly=2)
    assert {scene.selection for scene in spoken.scenes} == {None}
    assert [scene.model_copy(update={"selection": None}) for scene in assembled.scenes] == list(spoken.scenes)
    later = await edited(store, revision=2, scenes=[{"scene": 1, "pause": 1}])
    assert later.brief.remade == spoken.brief.remade


async def test_an_order_of_a_later_revision_has_every_stage_work_anew(store: FilesystemStore) -> None:
    again = await written(store, revision=3)
    assert again.brief.remade == Remade(narration=3, footage=3, assembly=3)


async def test_footage_servers_can_be_changed(store: FilesystemStore, first: ScenesScripted) -> None:
    after = await edited(store, options={"footage_providers": ["commons"]}, remake_from="footage")
    assert after.brief.options.footage_providers == ("commons",)
    assert (await edited(store, revision=1)).brief.options.footage_providers == ("commons",)
    assert (await edited(store, revision=2, options={"footage_providers": None})).brief.options == first.brief.options
