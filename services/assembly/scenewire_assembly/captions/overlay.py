"""What is written into the picture, as an ASS script: captions, and titles. Pure. Sizes follow the picture."""

from collections.abc import Collection, Sequence

import pysubs2

from scenewire.messages import Look
from scenewire_assembly.captions.cues import Cue
from scenewire_assembly.captions.styles import CAPTION, caption_events, caption_style
from scenewire_assembly.captions.title_cards import Card, Title, card_events, card_styles, title_events, title_styles

__all__ = ["lettering", "written"]


def written(cues: Sequence[Cue], card: Card | Title | None) -> str:
    """All that would be drawn, to ask which of it can be."""
    texts = [text for cue in cues for text in cue.texts]
    match card:
        case Card():
            texts += [card.heading, card.label]
        case Title():
            texts.append(card.text)
        case None:
            pass
    return "".join(texts)


def lettering(
    look: Look, frames: int, cues: Sequence[Cue], card: Card | Title | None, undrawable: Collection[str] = ()
) -> str:
    """The ASS script of a scene.

    Args:
        look: the picture's size and rate, and how captions look.
        frames: the scene's length.
        cues: its captions.
        card: its title card, or the title over its footage, if it has one.
        undrawable: characters to leave out because no font here has them.
    """
    script = pysubs2.SSAFile()
    script.info.update(
        {
            "PlayResX": str(look.width),
            "PlayResY": str(look.height),
            "ScaledBorderAndShadow": "yes",
            "WrapStyle": "0",
            "YCbCr Matrix": "TV.709",
        }
    )
    script.styles = {CAPTION: caption_style(look)}
    match card:
        case Card():
            script.styles |= card_styles(look, card)
            script.events += card_events(look, frames, card, undrawable)
        case Title():
            script.styles |= title_styles(look, card)
            script.events += title_events(look, frames, card, undrawable)
        case None:
            pass
    for cue in cues:
        script.events += caption_events(look, cue, undrawable)
    return script.to_string("ass")
