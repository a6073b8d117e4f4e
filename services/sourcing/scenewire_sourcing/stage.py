"""Selects footage for scenes and stores each selection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import AudioRendered, Footage, FootageSourced
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.meaning.similarity import Meaning
from scenewire_sourcing.providers.base import FootageSource
from scenewire_sourcing.providers.footage_sources import FootageSources
from scenewire_sourcing.selection.clip_reservations import ClipReservations
from scenewire_sourcing.selection.licence_policy import LicencePolicy
from scenewire_sourcing.selection.scene_search import SceneSearch

__all__ = ["SourcingStage"]

_CACHE_VERSION: Final = 4
"""Bump when the same inputs lead to another selection."""


class SourcingStage:
    """Selects footage.

    Args:
        store: keeps clips and selections.
        sources: searched for orders that name none, in order of preference.
        ingest: copies clips into the store.
        on_request: creates the sources that only orders which name them use.
        meaning: compares texts of any languages; without it, only words count.
        policy: which licences may be used; defaults to those that allow changes and commercial use.
    """

    def __init__(
        self,
        store: ArtifactStore,
        sources: Sequence[FootageSource],
        ingest: Ingest,
        *,
        on_request: Mapping[str, Callable[[], FootageSource]] = MappingProxyType({}),
        meaning: Meaning | None = None,
        policy: LicencePolicy | None = None,
    ) -> None:
        self._sources = FootageSources(sources, on_request)
        self._selections = Results(store, "sourcing")
        self._reservations = ClipReservations(store)
        self._ingest = ingest
        self._meaning = meaning
        self._policy = policy or LicencePolicy()

    async def select_footage(self, audio: AudioRendered) -> FootageSourced:
        """Returns the stored selection for a scene, or searches and stores a new one.

        Footage errors never fail a scene: without clips, the assembly paints a background.

        Raises:
            PermanentError: `output_invalid`, a trimmed clip lies outside its source; names the scene and every fault.
            TransientError: the artifact store is unavailable.
        """
        sources, errors = self._sources.requested(audio.brief.options.footage_providers)
        inputs = fingerprint(
            version=_CACHE_VERSION,
            project_id=str(audio.project_id),
            revision=audio.revision,
            scene=audio.scene,
            narration=audio.narration,
            language=audio.brief.options.language,
            look=audio.brief.options.look,
            providers=audio.brief.options.footage_providers,
            by_meaning=self._meaning is not None,
            sources=[(source.name, source.identity) for source in sources],
            policy=asdict(self._policy),
        )
        footage = await self._selections.find(inputs, Footage)
        if footage is None:
            search = SceneSearch(
                audio,
                sources=sources,
                errors=errors,
                ingest=self._ingest,
                reservations=self._reservations,
                meaning=self._meaning,
                policy=self._policy,
            )
            footage = await self._selections.save(inputs, await search.run())
        return audio.next(FootageSourced, footage=footage)

    async def aclose(self) -> None:
        """Closes the sources."""
        await self._sources.aclose()
