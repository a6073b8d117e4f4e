"""An ffmpeg that behaves as if there were an NVIDIA card.

`h264_nvenc` is mapped to x264 with the baseline profile: pictures of other decoder parameters than those of `libx264`. Before, it
reserves as many addresses as drivers of cards do. All else is passed on to the real ffmpeg.
"""

import sys
from pathlib import Path

from tests.support.media import ffmpeg_path

_PROGRAM = """#!{python} -IS
import mmap, os, sys
words = sys.argv[1:]
if "h264_nvenc" in words:
    if os.path.exists({broken!r}):
        sys.exit("[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: out of memory (10)")
    mmap.mmap(-1, 64 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)  # 0x4000: MAP_NORESERVE
    print("[h264_nvenc @ 0x1] [ GPU #0 - < {card} > has Compute SM 8.9 ]", file=sys.stderr, flush=True)
    start = words.index("h264_nvenc")
    end = words.index("-profile:v", start)
    words[start:end + 2] = ["libx264", "-preset", "ultrafast", "-profile:v", "baseline"]
    at = words.index("-bf", start)
    words[at + 1] = "0"
os.execv({ffmpeg!r}, [{ffmpeg!r}, *words])
"""


def ffmpeg_with_card(folder: Path, card: str = "Test Card 4") -> Path:
    """Writes the program into a folder; the card fails while the folder has a file `broken`."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "ffmpeg"
    program.write_text(
        _PROGRAM.format(python=sys.executable, card=card, ffmpeg=str(ffmpeg_path()), broken=str(folder / "broken"))
    )
    program.chmod(0o755)
    return program
