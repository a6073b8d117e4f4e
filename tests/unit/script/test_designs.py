"""What the sentences of a video show where there is no footage."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire.messages import (
    Chapter,
    Comparison,
    Design,
    DesignedSentence,
    Enumeration,
    Opening,
    Quantity,
    Quotation,
    ScriptRequested,
    Statement,
    YearOnLine,
)
from scenewire.text.markup import one_line
from scenewire_script.designs.choice import SceneWords, choose_designs
from scenewire_script.designs.hints import Hint
from scenewire_script.designs.languages.tables import VOCABULARIES
from scenewire_script.preview import preview_script
from scenewire_script.text.keywords import keywords_of

TABLES = json.loads((Path(__file__).parents[2] / "data" / "designs.json").read_text())
"""By language and kind: sentences, or two neighbours, with the fields of the design of the last one."""
YEARS = {
    "en": "In 1900 it rained.",
    "de": "Im Jahr 1900 regnete es.",
    "fr": "En 1900 il pleuvait.",
    "es": "En 1900 llovía.",
    "it": "Nel 1900 pioveva.",
    "pt": "Em 1900 chovia.",
}
EXAMPLE = Path(__file__).parents[3] / "examples" / "suez-canal.txt"


def designed(
    *texts: str, language: str = "en", title: str | None = None, hint: Hint | None = None
) -> list[tuple[DesignedSentence, ...]]:
    scenes = [SceneWords(text, keywords=keywords_of(text, language), hint=hint) for text in texts]
    return choose_designs(scenes, title=title, language=language, words_per_second=2.3)


def shown(sentences: Sequence[DesignedSentence]) -> list[Design]:
    """What is shown of each sentence, without the cards before it."""
    return [
        next(design for design in sentence.designs if not isinstance(design, Opening | Chapter))
        for sentence in sentences
    ]


def strings(design: Design) -> Iterator[str]:
    """Every string of a design that must be written as in the text."""
    match design:
        case Statement():
            yield from (design.lead, design.head, design.rest, design.emphasis)
        case Quantity():
            yield from (design.lead, design.number, design.unit)
        case YearOnLine():
            yield from (str(design.year), design.before, design.clause)
        case Quotation():
            yield from (design.words, design.author)
        case Enumeration():
            yield from (design.title, *design.items)
        case Comparison():
            yield from (string for bar in design.bars for string in (bar.text, bar.label))
        case _:
            pass


async def test_the_example_video_shows_numbers_years_a_comparison_and_its_title() -> None:
    script = await preview_script(ScriptRequested(text=EXAMPLE.read_text()))
    sentences = [sentence for scene in script.scenes for sentence in scene.sentences]

    assert sentences[0].designs[0] == Opening(title="The Suez Canal")
    designs = shown(sentences)
    assert [design.kind for design in designs] == [
        "place",  # Egypt and both seas
        "place",  # Europe, India, Africa
        "year",
        "year",
        "statement",
        "number",
        "year",
        "number",
        "comparison",
        "number",
    ]
    years = (1859, 1869, 1956, 1967, 2021)
    assert designs[2:] == [
        YearOnLine(year=1859, clause="Work began", years=years, goes_on=True),
        YearOnLine(year=1869, before="November", clause="The canal opened to ships", years=years, row=1),
        Statement(
            head="It has no locks,",
            rest="because the two seas at its ends stand at nearly the same level.",
            emphasis="no locks",
        ),
        Quantity(lead="Today it is about", number="193", unit="kilometres long"),
        YearOnLine(year=1956, clause="Egypt made the canal national property", years=years),
        Quantity(lead="this time it stayed shut for", number="eight", unit="years"),
        designs[8],
        Quantity(lead="about", number="a tenth", unit="of the world's trade", share=0.1),
    ]
    comparison = designs[8]
    assert isinstance(comparison, Comparison)
    assert [(bar.value, bar.text, bar.label) for bar in comparison.bars] == [
        (8 * 365.25, "eight years", "this time it stayed shut for"),
        (6, "six days", "blocked the way for"),
    ]


@pytest.mark.parametrize(
    ("language", "kind", "row"),
    [
        pytest.param(language, kind, row, id=f"{language}-{kind}-{number}")
        for language, kinds in TABLES.items()
        for kind, rows in kinds.items()
        for number, row in enumerate(rows)
    ],
)
def test_a_sentence_shows_what_its_words_ask_for(language: str, kind: str, row: dict[str, Any]) -> None:
    texts = [row["text"]] if isinstance(row["text"], str) else row["text"]
    expected = {name: value for name, value in row.items() if name != "text"}

    scenes = designed(*texts, YEARS.get(language, "1900."), language=language)
    design = shown(scenes[len(texts) - 1])[0]

    found = design.model_dump(mode="json", exclude={"kind", "years", "row", "goes_on"}, exclude_defaults=True)
    if isinstance(design, Comparison):
        found = {"bars": [[bar.text, bar.label] for bar in design.bars]}
    assert (design.kind, found) == (kind, expected)


def test_every_language_with_a_table_has_sentences_for_every_design() -> None:
    kinds = {"quotation", "comparison", "list", "year", "number", "statement"}

    assert TABLES.keys() >= VOCABULARIES.keys()
    for language in VOCABULARIES:
        least = 8 if language == "en" else 3
        assert {kind for kind, rows in TABLES[language].items() if len(rows) >= least} == kinds


WORDS = """
    In 1956 1967 since March and or the a no never first tea, silk, two three 12 million days years metres km $5 90% of half
    tenth said Lesseps “the sea is wide” , . ; — because which years. Egypt, long 3.5 1,200 (and) am 3. Oktober seit en
    noviembre de 1869 一八六九 1869年 운하 القناة ١٩٣
    """
TEXTS = st.one_of(
    st.text(max_size=400),
    st.text(st.sampled_from(list("abcXYZ09 .,!?:;—\"“”'()…。，月 é\n$%€−")), max_size=400),
    st.lists(st.sampled_from(WORDS.split()), max_size=60).map(" ".join),
)
LANGUAGES = st.sampled_from(["en", "de", "fr", "es-MX", "it", "pt-BR", "nl", "ja", "zh", "ar", "hi", "th", "ru"])


@given(st.lists(TEXTS.filter(one_line), min_size=1, max_size=6), LANGUAGES)
def test_nothing_is_lost_invented_or_shown_three_times_running(texts: list[str], language: str) -> None:
    scenes = designed(*texts, language=language)

    for number, (text, sentences) in enumerate(zip(texts, scenes, strict=True)):
        line, end = one_line(text), 0
        for sentence in sentences:
            start = line.index(sentence.text, end)
            assert not line[end:start].strip()
            end = start + len(sentence.text)
        assert end == len(line)
        neighbours = f"{one_line(texts[number - 1])} {line}" if number else line
        for sentence in sentences:
            assert isinstance(sentence.designs[-1], Statement)
            for design in sentence.designs:
                place = neighbours if isinstance(design, Comparison) else sentence.text
                assert all(string in place for string in strings(design)), design
    kinds = [
        (design.kind, isinstance(design, Statement) and bool(design.head))
        for design in shown([sentence for sentences in scenes for sentence in sentences])
    ]
    assert not any(kind == second == third for kind, second, third in zip(kinds, kinds[1:], kinds[2:], strict=False))


@given(TEXTS.filter(one_line), LANGUAGES)
def test_the_words_of_a_statement_are_the_sentence_and_mark_at_most_three_of_its_neighbours(
    text: str, language: str
) -> None:
    for sentence in designed(text, language=language)[0]:
        for design in sentence.designs:
            if isinstance(design, Statement):
                joined = f"{design.lead}{design.head}{design.rest}".replace(" ", "")
                assert joined in sentence.text.replace(" ", "")
                assert design.emphasis in (design.head or design.rest)
                assert len(design.emphasis.split()) <= 3


@pytest.mark.parametrize("heading", ["A canal at war", ""])
def test_a_section_begins_with_its_number_heading_and_years(heading: str) -> None:
    scenes = [
        SceneWords("The desert was dry and empty.", section="The desert"),
        SceneWords("In 1956 Egypt made the canal national property.", section=heading),
        SceneWords("A war closed it again in 1967."),
    ]

    sentences = choose_designs(scenes, title="Suez", language="en", words_per_second=2.3)

    assert sentences[0][0].designs[:2] == (
        Opening(title="Suez"),
        Chapter(heading="The desert", number=1, years="" if heading else "1956–1967"),
    )
    if heading:
        assert sentences[1][0].designs[0] == Chapter(heading=heading, number=2, years="1956–1967")
    assert sentences[1][0].designs[-1].kind == "statement"
    assert isinstance(shown(sentences[1])[0], YearOnLine)


CANAL = "Today the canal is 193 Kilometres long, and no ship waits for more than half a day."


def first(text: str, hint: Hint | None) -> Design:
    return designed(text, hint=hint)[0][0].designs[0]


def test_a_hint_is_shown_in_the_letters_of_the_text() -> None:
    assert first(CANAL, Hint(design="number", number="HALF", unit="a day")) == Quantity(number="half", unit="a day")
    assert first(CANAL, Hint(design="list", items=("canal", "ship", "day"))) == Enumeration(
        title="Today the", items=("canal", "ship", "day")
    )
    assert first(
        "Jose\u0301 Marti\u0301 said that the sea is a road.",
        Hint(design="quotation", quote="the sea is a ROAD", author="José martí"),
    ) == Quotation(words="the sea is a road", author="José Martí")
    statement = first(CANAL, Hint(design="statement", emphasis="no SHIP"))
    assert isinstance(statement, Statement)
    assert designed(CANAL, hint=Hint(emphasis="kilometres long"))[0][0].designs[-1] == Statement(
        rest=CANAL, emphasis="Kilometres long"
    )


@pytest.mark.parametrize(
    "hint",
    [
        Hint(design="number", number="194", unit="kilometres"),
        Hint(design="number", number="193", unit="miles"),
        Hint(design="number", number="193", unit="a day"),
        Hint(design="number", number="93", unit="kilometres"),
        Hint(design="number", number="193"),
        Hint(design="quotation", quote="the canal is 193 kilometres long", author="Lesseps"),
        Hint(design="list", items=("canal", "ship", "camel")),
        Hint(design="list", items=("ship", "canal", "day")),
        Hint(design="statement", emphasis="no locks"),
        Hint(design="poster"),
        Hint(),
    ],
)
def test_a_hint_with_words_that_the_text_does_not_have_is_dropped(hint: Hint) -> None:
    assert designed(CANAL, hint=hint) == designed(CANAL)


def test_a_hint_ranks_a_design_first_that_its_sentence_has() -> None:
    text = "Another war closed it again in 1967, and this time it stayed shut for eight years."
    later = "In 1975 it was opened again."

    assert [design.kind for design in shown(designed(text, later, hint=Hint(design="number"))[0])] == ["number"]
    assert [design.kind for design in shown(designed(text, later)[0])] == ["year"]


@given(TEXTS.filter(one_line), st.builds(Hint, *[st.text(max_size=9)] * 4, st.lists(TEXTS, max_size=4).map(tuple)))
def test_no_hint_puts_words_on_the_screen_that_are_not_in_the_text(text: str, hint: Hint) -> None:
    for sentence in designed(text, hint=hint)[0]:
        for design in sentence.designs:
            assert all(string in sentence.text for string in strings(design)), design


def test_a_sentence_that_is_shown_too_briefly_shares_the_design_of_its_longer_neighbour() -> None:
    [sentences] = designed("Look. It has no locks at all. Really. Ships pass quickly every day.")

    assert [sentence.text for sentence in sentences] == [
        "Look. It has no locks at all. Really.",
        "Ships pass quickly every day.",
    ]
    assert shown(sentences)[0] == Statement(head="It has no locks at all.", emphasis="no locks")


def test_the_name_behind_a_quotation_belongs_to_it() -> None:
    [sentences] = designed("He was right. “The sea is everything to me.” — Jules Verne")

    assert [sentence.text for sentence in sentences] == [
        "He was right.",
        "“The sea is everything to me.” — Jules Verne",
    ]
    assert shown(sentences)[1] == Quotation(words="The sea is everything to me.", author="Jules Verne")


def test_paragraphs_end_sentences_without_a_full_stop() -> None:
    [sentences] = designed("The sea was wide and deep\n\nThe ship was old and slow")

    assert [sentence.text for sentence in sentences] == ["The sea was wide and deep", "The ship was old and slow"]


def layouts(*texts: str) -> list[str]:
    designs = shown([sentence for sentences in designed(*texts) for sentence in sentences])
    return ["whole" if isinstance(design, Statement) and not design.head else design.kind for design in designs]


def test_a_third_statement_has_the_other_layout() -> None:
    assert layouts(*["The river rose again."] * 5) == ["statement", "statement", "whole", "statement", "statement"]
    long = "Nobody in the whole village knew why the river had risen so quickly during the night."
    assert layouts(*[long] * 4) == ["whole", "whole", "statement", "whole"]
    third = shown(designed(long, long, long)[2])[0]
    assert third == Statement(
        lead="Nobody in the whole village knew why the river had risen so quickly",
        head="during the night.",
        emphasis="night",
    )


def test_a_year_or_a_number_gives_way_to_another_design_rather_than_repeat() -> None:
    both = "The war of that time began in {} and lasted for ten long years."
    assert layouts(both.format(1956), both.format(1967), both.format(1973)) == ["year", "number", "year"]
    assert layouts("It opened in 1956.", "It closed in 1967.", "It opened again in 1975.") == [
        "year",
        "year",
        "statement",
    ]
    assert layouts("It has 12 ships.", "It has 14 houses.", "It has 3 roads.") == ["number", "number", "statement"]


def test_a_single_year_in_a_video_is_no_line_of_years() -> None:
    assert layouts("It opened to ships in 1956.", "It has 12 ships.") == ["statement", "number"]


def test_a_line_of_very_many_years_shows_those_around_the_year() -> None:
    scenes = designed(*[f"The river rose again in {year}." for year in range(1000, 1400)])

    lines = [design for sentences in scenes for design in shown(sentences) if isinstance(design, YearOnLine)]
    assert lines
    assert all(line.year in line.years and len(line.years) <= 200 for line in lines)


def test_quantities_of_two_sections_are_not_compared() -> None:
    before, after = SceneWords("The old road is 20 miles long."), SceneWords("The new road is 12 miles long.")

    def kinds(section: str) -> list[str]:
        scenes = [before, replace(after, section=section)]
        return [
            design.kind for design in shown(choose_designs(scenes, title=None, language="en", words_per_second=2)[1])
        ]

    assert (kinds(""), kinds("Today")) == (["comparison"], ["number"])


async def test_a_video_that_hides_its_title_does_not_open_with_it() -> None:
    look = {"title": False}
    script = await preview_script(ScriptRequested.model_validate({"text": "The river rose again.", "look": look}))

    assert [design.kind for design in script.scenes[0].sentences[0].designs] == ["statement", "statement"]


@pytest.mark.parametrize(
    ("text", "title", "items"),
    [
        ("You need:\n\nflour.\n\ntwo eggs.\n\na pinch of salt", "You need", ("flour", "two eggs", "a pinch of salt")),
        ("steel. concrete. courage", "", ("steel", "concrete", "courage")),
        ("Вода. Мука. Соль.", "", ("Вода", "Мука", "Соль")),
    ],
)
def test_short_lines_in_a_row_are_a_list(text: str, title: str, items: tuple[str, ...]) -> None:
    ((sentence, *_),) = choose_designs([SceneWords(text)], title=None, language="en", words_per_second=2.3)
    first = sentence.designs[0]
    assert isinstance(first, Enumeration)
    assert (first.title, first.items) == (title, items)


@pytest.mark.parametrize(
    "text",
    [
        "No. No. No. Never.",
        "Why? How? When?",
        "It rains. It pours. The old man is snoring now.",
        "Serves 6-8. Prep time: 20 min. Cook time: 45 min.",
        "Two of us left. He cried. Anna was gone.",
        "Time: short. Place: home. Mood: good.",
    ],
)
def test_repeated_words_questions_facts_and_clauses_are_no_list(text: str) -> None:
    (sentences,) = choose_designs([SceneWords(text)], title=None, language="en", words_per_second=2.3)
    assert not any(isinstance(design, Enumeration) for sentence in sentences for design in sentence.designs)


def kinds_of(text: str, language: str) -> set[str]:
    """All kinds of designs of a text among others with years and numbers."""
    scenes = designed(text, YEARS.get(language, "1900."), language=language)
    return {design.kind for sentence in scenes[0] for design in sentence.designs}


@pytest.mark.parametrize(
    ("text", "language", "author"),
    [
        ('Tom wrote "Dear Anna, I am very sorry" and Mary said nothing.', "en", "Tom"),
        ('He wrote "Dear Anna, I am very sorry" and Mary said nothing.', "en", None),
        ('"Dear Anna, I am very sorry" stood there, but Mary said nothing.', "en", None),
        ('Tom said nothing, and Mary wrote "Dear Tom, I am very sorry".', "en", "Mary"),
        ('Tom and Mary wrote "Dear Anna, we are very sorry".', "en", None),
        ('Anna schrieb "Das ist ein sehr schöner Tag", und Peter sagte nichts.', "de", "Anna"),
        ("« La mer est tout pour moi », comme disait Jules Verne.", "fr", "Jules Verne"),
    ],
)
def test_a_quotation_belongs_to_whom_its_own_clause_names(text: str, language: str, author: str | None) -> None:
    quotations = [
        design.author
        for sentence in designed(text, language=language)[0]
        for design in sentence.designs
        if isinstance(design, Quotation)
    ]
    assert quotations == ([author] if author else [])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Его глубина 1642 метра.", "ru"),
        ("Jezioro ma 1025 metrów głębokości.", "pl"),
        ("Dom ma 1200 okien.", "pl"),
        ("Het meer is 1642 meter diep.", "nl"),
        ("De zaal heeft 1500 stoelen.", "nl"),
        ("De boom is 1500 jaar oud.", "nl"),
        ("In 1500 cases nothing happened.", "en"),
        ("By 1200 votes he won.", "en"),
        ("In 1200 homes the light went out.", "en"),
        ("In 1600 Pennsylvania Avenue he lives.", "en"),
        ("In 1100 Louisiana he works.", "en"),
        ("In 1500 Fällen geschah nichts.", "de"),
        ("En 1500 mots, il explique tout.", "fr"),
        ("In 1500 parole spiega tutto.", "it"),
    ],
)
def test_a_number_that_counts_is_no_year(text: str, language: str) -> None:
    assert "year" not in kinds_of(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In 1956 Egypt made the canal national property.", "en"),
        ("W 1869 roku otwarto nowy kanał.", "pl"),
        ("Kanał otwarto w 1869 r.", "pl"),
        ("Kanal 1869 yılında açıldı.", "tr"),
        ("In the year 1500 Venice was a great power.", "en"),
    ],
)
def test_a_year_with_a_word_for_a_year_or_a_clause_behind_it_stays_one(text: str, language: str) -> None:
    assert "year" in kinds_of(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Two out of three children read every day.", "en"),
        ("Three out of four people agree.", "en"),
        ("Out of ten children, four leave.", "en"),
        ("Il y a deux personnes sur trois.", "fr"),
        ("Un sur dix part.", "fr"),
        ("Un homme sur dix part.", "fr"),
        ("Une personne sur dix part.", "fr"),
        ("Half of the 60 people left.", "en"),
        ("Two thirds of the 12 men died.", "en"),
        ("Sur dix enfants, quatre partent.", "fr"),
        ("Dos de cada tres personas votan.", "es"),
        ("Von zehn Kindern gehen vier Kinder.", "de"),
        ("Not 10 people came.", "en"),
        ("He didn't wait 10 minutes.", "en"),
        ("Es kamen nicht 10 Leute.", "de"),
        ("It costs between $5 and $10.", "en"),
        ("The rope is from 5 km to 10 km long.", "en"),
        ("It is one of the 50 states.", "en"),
    ],
)
def test_a_share_a_range_or_a_denied_number_is_no_number_of_its_own(text: str, language: str) -> None:
    assert "number" not in kinds_of(text, language)


@pytest.mark.parametrize(
    ("text", "language", "number", "unit"),
    [
        ("Il coûte 1 234,56 €.", "fr", "1 234,56 €", ""),
        ("Il coûte 1 234,56€.", "fr", "1 234,56€", ""),
        ("La route fait 1 234km.", "fr", "1 234", "km"),
        ("Almost 40 percent of 60 people voted.", "en", "40", "percent"),
        ("It opened for 12 days in 3 countries.", "en", "12", "days"),
        ("Ein Turm von 300 Metern steht dort.", "de", "300", "Metern"),
    ],
)
def test_a_number_is_shown_with_all_its_groups_and_without_the_next_number(
    text: str, language: str, number: str, unit: str
) -> None:
    design = shown(designed(text, language=language)[0])[0]
    assert isinstance(design, Quantity)
    assert (design.number, design.unit) == (number, unit)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The old, grey and rusty car stopped.", "en"),
        ("La vieille, grise et sale voiture s'arrêta.", "fr"),
        ("Das alte, graue und rostige Auto hielt.", "de"),
        ("She lived in Mexico, Missouri, and Paris, Texas.", "en"),
    ],
)
def test_adjectives_of_one_noun_and_names_in_pairs_are_no_list(text: str, language: str) -> None:
    assert "list" not in kinds_of(text, language)


def test_adjectives_behind_a_verb_are_a_list() -> None:
    assert "list" in kinds_of("The car was old, grey and rusty.", "en")


@pytest.mark.parametrize(
    ("text", "is_compared"),
    [
        ("He is 40 years old and waited 5 minutes.", False),
        ("A cat lives 15 years, but a meeting lasts 2 hours.", False),
        ("The bridge is 300 metres long. She walked 5 kilometres home.", False),
        ("A cat lives 15 years, but a horse lives 30 years.", True),
        ("A whale weighs 150 tonnes, an elephant only 6 tonnes.", True),
        ("The tower is 330 metres high. The river is 20 kilometres long.", False),
        ("Heat it for 10 minutes. It contains 3 hours of film.", False),
        ("It stayed shut for eight years. A ship blocked the way for six days.", True),
        ("The first train needed 9 hours. The second took 3 hours.", True),
    ],
)
def test_quantities_are_compared_only_if_their_clauses_are_alike(text: str, is_compared: bool) -> None:
    designs = [design.kind for sentence in designed(text)[0] for design in sentence.designs]
    assert ("comparison" in designs) == is_compared


def head_of(text: str, language: str) -> str:
    """The large words of a statement; empty if all its words have one size."""
    designs = designed(text, language=language)[0][0].designs
    return designs[0].head if isinstance(designs[0], Statement) else designs[0].kind


@pytest.mark.parametrize(
    ("text", "language", "head"),
    [
        ("When it rains, snows, or hails, the road closes.", "en", "the road closes."),
        ("If the pump fails, leaks or stalls, the water rises.", "en", "the water rises."),
        ("Whether you walk, ride, or drive, the view is the same.", "en", "the view is the same."),
        ("After the ships, the tugs and the pilots, the cranes came.", "en", "the cranes came."),
        ("Because the water is cold, dark and deep, few fish live there.", "en", "few fish live there."),
        ("Although small, slow and old, the ship arrived.", "en", "the ship arrived."),
        ("While the rich ate, drank and danced, the poor starved.", "en", "the poor starved."),
        ("Before eating, drinking, or smoking, wash your hands.", "en", "wash your hands."),
        ("Between dawn and dusk, rain or shine, they work.", "en", "they work."),
        ("Whatever happens, the bridge remains.", "en", "the bridge remains."),
        ("Who built, paid for, and used the canal is known.", "en", ""),
        ("When it rains, snow melts, and rivers rise.", "en", "snow melts,"),
        ("The bridge fell, people ran, and nobody returned.", "en", "The bridge fell,"),
        ("The car stopped, however, and the driver ran.", "en", "The car stopped,"),
        ("Wenn es regnet, schneit oder hagelt, bleibt die Straße gesperrt.", "de", "bleibt die Straße gesperrt."),
        ("Weil das Wasser kalt, dunkel und tief ist, leben dort kaum Fische.", "de", "leben dort kaum Fische."),
        ("Quand il pleut, neige ou grêle, la route est fermée.", "fr", "la route est fermée."),
        ("Si la pompe tombe en panne, fuit ou s'arrête, l'eau monte.", "fr", "l'eau monte."),
        ("Cuando llueve, nieva o graniza, la carretera se cierra.", "es", "la carretera se cierra."),
        ("Como el agua es fría, oscura y profunda, hay pocos peces.", "es", "hay pocos peces."),
        ("Quando piove, nevica o grandina, la strada chiude.", "it", "la strada chiude."),
        ("Se la pompa si guasta, perde o si ferma, l'acqua sale.", "it", "l'acqua sale."),
        ("Quando chove, neva ou graniza, a estrada fecha.", "pt", "a estrada fecha."),
        ("Antes de comer, beber ou fumar, lave as mãos.", "pt", "lave as mãos."),
    ],
)
def test_no_item_of_a_series_stands_alone_as_a_headline(text: str, language: str, head: str) -> None:
    assert head_of(text, language) == head


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dogs bark. Cats sleep. Birds sing.", "en"),
        ("The wind blows. The sea rises. The wall holds.", "en"),
        ("Dogs bark, cats sleep, and birds sing.", "en"),
        ("In summer dogs bark, cats sleep, and birds sing.", "en"),
        ("Whether you walk, ride, or drive, the view is the same.", "en"),
        ("Hunde bellen. Katzen schlafen. Vögel singen.", "de"),
        ("Le vent souffle. La mer monte. Le mur tient.", "fr"),
        ("Los perros ladran. Los gatos duermen. Los pájaros cantan.", "es"),
        ("Il vento soffia. Il mare sale. Il muro regge.", "it"),
        ("O vento sopra. O mar sobe. O muro aguenta.", "pt"),
        ("Собаки лают. Кошки спят. Птицы поют.", "ru"),
    ],
)
def test_whole_clauses_are_no_list(text: str, language: str) -> None:
    assert "list" not in kinds_of(text, language)


@pytest.mark.parametrize(
    ("text", "language", "items"),
    [
        ("No locks. No gates. No delays.", "en", ("No locks", "No gates", "No delays")),
        ("The sea. The wind. The wall.", "en", ("The sea", "The wind", "The wall")),
        ("Two ships. Three tugs. One pilot.", "en", ("Two ships", "Three tugs", "One pilot")),
        ("Kein Wind. Kein Wasser. Kein Brot.", "de", ("Kein Wind", "Kein Wasser", "Kein Brot")),
        ("Sans eau. Sans pain. Sans espoir.", "fr", ("Sans eau", "Sans pain", "Sans espoir")),
        ("Sem água. Sem pão. Sem luz.", "pt", ("Sem água", "Sem pão", "Sem luz")),
        ("Dogs bark.\n\nCats sleep.\n\nBirds sing.", "en", ("Dogs bark", "Cats sleep", "Birds sing")),
        (
            "Add 200 grams of sugar, 3 eggs, and a pinch of salt.",
            "en",
            ("200 grams of sugar", "3 eggs", "a pinch of salt"),
        ),
        (
            "Add 3 eggs, a pinch of salt, and 200 g of flour.",
            "en",
            ("3 eggs", "a pinch of salt", "200 g of flour"),
        ),
        (
            "Take two cups of flour, one cup of milk and half a teaspoon of salt.",
            "en",
            ("two cups of flour", "one cup of milk", "half a teaspoon of salt"),
        ),
        (
            "Il faut deux tasses de farine, trois œufs et une pincée de sel.",
            "fr",
            ("deux tasses de farine", "trois œufs", "une pincée de sel"),
        ),
        (
            "Se necesitan dos tazas de harina, tres huevos y una pizca de sal.",
            "es",
            ("dos tazas de harina", "tres huevos", "una pizca de sal"),
        ),
        (
            "Servono due tazze di farina, tre uova e un pizzico di sale.",
            "it",
            ("due tazze di farina", "tre uova", "un pizzico di sale"),
        ),
        (
            "São precisos dois ovos, três maçãs e uma pitada de sal.",
            "pt",
            ("dois ovos", "três maçãs", "uma pitada de sal"),
        ),
    ],
)
def test_things_and_amounts_of_them_are_a_list(text: str, language: str, items: tuple[str, ...]) -> None:
    design = shown(designed(text, language=language)[0])[0]
    assert isinstance(design, Enumeration)
    assert design.items == items


@pytest.mark.parametrize(
    ("text", "language", "number", "unit"),
    [
        ("Stir in 2 tablespoons of olive oil.", "en", "2", "tablespoons of olive oil"),
        ("Heat 250 ml milk slowly.", "en", "250", "ml milk"),
        ("Fold in 200 g brown sugar.", "en", "200", "g brown sugar"),
        ("The pool holds 2 million litres of water.", "en", "2", "million litres of water"),
        ("The truck carries 12 tonnes daily.", "en", "12", "tonnes"),
        ("A 5 kg bag costs less.", "en", "5", "kg bag"),
        ("The library holds 300 metres of shelves.", "en", "300", "metres of shelves"),
        ("Man nehme 200 Gramm Zucker, 3 Eier und eine Prise Salz.", "de", "200", "Gramm Zucker"),
        ("Der Wagen fasst 12 Flaschen Wasser.", "de", "12", "Flaschen Wasser"),
        ("Dazu kommen 250 ml Milch.", "de", "250", "ml Milch"),
        ("Nach 12 Tagen Regen stieg der Fluss.", "de", "12", "Tagen"),
        ("Ajoutez 200 grammes de sucre.", "fr", "200", "grammes de sucre"),
        ("La cuve contient 500 litres d'eau.", "fr", "500", "litres d'eau"),
        ("Añada 200 gramos de azúcar.", "es", "200", "gramos de azúcar"),
        ("Aggiungere 200 grammi di zucchero.", "it", "200", "grammi di zucchero"),
        ("Junte 200 gramas de açúcar.", "pt", "200", "gramas de açúcar"),
    ],
)
def test_an_amount_is_shown_with_what_it_is_of(text: str, language: str, number: str, unit: str) -> None:
    design = shown(designed(text, language=language)[0])[0]
    assert isinstance(design, Quantity)
    assert (design.number, design.unit) == (number, unit)


@pytest.mark.parametrize(
    ("text", "language", "year", "clause"),
    [
        ("Since 1990 prices have doubled.", "en", 1990, "prices have doubled"),
        ("Since 1990 ships grow.", "en", 1990, "ships grow"),
        ("In 2008 banks failed around the world.", "en", 2008, "banks failed around the world"),
        ("By 1950 cities had electric light.", "en", 1950, "cities had electric light"),
        ("Until 1989 families were divided.", "en", 1989, "families were divided"),
        ("In 1848 workers marched to the gates.", "en", 1848, "workers marched to the gates"),
        ("After 1945 factories were rebuilt.", "en", 1945, "factories were rebuilt"),
        ("In 2000 people worried about computers.", "en", 2000, "people worried about computers"),
        ("Seit 1990 Preise steigen, wird alles anders.", "de", 1990, "Preise steigen"),
        ("Depuis 1990 trains et bateaux grandissent.", "fr", 1990, "trains et bateaux grandissent"),
        ("Desde 1990 precios y salarios suben.", "es", 1990, "precios y salarios suben"),
        ("Dal 1990 prezzi e salari salgono.", "it", 1990, "prezzi e salari salgono"),
        ("Desde 1990 preços e salários sobem.", "pt", 1990, "preços e salários sobem"),
    ],
)
def test_a_year_before_the_subject_of_a_clause_is_a_year(text: str, language: str, year: int, clause: str) -> None:
    design = shown(designed(text, YEARS[language], language=language)[0])[0]
    assert isinstance(design, YearOnLine)
    assert (design.year, design.clause) == (year, clause)


@pytest.mark.parametrize(
    ("text", "language", "emphasis"),
    [
        ("The engine usually starts immediately.", "en", "engine"),
        ("She quietly opened the door.", "en", "opened"),
        ("Everybody expected a different outcome.", "en", "expected"),
        ("Actually, people simply wanted something better.", "en", ""),
        ("Das Schiff wurde ziemlich schnell gebaut.", "de", "Schiff"),
        ("Die Brücke hielt glücklicherweise stand.", "de", "Brücke"),
        ("Trotzdem blieb die Stadt ruhig.", "de", "Stadt"),
        ("Er wollte unbedingt dorthin.", "de", ""),
        ("Le pont tient heureusement encore.", "fr", "tient"),
        ("Cependant, la ville restait calme.", "fr", "ville"),
        ("El puente afortunadamente resiste.", "es", "resiste"),
        ("Realmente querían algo distinto.", "es", "distinto"),
        ("Il ponte fortunatamente regge.", "it", "ponte"),
        ("Tuttavia la città restava calma.", "it", "città"),
        ("A ponte felizmente resiste.", "pt", "resiste"),
        ("Entretanto a cidade continuava calma.", "pt", "cidade"),
    ],
)
def test_no_word_is_marked_that_only_says_how_or_whether(text: str, language: str, emphasis: str) -> None:
    design = shown(designed(text, language=language)[0])[0]
    assert isinstance(design, Statement)
    assert design.emphasis == emphasis


def test_years_of_neighbouring_scenes_go_on_on_one_line():
    texts = ["In 1859 the work began.", "In 1869 the canal opened.", "It has no locks.", "In 1956 it was seized."]
    first, second, _, last = (shown(scene)[0] for scene in designed(*texts))
    assert isinstance(first, YearOnLine)
    assert isinstance(second, YearOnLine)
    assert isinstance(last, YearOnLine)
    assert (first.row, first.goes_on) == (0, True)
    assert (second.row, second.goes_on) == (1, False)
    assert (last.row, last.goes_on) == (0, False)


def test_a_heading_between_two_years_parts_them():
    scenes = [SceneWords("In 1859 the work began."), SceneWords("In 1869 the canal opened.", section="Ships")]
    first, _ = choose_designs(scenes, title=None, language="en", words_per_second=2.3)
    assert isinstance(first[0].designs[0], YearOnLine)
    assert not first[0].designs[0].goes_on
