import pytest

from scenewire.messages import ScriptRequested
from scenewire_script.orders.language import resolve_language
from scenewire_script.text.language_detection import detect_language

SENTENCES = {
    "en": "The canal joins two seas, and ships no longer sail around Africa.",
    "de": "Der Kanal verbindet zwei Meere.",
    "fr": "Ma grand-mère élevait des abeilles derrière la maison.",
    "es": "¿Cómo funcionan las mareas?",
    "it": "Il canale unisce due mari.",
    "pt": "Foi inaugurado em 1869 depois de dez anos de obras.",
    "nl": "Koffie smaakt 's ochtends beter.",
    "pl": "Kanał łączy dwa morza.",
    "sv": "Den öppnades 1869 efter tio års arbete.",
    "da": "Den blev åbnet i 1869 efter ti års arbejde.",
    "nb": "Den ble åpnet i 1869 etter ti års arbeid.",
    "fi": "Kanava yhdistää kaksi merta.",
    "tr": "Kanal iki denizi birleştirir.",
    "cs": "Průplav spojuje dvě moře.",
    "hu": "A csatorna két tengert köt össze.",
    "ro": "Canalul unește două mări.",
    "vi": "Kênh đào nối hai biển.",
    "id": "Kopi terasa lebih enak di pagi hari.",
    "ru": "Канал соединяет два моря.",
    "uk": "Канал сполучає два моря.",
    "el": "Το κανάλι ενώνει δύο θάλασσες.",
    "ar": "القناة تربط بين بحرين.",
    "fa": "مادربزرگم پشت خانه زنبور نگه می‌داشت.",
    "ur": "نہر دو سمندروں کو ملاتی ہے۔",
    "he": "התעלה מחברת בין שני ימים.",
    "hi": "नहर दो समुद्रों को जोड़ती है।",
    "mr": "माझी आजी घरामागे मधमाश्या पाळायची.",
    "bn": "খালটি দুটি সমুদ্রকে যুক্ত করে।",
    "ta": "கால்வாய் இரண்டு கடல்களை இணைக்கிறது.",
    "th": "คลองเชื่อมทะเลสองแห่ง",
    "my": "တူးမြောင်းသည် ပင်လယ်နှစ်ခုကို ဆက်သွယ်ပေးသည်။",
    "bo": "ཡུར་བུ་འདིས་རྒྱ་མཚོ་གཉིས་སྦྲེལ།",
    "ka": "არხი ორ ზღვას აერთებს.",
    "hy": "Ջրանցքը միացնում է երկու ծով:",
    "am": "ቦዩ ሁለት ባሕሮችን ያገናኛል።",
    "zh": "运河连接两片海。",
    "ja": "運河は二つの海をつなぐ。",
    "ko": "운하는 두 바다를 잇는다.",
}

NAMES = [
    "Suez Canal", "How tides work", "Coffee", "Octopus intelligence", "Mona Lisa", "Tokyo", "El Niño", "Machu Picchu",
    "Cappuccino recipe", "Venezia", "São Paulo", "Jazz", "Leonardo da Vinci", "Sushi", "Marie Curie", "Taj Mahal",
    "GPU", "Rio de Janeiro carnival", "Renaissance art", "Stonehenge", "Apollo 11", "Quantum computers", "1869", "🙂",
]  # fmt: skip


@pytest.mark.parametrize("language", SENTENCES)
def test_one_sentence_tells_its_language(language):
    assert detect_language(SENTENCES[language]) == language


@pytest.mark.parametrize("name", NAMES)
def test_a_short_name_is_never_taken_for_another_language(name):
    assert detect_language(name) in (None, "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Greek word λόγος means word, reason and account, and has no single translation.", "en"),
        ("Toyotaの車は世界中で走っている。", "ja"),
        ("「の」是日语里最常见的假名，意思是「的」，很多中国人都认识它。", "zh"),
        ("ER WURDE 1869 NACH ZEHN JAHREN BAUZEIT ERÖFFNET.", "de"),
    ],
)
def test_most_of_a_mixed_text_decides(text, language):
    assert detect_language(text) == language


def test_a_detected_language_is_noted_and_an_ordered_one_is_not():
    detected = resolve_language(ScriptRequested(text=SENTENCES["de"]))
    ordered = resolve_language(ScriptRequested(text=SENTENCES["de"], language="de-AT"))

    assert detected == ("de", ("The text is German (detected); --language sets another.",))
    assert ordered == ("de-AT", ())


def test_an_english_order_has_no_note():
    assert resolve_language(ScriptRequested(text=SENTENCES["en"])) == ("en", ())
    assert resolve_language(ScriptRequested(topic="Suez Canal")) == ("en", ())


def test_scenes_and_topics_tell_the_language_too():
    scenes = ScriptRequested.model_validate({"scenes": [SENTENCES["fr"], "Il fut ouvert en 1869."]})

    assert resolve_language(scenes).tag == "fr"
    assert resolve_language(ScriptRequested(topic="Die Geschichte des Suezkanals")).tag == "de"


def test_the_words_decide_and_not_the_topic():
    assert (
        resolve_language(ScriptRequested(topic="Der Suezkanal und seine Geschichte", text=SENTENCES["en"])).tag == "en"
    )


def test_a_text_of_uncertain_language_says_that_it_is_taken_for_english():
    language = resolve_language(ScriptRequested(text="Pare de ler isto."))

    assert language.tag == "en"
    assert "not certain" in language.notes[0]


@pytest.mark.parametrize(("voice", "tag"), [("ff_siwis", "fr"), ("pt-pt+m3", "pt-PT"), ("bf_emma", "en-GB")])
def test_the_voice_tells_the_language_that_the_words_do_not(voice: str, tag: str):
    language = resolve_language(ScriptRequested(text="Pare de ler isto.", voice=voice))

    assert language.tag == tag
    assert [voice in note for note in language.notes] == ([] if tag == "en-GB" else [True])


def test_words_of_a_certain_language_win_over_the_voice():
    assert resolve_language(ScriptRequested(text=SENTENCES["en"], voice="ff_siwis")) == ("en", ())
    assert resolve_language(ScriptRequested(text="Pare de ler isto.", voice="ff_siwis", language="pt")).tag == "pt"
