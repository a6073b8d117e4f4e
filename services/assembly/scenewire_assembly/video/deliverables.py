"""Text files delivered with a video, and the metadata in its own file."""

from pathlib import Path

from scenewire.text.markup import one_line
from scenewire_assembly.captions.cues import cues_of, shift
from scenewire_assembly.captions.subtitle_files import srt, vtt
from scenewire_assembly.job_files import SUBTITLES
from scenewire_assembly.video.chapters import chapters, ffmetadata
from scenewire_assembly.video.credits import credits_comment, credits_json, credits_txt, script_json
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["video_metadata", "write_documents"]


def write_documents(folder: Path, plan: VideoPlan) -> dict[str, tuple[str, str]]:
    """Writes subtitles, credits and script into a folder.

    Returns:
        File name and media type of each, by its field of `VideoAssembled`.
    """
    rate = plan.look.frame_rate
    cues = [
        shift(cue, at.start)
        for segment, at in plan.placed
        for cue in cues_of(segment.scene.text, segment.narration, rate, language=segment.brief.options.language)
    ]
    documents = {
        "captions_srt": (SUBTITLES, "application/x-subrip", srt(cues, rate)),
        "captions_vtt": ("captions.vtt", "text/vtt", vtt(cues, rate)),
        "credits_json": ("credits.json", "application/json", credits_json(plan)),
        "credits_txt": ("credits.txt", "text/plain", credits_txt(plan)),
        "script_json": ("script.json", "application/json", script_json(plan)),
    }
    for file, _, text in documents.values():
        (folder / file).write_text(text, encoding="utf-8")
    return {name: (file, media_type) for name, (file, media_type, _) in documents.items()}


def video_metadata(plan: VideoPlan) -> str:
    """Title, credits and chapters in ffmpeg's metadata format.

    Licences require credits to stay with the video: the copy in its own file cannot be separated from it.
    """
    tags = {"title": one_line(plan.brief.title), "comment": credits_comment(plan)}
    marks = chapters(plan.scenes, plan.places, plan.frames, plan.brief.options.language)
    return ffmetadata(tags, marks, plan.look.frame_rate)
