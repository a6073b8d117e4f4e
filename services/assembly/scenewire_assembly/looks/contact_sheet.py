"""Draws one sheet of every theme, design and caption style for a script, so that people choose with their eyes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import av
import numpy as np
import pysubs2
from numpy.typing import NDArray

from scenewire.artifacts.store import ArtifactStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.ffmpeg.command import Command, Input, Output, RawVideo, WorkdirFile
from scenewire.ffmpeg.filters import Chain, Expression, Filter, Graph, Stream
from scenewire.ffmpeg.opening import open_executor
from scenewire.ffmpeg.options import filter_video, limit_frames, map_stream
from scenewire.messages import (
    ArtifactRef,
    CaptionStyle,
    Clip,
    Footage,
    FootageSourced,
    Look,
    Narration,
    Scene,
    ScenesScripted,
    Word,
)
from scenewire.processes.run import Limits
from scenewire.text.markup import one_line
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import cues_of
from scenewire_assembly.captions.fonts import BUNDLED_FAMILY, BUNDLED_FONT, installed_fonts
from scenewire_assembly.designs.drawing import Drawing, Lettering, Span
from scenewire_assembly.designs.faces import faces_over_footage
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.job_files import FONTS, OVERLAY
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.footage.backgrounds import Backgrounds
from scenewire_assembly.picture.footage.scaling import Scaling, scale
from scenewire_assembly.picture.overlays.caption_styles import STYLES, CaptionLayout, ink_over_footage
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.picture.overlays.scrim import scrim_of
from scenewire_assembly.picture.scene_picture import ScenePicture
from scenewire_assembly.picture.segment import link_clips, link_fonts, plan_segment
from scenewire_assembly.picture.segment_command import shot_input
from scenewire_assembly.settings import AssemblySettings
from scenewire_assembly.themes.theme import THEMES
from scenewire_assembly.typefaces.face import Face

__all__ = ["make_contact_sheet"]

_CELL: Final = 480
"""Longer side of a picture, pixels."""

_SIZE: Final = 960
"""Longer side at which pictures are drawn: letters of captions stay readable when they are reduced."""

_GROWN_FRAMES: Final = 6
"""Until a spoken word has its size."""

_GAP: Final = 8
_MAX_COLUMNS: Final = 6
_WORD_S: Final = 0.35
_RATE: Final = 24_000
_NAME: Final = "cell.png"
_BACKDROP: Final = "background.png"

_Picture = NDArray[np.uint8]


async def make_contact_sheet(scripted: ScenesScripted, path: Path, store: ArtifactStore | None = None) -> list[str]:
    """Writes a PNG with a row for each theme and one for the styles of captions.

    Args:
        scripted: the scenes; up to six with different designs are drawn. An own theme and a background of its look have
            a row, too.
        path: the file to write.
        store: has the file of the background, if it is one.

    Returns:
        The name of each row, from the top.

    Raises:
        PermanentError: `invalid_settings`, the own theme has faults; `media_refused`, the background is not usable;
            `font_missing`; `render_failed`.
    """
    settings = AssemblySettings(artifacts_url="file:///")
    ordered = scripted.brief.options.look
    size = _SIZE / max(ordered.width, ordered.height)
    drawn = {"width": round(ordered.width * size / 2) * 2, "height": round(ordered.height * size / 2) * 2}
    designed = {**drawn, "background": None}
    looks = {theme: ordered.model_copy(update={**designed, "theme": theme, "own_theme": ""}) for theme in THEMES}
    if ordered.own_theme:
        looks["own"] = ordered.model_copy(update=designed)
    if ordered.background:
        looks["background"] = ordered.model_copy(update=drawn)
    scenes = _varied(scripted.scenes)
    backgrounds = Backgrounds(store) if store else None
    artist = _Artist(scripted, settings, await backgrounds.clip(ordered) if backgrounds else None, store)
    rows = [[await artist.scene(scene, look, name) for scene in scenes] for name, look in looks.items()]
    rows.append([await artist.captions(scenes[0], ordered.model_copy(update=drawn), style) for style in STYLES])
    await asyncio.to_thread(_write, _sheet(rows), path)
    return [*looks, "captions"]


@dataclass(frozen=True)
class _Artist:
    """Draws single pictures."""

    scripted: ScenesScripted
    settings: AssemblySettings
    background: Clip | None
    store: ArtifactStore | None

    async def scene(self, scene: Scene, look: Look, name: str) -> _Picture:
        """A scene without footage, in the theme of a look or over its background."""
        sourced = _sourced(self.scripted, scene, look)
        with TemporaryDirectory(prefix="scenewire-look-") as folder:
            job = await self._job(Path(folder))
            plan = await plan_segment(job, sourced, Encoder(), self.settings.typefaces_dir)
            if look.background:
                at = plan.picture.frames // 2  # a caption shows
            elif _kind(scene) in {"opening", "chapter"}:
                at = look.frame_rate  # a title stands alone at the beginning
            else:
                at = plan.picture.frames - look.frame_rate  # everything else is complete at the end
            script = _labelled(plan.picture.overlay, look, name)
            ground = await self._behind(job, look)
            if ground is None:
                ground = await asyncio.to_thread(plan.picture.painted, plan.picture.ground_at(at))
            return await _draw(job, look, script, ground, at)

    async def captions(self, scene: Scene, look: Look, style: CaptionStyle) -> _Picture:
        """A style of captions over the background, or over a picture that is light above and dark below."""
        look = Look.model_validate({**look.model_dump(), "caption_style": style, "captions": True})
        sourced = _sourced(self.scripted, scene, look)
        faces = await asyncio.to_thread(faces_over_footage, STYLES[style].typeface, self.settings.typefaces_dir)
        ink = ink_over_footage(faces, scene.text)
        canvas = Canvas(look, sourced.narration.samples * look.frame_rate // _RATE)
        limits, language = CaptionLayout(canvas, ink).limits, self.scripted.brief.options.language
        cues = cues_of(scene.text, sourced.narration, look.frame_rate, limits, language=language)
        if not cues:
            return np.zeros((look.height, look.width, 3), np.uint8)
        with TemporaryDirectory(prefix="scenewire-look-") as folder:
            job = await self._job(Path(folder))
            link_fonts(job, [ink.face.path])
            script = _labelled(overlay_script(canvas, cues, ink), look, style)
            last = cues[0].lines[-1][-1]
            behind = await self._behind(job, look)
            if behind is None:
                scrim, footage = scrim_of(look), _backdrop(look)
                behind = (scrim.shade(footage) if scrim else footage).tobytes()
            return await _draw(job, look, script, behind, last.start + _GROWN_FRAMES)

    async def _behind(self, job: FfmpegJob, look: Look) -> bytes | None:
        """The first frame of the background file of a look, with the shade of its captions; None if it has none."""
        if look.background is None or self.background is None or self.store is None:
            return None
        await link_clips(job, [self.background], [await self.store.open(self.background.file)])
        picture = ScenePicture(look=look, frames=1, encoder=Encoder(), clips=(self.background,), stills=())
        scaled = Scaling(look).shot(self.background, Stream(0, "v"), 1, "shot")
        command = Command(
            inputs=(shot_input(picture, picture.edit.shots[0]),),
            graph=Graph((*scaled, Chain((Filter("format", "rgb24"),), ("shot",), "v"))),
            outputs=(Output(WorkdirFile(_BACKDROP), "image", (map_stream("v"), limit_frames(1))),),
        )
        await job.run(command, Limits(cpu=60))
        shown = await asyncio.to_thread(_read, job.folder / _BACKDROP)
        scrim = scrim_of(look)
        return (scrim.shade(shown) if scrim else shown).tobytes()

    async def _job(self, folder: Path) -> FfmpegJob:
        fonts = installed_fonts(*self.settings.font_folders)
        environment = fonts.prepare(folder, self.scripted.brief.options.language)
        return FfmpegJob(await open_executor(self.settings.ffmpeg), folder, environment)


def _varied(scenes: Sequence[Scene]) -> list[Scene]:
    """Scenes with different designs first, in the order of the script."""
    by_kind: dict[str, Scene] = {}
    for scene in scenes:
        by_kind.setdefault(_kind(scene), scene)
    others = [scene for scene in scenes if scene not in by_kind.values()]
    kept = [*by_kind.values(), *others][:_MAX_COLUMNS]
    return sorted(kept, key=lambda scene: scene.scene_number)


def _kind(scene: Scene) -> str:
    """The design that a scene begins with."""
    return scene.sentences[0].designs[0].kind if scene.sentences else ""


def _sourced(scripted: ScenesScripted, scene: Scene, look: Look) -> FootageSourced:
    """A scene without footage, as if it had been spoken at an even pace."""
    options = scripted.brief.options.model_copy(update={"look": look})
    words = one_line(scene.text).split()
    step = round(_WORD_S * _RATE)
    return FootageSourced(
        project_id=scripted.project_id,
        brief=scripted.brief.model_copy(update={"options": options}),
        scene=scene,
        narration=Narration(
            audio=ArtifactRef(key="none", sha256="0" * 64, size=0, media_type="audio/wav"),
            samples=(len(words) + 4) * step,
            sample_rate=_RATE,
            words=tuple(
                Word(text=word, start_sample=(index + 1) * step, end_sample=(index + 2) * step)
                for index, word in enumerate(words)
            ),
            text=scene.text,
            engine="none",
            voice="none",
        ),
        footage=Footage(fallback=True),
    )


def _labelled(script: str, look: Look, name: str) -> str:
    """The script with the name of the look in the corner."""
    drawing = Drawing(look.frame_rate)
    unit = min(look.width, look.height) / 1080
    face = Face(BUNDLED_FAMILY, BUNDLED_FONT, bold=True)
    lettering = Lettering(face, 44 * unit, "FFFFFF")
    whole = Span(0, 1_000_000)
    x, baseline = look.width - 40 * unit, look.height - 36 * unit
    drawing.text(
        name, x, baseline, lettering, whole, anchor="right", layer=31, tags=f"\\3c&H000000&\\bord{6 * unit:.1f}"
    )
    parsed = pysubs2.SSAFile.from_string(script, "ass")
    parsed.events += drawing.events
    return parsed.to_string("ass")


async def _draw(job: FfmpegJob, look: Look, script: str, ground: bytes, frame: int) -> _Picture:
    """One frame of a script over a ground."""
    (job.folder / OVERLAY).write_text(script, encoding="utf-8")
    chain = (
        Filter("setpts", Expression(f"PTS+{frame}/({look.frame_rate}*TB)")),
        scale(look.width, look.height),
        Filter("format", "yuv444p"),
        Filter("ass", f=OVERLAY, fontsdir=FONTS, shaping="complex"),
        Filter("format", "rgb24"),
    )
    options = (map_stream(Stream(0, "v")), filter_video(Chain(chain)), limit_frames(1))

    async def frames() -> AsyncIterator[bytes]:
        yield ground

    command = Command(
        inputs=(Input(RawVideo("rgb24", look.width, look.height, look.frame_rate)),),
        outputs=(Output(WorkdirFile(_NAME), "image", options),),
    )
    await job.run(command, Limits(cpu=60), stdin=frames())
    return await asyncio.to_thread(_read, job.folder / _NAME, _CELL)


def _backdrop(look: Look) -> _Picture:
    """The colour of the background; else light above, dark below, with stripes: what footage may be."""
    if look.background is not None and look.background.colour is not None:
        colour = np.frombuffer(bytes.fromhex(look.background.colour), np.uint8)
        return np.broadcast_to(colour, (look.height, look.width, 3)).copy()
    down = np.linspace(235, 30, look.height, dtype=np.float32)[:, None]
    across = 18 * np.sin(np.arange(look.width, dtype=np.float32) / 9)[None, :]
    grey = np.clip(down + across, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _read(path: Path, longer_side: int | None = None) -> _Picture:
    """A picture, reduced to a longer side."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        scaled = (longer_side or max(frame.width, frame.height)) / max(frame.width, frame.height)
        size = {"width": round(frame.width * scaled), "height": round(frame.height * scaled)}
        return np.asarray(frame.reformat(**size, format="rgb24", interpolation="LANCZOS").to_ndarray(), np.uint8)


def _sheet(rows: Sequence[Sequence[_Picture]]) -> _Picture:
    height, width, _ = rows[0][0].shape
    columns = max(len(row) for row in rows)
    sheet = np.full((len(rows) * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 3), 255, np.uint8)
    for down, row in enumerate(rows):
        for across, picture in enumerate(row):
            y, x = down * (height + _GAP), across * (width + _GAP)
            sheet[y : y + height, x : x + width] = picture
    return sheet


def _write(sheet: _Picture, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
            stream = container.add_stream("png", rate=1)
            stream.width, stream.height, stream.pix_fmt = sheet.shape[1], sheet.shape[0], "rgb24"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(sheet, format="rgb24")))
            container.mux(stream.encode())
    except OSError as error:
        raise PermanentError(
            FailureCode.INVALID_ORDER, f"{path} cannot be written: {error}", hint="name another file with --out"
        ) from error
