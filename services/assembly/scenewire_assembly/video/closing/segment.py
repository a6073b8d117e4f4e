"""Plans the picture of the closing card, which becomes one more segment."""

import asyncio
from pathlib import Path

from scenewire_assembly.captions.ass import Canvas
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.picture.encoder import Encoder
from scenewire_assembly.picture.overlays.overlay import overlay_script
from scenewire_assembly.picture.scene_picture import ScenePicture, Still
from scenewire_assembly.picture.segment import SegmentPlan, open_faces
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import theme_of
from scenewire_assembly.video.closing.card import closing_card, draw_closing
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["plan_closing"]


async def plan_closing(job: FfmpegJob, video: VideoPlan, encoder: Encoder, typefaces: Path) -> SegmentPlan:
    """Decides what the closing card shows. The job's folder has the fonts; those of the theme are added.

    Args:
        job: finds characters that no font has.
        video: its scenes.
        encoder: how the picture is encoded.
        typefaces: folder in which the typefaces of themes are kept.

    Raises:
        PermanentError: `font_missing`, a theme's typeface is not installed; `invalid_settings`, the theme has faults.
    """
    look, card = video.look, closing_card(video)
    theme = theme_of(look)
    ground = Ground(theme, len(video.segments), quiet=True)
    undrawable = await find_undrawable(job, card.text)

    def drawn() -> str:
        faces = open_faces(job, theme, typefaces)
        events = draw_closing(card, look, theme=theme, faces=faces, ground=ground.colour, undrawable=undrawable)
        return overlay_script(Canvas(look, card.frames), (), designs=events)

    overlay = await asyncio.to_thread(drawn)
    stills = (Still(ground, card.frames),)
    picture = ScenePicture(look=look, frames=card.frames, encoder=encoder, stills=stills, overlay=overlay)
    return SegmentPlan(picture, "".join(sorted(undrawable)))
