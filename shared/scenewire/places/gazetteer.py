"""Reads the tables of places."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

__all__ = ["LANGUAGES", "Location", "countries_of", "iso_numbers", "locations", "names_of"]

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "pt")
"""Languages whose names of places are known."""

_TABLES: Final = ("countries", "capitals", "waters", "continents")
_NO_NAME: Final = "-"


@dataclass(frozen=True)
class Location:
    """Where a place without an outline is.

    Attributes:
        longitude: degrees.
        latitude: degrees.
        span: degrees of longitude that a map of it shows; None for a point, which has no size.
        further: longitudes and latitudes where its name may stand, too.
    """

    longitude: float
    latitude: float
    span: float | None
    further: tuple[tuple[float, float], ...] = ()


@cache
def names_of(language: str) -> Mapping[str, str]:
    """The id of each name in a language, one of `LANGUAGES`. Apostrophes are curly.

    A capital that shares the name of its country is the country.
    """
    return {
        name: row["id"]
        for table in reversed(_TABLES)
        for row in _rows(table)
        for name in row[language].split("/")
        if name != _NO_NAME
    }


@cache
def locations() -> Mapping[str, Location]:
    """Where capitals, waters and continents are, by id."""
    return {
        row["id"]: Location(
            float(row["longitude"]),
            float(row["latitude"]),
            float(row["span"]) if "span" in row else None,
            tuple(_pair(place) for place in row.get("further", "").split("/") if place),
        )
        for table in _TABLES[1:]
        for row in _rows(table)
    }


def countries_of(continent: str) -> frozenset[str]:
    """The ids of the countries of a continent, by its id. Russia is in Europe; a country is never divided."""
    return frozenset(row["id"] for row in _rows("countries") if row["continent"] == continent)


def iso_numbers() -> Mapping[str, str]:
    """The ids of countries by their numbers of ISO 3166-1. Kosovo has none."""
    return {row["iso"]: row["id"] for row in _rows("countries") if row["iso"] != _NO_NAME}


def _pair(text: str) -> tuple[float, float]:
    longitude, latitude = map(float, text.split())
    return longitude, latitude


def _rows(table: str) -> list[dict[str, str]]:
    text = (files(__package__) / f"{table}.tsv").read_text(encoding="utf-8")
    header, *rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return [dict(zip(header, row, strict=True)) for row in rows]
