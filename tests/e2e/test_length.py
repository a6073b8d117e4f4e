"""A film of an ordered length, from a topic: the command, a model's double over HTTP, the real voice, real ffmpeg."""

from pathlib import Path

import pytest

from scripts.doubles.language_model import KEY, GroqDouble, writes
from shared.media.probe import probe_media
from tests.support.product import SMALL, record, run

pytestmark = pytest.mark.timeout(300)


async def test_b04_b05_a_film_of_a_minute_lasts_a_minute_and_its_record_says_so(tmp_path: Path) -> None:
    async with GroqDouble().serving() as double:
        double.model = writes(lambda number, about: round(about * (0.6 + 0.1 * (number % 3))))
        order = ("make", "--topic", "Canals", "--duration", "60", "--size", SMALL, "--json")
        finished = await run(*order, data=tmp_path, cwd=tmp_path, GROQ_API_KEY=KEY, GROQ_BASE_URL=double.url)

    assert finished.returncode == 0, finished.err
    facts = await probe_media(Path(finished.result["video"]))
    assert facts.video is not None
    seconds = facts.video.frames / 30
    assert seconds == pytest.approx(60, rel=0.1)
    with record(tmp_path) as connection:
        (project,) = connection.execute("SELECT target_duration, video_total_duration FROM projects").fetchall()
    assert project["target_duration"] == 60
    assert project["video_total_duration"] == pytest.approx(seconds, abs=0.1)
    assert KEY not in finished.out + finished.err
