"""Joins all segments of a project to the video, and delivers it with its subtitles, credits and script.

A video is stored under the hash of everything that shapes it, so that a redelivery does not make it again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from scenewire.artifacts.result_cache import Results, fingerprint
from scenewire.artifacts.store import ArtifactStore, output_key
from scenewire.artifacts.webapp_export import WebApp, film_path, thumbnail_path
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import (
    NO_VOICE,
    ArtifactRef,
    FootageSourced,
    Music,
    SceneMessage,
    SegmentRendered,
    VideoAssembled,
)
from scenewire_assembly.captions.fonts import Fonts
from scenewire_assembly.failures import disk_errors, scene_errors
from scenewire_assembly.ffmpeg_job import FfmpegJob, FfmpegOnDemand
from scenewire_assembly.job_files import SUBTITLES, VIDEO
from scenewire_assembly.lost_artifacts import remaker_of
from scenewire_assembly.picture.footage.backgrounds import Backgrounds
from scenewire_assembly.progress import Report, no_op, video_progress
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.sound.mix import BackgroundMusic, Levels
from scenewire_assembly.sound.music import MusicCache
from scenewire_assembly.sound.narration_track import NarrationTrack, SceneAudio
from scenewire_assembly.sound.sound_cache import SoundCache
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from scenewire_assembly.video.check import check_video
from scenewire_assembly.video.closing.card import needs_closing
from scenewire_assembly.video.deliverables import video_metadata, write_documents
from scenewire_assembly.video.file_name import video_name
from scenewire_assembly.video.join import join
from scenewire_assembly.video.notes import video_notes
from scenewire_assembly.video.plan import VideoPlan
from scenewire_assembly.video.thumbnail.picture import THUMBNAIL, FootageFrame, choose_footage, make_thumbnail

__all__ = ["VideoStage"]

_CACHE_VERSION: Final = 8
"""Increase it when the same inputs give a different video, so that stored videos of older code are not reused."""


class VideoStage:
    """Makes the video of a project from its segments.

    Args:
        store: holds segments, narrations and music; receives the deliverables.
        ffmpeg: joins, mixes and encodes.
        music: analyses the music of an order.
        segments: renders segments again if workers encoded them with different settings.
        levels: wanted loudness and peak.
        fonts: for writing systems that the bundled font lacks.
        typefaces: folder in which the typefaces of themes are kept; cut there when they are first needed.
        webapp: receives a copy of every video and thumbnail.
    """

    def __init__(
        self,
        store: ArtifactStore,
        ffmpeg: FfmpegOnDemand,
        music: MusicCache,
        segments: SegmentStage,
        *,
        levels: Levels | None = None,
        fonts: Fonts | None = None,
        typefaces: Path = TYPEFACES_DIR,
        webapp: WebApp | None = None,
    ) -> None:
        self._store = store
        self._ffmpeg = ffmpeg
        self._music = music
        self._backgrounds = Backgrounds(store)
        self._segments = segments
        self._levels = levels or Levels()
        self._fonts = fonts or Fonts()
        self._typefaces = typefaces
        self._webapp = webapp
        self._sounds = SoundCache(store, self._levels)
        self._videos = Results(store, "video")

    async def assemble(self, segments: Sequence[SegmentRendered], report: Report = no_op) -> VideoAssembled:
        """Makes, checks and delivers the video.

        Args:
            segments: one for each scene, in any order.
            report: receives the progress.

        Raises:
            PermanentError: `artifact_missing` or `artifact_corrupt`, with the scene; `output_invalid`, if a check of
                the finished video fails.
            TransientError: `storage_full`, `program_timeout` and the like.
        """
        ffmpeg = await self._ffmpeg.executor()
        plan = await self._joinable(_in_order(segments), report)
        encoder_note = await self._segments.encoder_note(plan.segments[0])
        inputs = fingerprint(
            project=str(plan.segments[0].project_id),
            brief=plan.brief,
            scenes=[[segment.scene, segment.narration, segment.footage, segment.segment] for segment in plan.segments],
            closing=plan.closing,
            encoder_note=encoder_note,
            levels=[self._levels.target_lufs, self._levels.peak],
            ffmpeg=ffmpeg.version,
            code=_CACHE_VERSION,
        )
        video = await self._videos.find(inputs, VideoAssembled)
        if video is None:
            async with self._store.scratch() as folder:
                with disk_errors():
                    fonts = self._fonts.prepare(folder, plan.brief.options.language)
                    video = await self._make_video(FfmpegJob(ffmpeg, folder, fonts), plan, report, encoder_note)
            video = await self._videos.save(inputs, video)
        if self._webapp is not None:
            await self._webapp.put(thumbnail_path(video.project_id), await self._store.open(video.thumbnail))
            await self._webapp.put(film_path(video.project_id), await self._store.open(video.video))
        return video.model_copy(update={"revision": plan.segments[0].revision})

    async def remakers(self, segments: Sequence[SegmentRendered]) -> list[SceneMessage]:
        """Returns the messages that have lost or damaged files of scenes made again.

        Args:
            segments: those of the video.

        Raises:
            TransientError: the store is unavailable.
        """
        found = [await remaker_of(self._store, segment) for segment in segments]
        return [message for message in found if message is not None]

    async def _joinable(self, segments: Sequence[SegmentRendered], report: Report) -> VideoPlan:
        """Returns the plan of the video, with its closing, whose pictures join by copying.

        Renders all segments again if workers used different settings, tools or cards.

        Raises:
            TransientError: `output_invalid`, the project got another encoder meanwhile.
        """
        plan = await self._with_closing(segments)
        if len(plan.parameters) > 1:
            plan = await self._with_closing(
                [await self._segments.render(segment.next(FootageSourced), report) for segment in segments]
            )
            if len(plan.parameters) > 1:
                raise TransientError(
                    FailureCode.OUTPUT_INVALID, "the scenes cannot be joined: their decoder parameters differ"
                )
        return plan

    async def _with_closing(self, segments: Sequence[SegmentRendered]) -> VideoPlan:
        plan = VideoPlan(tuple(segments))
        return replace(plan, closing=await self._segments.render_closing(plan)) if needs_closing(plan) else plan

    async def _make_video(self, job: FfmpegJob, plan: VideoPlan, report: Report, encoder_note: str) -> VideoAssembled:
        files: list[Path] = []
        audio: list[SceneAudio] = []
        for segment, place in plan.placed:
            number, narration = segment.scene.scene_number, segment.narration
            with scene_errors(number):
                files.append(await self._store.open(segment.segment.video))
                words = tuple((word.start_sample, word.end_sample) for word in narration.words) or None
                words = () if narration.engine == NO_VOICE else words
                path = await self._store.open(narration.audio)
                audio.append(SceneAudio(number, path, narration.samples, place.frames, words))
        if plan.closing:
            files.append(await self._store.open(plan.closing.video))
        first, brief = plan.segments[0], plan.brief
        await report(video_progress(first, 0.0, "mixing the sound"))
        rate = plan.look.frame_rate
        track = NarrationTrack(tuple(audio), first.narration.sample_rate, rate, plan.closing_frames)
        music = await self._background_music(brief.options.music)
        narrations = [segment.narration.audio for segment in plan.segments]
        sound = await self._sounds.place(job, track, narrations, music, rerun=first.rerun_of("assembly"))
        await report(video_progress(first, 0.5, "joining the scenes"))
        documents = await asyncio.to_thread(write_documents, job.folder, plan)
        subtitled = bool((job.folder / SUBTITLES).stat().st_size)
        await join(job, plan, files, metadata=video_metadata(plan), subtitled=subtitled)
        await report(video_progress(first, 0.7, "checking the file"))
        facts = await check_video(job.folder / VIDEO, plan, subtitled=subtitled)
        frame = await asyncio.to_thread(choose_footage, job.folder / VIDEO, plan)
        background = await self._backgrounds.clip(plan.look)
        if frame is None and background is not None:
            frame = FootageFrame(background, 0)
        footage = None if frame is None else (frame, await self._store.open(frame.clip.file))
        await make_thumbnail(job, plan, self._typefaces, footage)
        await report(video_progress(first, 0.9, "storing the files"))

        async def deliver(name: str, file: str, media_type: str) -> ArtifactRef:
            key = output_key(first.project_id, name, revision=first.revision)
            return await self._store.deliver(key, job.folder / file, media_type)

        return VideoAssembled(
            project_id=first.project_id,
            brief=brief,
            **{name: await deliver(file, file, media_type) for name, (file, media_type) in documents.items()},
            thumbnail=await deliver(THUMBNAIL, THUMBNAIL, "image/jpeg"),
            video=await deliver(video_name(brief.topic), VIDEO, "video/mp4"),
            frames=plan.frames,
            duration=facts.duration,
            video_codec="h264",
            encoder=", ".join(plan.encoders),
            device=", ".join(plan.devices),
            audio_codec="aac",
            loudness=sound.loudness,
            notes=(
                *video_notes(plan, duration=facts.duration, sound=sound, levels=self._levels),
                *filter(None, (encoder_note,)),
            ),
        )

    async def _background_music(self, music: Music | None) -> BackgroundMusic | None:
        if music is None:
            return None
        analysis = await self._music.analyse(music)
        return BackgroundMusic(
            path=await self._store.open(analysis.audio),
            sha256=analysis.audio.sha256,
            samples=analysis.samples,
            lufs=analysis.lufs,
            gain_lu=music.gain,
            duck_db=music.duck,
        )


def _in_order(segments: Sequence[SegmentRendered]) -> list[SegmentRendered]:
    """The segments by scene number.

    Raises:
        PermanentError: `artifact_missing`, if a scene is missing.
    """
    ordered = sorted(segments, key=lambda segment: segment.scene.scene_number)
    found = [segment.scene.scene_number for segment in ordered]
    expected = range(1, ordered[0].brief.scene_count + 1) if ordered else range(1, 2)
    if found != list(expected):
        missing = ", ".join(str(number) for number in expected if number not in found) or "none"
        raise PermanentError(
            FailureCode.ARTIFACT_MISSING, f"the video's segments are incomplete: missing scenes: {missing}"
        )
    return ordered
