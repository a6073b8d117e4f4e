"""The ASS script of everything drawn over a scene's picture: captions, and a card or a title. Pure."""

from collections.abc import Sequence
from typing import TypeAlias

import pysubs2

from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.captions.styles import CAPTION, Captions
from scenewire_assembly.captions.title_cards import Card, Title

__all__ = ["Heading", "overlay_script", "overlay_text"]

Heading: TypeAlias = Card | Title | None


def overlay_text(cues: Sequence[Cue], heading: Heading) -> str:
    """All text of an overlay, to find the characters that no font has."""
    texts = [text for cue in cues for text in cue.texts]
    return "".join([*texts, *(heading.texts if heading else ())])


def overlay_script(canvas: Canvas, cues: Sequence[Cue], heading: Heading) -> str:
    """The ASS script of a scene.

    Args:
        canvas: the picture to draw into.
        cues: captions of the scene.
        heading: card in the middle of a painted scene, title over footage, or None.
    """
    script = pysubs2.SSAFile()
    script.info.update(
        {
            "PlayResX": str(canvas.width),
            "PlayResY": str(canvas.height),
            "ScaledBorderAndShadow": "yes",
            "WrapStyle": "0",
            "YCbCr Matrix": "TV.709",
        }
    )
    captions = Captions(canvas)
    script.styles = {CAPTION: captions.style()}
    if heading:
        script.styles |= heading.styles(canvas)
        script.events += heading.events(canvas)
    for cue in cues:
        script.events += captions.events(cue)
    return script.to_string("ass")
