"""The footage that a customer chose for a scene."""

from collections.abc import Sequence
from typing import Final

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import (
    OWN_MEDIA,
    AudioRendered,
    Candidate,
    Clip,
    Footage,
    OwnMedia,
    SourceFacts,
    scene_frames,
)
from scenewire.timeline import Duration, FrameRate, Position, Rounding
from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.ingest.ingest import Ingest, IngestedClip
from scenewire_sourcing.providers.base import FootageSource, FootageUnavailableError
from scenewire_sourcing.selection.licence_policy import LicencePolicy
from scenewire_sourcing.selection.placement import place
from scenewire_sourcing.selection.trimming import available_frames, check

__all__ = ["own_footage"]

_REASON: Final = "chosen in the order"
_CREDITS: Final = ("title", "creator", "licence", "source_url")
"""What an order may state about its media."""


async def own_footage(
    audio: AudioRendered, *, sources: Sequence[FootageSource], ingest: Ingest, policy: LicencePolicy
) -> Footage:
    """Returns the media of a scene as its footage, in their order and for equal times.

    The customer's choice wins over the policy: what it would leave out is marked for review.

    Args:
        audio: the scene and its narration.
        sources: those that the scene's media name.
        ingest: copies clips into the artifact store.
        policy: which licences may be used.

    Raises:
        PermanentError: `media_refused`, a file cannot be shown; `artifact_missing` or `artifact_corrupt`.
        TransientError: `provider_refused`, a footage server has no such item or cannot be reached now; the artifact store
            is unavailable.
    """
    number, rate = audio.scene.scene_number, audio.brief.options.look.frame_rate
    frames = scene_frames(audio.brief, audio.scene, audio.narration)
    known = {source.name: source for source in sources}
    found = [
        await _clip(item, f"scene {number}: media {at}", known, ingest, policy)
        for at, item in enumerate(audio.scene.media, 1)
    ]
    whole = [clip for clip, _ in found]
    available = [available_frames(clip, rate) for clip in whole]
    starts = place([None] * len(whole), available, frames=frames, frame_rate=rate)
    clips = [
        _shortened(clip, following - begin, rate).model_copy(update={"start_frame": begin})
        for clip, begin, following in zip(whole, starts, [*starts[1:], frames], strict=True)
    ]
    check([clip.stretch for clip in clips], number)
    notes = dict.fromkeys(condition for _, condition in found if condition)
    return Footage(clips=tuple(clips), candidates=tuple(map(_candidate, clips)), fallback=False, notes=tuple(notes))


async def _clip(
    item: OwnMedia, where: str, sources: dict[str, FootageSource], ingest: Ingest, policy: LicencePolicy
) -> tuple[Clip, str]:
    """Returns an item as a clip, and what its licence asks of the video."""
    name = item.title or item.id or "its file"
    described: FootageFile | None = None
    if item.file is not None:
        try:
            ingested = await ingest.accept_stored(item.file, name=name)
        except FootageUnavailableError as error:
            hint = "order again with another file; mp4, mov, mkv, webm, jpg, png, webp, gif and avif can be shown"
            raise PermanentError(FailureCode.MEDIA_REFUSED, f"{where}: {error}", hint=hint) from error
    else:
        described, ingested = await _fetched(item, where, sources, ingest)
    begin, end = _range(item, ingested.facts, where)
    stated = {name: value for name in _CREDITS if (value := getattr(item, name))}
    if item.licence:
        stated["licence_url"] = ""
    known = FoundFootage(id=item.id or ingested.file.sha256)
    footage = (known if described is None else known.described_by(described)).model_copy(update=stated)
    verdict = policy.judge(footage, is_own=described is None or sources[item.provider or ""].is_own)
    clip = Clip(
        file=ingested.file,
        in_frame=begin,
        out_frame=end,
        facts=ingested.facts,
        source_id=known.id,
        credit=verdict.credit(item.provider or OWN_MEDIA, described.original_name if described else ""),
    )
    return clip, verdict.condition


async def _fetched(
    item: OwnMedia, where: str, sources: dict[str, FootageSource], ingest: Ingest
) -> tuple[FootageFile, IngestedClip]:
    """Returns the description and the file of an item of a footage server."""
    source = sources.get(item.provider or "")
    if source is None:
        hint = "see `scenewire doctor` for the footage servers"
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"{where}: no footage server is called {item.provider}", hint=hint
        )
    try:
        located = await source.locate(item.id or "")
        return located.footage, await ingest.accept(located, owner=source.identity)
    except FootageUnavailableError as error:
        hint = f"check the id {item.id} and the server {source.name}, then order again"
        raise TransientError(FailureCode.PROVIDER_REFUSED, f"{where}: {error}", hint=hint) from error


def _range(item: OwnMedia, facts: SourceFacts, where: str) -> tuple[int, int]:
    """Returns the frames of the source that the order allows."""
    if facts.still:
        return 0, facts.duration_frames
    whole = Position(facts.duration_frames)
    begin = Position.from_seconds(item.start, facts.rate)
    end = whole if item.end is None else min(Position.from_seconds(item.end, facts.rate), whole)
    if begin >= whole:
        lasts = float(whole.as_seconds(facts.rate))
        message = f"{where}: it begins at {item.start:g} s, but the clip has only {lasts:.1f} s"
        raise PermanentError(FailureCode.MEDIA_REFUSED, message, hint="order again with an earlier start")
    return begin.frames, max(end.frames, begin.frames + 1)


def _shortened(clip: Clip, frames: int, frame_rate: int) -> Clip:
    """Ends a clip half a second after its shot, which leaves room for a cross-fade."""
    if clip.facts.still:
        return clip
    needed = Duration(frames + frame_rate // 2).at_rate(FrameRate(frame_rate), clip.facts.rate, Rounding.UP)
    return clip.model_copy(update={"out_frame": min(clip.out_frame, clip.in_frame + needed.frames)})


def _candidate(clip: Clip) -> Candidate:
    return Candidate(
        provider=clip.credit.provider,
        source_id=clip.source_id,
        title=clip.credit.title,
        score=1,
        reason=_REASON,
        chosen=True,
        source_url=clip.credit.source_url,
        kind="still" if clip.facts.still else "clip",
        creator=clip.credit.creator,
        licence=clip.credit.licence,
        licence_url=clip.credit.licence_url,
        original_name=clip.credit.original_name,
        duration=None if clip.facts.still else clip.facts.duration_frames / float(clip.facts.rate.fraction),
    )
