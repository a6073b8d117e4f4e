"""The ASS script of everything drawn over a scene's picture. Pure."""

from collections.abc import Iterable, Sequence

import pysubs2

from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.designs.drawing import DESIGN, Span
from scenewire_assembly.picture.overlays.caption_events import CaptionEvents
from scenewire_assembly.picture.overlays.caption_styles import CaptionLayout, Ink
from scenewire_assembly.picture.overlays.title import Title

__all__ = ["overlay_script"]


def overlay_script(
    canvas: Canvas,
    cues: Sequence[Cue],
    ink: Ink | None = None,
    title: Title | None = None,
    *,
    designs: Iterable[pysubs2.SSAEvent] = (),
    plated: Sequence[Span] = (),
    taken: Sequence[tuple[Span, float]] = (),
) -> str:
    """The ASS script of a scene; empty if nothing is drawn.

    Args:
        canvas: the picture to draw into.
        cues: captions of the scene.
        ink: their letters and colours; without it they are not drawn.
        title: over its footage.
        designs: events of a painted scene's designs.
        plated: frames whose captions stand on a plate, because land and sea are behind them.
        taken: frames in which something else than the title stands at the top, and its lower edge.
    """
    script = pysubs2.SSAFile()
    script.info.update(
        {
            "PlayResX": str(canvas.width),
            "PlayResY": str(canvas.height),
            "ScaledBorderAndShadow": "yes",
            "WrapStyle": "0",
            "Kerning": "yes",
            "YCbCr Matrix": "TV.709",
        }
    )
    design = canvas.text_style(1)
    design.bold, design.marginl, design.marginr = False, 0, 0
    design.outline = design.shadow = 0.0
    script.styles = {DESIGN: design}
    script.events += designs
    if title:
        script.styles |= title.styles(canvas)
        script.events += title.events(canvas)
    if ink:
        if title and title.frames(canvas):
            taken = [*taken, (Span(0, title.frames(canvas)), title.bottom(canvas))]
        script.styles |= CaptionEvents(CaptionLayout(canvas, ink)).styles()
        for cue in cues:
            above = max((bottom for span, bottom in taken if _meet(cue, span)), default=0.0)
            on_plate = any(_meet(cue, span) for span in plated)
            script.events += CaptionEvents(CaptionLayout(canvas, ink, above), plated=on_plate).events(cue)
    return script.to_string("ass") if script.events else ""


def _meet(cue: Cue, span: Span) -> bool:
    return cue.start < span.end and span.start < cue.end
