import pytest

from scenewire_tts.engines.kokoro.phonemes import DIALECTS, Break, SpokenWord, select_dialect, spell


def spelled(text: str, words: list[tuple[int, int, list[str]]], dialect: str = "a") -> list[str]:
    return [piece.phonemes for piece in spell(text, [SpokenWord(*word) for word in words], DIALECTS[dialect])]


@pytest.mark.parametrize(
    ("language", "voice", "dialect"),
    [
        ("en", None, "a"),
        ("en", "af_sky", "a"),
        ("en", "bf_emma", "b"),
        ("en-US", "bf_emma", "a"),
        ("en-GB", "af_sky", "b"),
        ("en-AU", None, "a"),
        ("pt-PT", None, "p"),
        ("fr-CA", None, "f"),
        ("de", None, None),
        ("ja", "jf_alpha", "j"),
        ("ko", None, None),
        ("zh-Hans", None, "z"),
    ],
)
def test_the_language_and_then_the_voice_decide_the_dialect(language: str, voice: str | None, dialect: str | None):
    assert select_dialect(language, voice) == dialect


@pytest.mark.parametrize(
    ("dialect", "sounds", "written"),
    [
        ("a", ["d", "ˈeɪ"], "dˈA"),
        ("a", ["tʃ", "ˈɜː", "tʃ"], "ʧˈɜɹʧ"),
        ("a", ["s", "t", "ˈɜː", "ɹ", "ɪ", "ŋ"], "stˈɜɹɪŋ"),
        ("a", ["l", "ˈɪ", "ɾ", "əl"], "lˈɪTᵊl"),
        ("a", ["ˈaʊ", "ɚ", "ɹ"], "ˈWəɹ"),
        ("a", ["d", "ˈiː", "p", "", ""], "dˈip"),
        ("b", ["d", "ˈiː", "p"], "dˈiːp"),
        ("b", ["ˈeə"], "ˈɛː"),
        ("b", ["ɡ", "ˌəʊ"], "ɡˌQ"),
        ("e", ["ˈo", "tʃ", "o"], "ˈoʧo"),
        ("f", ["d", "y-"], "dy"),
        ("f", ["(en)", "w", "iː", "k", "(fr)"], "wiːk"),
        ("a", ["b", "ˈʌ", "t", "n̩"], "bˈʌtᵊn"),
    ],
)
def test_sounds_are_written_in_the_letters_that_the_voice_was_taught(dialect: str, sounds: list[str], written: str):
    assert spelled("word", [(0, 0, sounds)], dialect) == [written]


def test_words_keep_their_punctuation_and_numbers_are_several_words():
    text = "In 1869, “deep…” (yes)!"
    words = [(0, 0, ["ɪ", "n"]), (3, 10, ["s", "ɪ"]), (4, 20, ["t", "i"]), (10, 30, ["d", "iː"]), (18, 40, ["j"])]

    assert spelled(text, words) == ["ɪn", "sɪ ti,", "“di…”", "(j)!"]


def test_words_that_espeak_speaks_as_one_have_their_own_sounds_and_no_space_between_them():
    pieces = spell(
        "in the sea", [SpokenWord(0, 0, ["ɪ", "n", "ð", "ə"]), SpokenWord(7, 50, ["s", "iː"])], DIALECTS["a"]
    )

    assert [(piece.phonemes, piece.position, piece.weight, piece.joined) for piece in pieces] == [
        ("ɪn", 0, 25, False),
        ("ðə", 3, 25, True),
        ("si", 7, 25, False),
    ]


def test_words_that_espeak_places_within_the_word_before_are_separate():
    words = [(0, 0, ["s"]), (1, 10, ["ɐ", "z"]), (8, 20, ["t"])]

    assert spelled("such as tea", words) == ["s", "əz", "t"]


def test_a_pair_before_a_word_that_espeak_places_within_it_is_separate_too():
    words = [(0, 0, ["ɪ", "n", "ɐ"]), (1, 30, ["r", "oʊ"]), (9, 60, ["d"])]

    assert spelled("In a row, do", words) == ["ɪn", "ə", "ɹO,", "d"]


def test_other_words_that_are_spoken_with_the_one_before_have_no_sounds_of_their_own():
    words = [(0, 0, ["t", "ə", "b"]), (9, 50, ["d"])]

    assert spelled("to bring do", words) == ["təb", "", "d"]
    assert spelled("de la mer", [(0, 0, ["d", "ə"]), (6, 50, ["m"])], "f") == ["də", "", "m"]


def test_a_word_that_espeak_places_too_early_stays_behind_what_was_spoken():
    words = [(0, 0, ["n"]), (7, 10, ["b"]), (5, 20, ["d"])]

    assert spelled("NASA's budget now", words) == ["n", "b d", ""]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("One. Two", [Break.SENTENCE, Break.PARAGRAPH]),
        ("One, two", [Break.CLAUSE, Break.PARAGRAPH]),
        ("One\n\ntwo", [Break.PARAGRAPH, Break.PARAGRAPH]),
        ("“Really?” Yes", [Break.SENTENCE, Break.PARAGRAPH]),
        ("Dr. Smith", [Break.WORD, Break.PARAGRAPH]),
        ("U.S. Navy", [Break.WORD, Break.PARAGRAPH]),
        ("vol. 4", [Break.WORD, Break.PARAGRAPH]),
        ("Jan. 5", [Break.WORD, Break.PARAGRAPH]),
        ("Sgt. Pepper", [Break.WORD, Break.PARAGRAPH]),
        ("No. Never", [Break.SENTENCE, Break.PARAGRAPH]),
        ("It is 5. Six", [Break.WORD, Break.WORD, Break.SENTENCE, Break.PARAGRAPH]),
        ("5 p m. Snow", [Break.WORD, Break.WORD, Break.SENTENCE, Break.PARAGRAPH]),
        ("one. two", [Break.SENTENCE, Break.PARAGRAPH]),
        ("Well… then", [Break.CLAUSE, Break.PARAGRAPH]),
    ],
)
def test_breaks_after_words(text: str, ends: list[Break]):
    assert [piece.ends for piece in spell(text, [], DIALECTS["a"])] == ends


def test_the_voice_does_not_pause_at_the_full_stop_of_an_abbreviation():
    assert spelled("Vol. 4.", [(0, 0, ["v"]), (5, 5, ["f"])]) == ["v", "f."]


def test_words_without_spaces_keep_their_punctuation_and_are_joined():
    text = "他说：“很好！”水。"
    words = [
        SpokenWord(0, 0, ["a"]),
        SpokenWord(1, 1, ["b"], joined=True),
        SpokenWord(4, 2, ["c"]),
        SpokenWord(5, 3, ["d"], joined=True),
        SpokenWord(8, 4, ["e"]),
    ]

    pieces = spell(text, words, DIALECTS["z"])

    assert [(piece.phonemes, piece.joined) for piece in pieces] == [
        ("a", False), ("b:", True), ("“c", False), ("d!”", True), ("e.", False),
    ]  # fmt: skip
    assert [piece.ends for piece in pieces] == [
        Break.WORD, Break.CLAUSE, Break.WORD, Break.SENTENCE, Break.PARAGRAPH,
    ]  # fmt: skip


def test_a_full_stop_after_one_character_ends_a_sentence():
    words = [SpokenWord(0, 0, ["a"]), SpokenWord(2, 1, ["b"])]

    assert [(piece.phonemes, piece.ends) for piece in spell("海。山。", words, DIALECTS["j"])] == [
        ("a.", Break.SENTENCE),
        ("b.", Break.PARAGRAPH),
    ]
