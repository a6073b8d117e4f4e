import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Narration, Word
from scenewire.text.markup import one_line
from scenewire_assembly.captions.cues import LINE_COLUMNS, Cue, cues_of, shift
from scenewire_assembly.captions.line_breaking import columns
from tests.support.builders import artifact

words_of_a_text = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), max_size=60)


def narration(samples: int, words=()) -> Narration:
    return Narration(audio=artifact(), samples=samples, sample_rate=24_000, words=words, engine="e", voice="v")


def spoken(text: str, *, letters_a_second: float = 15, pause: float = 0.5) -> Narration:
    """Narration like an engine's: words without punctuation, a pause after each sentence."""
    words, at = [], 0.0
    for token in text.split():
        length = len(token) / letters_a_second
        name = token.strip(".,;:!?")
        if name:
            words.append(Word(text=name, start_sample=int(at * 24_000), end_sample=int((at + length) * 24_000)))
        at += length + 1 / letters_a_second + (pause if token[-1] in ".!?" else 0)
    return narration(int(at * 24_000) + 1, tuple(words))


def lines(cues: list[Cue]) -> list[str]:
    return [" / ".join(cue.texts) for cue in cues]


TEA = (
    "Tea is the most consumed drink in the world after water. Yes. Its story begins in the mountains of Yunnan, where "
    "wild trees grow to more than 25 metres and live for 1 000 years; people there chewed the leaves long before "
    "anybody thought of boiling water."
)


def test_a_sentence_ends_its_caption_and_a_very_short_one_joins_the_next():
    cues = cues_of(TEA, spoken(TEA), 30)
    assert lines(cues)[0] == "Tea is the most consumed drink / in the world after water."
    assert lines(cues)[1].startswith("Yes. Its story begins")


def test_numbers_stay_with_their_groups_and_with_what_they_count():
    text = "In all of the long recorded history of the place there were never more than 12 000 000 inhabitants at once."
    for columns_a_line in range(24, 60):
        for line in (line for cue in cues_of(text, spoken(text), 30, columns_a_line) for line in cue.texts):
            assert not re.search(r"\d$", line)
            assert not re.match(r"000", line)


def test_captions_are_at_most_two_lines_of_the_width():
    for width in (16, 24, 42):
        for cue in cues_of(TEA, spoken(TEA), 30, width):
            assert 1 <= len(cue.lines) <= 2
            assert all(columns(text) <= width for text in cue.texts)


@given(words_of_a_text, st.integers(1, 2_000_000), st.sampled_from((24, 30, 60)))
def test_any_text_at_any_length_gives_ordered_cues_inside_its_scene(tokens, samples, frame_rate):
    cues = cues_of(" ".join(tokens), narration(samples), frame_rate)
    frames = -(-samples * frame_rate // 24_000)
    at = 0
    for cue in cues:
        assert at <= cue.start < cue.end <= frames
        at = cue.end
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < columns(text) <= LINE_COLUMNS or not text.isprintable() for text in cue.texts)


@given(words_of_a_text)
def test_every_visible_character_is_shown_if_there_is_enough_time(tokens):
    text = " ".join(tokens)
    shown = "".join(text for cue in cues_of(text, narration(24_000 * 3_000), 60) for text in cue.texts)
    assert shown.replace(" ", "") == one_line(text).replace(" ", "")


@given(
    st.lists(st.sampled_from(["tea", "water", "5", "5", "25", "of", "the", "3.5", "Yunnan,", "end."]), min_size=1),
    st.lists(st.tuples(st.sampled_from(["tea", "5", "twenty", ".5 ", "", "the", "end"]), st.integers(0, 300_000))),
)
def test_words_that_the_engine_names_differently_do_no_harm(tokens, named):
    engine = tuple(Word(text=name, start_sample=at, end_sample=at + 4_000) for name, at in named)
    cues = cues_of(" ".join(tokens), narration(240_000, engine), 30)
    starts = [word.start for cue in cues for line in cue.lines for word in line]
    assert starts == sorted(starts)


def test_a_word_is_shown_when_it_is_spoken():
    cues = cues_of(TEA, spoken(TEA), 30)
    expected = {word.text: word.start_sample * 30 // 24_000 for word in spoken(TEA).words}
    found = {word.text.strip(".,;:"): word.start for cue in cues for line in cue.lines for word in line}
    assert {name: found[name] for name in ("Tea", "water", "Yunnan", "chewed", "boiling")} == {
        name: expected[name] for name in ("Tea", "water", "Yunnan", "chewed", "boiling")
    } | {"water": found["water"]}
    assert cues[0].start == 0
    assert cues[-1].lines[-1][-1].start == expected["water"]


def test_a_number_read_as_two_words_does_not_pull_a_later_one_forward():
    text = "Trees of 25 metres, and some of them are 3.5 metres around and more."
    names = ["Trees", "of", "25", "5 ", "metres", "and", "some", "of", "them", "are", "3.5", ".5 ", "metres", "around"]
    words = tuple(Word(text=name, start_sample=n * 6_000, end_sample=(n + 1) * 6_000) for n, name in enumerate(names))
    starts = {
        word.text: word.start
        for cue in cues_of(text, narration(15 * 6_000, words), 40)
        for line in cue.lines
        for word in line
    }
    assert starts["25"] == 20
    assert starts["some"] == 60
    assert starts["3.5"] == 100
    assert starts["around"] == 130


def test_a_word_without_a_time_after_the_last_one_is_still_shown():
    spoken = narration(9_600, (Word(text="Zwei", start_sample=0, end_sample=9_600),))

    shown = " ".join(lines(cues_of("Zwei Wörter", spoken, 30)))

    assert shown == "Zwei Wörter"


def test_without_timings_the_text_is_spread_over_the_scene():
    cues = cues_of(TEA, narration(24_000 * 20), 30)
    assert cues[0].start == 0
    assert 17 * 30 < cues[-1].lines[-1][-1].start < 20 * 30


def test_a_caption_stays_through_a_short_pause():
    cues = cues_of(TEA, spoken(TEA, pause=0.4), 30)
    assert all(following.start == cue.end for cue, following in pairwise(cues))


def test_text_without_spaces_is_cut_between_characters_and_punctuation_stays_behind():
    text = "お茶は世界で水に次いで最も多く飲まれている飲み物です。その物語は雲南省の山々で始まります。"
    shown = [line for cue in cues_of(text, narration(24_000 * 8), 30) for line in cue.texts]
    assert "".join(shown) == text
    assert all(columns(line) <= LINE_COLUMNS and not line.startswith("。") for line in shown)


def test_shift_moves_the_cue_and_its_words():
    cue = cues_of(TEA, spoken(TEA), 30)[1]
    later = shift(cue, 100)
    assert (later.start, later.end, later.texts) == (cue.start + 100, cue.end + 100, cue.texts)
    assert later.lines[0][0].start == cue.lines[0][0].start + 100


def test_captions_show_the_spoken_text_and_separate_its_paragraphs():
    """Captions leave out the same markup as speech; a heading is a caption of its own."""
    spoken = Narration(**{**dict(narration(24_000 * 6)), "text": "A heading\n\nTea is really old."})
    assert lines(cues_of("# A heading\n\nTea is **really** old.", spoken, 30)) == ["A heading", "Tea is really old."]
    without_text = narration(24_000 * 6)
    assert lines(cues_of("Tea is **really** old.", without_text, 30)) == ["Tea is **really** old."]
