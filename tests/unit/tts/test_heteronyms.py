import pytest

from scenewire_tts.engines.espeak.heteronyms import find_pronunciations

READINGS = {
    "read, past": ("r'Ed", [
        "She read the letter twice.", "Marie read it aloud.", "I read the book yesterday.", "They read it last year.",
        "He opened the letter and read it.", "Everyone read about it.",
    ]),
    "close, verb": ("kl'oUz", [
        "Close the door.", "Please close your eyes.", "The shops close early.", "The talks drew to a close.",
        "It came at the close of the war.", "He saw it close down.",
    ]),
    "wind, verb": ("w'aInd", ["Wind the rope around the post.", "Roads wind through the hills.", "To wind up the clock takes a key."]),
    "winds, verb": ("w'aIndz", ["The river winds through the valley."]),
    "wound, of winding": ("w'aUnd", ["She wound the clock.", "The rope was wound around the post."]),
    "used to, habit": ("j'u:st", [
        "They used to live here.", "Ships used to be made of wood.", "He was used to the cold.", "She is used to working late.",
        "They got used to it.", "There used to be a mill.",
    ]),
    "use, verb": ("j'u:z", ["Farmers use water.", "Use a sharp knife.", "Plants that use light grow.", "Mix it and use it."]),
    "produce, noun": ("pr'0du:s", ["They sell fresh produce.", "The market is full of local produce."]),
    "lives, verb": ("l'Ivz", ["The farmer lives in the valley.", "Nobody lives there.", "Anna lives alone."]),
    "lead, metal": ("l'Ed", ["The pipes are made of lead.", "Lead pipes are old.", "They mined copper and lead.", "Lead, zinc and tin."]),
    "tear, rip": ("t'e@", ["There is a tear in the cloth.", "They tear down the wall.", "Tear it open."]),
    "minute, tiny": ("maInj'u:t", ["Minute particles float in it.", "A minute amount is enough."]),
    "refuse, waste": ("r'Efju:s", ["Refuse collection is on Monday.", "Household refuse is burned."]),
    "bow, bend": ("b'aU", ["He took a bow.", "The captain stood at the bow of the ship."]),
    "dove, dived": ("d'oUv", ["She dove into the lake."]),
    "content, satisfied": ("k@nt'Ent", ["They felt content.", "He seemed quite content."]),
    "bass, fish": ("b'as", ["He caught a striped bass."]),
    "sow, pig": ("s'aU", ["A sow and her piglets slept."]),
    "excuse, verb": ("Ekskj'u:z", ["Excuse me.", "Please excuse the delay."]),
    "polish, verb": ("p'0lIS", ["Polish the silver."]),
    "record, verb": ("rI#k'o@d", ["Record the song.", "Scientists record the temperature."]),
    "present, verb": ("prIz'Ent", ["Students present their work."]),
    "object, verb": ("0bdZ'Ekt", ["People object to it."]),
    "project, verb": ("pr@dZ'Ekt", ["Project the image."]),
    "conduct, verb": ("k@nd'Vkt", ["Metals conduct heat.", "Conduct a test."]),
    "permit, verb": ("p3m'It", ["The rules permit it."]),
    "protest, verb": ("pr@t'Est", ["Students protest against it."]),
    "increase, verb": ("INkr'i:s", ["Increase the heat.", "Prices increase.", "Rates increase every year."]),
    "decrease, verb": ("dI#kr'i:s", ["Decrease the dose."]),
    "export, verb": ("Eksp'o@t", ["Factories export cars."]),
    "contrast, verb": ("k@ntr'aast", ["Contrast this with the other."]),
    "subject, verb": ("s@bdZ'Ekt", ["Kings subject their people."]),
    "suspect, verb": ("s@sp'Ekt", ["Police suspect him."]),
    "contract, verb": ("k@ntr'akt", ["Muscles contract when they work."]),
    "convict, verb": ("k@nv'Ikt", ["Juries convict them."]),
    "conflict, verb": ("k@nfl'Ikt", ["These views conflict."]),
    "rebel, verb": ("rI#b'El", ["Slaves rebel against him."]),
    "insult, verb": ("Ins'Vlt", ["Never insult him, and insult them less."]),
    "desert, verb": ("dI#z'3:t", ["Soldiers desert their posts."]),
    "separate, verb": ("s'Ep3r,eIt", ["Separate the eggs.", "Machines separate the ore."]),
    "estimate, verb": ("'EstI#m,eIt", ["Experts estimate that it works.", "Estimate the cost."]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("phonemes", "sentence"),
    [
        pytest.param(phonemes, sentence, id=f"{name}: {sentence}")
        for name, (phonemes, sentences) in READINGS.items()
        for sentence in sentences
    ],
)
def test_a_word_is_read_by_the_words_around_it(phonemes: str, sentence: str):
    found = find_pronunciations(sentence)

    assert phonemes in [pronunciation.phonemes for pronunciation in found]
    assert all(sentence[start:end].isalpha() for start, end, _ in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "They read every day. Did he read it? Let her read it. To read is to learn. Always read the label.",
        "They were close to the door. It was a close call. A close friend came. As close as possible.",
        "The wind blew. The wind in the trees. The trade winds blow. Wind and rain came.",
        "The wound healed. A deep wound is a danger.",
        "It is used to make bread. The tools used to make it were old. It was used by many.",
        "The use of water. In use for years. Land use changed. Make use of it.",
        "Farmers produce wheat. They produce it. Mines produce a third of it.",
        "Their lives in the city were hard. It saved many lives in the war. The lives of others.",
        "The lead singer sang. Lead the way. He took the lead. She will lead the team.",
        "He shed a tear. Tear gas was used. A single tear fell.",
        "Wait a minute. Five minutes later. The last minute changes nothing.",
        "They refuse to go. I refuse it.",
        "A bow and arrow. She tied a bow.",
        "A dove in the sky. The dove flew.",
        "The content of the book. Its content with pictures.",
        "A record of it. The record was broken. They set a sales record in May.",
        "The present day. A present for you. At present, nobody knows.",
        "The object of the game. A separate room. An estimate of it. The project was late.",
        "An increase of ten percent. The increase was large. An export of oil.",
        "He is a well-read man. A read-only file. A close-up view. The wind-up toy.",
    ],
)
def test_what_espeak_reads_well_is_left_to_it(sentence: str):
    assert find_pronunciations(sentence) == []


def test_sentences_do_not_affect_each_other():
    assert find_pronunciations("Nobody knew last year. They read every day.") == []
    assert find_pronunciations("He left. Records of it") == []
    assert find_pronunciations("") == []
