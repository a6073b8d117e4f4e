"""Signs of units in any language, and the dimensions that can be compared. Pure."""

from collections.abc import Mapping
from typing import Final

from scenewire_script.designs.reading.vocabulary import Unit, unit_table, word_set

__all__ = ["CURRENCIES", "GLUED_UNITS", "PERCENT_SIGNS", "UNIT_SIGNS"]

CURRENCIES: Final[Mapping[str, str]] = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
}
"""Each currency is a dimension of its own: amounts in two of them are not compared."""

PERCENT_SIGNS: Final = "%٪"

_MEASURES: Final = unit_table(
    """
    time 1/24 h
    time 1/1440 min
    length 0.001 mm
    length 0.01 cm
    length 1 m
    length 1000 km
    mass 0.000001 mg
    mass 0.001 g
    mass 1 kg
    mass 1000 t
    volume 0.001 ml
    volume 0.01 cl
    volume 0.1 dl
    volume 1 l
    percent 1 % ٪
    """
)

UNIT_SIGNS: Final[Mapping[str, Unit]] = {
    **_MEASURES,
    **{sign: (currency, 1.0) for sign, currency in CURRENCIES.items()},
}
"""With or without a space behind a number. Time in days, length in metres, mass in kilograms, volume in litres."""

GLUED_UNITS: Final = word_set(
    """公里 千米 平方公里 厘米 毫米 公斤 千克 公吨 万吨 吨 小时 分钟 天 个月 世纪 人 万人 亿人 美元 欧元 万元 亿元 元 米
    キロメートル キロ メートル センチメートル センチ ミリ 平方キロメートル キログラム グラム トン 時間 分間 秒 日間 週間 か月 ヶ月 年間 世紀
    万人 億人 ドル 万ドル 億ドル ユーロ 円 万円 億円 パーセント 度
    킬로미터 미터 센티미터 킬로그램 그램 톤 시간 분 개월 년간 세기 명 만명 달러 유로 원 퍼센트"""
)
"""Units that Chinese, Japanese and Korean write right behind the digits."""
