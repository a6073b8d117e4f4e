from hypothesis import given
from hypothesis import strategies as st

from scenewire_tts.engines.kokoro.phonemes import Break, Piece
from scenewire_tts.engines.kokoro.utterances import MAX_PHONEMES, divide, halve, length, number

PIECES = st.lists(
    st.builds(
        Piece,
        position=st.just(0),
        phonemes=st.text("abc ", max_size=60).map(str.strip) | st.text("a", min_size=150, max_size=500),
        weight=st.integers(0, 1000),
        ends=st.sampled_from(Break),
    ),
    max_size=40,
)


def piece(phonemes: str, ends: Break = Break.WORD) -> Piece:
    return Piece(0, phonemes, 1, ends)


def sentence(words: int, ends: Break = Break.SENTENCE) -> list[Piece]:
    return [piece("aaaa") for _ in range(words - 1)] + [piece("aaaa", ends)]


@given(PIECES)
def test_everything_is_spoken_once_in_order_and_nothing_is_too_long(pieces: list[Piece]):
    utterances = divide(pieces)

    said = "".join(part.phonemes for utterance in utterances for part in utterance)
    assert said.replace(" ", "") == "".join(part.phonemes for part in pieces).replace(" ", "")
    assert all(0 < length(utterance) <= MAX_PHONEMES for utterance in utterances)


@given(PIECES)
def test_a_half_is_shorter_and_nothing_is_lost(pieces: list[Piece]):
    for utterance in divide(pieces):
        halves = halve(utterance)

        assert all(length(half) < length(utterance) for half in halves)
        if halves:
            said = "".join(part.phonemes for half in halves for part in half)
            assert said.replace(" ", "") == "".join(part.phonemes for part in utterance).replace(" ", "")


def test_short_sentences_are_spoken_together_and_paragraphs_never():
    pieces = [*sentence(4), *sentence(4), *sentence(4, Break.PARAGRAPH), *sentence(4)]

    assert [len(utterance) for utterance in divide(pieces)] == [12, 4]


def test_a_long_sentence_is_cut_at_its_last_comma_that_fits():
    pieces = [*sentence(20, Break.CLAUSE), *sentence(10, Break.CLAUSE), *sentence(30)]

    assert [len(utterance) for utterance in divide(pieces)] == [30, 30]


def test_one_word_of_a_few_sounds_is_not_divided():
    assert halve((piece("abcdefgh"),)) == []


def test_unknown_phonemes_are_dropped():
    pieces = [piece("ab"), piece(""), piece("x?c"), piece("!")]

    ids, firsts = number(pieces, {"a": 1, "b": 2, "c": 3, " ": 9, "!": 7})

    assert ids == [1, 2, 9, 3, 7]
    assert firsts == [0, None, 3, None]
