"""What the closing card says, where it stands, and how long."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Credit, Footage, Look, Music, Narration, SegmentRendered, Word, scene_frames
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.designs.faces import faces_of
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.themes.theme import THEMES, theme_of
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from scenewire_assembly.video.closing.card import ClosingCard, closing_card, draw_closing, needs_closing
from scenewire_assembly.video.closing.words import closing_words
from scenewire_assembly.video.plan import VideoPlan
from tests.support.boards import Drawn, letters, read_events
from tests.support.builders import artifact, brief, narration, options, scene, segment_rendered
from tests.support.clips import clip

SHAPES = {"wide": (1920, 1080), "upright": (1080, 1920), "square": (1080, 1080)}
MUSIC = Music(file=artifact("m", "audio/flac"), title="Slow water", creator="A. Player", licence="CC BY 4.0")


def plan(*named: Credit, look: Look | None = None, ordered: float | None = None, **asked) -> VideoPlan:
    """A video of one painted scene and one scene with footage for each credit, of 60 frames each."""
    whole = brief(
        len(named) + 1,
        title="The Suez Canal",
        options=options(look=look or Look(), **asked),
        ordered_duration=ordered,
    )
    segments: list[SegmentRendered] = []
    for number in range(1, len(named) + 2):
        made = segment_rendered(number=number).model_copy(update={"brief": whole})
        if number > 1:
            shown = clip(90).model_copy(update={"credit": named[number - 2]})
            made = made.model_copy(update={"footage": Footage(clips=(shown,), fallback=False)})
        segments.append(made)
    return VideoPlan(tuple(segments))


def credit(number: int) -> Credit:
    return Credit(
        provider="commons",
        title=f"Ship {number}",
        creator="J. Example",
        licence="CC BY 4.0",
        source_url=f"https://example.org/{number}",
    )


def without_breaks(text: str) -> str:
    """A text without what may be lost at a line break."""
    return "".join(character for character in text if character not in " ·")


def drawn(card: ClosingCard, look: Look) -> list[Drawn]:
    theme = theme_of(look)
    events = draw_closing(card, look, theme=theme, faces=faces_of(theme, TYPEFACES_DIR), ground=theme.ground)
    return read_events(events, look.frame_rate)


def test_the_card_groups_the_credits_and_names_each_source_once():
    card = closing_card(plan(credit(1), credit(2), credit(1), music=MUSIC))
    assert card.title == "The Suez Canal"
    assert [(group.name, group.lines) for group in card.groups] == [
        ("Pictures", ("“Ship 1” · J. Example · CC BY 4.0", "“Ship 2” · J. Example · CC BY 4.0")),
        ("Voice", ("espeak, en",)),
        ("Music", ("“Slow water” · A. Player · CC BY 4.0",)),
    ]
    assert card.more == ""


@pytest.mark.parametrize("title", ["https://example.org/a", "DSC_0001.mp4", "www.example.org", ""])
def test_addresses_and_file_names_stay_off_the_card(title: str):
    shown = credit(1).model_copy(update={"title": title})
    assert closing_card(plan(shown)).groups[0].lines == ("J. Example · CC BY 4.0",)


@pytest.mark.parametrize(("pictures", "shown", "more"), [(7, 7, False), (8, 6, True), (40, 6, True)])
def test_long_credits_end_with_a_pointer_to_the_description(pictures: int, shown: int, *, more: bool):
    card = closing_card(plan(*map(credit, range(pictures)), music=MUSIC))
    assert [len(group.lines) for group in card.groups] == [shown, 1, 1]
    assert bool(card.more) == more
    assert sum(len(group.lines) for group in card.groups) + more == 9


def test_words_of_the_card_are_in_the_language_of_the_video():
    card = closing_card(plan(*map(credit, range(9)), language="de-AT"))
    assert [group.name for group in card.groups] == ["Bilder", "Stimme"]
    assert card.more == "Alle Nachweise: siehe Beschreibung"
    assert closing_words("eo") == closing_words("en")


@pytest.mark.parametrize(
    ("pictures", "look", "frames"),
    [
        (0, Look(), 60 + 20),
        (2, Look(), 90 + 3 * 12 + 20),
        (20, Look(), 90 + 9 * 12 + 20),
        (20, Look(width=1080, height=1920), 150 + 20),
        (2, Look(frame_rate=60), 2 * (90 + 3 * 12 + 20)),
        (2, Look(frame_rate=24), 101 + 16),
    ],
)
def test_the_card_stands_as_long_as_its_lines_take_to_read_and_then_fades(pictures: int, look: Look, frames: int):
    assert closing_card(plan(*map(credit, range(pictures)), look=look)).frames == frames


@pytest.mark.parametrize(
    ("ordered", "frames"), [(1, 80), (140 / 30, 80), (150 / 30, 90), (200 / 30, 140), (300 / 30, 140)]
)
def test_the_card_stands_up_to_two_seconds_longer_where_the_video_is_shorter_than_ordered(ordered: float, frames: int):
    assert closing_card(plan(ordered=ordered)).frames == frames  # the scene has 60 frames


def test_short_videos_and_looks_without_a_closing_end_with_their_last_word():
    assert needs_closing(plan())
    assert needs_closing(plan(ordered=10))
    assert not needs_closing(plan(ordered=9.9))
    assert not needs_closing(plan(look=Look(closing=False)))


@pytest.mark.parametrize("look", [Look(), Look(frame_rate=24), Look(frame_rate=60)])
def test_the_last_scene_stands_for_24_frames_after_its_last_word_and_before_its_transition(look: Look):
    whole = brief(2, options=options(look=look))
    spoken = narration(48_000).model_copy(update={"words": (Word(text="Tea", start_sample=0, end_sample=36_000),)})
    rate = look.frame_rate
    assert scene_frames(whole, scene(1), spoken) == 2 * rate
    held = scene_frames(whole, scene(2), spoken, transition=6)
    assert held == 1.5 * rate + rate  # 24 + 6 frames at 30 a second
    assert scene_frames(whole, scene(2), spoken) > held
    without = brief(2, options=options(look=look.model_copy(update={"closing": False})))
    assert scene_frames(without, scene(2), spoken) == 2 * rate


def test_silence_that_the_script_asks_for_after_the_last_scene_is_part_of_the_hold():
    long = Narration(
        audio=artifact(),
        samples=240_000,
        sample_rate=24_000,
        words=(Word(text="Tea", start_sample=0, end_sample=24_000),),
        engine="espeak",
        voice="en",
    )
    assert scene_frames(brief(1, options=options(look=Look())), scene(1), long) == 300


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("pictures", [0, 3, 30])
def test_all_lines_stand_within_the_zones_in_order_and_complete_before_the_fade(shape: str, theme: str, pictures: int):
    width, height = SHAPES[shape]
    look = Look(width=width, height=height, theme=theme)
    card = closing_card(plan(*map(credit, range(pictures)), look=look, music=MUSIC))
    found = drawn(card, look)
    until = card.frames - 21
    shown = without_breaks("".join(letters(found, until)))
    for group in card.groups:
        assert without_breaks("".join([group.name, *group.lines])) in shown
    standing = [event for event in found if event.start <= until < event.end and not event.is_shape]
    for event in standing:
        assert 0.07 * width < event.x < 0.5 * width
        assert 0 < event.y < (0.67 if shape == "upright" else 0.95) * height
    rows = sorted({round(event.y) for event in standing})
    assert min(after - before for before, after in itertools.pairwise(rows)) > 20  # nothing overlaps


def test_lines_come_three_frames_apart_and_title_and_mark_stand_from_the_first_frame():
    card = closing_card(plan(credit(1), credit(2)))
    found = drawn(card, Look())
    assert letters(found, 0) == ["The Suez Canal"]
    lines = [line for group in card.groups for line in group.lines]
    first = [min(event.start for event in found if event.text == line) for line in lines]
    assert [after - before for before, after in itertools.pairwise(first)] == [3, 3]


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_covers_the_last_frame_wholly_and_the_frames_before_it_less_and_less(theme: str):
    look = Look(theme=theme)
    card = closing_card(plan(look=look))
    cover = [event for event in drawn(card, look) if event.layer == 40]
    assert [(event.start, event.end) for event in cover] == [
        (frame, frame + 1) for frame in range(card.frames - 20, card.frames)
    ]
    opacities = [event.opacity for event in cover]
    assert opacities == sorted(opacities)
    assert opacities[-1] == 1
    assert opacities[0] < 0.1


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.text(max_size=300))
def test_no_title_or_credit_keeps_a_card_from_being_drawn(title: str, creator: str):
    video = plan(credit(1).model_copy(update={"title": title, "creator": creator}))
    look = Look(width=320, height=180)
    card = closing_card(video)
    theme = theme_of(look)
    events = draw_closing(card, look, theme=theme, faces=faces_of(theme, TYPEFACES_DIR), ground=theme.ground)
    assert overlay_script(Canvas(look, card.frames), (), designs=events)


def test_a_map_is_credited_on_the_card():
    shown = plan(credit(1))
    first = shown.segments[0]
    mapped = first.model_copy(update={"segment": first.segment.model_copy(update={"has_map": True})})
    card = closing_card(VideoPlan((mapped, *shown.segments[1:])))
    assert ("Map", ("Natural Earth",)) in [(group.name, group.lines) for group in card.groups]
