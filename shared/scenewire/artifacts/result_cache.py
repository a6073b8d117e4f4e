"""Stored results of stages, by the hash of their inputs.

A handler looks here before it works, so that a redelivery, a crash before the publish, or an edit of another scene costs
nothing.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from scenewire.accounting import charge
from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import ArtifactRef

__all__ = ["Results", "fingerprint"]

_REPLACEABLE: Final = {FailureCode.ARTIFACT_MISSING, FailureCode.ARTIFACT_CORRUPT}
"""Faults of a file after which the result is built again."""

ResultT = TypeVar("ResultT", bound=BaseModel)


def fingerprint(**inputs: object) -> str:
    """Returns the SHA-256 of named inputs; equal values give the same in any process.

    Args:
        inputs: JSON values or pydantic models. Include a version of the code that computes the result.
    """

    def plain(value: object) -> object:
        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
        message = f"cannot compute a fingerprint of {type(value).__name__}"
        raise TypeError(message)

    text = json.dumps(inputs, default=plain, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Results:
    """Stored results of one stage."""

    def __init__(self, store: ArtifactStore, stage: str) -> None:
        self._store = store
        self._stage = stage

    async def find(self, inputs: str, model: type[ResultT]) -> ResultT | None:
        """Returns the result for a fingerprint; None unless it is stored and all its files are intact."""
        document = await self._store.read_document(self._key(inputs))
        result = None if document is None else await self._intact(document, model)
        if result is not None:
            charge(results_reused=1)
        return result

    async def save(self, inputs: str, result: ResultT) -> ResultT:
        """Stores a result and returns the valid one: the earlier one if two workers raced."""
        charge(results_made=1)
        document = result.model_dump_json().encode()
        stored = await self._store.write_once(self._key(inputs), document)
        if stored == document:
            return result
        earlier = await self._intact(stored, type(result))
        if earlier is not None:
            return earlier
        await self._store.replace_document(self._key(inputs), document)
        return result

    async def replace(self, inputs: str, result: ResultT) -> ResultT:
        """Replaces an earlier result: for results that expire, such as copies of remote files."""
        charge(results_made=1)
        await self._store.replace_document(self._key(inputs), result.model_dump_json().encode())
        return result

    async def _intact(self, document: bytes, model: type[ResultT]) -> ResultT | None:
        try:
            result = model.model_validate_json(document)
            for ref in _artifacts_in(result):
                await self._store.require(ref)
        except ValidationError:
            return None  # from an older version: built again
        except PermanentError as error:
            if error.code not in _REPLACEABLE:
                raise
            return None
        return result

    def _key(self, inputs: str) -> str:
        return check_key(f"results/{self._stage}/{inputs}.json")


def _artifacts_in(value: object) -> Iterator[ArtifactRef]:
    if isinstance(value, ArtifactRef):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _artifacts_in(getattr(value, name))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _artifacts_in(item)
