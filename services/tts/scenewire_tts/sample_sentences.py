"""What samples of voices say. Pure."""

from collections.abc import Mapping
from typing import Final

from scenewire.text.languages import primary_language

__all__ = ["sample_sentence"]

_SENTENCES: Final[Mapping[str, str]] = {
    "ar": "مرحبا، هكذا يبدو صوتي عندما أروي لكم قصة.",
    "bg": "Здравейте, така звучи гласът ми, когато разказвам.",
    "ca": "Hola, així sona la meva veu quan explico una història.",
    "cs": "Dobrý den, takhle zní můj hlas, když vyprávím příběh.",
    "da": "Hej, sådan lyder min stemme, når jeg fortæller en historie.",
    "de": "Hallo, so klingt meine Stimme, wenn ich eine Geschichte erzähle.",
    "el": "Γεια σας, έτσι ακούγεται η φωνή μου όταν διηγούμαι μια ιστορία.",
    "en": "Hello, this is how my voice sounds when I tell a story.",
    "es": "Hola, así suena mi voz cuando cuento una historia.",
    "fi": "Hei, tältä ääneni kuulostaa, kun kerron tarinan.",
    "fr": "Bonjour, voici ma voix quand je raconte une histoire.",
    "he": "שלום, כך נשמע הקול שלי כשאני מספר סיפור.",
    "hi": "नमस्ते, कहानी सुनाते समय मेरी आवाज़ ऐसी लगती है।",
    "hr": "Dobar dan, ovako zvuči moj glas kad pričam priču.",
    "hu": "Jó napot, így szól a hangom, amikor mesélek.",
    "id": "Halo, beginilah suara saya ketika bercerita.",
    "it": "Ciao, ecco come suona la mia voce quando racconto una storia.",
    "ja": "こんにちは。物語を語るとき、私の声はこのように聞こえます。",
    "ko": "안녕하세요. 이야기를 들려줄 때 제 목소리는 이렇습니다.",
    "nb": "Hei, slik høres stemmen min ut når jeg forteller en historie.",
    "nl": "Hallo, zo klinkt mijn stem als ik een verhaal vertel.",
    "no": "Hei, slik høres stemmen min ut når jeg forteller en historie.",
    "pl": "Dzień dobry, tak brzmi mój głos, kiedy opowiadam historię.",
    "pt": "Olá, é assim que soa a minha voz quando conto uma história.",
    "ro": "Bună ziua, așa sună vocea mea când spun o poveste.",
    "ru": "Здравствуйте, так звучит мой голос, когда я рассказываю.",
    "sk": "Dobrý deň, takto znie môj hlas, keď rozprávam príbeh.",
    "sv": "Hej, så här låter min röst när jag berättar en historia.",
    "tr": "Merhaba, bir hikâye anlatırken sesim böyle duyulur.",
    "uk": "Вітаю, так звучить мій голос, коли я розповідаю.",
    "vi": "Xin chào, đây là giọng của tôi khi kể chuyện.",
    "zh": "你好，这就是我讲故事时的声音。",
}

_COUNTING: Final = "1, 2, 3, 4, 5."
"""Engines read digits in every language."""


def sample_sentence(language: str) -> str:
    """Returns a short sentence in a language; numbers in one that is not listed here."""
    return _SENTENCES.get(primary_language(language), _COUNTING)
