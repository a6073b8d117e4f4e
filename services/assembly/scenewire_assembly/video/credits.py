"""Credits of the pictures, voices and music in a video, and its script. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from scenewire.messages import NO_VOICE, OWN_MEDIA, OWN_NARRATION, Music
from scenewire.text.markup import one_line
from scenewire_assembly.edit import edit_clips
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["Appearance", "appearances", "credits_comment", "credits_json", "credits_txt", "script_json", "voices"]

_GENERATED: Final = "Generated background"
_ORDERED: Final = "Background of the order"
_MAP: Final = {"title": "Natural Earth", "licence": "public domain", "source_url": "https://www.naturalearthdata.com"}
_YOURS: Final = "from the order"
_NO_LICENCE: Final = "licence not stated"


@dataclass(frozen=True)
class Appearance:
    """A picture and the frames of the video that show it."""

    scene_number: int
    start: int
    end: int
    title: str
    creator: str = ""
    provider: str = ""
    licence: str = ""
    licence_url: str = ""
    source_url: str = ""
    source_id: str = ""
    notice: str = ""
    review: str = ""
    generated: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it came with the order."""
        return self.provider == OWN_MEDIA


def appearances(plan: VideoPlan) -> list[Appearance]:
    """Every clip and every background, in order of appearance."""
    shown: list[Appearance] = []
    for segment, place in plan.placed:
        number, clips = segment.scene.scene_number, segment.footage.clips
        if not clips:
            title = _GENERATED if plan.look.background is None else _ORDERED
            shown.append(Appearance(number, place.start, place.end, title, generated=plan.look.background is None))
            continue
        for shot in edit_clips(clips, place.frames, plan.look.frame_rate).shots:
            clip = clips[shot.clip]
            start = place.start + shot.start
            shown.append(
                Appearance(
                    number,
                    start,
                    start + shot.frames,
                    title=one_line(clip.credit.title),
                    creator=one_line(clip.credit.creator),
                    provider=one_line(clip.credit.provider),
                    licence=one_line(clip.credit.licence),
                    licence_url=one_line(clip.credit.licence_url),
                    source_url=one_line(clip.credit.source_url),
                    source_id=one_line(clip.source_id),
                    notice=one_line(clip.credit.notice),
                    review=one_line(clip.credit.review),
                )
            )
    return shown


def credits_json(plan: VideoPlan) -> str:
    """Machine-readable credits. Times are seconds."""
    rate = plan.look.frame_rate
    pictures: list[dict[str, Any]] = [
        {
            "scene_number": picture.scene_number,
            "start": round(picture.start / rate, 3),
            "end": round(picture.end / rate, 3),
            "generated": picture.generated,
            "title": picture.title,
            "creator": picture.creator,
            "provider": picture.provider,
            "licence": picture.licence,
            "licence_url": picture.licence_url,
            "source_url": picture.source_url,
            "source_id": picture.source_id,
            "notice": picture.notice,
            "review": picture.review,
        }
        for picture in appearances(plan)
    ]
    spoken = [{"engine": engine, "voice": voice} for engine, voice in voices(plan)]
    document: dict[str, Any] = {"title": plan.brief.title, "pictures": pictures, "voices": spoken}
    if plan.has_map:
        document["map"] = _MAP
    if music := plan.brief.options.music:
        document["music"] = {
            name: one_line(getattr(music, name)) for name in ("title", "creator", "licence", "source_url")
        }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def credits_txt(plan: VideoPlan) -> str:
    """Credits for people."""
    rate, shown = plan.look.frame_rate, appearances(plan)
    lines = [one_line(plan.brief.title), "", "Pictures"]
    for picture in shown:
        time = f"{_clock(picture.start, rate)} - {_clock(picture.end, rate)}"
        lines.append(f"  {time}  scene {picture.scene_number}: {_sentence(picture)}")
    lines += ["", "Notices", *(f"  {notice}" for notice in notices)] if (notices := _notices(shown)) else []
    lines += ["", "Map", *(f"  {line}" for line in _map(plan))] if plan.has_map else []
    spoken = voices(plan)
    lines += ["", "Voice", *(f"  {_voice(*voice)}" for voice in spoken)] if spoken else []
    if music := plan.brief.options.music:
        lines += ["", "Music", f"  {_music(music)}"]
    return "\n".join((*lines, ""))


def credits_comment(plan: VideoPlan) -> str:
    """Credits for the video file itself: each once, without times."""
    shown = appearances(plan)
    pictures = dict.fromkeys(_sentence(picture) for picture in shown)
    spoken = [_voice(*voice) for voice in voices(plan)]
    music = [_music(plan.brief.options.music)] if plan.brief.options.music else []
    credit_lines = {"Picture": pictures, "Notice": _notices(shown), "Map": _map(plan), "Voice": spoken, "Music": music}
    return "\n".join(f"{kind}: {line}" for kind, lines in credit_lines.items() for line in lines)


def script_json(plan: VideoPlan) -> str:
    """The script in the format of the prior system. Durations are seconds."""
    scenes = [
        {
            "sceneNumber": segment.scene.scene_number,
            "text": segment.scene.text,
            "estimatedDuration": segment.scene.estimated_duration,
            "actualDuration": round(segment.narration.samples / segment.narration.sample_rate, 3),
            "audioFile": segment.narration.audio.key,
        }
        for segment in plan.segments
    ]
    return json.dumps(scenes, ensure_ascii=False, indent=2) + "\n"


def voices(plan: VideoPlan) -> list[tuple[str, str]]:
    """Engine and voice of all narrations that are heard, each once."""
    heard = (segment.narration for segment in plan.segments if segment.narration.engine != NO_VOICE)
    return list(dict.fromkeys((narration.engine, narration.voice) for narration in heard))


def _voice(engine: str, voice: str) -> str:
    if engine != OWN_NARRATION:
        return f"{engine}, voice {voice}"
    return engine if voice == engine else f"{engine} by {one_line(voice)}"


def _map(plan: VideoPlan) -> list[str]:
    """The source of the maps; their outlines come from one."""
    return [f"{_MAP['title']} ({_MAP['licence']}, {_MAP['source_url']})"] if plan.has_map else []


def _notices(shown: Sequence[Appearance]) -> list[str]:
    """Notices that the archives' terms require, each once."""
    return list(dict.fromkeys(picture.notice for picture in shown if picture.notice))


def _sentence(picture: Appearance) -> str:
    if not picture.provider:  # a background
        return picture.title
    review = f". To be reviewed: {picture.review}" if picture.review else ""
    unknown = "" if picture.is_own else _NO_LICENCE
    licence = " ".join(filter(None, (picture.licence.rstrip(".") or unknown, picture.licence_url)))
    terms = (_YOURS if picture.is_own else picture.provider, licence, picture.source_url)
    return _credit(picture.title or picture.source_id, picture.creator, terms) + review


def _music(music: Music) -> str:
    title, creator = one_line(music.title) or "untitled", one_line(music.creator)
    return _credit(title, creator, (one_line(music.licence) or _NO_LICENCE, one_line(music.source_url)))


def _credit(title: str, creator: str, terms: Sequence[str]) -> str:
    by = f" by {creator}" if creator else ""
    return f"“{title}”{by} ({', '.join(term.rstrip('.') for term in terms if term)})"


def _clock(frame: int, frame_rate: int) -> str:
    tenths = frame * 10 // frame_rate
    return f"{tenths // 36_000}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"
