"""What a scene shows where it has no footage: its sentences as designs. Every string stands in the scene's text."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from scenewire.messages.base import WireModel

__all__ = [
    "Bar",
    "Chapter",
    "Comparison",
    "Design",
    "DesignedSentence",
    "Enumeration",
    "NamedPlace",
    "Opening",
    "Place",
    "Quantity",
    "Quotation",
    "Statement",
    "YearOnLine",
]

_Line = Annotated[str, Field(max_length=500)]


class Opening(WireModel):
    """The video's title."""

    kind: Literal["opening"] = "opening"
    title: _Line


class Chapter(WireModel):
    """The heading of a section."""

    kind: Literal["chapter"] = "chapter"
    heading: _Line
    number: int = Field(ge=1, description="Its place among the sections of the video.")
    years: str = Field(default="", max_length=40, description="First and last year that its text names.")


class Statement(WireModel):
    """A sentence with its main clause large."""

    kind: Literal["statement"] = "statement"
    lead: str = Field(default="", description="What stands before the main clause.")
    head: str = Field(default="", description="The main clause; empty if no part is short enough to be large.")
    rest: str = Field(default="", description="What follows; the whole sentence if there is no head.")
    emphasis: str = Field(default="", description="Neighbouring words that are marked.")


class Quantity(WireModel):
    """A number with its unit."""

    kind: Literal["number"] = "number"
    lead: _Line = Field(default="", description="The words before it in its clause.")
    number: str = Field(max_length=40)
    unit: _Line = Field(default="", description="Up to three words after it.")
    share: float | None = Field(default=None, gt=0, le=1, description="The part of a whole that it states.")


class YearOnLine(WireModel):
    """A year on a line of all years of the video."""

    kind: Literal["year"] = "year"
    year: int = Field(ge=1000, le=2099)
    before: str = Field(default="", max_length=40, description="The month, or since or until.")
    clause: _Line = Field(description="Its clause without the date.")
    years: tuple[int, ...] = Field(max_length=200, description="All years of the video, ascending.")
    row: int = Field(default=0, ge=0, description="How many scenes directly before it show years of the same line.")
    goes_on: bool = Field(default=False, description="Whether the next scene begins with a year of the same line.")


class Quotation(WireModel):
    """Somebody's words."""

    kind: Literal["quotation"] = "quotation"
    words: str
    author: _Line


class Enumeration(WireModel):
    """Three to six items."""

    kind: Literal["list"] = "list"
    title: _Line = Field(default="", description="The words before the first item.")
    items: tuple[_Line, ...] = Field(min_length=3, max_length=6)


class Bar(WireModel):
    """A quantity of a comparison."""

    value: float = Field(gt=0, description="In one unit for both bars.")
    text: _Line = Field(description="The quantity as written.")
    label: _Line = Field(default="", description="What it is the quantity of.")


class Comparison(WireModel):
    """Two quantities of one dimension, in true proportion."""

    kind: Literal["comparison"] = "comparison"
    bars: tuple[Bar, Bar]


class NamedPlace(WireModel):
    """A place of a sentence."""

    name: _Line = Field(description="As written.")
    place: str = Field(max_length=60, description="Its id in the gazetteer, such as `country.eg`.")


class Place(NamedPlace):
    """A map that points at a country, a capital, a sea or a continent."""

    kind: Literal["place"] = "place"
    others: tuple[NamedPlace, ...] = Field(
        default=(), max_length=5, description="Further places of the sentence; the map shows them, too."
    )


Design: TypeAlias = Annotated[
    Opening | Chapter | Statement | Quantity | YearOnLine | Quotation | Enumeration | Comparison | Place,
    Field(discriminator="kind"),
]


class DesignedSentence(WireModel):
    """A sentence of a scene, or the title before it, and the designs that suit it.

    The first design whose letters fit the picture is drawn.
    """

    text: str = Field(description="The sentence as the scene's text has it, on one line.")
    designs: tuple[Design, ...] = Field(min_length=1, max_length=4, description="The best one first.")
