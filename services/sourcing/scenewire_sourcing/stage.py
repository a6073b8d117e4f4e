"""Selects footage for scenes and stores each selection."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.artifacts.webapp_export import WebApp, clip_path
from scenewire.messages import ArtifactRef, AudioRendered, Footage, FootageSourced, OwnMedia
from scenewire.messages.base import WireModel
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.meaning.similarity import Meaning
from scenewire_sourcing.providers.base import FootageSource
from scenewire_sourcing.providers.footage_sources import FootageSources
from scenewire_sourcing.selection.clip_reservations import ClipReservations
from scenewire_sourcing.selection.kept_footage import fit_to_scene, load_selection, store_selection
from scenewire_sourcing.selection.licence_policy import LicencePolicy
from scenewire_sourcing.selection.own_footage import own_footage
from scenewire_sourcing.selection.scene_search import SceneSearch

__all__ = ["SourcingStage"]

_CACHE_VERSION: Final = 5
"""Bump when the same inputs lead to another selection."""

_DESIGNED: Final = "its designs were chosen"


class _Selected(WireModel):
    """A stored result."""

    footage: Footage
    selection: ArtifactRef


class SourcingStage:
    """Selects footage.

    Args:
        store: keeps clips and selections.
        sources: searched for orders that name none, in order of preference.
        ingest: copies clips into the store.
        on_request: creates the sources that only orders which name them use.
        meaning: compares texts of any languages; without it, only words count.
        policy: which licences may be used; defaults to those that allow changes and commercial use.
        webapp: also receives every clip that a scene shows.
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
        webapp: WebApp | None = None,
    ) -> None:
        self._sources = FootageSources(sources, on_request)
        self._store = store
        self._selections = Results(store, "sourcing")
        self._reservations = ClipReservations(store)
        self._ingest = ingest
        self._meaning = meaning
        self._policy = policy or LicencePolicy()
        self._webapp = webapp

    async def select_footage(self, audio: AudioRendered) -> FootageSourced:
        """Returns the footage of a scene: what it keeps of an earlier revision, its stored selection, or a new one.

        Footage that it should keep and that is no longer stored is chosen again, with a note. A search never fails a scene:
        without clips, the assembly paints a background. Media that the customer chose are shown, or their error fails the
        project.

        Raises:
            PermanentError: `output_invalid`, a trimmed clip lies outside its source; names the scene and every fault. Those
                of `own_footage`.
            TransientError: the artifact store is unavailable; those of `own_footage`. Both: those of `WebApp.put`.
        """
        sourced = await self._sourced(audio)
        if self._webapp is not None:
            for file in {clip.file for clip in sourced.footage.clips}:
                await self._webapp.put(clip_path(audio.project_id, file.key), await self._store.open(file))
        return sourced

    async def _sourced(self, audio: AudioRendered) -> FootageSourced:
        kept = await self._kept(audio)
        if kept is not None:
            selection = await store_selection(self._store, audio, kept)
            return audio.next(FootageSourced, footage=kept, selection=selection)
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
        selected = await self._selections.find(inputs, _Selected)
        if selected is None:
            footage = await self._select(audio, sources, errors)
            selection = await store_selection(self._store, audio, footage)
            selected = await self._selections.save(inputs, _Selected(footage=footage, selection=selection))
        return audio.next(FootageSourced, footage=selected.footage, selection=selected.selection)

    async def _kept(self, audio: AudioRendered) -> Footage | None:
        """Returns the footage of an earlier revision that a scene keeps; None if there is none, or if it cannot be adapted.

        Media that the customer chose are divided again when the length of their scene changes: they may have limits.
        """
        if audio.scene.selection is None:
            return None
        selection = await load_selection(self._store, audio.scene.selection)
        if selection is None or (audio.scene.media and not selection.fits(audio)):
            return None
        return fit_to_scene(selection, audio)

    async def _select(self, audio: AudioRendered, sources: Sequence[FootageSource], errors: Sequence[str]) -> Footage:
        footage = await self._choose(audio, sources, errors)
        if audio.scene.selection is None or audio.scene.media:
            return footage
        note = f"Scene {audio.scene.scene_number}: the footage that it should keep is no longer stored; it was chosen again."
        return footage.model_copy(update={"notes": (*footage.notes, note)})

    async def _choose(self, audio: AudioRendered, sources: Sequence[FootageSource], errors: Sequence[str]) -> Footage:
        if audio.scene.designed:
            return Footage(fallback=True, reason=_DESIGNED)
        if audio.scene.media:
            named = self._named(audio.scene.media)
            return await own_footage(audio, sources=named, ingest=self._ingest, policy=self._policy)
        search = SceneSearch(
            audio,
            sources=sources,
            errors=errors,
            ingest=self._ingest,
            reservations=self._reservations,
            meaning=self._meaning,
            policy=self._policy,
        )
        return await search.run()

    def _named(self, media: Sequence[OwnMedia]) -> list[FootageSource]:
        """Returns the sources whose items a scene shows."""
        names = [item.provider for item in media if item.provider is not None]
        return self._sources.requested(names)[0] if names else []

    @property
    def offered(self) -> list[str]:
        """Names of footage servers and of their groups that an order may ask for."""
        return self._sources.offered

    async def aclose(self) -> None:
        """Closes the sources."""
        await self._sources.aclose()
