"""The APIs of archives of clips and stills, as they are and as they should not be, against doubles of each."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import pytest
from pydantic import SecretStr, ValidationError

from scenewire_sourcing.candidates import FootageFile, FoundFootage
from scenewire_sourcing.servers.archive.archive import HttpArchive
from scenewire_sourcing.servers.archive.client import ArchiveError
from scenewire_sourcing.servers.archive_org.archive import ArchiveOrgArchive
from scenewire_sourcing.servers.archive_org.settings import ArchiveOrgSettings
from scenewire_sourcing.servers.commons.archive import CommonsArchive
from scenewire_sourcing.servers.commons.settings import CommonsSettings
from scenewire_sourcing.servers.loc.archive import LocArchive
from scenewire_sourcing.servers.loc.settings import LocSettings
from scenewire_sourcing.servers.openverse.archive import OpenverseArchive
from scenewire_sourcing.servers.openverse.settings import OpenverseSettings
from scenewire_sourcing.servers.pexels.archive import PexelsArchive
from scenewire_sourcing.servers.pexels.settings import PexelsSettings
from scenewire_sourcing.servers.pixabay.archive import PixabayArchive
from scenewire_sourcing.servers.pixabay.settings import PixabaySettings
from scripts.doubles.archive import KEY
from scripts.doubles.open_archives import ARCHIVES, Holding
from tests.support.web import Asked, Reply, Web, as_json, serving

KINDS: Final[dict[str, tuple[Callable[..., HttpArchive], Callable[..., Any]]]] = {
    "commons": (CommonsArchive, CommonsSettings),
    "archive_org": (ArchiveOrgArchive, ArchiveOrgSettings),
    "loc": (LocArchive, LocSettings),
    "openverse": (OpenverseArchive, OpenverseSettings),
    "pexels": (PexelsArchive, PexelsSettings),
    "pixabay": (PixabayArchive, PixabaySettings),
}
NAMES: Final = sorted(KINDS)
WITH_CLIPS: Final = [name for name in NAMES if name != "openverse"]

HOLDINGS: Final = (
    Holding(1, "Ships in the Suez canal", "suez,canal,ship"),
    Holding(2, "Ships at night", "ship,harbour", creator="Bob", licence="CC BY 4.0"),
    Holding(3, "Lighthouse on a rock", "lighthouse,sea", kind="still", size=(6000, 4000)),
    Holding(4, "Ships of the line", "ship,painting", kind="still", licence="CC0", size=(900, 600)),
)


@dataclass(frozen=True)
class Opened:
    """An archive's server and the double that it asks."""

    archive: HttpArchive
    web: Web

    async def search(self, query: str, limit: int = 20) -> dict[str, FoundFootage]:
        return {found.title.casefold(): found for found in await self.archive.search(query, limit)}

    async def get(self, query: str) -> FootageFile:
        (found,) = (await self.search(query)).values()
        file = await self.archive.get(found.id)
        assert file is not None
        return file

    async def refusal(self, query: str = "ship") -> str:
        with pytest.raises(ArchiveError) as caught:
            await self.archive.search(query, 5)
        return str(caught.value)


@asynccontextmanager
async def opened(name: str, *holdings: Holding, **changes: Any) -> AsyncIterator[Opened]:
    create, settings = KINDS[name]
    async with serving() as web:
        ARCHIVES[name](web, holdings or HOLDINGS, lambda holding: f"content {holding.number}".encode())
        key = {"api_key": SecretStr(KEY)} if name in {"pexels", "pixabay"} else {}
        archive = create(settings(**{"url": web.url, "interval": 0, **key, **changes}))
        try:
            yield Opened(archive, web)
        finally:
            await archive.aclose()


# --- what all have in common ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_CLIPS)
async def test_an_archive_finds_clips_with_creator_licence_and_page(name: str) -> None:
    async with opened(name) as at:
        found = await at.search("suez canal")
    (clip,) = found.values()
    assert (clip.kind, clip.title.casefold()) == ("clip", "ships in the suez canal")
    assert "Ann Lee" in clip.creator
    assert clip.licence
    assert clip.source_url.startswith("https://")
    assert "canal" in " ".join(clip.keywords)
    assert not {"<", "&"} & set(clip.model_dump_json())


@pytest.mark.parametrize("name", NAMES)
async def test_an_archive_finds_stills_where_there_are_few_clips(name: str) -> None:
    async with opened(name) as at:
        found = await at.search("lighthouse")
        ships = await at.search("ships")
    (still,) = found.values()
    assert (still.kind, still.duration) == ("still", None)
    assert (
        [footage.kind for footage in ships.values()] == ["still"] if name == "openverse" else ["clip", "clip", "still"]
    )


@pytest.mark.parametrize("name", WITH_CLIPS)
async def test_an_archive_with_enough_clips_is_asked_once(name: str) -> None:
    ships = [Holding(number, f"Ship {number}", "ship") for number in range(1, 9)]
    async with opened(name, *ships) as at:
        assert len(await at.archive.search("ship", 20)) == 8
        assert len(await at.archive.search("ship", 3)) == 3
        assert len(at.web.asked) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_fewer_words_are_tried_only_when_all_of_them_find_nothing(name: str) -> None:
    async with opened(name) as at:
        assert await at.search("lighthouse rock at the end of the world") == await at.search("lighthouse rock")
        assert await at.search("volcano") == {}


@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "clip") for name in WITH_CLIPS), *((name, "still") for name in NAMES)]
)
async def test_a_file_has_its_own_description_and_is_a_download_of_the_archive(name: str, kind: str) -> None:
    async with opened(name) as at:
        found = (await at.search("suez" if kind == "clip" else "lighthouse")).popitem()[1]
        file = await at.archive.get(found.id)
    assert file is not None
    assert (file.id, file.kind, file.title, file.licence) == (found.id, kind, found.title, found.licence)
    assert file.url.startswith(f"{at.web.url}/")
    assert file.rendition


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "own_id",
    ["", ".", "..", "../../etc/passwd", "1/../2", "a?b=c", "a#b", "1&x=2", "\uff11", "a\x00b", "x" * 400, "a..b"],
)
async def test_row_64_an_invalid_id_is_never_sent(name: str, own_id: str) -> None:
    async with opened(name) as at:
        for kind in ("clip:", "still:", "", "file:"):
            assert await at.archive.get(kind + own_id) is None
        assert at.web.asked == []


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_not_there_is_none(name: str) -> None:
    ids = {"openverse": f"{Holding(99, '').uuid}", "archive_org": "nothing"}
    async with opened(name) as at:
        assert await at.archive.get(f"still:{ids.get(name, '99')}") is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [None, 7, "text", [None, 7, "x", {}, []], {"a": [{}]}])
async def test_values_of_other_types_cost_only_what_makes_no_sense(name: str, value: object) -> None:
    """Every value of every answer is replaced in turn."""
    async with opened(name, HOLDINGS[0], HOLDINGS[2]) as at:
        ids = [found.id for words in ("suez", "lighthouse") for found in (await at.search(words)).values()]
        answers = {path: route for path, route in at.web.routes.items() if path in at.web.paths()}
        for found in ids:
            await at.archive.get(found)
        answers |= {path: route for path, route in at.web.routes.items() if path in at.web.paths()}
        for index in range(1, 200):
            seen = [False]
            at.web.routes |= {path: _changed(route, index, value, seen) for path, route in answers.items()}
            at.archive._client._answers._known.clear()
            await at.archive.search("suez", 5)
            for found in ids:
                with suppress(ArchiveError):  # there may be no file any more
                    await at.archive.get(found)
            if not seen[0]:
                break
        assert index > 10


def _changed(route: Any, index: int, value: object, seen: list[bool]) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        reply: Reply = route if isinstance(route, Reply) else route(asked)
        body, is_done = _replaced(json.loads(reply.body), index, value)
        seen[0] |= is_done
        return Reply(json.dumps(body).encode(), reply.status)

    return answer


def _replaced(tree: object, index: int, value: object) -> tuple[object, bool]:
    """Returns a tree with its value number `index` replaced, and whether it has that many."""
    left = index

    def walk(node: object) -> object:
        nonlocal left
        left -= 1
        if left == -1:
            return value
        if isinstance(node, dict):
            return {key: walk(child) for key, child in node.items()}
        return [walk(child) for child in node] if isinstance(node, list) else node

    return walk(tree), left < 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"<html>maintenance</html>"), "its answer is not JSON"),
        (Reply(b"[]"), "not a JSON object"),
        (Reply(b" " * (5 << 20)), "larger than 4 MiB"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/"}), "answers 302"),
        (Reply(status=503), "it answers 503"),
    ],
)
async def test_an_archive_that_misbehaves_is_a_reason(name: str, reply: Reply, reason: str) -> None:
    async with opened(name) as at:
        at.web.routes = dict.fromkeys(at.web.routes, reply)
        assert reason in await at.refusal()
        assert len(at.web.asked) == 1


@pytest.mark.parametrize("name", ["loc", "openverse", "pexels", "pixabay"])
async def test_an_archive_that_limits_requests_is_left_alone_for_as_long_as_it_blocks(name: str) -> None:
    async with opened(name) as at:
        at.web.routes = dict.fromkeys(at.web.routes, Reply(status=429))
        seconds = {"loc": 3600, "openverse": 60, "pexels": 600, "pixabay": 60}[name]
        assert f"it answers 429; cooldown for {seconds} s" in await at.refusal()
        assert "in cooldown for another" in await at.refusal()
        assert len(at.web.asked) == 1


# --- keys ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pexels", "pixabay"])
async def test_a_key_reaches_only_its_archive(name: str) -> None:
    async with opened(name) as at:
        file = await at.get("suez")
        assert at.web.asked
        carriers = [asked.headers if name == "pexels" else asked.query for asked in at.web.asked]
        assert all(KEY in carrier.values() for carrier in carriers)
        assert name == "pixabay" or all(KEY not in str(asked.query) + asked.path for asked in at.web.asked)
        assert KEY not in file.model_dump_json()


@pytest.mark.parametrize("name", ["pexels", "pixabay"])
async def test_urls_with_the_key_are_not_passed_on(name: str) -> None:
    async with opened(name) as at:
        for path, route in list(at.web.routes.items()):
            at.web.routes[path] = _echoing(route)
        found = (await at.search("suez")).popitem()[1]
        assert KEY not in found.model_dump_json()
        with pytest.raises(ArchiveError, match="no file of this clip"):
            await at.archive.get(found.id)


def _echoing(route: Any) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        reply: Reply = route if isinstance(route, Reply) else route(asked)
        return Reply(reply.body.replace(b'.mp4"', f'.mp4?key={KEY}"'.encode()), reply.status)

    return answer


@pytest.mark.parametrize("name", ["pexels", "pixabay"])
async def test_a_refused_key_names_its_variables_and_is_not_an_outage(name: str) -> None:
    async with opened(name, api_key=SecretStr("another-key")) as at:
        for _ in range(4):
            reason = await at.refusal()
            assert f"{name.upper()}_API_KEY or {name.upper()}_API_KEY_FILE" in reason
            assert "another-key" not in reason
            assert "cooldown" not in reason


@pytest.mark.parametrize("name", ["pexels", "pixabay"])
@pytest.mark.parametrize("key", ["a b", "a\r\nX: y", "clé", "\x7f"])
def test_what_cannot_be_a_key_is_refused_without_being_named(name: str, key: str) -> None:
    create, settings = KINDS[name]
    with pytest.raises(ValueError, match="cannot be a key") as caught:
        create(settings(api_key=SecretStr(key)))
    assert key not in str(caught.value)


def test_pixabays_answers_are_reused_for_a_day_at_least() -> None:
    with pytest.raises(ValidationError):
        PixabaySettings(cache_time=3_600)


# --- one by one ----------------------------------------------------------------------------------------


async def test_commons_gives_the_smallest_transcode_with_enough_lines() -> None:
    async with opened("commons") as at:
        file = await at.get("suez")
        assert (file.rendition, file.width, file.height, file.duration) == ("720p.vp9.webm", 1280, 720, 12)
        assert (file.licence, file.licence_url) == ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/")
        assert file.keywords[:3] == ("suez", "canal", "ship")
        assert "seen from afar" in file.keywords[-1]
        assert not [word for word in file.keywords if "Self-published" in word or "CC-" in word]
    async with opened("commons", min_height=1080) as at:
        assert (await at.get("suez")).rendition == "1080p.vp9.webm"


@pytest.mark.parametrize(
    ("size", "expected"), [((6000, 4000), (1920, 1280)), ((6000, 2000), (3840, 1280)), ((900, 600), (900, 600))]
)
async def test_commons_gives_stills_in_widths_that_wikimedia_serves(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    async with opened("commons", Holding(3, "Lighthouse", kind="still", size=size)) as at:
        file = await at.get("lighthouse")
        assert (file.width, file.height) == expected
        asked = {asked.query["iiurlwidth"] for asked in at.web.asked if "iiurlwidth" in asked.query}
        assert asked <= {"1920", "3840"}


async def test_commons_passes_on_restrictions_besides_copyright() -> None:
    async with opened("commons", Holding(3, "Mayor", kind="still", restrictions="personality|trademarked")) as at:
        assert "personality, trademarked" in (await at.get("mayor")).review


async def test_commons_names_an_error_that_it_reports_with_status_200() -> None:
    async with opened("commons") as at:
        at.web.routes["/w/api.php"] = as_json({"error": {"code": "ratelimited", "info": "You've exceeded your limit"}})
        assert await at.refusal() == "Wikimedia Commons refuses the request: You've exceeded your limit"


async def test_the_internet_archive_gives_a_derivative_of_the_first_reel_not_the_original() -> None:
    async with opened("archive_org") as at:
        file = await at.get("suez")
        assert (file.rendition, file.height, file.duration) == ("Ships in the Suez canal.mp4", 720, 12.04)
        assert file.url.endswith("/download/item.1_ships-in-the-suez-canal/Ships%20in%20the%20Suez%20canal.mp4")
        assert file.keywords[:3] == ("suez", "canal", "ship")
        picture = await at.get("lighthouse")
        assert picture.rendition == "Lighthouse on a rock.jpg"


async def test_the_internet_archive_is_asked_only_for_items_with_a_licence_and_no_operators_get_through() -> None:
    async with opened("archive_org", collections="prelinger, home_movies") as at:
        await at.archive.search("ships OR NOT mediatype:audio)", 5)
        queries = [asked.query["q"] for asked in at.web.asked]
    assert queries[0] == (
        "(ships or not mediatype audio) AND mediatype:movies AND licenseurl:* AND -access-restricted-item:true AND "
        "(collection:(prelinger OR home_movies))"
    )


async def test_the_internet_archive_marks_descriptions_that_name_other_owners_and_leaves_out_long_films() -> None:
    long = Holding(5, "Ship film", "ship", duration=5_000)
    courtesy = Holding(6, "Ship reel", "ship", restrictions="All rights reserved by ACME")
    async with opened("archive_org", long, courtesy) as at:
        (found,) = (await at.search("ship")).values()
    assert found.title == "Ship reel"
    assert "third party" in found.review


async def test_openverse_gives_pictures_of_unlisted_hosts_through_its_own() -> None:
    async with opened("openverse") as at:
        file = await at.get("lighthouse")
        assert file.url == f"{at.web.url}/v1/images/{HOLDINGS[2].uuid}/thumb/?full_size=true"
        picture = {**json.loads(at.web.routes[f"/v1/images/{HOLDINGS[2].uuid}/"].body)}  # type: ignore[union-attr]
        picture["url"] = "https://live.staticflickr.com/1/2_b.jpg"
        at.web.routes[f"/v1/images/{HOLDINGS[2].uuid}/"] = as_json(picture)
        at.archive._client._answers._known.clear()
        assert (await at.get("lighthouse")).url == "https://live.staticflickr.com/1/2_b.jpg"


@pytest.mark.parametrize("licence", ["CC BY 4.0", "CC BY-SA 4.0", "CC0", "Public domain", "CC BY-NC-ND 2.0"])
async def test_openverse_names_licences_with_their_versions(licence: str) -> None:
    picture = Holding(3, "Lighthouse", kind="still", licence=licence)
    async with opened("openverse", picture, license_type="") as at:
        file = await at.get("lighthouse")
    expected = {"CC0": "CC0 1.0", "Public domain": "Public Domain Mark 1.0"}.get(licence, licence)
    assert (file.licence, file.creator) == (expected, "Ann Lee")


async def test_openverse_is_asked_for_what_may_be_changed_and_sold() -> None:
    async with opened("openverse", Holding(3, "Lighthouse", kind="still", licence="CC BY-NC-ND 2.0")) as at:
        assert await at.search("lighthouse") == {}
        assert {asked.query["license_type"] for asked in at.web.asked} == {"commercial,modification"}


@pytest.mark.parametrize(
    ("rights", "licence"),
    [
        ("", "no known restrictions"),
        ("Publication may be restricted. Copyright by ACME.", "all rights reserved"),
        ("Rights status not evaluated.", "Rights status not evaluated."),
    ],
)
async def test_the_library_of_congress_states_what_it_knows_about_rights(rights: str, licence: str) -> None:
    async with opened("loc", Holding(3, "Lighthouse", kind="still", restrictions=rights)) as at:
        file = await at.get("lighthouse")
    assert file.licence == licence
    assert file.creator == "Ann Lee, photographer"


async def test_the_library_of_congress_gives_the_smallest_sufficient_picture() -> None:
    async with opened("loc") as at:
        assert (await at.get("lighthouse")).rendition == "1800x1200"


async def test_pexels_titles_its_videos_by_their_pages_and_is_named_in_a_notice() -> None:
    async with opened("pexels") as at:
        file = await at.get("suez")
        assert (file.title, file.rendition, file.creator) == ("Ships in the suez canal", "1280x720", "Ann Lee")
        assert (file.licence, file.licence_url) == ("Pexels License", "https://www.pexels.com/license/")
        assert "Pexels" in file.notice
        assert (await at.get("lighthouse")).rendition == "large2x"


async def test_pixabay_skips_sizes_without_a_file() -> None:
    async with opened("pixabay") as at:
        file = await at.get("suez")
        assert (file.rendition, file.height) == ("small", 720)
        assert (await at.get("lighthouse")).height == 853
    async with opened("pixabay", min_height=2160) as at:
        assert (await at.get("suez")).rendition == "medium"


async def test_pixabay_is_never_sent_more_than_a_hundred_characters() -> None:
    async with opened("pixabay") as at:
        await at.archive.search(" ".join(["lighthouse" * 2] * 8), 5)
        assert max(len(asked.query["q"]) for asked in at.web.asked) <= 100
