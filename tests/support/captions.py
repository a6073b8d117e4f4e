"""Captions over footage: their layout, their script, and frames that ffmpeg draws of it."""

import re
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pysubs2
from numpy.typing import NDArray

from scenewire.messages import Look, Narration, Word
from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.designs.faces import faces_over_footage
from scenewire_assembly.picture.overlays.caption_styles import STYLES, CaptionLayout, Ink, ink_over_footage
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.typefaces.cutting import TYPEFACES_DIR
from tests.support.builders import artifact
from tests.support.media import run_ffmpeg

_COLOUR = re.compile(r"\\1c&H\w+&")


def spoken(text: str, each: int = 9_600) -> Narration:
    """Narration with a word every so many samples of 24 kHz."""
    names = text.split()
    timed = tuple(Word(text=name, start_sample=at * each, end_sample=(at + 1) * each) for at, name in enumerate(names))
    return Narration(
        audio=artifact(), samples=len(names) * each, sample_rate=24_000, words=timed, engine="e", voice="v"
    )


def inked(look: Look, text: str = "x") -> Ink:
    """Letters over footage for a text."""
    return ink_over_footage(faces_over_footage(STYLES[look.style_of_captions].typeface, TYPEFACES_DIR), text)


def layout_of(look: Look, text: str = "x") -> CaptionLayout:
    """The layout of captions over footage."""
    return CaptionLayout(Canvas(look, 1), inked(look, text))


def captions_over_footage(look: Look, cues: list[Cue], frames: int = 300) -> str:
    """The script of captions over footage."""
    return overlay_script(Canvas(look, frames), cues, inked(look, "".join(text for cue in cues for text in cue.texts)))


async def draw(
    folder: Path, script: str, ground: NDArray[np.uint8], frame: int = 0, *, fonts: Sequence[Path] = ()
) -> NDArray[np.uint8]:
    """One frame at 30 a second of a script over a ground, by ffmpeg and libass, with Inter or the given fonts."""
    available = folder / "fonts"
    available.mkdir(exist_ok=True)
    inter = [face.path for name in ("Inter 700", "Inter 500") for face in faces_over_footage(name, TYPEFACES_DIR)]
    for path in fonts or inter:
        if not (available / path.name).exists():
            (available / path.name).symlink_to(path)
    (folder / "overlay.ass").write_text(script, encoding="utf-8")
    (folder / "ground.rgb").write_bytes(ground.tobytes())
    height, width, _ = ground.shape
    drawn = f"setpts=PTS+{frame}/(30*TB),format=yuv444p,ass=f={folder}/overlay.ass:fontsdir={available}:shaping=complex"
    source = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "30")
    await run_ffmpeg(
        *source, "-i", folder / "ground.rgb", "-vf", f"{drawn},format=rgb24", "-frames:v", "1", folder / "f.png"
    )
    with av.open(str(folder / "f.png")) as container:
        return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)


def letters_alone(script: str) -> str:
    """The letters of a script in white, without outlines, shadows and plates."""
    parsed = pysubs2.SSAFile.from_string(script, "ass")
    for style in parsed.styles.values():
        style.outline = style.shadow = 0.0
        style.primarycolor = style.secondarycolor = pysubs2.Color(255, 255, 255)
    parsed.events = [event for event in parsed.events if r"\p1" not in event.text and r"\1a&HFF&" not in event.text]
    for event in parsed.events:
        event.text = _COLOUR.sub("", event.text)
    return parsed.to_string("ass")
