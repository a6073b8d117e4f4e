"""The recorded commands of assembly. They are part of the key of stored segments: a changed argument encodes all again.

After a wanted change: `python -m tests.unit.assembly.test_arguments` records them again; review the difference.
"""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from scenewire.messages import Clip, Look
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.ffmpeg_job import FfmpegJob
from scenewire_assembly.picture.encoder import HARDWARE
from scenewire_assembly.picture.overlays.scrim import scrim_of
from scenewire_assembly.picture.segment_command import segment_command
from scenewire_assembly.sound.mix import Levels, make_sound
from scenewire_assembly.sound.narration_track import NarrationTrack
from scenewire_assembly.themes.grounds import Ground
from scenewire_assembly.themes.theme import theme_of
from scenewire_assembly.video.join import join
from scenewire_assembly.video.plan import VideoPlan
from scenewire_assembly.video.thumbnail.picture import FootageFrame, thumbnail_command
from tests.support.builders import options, segment_rendered
from tests.support.clips import clip, still
from tests.support.executors import Notebook
from tests.support.pictures import scene_picture

GOLDEN = Path(__file__).parents[2] / "data" / "commands" / "assembly.json"
LOOK = Look(width=320, height=180)
FULL_HD = Look()
SMALL = Look(width=320, height=180, caption_style="minimal")
TALL = Look(width=1080, height=1920, frame_rate=60)


def cut(clips, frames, look=LOOK, overlay="captions", **encoder) -> list[str]:
    return segment_command(scene_picture(frames, look, clips=clips, overlay=overlay, **encoder)).build()


def painted(frames, look, overlay="", **encoder) -> list[str]:
    return segment_command(scene_picture(frames, look, overlay=overlay, **encoder)).build()


def thumbnail(look: Look, footage: FootageFrame | None) -> list[str]:
    return thumbnail_command(look, Ground(theme_of(look), 0, quiet=False), footage, lettered=True).build()


def _begin(start: int, frames: int = 300) -> Clip:
    return clip(frames).model_copy(update={"start_frame": start})


def _excerpt(begin: int, end: int) -> Clip:
    return clip(300).model_copy(update={"in_frame": begin, "out_frame": end, "start_frame": begin and 90})


def segments() -> dict[str, list[str]]:
    three = [clip(90), clip(120, (30_000, 1_001)), clip(200, (60, 1), in_frame=7)]
    return {
        "one clip": cut([clip(90)], 90),
        "an in-point": cut([clip(90, (25, 1), in_frame=50)], 60, overlay=""),
        "an excerpt that ends before its shot": cut([_excerpt(0, 20), _excerpt(30, 60)], 150),
        "a clip in a loop": cut([clip(30)], 90),
        "three clips with fades": cut(three, 240, FULL_HD, preset="medium", crf=18, threads=0),
        "hard cuts": cut([_begin(0), _begin(20), _begin(50)], 90),
        "cuts at words": cut([_begin(0), _begin(120), _begin(200, frames=70)], 300),
        "padded": cut([clip(90, width=360, height=640)], 90, LOOK.model_copy(update={"fit": "pad"})),
        "blurred": cut([clip(90, width=360, height=640)], 90, LOOK.model_copy(update={"fit": "blur"})),
        "high dynamic range": cut([clip(90, transfer=16, matrix=9)], 90, FULL_HD),
        "unnamed colours": cut([clip(90, width=1280, height=720)], 90),
        "thumbnail": thumbnail(FULL_HD, FootageFrame(clip(90, in_frame=20), 31)),
        "thumbnail of a tall video": thumbnail(TALL, FootageFrame(clip(90), 0)),
        "thumbnail of a still": thumbnail(FULL_HD, FootageFrame(still(2400, 1600, focus=(0.6, 0.4)), 31)),
        "painted thumbnail": thumbnail(LOOK, None),
        "small captions": segment_command(
            scene_picture(90, SMALL, clips=[clip(90)], overlay="captions", scrim=scrim_of(SMALL))
        ).build(),
        "a still": cut([still(focus=(0.6, 0.4))], 90, FULL_HD),
        "a still in a tall video": cut([still(2400, 1600, focus=(0.6, 0.4))], 90, TALL),
        "a small still": cut([still(120, 80)], 90),
        "a padded still": cut([still(360, 640)], 90, LOOK.model_copy(update={"fit": "pad"})),
        "stills and a clip": cut([still(), clip(90), still(name="t")], 240, FULL_HD),
        "painted": painted(45, LOOK, overlay="captions"),
        "painted tall": painted(1, TALL, crf=30),
        **{f"painted by {name}": painted(45, LOOK, name=name) for name in HARDWARE},
        "clips by h264_vaapi on the second card": cut(
            three, 240, FULL_HD, name="h264_vaapi", node="/dev/dri/renderD129"
        ),
    }


def two_segments() -> VideoPlan:
    lengths = (30, 41)
    segments = [segment_rendered(number=number, scene_count=2) for number in (1, 2)]
    brief = segments[0].brief.model_copy(update={"options": options(look=Look(captions=False))})
    return VideoPlan(
        tuple(
            segment.model_copy(
                update={"brief": brief, "segment": segment.segment.model_copy(update={"frames": frames})}
            )
            for segment, frames in zip(segments, lengths, strict=True)
        )
    )


async def runs(folder: Path) -> dict[str, list[str]]:
    notebook = Notebook("I: -18.5 LUFS\nPeak: -3.0 dBFS")  # 4.5 LU short of the wanted loudness, whatever is done
    job = FfmpegJob(notebook, folder)
    await make_sound(job, NarrationTrack((), 24_000, 30), Levels())
    first, second, *_, encoded, measured = notebook.asked
    asked = {"measure the time line": first, "measure again": second, "encode the sound": encoded}
    asked["measure the sound"] = measured
    for name, subtitled in (("join", False), ("join with subtitles", True)):
        work = folder / name
        work.mkdir()
        files = [folder / "a", folder / "b"]
        await join(replace(job, folder=work), two_segments(), files, metadata="", subtitled=subtitled)
        asked[name] = notebook.asked[-1]
    (folder / "glyphs.log").touch()
    await find_undrawable(job, "日本")
    asked["glyphs"] = notebook.asked[-1]
    return asked


def test_a32_segments_are_made_by_the_recorded_commands():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for name, words in segments().items():
        assert words == golden[name], name


async def test_a32_videos_are_made_by_the_recorded_commands(tmp_path):
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for name, words in (await runs(tmp_path)).items():
        assert words == golden[name], name


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        written = {**segments(), **asyncio.run(runs(Path(scratch)))}
    GOLDEN.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
