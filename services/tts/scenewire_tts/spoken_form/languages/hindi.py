"""Hindi. Follows McGregor, Outline of Hindi Grammar (3rd edition), and the Central Hindi Directorate's numerals."""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from typing_extensions import override

from scenewire_tts.spoken_form.edits import Edit
from scenewire_tts.spoken_form.icu import spell_out
from scenewire_tts.spoken_form.language import Abbreviation, AddressWords, Currency, Gender, Language, Rule
from scenewire_tts.spoken_form.numerals import Number, NumberFormat
from scenewire_tts.spoken_form.rules.signs import roman_rule

__all__ = ["Hindi"]

_ORDINAL: Final = re.compile(r"(?<![\w.,/])(?P<number>\d{1,3})(?:-| )?(?P<ending>वाँ|वां|वें|वीं|वी)(?!\w)")
_ENDINGS: Final = {"वाँ": "वाँ", "वां": "वाँ", "वें": "वें", "वीं": "वीं", "वी": "वीं"}
_IRREGULAR: Final = {1: "पहल", 2: "दूसर", 3: "तीसर", 4: "चौथ", 6: "छठ"}
_SHORT_ORDINAL: Final = re.compile(r"(?<![\w.,/])(?P<number>1ल|[23]र|4थ|6ठ)(?P<ending>[ािीे])(?![\w\u0900-\u0963])")
"""`1ला`, `3रा`: the digit and the end of the word."""
_RULERS: Final = "एडवर्ड|एलिज़ाबेथ|एलिजाबेथ|चार्ल्स|जॉन पॉल|जॉर्ज|नेपोलियन|फ़िलिप|लुई|विलियम|हेनरी"
_REGNAL: Final = (
    "प्रथम", "द्वितीय", "तृतीय", "चतुर्थ", "पंचम", "षष्ठ", "सप्तम", "अष्टम", "नवम", "दशम",
)  # fmt: skip
_SCORE: Final = re.compile(
    r"(?<![\w.,:-])(?P<first>\d{1,2})(?P<to>[-–])(?P<second>\d{1,2})(?=(?:, \d{1,2}[-–]\d{1,2})* से (?:जीत|हार|हरा|मात|बराबर))"
)
_MOBILE: Final = re.compile(r"(?<![\w.,-])[6-9]\d{4} ?\d{5}(?![\w-]|[.,]\d)")
_IRREGULAR_ENDINGS: Final = {"वाँ": "ा", "वें": "े", "वीं": "ी"}


class Hindi(Language):
    """See `Language`. Years from 1100 to 1999 are read in hundreds, and half as a word of its own."""

    numbers = NumberFormat(groups=",", decimals=".", group_sizes=r"\d{2,3}")
    minus = "माइनस"
    plus = "प्लस"
    marks: ClassVar = {".": "दशमलव"}
    range_word = "से"
    ratio_word = "अनुपात"
    percent = "प्रतिशत"
    per_mille = "प्रति हज़ार"
    number_word = "नंबर"
    operators: ClassVar = {
        "±": "प्लस माइनस", "~": "लगभग", "≈": "लगभग", "<": "से कम", ">": "से ज़्यादा", "≤": "अधिकतम", "≥": "न्यूनतम",
        "×": "गुणा", "÷": "भाग", "=": "बराबर",
    }  # fmt: skip
    times_words = ("गुना", "गुना")
    by_word = "गुणा"
    per_word = "प्रति"
    address = AddressWords(
        signs={
            ".": "डॉट", "/": "स्लैश", "-": "डैश", "_": "अंडरस्कोर", ":": "कोलन", "?": "प्रश्नचिह्न", "=": "बराबर", "&": "और",
            "#": "हैश", "%": "प्रतिशत", "+": "प्लस", "~": "टिल्ड", "@": "एट",
        },
        hashtag="हैशटैग",
    )  # fmt: skip

    months = (
        "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
    )  # fmt: skip
    month_abbreviations: ClassVar = {"फरवरी": 2, "सितम्बर": 9, "अक्तूबर": 10, "नवम्बर": 11, "दिसम्बर": 12}
    times = (r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?: ?(?P<half>बजे))?",)

    symbols: ClassVar = {"रु.": "INR", "रु॰": "INR", "रु": "INR", "रू.": "INR", "रू": "INR"}
    currencies: ClassVar = {
        "INR": Currency("रुपया", "रुपये", "पैसा", "पैसे"),
        "USD": Currency("डॉलर", "डॉलर", "सेंट", "सेंट"),
        "EUR": Currency("यूरो", "यूरो", "सेंट", "सेंट"),
        "GBP": Currency("पाउंड", "पाउंड", "पेंस", "पेंस"),
        "JPY": Currency("येन", "येन"),
        "CNY": Currency("युआन", "युआन"),
    }
    scales: ClassVar = {
        "सौ": ("सौ", "सौ"),
        "हज़ार": ("हज़ार", "हज़ार"),
        "हजार": ("हज़ार", "हज़ार"),
        "लाख": ("लाख", "लाख"),
        "करोड़": ("करोड़", "करोड़"),
        "अरब": ("अरब", "अरब"),
        "मिलियन": ("मिलियन", "मिलियन"),
        "बिलियन": ("बिलियन", "बिलियन"),
    }
    units: ClassVar = {
        "किमी": "kilometer", "किमी/घंटा": "kilometer-per-hour", "किग्रा": "kilogram", "सेमी": "centimeter",
        "मी": "meter", "मीटर": "meter", "मिमी": "millimeter", "ग्रा": "gram", "मिली": "milliliter", "वर्ग किमी": "square-kilometer",
        "किमी/सेकंड": "kilometer-per-second", "कि.मी.": "kilometer", "कि.मी./घंटा": "kilometer-per-hour", "से.मी.": "centimeter",
        "कि.ग्रा.": "kilogram", "मि.मी.": "millimeter",
    }  # fmt: skip
    unit_names: ClassVar = {"decibel": ("डेसिबल", "डेसिबल"), "degree": ("डिग्री", "डिग्री")}

    abbreviations = (
        Abbreviation(r"डॉ[.॰]", "डॉक्टर", "word"),
        Abbreviation(r"श्री[.॰]", "श्री", "word"),
        Abbreviation(r"श्रीमती[.॰]", "श्रीमती", "word"),
        Abbreviation(r"कु[.॰]", "कुमारी", "word"),
        Abbreviation(r"प्रो[.॰]", "प्रोफ़ेसर", "word"),
        Abbreviation(r"सं[.॰]", "संख्या", "number"),
        Abbreviation(r"पृ[.॰]", "पृष्ठ", "number"),
        Abbreviation(r"ई[.॰] ?पू[.॰]", "ईसा पूर्व", "word"),
        Abbreviation(r"(?<=\d )ई[.॰]", "ईस्वी", "word"),
        Abbreviation(r"मो[.॰]", "मोबाइल", "number"),
        Abbreviation(r"अनु[.॰]", "अनुच्छेद", "number"),
    )

    @override
    def cardinal(self, value: int, gender: Gender | None = None) -> str:
        return spell_out(value, "hi")

    @override
    def ordinal(self, value: int, gender: Gender = Gender.MASCULINE) -> str:
        return self._ordinal_with(value, "वीं" if gender is Gender.FEMININE else "वाँ")

    @override
    def year(self, value: int) -> str:
        """Reads 1947 as "उन्नीस सौ सैंतालीस"."""
        century, rest = divmod(value, 100)
        if not 11 <= century <= 19:
            return self.cardinal(value)
        return f"{self.cardinal(century)} सौ {self.cardinal(rest)}" if rest else f"{self.cardinal(century)} सौ"

    @override
    def join_money(self, major: str, minor: str, hundredths: Number) -> str:
        return f"{major} {minor}"

    @override
    def day(self, day: int, before: str) -> str:
        return self.cardinal(day)

    @override
    def time(self, hour: int, minute: int | None, half: str) -> str:
        if not minute:
            return f"{self.cardinal(hour)} बजे"
        return f"{self.cardinal(hour)} बजकर {self.cardinal(minute)} मिनट"

    @override
    def fraction(self, numerator: int, denominator: int) -> str:
        names = {(1, 2): "आधा", (1, 4): "एक चौथाई", (3, 4): "तीन चौथाई", (1, 3): "एक तिहाई", (2, 3): "दो तिहाई"}
        return names.get((numerator, denominator), f"{self.cardinal(numerator)} बटा {self.cardinal(denominator)}")

    @override
    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """Reads 1½ and 2½ as "डेढ़" and "ढाई", and the others as "साढ़े तीन"."""
        if (numerator, denominator) != (1, 2):
            return f"{self.cardinal(whole)} {self.fraction(numerator, denominator)}"
        return {1: "डेढ़", 2: "ढाई"}.get(whole, f"साढ़े {self.cardinal(whole)}")

    @override
    def own_rules(self) -> Sequence[Rule]:
        return (
            Rule(re.compile(r"(?<=\d)/-(?!\w)"), lambda match: [Edit(*match.span(), "")]),  # behind a price
            roman_rule(_RULERS, lambda _, value: self._regnal(value)),
            roman_rule("अध्याय|खंड|भाग|विश्व युद्ध", lambda _, value: self.cardinal(value)),
            Rule(
                _SCORE,
                lambda match: [
                    Edit(*match.span(), f"{self.cardinal(int(match['first']))} {self.cardinal(int(match['second']))}")
                ],
            ),
            Rule(_MOBILE, lambda match: [Edit(*match.span(), self._mobile(match[0].replace(" ", "")))]),
            Rule(
                _SHORT_ORDINAL,
                lambda match: [Edit(*match.span(), _IRREGULAR[int(match["number"][0])] + match["ending"])],
            ),
            Rule(
                _ORDINAL,
                lambda match: [
                    Edit(*match.span(), self._ordinal_with(int(match["number"]), _ENDINGS[match["ending"]]))
                ],
            ),
        )

    def _regnal(self, value: int) -> str:
        return _REGNAL[value - 1] if value <= len(_REGNAL) else self._ordinal_with(value, "वें")

    def _mobile(self, digits: str) -> str:
        return f"{self.digits(digits[:5])}, {self.digits(digits[5:])}"

    @override
    def or_more(self, number: str) -> str:
        return f"{number} से ज़्यादा"

    @override
    def unit(self, number: Number, unit: str) -> str:
        return super().unit(number, unit).replace("/", f" {self.per_word} ")

    def _ordinal_with(self, value: int, ending: str) -> str:
        if value in _IRREGULAR:
            return _IRREGULAR[value] + _IRREGULAR_ENDINGS[ending]
        return self.cardinal(value) + ending
