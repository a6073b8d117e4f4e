"""Notes about the finished video for the person who ordered it: one a problem, the worst first. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from scenewire.messages import NO_VOICE, Brief, SegmentRendered
from scenewire.text.markup import one_line
from scenewire_assembly.captions.fonts import FONTS_HINT
from scenewire_assembly.sound.loudness import SILENCE
from scenewire_assembly.sound.mix import Levels, MixResult
from scenewire_assembly.video.plan import VideoPlan

__all__ = ["length_notes", "scene_list", "video_notes"]

_LENGTH_TOLERANCE: Final = 0.1
"""Share of the ordered length by which a video may miss it without a note."""

_LOUDNESS_TOLERANCE_LU: Final = 1.0

_NAMED_CHARACTERS: Final = 12

_FOREIGN: Final = re.compile(r"“[^”]*”|[^\x00-\x7f]+")
"""Quoted names, and characters of other scripts."""


def video_notes(plan: VideoPlan, *, duration: float, sound: MixResult, levels: Levels) -> tuple[str, ...]:
    """Notes of all stages: on the words, the picture, the length, then the sound.

    Equal notes on several scenes are one note that lists the scenes.

    Args:
        plan: the video.
        duration: measured seconds of the video.
        sound: its measured sound.
        levels: the wanted ones.
    """
    segments = plan.segments
    return tuple(
        dict.fromkeys(
            (
                *_silence_notes(segments, sound),
                *_font_notes(plan),
                *plan.brief.notes,
                *_scene_notes(segments, [segment.segment.notes for segment in segments]),
                *_background_notes(segments),
                *_scene_notes(segments, [segment.footage.notes for segment in segments]),
                *_review_notes(segments),
                *_source_notes(segments),
                *length_notes(plan.brief, duration),
                *_level_notes(sound, levels),
                *_scene_notes(segments, [segment.narration.notes for segment in segments]),
                *_voiceless_notes(segments),
            )
        )
    )


def scene_list(numbers: Sequence[int], count: int) -> str:
    """Words for some of a video's scenes, such as `Scenes 1 to 3 and 7` or `All scenes`.

    Args:
        numbers: ascending.
        count: of all scenes.
    """
    if len(numbers) == 1:
        return f"Scene {numbers[0]}"
    if len(numbers) == count:
        return "All scenes"
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    parts = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges]
    return f"Scenes {' and '.join(filter(None, (', '.join(parts[:-1]), parts[-1])))}"


def _font_notes(plan: VideoPlan) -> tuple[str, ...]:
    """One note about all characters that no font has."""
    pictures = [segment.segment for segment in plan.segments] + ([plan.closing] if plan.closing else [])
    undrawable = sorted(set("".join(picture.undrawable for picture in pictures)))
    if not undrawable:
        return ()
    some = "".join(undrawable[:_NAMED_CHARACTERS]) + ("…" if len(undrawable) > _NAMED_CHARACTERS else "")
    numbers = [segment.scene.scene_number for segment in plan.segments if segment.segment.undrawable]
    spoken = "".join(segment.narration.text or segment.scene.text for segment in plan.segments)
    kept = " (the subtitle files have them)" if set(undrawable) <= set(spoken) else ""
    scenes = scene_list(numbers, plan.brief.scene_count) if numbers else "Closing card"
    note = f"{scenes}: no font draws {some}; the picture leaves them out{kept}. To show them, {FONTS_HINT}."
    return (note,)


def length_notes(brief: Brief, duration: float) -> tuple[str, ...]:
    """Notes about a video that misses the ordered length; none if no length was ordered.

    Args:
        brief: has the ordered length.
        duration: measured seconds of the video.
    """
    ordered = brief.ordered_duration
    if ordered is None or abs(duration - ordered) <= _LENGTH_TOLERANCE * ordered:
        return ()
    return (f"The video lasts {duration:.0f} s; {ordered:.0f} s were ordered.",)


def _scene_notes(segments: Sequence[SegmentRendered], notes: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yields the notes on single scenes. Notes that differ only in foreign characters are about one problem."""
    groups: dict[str, tuple[str, list[int]]] = {}
    for segment, its_notes in zip(segments, notes, strict=True):
        number = segment.scene.scene_number
        for note in its_notes:
            text = note.removeprefix(f"Scene {number}: ")
            numbers = groups.setdefault(_FOREIGN.sub(_unless_quoted, text), (text, []))[1]
            if text != note and number not in numbers:
                numbers.append(number)
    for text, numbers in groups.values():
        yield f"{scene_list(numbers, len(segments))}: {text}" if numbers else text


def _unless_quoted(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("“") else "…"


def _background_notes(segments: Sequence[SegmentRendered]) -> Iterator[str]:
    """Yields at most one note: which scenes show a background unasked, the first reason, and how many more."""
    reasons = {
        segment.scene.scene_number: segment.footage.reason
        for segment in segments
        if segment.footage.fallback
        and not segment.scene.designed
        and segment.footage.reason not in ("", *segment.footage.notes)
    }
    if reasons:
        first, *others = dict.fromkeys(reasons.values())
        more = f" (and {len(others)} more reason{'s' * (len(others) > 1)})" if others else ""
        which = scene_list(list(reasons), len(segments))
        background = (
            "a generated background" if segments[0].brief.options.look.background is None else "the ordered background"
        )
        yield f"{which} show{'s' * (len(reasons) == 1)} {background}: {first}{more}"


def _source_notes(segments: Sequence[SegmentRendered]) -> Iterator[str]:
    """Yields notes on scenes that have footage although some of its sources could not be used."""
    reasons = [() if segment.footage.fallback else (segment.footage.reason,) for segment in segments]
    named = [
        tuple(f"Scene {segment.scene.scene_number}: {reason}" for reason in its_reasons if reason)
        for segment, its_reasons in zip(segments, reasons, strict=True)
    ]
    yield from _scene_notes(segments, named)


def _review_notes(segments: Sequence[SegmentRendered]) -> Iterator[str]:
    """Yields notes on clips whose rights a person should check."""
    clips = [[clip.credit for clip in segment.footage.clips if clip.credit.review] for segment in segments]
    named = [
        [
            f"Scene {segment.scene.scene_number}: check the rights of “{one_line(credit.title)}”: {credit.review}"
            for credit in credits_
        ]
        for segment, credits_ in zip(segments, clips, strict=True)
    ]
    yield from _scene_notes(segments, named)


def _silence_notes(segments: Sequence[SegmentRendered], sound: MixResult) -> tuple[str, ...]:
    is_heard = any(segment.narration.engine != NO_VOICE for segment in segments)
    return ("The narration is silent.",) if is_heard and not sound.has_speech else ()


def _voiceless_notes(segments: Sequence[SegmentRendered]) -> Iterator[str]:
    """Yields at most one note: which scenes are silent because the order wants them to be."""
    silent = [segment.scene.scene_number for segment in segments if segment.narration.engine == NO_VOICE]
    if len(silent) == len(segments):
        yield "The video has no voice, as ordered."
    elif silent:
        yield f"{scene_list(silent, len(segments))} {'has' if len(silent) == 1 else 'have'} no voice, as ordered."


def _level_notes(sound: MixResult, levels: Levels) -> Iterator[str]:
    """Yields notes about loudness and peaks outside the wanted levels."""
    lufs, peak = sound.loudness.integrated_lufs, sound.loudness.true_peak_dbtp
    if lufs > SILENCE and abs(lufs - levels.target_lufs) > _LOUDNESS_TOLERANCE_LU:
        yield f"The video's loudness is {lufs} LUFS instead of {levels.target_lufs} LUFS."
    if peak > levels.peak:
        yield f"The video's true peak is {peak} dBTP; the limit is {levels.peak} dBTP."
