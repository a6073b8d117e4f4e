"""How two contracts differ, and whether every stored message still means the same."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from scripts.contracts.document import Json

__all__ = ["Change", "changes", "digest"]

_WORDS: Final = frozenset({"title", "description", "summary"})
"""Keys that only people read, unless they are names of fields."""

_NAMED: Final = frozenset({"properties", "$defs", "schemas", "messages", "channels", "operations", "parameters"})
"""Keys of objects whose own keys are names; a new name leaves the others as they are."""

_UPPER: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_LOWER: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_CHOICES: Final = frozenset({"enum", "anyOf", "oneOf"})
"""More choices, and wider limits, accept all that was accepted."""

_LIMITS: Final = frozenset({"pattern", "multipleOf", "additionalProperties"})
_UNORDERED: Final = frozenset({"enum", "required"})

_ABSENT: Final = object()


class Change(NamedTuple):
    """A difference between two contracts.

    Attributes:
        text: where it is, and both values.
        keeps_meaning: whether everything that was valid still is, and means the same.
    """

    text: str
    keeps_meaning: bool


def digest(document: Json) -> str:
    """Returns the SHA-256 of a contract, whatever its version, its wording and the order of its keys."""
    content = json.dumps(_content(document), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def changes(before: Json, after: Json) -> list[Change]:
    """Returns all differences between two AsyncAPI documents, except in their version and wording."""
    return list(_compare((), _content(before), _content(after), has_names=False))


def _content(document: Json) -> Json:
    content: Json = _without_words({key: value for key, value in document.items() if key != "info"}, has_names=False)
    return content


def _without_words(value: Any, *, has_names: bool) -> Any:
    """Drops titles and descriptions, and sorts what has no order; `has_names` tells that the keys are names."""
    if isinstance(value, list):
        return [_without_words(item, has_names=False) for item in value]
    if not isinstance(value, dict):
        return value
    if has_names:
        return {name: _without_words(item, has_names=False) for name, item in value.items()}
    return {
        key: sorted(item, key=str)
        if key in _UNORDERED
        else item
        if key == "default"
        else _without_words(item, has_names=key in _NAMED)
        for key, item in value.items()
        if key not in _WORDS
    }


def _compare(place: tuple[str, ...], before: Any, after: Any, *, has_names: bool) -> Iterator[Change]:
    key = "" if has_names else place[-1] if place else ""
    if isinstance(before, dict) and isinstance(after, dict) and key != "default":
        for name in [*before, *(name for name in after if name not in before)]:
            old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
            if has_names and _ABSENT in (old, new):
                yield _change((*place, name), old, new, keeps_meaning=old is _ABSENT)
            else:
                yield from _compare((*place, name), old, new, has_names=not has_names and name in _NAMED)
    elif before != after or type(before) is not type(after):
        yield _change(place, before, after, keeps_meaning=_is_looser(key, before, after))


def _is_looser(key: str, before: Any, after: Any) -> bool:
    if key in _UPPER:
        return after is _ABSENT or (before is not _ABSENT and after >= before)
    if key in _LOWER:
        return after is _ABSENT or (before is not _ABSENT and after <= before)
    if key in _CHOICES and _ABSENT not in (before, after):
        return all(choice in after for choice in before)
    if key == "required":
        return after is _ABSENT or (before is not _ABSENT and set(after) <= set(before))
    if key == "default":
        return before is _ABSENT
    return key in _LIMITS and after is _ABSENT


def _change(place: Sequence[str], before: Any, after: Any, *, keeps_meaning: bool) -> Change:
    where = ".".join(place)
    if before is _ABSENT:
        return Change(f"{where} is new: {_short(after)}", keeps_meaning)
    if after is _ABSENT:
        return Change(f"{where} is removed: {_short(before)}", keeps_meaning)
    return Change(f"{where} changes from {_short(before)} to {_short(after)}", keeps_meaning)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 120 else f"{text[:117]}..."
