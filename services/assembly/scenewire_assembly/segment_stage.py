"""Renders the segment of one scene.

A segment is stored under the hash of everything that shapes it: neither a redelivery nor a change to another scene
encodes it again.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import structlog

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import Clip, FootageSourced, SceneMessage, Segment, SegmentRendered
from scenewire.observability.logging_setup import redacted
from scenewire.text.markup import one_line
from scenewire_assembly.captions.fonts import Fonts
from scenewire_assembly.encoders.agreement import EncoderAgreement
from scenewire_assembly.encoders.metrics import realtime_factor_of_this_process
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.failures import disk_errors, scene_errors
from scenewire_assembly.ffmpeg_job import Advance, FfmpegJob, FfmpegOnDemand
from scenewire_assembly.lost_artifacts import remaker_of
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.footage.backgrounds import Backgrounds, background_errors
from scenewire_assembly.picture.scene_picture import ScenePicture
from scenewire_assembly.picture.segment import SegmentPlan, make_segment, plan_segment
from scenewire_assembly.picture.segment_command import segment_command
from scenewire_assembly.progress import Report, no_op, scene_progress
from scenewire_assembly.sound.music import MusicCache
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from scenewire_assembly.video.closing.segment import plan_closing
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["SegmentStage"]

_CACHE_VERSION: Final = 6
"""Increase it when the same inputs give a different segment, so that stored segments of older code are not reused."""

_DAMAGE: Final = frozenset({FailureCode.RENDER_FAILED, FailureCode.OUTPUT_INVALID, FailureCode.MEDIA_REFUSED})
"""Failures that a clip causes when it cannot be decoded."""

log = structlog.get_logger(__name__)


class SegmentStage:
    """Renders one scene at a time.

    Args:
        store: holds narrations, clips, music and segments.
        ffmpeg: encodes the segments.
        music: analyses the music of an order.
        encoders: finds the encoder of a project; None encodes all with x264.
        fonts: for writing systems that the bundled font lacks.
        typefaces: folder in which the typefaces of themes are kept; cut there when they are first needed.
    """

    def __init__(
        self,
        store: ArtifactStore,
        ffmpeg: FfmpegOnDemand,
        music: MusicCache,
        *,
        encoders: EncoderAgreement | None = None,
        fonts: Fonts | None = None,
        typefaces: Path = TYPEFACES_DIR,
    ) -> None:
        self._store = store
        self._ffmpeg = ffmpeg
        self._music = music
        self._backgrounds = Backgrounds(store)
        self._encoders = encoders or EncoderAgreement(store, EncoderSelector(ffmpeg))
        self._fonts = fonts or Fonts()
        self._typefaces = typefaces
        self._segments = Results(store, "segment")

    async def check_order(self, sourced: FootageSourced) -> None:
        """Checks music and background with the first scene, so that unusable ones fail the project before it is encoded.

        Raises:
            PermanentError: `artifact_missing`, `artifact_corrupt` or `media_refused`, for music or background.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        options = sourced.brief.options
        if sourced.scene.scene_number == 1:
            with disk_errors():
                if options.music is not None:
                    await self._music.analyse(options.music)
                await self._backgrounds.clip(options.look)

    async def render(self, sourced: FootageSourced, report: Report = no_op) -> SegmentRendered:
        """Renders the segment of a scene: exactly as many frames as its narration needs, without sound.

        Leaves out damaged clips and adds a note about each. A scene without clips has the ordered background, or designs
        on a generated one.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt` for narration, clips or background, `media_refused` for
                music or background, `font_missing`, `render_failed`, `output_invalid`. Every message names the scene, or
                the file of the order.
            HandoverError: the project's encoder is that of another worker.
            TransientError: `storage_full`, `program_timeout` and the like.
        """

        async def advance(fraction: float) -> None:
            await report(scene_progress(sourced, fraction))

        await self.check_order(sourced)
        with scene_errors(sourced.scene.scene_number):
            await self._store.open(sourced.narration.audio)  # a missing narration fails before the encode
            encoder = (await self._encoders.encoder_for(sourced)).encoder
            try:
                segment = await self._segment(sourced, encoder, advance)
            except PermanentError as error:
                sourced = await self._without_damaged_clips(sourced, encoder, error)
                segment = await self._segment(sourced, encoder, advance)
        return sourced.next(SegmentRendered, segment=segment)

    async def remakers(self, sourced: FootageSourced) -> list[SceneMessage]:
        """Returns the messages that have lost or damaged files of a scene made again.

        Raises:
            TransientError: the store is unavailable.
        """
        return [remaker] if (remaker := await remaker_of(self._store, sourced)) is not None else []

    async def encoder_note(self, segment: SegmentRendered) -> str:
        """Returns why a project has another encoder than it was begun with; empty if it has not.

        Raises:
            HandoverError: the project's encoder is that of another worker.
            TransientError: the store is unavailable.
        """
        return (await self._encoders.encoder_for(segment)).note

    async def render_closing(self, video: VideoPlan) -> Segment:
        """Renders the closing card of a video with the encoder and the settings of its segments.

        Raises:
            PermanentError: `font_missing`, `render_failed`, `output_invalid`.
            HandoverError: the project's encoder is that of another worker.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        ffmpeg = await self._ffmpeg.executor()
        language = video.brief.options.language
        with disk_errors():
            async with self._store.scratch() as folder:
                job = FfmpegJob(ffmpeg, folder, self._fonts.prepare(folder, language))
                encoder = (await self._encoders.encoder_for(video.segments[0])).encoder
                plan = await plan_closing(job, video, encoder, self._typefaces)
                rerun = video.segments[0].rerun_of("assembly")
                return await self._made(job, plan, language, no_op, rerun)

    async def _segment(self, sourced: FootageSourced, encoder: Encoder, advance: Advance) -> Segment:
        ffmpeg = await self._ffmpeg.executor()
        language = sourced.brief.options.language
        async with self._store.scratch() as folder:
            job = FfmpegJob(ffmpeg, folder, self._fonts.prepare(folder, language))
            shown = await self._backgrounds.behind(sourced)
            with nullcontext() if shown is sourced else background_errors():
                plan = await plan_segment(job, shown, encoder, self._typefaces)
                return await self._made(job, plan, language, advance, sourced.rerun_of("assembly"))

    async def _made(
        self, job: FfmpegJob, plan: SegmentPlan, language: str, advance: Advance, rerun: Mapping[str, str]
    ) -> Segment:
        """Returns the stored segment of a plan, or encodes and stores it; `rerun` is part of its fingerprint."""
        picture, encoder = plan.picture, plan.picture.encoder
        # Cards of other kinds, and other drivers, make other bytes and may make other decoder parameters.
        card = {"device": encoder.device} if encoder.is_hardware else {}
        inputs = fingerprint(
            arguments=segment_command(picture).build(),
            script=picture.overlay,
            fonts=await asyncio.to_thread(self._fonts.facts, language) if picture.overlay else [],
            clips=[clip.file.sha256 for clip in picture.clips],
            grounds=[] if picture.clips else [_ground_facts(still.ground) for still in picture.stills],
            shade=None if picture.clips or picture.scrim is None else asdict(picture.scrim),
            ffmpeg=job.ffmpeg.version,
            code=_CACHE_VERSION,
            **card,
            **rerun,
        )
        segment = await self._segments.find(inputs, Segment)
        if segment is None:
            clips = [await self._store.open(clip.file) for clip in picture.clips]
            started = time.perf_counter()
            path, parameters = await self._encoded(job, picture, clips, advance)
            factor = picture.frames / picture.look.frame_rate / (time.perf_counter() - started)
            realtime_factor_of_this_process().labels(encoder.name).observe(factor)
            video = await self._store.add(path, "video/mp4")
            made = Segment(
                video=video,
                frames=picture.frames,
                parameters=parameters,
                undrawable=plan.undrawable,
                has_map=picture.has_map,
                encoder=encoder.name,
                device=encoder.device,
            )
            segment = await self._segments.save(inputs, made)
        return segment

    async def _encoded(
        self, job: FfmpegJob, picture: ScenePicture, clips: Sequence[Path], advance: Advance
    ) -> tuple[Path, str]:
        """See `make_segment`. A card that fails is not taken for a damaged clip.

        Raises:
            TransientError: also `program_failed`, the card does not encode any more.
        """
        try:
            return await make_segment(job, picture, clips, advance)
        except PermanentError:
            if picture.encoder.is_hardware:
                await self._encoders.selector.require_working(picture.encoder)
            raise

    async def _without_damaged_clips(
        self, sourced: FootageSourced, encoder: Encoder, error: PermanentError
    ) -> FootageSourced:
        """Returns the scene without its damaged clips, and with a note about them; unchanged if no clip caused the error.

        Sourcing measures files and decodes their first frames; damage further on shows only here. Where no clip is
        damaged, ffmpeg itself crashed or wrote nothing, and may succeed at the second attempt.

        Raises:
            PermanentError: the given error, if a second attempt is in vain.
        """
        footage = sourced.footage
        if error.code not in _DAMAGE:
            raise error
        good = [
            clip
            for clip in footage.clips
            if len(footage.clips) > 1 and await self._renders_alone(sourced, encoder, clip)
        ]
        if len(good) == len(footage.clips):
            log.warning("encode_repeated", scene_number=sourced.scene.scene_number, reason=redacted(error.message))
            return sourced
        damaged = ", ".join(f"“{one_line(clip.credit.title)}”" for clip in footage.clips if clip not in good)
        number, outcome = sourced.scene.scene_number, "it is left out" if good else "a background is generated instead"
        # The reason differs from run to run. The note must not: stored results are found by its text.
        log.warning("clip_cannot_be_decoded", scene_number=number, clips=damaged, reason=redacted(error.message))
        note = f"Scene {number}: {damaged} cannot be decoded to its end; {outcome}."
        kept = footage.model_copy(
            update={
                "clips": tuple(good),
                "fallback": not good,
                "reason": footage.reason if good else note,
                "notes": tuple(dict.fromkeys([*footage.notes, note])),
            }
        )
        return sourced.model_copy(update={"footage": kept})

    async def _renders_alone(self, sourced: FootageSourced, encoder: Encoder, clip: Clip) -> bool:
        """Whether a segment can be made of this clip alone."""
        alone = sourced.footage.model_copy(update={"clips": (clip,)})
        try:
            await self._segment(sourced.model_copy(update={"footage": alone}), encoder, no_op)
        except PermanentError as error:
            if error.code not in _DAMAGE:
                raise
            return False
        return True


def _ground_facts(ground: Ground) -> list[Any]:
    shown = None if ground.map is None else asdict(ground.map)
    return [ground.theme.model_dump(mode="json"), ground.variant, ground.quiet, shown]
