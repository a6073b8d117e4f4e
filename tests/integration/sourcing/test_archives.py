"""The archives' interfaces as DVIDS and NASA have them, and as they should not be, against doubles of both."""

import logging
import os
import re
import stat
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from scenewire_sourcing.servers.archive.answers import Answers
from scenewire_sourcing.servers.archive.client import ArchiveApi, ArchiveClient, ArchiveError
from scenewire_sourcing.servers.archive.server import Archive
from scenewire_sourcing.servers.dvids.archive import DvidsArchive
from scenewire_sourcing.servers.dvids.settings import DvidsSettings
from scenewire_sourcing.servers.nasa.archive import NasaArchive
from scenewire_sourcing.servers.nasa.settings import NasaSettings
from scripts.doubles.archive import KEY, Item, dvids, nasa
from tests.support.web import Asked, Reply, Web, as_json, serving

SHIPS = [
    Item(1, "Ships in the Suez canal", "suez, canal, ship"),
    Item(2, "Ships at night", "ship", category="News"),
    Item(3, "Old ships", "ship", credit="Courtesy Asset", heights=(240, 480)),
    Item(4, "A film of ships", "ship", duration=4_000),
]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as running:
        yield running


@asynccontextmanager
async def dvids_at(web: Web, **changes: Any) -> AsyncIterator[DvidsArchive]:
    settings = DvidsSettings(**{"url": web.url, "interval": 0, "api_key": SecretStr(KEY), **changes})
    archive = DvidsArchive(settings)
    try:
        yield archive
    finally:
        await archive.aclose()


@asynccontextmanager
async def nasa_at(web: Web) -> AsyncIterator[NasaArchive]:
    archive = NasaArchive(NasaSettings.model_validate({"url": web.url, "interval": 0}))
    try:
        yield archive
    finally:
        await archive.aclose()


async def failure(archive: Archive, query: str = "ship") -> str:
    with pytest.raises(ArchiveError) as caught:
        await archive.search(query, 5)
    return str(caught.value)


async def rendition(archive: Archive, name: str) -> str:
    file = await archive.get(name)
    assert file is not None
    return file.rendition


# --- DVIDS -------------------------------------------------------------------------------------------


async def test_b15_dvids_is_asked_with_its_own_parameters(web: Web) -> None:
    dvids(web, SHIPS)
    async with dvids_at(web, branch="Navy") as archive:
        await archive.search("ships & Suez? /../ api_key=x canal", 5)
    first = web.asked[0]
    assert first.path == "/search"
    assert first.query == {
        "api_key": KEY,
        "q": "ships Suez api key x canal",
        "type": "video",
        "hd": "1",
        "category": "B-Roll",
        "branch": "Navy",
        "to_duration": "600",
        "max_results": "50",
    }


async def test_b17_dvids_relaxes_its_filters_until_enough_is_found(web: Web) -> None:
    dvids(web, SHIPS)
    async with dvids_at(web) as archive:
        found = await archive.search("ship", 5)
        assert [clip.id for clip in found] == ["video:1", "video:2", "video:3"]  # all filters, no category, not HD
        assert [asked.query.get("category", "-") + asked.query.get("hd", "-") for asked in web.asked] == [
            "B-Roll1",
            "-1",
            "--",
        ]
        web.asked.clear()
        assert len(await archive.search("ship", 1)) == 1
        assert web.asked == []  # kept


async def test_dvids_returns_credit_terms_and_review(web: Web) -> None:
    dvids(web, SHIPS)
    async with dvids_at(web, notice="No endorsement is implied.") as archive:
        clips = {clip.id: clip for clip in await archive.search("ship", 5)}
        first, courtesy = clips["video:1"], clips["video:3"]
        assert first.creator == "Sgt. Ann Lee, 1st Unit"
        assert first.licence.startswith("Courtesy of DVIDS. Public domain")
        assert first.notice == "No endorsement is implied."
        assert first.source_url == "https://www.dvidshub.net/video/1/x"
        assert first.duration == 30
        assert first.review == ""
        assert "third party" in courtesy.review


async def test_dvids_gives_the_smallest_file_with_enough_lines(web: Web) -> None:
    dvids(web, SHIPS)
    async with dvids_at(web) as archive:
        file = await archive.get("video:1")
        assert file is not None
        assert (file.url, file.width, file.height) == (f"{web.url}/media/1-720.mp4", 1280, 720)
        assert await rendition(archive, "video:1") == "720p"
        assert await rendition(archive, "video:3") == "480p"
    async with dvids_at(web, min_height=1080) as archive:
        assert await rendition(archive, "video:1") == "1080p"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "video:1/../2", "video:", "image:1", "video:1&id=video:2", "video:\uff11", "1"]
)
async def test_row_64_an_invalid_id_is_never_sent_to_dvids(web: Web, name: str) -> None:
    dvids(web, SHIPS)
    async with dvids_at(web) as archive:
        assert await archive.get(name) is None
    assert web.asked == []


async def test_a_clip_that_is_not_there_or_has_no_file_is_a_reason(web: Web) -> None:
    dvids(web, [Item(5, "Ship", heights=())])
    async with dvids_at(web) as archive:
        assert await archive.get("video:99") is None
        with pytest.raises(ArchiveError, match="no MP4 file"):
            await archive.get("video:5")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_by_dvids_is_retried_with_a_shorter_query_and_then_names_the_key(web: Web, status: int) -> None:
    web.routes["/search"] = as_json({"errors": ["no"]}, status)
    async with dvids_at(web) as archive:
        for _ in range(4):  # never counted as an outage
            reason = await failure(archive, "ships in the canal")
            assert f"DVIDS refuses the key ({status}): check DVIDS_API_KEY or DVIDS_API_KEY_FILE" in reason
    assert [asked.query["q"] for asked in web.asked[:2]] == ["ships in the canal", "ships in"]


async def test_a_search_that_dvids_does_not_understand_names_the_settings(web: Web) -> None:
    web.routes["/search"] = as_json({"errors": ["category"]}, 400)
    async with dvids_at(web, category="Nonsense") as archive:
        assert "check DVIDS_CATEGORY and DVIDS_BRANCH" in await failure(archive)


@pytest.mark.parametrize(
    "reply",
    [
        as_json({"results": "none"}),
        as_json({"results": [None, 7, {}, {"id": "video:x"}, {"id": 5}, {"id": "video:7", "duration": "long"}]}),
        as_json({}),
    ],
)
async def test_answers_of_another_shape_cost_only_what_makes_no_sense(web: Web, reply: Reply) -> None:
    web.routes["/search"] = reply
    async with dvids_at(web) as archive:
        assert [clip.id for clip in await archive.search("ship", 5)] in ([], ["video:7"])


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"<html>maintenance</html>"), "its answer is not JSON"),
        (Reply(b"[" * 100_000), "its answer is not JSON"),
        (Reply(b"[]"), "not a JSON object"),
        (Reply(b" " * (5 << 20)), "larger than 4 MiB"),
        (Reply(b"x", headers={"Content-Encoding": "gzip"}), "compressed"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "answers 302"),
        (Reply(status=503), "it answers 503"),
        (Reply(b"{", length=100), "cannot be reached"),
    ],
)
async def test_an_archive_that_misbehaves_is_a_reason(web: Web, reply: Reply, reason: str) -> None:
    web.routes["/search"] = reply
    async with dvids_at(web) as archive:
        said = await failure(archive)
    assert "DVIDS" in said
    assert reason in said
    assert len(web.asked) == 1


# --- NASA --------------------------------------------------------------------------------------------


async def test_nasa_needs_no_key_and_gives_clips_with_terms(web: Web) -> None:
    nasa(web, [Item(7, "Rocket launch", "rocket,launch"), Item(8, "Moon", "moon", description="Copyright ESA")])
    async with nasa_at(web) as archive:
        (rocket,) = await archive.search("rocket launch", 5)
        assert (rocket.title, rocket.keywords, rocket.creator) == ("Rocket launch", ("rocket", "launch"), "JSC")
        assert "ot subject to copyright" in rocket.licence
        assert "does not imply an endorsement by NASA" in rocket.notice
        assert rocket.source_url == "https://images.nasa.gov/details/NHQ_7%20Go%20Forward"
        file = await archive.get(rocket.id)
        assert file is not None
        assert file.url == f"{web.url}/video/NHQ_7%20Go%20Forward/NHQ_7%20Go%20Forward~medium.mp4"
        assert file.rendition == "medium"
        (moon,) = await archive.search("moon", 5)
        assert "third party" in moon.review


async def test_b17_nasa_finds_with_fewer_words_what_it_does_not_find_with_all(web: Web) -> None:
    nasa(web, [Item(7, "Rocket launch")])
    async with nasa_at(web) as archive:
        assert len(await archive.search("rocket launch on a cold morning", 5)) == 1
    assert [(asked.query["q"], asked.query["media_type"]) for asked in web.asked] == [
        ("rocket launch on a cold morning", "video"),
        ("rocket launch on a cold morning", "image"),
        ("rocket launch", "video"),
        ("rocket launch", "image"),
    ]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "a..b", "..", ".", "", "a\x00", "a?b", "a%2fb"])
async def test_row_64_an_invalid_id_is_never_sent_to_nasa(web: Web, name: str) -> None:
    nasa(web, [Item(7, "Rocket")])
    async with nasa_at(web) as archive:
        assert await archive.get(name) is None
    assert web.asked == []


@pytest.mark.parametrize("opened", [dvids_at, nasa_at])
async def test_words_of_scripts_with_vowel_signs_are_searched_whole(web: Web, opened: Any) -> None:
    (dvids if opened is dvids_at else nasa)(web, [Item(1, "समुद्र की नहर")])
    async with opened(web) as archive:
        assert len(await archive.search("समुद्र नहर", 5)) == 1
    assert web.asked[0].query["q"] == "समुद्र नहर"


# --- how an archive is asked -------------------------------------------------------------------------


class Clock:
    """Time that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def asking(web: Web, clock: Callable[[], float] | None = None, **changes: float) -> AsyncIterator[ArchiveClient]:
    settings: dict[str, Any] = {"interval_s": 0.0, "timeout_s": 5.0, "cache_s": 100.0}
    api = ArchiveApi(name="Archive", url=web.url, **(settings | changes))
    clock = clock or Clock()
    client = ArchiveClient(api, clock=clock, answers=Answers(api.url, keep_s=api.cache_s, folder=None, clock=clock))
    try:
        yield client
    finally:
        await client.aclose()


async def refused(client: ArchiveClient, **parameters: str) -> str:
    with pytest.raises(ArchiveError) as caught:
        await client.get("/search", **parameters)
    return str(caught.value)


async def test_requests_keep_a_minimum_interval(web: Web) -> None:
    web.routes["/search"] = as_json({})
    began = time.monotonic()
    async with asking(web, clock=time.monotonic, interval_s=0.1) as client:
        for number in range(4):
            await client.get("/search", q=str(number))
    assert time.monotonic() - began >= 0.3
    assert len(web.asked) == 4


async def test_answers_are_cached(web: Web) -> None:
    web.routes["/search"] = lambda asked: as_json({"q": asked.query["q"]})
    clock = Clock()
    async with asking(web, clock) as client:
        for _ in range(3):
            assert await client.get("/search", q="a") == {"q": "a"}
        assert await client.get("/search", q="b") == {"q": "b"}
        assert len(web.asked) == 2
        clock.now += 101
        await client.get("/search", q="a")
        assert len(web.asked) == 3


async def test_answers_in_a_folder_serve_later_runs_until_they_expire(web: Web, tmp_path: Path) -> None:
    web.routes["/search"] = lambda asked: as_json({"q": asked.query["q"]})
    folder = tmp_path / "data" / "answers"
    clock = Clock()

    async def ask(url: str) -> dict[str, Any]:
        api = ArchiveApi(name="Archive", url=url, interval_s=0, timeout_s=5, cache_s=100, answers_dir=folder)
        client = ArchiveClient(api, answers=Answers(url, keep_s=100, folder=folder, clock=clock))
        try:
            return await client.get("/search", q="a")
        finally:
            await client.aclose()

    for _ in range(3):
        assert await ask(web.url) == {"q": "a"}
    assert len(web.asked) == 1
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())] == [0o700, 0o600]
    await ask(f"{web.url}/.")  # another archive
    assert len(web.asked) == 2
    clock.now += 101
    await ask(web.url)
    assert len(web.asked) == 3
    clock.now -= 500  # a clock that was set back
    await ask(web.url)
    assert len(web.asked) == 4


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"since": "now", "answer": {}}', b'{"since": 1e9, "answer": 7}']
)
async def test_a_damaged_answer_is_requested_again(tmp_path: Path, content: bytes) -> None:
    answers = Answers("https://x", keep_s=1e12, folder=tmp_path)
    answers.keep("/search", {"q": "a"}, {"fine": True})
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert Answers("https://x", keep_s=1e12, folder=tmp_path).find("/search", {"q": "a"}) is None


async def test_answers_are_kept_in_memory_where_the_folder_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    answers = Answers("https://x", keep_s=100, folder=tmp_path / "file")
    for number in range(3):
        answers.keep("/search", {"q": str(number)}, {"n": number})
        assert answers.find("/search", {"q": str(number)}) == {"n": number}
    assert capsys.readouterr().err.count("answers are kept in memory only") == 1


async def test_old_answers_are_removed_and_those_of_patient_archives_kept(tmp_path: Path) -> None:
    for days, name in ((6, "patient"), (8, "old")):
        file = tmp_path / f"{name}.json"
        file.touch()
        os.utime(file, (time.time() - days * 86_400,) * 2)
    Answers("https://x", keep_s=100, folder=tmp_path).keep("/a", {}, {})
    assert (tmp_path / "patient.json").exists()
    assert not (tmp_path / "old.json").exists()


async def test_an_answer_that_repeats_the_key_is_kept_in_memory_only(web: Web, tmp_path: Path) -> None:
    web.routes["/search"] = as_json({"next": f"https://x/?key={KEY}"})
    api = ArchiveApi(
        name="Archive", url=web.url, interval_s=0, timeout_s=5, cache_s=100, answers_dir=tmp_path, secrets={"key": KEY}
    )
    client = ArchiveClient(api)
    try:
        for _ in range(2):
            await client.get("/search")
    finally:
        await client.aclose()
    assert len(web.asked) == 1
    assert list(tmp_path.iterdir()) == []


async def test_failures_are_not_cached(web: Web) -> None:
    web.routes["/search"] = Reply(status=500)
    async with asking(web) as client:
        await refused(client)
        web.routes["/search"] = as_json({"fine": True})
        assert await client.get("/search") == {"fine": True}


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_retry_after_is_waited_for(web: Web, status: int) -> None:
    def answer(_: Asked) -> Reply:
        return as_json({"fine": True}) if len(web.asked) > 1 else as_json({}, status, retry_after="0")

    web.routes["/search"] = answer
    async with asking(web) as client:
        assert await client.get("/search") == {"fine": True}


@pytest.mark.parametrize("as_date", [False, True])
async def test_an_archive_that_asks_for_longer_gets_a_cooldown_of_that_length(web: Web, as_date: bool) -> None:
    retry_after = formatdate(time.time() + 75, usegmt=True) if as_date else "75"
    web.routes["/search"] = as_json({}, 429, retry_after=retry_after)
    clock = Clock()
    async with asking(web, clock) as client:
        assert await refused(client) in {f"Archive: it answers 429; cooldown for {n} s" for n in range(70, 76)}
        assert "is in cooldown for another" in await refused(client)
        assert len(web.asked) == 1
        clock.now += 76
        web.routes["/search"] = as_json({"fine": True})
        assert await client.get("/search") == {"fine": True}


async def test_b18_an_archive_that_fails_three_times_in_a_row_has_a_cooldown_of_a_minute(web: Web) -> None:
    web.routes["/search"] = Reply(status=500)
    clock = Clock()
    async with asking(web, clock) as client:
        for _ in range(3):
            await refused(client)
        for _ in range(5):
            assert "in cooldown for another 60 s" in await refused(client)
        assert len(web.asked) == 3
        clock.now += 61
        await refused(client)  # still down: another cooldown at once
        assert "in cooldown for another 60 s" in await refused(client)
        clock.now += 61
        web.routes["/search"] = as_json({})
        await client.get("/search")
        web.routes["/search"] = Reply(status=500)
        await refused(client, q="new")  # one success closed the circuit
        assert "cooldown" not in await refused(client, q="new")


async def test_an_archive_that_limits_requests_without_a_time_gets_the_cooldown_that_it_is_known_for(web: Web) -> None:
    web.routes["/search"] = Reply(status=429)
    async with asking(web, limit_cooldown_s=3_600) as client:
        assert await refused(client) == "Archive: it answers 429; cooldown for 3600 s"
        assert "in cooldown for another 3600 s" in await refused(client)


async def test_pages_for_people_in_place_of_answers_count_as_failures(web: Web) -> None:
    web.routes["/search"] = Reply(b"<html>Are you a person?</html>")
    async with asking(web) as client:
        for _ in range(3):
            assert "its answer is not JSON" in await refused(client)
        assert "in cooldown for another 60 s" in await refused(client)


async def test_a_secret_header_is_sent_and_is_in_nothing_else(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    web.routes["/search"] = lambda _: as_json({"ok": True}) if len(web.asked) == 1 else Reply(KEY.encode(), 500)
    api = ArchiveApi(
        name="Archive", url=web.url, interval_s=0, timeout_s=5, cache_s=0, secret_headers={"Authorization": KEY}
    )
    client = ArchiveClient(api)
    try:
        answer = await client.get("/search", q="ship")
        failed = await refused(client, q="other")
    finally:
        await client.aclose()
    assert [asked.headers["authorization"] for asked in web.asked] == [KEY, KEY]
    assert client.holds_secret(f"https://x.example/?k={KEY}")
    assert KEY not in f"{answer} {failed} {api!r} {caplog.text}"


async def test_requests_name_the_program_and_whom_to_contact(web: Web) -> None:
    nasa(web, [Item(7, "Rocket")])
    archive = NasaArchive(NasaSettings(url=web.url, interval=timedelta(0), contact="video@example.org"))
    await archive.search("rocket", 1)
    await archive.aclose()
    agent = web.asked[0].headers["user-agent"]
    assert re.fullmatch(r"scenewire/[\w.]+ \(https://github.com/scenewire/scenewire; video@example.org\)", agent)


@pytest.mark.parametrize("contact", ["a b", "a\r\nX: y", "(x)", "\u00fc@example.org"])
def test_a_contact_that_would_break_the_header_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError):
        NasaSettings(contact=contact)


async def test_a_request_without_an_answer_times_out(web: Web) -> None:
    async def silent(_: Asked, writer: Any) -> None:
        await writer.drain()
        await writer.wait_closed()

    web.raw["/search"] = silent
    async with asking(web, timeout_s=0.1) as client:
        assert await refused(client) == "Archive: it did not answer within 0.1 s"
