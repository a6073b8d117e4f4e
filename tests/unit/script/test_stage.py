import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from typing_extensions import override

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import DEFAULT_DURATION, Look, ScriptRequested, derive_scene_id, planned_closing_s
from scenewire_script.stage import ScriptStage
from scenewire_script.writers.base import DraftScene, Script, ScriptWriter
from scenewire_script.writers.outline import OutlineWriter

PROJECT = UUID("5a5f8a9e-3c1d-4c1e-9f57-0d8a3f4b2c11")


class FickleWriter(ScriptWriter):
    """Never says the same twice, as a language model."""

    name = "fickle"

    def __init__(self) -> None:
        self.calls = 0

    @override
    async def write(self, order: ScriptRequested) -> Script:
        self.calls += 1
        answer = f"Answer {self.calls}."
        await asyncio.sleep(0)
        return Script(topic="t", title="t", scenes=(DraftScene(answer, "q"),))


def stage(folder: Path, writer: ScriptWriter | None = None) -> ScriptStage:
    return ScriptStage(FilesystemStore(folder), writer or OutlineWriter(), divider=OutlineWriter())


async def test_b07_scenes_are_numbered_and_get_the_ids_that_everybody_derives(tmp_path: Path) -> None:
    order = ScriptRequested(text="The sea rises.\n\nThe sea falls.", target_duration=5, voice="en-us", revision=2)

    scripted = await stage(tmp_path).write(order, PROJECT)

    assert [scene.scene_number for scene in scripted.scenes] == [1, 2]
    assert [scene.id for scene in scripted.scenes] == [derive_scene_id(PROJECT, 1), derive_scene_id(PROJECT, 2)]
    assert (scripted.project_id, scripted.revision, scripted.writer) == (PROJECT, 2, "outline")
    assert scripted.brief.options == order.options
    assert scripted.scenes[0].estimated_duration == round(3 / 2.7, 2)


async def test_a_redelivered_order_gets_the_stored_script(tmp_path: Path) -> None:
    writer = FickleWriter()
    order = ScriptRequested(topic="t")

    first = await stage(tmp_path, writer).write(order, PROJECT)
    again = await stage(tmp_path, writer).write(order, PROJECT)

    assert again == first
    assert writer.calls == 1


async def test_concurrent_workers_agree_on_one_script(tmp_path: Path) -> None:
    writer = FickleWriter()
    order = ScriptRequested(topic="t")

    answers = await asyncio.gather(*(stage(tmp_path, writer).write(order, PROJECT) for _ in range(8)))

    assert writer.calls > 1, "nobody raced"
    assert len({answer.model_dump_json() for answer in answers}) == 1


async def test_a_new_revision_is_written_again(tmp_path: Path) -> None:
    writer = FickleWriter()

    await stage(tmp_path, writer).write(ScriptRequested(topic="t"), PROJECT)
    second = await stage(tmp_path, writer).write(ScriptRequested(topic="t", revision=1), PROJECT)

    assert second.scenes[0].text == "Answer 2."


async def test_a_damaged_stored_script_is_replaced(tmp_path: Path) -> None:
    order = ScriptRequested(text="The sea rises.")
    first = await stage(tmp_path).write(order, PROJECT)
    stored = tmp_path / "results" / "script" / f"{PROJECT}-r0.json"
    stored.write_bytes(stored.read_bytes()[:40])

    assert await stage(tmp_path).write(order, PROJECT) == first
    assert stored.read_text() == first.model_dump_json()


async def test_a_length_that_the_words_do_not_fill_stays_the_ordered_one_and_slows_nobody_down(tmp_path: Path) -> None:
    text = "The sea rises and the sea falls and the Moon is why."
    ordered = await stage(tmp_path / "a").write(ScriptRequested(text=text, target_duration=60), PROJECT)
    silent = await stage(tmp_path / "b").write(ScriptRequested(text=text), PROJECT)
    fitting = await stage(tmp_path / "c").write(ScriptRequested(text=text, target_duration=5), PROJECT)

    lengths = [script.brief.ordered_duration for script in (ordered, silent, fitting)]
    assert lengths == [60, None, 5]
    paces = [{scene.wanted_duration is None for scene in script.scenes} for script in (ordered, silent, fitting)]
    assert paces == [{True}, {True}, {False}]


async def test_the_default_length_counts_as_ordered_when_it_was_given(tmp_path: Path) -> None:
    text = "The sea rises and the sea falls. " * 90
    ordered = ScriptRequested(text=text, target_duration=DEFAULT_DURATION)

    given = await stage(tmp_path / "a").write(ordered, PROJECT)
    silent = await stage(tmp_path / "b").write(ScriptRequested(text=text), PROJECT)

    spoken = 300 - planned_closing_s(300)
    assert sum(scene.wanted_duration or 0 for scene in given.scenes) == pytest.approx(spoken, abs=1)
    assert {scene.wanted_duration for scene in silent.scenes} == {None}
    assert silent.brief.options.target_duration == DEFAULT_DURATION


async def test_a_script_that_is_too_large_for_a_message_loses_designs_and_says_so_when_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "In 1956 Egypt made the canal national property, and the war that followed took about ten years."
    order = ScriptRequested.model_validate({"scenes": [{"text": sentence}] * 8})
    whole = await stage(tmp_path / "whole").write(order, PROJECT)
    monkeypatch.setattr("scenewire_script.script_documents._MAX_MESSAGE_BYTES", len(whole.model_dump_json()) - 1)
    lighter = await stage(tmp_path / "lighter").write(order, PROJECT)
    monkeypatch.setattr("scenewire_script.script_documents._MAX_MESSAGE_BYTES", len(lighter.model_dump_json()) - 1)
    bare = await stage(tmp_path / "bare").write(order, PROJECT)

    for before, after in zip(whole.scenes, lighter.scenes, strict=True):
        designs = before.sentences[0].designs
        assert after.sentences[0].designs == (designs[0], designs[-1])
    assert lighter.brief == whole.brief
    assert not any(scene.sentences for scene in bare.scenes)
    assert any("no designs" in note for note in bare.brief.notes)


@pytest.mark.parametrize(("seconds", "closing"), [(9, False), (10, True), (60, True)])
async def test_the_scenes_leave_time_for_the_closing_and_the_ordered_length_stays(
    tmp_path: Path, seconds: float, *, closing: bool
) -> None:
    words = "sea " * round(2.7 * (seconds - 2))
    with_card = await stage(tmp_path / "a").write(ScriptRequested(text=words, target_duration=seconds), PROJECT)
    order = ScriptRequested(text=words, target_duration=seconds, look=Look(closing=False))
    without = await stage(tmp_path / "b").write(order, PROJECT)

    assert with_card.brief.ordered_duration == without.brief.ordered_duration == seconds
    spoken = [sum(scene.wanted_duration or 0 for scene in script.scenes) for script in (with_card, without)]
    assert spoken[1] == pytest.approx(seconds, abs=0.1)
    assert (spoken[1] - spoken[0] > 3) == closing


async def test_a_script_that_fits_no_message_is_refused_with_advice(tmp_path: Path) -> None:
    scenes = [{"text": "月" * 2_000}] * 200

    with pytest.raises(PermanentError) as refused:
        await stage(tmp_path).write(ScriptRequested.model_validate({"scenes": scenes}), PROJECT)

    assert refused.value.code is FailureCode.INVALID_ORDER
    assert "several orders" in refused.value.hint


async def test_own_words_are_divided_and_never_shown_to_the_writer(tmp_path: Path) -> None:
    writer = FickleWriter()

    text = await stage(tmp_path / "a", writer).write(ScriptRequested(topic="t", text="My words."), PROJECT)
    scenes = ScriptRequested.model_validate({"topic": "t", "scenes": [{"text": "My words."}]})
    kept = await stage(tmp_path / "b", writer).write(scenes, PROJECT)
    blank = await stage(tmp_path / "c", writer).write(ScriptRequested(topic="t", text="  "), PROJECT)

    assert text.scenes[0].text == kept.scenes[0].text == "My words."
    assert (text.writer, kept.writer, blank.writer) == ("outline", "outline", "fickle")
    assert writer.calls == 1


async def test_a_written_script_is_held_to_the_default_length_too(tmp_path: Path) -> None:
    class BriefWriter(FickleWriter):
        @override
        async def write(self, order: ScriptRequested) -> Script:
            return replace(await super().write(order), fills_time=True)

    scripted = await stage(tmp_path, BriefWriter()).write(ScriptRequested(topic="t"), PROJECT)

    assert scripted.brief.ordered_duration == 300


async def test_a_writer_knows_the_project_that_it_writes_for(tmp_path: Path) -> None:
    class CuriousWriter(FickleWriter):
        @override
        async def write(self, order: ScriptRequested) -> Script:
            assert order.project_id == PROJECT
            return await super().write(order)

    await stage(tmp_path, CuriousWriter()).write(ScriptRequested(topic="t"), PROJECT)


async def test_a_text_without_a_language_is_detected_and_later_stages_get_the_tag(tmp_path: Path) -> None:
    order = ScriptRequested(text="Der Kanal verbindet zwei Meere. Er wurde 1869 eröffnet.")

    brief = (await stage(tmp_path).write(order, PROJECT)).brief

    assert brief.options.language == "de"
    assert brief.notes == ("The text is German (detected); --language sets another.",)


async def test_a_placeholder_in_english_is_read_by_an_english_voice(tmp_path: Path) -> None:
    brief = (await stage(tmp_path).write(ScriptRequested(topic="Die Geschichte des Suezkanals"), PROJECT)).brief

    assert brief.options.language == "en"
    assert any("not German" in note for note in brief.notes)
