"""The words of the closing card, which no script has, in common languages. Pure data."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from scenewire.text.languages import primary_language

__all__ = ["ClosingWords", "closing_words"]


class ClosingWords(NamedTuple):
    """Names of groups, and the line that points to further credits."""

    pictures: str
    map: str
    voice: str
    music: str
    more: str


_WORDS: Final[Mapping[str, ClosingWords]] = {
    "ar": ClosingWords("الصور", "خريطة", "الصوت", "الموسيقى", "جميع الحقوق: انظر الوصف"),
    "de": ClosingWords("Bilder", "Karte", "Stimme", "Musik", "Alle Nachweise: siehe Beschreibung"),
    "en": ClosingWords("Pictures", "Map", "Voice", "Music", "All credits: see description"),
    "es": ClosingWords("Imágenes", "Mapa", "Voz", "Música", "Todos los créditos: en la descripción"),
    "fr": ClosingWords("Images", "Carte", "Voix", "Musique", "Tous les crédits : voir la description"),
    "hi": ClosingWords("चित्र", "मानचित्र", "आवाज़", "संगीत", "सभी श्रेय: विवरण देखें"),
    "it": ClosingWords("Immagini", "Mappa", "Voce", "Musica", "Tutti i crediti: vedi la descrizione"),
    "ja": ClosingWords("映像", "地図", "音声", "音楽", "クレジット一覧は概要欄へ"),
    "ko": ClosingWords("영상", "지도", "음성", "음악", "전체 출처: 설명 참조"),
    "nl": ClosingWords("Beelden", "Kaart", "Stem", "Muziek", "Alle vermeldingen: zie beschrijving"),
    "pl": ClosingWords("Obrazy", "Mapa", "Głos", "Muzyka", "Wszystkie źródła: w opisie"),
    "pt": ClosingWords("Imagens", "Mapa", "Voz", "Música", "Todos os créditos: veja a descrição"),
    "ru": ClosingWords("Видео", "Карта", "Голос", "Музыка", "Все источники: в описании"),
    "tr": ClosingWords("Görüntüler", "Harita", "Ses", "Müzik", "Tüm kaynaklar: açıklamada"),
    "uk": ClosingWords("Відео", "Карта", "Голос", "Музика", "Усі джерела: в описі"),
    "zh": ClosingWords("画面", "地图", "配音", "音乐", "全部来源见简介"),
}


def closing_words(language: str) -> ClosingWords:
    """Words in the language of a tag; English where it is not listed."""
    return _WORDS.get(primary_language(language), _WORDS["en"])
