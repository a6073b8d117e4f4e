import pytest

from scenewire.text.markup import is_speakable
from scenewire.text.sentences import split_sentences
from scenewire_script.text.lengths import count_words, halve


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One ends. Two begins.", ["One ends.", "Two begins."]),
        ("Dr. Jones met Mrs. Lee. They spoke.", ["Dr. Jones met Mrs. Lee.", "They spoke."]),
        (
            "Some metals, e.g. Iron and Tin, melt. Others do not.",
            ["Some metals, e.g. Iron and Tin, melt.", "Others do not."],
        ),
        ("It grew 3.5 per cent. Then it fell.", ["It grew 3.5 per cent.", "Then it fell."]),
        (
            "J. R. R. Tolkien wrote it. George W. Bush read it.",
            ["J. R. R. Tolkien wrote it.", "George W. Bush read it."],
        ),
        ("The U.S. Navy came to the U.S. The ships left.", ["The U.S. Navy came to the U.S.", "The ships left."]),
        ("He said “Stop.” She did not.", ["He said “Stop.”", "She did not."]),
        ("“Really?” he asked. Yes!", ["“Really?” he asked.", "Yes!"]),
        ("Well... perhaps not. Wait… Who knows?", ["Well... perhaps not.", "Wait…", "Who knows?"]),
        ("See Fig. 3 and No. 7. Did he? No. Never.", ["See Fig. 3 and No. 7.", "Did he?", "No.", "Never."]),
        ("He arrived at five p m. Snow fell.", ["He arrived at five p m.", "Snow fell."]),
        ("He arrived at 5 p.m. Nobody was there.", ["He arrived at 5 p.m.", "Nobody was there."]),
        ("Martin Luther King Jr. Day is in January.", ["Martin Luther King Jr. Day is in January."]),
        ("¿Qué es? ¡Nada! Vale.", ["¿Qué es?", "¡Nada!", "Vale."]),
        ("all lower case. no capitals here.", ["all lower case.", "no capitals here."]),
        ("月は地球を回る。潮が満ちる！本当？はい。", ["月は地球を回る。", "潮が満ちる！", "本当？", "はい。"]),
        ("他说：“走吧。”她笑了。", ["他说：“走吧。”", "她笑了。"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("no end at all", ["no end at all"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_an_ordinal_number_ends_no_sentence_where_it_is_written_with_a_full_stop() -> None:
    text = "Am 3. Oktober war es so weit. Im Jahr 1990. Danach kam mehr."

    assert split_sentences(text, "de") == ["Am 3. Oktober war es so weit.", "Im Jahr 1990.", "Danach kam mehr."]
    assert split_sentences("It was 3. October came.", "en") == ["It was 3.", "October came."]


def test_words_are_counted_in_spaced_and_unspaced_scripts() -> None:
    assert count_words("Two words — only.") == 3
    assert count_words("月は地球を回る。") == 3.5
    assert count_words("…!") == 0


def test_an_endless_word_is_not_spoken_in_an_instant() -> None:
    assert count_words("x" * 3_000) > 50


def test_a_long_sentence_is_cut_at_the_clause_nearest_its_middle() -> None:
    text = "one two three, four five six seven eight nine; ten eleven twelve thirteen, fourteen"

    assert halve(text, min_words=3) == (
        "one two three, four five six seven eight nine;",
        "ten eleven twelve thirteen, fourteen",
    )


def test_without_clauses_the_cut_is_between_words_and_without_words_anywhere() -> None:
    assert halve("a b c d e f", min_words=2) == ("a b c", "d e f")
    assert halve("月" * 40, min_words=8) == ("月" * 20, "月" * 20)


def test_nothing_is_cut_shorter_than_allowed() -> None:
    assert halve("a, b", min_words=2) is None


def test_only_letters_and_digits_can_be_spoken() -> None:
    assert is_speakable("… 7")
    assert is_speakable("é")
    assert not is_speakable("—?! 🙂")


def test_a_reference_stays_with_its_abbreviation_and_an_answer_with_its_number() -> None:
    assert split_sentences("See ref. no. AB/123-45 now. It holds.") == ["See ref. no. AB/123-45 now.", "It holds."]
    assert split_sentences("Q2. How do I pay? A2. By card.") == ["Q2. How do I pay?", "A2. By card."]
    assert split_sentences("He said no. It is on the A2. By car.") == ["He said no.", "It is on the A2.", "By car."]
