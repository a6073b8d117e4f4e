"""The texts of a film: those that lie beside it, and what its file says of itself."""

from collections.abc import Sequence
from pathlib import Path

from scenewire.messages import Brief, SegmentRendered
from scenewire.text.markup import one_line
from scenewire_assembly.captions.cues import cues_of, shift
from scenewire_assembly.captions.subtitle_files import srt, vtt
from scenewire_assembly.edit import Placed
from scenewire_assembly.job_files import SUBTITLES
from scenewire_assembly.video.chapters import chapters, ffmetadata
from scenewire_assembly.video.credits import appearances, credits_comment, credits_json, credits_txt, script_json

__all__ = ["about_film", "write_documents"]


def write_documents(
    folder: Path, segments: Sequence[SegmentRendered], places: Sequence[Placed], brief: Brief
) -> dict[str, tuple[str, str]]:
    """Writes captions, credits and script; returns name and media type of each, by their field of the message.

    Args:
        folder: gets the files.
        segments: all scenes, in order.
        places: where in the film each of them is.
        brief: the whole film's.
    """
    rate = brief.options.look.frame_rate
    cues = [
        shift(cue, at.start)
        for segment, at in zip(segments, places, strict=True)
        for cue in cues_of(segment.scene.text, segment.narration, rate)
    ]
    shown = appearances(segments, places)
    documents = {
        "captions_srt": (SUBTITLES, "application/x-subrip", srt(cues, rate)),
        "captions_vtt": ("captions.vtt", "text/vtt", vtt(cues, rate)),
        "credits_json": ("credits.json", "application/json", credits_json(brief, shown, segments)),
        "credits_txt": ("credits.txt", "text/plain", credits_txt(brief, shown, segments)),
        "script_json": ("script.json", "application/json", script_json(segments)),
    }
    for file, _, text in documents.values():
        (folder / file).write_text(text, encoding="utf-8")
    return {name: (file, media_type) for name, (file, media_type, _) in documents.items()}


def about_film(segments: Sequence[SegmentRendered], places: Sequence[Placed], brief: Brief) -> str:
    """What the film's file says of itself: licences ask that credits go with the film wherever it goes.

    Returns:
        ffmpeg's metadata format.
    """
    comment = credits_comment(brief, appearances(segments, places), segments)
    tags = {"title": one_line(brief.title), "comment": comment}
    marks = chapters([segment.scene for segment in segments], places)
    return ffmetadata(tags, marks, brief.options.look.frame_rate)
