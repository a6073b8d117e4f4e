import pytest

from scenewire_script.text.keywords import footage_query, keywords_of

SENTENCE = "Work began in 1859 under the French diplomat Ferdinand de Lesseps, and it took ten years."


def test_names_rank_first_and_fillers_and_numbers_are_dropped() -> None:
    words = keywords_of(SENTENCE)

    assert words == ("Ferdinand de Lesseps", "French", "diplomat")
    assert not {"Work", "began", "1859", "under", "the", "years", "took"} & set(words)


def test_the_query_names_the_best_words_in_the_order_of_the_text() -> None:
    assert footage_query(SENTENCE, keywords_of(SENTENCE), "The Suez Canal") == "French Ferdinand de Lesseps"


def test_the_topic_helps_out_where_a_scene_says_little() -> None:
    text = "It was not so."

    assert footage_query(text, keywords_of(text), "The Suez Canal") == "Suez Canal"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Suez Canal joins the Red Sea.", ("Suez Canal", "Red Sea", "joins")),
        ("Then the Ever Given blocked it.", ("Ever Given", "blocked")),
        ("Egypt saw ships. The Bay of Bengal did not.", ("Bay of Bengal", "Egypt", "ships")),
        ("It was Vincent van Gogh's Sunflowers.", ("Vincent van Gogh", "Sunflowers")),
        ("In March Egypt rose, in June Syria.", ("Egypt", "Syria", "rose")),
        ("MARS ROVER LANDS", ("rover", "lands", "mars")),
    ],
)
def test_names_of_several_words_stay_together(text: str, words: tuple[str, ...]) -> None:
    assert keywords_of(text) == words


def test_a_topic_of_fillers_is_better_than_an_empty_query() -> None:
    assert footage_query("It is.", (), "Us") == "Us"


def test_contractions_and_possessives_are_not_words_of_their_own() -> None:
    assert keywords_of("Don’t they see that Earth's shadow isn't round?") == ("Earth", "shadow", "round")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        (
            "de",
            "Der Kanal verbindet das Mittelmeer mit dem Roten Meer.",
            {"Mittelmeer", "verbindet", "Kanal", "Roten", "Meer"},
        ),
        (
            "de-AT",
            "Ein Leuchtturm steht auf der Klippe und warnt einer mit das Schiff.",
            {"Leuchtturm", "Klippe", "Schiff", "warnt"},
        ),
        ("es", "El faro avisa a los marineros de las rocas.", {"marineros", "rocas", "avisa", "faro"}),
        ("fr", "Le phare de Cordouan avertit les marins.", {"Cordouan", "avertit", "marins", "phare"}),
        ("it", "Il faro avverte i marinai degli scogli.", {"avverte", "marinai", "scogli", "faro"}),
        ("ru", "Маяк предупреждает моряков о скалах.", {"предупреждает", "моряков", "скалах", "Маяк"}),
        ("ja", "スエズ運河は地中海と紅海を結ぶ。", {"スエズ", "運河", "地中海", "紅海", "結ぶ"}),
        ("ja", "灯台は嵐の海を照らす。", {"灯台", "嵐", "海", "照らす"}),
        ("zh", "苏伊士运河连接地中海和红海。", {"苏伊士", "运河", "连接", "地中海", "红海"}),
        ("th", "คลองเชื่อมทะเลแดงกับทะเล", {"คลอง", "เชื่อม", "ทะเลแดง", "ทะเล"}),
    ],
)
def test_stop_words_of_the_language_are_dropped_and_a_dictionary_divides_scripts_without_spaces(
    language: str, text: str, words: set[str]
) -> None:
    assert set(keywords_of(text, language)) == words


def test_names_and_german_nouns_rank_before_other_words_of_their_length() -> None:
    assert keywords_of("Nachts warnt ein Hafen.", "de") == ("Hafen", "Nachts", "warnt")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी भाषा की कहानी", ("हिन्दी", "भाषा", "कहानी")),
        ("قِصَّةُ الشَّاي", ("الشَّاي", "قِصَّةُ")),
        ("தமிழ் மொழியின் கதை", ("மொழியின்", "தமிழ்", "கதை")),
        ("می‌خواهم", ("می‌خواهم",)),
    ],
)
def test_words_keep_their_marks_in_every_script(text: str, words: tuple[str, ...]) -> None:
    assert set(keywords_of(text, "hi")) == set(words)
