import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import Narration, Word
from scenewire.text.markup import one_line
from scenewire_assembly.captions.cues import Cue, CueLimits, cues_of, shift
from scenewire_assembly.captions.letter_case import capitals
from scenewire_assembly.captions.line_breaking import columns
from scenewire_assembly.captions.phrases import LINE_COLUMNS
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
        for line in (line for cue in cues_of(text, spoken(text), 30, CueLimits(columns_a_line)) for line in cue.texts):
            assert not re.search(r"\d$", line)
            assert not re.match(r"000", line)


def test_captions_are_at_most_two_lines_of_the_width():
    for width in (16, 24, 42):
        for cue in cues_of(TEA, spoken(TEA), 30, CueLimits(width)):
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
        assert all((text and columns(text) <= LINE_COLUMNS) or not text.isprintable() for text in cue.texts)


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


CANAL = (
    "In March 2021 a container ship, the Ever Given, ran aground and blocked the way for six days because the wind had "
    "pushed it against the bank. The ship was 400 metres long, and Boskalis freed it with 13 tugs."
)


@pytest.mark.parametrize("width", range(20, 60, 3))
def test_no_line_ends_with_an_article_or_within_a_name_or_before_what_a_number_counts(width):
    for line in (line for cue in cues_of(CANAL, spoken(CANAL), 30, CueLimits(width)) for line in cue.texts):
        assert not re.search(r"(\b(a|the)|\b400|\b13|\bEver|\bMarch)$", line), line


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "The canal was closed for years because of the war.",
            "The canal was closed for years / because of the war.",
        ),
        (
            "de",
            "Der Kanal blieb jahrelang geschlossen wegen des Krieges.",
            "Der Kanal blieb jahrelang geschlossen / wegen des Krieges.",
        ),
        (
            "es",
            "El canal estuvo cerrado ocho años porque hubo guerra.",
            "El canal estuvo cerrado ocho años / porque hubo guerra.",
        ),
        (
            "fr",
            "Le canal resta fermé longtemps à cause de la guerre.",
            "Le canal resta fermé longtemps / à cause de la guerre.",
        ),
        (
            "it",
            "Il canale rimase chiuso otto anni per la guerra vicina.",
            "Il canale rimase chiuso otto anni / per la guerra vicina.",
        ),
        (
            "pt",
            "O canal ficou fechado oito anos por causa da guerra.",
            "O canal ficou fechado oito anos / por causa da guerra.",
        ),
    ],
)
def test_a_line_is_broken_before_the_words_that_begin_a_part(language, text, expected):
    assert lines(cues_of(text, spoken(text), 30, language=language)) == [expected]


@pytest.mark.parametrize("width", range(16, 60, 4))
def test_no_word_stands_alone_below_a_line(width):
    for cue in cues_of(CANAL, spoken(CANAL), 30, CueLimits(width)):
        assert len(cue.lines[-1]) > 1 or len(cue.lines) == 1, cue.texts


@pytest.mark.parametrize("rate", [24, 30, 60])
def test_captions_stay_long_enough_to_be_read_and_leave_no_short_gap(rate):
    for text in (TEA, CANAL):
        cues = cues_of(text, spoken(text), rate)
        for cue in cues:
            length = (cue.end - cue.start) / rate
            assert 25 / 30 - 1 / rate <= length <= 7 + 1 / rate
            assert sum(map(columns, cue.texts)) / length <= 20.5
        for cue, following in pairwise(cues):
            assert cue.end == following.start or following.start - cue.end >= rate / 2


def test_a_word_that_is_held_for_long_does_not_stay_for_ever():
    held = narration(24_000 * 20, (Word(text="Tea", start_sample=0, end_sample=24_000 * 19),))
    (cue,) = cues_of("Tea", held, 30)
    assert cue.end - cue.start == 210


POP = CueLimits(14, 3, 9)


@pytest.mark.parametrize("speed", [10, 15, 25])
def test_captions_of_few_words_cross_no_comma_or_full_stop_and_last_nine_frames(speed):
    for text in (TEA, CANAL):
        cues = cues_of(text, spoken(text, letters_a_second=speed), 30, POP)
        assert " ".join(" ".join(cue.texts) for cue in cues) == text
        for cue in cues:
            words = [word.text for line in cue.lines for word in line]
            assert 1 <= len(words) <= 3
            assert not any(re.search(r"[,.;]$", word) for word in words[:-1]), words
            assert all(columns(line) <= 14 for line in cue.texts)
        for before, cue in pairwise(cues):
            # A short part between two commas joins nothing.
            alone = re.search(r"[,.;]$", before.texts[-1]) and re.search(r"[,.;]$", cue.texts[-1])
            assert cue.end - cue.start >= 9 or alone, cue.texts


def test_captions_of_few_words_hold_a_line_of_a_script_without_spaces():
    text = "お茶は世界で水に次いで最も多く飲まれている飲み物です。"
    cues = cues_of(text, narration(24_000 * 8), 30, POP, language="ja")
    assert "".join(line for cue in cues for line in cue.texts) == text
    assert max(sum(map(columns, cue.texts)) for cue in cues) > 8


def test_capitals_follow_the_language():
    assert capitals("istanbul ılık", "tr") == "İSTANBUL ILIK"  # noqa: RUF001
    assert capitals("istanbul", "en") == "ISTANBUL"
    assert capitals("Straße groß", "de-AT") == "STRAßE GROß"
    assert capitals("Το τσάι, Ευρώπη, ρολόι, Μαΐου", "el") == "ΤΟ ΤΣΑΙ, ΕΥΡΩΠΗ, ΡΟΛΟΙ, ΜΑΪΟΥ"  # noqa: RUF001
    assert capitals("чай élan", "ru") == "ЧАЙ ÉLAN"
    assert capitals("ჩაი 茶 ชา", "ka") == "ჩაი 茶 ชา"


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
