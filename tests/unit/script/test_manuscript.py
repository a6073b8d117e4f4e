import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenewire_script.manuscript.reader import read_manuscript

SCRIPTS = Path(__file__).parents[2] / "data" / "scripts"


def lines(text: str, **options: object) -> list[tuple[str, ...]]:
    return [passage.lines for passage in read_manuscript(text, **options).passages]  # type: ignore[arg-type]


def headings(text: str) -> list[str]:
    return [section.heading for section in read_manuscript(text).sections]


def test_a_heading_above_everything_is_the_title_and_later_ones_begin_sections() -> None:
    text = "# The Moon #\n\nIt is far.\n\n## Its tides\nThey rise."

    assert read_manuscript(text).title == "The Moon"
    assert lines(text) == [("It is far.",), ("They rise.",)]
    assert headings(text) == ["", "Its tides"]


def test_headings_of_the_same_level_are_sections_and_none_is_the_title() -> None:
    text = "# Water\n\nIt falls.\n\n# Ice\n\nIt stays."

    assert (read_manuscript(text).title, headings(text)) == ("", ["Water", "Ice"])


def test_a_heading_without_words_of_its_own_is_kept_with_the_next_one() -> None:
    assert headings("# T\n\nA.\n\n## Part one\n\n### Morning\n\nIt rains.") == ["", "Part one · Morning"]


def test_headings_are_spoken_on_request_and_where_the_text_has_no_other_words() -> None:
    assert lines("# T\n\nA.\n\n## Part\n\nB.", speak_headings=True) == [("T",), ("A.",), ("Part",), ("B.",)]
    assert lines("# The Moon\n\n## Tides") == [("The Moon",), ("Tides",)]


def test_double_hyphens_make_a_heading_and_single_ones_part_paragraphs() -> None:
    assert (read_manuscript("The Moon\n========\nIt is far.").title, lines("The Moon\n========\nIt is far.")) == (
        "The Moon",
        [("It is far.",)],
    )
    assert lines("Good evening\n---\nNext thing.") == [("Good evening",), ("Next thing.",)]


@pytest.mark.parametrize(
    "text",
    [
        "The Moon",
        "The Moon\n\nIt is far away from everything that we know.",
        "यह पहला है।\n\nयह दूसरा है।",
        "یہ پہلا ہے۔\n\nیہ دوسرا ہے۔",
        "هل هذا صحيح؟\n\nنعم.",
        "Ready? 🛑\n\nGo.",
        "And then –\n\nnothing.",
        "ทะเลขึ้นและลง\n\nวันละสองครั้ง",
    ],
)
def test_an_unmarked_first_line_is_spoken_in_every_script(text: str) -> None:
    manuscript = read_manuscript(text)

    assert manuscript.title == ""
    assert [passage.lines[0] for passage in manuscript.passages] == text.split("\n\n")


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("It is **very** *far* and _cold_.", "It is very far and cold."),
        ("See [the page](https://example.org/a_b) now.", "See the page now."),
        ("Before ![a picture](moon.png) after.", "Before after."),
        ("The `code` is ~~gone~~ here.", "The code is gone here."),
        ("It was dug.[12] It holds.[^3]", "It was dug. It holds."),
        ("Two * three * four is snake_case_word.", "Two * three * four is snake_case_word."),
        ("If a < b and c > d, stop.", "If a < b and c > d, stop."),
        ("It costs 5*3*2, or 30.", "It costs 5*3*2, or 30."),
        ("Line<br/>break and <em>stress</em>.", "Line break and stress."),
        (r"A \*star\* stays.", "A *star* stays."),
        ("It is a **bold\nword** here.", "It is a bold word here."),
        ("> Quoted words.\n> and more.", "Quoted words. and more."),
        ("```text\nFenced words.\n```", "Fenced words."),
        ("1. The first point.", "The first point."),
        ("3) The third point.", "The third point."),
        ("The score:\n\n0.", "The score: 0."),
        ("9. Sleep.\n\nIt helps.\n\n10. Eat.", "Sleep. It helps. Eat."),
        ("It is high. **[Cut to beach]** It is cold.", "It is high. It is cold."),
        ("1969. A year that nobody forgot.", "1969. A year that nobody forgot."),
        ("Tom &amp; Jerry&#39;s caf&eacute; opens.", "Tom & Jerry's café opens."),
    ],
)
def test_markup_is_not_spoken_and_words_that_resemble_it_are(marked: str, plain: str) -> None:
    assert " ".join(" ".join(passage) for passage in lines(marked)) == plain


def test_rules_and_lines_of_punctuation_part_paragraphs_and_are_not_spoken() -> None:
    assert lines("One is here.\n\n* * *\n\nTwo is here.\n\n…") == [("One is here.",), ("Two is here.",)]


def test_lines_broken_on_purpose_stay_apart_and_wrapped_ones_are_joined() -> None:
    poem = "The sea is wide and deep and cold,\nand so is sleep.\nGood night."
    wrapped = "A sentence that an editor wrapped\nSomewhere in the middle of itself."

    assert lines(poem) == [("The sea is wide and deep and cold, and so is sleep.", "Good night.")]
    assert lines(wrapped) == [("A sentence that an editor wrapped Somewhere in the middle of itself.",)]


def test_short_lines_are_beats_even_without_capitals_and_full_stops() -> None:
    assert lines("stop reading this\nyour coffee is cold\nwarm it up") == [
        ("stop reading this", "your coffee is cold", "warm it up")
    ]


def test_a_hard_wrapped_text_has_no_beats() -> None:
    text = "The ships of the canal wait for the pilot who\nknows every bend of it, and who never\nsleeps."

    assert lines(text) == [(text.replace("\n", " "),)]


def test_wrapped_lines_of_an_unspaced_script_are_joined_without_a_space() -> None:
    assert lines("月は地球を\n回っている。") == [("月は地球を回っている。",)]


@pytest.mark.parametrize("mark", ["–", "·", "◦", "▪", "✅", "➡", "-", "*", "•", "👉"])
def test_every_mark_of_a_list_begins_an_item(mark: str) -> None:
    assert lines(f"It needs:\n{mark} water\n{mark} salt\nand sand") == [("It needs:", "water", "salt and sand")]


def test_a_number_that_begins_a_wrapped_line_is_a_word() -> None:
    text = "The answer that they found after all these years was\n42. Nobody was surprised."

    assert lines(text) == [(text.replace("\n", " "),)]


def test_punctuation_alone_is_nothing() -> None:
    assert (read_manuscript("...\n\n?!").title, lines("...\n\n?!")) == ("", [])


@pytest.mark.parametrize(
    "prose",
    [
        "It was built (1869) by many hands.",
        "They said it was theirs [sic] and left.",
        "Here [the old] harbour begins.",
        "[The] harbour begins here.",
        "Music: a language that everybody speaks.",
        "The rule is simple: never look down.",
        "The war (1914-1918) changed it.",
        "(And yes, it works.)",
        "Note: this is important. Note: this is not.",
        "At 3:45 pm the train left.",
        "It costs $ 5 or less.",
        "Title fights: the best of them.",
        "Scenes like this are rare.",
        "Voice: a tool of power.",
        "He left. (Music is my life.) Then he sang.",
        "---\nRemember: smile.\n---\nAlways.",
        "$ make money fast",
        "INT. is short for interior.",
        "EXT. 42 was her number",
        "EXT. 42 WAS HER NUMBER",
        "09:00-10:00: Breakfast",
        "5:30 to 6:00 - we cook.",
        "0:00-8:00: Sleep.\n8:00-9:00: Breakfast.",
        "1:00-1:10: Late.\n0:30-0:40: Early.",
        "Text, images, and sound. All of it, on one page.",
        "Script; text; audio: a list of words.",
        "Audio, video, text\nAll of it matters.\nNothing is lost.",
    ],
)
def test_prose_that_resembles_a_direction_is_spoken(prose: str) -> None:
    assert " ".join(" ".join(passage) for passage in lines(prose)) == prose.replace("---\n", "").replace("\n", " ")


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("Sure! Here's a 60-second script about tides:", "Let me know if you'd like me to make it shorter!"),
        ("Here is your script:", "Would you like me to add visual directions?"),
        (
            "Absolutely!\n\n**Here's a short voiceover script for your reel.**\n\n---",
            "---\n\n*Let me know if you want changes!*",
        ),
        ("Certainly, here is the narration script you asked for.", "I hope this helps! Feel free to adjust the tone."),
        ("Sure, here's the YouTube script:", "If you'd like, I can turn this into a storyboard."),
        ("Gerne! Hier ist ein Skript über Gezeiten:", "Sag mir Bescheid, wenn ich das Skript kürzen soll."),
        ("Natürlich! Hier ist dein 30-Sekunden-Skript:", "Möchtest du, dass ich den Tonfall anpasse?"),
        ("¡Claro! Aquí tienes un guion de 60 segundos:", "¿Quieres que ajuste el tono?"),
        ("Bien sûr ! Voici votre script :", "N'hésitez pas à me demander de modifier le script."),
        ("Claro! Aqui está um roteiro curto:", "Se quiser, posso encurtar o roteiro."),
    ],
)
def test_remarks_of_a_language_model_around_a_script_are_noted_and_not_spoken(before: str, behind: str) -> None:
    manuscript = read_manuscript(f"{before}\n\nThe sea rises.\n\nThen it falls.\n\n{behind}")

    assert [passage.lines for passage in manuscript.passages] == [("The sea rises.",), ("Then it falls.",)]
    assert any("remarks about the script" in note for note in manuscript.notes)


def test_a_remark_on_the_first_line_of_a_paragraph_is_left_out_alone() -> None:
    assert lines("Here is your script:\nThe sea rises.\n\nIt falls.") == [("The sea rises.",), ("It falls.",)]


@pytest.mark.parametrize(
    "prose",
    [
        "Here is how it works.",
        "Sure! Here is how it works.",
        "Here's the script that saved Hollywood.",
        "Here is a story about a script.",
        "Of course. Everybody knows that.",
        "Let me know in the comments what you think!",
        "Let me know if you want a part two.",
        "Let me know in the comments if you want me to make it into a series.",
        "Would you like me to sing?",
        "I can see the harbour from here.",
        "I can turn this into a script.",
        "Ich kann das Meer sehen.",
        "¿Quieres que te cuente un secreto?",
        "Certo, il mare sale.",
        "Voici la mer.",
    ],
)
def test_prose_at_the_ends_of_a_script_that_resembles_a_remark_is_spoken(prose: str) -> None:
    spoken = lines(f"{prose}\n\nThe sea rises.\n\n{prose}")

    assert (spoken[0], spoken[-1]) == ((prose,), (prose,))


def test_a_remark_without_a_script_is_spoken() -> None:
    assert lines("Here is your script:") == [("Here is your script:",)]


def test_a_direction_before_or_behind_its_narration_is_what_the_picture_shows() -> None:
    before, behind = "[A harbour] Boats leave. [A net] They return.", "Boats leave. [a harbour]\n\nThey return."

    assert [(passage.lines, passage.visual) for passage in read_manuscript(before).passages] == [
        (("Boats leave.",), "A harbour"),
        (("They return.",), "A net"),
    ]
    assert [passage.visual for passage in read_manuscript(behind).passages] == ["a harbour", ""]


@pytest.mark.parametrize(
    ("text", "visual"),
    [
        ("VISUAL: a slow pan\nover the harbour\n\nBoats leave.", "a slow pan over the harbour"),
        ("*Visual: a slow pan\nover the harbour*\nBoats leave.", "a slow pan over the harbour"),
        ("Fog lifts. [B-ROLL: ship [old] at sea] Boats leave.", "ship [old] at sea"),
        ("Shot 3 - Wide: the harbour\nBoats leave.", "the harbour"),
        ("Szene 3: Totale - der Hafen bei Nacht.\nBoats leave.", "der Hafen bei Nacht"),
    ],
)
def test_a_direction_ends_where_its_line_or_brackets_end(text: str, visual: str) -> None:
    last = read_manuscript(text).passages[-1]

    assert (last.lines, last.visual) == (("Boats leave.",), visual)


def test_small_letters_behind_a_direction_are_spoken_in_a_text_without_capitals() -> None:
    assert lines("VISUAL: a harbour\nboats leave\n\nVISUAL: a net\nthey return") == [("boats leave",), ("they return",)]


def test_cues_of_a_screenplay_may_have_numbers_and_stand_on_paragraphs_of_their_own() -> None:
    text = "EXT. HARBOUR - DAWN\n\nBoats leave.\n\nMAN #2 (O.S.) (CONT'D)\n\nIt is late.\n\nANNA\n\nIs it?"

    assert [(passage.lines[0], passage.speaker) for passage in read_manuscript(text).passages] == [
        ("It is late.", "MAN #2"),
        ("Is it?", "ANNA"),
    ]


def test_a_line_in_capitals_does_not_make_prose_a_screenplay() -> None:
    assert lines("Her door said:\n\nEXT. 42 OFFICE\n\nShe knocked.\n\nHELLO\n\nNobody came.")[-1] == ("Nobody came.",)


def test_a_scene_mark_gives_its_setting_to_everything_below_it() -> None:
    passages = read_manuscript("SCENE 1: a harbour\nBoats leave.\n\nThey return.\n\nSCENE 2\nNight.").passages

    assert [passage.visual for passage in passages] == ["a harbour", "a harbour", ""]


def test_pauses_become_silence() -> None:
    text = 'One. <break time="1500ms"/> Two.\n\n[pause 2s]\n\nThree. (beat)\n\nFour.'

    assert [(passage.lines[0], passage.pause) for passage in read_manuscript(text).passages] == [
        ("One.", 1.5),
        ("Two.", 2.0),
        ("Three.", 0.7),
        ("Four.", 0.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Monday 9:30\nWe met.\n\nMonday 10:30\nWe left.",
        "9:00 - Breakfast\nWe met.\n\n10:00 - Walk\nWe left.",
        "10:30 Breakfast: eggs.\n12:30 Lunch: soup.",
        "The gates open\n9:00 Rain: a little.\nNobody came.",
    ],
)
def test_times_of_a_day_make_neither_a_transcript_nor_headings(text: str) -> None:
    spoken = " ".join(" ".join(passage) for passage in lines(text))

    assert re.findall(r"\w+", spoken) == re.findall(r"\w+", text)


def test_subscripts_of_html_are_not_taken_for_ssml() -> None:
    assert read_manuscript("Water is H<sub>2</sub>O.").notes == ()


def test_prose_above_many_subtitles_is_not_taken_for_credits() -> None:
    prose = "\n\n".join(f"This is sentence {number}." for number in range(6))

    assert len(lines(f"{prose}\n\n0:01 --> 0:02\nHello.\n\n0:02 --> 0:03\nBye.")) > 6


def test_the_duration_of_a_mark_is_divided_among_its_passages() -> None:
    passages = read_manuscript("[0-10s] One short line.\n\nAnother short line.\n\n[10-12s] Two.").passages

    assert sum(passage.duration or 0 for passage in passages[:2]) == pytest.approx(10, abs=0.02)
    assert passages[2].duration == 2


def test_a_length_that_is_too_short_for_its_words_is_noted_and_not_used() -> None:
    manuscript = read_manuscript("[INTRO - 1 sec]\nThis sentence takes four seconds, whatever the script says.")

    assert manuscript.passages[0].duration is None
    assert "Not used, because the words below take longer: 1 length (“1 s”)." in manuscript.notes


def test_texts_on_the_screen_and_names_of_parts_are_neither_spoken_nor_looked_for() -> None:
    text = "The sea rises. [TEXT ON SCREEN: Tides!] It falls.\n\n[END SCREEN: 2 videos]\n\n[HOOK]\nIt stays."

    assert [(passage.lines, passage.visual) for passage in read_manuscript(text).passages] == [
        (("The sea rises.",), ""),
        (("It falls.",), ""),
        (("It stays.",), ""),
    ]


def test_footnotes_without_colons_are_left_out_where_a_number_refers_to_them() -> None:
    assert lines("It was dug. [1]\n\n[1] Source: FAO 2022") == [("It was dug.",)]
    assert lines("[1] Wash your hands.\n\n[2] Sleep.") == [("[1] Wash your hands.",), ("[2] Sleep.",)]


def test_a_visual_below_narration_in_its_paragraph_belongs_to_it() -> None:
    text = "[HOOK]\nBoats leave.\n*B-roll: a harbour*\n\nThey return.\n\n**[0:03-0:09] - Main**\nNight falls."

    assert [(passage.lines[0], passage.visual, passage.duration) for passage in read_manuscript(text).passages] == [
        ("Boats leave.", "a harbour", None),
        ("They return.", "", None),
        ("Night falls.", "", 6.0),
    ]


def test_brackets_in_emphasis_are_directions_of_a_script() -> None:
    assert lines("**Narrator:** It rains.\n\n*(Cue thunder.)*\n\n**Narrator:** It pours.") == [
        ("It rains.",),
        ("It pours.",),
    ]


def test_a_name_behind_a_label_is_a_credit_only_beside_other_details_of_a_script() -> None:
    assert lines("Title: Night\nPresenter: Lena\nVISUAL: a street\n\nThe city sleeps.") == [("The city sleeps.",)]
    assert lines("NARRATOR: Rome\n\nThe city sleeps.") == [("Rome",), ("The city sleeps.",)]
    assert "Rome" in str(lines("Narrator: Rome\n\nThe city sleeps."))


def test_details_of_a_scene_are_left_out_in_a_script_and_spoken_in_prose() -> None:
    assert lines("Scene 1:\nVisual: waves\nThe sea rises.\nTransition: Fade out") == [("The sea rises.",)]
    assert lines("The sea rises.\n\nTransition: a slow word.")[1] == ("Transition: a slow word.",)


def test_names_that_label_most_lines_are_speakers_and_lists_are_none() -> None:
    talk = "Alice: Is it late?\n\nBob: It is.\n\nAlice: Then go.\n\nBob: I will."
    myths = "Myth: It is flat.\n\nFact: It is round.\n\nMyth: It is still.\n\nFact: It turns."

    assert lines(talk) == [("Is it late?",), ("It is.",), ("Then go.",), ("I will.",)]
    assert lines(myths)[0] == ("Myth: It is flat.",)


def test_footnotes_are_not_spoken() -> None:
    assert lines("It was dug.[^1]\n\n[^1]: See the archive.") == [("It was dug.",)]


def test_names_with_a_voice_are_speakers_wherever_they_label_a_line() -> None:
    text = "Anna: Is it late?\n\nBen: It is."

    assert lines(text) == [("Anna: Is it late?",), ("Ben: It is.",)]
    assert [
        (passage.lines[0], passage.speaker)
        for passage in read_manuscript(text, voices={"anna": "a", "BEN": "b"}).passages
    ] == [
        ("Is it late?", "Anna"),
        ("It is.", "Ben"),
    ]


_WORDS = st.lists(st.text("abcdefghij", min_size=2, max_size=8), min_size=3, max_size=8).map(" ".join)
_SENTENCES = _WORDS.map(lambda words: f"{words.capitalize()}.")
_DIRECTIONS = st.sampled_from(
    [
        "[A wide shot of the sea]",
        "(beat)",
        "SFX: thunder",
        "VISUAL: a map",
        "SCENE 4",
        "[12-15s]",
        "CUT TO:",
        "---",
        "## Heading",
        "```sh\nrm x\n```",
        "[pause]",
    ]
)


@given(st.lists(st.tuples(_SENTENCES, _DIRECTIONS), min_size=1, max_size=8))
def test_of_prose_between_marks_exactly_the_prose_is_spoken_in_order(pieces: list[tuple[str, str]]) -> None:
    text = "\n\n".join(part for pair in pieces for part in pair)

    spoken = re.findall(r"\w+", " ".join(" ".join(passage) for passage in lines(text)))

    assert spoken == re.findall(r"\w+", " ".join(sentence for sentence, _ in pieces))


@given(st.lists(_SENTENCES, min_size=1, max_size=12), st.sampled_from(["\n", " ", "\n\n", "\n- "]))
def test_of_prose_without_marks_every_word_is_spoken_in_order(sentences: list[str], gap: str) -> None:
    text = gap.join(sentences)

    assert re.findall(r"\w+", " ".join(" ".join(passage) for passage in lines(text))) == re.findall(r"\w+", text)


@pytest.mark.no_cover  # counting lines takes several times as long
@pytest.mark.parametrize(
    "piece",
    [
        *("*a ", "**a ", "[a](", "<b ", "_a ", "`a ", "# ", "> ", "![a] ", "- ", "<!-- ", "[a", "(a) ", "A: ", "1 "),
        *("| a ", "- a\n", "1. a\n", "a\n\n---\n\n"),
    ],
)
def test_four_times_the_text_takes_about_four_times_as_long(piece: str) -> None:
    def cost(characters: int) -> float:
        started = time.process_time()
        read_manuscript(piece * (characters // len(piece)))
        read_manuscript(f"{piece}\n" * (characters // 2 // len(piece)))
        return time.process_time() - started

    limit = 10 * max(cost(20_000), 0.05)  # 16 times would be quadratic

    # Again if it fails: the collector may free the objects of other tests meanwhile.
    assert cost(80_000) < limit or cost(80_000) < limit, "reading takes more than linear time"


def test_sung_words_of_subtitles_are_spoken_without_their_signs() -> None:
    cues = ["He sang.", "♪ We are the champions ♪", "# La la land #", "♪ upbeat music ♪", "♪♪", "[door slams]"]
    text = "WEBVTT\n\n" + "\n\n".join(f"00:{at:02}:00.000 --> 00:{at:02}:02.000\n{cue}" for at, cue in enumerate(cues))
    script = read_manuscript(text)

    assert lines(text) == [("He sang.",), ("We are the champions",), ("La la land",)]
    assert [passage.visual for passage in script.passages] == ["", "", ""]
    assert "Not spoken: 2 sound directions (“upbeat music”)." in script.notes


def test_names_that_recur_are_speakers_whatever_other_labels_stand_there() -> None:
    text = "ANNA: Hello, Ben.\nBEN: Hi.\nANNA: All well?\nWARNING: Do not touch.\nQ: What is it?\nA: It is a key."
    passages = read_manuscript(text).passages

    assert [passage.speaker for passage in passages] == ["ANNA", "BEN", "ANNA"]
    assert passages[2].lines == ("All well?", "WARNING: Do not touch.", "Q: What is it?", "A: It is a key.")


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Sprecher: Guten Tag zusammen.", "Guten Tag zusammen."),
        ("Bild: Ein Haus am See\nHier ist ein Haus.", "Hier ist ein Haus."),
        ("旁白：你好，世界。", "你好，世界。"),
        ("画面：一座城市\n城市很大。", "城市很大。"),
        ("ナレーター：こんにちは。", "こんにちは。"),
    ],
)
def test_a_label_that_prose_does_not_have_counts_even_once(text: str, spoken: str) -> None:
    assert lines(text) == [(spoken,)]


def test_wide_brackets_on_lines_of_their_own_are_directions_and_a_sentence_in_them_is_spoken() -> None:
    assert lines("【オープニング】\nこんにちは。\n（BGM：静か）\n元気です。") == [("こんにちは。",), ("元気です。",)]
    assert lines("你好。\n（音乐渐弱）\n再见。") == [("你好。",), ("再见。",)]
    assert "".join(lines("（彼は笑った。）\nはい。")[0]) == "（彼は笑った。）はい。"


def test_marks_of_a_song_begin_its_sections_and_are_neither_spoken_nor_shown() -> None:
    text = (
        "[Verse 1]\nWe walk\n[Chorus] x2\nWe sing (x2)\n[Bridge: softly]\nHush now\n[Chorus x2]\nWe sing\n[Outro]\nBye"
    )
    script = read_manuscript(text)

    assert lines(text) == [("We walk",), ("We sing",), ("Hush now",), ("We sing",), ("Bye",)]
    assert {passage.visual for passage in script.passages} == {""}


def test_remarks_in_brackets_that_nobody_can_film_are_no_pictures() -> None:
    script = read_manuscript("[Wide sea]\nHello there.\n\n[redacted]\n\nMore text.\n\n(see appendix A)\n\nLast.")

    assert [passage.visual for passage in script.passages] == ["Wide sea", "", ""]
    assert "Not spoken: 2 lines about the script (“redacted”)." in script.notes


def test_a_closing_tag_alone_in_a_sentence_is_a_word() -> None:
    assert lines("Use </div> to close it. That is all.") == [("Use </div> to close it. That is all.",)]
