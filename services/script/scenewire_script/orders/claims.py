"""Claims of project ids: the first order of an id decides what its project makes."""

from typing import Final
from uuid import UUID

from scenewire.artifacts.store import ArtifactStore, check_key
from scenewire.errors import ConflictError, FailureCode
from scenewire.messages import ScriptRequested

__all__ = ["OrderClaims"]

_FINGERPRINT_BYTES: Final = 64


class OrderClaims:
    """Keeps the fingerprint of the first order of each project.

    Args:
        store: keeps the fingerprints.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    async def claim(self, order: ScriptRequested, project_id: UUID) -> None:
        """Claims a project id for an order. A repetition of the same order may pass.

        Raises:
            ConflictError: `order_conflict`, another order has this id.
            TransientError: the store is unavailable.
        """
        key = check_key(f"results/orders/{project_id}-r{order.revision}.sha256")
        fingerprint = order.fingerprint.encode()
        first = await self._store.write_once(key, fingerprint)
        if len(first) != _FINGERPRINT_BYTES:
            await self._store.replace_document(key, fingerprint)  # the stored document is damaged
        elif first != fingerprint:
            raise ConflictError(
                FailureCode.ORDER_CONFLICT,
                f"project {project_id} was ordered before with other content; the first order stands",
                hint="order under another project id, or without one",
            )
