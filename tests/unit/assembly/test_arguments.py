"""The command lines of assembly, word by word. Segments are stored under theirs: a changed word encodes all anew.

After a wanted change: `python -m tests.unit.assembly.test_arguments` writes them down again; look at the difference.
"""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from scenewire.messages import Look
from scenewire_assembly.captions.glyphs import find_undrawable
from scenewire_assembly.edit import edit_clips, layout_scenes
from scenewire_assembly.picture.background import Background
from scenewire_assembly.picture.segment_command import Encoder, segment_from_background, segment_from_clips
from scenewire_assembly.sound.mix import Levels, make_sound
from scenewire_assembly.video.join import Part, join
from scenewire_assembly.video.thumbnail import take_thumbnail
from tests.support.builders import options
from tests.support.clips import clip
from tests.support.executors import Notebook

GOLDEN = Path(__file__).parents[2] / "data" / "commands" / "assembly.json"
LOOK = Look(width=320, height=180)
FULL_HD = Look()
TALL = Look(width=1080, height=1920, frame_rate=60)


def cut(clips, frames, look=LOOK, lettered=True, **encoder) -> list[str]:
    edit = edit_clips(clips, frames, look.frame_rate)
    return segment_from_clips(look, Encoder(**encoder), frames, clips, edit, lettered=lettered).build()


def painted(frames, look, lettered, **encoder) -> list[str]:
    background = Background("Tea", 1, look)
    return segment_from_background(look, Encoder(**encoder), frames, background, lettered=lettered).build()


def segments() -> dict[str, list[str]]:
    three = [clip(90), clip(120, (30_000, 1_001)), clip(200, (60, 1), in_frame=7)]
    return {
        "one clip": cut([clip(90)], 90),
        "an in-point": cut([clip(90, (25, 1), in_frame=50)], 60, lettered=False),
        "a clip in a loop": cut([clip(30)], 90),
        "three clips with fades": cut(three, 240, FULL_HD, preset="medium", crf=18, threads=0),
        "hard cuts": cut([clip(20), clip(25), clip(20)], 90),
        "padded": cut([clip(90, width=360, height=640)], 90, LOOK.model_copy(update={"fit": "pad"})),
        "blurred": cut([clip(90, width=360, height=640)], 90, LOOK.model_copy(update={"fit": "blur"})),
        "high dynamic range": cut([clip(90, transfer=16, matrix=9)], 90, FULL_HD),
        "untold colours": cut([clip(90, width=1280, height=720)], 90),
        "painted": painted(45, LOOK, lettered=True),
        "painted tall": painted(1, TALL, lettered=False, crf=30),
    }


async def runs(folder: Path) -> dict[str, list[str]]:
    notebook = Notebook("I: -18.5 LUFS\nPeak: -3.0 dBFS")  # 4.5 LU short of the wanted loudness, whatever is done
    await make_sound(notebook, folder, [], sample_rate=24_000, frame_rate=30, levels=Levels())
    first, second, *_, encoded, measured = notebook.asked
    asked = {"measure the time line": first, "measure again": second, "encode the sound": encoded}
    asked["measure the sound"] = measured
    for name, subtitled in (("join", False), ("join with subtitles", True)):
        one, two = layout_scenes([30, 41])
        films = folder / name
        films.mkdir()
        parts = [Part(1, folder / "a", one), Part(2, folder / "b", two)]
        await join(notebook, films, parts, options(look=Look(captions=False)), about="", subtitled=subtitled)
        asked[name] = notebook.asked[-1]
    await take_thumbnail(notebook, folder, 15, LOOK)
    asked["thumbnail"] = notebook.asked[-1]
    (folder / "glyphs.log").touch()
    await find_undrawable(notebook, "日本", folder)
    asked["glyphs"] = notebook.asked[-1]
    return asked


def test_a32_segments_are_made_by_the_proved_command_lines():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for name, words in segments().items():
        assert words == golden[name], name


async def test_a32_films_are_made_by_the_proved_command_lines(tmp_path):
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for name, words in (await runs(tmp_path)).items():
        assert words == golden[name], name


async def test_a_moment_at_the_very_start_is_no_negative_time(tmp_path):
    notebook = Notebook()
    await take_thumbnail(notebook, tmp_path, 0, LOOK)
    assert notebook.asked[0][notebook.asked[0].index("-ss") + 1] == "0.000000"


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        written = {**segments(), **asyncio.run(runs(Path(scratch)))}
    GOLDEN.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
