"""Writes docs/pictures: looks, fits, caption styles, themes and scripts, made by the assembly service.

scripts/look_pictures.py [folder of fonts]

The footage is generated. Scripts without a font on this machine are left out of their sheet; Debian's fonts-noto-core
and fonts-noto-cjk have all of them.
"""

import asyncio
import sys
import wave
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import av
import numpy as np
from numpy.typing import NDArray

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.messages import (
    Brief,
    Clip,
    Credit,
    Design,
    DesignedSentence,
    Enumeration,
    Footage,
    FootageSourced,
    Look,
    Narration,
    Options,
    Quantity,
    Scene,
    SourceFacts,
    Statement,
    Word,
    YearOnLine,
)
from scenewire.probe.probe import probe_media
from scenewire.processes.run import run_program
from scenewire_assembly.captions.fonts import installed_fonts
from scenewire_assembly.encoders.agreement import EncoderAgreement
from scenewire_assembly.encoders.selection import EncoderSelector
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.segment_stage import SegmentStage
from scenewire_assembly.sound.music import MusicCache

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"

_PROJECT: Final = UUID(int=0, version=4)
_RATE: Final = 24_000
_SECONDS: Final = 4
_WIDE: Final = {"width": 1280, "height": 720}
_TALL: Final = {"width": 720, "height": 1280}
_SQUARE: Final = {"width": 960, "height": 960}
_TEXT: Final = "Above the last ridge the morning light finds 12 000 wild tea trees."
_TITLE: Final = "The mountains of tea"
_STYLES: Final = ("clean", "pop", "box", "karaoke", "minimal")
_DESIGNS: Final[tuple[tuple[str, Design], ...]] = (
    (
        "Tea has no season, because it grows all year.",
        Statement(head="Tea has no season,", rest="because it grows all year.", emphasis="no season"),
    ),
    (
        "Today some 12,000 wild trees still grow there.",
        Quantity(lead="Today some", number="12,000", unit="wild trees"),
    ),
    (
        "The first leaves reached London in 1657.",
        YearOnLine(year=1657, clause="The first leaves reached London", years=(1610, 1657, 1773, 1908)),
    ),
    (
        "It is drunk with milk, with mint, with butter or plain.",
        Enumeration(title="It is drunk", items=("with milk", "with mint", "with butter", "plain")),
    ),
)
_LANGUAGES: Final = {
    "el": ("Το τσάι", "Το φως του πρωινού βρίσκει 12 000 άγρια δέντρα τσαγιού."),
    "ru": ("Горы чая", "Утренний свет находит 12 000 диких чайных деревьев."),
    "ar": ("جبال الشاي", "يجد ضوء الصباح 12 ألف شجرة شاي برية، كما تقول BBC News اليوم."),
    "he": ("הרי התה", "אור הבוקר מוצא 12 אלף עצי תה בר מעל הרכס האחרון."),
    "hi": ("चाय के पहाड़", "सुबह की रोशनी क्षत्रियों के पहाड़ों पर 12 हज़ार जंगली चाय के पेड़ ढूँढ लेती है।"),
    "th": ("ภูเขาแห่งชา", "แสงยามเช้าส่องเหนือสันเขาสุดท้ายและพบต้นชาป่าหนึ่งหมื่นสองพันต้นที่เติบโตมานานกว่าพันปี"),
    "ja": ("お茶の山", "朝の光が最後の尾根の上で、一万二千本の野生のチャノキを見つけます。お茶はここで始まりました。"),
    "zh": ("茶山", "清晨的阳光照在最后一道山脊上，照亮了一万二千棵野生茶树。茶的故事就从这里开始。"),
    "ko": ("차의 산", "아침 햇살이 마지막 능선 위에서 야생 차나무 만 이천 그루를 찾아냅니다."),
}

_Picture = NDArray[np.uint8]


class Studio:
    """Makes scenes with the segment stage."""

    def __init__(self, folder: Path, fonts: Path | None) -> None:
        self._folder = folder
        self._store = FilesystemStore(folder / "store")
        encoder = Encoder(preset="ultrafast", crf=12)
        ffmpeg = FfmpegOnDemand()
        music = MusicCache(self._store, ffmpeg)
        encoders = EncoderAgreement(self._store, EncoderSelector(ffmpeg, settings=encoder))
        self._stage = SegmentStage(self._store, ffmpeg, music, encoders=encoders, fonts=installed_fonts(fonts))

    async def clip(self, width: int, height: int) -> Clip:
        """Generated footage of this size."""
        path = self._folder / f"{width}x{height}.mp4"
        arguments = ["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "5"]
        output = ["-vf", "scale=out_color_matrix=bt709", "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-crf", "12"]
        frames = b"".join(_landscape(width, height, at / 5).tobytes() for at in range(5 * _SECONDS))
        ffmpeg = (await find_ffmpeg()).path
        await run_program([ffmpeg, *arguments, "-i", "-", *output, path], timeout=120, stdin=frames)
        found = (await probe_media(path)).video
        if found is None:
            raise RuntimeError(path.name)
        facts = SourceFacts(
            width=width,
            height=height,
            frame_rate_numerator=5,
            frame_rate_denominator=1,
            duration_frames=found.frames,
            video_codec=found.codec,
            matrix=1,
        )
        return Clip(
            file=await self._store.add(path, "video/mp4"),
            in_frame=0,
            out_frame=found.frames,
            facts=facts,
            source_id="drawn",
            credit=Credit(provider="drawn", title="A landscape"),
        )

    async def picture(
        self,
        look: Look,
        second: float,
        *,
        clips: Sequence[Clip] = (),
        number: int = 1,
        title: str = _TITLE,
        text: str = _TEXT,
        language: str = "en",
        designs: tuple[Design, ...] = (),
    ) -> tuple[_Picture, tuple[str, ...]]:
        """One frame of a scene, and the notes about the scene."""
        scene = Scene(
            id=_PROJECT,
            scene_number=number,
            text=text,
            footage_query=title,
            sentences=(DesignedSentence(text=text, designs=designs),) if designs else (),
            estimated_duration=_SECONDS,
        )
        brief = Brief(topic=title, title=title, scene_count=5, options=Options(language=language, look=look))
        sourced = FootageSourced(
            project_id=_PROJECT,
            brief=brief,
            scene=scene,
            narration=await self._narration(text),
            footage=Footage(clips=tuple(clips), fallback=not clips),
        )
        rendered = await self._stage.render(sourced)
        with av.open(str(await self._store.open(rendered.segment.video))) as container:
            wanted = round(second * look.frame_rate)
            frame = next(frame for at, frame in enumerate(container.decode(video=0)) if at == wanted)
            return np.asarray(frame.to_ndarray(format="rgb24")), rendered.segment.notes

    async def _narration(self, text: str) -> Narration:
        path = self._folder / "narration.wav"
        samples = _SECONDS * _RATE
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_RATE)
            file.writeframes(bytes(2 * samples))
        words = text.split() if " " in text else []
        word_samples = samples // max(1, len(words))
        return Narration(
            audio=await self._store.add(path, "audio/wav"),
            samples=samples,
            sample_rate=_RATE,
            words=tuple(
                Word(text=word, start_sample=at * word_samples, end_sample=(at + 1) * word_samples)
                for at, word in enumerate(words)
            ),
            text=text,
            engine="none",
            voice="none",
        )


def _landscape(width: int, height: int, seconds: float) -> _Picture:
    """Hills in front of a rising sun."""
    across, down = np.arange(width) / height, np.arange(height)[:, None] / height
    low, high = np.array([250, 190, 120]), np.array([70, 120, 180])
    sky = low + (high - low) * np.clip(1 - down * 1.6, 0, 1)[..., None]
    sun = np.hypot(across[None, :] - 0.62 * width / height, down - 0.36)
    glow = np.exp(-np.square(sun / 0.22))[..., None] * 70 + (sun < 0.06)[..., None] * 60
    picture = sky + glow
    for layer in range(5):
        depth = (layer + 1) / 5
        place = across * (2.2 - depth) + seconds * 0.03 * depth + layer * 1.7
        ridge = (
            0.42
            + 0.11 * layer
            + (np.sin(place * 2.1) * 0.07 + np.sin(place * 5.3 + 1) * 0.03 + np.sin(place * 13) * 0.008) * (1.4 - depth)
        )
        colour = np.array([150, 165, 160]) * (1 - depth) + np.array([28, 62, 48]) * depth
        edge = np.clip((down - ridge[None, :]) * height / 2, 0, 1)[..., None]
        mist = 1 + 0.5 * (1 - depth) * np.clip(1 - (down - ridge[None, :]) * 4, 0, 1)[..., None]
        picture = picture * (1 - edge) + colour * mist * edge
    painted: _Picture = np.clip(picture, 0, 255).astype(np.uint8)
    return painted


def _sheet(rows: Sequence[Sequence[_Picture]], height: int, gap: int = 10) -> _Picture:
    """A sheet of pictures on white; all rows have the same height."""
    lines = []
    for row in rows:
        shrunk = [_resized(picture, height) for picture in row]
        bar = np.full((height, gap, 3), 255, np.uint8)
        lines.append(np.hstack([part for picture in shrunk for part in (picture, bar)][:-1]))
    wide = max(line.shape[1] for line in lines)
    padded = [np.pad(line, ((0, gap), (0, wide - line.shape[1]), (0, 0)), constant_values=255) for line in lines]
    return np.vstack(padded)[:-gap]


def _resized(picture: _Picture, height: int) -> _Picture:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(frame.reformat(width=width, height=height, interpolation="LANCZOS").to_ndarray(format="rgb24"))


async def _write(name: str, sheet: _Picture) -> None:
    height, width, _ = sheet.shape
    size = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    path = FOLDER / f"{name}.webp"
    ffmpeg = (await find_ffmpeg()).path
    command: list[str | Path] = [ffmpeg, "-v", "error", "-y", *size, "-i", "-", "-quality", "72", path]
    done = await run_program(command, timeout=60, stdin=sheet.tobytes())
    if done.returncode:
        raise RuntimeError(done.stderr)
    print(f"{path.name}: {width}x{height}, {path.stat().st_size // 1000} kB")


async def _draw(studio: Studio) -> None:
    wide, tall = await studio.clip(1280, 720), await studio.clip(720, 1280)

    async def frame(look: Look, second: float = 1.6, clips: Sequence[Clip] = (wide,), **rest: object) -> _Picture:
        return (await studio.picture(look, second, clips=clips, **rest))[0]  # type: ignore[arg-type]

    await _write("looks", _sheet([[await frame(Look(**size)) for size in (_WIDE, _TALL, _SQUARE)]], 360))
    plain = {"captions": False, "title": False}
    fits = [await frame(Look(**_TALL, **plain, fit=fit)) for fit in ("cover", "pad", "blur")]
    fits += [await frame(Look(**_WIDE, **plain, fit=fit), clips=(tall,)) for fit in ("pad", "blur")]
    await _write("fits", _sheet([fits], 300))
    rows = [
        [await frame(Look(**size, title=False, caption_style=style), number=2) for style in _STYLES]
        for size in (_WIDE, _TALL)
    ]
    await _write("captions-wide", _sheet([rows[0][:3], rows[0][3:]], 225))
    await _write("captions-tall", _sheet([rows[1]], 400))
    themes = [
        [
            await frame(
                Look.model_validate(_WIDE | {"theme": theme}), 3.5, (), number=number, text=text, designs=(design,)
            )
            for number, (text, design) in enumerate(_DESIGNS, start=2)
        ]
        for theme in ("atlas", "poster", "grid", "press")
    ]
    await _write("themes", _sheet(themes, 170))
    text, design = _DESIGNS[1]
    shapes = [
        await frame(Look.model_validate(size | {"theme": theme}), 3.5, (), number=3, text=text, designs=(design,))
        for size, theme in ((_WIDE, "press"), (_TALL, "atlas"), (_SQUARE, "grid"))
    ]
    await _write("themes-shapes", _sheet([shapes], 300))
    scripts: list[_Picture] = []
    for language, (title, text) in _LANGUAGES.items():
        look = Look(**(_WIDE | {"width": 960}))
        picture, notes = await studio.picture(look, 1.6, clips=(wide,), title=title, text=text, language=language)
        if notes:
            print(f"{language}: {notes[0]}")
        else:
            scripts.append(picture)
    await _write("scripts", _sheet([scripts[at : at + 3] for at in range(0, len(scripts), 3)], 240))


def main() -> None:
    """Writes all sheets."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        asyncio.run(_draw(Studio(Path(folder), Path(sys.argv[1]) if sys.argv[1:] else None)))


if __name__ == "__main__":
    main()
