"""The work of the sourcing service: footage for one scene, chosen once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.messages import AudioRendered, Candidate, Clip, Credit, Footage, FootageSourced
from scenewire.timeline import frames_for
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.ingest.ingest import Accepted, Intake
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError
from scenewire_sourcing.selection.clip_reservations import Claims
from scenewire_sourcing.selection.ranking import Ranked, queries, rank, rotate
from scenewire_sourcing.selection.trimming import clips_for, cut, share_of

__all__ = ["SourcingStage"]

_VERSION: Final = 3
"""Raised when the same inputs lead to another choice."""

_FOUND_AT_ONCE: Final = 20
_MOST_CANDIDATES: Final = 30
"""Candidates that a message tells of; the chosen ones are always among them."""

_SPARE_TRIES: Final = 6
"""Clips of one server that may turn out unfit before it is given up for a scene."""

_MOST_USES: Final = 4
"""How often a clip is shown in a film before it does not matter any more which one is shown again."""

log = structlog.get_logger(__name__)


@dataclass
class _Search:
    """What one scene's search has come to so far."""

    needed: int
    seconds: float
    """How long the scene lasts."""
    chosen: list[tuple[Accepted, Candidate, Credit]] = field(default_factory=list)
    passed_over: list[Candidate] = field(default_factory=list)
    shown_elsewhere: "list[tuple[FootageSource, Ranked, int]]" = field(default_factory=list)
    """Clips that fit, and the numbers of the scenes that have them."""
    troubles: list[str] = field(default_factory=list)
    """What kept whole servers from being asked."""
    shortfalls: list[str] = field(default_factory=list)
    """Why servers that were asked did not have enough."""

    @property
    def reason(self) -> str:
        said = self.troubles if self.chosen else self.troubles + self.shortfalls
        return "; ".join(dict.fromkeys(said))[:1_000]

    @property
    def done(self) -> bool:
        return len(self.chosen) >= self.needed

    @property
    def filled(self) -> bool:
        """Whether the scene can be shown without showing a picture of it twice."""
        lasts = sum(
            accepted.facts.duration_frames * accepted.facts.frame_rate_denominator / accepted.facts.frame_rate_numerator
            for accepted, _, _ in self.chosen
        )
        return self.done or lasts >= self.seconds


class SourcingStage:
    """Chooses footage.

    Args:
        store: where clips and choices are kept.
        sources: where footage comes from, in order of preference.
        intake: takes clips in.
    """

    def __init__(self, store: ArtifactStore, sources: Sequence[FootageSource], intake: Intake) -> None:
        self._sources = tuple(sources)
        self._choices = Results(store, "sourcing")
        self._claims = Claims(store)
        self._intake = intake

    async def choose(self, audio: AudioRendered) -> FootageSourced:
        """Footage for a scene: the stored choice, or a new one that is stored before it is returned.

        What goes wrong with footage ends in a painted background, not in an error.

        Raises:
            PermanentError: `output_invalid`, a clip does not lie in its source; names the scene and every fault.
            TransientError: the artifact store cannot be used now.
        """
        inputs = fingerprint(
            version=_VERSION,
            project_id=str(audio.project_id),
            revision=audio.revision,
            scene=audio.scene,
            samples=audio.narration.samples,
            sample_rate=audio.narration.sample_rate,
            look=audio.brief.options.look,
            providers=audio.brief.options.footage_providers,
            sources=[(source.name, source.identity) for source in self._sources],
        )
        footage = await self._choices.find(inputs, Footage)
        if footage is None:
            footage = await self._choices.save(inputs, await self._search(audio))
        return audio.next(FootageSourced, footage=footage)

    async def aclose(self) -> None:
        """Ends the sources."""
        await asyncio.gather(*(source.aclose() for source in self._sources))

    async def _search(self, audio: AudioRendered) -> Footage:
        rate = audio.brief.options.look.frame_rate
        frames = frames_for(audio.narration.samples, audio.narration.sample_rate, rate)
        search = _Search(needed=clips_for(frames, rate), seconds=frames / rate)
        sources, unknown = self._named(audio.brief.options.footage_providers)
        search.troubles += [f"no footage server is called {name}" for name in unknown]
        if not self._sources:
            search.troubles = ["no footage server is configured"]
        for source in sources:
            await self._ask(source, audio, search, seconds=share_of(frames, search.needed) / rate)
            if search.done:
                break
        await self._show_again(audio, search)
        return self._cut(audio, search, frames)

    def _named(self, wanted: tuple[str, ...] | None) -> tuple[list[FootageSource], list[str]]:
        """The sources that an order names, in its order, and the names that nobody has."""
        known = {source.name: source for source in self._sources}
        if wanted is None:
            return list(self._sources), []
        names = list(dict.fromkeys(wanted))
        return [known[name] for name in names if name in known], [name for name in names if name not in known]

    async def _ask(self, source: FootageSource, audio: AudioRendered, search: _Search, *, seconds: float) -> None:
        """Adds what one source has."""
        scene = audio.scene
        ranked = await self._find(source, audio, search, seconds=seconds)
        tries = 0
        for one in rotate(ranked, project_id=audio.project_id, scene_number=scene.scene_number, needed=search.needed):
            if not one.fits:
                search.passed_over.append(_candidate(source, one))
            elif search.done:
                search.passed_over.append(_candidate(source, one, "fits, but enough was found"))
            elif tries < search.needed + _SPARE_TRIES:
                owner = await self._owner(audio, f"{source.identity}:{one.footage.id}")
                if owner == scene.scene_number:
                    tries += 1
                    await self._take(source, one, audio, search)
                else:
                    search.shown_elsewhere.append((source, one, owner))

    async def _show_again(self, audio: AudioRendered, search: _Search) -> None:
        """Where what no other scene shows is not enough: clips of others, those first that were shown least."""
        again = list(search.shown_elsewhere)
        for use in range(2, _MOST_USES + 1):
            for shown in tuple(again):
                source, one, owner = shown
                if search.filled:
                    break
                clip = f"{source.identity}:{one.footage.id}"
                if use == _MOST_USES or await self._owner(audio, clip, use) == audio.scene.scene_number:
                    again.remove(shown)
                    await self._take(source, one, audio, search, shown_in=owner)
        search.passed_over += [
            _candidate(source, one, f"fits, but scene {owner} shows it") for source, one, owner in again
        ]

    async def _owner(self, audio: AudioRendered, clip: str, use: int = 1) -> int:
        return await self._claims.owner(audio.project_id, clip, scene_number=audio.scene.scene_number, use=use)

    async def _find(
        self, source: FootageSource, audio: AudioRendered, search: _Search, *, seconds: float
    ) -> list[Ranked]:
        """What one source has for a scene, best first, found with as many queries as it takes."""
        found: dict[str, FoundFootage] = {}
        ranked: list[Ranked] = []
        try:
            for query in queries(audio.scene):
                found |= {one.id: one for one in await source.search(query, _FOUND_AT_ONCE)}
                ranked = rank(audio.scene, list(found.values()), look=audio.brief.options.look, seconds=seconds)
                if sum(one.fits for one in ranked) >= search.needed:
                    break
        except FootageUnavailableError as error:
            search.troubles.append(f"{source.name}: {error}")
        else:
            if not any(one.fits for one in ranked):
                search.shortfalls.append(f"{source.name} has nothing that fits “{audio.scene.footage_query}”")
        return ranked

    async def _take(
        self, source: FootageSource, one: Ranked, audio: AudioRendered, search: _Search, *, shown_in: int | None = None
    ) -> None:
        """Takes one clip in, or notes why not.

        Args:
            source: that has it.
            one: the clip.
            audio: the scene.
            search: what is added to.
            shown_in: the scene that shows it already, if it is to be shown all the same.
        """
        try:
            fetched = await source.fetch(one.footage.id)
            accepted = await self._intake.accept(fetched, owner=source.identity)
        except FootageUnavailableError as error:
            log.warning("footage_refused", server=source.name, source_id=one.footage.id, reason=str(error))
            search.passed_over.append(_candidate(source, one, str(error)))
            search.shortfalls.append(f"{source.name}: {error}")
            return
        if any(accepted.file == other.file for other, _, _ in search.chosen):
            search.passed_over.append(_candidate(source, one, "the same file as another one"))
            return
        note = f"scene {shown_in} shows it too" if shown_in is not None else ""
        if shown_in is None and (owner := await self._owner(audio, accepted.file.sha256)) != audio.scene.scene_number:
            search.shown_elsewhere.append((source, one, owner))  # under another name
            return
        candidate = _candidate(source, one, note, chosen=True)
        search.chosen.append((accepted, candidate, _credit(source, one.footage, fetched.footage)))

    def _cut(self, audio: AudioRendered, search: _Search, frames: int) -> Footage:
        stretches = cut(
            [(accepted.file.key, accepted.facts) for accepted, _, _ in search.chosen],
            frames=frames,
            frame_rate=audio.brief.options.look.frame_rate,
            scene_number=audio.scene.scene_number,
        )
        clips = [
            Clip(
                file=accepted.file,
                in_frame=stretch.in_point.frames,
                out_frame=stretch.out_point.frames,
                facts=accepted.facts,
                source_id=candidate.source_id,
                credit=credit,
            )
            for (accepted, candidate, credit), stretch in zip(search.chosen, stretches, strict=True)
        ]
        chosen = [
            candidate.model_copy(update={"reason": f"{candidate.reason}; {_shown(clip)}"})
            for (_, candidate, _), clip in zip(search.chosen, clips, strict=True)
        ]
        return Footage(
            clips=tuple(clips),
            candidates=(*chosen, *search.passed_over)[:_MOST_CANDIDATES],
            fallback=not clips,
            reason=search.reason,
        )


def _shown(clip: Clip) -> str:
    """Which part of a clip the scene takes, for people."""
    second = clip.facts.frame_rate_numerator / clip.facts.frame_rate_denominator
    begin, end, whole = (frame / second for frame in (clip.in_frame, clip.out_frame, clip.facts.duration_frames))
    return f"{begin:.1f} to {end:.1f} s of {whole:.1f} s are shown"


def _candidate(source: FootageSource, one: Ranked, reason: str = "", *, chosen: bool = False) -> Candidate:
    return Candidate(
        provider=source.name,
        source_id=one.footage.id,
        title=one.footage.title,
        score=one.score,
        reason=f"{one.reason}; {reason}" if reason else one.reason,
        chosen=chosen,
        source_url=one.footage.source_url,
        duration=one.footage.duration,
    )


def _credit(source: FootageSource, found: FoundFootage, said: FootageFile) -> Credit:
    """Whom to name and what to say; a doubt about the rights stays beside the terms that it is about."""
    return Credit(
        provider=source.name,
        title=said.title or found.title,
        creator=said.creator or found.creator,
        licence=said.licence or found.licence,
        source_url=said.source_url or found.source_url,
        notice=said.notice or found.notice,
        review=said.review or found.review,
    )
