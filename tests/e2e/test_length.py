"""A film of an ordered length, from a topic: the command, a model's double over HTTP, the real voice, real ffmpeg."""

from contextlib import suppress
from pathlib import Path

import pytest

from scenewire.probe.probe import probe_media
from scripts.doubles.language_model import KEY, Answer, GroqDouble, Request, writes
from tests.support.product import SMALL, record, run

pytestmark = pytest.mark.timeout(300)


def command_lines() -> bytes:
    """Of all processes of this machine."""
    found = b""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += process.read_bytes()
    return found


async def test_b04_b05_b49_a_video_of_a_minute_lasts_a_minute_and_no_file_or_command_line_contains_the_key(
    tmp_path: Path,
) -> None:
    writing = writes(lambda number, about: round(about * (0.6 + 0.1 * (number % 3))))
    seen: list[bytes] = []

    def watched(request: Request) -> Answer:
        seen.append(command_lines())
        return writing(request)

    async with GroqDouble().serving() as double:
        double.model = watched
        order = ("make", "--topic", "Canals", "--duration", "60", "--size", SMALL, "--json")
        finished = await run(*order, data=tmp_path, cwd=tmp_path, GROQ_API_KEY=KEY, GROQ_BASE_URL=double.url)

    assert finished.returncode == 0, finished.err
    facts = await probe_media(Path(finished.result["video"]))
    assert facts.video is not None
    seconds = facts.video.frames / 30
    assert seconds == pytest.approx(60, rel=0.1)
    with record(tmp_path) as connection:
        (project,) = connection.execute("SELECT target_duration, video_total_duration FROM projects").fetchall()
        scenes = connection.execute("SELECT scene_number, duration, audio_file_path FROM scenes").fetchall()
    assert project["target_duration"] == 60
    assert sorted(scene["scene_number"] for scene in scenes) == list(range(1, 6))
    assert all(scene["audio_file_path"] for scene in scenes)
    assert sum(scene["duration"] for scene in scenes) == pytest.approx(60, rel=0.1)
    assert project["video_total_duration"] == pytest.approx(seconds, abs=0.1)
    key = KEY.encode()
    assert b"Canals" in seen[0], "the command's own line was not seen"
    assert not any(key in lines for lines in seen)
    assert KEY not in finished.out + finished.err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and key in path.read_bytes()]
