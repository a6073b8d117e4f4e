"""The ASS script of everything drawn over a scene's picture. Pure."""

from collections.abc import Iterable, Sequence

import pysubs2

from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.captions.styles import CAPTION, PLATED_CAPTION, Captions, Ink
from scenewire_assembly.designs.drawing import DESIGN, Span
from scenewire_assembly.picture.title import Title

__all__ = ["overlay_script"]

_CAPTION_LAYER = 10
"""Above designs, below transitions."""


def overlay_script(
    canvas: Canvas,
    cues: Sequence[Cue],
    title: Title | None = None,
    *,
    ink: Ink | None = None,
    designs: Iterable[pysubs2.SSAEvent] = (),
    plated: Sequence[Span] = (),
) -> str:
    """The ASS script of a scene; empty if nothing is drawn.

    Args:
        canvas: the picture to draw into.
        cues: captions of the scene.
        title: over its footage.
        ink: letters of captions over a painted ground; None over footage.
        designs: events of a painted scene's designs.
        plated: frames whose captions stand on a plate, because land and sea are behind them.
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
    captions = Captions(canvas, ink)
    design = canvas.text_style(1)
    design.bold, design.marginl, design.marginr = False, 0, 0
    design.outline = design.shadow = 0.0
    script.styles = {CAPTION: captions.style(), DESIGN: design}
    script.events += designs
    if title:
        script.styles |= title.styles(canvas)
        script.events += title.events(canvas)
    if plated:
        script.styles[PLATED_CAPTION] = captions.style(plated=True)
    for cue in cues:
        on_plate = any(cue.start < span.end and span.start < cue.end for span in plated)
        for event in captions.events(cue):
            event.style = PLATED_CAPTION if on_plate else event.style
            event.layer = _CAPTION_LAYER
            script.events.append(event)
    return script.to_string("ass") if script.events else ""
