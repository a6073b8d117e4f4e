"""Words for what is wrong with a message: the same on the bus, in the command and in the record."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

__all__ = ["describe_faults", "fault_wording", "root_faults"]

_WORDINGS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is unknown",
    "string_type": "must be text",
    "string_unicode": "must be valid Unicode",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length:,} characters",
    "string_pattern_mismatch": "has an invalid form",
    "too_short": "must have at least {min_length} entry",
    "too_long": "must have at most {max_length:,} entries",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "multiple_of": "must be a multiple of {multiple_of:g}",
    "literal_error": "must be {expected}",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "model_attributes_type": "must be a JSON object",
    "json_invalid": "is not JSON",
}
"""What is wrong by the validator's type of error; the validator's own message for all others."""

_MAX_FAULTS: Final = 5
"""Faults that a message lists: an order may have one in every scene."""


def fault_wording(fault: ErrorDetails) -> str:
    """Returns what is wrong with a value, such as `must be at most 2`, without the value's name."""
    wording = _WORDINGS.get(fault["type"])
    if wording is None:
        return fault["msg"].removeprefix("Value error, ").replace("Input should be", "must be", 1)
    return wording.format(**fault.get("ctx", {}))


def describe_faults(error: ValidationError, *, depth: int = 0, has_scenes_in_order: bool = True) -> str:
    """Returns everything that is wrong with a message, on one line.

    Args:
        error: of the validation.
        depth: names at the beginning of a fault's location that are not part of the message.
        has_scenes_in_order: whether the place of an entry in `scenes` is the number of its scene.
    """
    faults = [_described(fault, depth, has_scenes_in_order=has_scenes_in_order) for fault in root_faults(error)]
    more = [f"and {len(faults) - _MAX_FAULTS} more"] if len(faults) > _MAX_FAULTS else []
    return "; ".join([*faults[:_MAX_FAULTS], *more])


def root_faults(error: ValidationError) -> list[ErrorDetails]:
    """Returns what is wrong with a message, without faults that only follow from others."""
    found = error.errors(include_url=False)
    places = [fault["loc"] for fault in found]
    return [fault for fault in found if not _follows(fault, places)]


def _follows(fault: ErrorDetails, places: Sequence[tuple[int | str, ...]]) -> bool:
    """Whether a list is too short only because its entries are invalid."""
    place = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(other) > len(place) and other[: len(place)] == place for other in places
    )


def _described(fault: ErrorDetails, depth: int, *, has_scenes_in_order: bool) -> str:
    wording = fault_wording(fault)
    match fault["loc"][depth:]:
        case ():
            return wording if fault["type"] == "value_error" else f"it {wording}"
        case ("scenes", int(index), *rest) if has_scenes_in_order:
            return " ".join([f"scene {index + 1}:", _path(rest), wording] if rest else [f"scene {index + 1}", wording])
        case place:
            return f"{_path(place)} {wording}"


def _path(place: tuple[int | str, ...] | list[int | str]) -> str:
    return ".".join(map(str, place))
