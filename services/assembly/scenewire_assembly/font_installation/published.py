"""Fonts that packages bring, by writing system. Pure data.

The packages are those of the extra `fonts`; they contain files and no code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from scenewire.installation.published import PublishedFile, PublishedPackage

__all__ = ["FONTS", "LICENCE", "PublishedFont"]

LICENCE: Final = "SIL Open Font License 1.1"

_NOTO: Final = PublishedPackage(
    "manimgx-fonts",
    "2026.9.26.post1",
    3_534_717,
    "e5e21178263ddec3eef9414d2b52a1c90ac01062d3e9067460f3359f854c3e17",
)
_NOTO_LICENCE: Final = PublishedFile(
    "LICENSE-Noto.txt", 4_795, "e38218c6a118e0408a0c9ae8e88fddf6d483a9c592e1a91bfcd9f5fa7ccceec0"
)
_CJK: Final = PublishedPackage(
    "manimgx-fonts-cjk",
    "2026.9.26.post1",
    19_785_596,
    "05d5584c73877f37427cf0ca8067f5bacea2b596c7be79e8aedd634bb9f2b666",
)
_CJK_LICENCE: Final = PublishedFile(
    "LICENSE-Noto-CJK.txt", 4_537, "f31e19b1bc90e861c17137e9d57be4ae4c18b47cb2e4d7cc00f467582738b33c"
)


@dataclass(frozen=True)
class PublishedFont:
    """A font file, the licence beside it, and the package that has both."""

    package: PublishedPackage
    file: PublishedFile
    licence: PublishedFile


def _noto(path: str, size: int, sha256: str) -> PublishedFont:
    return PublishedFont(_NOTO, PublishedFile(path, size, sha256), _NOTO_LICENCE)


_NOTO_SANS_CJK: Final = PublishedFont(
    _CJK,
    PublishedFile(
        "NotoSansCJK-VF.otf.ttc", 32_682_580, "d3d8256cdec8dbcb3552284bc6b20c734dd60c2ee9df83b5758e34807c4bac32"
    ),
    _CJK_LICENCE,
)

FONTS: Final[Mapping[str, PublishedFont]] = {
    "Hebrew": _noto(
        "NotoSansHebrew[wght].ttf", 25_296, "9d81d81ad592644487b03843da73a87b99cd28a2c4da4a096e1db8fbd14fda61"
    ),
    "Arabic": _noto(
        "NotoSansArabic[wght].ttf", 239_324, "3fae4d7239d1faa55b234bda8091019a5251ff79df40d5e29367d84bed2a8138"
    ),
    "Devanagari": _noto(
        "NotoSansDevanagari[wght].ttf", 275_904, "bf99bf762743ff3259e73196852520ab0ffe8d384238bff3e4806a84b981e972"
    ),
    "Bengali": _noto(
        "NotoSansBengali[wght].ttf", 168_884, "dc9defe97bb041876b6609e9029d9e1e228a686259acde2fe2a9f99d793ee17d"
    ),
    "Gurmukhi": _noto(
        "NotoSansGurmukhi[wght].ttf", 47_780, "8a3096ee2166f6383501e2df7b368fce88cfa4068c8d75bcb6af07da353a00ea"
    ),
    "Gujarati": _noto(
        "NotoSansGujarati[wght].ttf", 200_416, "83d1bde74d64fb389f97a5e27b2699d8ee8bad4c15a02be347228e6c10011248"
    ),
    "Oriya": _noto(
        "NotoSansOriya[wght].ttf", 228_748, "37f482d0179d0a50e3128d004f007ff1c1741ad5f6b0b2bcc7238b257ef1caa0"
    ),
    "Tamil": _noto(
        "NotoSansTamil[wght].ttf", 78_424, "37e151cdec4a8cfb15c432f7bb164a83b98df69419d47e50b35aa7073963716b"
    ),
    "Telugu": _noto(
        "NotoSansTelugu[wght].ttf", 233_352, "6c06de88b2d420d899543724a13765994191cd29860c6226efca098b51fec64b"
    ),
    "Kannada": _noto(
        "NotoSansKannada[wght].ttf", 183_432, "b6b11505d76eddf916667d73adfec19095ec777742444dc662dae81471461f4e"
    ),
    "Malayalam": _noto(
        "NotoSansMalayalam[wght].ttf", 131_216, "94cddc94a03fa9a5e8d1784090ba97b267def6933d60762081eaa003751142c5"
    ),
    "Sinhala": _noto(
        "NotoSansSinhala[wght].ttf", 168_048, "3fd7c6a61cb6dfb8a2ca7af5b4078bd24e9c8ad9b55839a0177277db6e4d1326"
    ),
    "Thai": _noto("NotoSansThai[wght].ttf", 31_912, "13f52f79b04f01f2751a81052a5dee2df639fd4e13f4ac30821ab45c8dd5f7e7"),
    "Lao": _noto("NotoSansLao[wght].ttf", 33_976, "fc138d605aa998d8407789ee6a7f5554aae8b54f5cd98d66dd2c33e79d15b67e"),
    "Burmese": _noto(
        "NotoSansMyanmar[wght].ttf", 232_548, "e0b280aa3080aab922800c88fa9a2015a4bec3103bb8b70491a92e4a04f3a3a3"
    ),
    "Khmer": _noto(
        "NotoSansKhmer[wght].ttf", 119_460, "56f89948a84cc0b01962ed6af573ac4ac885bd7bb6e7e40f9afc72a435728b70"
    ),
    "Georgian": _noto(
        "NotoSansGeorgian[wght].ttf", 56_768, "42f4a8bf4fe0af8afd91ee3c19e81e14f1bc74ddbd9b6a59a4182f67a596adb4"
    ),
    "Armenian": _noto(
        "NotoSansArmenian[wght].ttf", 32_800, "e979dfaed56ddb4bfd05121958b25425eb7593253d64b6b3654c77c11c5cda94"
    ),
    "Ethiopic": _noto(
        "NotoSansEthiopic[wght].ttf", 514_676, "93f223089e300b983dbfd693c7be619e0e76565a70d639e71a4fe0bfd72cf66f"
    ),
    "Emoji": _noto(
        "NotoEmoji[wght].ttf", 1_982_596, "de6c18832938afc99caf132b39d6a30a19bac7f2e812e28db2535b4608d27551"
    ),
    "Hangul": _NOTO_SANS_CJK,
    "Kana": _NOTO_SANS_CJK,
    "Chinese": _NOTO_SANS_CJK,
}
"""By the names of `scenewire_assembly.languages.LETTERS`."""
