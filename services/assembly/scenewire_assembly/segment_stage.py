"""The work of assembly: a scene becomes a segment, all segments become the film.

Both are kept under the hash of everything that shaped them, so that neither a redelivery nor an edit to another scene
encodes anything twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore, output_key
from scenewire.artifacts.webapp_export import WebApp, film_path, thumbnail_path
from scenewire.errors import FailureCode, PermanentError, about_scene, is_disk_full, storage_failure
from scenewire.ffmpeg.executor import FfmpegExecutor
from scenewire.ffmpeg.opening import open_executor
from scenewire.messages import (
    ArtifactRef,
    Brief,
    Clip,
    FootageSourced,
    Progress,
    Segment,
    SegmentRendered,
    VideoAssembled,
)
from scenewire.observability.logging_setup import redacted
from scenewire.text.markup import one_line
from scenewire_assembly.captions.fonts import font_facts, prepare_fonts
from scenewire_assembly.checks import check_film
from scenewire_assembly.edit import layout_scenes
from scenewire_assembly.ffmpeg_job import Advance
from scenewire_assembly.job_files import FILM, SUBTITLES
from scenewire_assembly.picture.segment import make_segment, plan_segment
from scenewire_assembly.picture.segment_command import Encoder
from scenewire_assembly.sound.loudness import SILENCE
from scenewire_assembly.sound.mix import Accompaniment, Levels, Sounded, Spoken, make_sound
from scenewire_assembly.sound.music import MusicShelf
from scenewire_assembly.video.deliverables import about_film, write_documents
from scenewire_assembly.video.duration_notes import length_notes
from scenewire_assembly.video.file_name import video_name
from scenewire_assembly.video.join import Part, join
from scenewire_assembly.video.thumbnail import THUMBNAIL, choose_moment, take_thumbnail

__all__ = ["AssemblyStage", "Report"]

Report = Callable[[Progress], Awaitable[None]]

_SEGMENT_CODE: Final = 3
_FILM_CODE: Final = 5
"""Raised when the same inputs come out differently, so that what older code stored is not taken for it."""

_LOUDNESS_TOLERANCE: Final = 1.0
"""LU by which a film may miss the wanted loudness without a note."""

_DAMAGE: Final = frozenset({FailureCode.RENDER_FAILED, FailureCode.OUTPUT_INVALID, FailureCode.MEDIA_REFUSED})
"""How a clip that cannot be decoded ends the making of a segment."""

log = structlog.get_logger(__name__)


async def _unmoved(_fraction: float) -> None:
    """Where the progress of a trial goes."""


async def _unheard(_progress: Progress) -> None:
    """Where progress goes when nobody asked for it."""


class AssemblyStage:
    """Renders segments and joins films.

    Args:
        store: where everything is.
        encoder: how pictures are encoded.
        levels: how loud films are.
        open_ffmpeg: gives what runs ffmpeg; asked once.
        webapp: gets every film and its picture too.
        fonts: a folder of fonts for scripts that the product's own font lacks.
    """

    def __init__(
        self,
        store: ArtifactStore,
        *,
        encoder: Encoder | None = None,
        levels: Levels | None = None,
        open_ffmpeg: Callable[[], Awaitable[FfmpegExecutor]] = open_executor,
        webapp: WebApp | None = None,
        fonts: Path | None = None,
    ) -> None:
        self._store = store
        self._fonts = fonts
        self._encoder = encoder or Encoder()
        self._levels = levels or Levels()
        self._open_ffmpeg = open_ffmpeg
        self._webapp = webapp
        self._opened: FfmpegExecutor | None = None
        self._segments = Results(store, "segment")
        self._films = Results(store, "film")
        self._shelf = MusicShelf(store)

    async def prepare(self) -> None:
        """Finds ffmpeg, so that a host without it says so at its start.

        Raises:
            PermanentError: `program_missing`.
        """
        await self._ffmpeg()

    async def render(self, sourced: FootageSourced, report: Report = _unheard) -> SegmentRendered:
        """The segment of one scene: exactly as many frames as its narration needs, without sound.

        A clip that turns out damaged is left out; without any other, a background is painted. A note says so.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt` for narration or clips, `render_failed`,
                `output_invalid`; names the scene, like every error from here.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        number = sourced.scene.scene_number

        async def advance(fraction: float) -> None:
            await report(_progress(sourced, number, fraction))

        if number == 1 and sourced.brief.options.music is not None:
            with _disk_errors():  # and rather now than when all scenes are done
                await self._shelf.hear(await self._ffmpeg(), sourced.brief.options.music)
        with _about(number):
            await self._store.open(sourced.narration.audio)  # rather now than when all other scenes are done
            try:
                segment = await self._segment(sourced, advance)
            except PermanentError as error:
                sourced = await self._without_damage(sourced, error)
                segment = await self._segment(sourced, advance)
        return sourced.next(SegmentRendered, segment=segment)

    async def _segment(self, sourced: FootageSourced, advance: Advance) -> Segment:
        """Returns the stored segment of a scene, or a new one that is stored first."""
        ffmpeg = await self._ffmpeg()
        async with self._store.scratch() as folder:
            environment = prepare_fonts(folder, self._fonts)
            plan = await plan_segment(ffmpeg, sourced, self._encoder, folder, environment)
            inputs = fingerprint(
                arguments=plan.command.build(),
                script=plan.script,
                fonts=await asyncio.to_thread(font_facts, self._fonts) if plan.script else [],
                clips=[clip.file.sha256 for clip in plan.clips],
                background=[plan.background.topic, plan.background.scene_number] if plan.background else None,
                ffmpeg=ffmpeg.version,
                code=_SEGMENT_CODE,
            )
            segment = await self._segments.find(inputs, Segment)
            if segment is None:
                clips = [await self._store.open(clip.file) for clip in plan.clips]
                path, parameters = await make_segment(ffmpeg, plan, clips, folder, advance)
                video = await self._store.add(path, "video/mp4")
                made = Segment(video=video, frames=plan.frames, parameters=parameters, notes=plan.notes)
                segment = await self._segments.save(inputs, made)
        return segment

    async def _without_damage(self, sourced: FootageSourced, error: PermanentError) -> FootageSourced:
        """The scene without those of its clips of which no segment can be made, and with a note that says so.

        Sourcing measures whole files and looks at first pictures; that a later one is damaged shows only here.

        Raises:
            PermanentError: the error itself, when no clip is to blame.
        """
        footage = sourced.footage
        if error.code not in _DAMAGE or not footage.clips:
            raise error
        fit = [one for one in footage.clips if len(footage.clips) > 1 and await self._shows(sourced, one)]
        if len(fit) == len(footage.clips):
            raise error
        unfit = ", ".join(f"“{one_line(one.credit.title)}”" for one in footage.clips if one not in fit)
        number, instead = sourced.scene.scene_number, "it is left out" if fit else "a background is painted instead"
        # What ffmpeg said differs from run to run, and must not be in what is derived from.
        log.warning("clip_cannot_be_shown", scene_number=number, clips=unfit, reason=redacted(error.message))
        note = f"Scene {number}: {unfit} cannot be decoded to its end; {instead}."
        kept = footage.model_copy(
            update={
                "clips": tuple(fit),
                "fallback": not fit,
                "reason": footage.reason if fit else note,
                "notes": _merged([*footage.notes, note]),
            }
        )
        return sourced.model_copy(update={"footage": kept})

    async def _shows(self, sourced: FootageSourced, clip: Clip) -> bool:
        """Whether a segment can be made of one clip alone."""
        alone = sourced.footage.model_copy(update={"clips": (clip,)})
        try:
            await self._segment(sourced.model_copy(update={"footage": alone}), _unmoved)
        except PermanentError as error:
            if error.code not in _DAMAGE:
                raise
            return False
        return True

    async def assemble(self, segments: Sequence[SegmentRendered], report: Report = _unheard) -> VideoAssembled:
        """The film of all its segments, verified and delivered.

        Args:
            segments: one for each scene, in any order.
            report: gets the progress.

        Raises:
            PermanentError: a scene or its file is missing, named; `output_invalid`, the film is not what was wanted.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        ffmpeg = await self._ffmpeg()
        segments = await self._joinable(_in_order(segments), report)
        brief = segments[0].brief
        inputs = fingerprint(
            project=str(segments[0].project_id),
            brief=brief,
            scenes=[[segment.scene, segment.narration, segment.footage, segment.segment] for segment in segments],
            levels=[self._levels.target_lufs, self._levels.peak],
            ffmpeg=ffmpeg.version,
            code=_FILM_CODE,
        )
        film = await self._films.find(inputs, VideoAssembled)
        if film is None:
            async with self._store.scratch() as folder:
                with _disk_errors():
                    film = await self._make_film(ffmpeg, folder, segments, brief, report)
            film = await self._films.save(inputs, film)
        if self._webapp is not None:
            await self._webapp.put(thumbnail_path(film.project_id), await self._store.open(film.thumbnail))
            await self._webapp.put(film_path(film.project_id), await self._store.open(film.video))
        return film.model_copy(update={"revision": segments[0].revision})

    async def _joinable(self, segments: list[SegmentRendered], report: Report) -> list[SegmentRendered]:
        """The segments themselves; rendered again here where workers with other settings or tools took part."""
        if len({segment.segment.parameters for segment in segments}) > 1:
            segments = [await self.render(segment.next(FootageSourced), report) for segment in segments]
        return segments

    async def _make_film(
        self, ffmpeg: FfmpegExecutor, folder: Path, segments: Sequence[SegmentRendered], brief: Brief, report: Report
    ) -> VideoAssembled:
        look, first = brief.options.look, segments[0]
        places = layout_scenes([segment.segment.frames for segment in segments])
        parts: list[Part] = []
        spoken: list[Spoken] = []
        for segment, at in zip(segments, places, strict=True):
            number, narration = segment.scene.scene_number, segment.narration
            with _about(number):
                parts.append(Part(number, await self._store.open(segment.segment.video), at))
                words = tuple((word.start_sample, word.end_sample) for word in narration.words)
                audio = await self._store.open(narration.audio)
                spoken.append(Spoken(number, audio, narration.samples, at.frames, words))
        await report(_progress(first, None, 0.0, "sound"))
        sounded = await make_sound(
            ffmpeg,
            folder,
            spoken,
            sample_rate=first.narration.sample_rate,
            frame_rate=look.frame_rate,
            levels=self._levels,
            music=await self._accompaniment(brief),
        )
        await report(_progress(first, None, 0.5, "joining"))
        documents = await asyncio.to_thread(write_documents, folder, segments, places, brief)
        subtitled = bool((folder / SUBTITLES).stat().st_size)
        await join(ffmpeg, folder, parts, brief.options, about=about_film(segments, places, brief), subtitled=subtitled)
        await report(_progress(first, None, 0.7, "checking"))
        facts = await check_film(folder / FILM, look, places[-1].end, chapters=len(segments), subtitled=subtitled)
        moment = await asyncio.to_thread(choose_moment, folder / FILM, places, look.frame_rate)
        await take_thumbnail(ffmpeg, folder, moment, look)
        await report(_progress(first, None, 0.9, "delivering"))

        length = length_notes(brief, [segment.scene for segment in segments], facts.duration)

        async def deliver(name: str, file: str, media_type: str) -> ArtifactRef:
            return await self._store.deliver(output_key(first.project_id, name), folder / file, media_type)

        return VideoAssembled(
            project_id=first.project_id,
            brief=brief,
            **{name: await deliver(file, file, media_type) for name, (file, media_type) in documents.items()},
            thumbnail=await deliver(THUMBNAIL, THUMBNAIL, "image/jpeg"),
            video=await deliver(video_name(brief.topic), FILM, "video/mp4"),
            frames=places[-1].end,
            duration=facts.duration,
            video_codec="h264",
            audio_codec="aac",
            loudness=sounded.loudness,
            notes=(*_stage_notes(segments), *length, *self._sound_notes(sounded)),
        )

    async def _accompaniment(self, brief: Brief) -> Accompaniment | None:
        music = brief.options.music
        if music is None:
            return None
        heard = await self._shelf.hear(await self._ffmpeg(), music)
        piece = await self._store.open(heard.sound)
        return Accompaniment(piece=piece, samples=heard.samples, lufs=heard.lufs, gain=music.gain, duck=music.duck)

    def _sound_notes(self, sounded: Sounded) -> list[str]:
        notes = [] if sounded.spoken else ["The narration is silent."]
        lufs, peak = sounded.loudness.integrated_lufs, sounded.loudness.true_peak_dbtp
        if lufs > SILENCE and abs(lufs - self._levels.target_lufs) > _LOUDNESS_TOLERANCE:
            notes.append(f"The film measures {lufs} LUFS; {self._levels.target_lufs} were wanted.")
        if peak > self._levels.peak:
            notes.append(f"The film's true peak is {peak} dBTP; at most {self._levels.peak} was wanted.")
        return notes

    async def _ffmpeg(self) -> FfmpegExecutor:
        if self._opened is None:
            self._opened = await self._open_ffmpeg()
        return self._opened


def _in_order(segments: Sequence[SegmentRendered]) -> list[SegmentRendered]:
    ordered = sorted(segments, key=lambda segment: segment.scene.scene_number)
    there = [segment.scene.scene_number for segment in ordered]
    wanted = range(1, ordered[0].brief.scene_count + 1) if ordered else range(1, 2)
    if there != list(wanted):
        lacking = ", ".join(str(number) for number in wanted if number not in there) or "none"
        raise PermanentError(
            FailureCode.ARTIFACT_MISSING, f"the film's segments are not complete: missing scenes: {lacking}"
        )
    return ordered


def _stage_notes(segments: Sequence[SegmentRendered]) -> tuple[str, ...]:
    """Notes of all stages before the join, each once."""
    carried = [
        note
        for scene in segments
        for result in (scene.narration, scene.footage, scene.segment)
        for note in result.notes
    ]
    return _merged([*segments[0].brief.notes, *carried])


def _merged(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))


def _progress(
    message: FootageSourced | SegmentRendered, scene: int | None, fraction: float, detail: str = ""
) -> Progress:
    return Progress(
        project_id=message.project_id,
        stage="assembly",
        scene_number=scene,
        state="working",
        fraction=fraction,
        detail=detail,
    )


@contextmanager
def _about(scene_number: int) -> Iterator[None]:
    """Names the scene in every failure, a full disk included."""
    with about_scene(scene_number), _disk_errors():
        yield


@contextmanager
def _disk_errors() -> Iterator[None]:
    """A job's folder lies on the artifacts' disk: when that is full, waiting may help."""
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise storage_failure(error, "the folder of the job cannot be written") from error
