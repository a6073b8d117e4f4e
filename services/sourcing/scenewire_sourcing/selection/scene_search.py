"""Searches footage for one scene: asks the sources in order, reserves clips, ingests and trims them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from scenewire.messages import AudioRendered, Candidate, Clip, Footage, scene_frames
from scenewire_sourcing.candidates import FoundFootage, describe
from scenewire_sourcing.ingest.ingest import Ingest
from scenewire_sourcing.meaning.similarity import Meaning
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError, LocatedFootage
from scenewire_sourcing.selection.beats import Beat, divide_scene
from scenewire_sourcing.selection.clip_reservations import ClipReservations
from scenewire_sourcing.selection.licence_policy import LicencePolicy, Verdict
from scenewire_sourcing.selection.placement import arrange, place
from scenewire_sourcing.selection.ranking import RankedFootage, add_similar, queries, rank, rotate
from scenewire_sourcing.selection.trimming import InPoints, available_frames, clip_counts, frames_per_clip, trim

__all__ = ["SceneSearch"]

_RESULTS_PER_QUERY: Final = 20
_MAX_CANDIDATES: Final = 30
"""Candidates listed in a message; the chosen ones always come first."""

_MAX_SPARE_TRIES: Final = 6
"""Unusable clips per source and scene before the search moves on."""

_MAX_USES: Final = 4
"""Uses of a clip in one video that are reserved; beyond that, any clip may be repeated."""

_MAX_REASON_CHARS: Final = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Offer:
    """A ranked clip and the source that offers it."""

    source: FootageSource
    ranked: RankedFootage
    stored_as: str = ""
    """Key of its file, once that is ingested."""

    @property
    def key(self) -> str:
        return f"{self.source.identity}:{self.ranked.footage.id}"

    def candidate(self, note: str = "", *, chosen: bool = False) -> Candidate:
        footage = self.ranked.footage
        still = "a still" if footage.kind == "still" and not chosen else ""  # a chosen one says how it is shown
        return Candidate(
            provider=self.source.name,
            source_id=footage.id,
            title=footage.title,
            score=self.ranked.score,
            reason="; ".join(filter(None, (self.ranked.reason, still, note))),
            chosen=chosen,
            source_url=footage.source_url,
            duration=footage.duration,
            kind=footage.kind,
            creator=footage.creator,
            licence=footage.licence,
            licence_url=footage.licence_url,
            original_name=footage.file_name,
            stored_as=self.stored_as,
        )


@dataclass(frozen=True)
class _Selected:
    """A clip that a beat shows."""

    clip: Clip
    candidate: Candidate
    ranked: RankedFootage
    points: InPoints


@dataclass
class _BeatFootage:
    """What was found for a beat so far."""

    beat: Beat
    needed: int
    """Clips."""
    selected: list[_Selected] = field(default_factory=list)
    reserved_by_other: list[tuple[_Offer, str]] = field(default_factory=list)
    """Clips that fit, with words for the scene that reserved each."""

    @property
    def is_complete(self) -> bool:
        """Whether it has enough clips."""
        return len(self.selected) >= self.needed

    def is_covered(self, frame_rate: int) -> bool:
        """Whether its clips last as long as it does."""
        lasting = sum(available_frames(each.clip, frame_rate) for each in self.selected)
        return self.is_complete or lasting >= self.beat.frames

    def arranged(self) -> list[tuple[_Selected, int | None]]:
        """Its clips in the order of their words, each with the frame at which it should begin."""
        words = [
            [self.beat.spoken[term] for term in each.ranked.common if term in self.beat.spoken]
            for each in self.selected
        ]
        order = arrange(words, start=self.beat.start, end=self.beat.end)
        return [(self.selected[index], frame) for index, frame in order]


class SceneSearch:
    """A search for the footage of one scene. `run` may be called once.

    Args:
        audio: the scene and its narration.
        sources: to search, in order of preference.
        errors: why other sources that the order asks for are not searched.
        ingest: copies clips into the artifact store.
        reservations: agrees with other workers on which scene shows which clip.
        policy: which licences may be used.
        meaning: compares texts of any languages; without it, only words count.
    """

    def __init__(
        self,
        audio: AudioRendered,
        *,
        sources: Sequence[FootageSource],
        errors: Sequence[str],
        ingest: Ingest,
        reservations: ClipReservations,
        policy: LicencePolicy,
        meaning: Meaning | None = None,
    ) -> None:
        self._audio = audio
        self._scene = audio.scene
        self._look = audio.brief.options.look
        self._language = audio.brief.options.language
        self._sources = sources
        self._ingest = ingest
        self._reservations = reservations
        self._policy = policy
        self._meaning = meaning
        self._frames = scene_frames(audio.brief, audio.scene, audio.narration)
        beats = divide_scene(
            audio.scene,
            audio.narration,
            language=self._language,
            frames=self._frames,
            frame_rate=self._look.frame_rate,
        )
        counts = clip_counts([beat.frames for beat in beats], self._look.frame_rate)
        self._beats = [_BeatFootage(beat, needed) for beat, needed in zip(beats, counts, strict=True)]
        self._passed_over: list[Candidate] = []
        self._errors = list(errors)
        """Why sources could not be asked."""
        self._misses: list[str] = []
        """Why sources that were asked did not have enough."""
        self._conditions: dict[str, None] = {}
        """What licences ask of the video."""

    async def run(self) -> Footage:
        """Searches until every beat of the scene has enough clips or all sources have been asked.

        Footage errors never fail a scene: without clips, the result is a fallback with a reason.

        Raises:
            PermanentError: `output_invalid`, a trimmed clip lies outside its source; names the scene and every fault.
            TransientError: the artifact store is unavailable.
        """
        for found in self._beats:
            for source in self._sources:
                await self._search_source(source, found)
                if found.is_complete:
                    break
        for found in self._beats:
            await self._reuse_clips(found)
        return self._footage()

    async def _search_source(self, source: FootageSource, found: _BeatFootage) -> None:
        """Adds the clips of one source that fit a beat and that no other scene has reserved."""
        ranked = rotate(
            await self._rank_results(source, found),
            project_id=self._audio.project_id,
            scene_number=self._scene.scene_number,
            needed=found.needed,
        )
        tries = 0
        for offer in (_Offer(source, footage) for footage in ranked):
            if not offer.ranked.fits:
                self._passed_over.append(offer.candidate())
            elif found.is_complete:
                self._passed_over.append(offer.candidate("fits, but enough was found"))
            elif tries < found.needed + _MAX_SPARE_TRIES:
                if owner := await self._other_owner(offer.key):
                    found.reserved_by_other.append((offer, owner))
                else:
                    tries += 1
                    await self._add(offer, found)

    async def _rank_results(self, source: FootageSource, found: _BeatFootage) -> list[RankedFootage]:
        """Queries one source until enough results fit; returns the ranked results, best first."""
        results: dict[str, FoundFootage] = {}
        ranked: list[RankedFootage] = []
        refusals: dict[str, str] = {}
        beat = found.beat
        seconds = frames_per_clip(beat.frames, found.needed) / self._look.frame_rate
        try:
            for query in queries(beat.query, beat.wanted)[: source.max_queries]:
                results |= {result.id: result for result in await source.search(query, _RESULTS_PER_QUERY)}
                verdicts = [self._policy.judge(result, is_own=source.is_own) for result in results.values()]
                refusals = {verdict.footage.id: verdict.refusal for verdict in verdicts if verdict.refusal}
                ranked = rank(
                    beat.wanted,
                    [verdict.footage for verdict in verdicts],
                    language=self._language,
                    look=self._look,
                    seconds=seconds,
                    refusals=refusals,
                )
                if sum(footage.fits for footage in ranked) >= found.needed:
                    break
            else:
                ranked = await self._add_similar(ranked, beat, refusals)
        except FootageUnavailableError as error:
            self._errors.append(f"{source.name}: {error}")
        else:
            if not any(footage.fits for footage in ranked):
                refused = sum(footage.is_refused for footage in ranked)
                self._misses.append(
                    f"{source.name} has nothing that fits “{beat.query}”"
                    + (f" and may be used; {refused} left out because of licences" if refused else "")
                )
        return ranked

    async def _add_similar(
        self, ranked: list[RankedFootage], beat: Beat, refusals: Mapping[str, str]
    ) -> list[RankedFootage]:
        """Lets clips fit by their meaning, where it can be compared."""
        if self._meaning is None:
            return ranked
        offered = [describe(clip.footage) for clip in ranked]
        wanted = [beat.text, ", ".join(term.word for term in beat.wanted)]
        similarities = await asyncio.to_thread(self._meaning.similarities, wanted, offered)
        return add_similar(ranked, similarities, refusals)

    async def _reuse_clips(self, found: _BeatFootage) -> None:
        """Fills the rest of a beat with clips of other scenes, least used first."""
        reusable = list(found.reserved_by_other)
        for use in range(2, _MAX_USES + 1):
            for reserved in tuple(reusable):
                offer, owner = reserved
                if found.is_covered(self._look.frame_rate):
                    break
                if use == _MAX_USES or not await self._other_owner(offer.key, use):
                    reusable.remove(reserved)
                    await self._add(offer, found, shared_with=owner)
        self._passed_over += [offer.candidate(f"fits, but {owner} shows it") for offer, owner in reusable]

    async def _add(self, offer: _Offer, found: _BeatFootage, *, shared_with: str = "") -> None:
        """Ingests a clip and selects it, or records why not.

        Args:
            offer: the clip.
            found: the beat that shows it.
            shared_with: words for another scene that shows the clip too; empty reserves the clip for this scene.
        """
        source, footage = offer.source, offer.ranked.footage
        try:
            located, verdict = await self._locate(offer)
            ingested = await self._ingest.accept(located, owner=source.identity)
        except FootageUnavailableError as error:
            log.warning("footage_refused", server=source.name, source_id=footage.id, reason=str(error))
            self._passed_over.append(offer.candidate(str(error)))
            self._misses.append(f"{source.name}: {error}")
            return
        offer = replace(offer, stored_as=ingested.file.key)
        if any(ingested.file == shown.clip.file for each in self._beats for shown in each.selected):
            self._passed_over.append(offer.candidate("the same file as another clip"))
            return
        # The same file may be offered under several ids.
        if not shared_with and (owner := await self._other_owner(ingested.file.sha256)):
            found.reserved_by_other.append((offer, owner))
            return
        clip = Clip(
            file=ingested.file,
            in_frame=0,
            out_frame=ingested.facts.duration_frames,
            facts=ingested.facts,
            source_id=footage.id,
            credit=verdict.credit(source.name, located.footage.original_name),
        )
        if verdict.condition:
            self._conditions[verdict.condition] = None
        shared = f"{shared_with} shows it too" if shared_with else ""
        note = "; ".join(filter(None, (ingested.note, shared)))
        points = InPoints(ingested.opening, ingested.key_frames)
        found.selected.append(_Selected(clip, offer.candidate(note, chosen=True), offer.ranked, points))

    async def _locate(self, offer: _Offer) -> tuple[LocatedFootage, Verdict]:
        """Locates the file of a clip, and judges the licence again: its own description may state another.

        Raises:
            FootageUnavailableError: there is no usable file, or it may not be used.
        """
        footage, source = offer.ranked.footage, offer.source
        located = await source.locate(footage.id)
        verdict = self._policy.judge(footage.described_by(located.footage), is_own=source.is_own)
        if verdict.refusal:
            raise FootageUnavailableError(verdict.refusal)
        return located, verdict

    async def _other_owner(self, clip: str, use: int = 1) -> str:
        """Reserves a clip; returns words for the other scene that owns it, if one does."""
        audio = self._audio
        return await self._reservations.reserve(audio.project_id, clip, audio.scene, revision=audio.revision, use=use)

    def _footage(self) -> Footage:
        selected, starts = self._placed()
        clips = trim(
            [each.clip for each in selected],
            starts,
            [each.points for each in selected],
            frames=self._frames,
            frame_rate=self._look.frame_rate,
            scene_number=self._scene.scene_number,
        )
        chosen = [
            each.candidate.model_copy(update={"reason": f"{each.candidate.reason}; {_describe_range(clip)}"})
            for each, clip in zip(selected, clips, strict=True)
        ]
        reasons = self._errors if clips else self._errors + self._misses
        return Footage(
            clips=tuple(clips),
            candidates=(*chosen, *self._passed_over)[:_MAX_CANDIDATES],
            fallback=not clips,
            reason="; ".join(dict.fromkeys(reasons))[:_MAX_REASON_CHARS],
            notes=tuple(self._conditions),
        )

    def _placed(self) -> tuple[list[_Selected], list[int]]:
        """Returns the selected clips in order, and the frame at which each begins."""
        selected: list[_Selected] = []
        anchors: list[int | None] = []
        for found in self._beats:
            for number, (each, frame) in enumerate(found.arranged()):
                selected.append(each)
                anchors.append(found.beat.start if number == 0 and frame is None else frame)
        rate = self._look.frame_rate
        available = [available_frames(each.clip, rate) for each in selected]
        return selected, place(anchors, available, frames=self._frames, frame_rate=rate)


def _describe_range(clip: Clip) -> str:
    if clip.facts.still:
        return "a still, shown as long as needed"
    rate = float(clip.facts.rate.fraction)
    begin, end, whole = (frame / rate for frame in (clip.in_frame, clip.out_frame, clip.facts.duration_frames))
    return f"shows {begin:.1f} to {end:.1f} s of {whole:.1f} s"
