"""The pages of the gateway in a real browser."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scenewire.contracts import read_asyncapi
from scenewire_gateway.access.keys import KeysFile
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.http.bounds import route_limits
from tests.support.browser import chromium
from tests.support.doors import an_order, gateway_of, open_door, ordered, until_state
from tests.support.gateway_stack import running_gateway
from tests.support.pages import Pages

pytestmark = pytest.mark.timeout(240)

PLACES = (
    "#/",
    "#/new",
    "#/search?q=sea",
    "#/bus",
    "#/projects/{id}",
    "#/projects/{id}?tab=history",
    "#/projects/ffffffff",
)
MAX_REQUESTS, MAX_BYTES = 15, 100_000
LOADED = """
return [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ name }) => !name.includes("/v1/")).map(({ decodedBodySize }) => decodedBodySize);
"""
WORDS = """
const names = (words, path = "") => Object.entries(words).flatMap(([name, value]) =>
  value && typeof value === "object" && !Array.isArray(value) ? names(value, `${path}${name}.`) : [`${path}${name}`]);
return Promise.all(["en", "de"].map((language) => import(`/pages/words/${language}.js`)))
  .then((modules) => modules.map(({ words }) => names(words).sort()));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


async def test_a_video_is_watched_while_it_is_made_then_edited(browser: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_door(data, tmp_path) as client:
        pages = Pages(browser, gateway_of(data))
        await pages.open()
        await pages.until("document.querySelector('.empty h2')?.checkVisibility()")
        project = await ordered(client)
        await pages.until("document.querySelector('.card')?.textContent.includes('Tides')")  # without a reload
        await pages.press("Tides")
        await pages.until("document.activeElement.matches('h1') && document.querySelectorAll('.scene').length === 3")
        await pages.until("document.querySelector('.project-facts .badge.good')", seconds=90)
        await pages.until("document.querySelector('video').currentSrc.endsWith('/versions/0/video')")
        await pages.until("document.querySelector('video').readyState >= 1")
        assert [text[:15] for text in await pages.texts(".scene-text")] == [
            "The sea rises t",
            "The sea falls t",
            "The moon pulls ",
        ]

        await pages.press("Edit Scene 2")
        await pages.type(".editor textarea", "The sea goes away.")
        await pages.press("Add scene below")
        await pages.type(".editor textarea", "Then it comes back.")
        await pages.press("Done")
        assert await pages.text(".draft-count") == "2 changes"
        await pages.press("Make new version")
        await pages.until("document.querySelector('.project-facts .badge.live')")
        await pages.until("document.querySelector('.project-facts .badge.good')", seconds=90)
        await pages.until("document.querySelector('video').currentSrc.endsWith('/versions/1/video')")
        texts = await pages.texts(".scene-text")
        assert texts == [
            "The sea rises twice a day.", "The sea goes away.", "Then it comes back.", "The moon pulls the water.",
        ]  # fmt: skip
        assert await pages.texts("#version option:first-child") == ["Version 2"]
        assert (await client.get(project["links"]["self"])).json()["revision"] == 1
        await pages.press("History")
        await pages.until("document.querySelectorAll('.history li').length === 4")
        assert (await pages.texts(".history li:nth-child(3) p"))[:2] == [
            "Edited",
            "Scenes changed: 2 · Scenes added: 3",
        ]
        assert await pages.complaints() == []


async def test_changes_survive_a_reload_and_somebody_elses_version(browser: Any, tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        pages = Pages(browser, url)
        project = await ordered(client)
        await pages.open(f"#/projects/{project['short_id']}")
        await pages.until("document.querySelectorAll('.scene .edit').length === 3")
        await pages.press("Edit Scene 1")
        await pages.type(".editor textarea", "My words.")
        await pages.open(f"#/projects/{project['short_id']}")
        await pages.until("document.querySelector('.draft-count')?.checkVisibility()")
        assert (await pages.texts(".scene-text"))[0] == "My words."

        theirs = {"expected_revision": 0, "scenes": [{"scene": 1, "text": "Their words."}]}
        assert (await client.post(f"{project['links']['self']}/edits", json=theirs)).status_code == 202
        await pages.until("document.querySelector('.meanwhile q')?.textContent === 'Their words.'")
        assert (await pages.texts(".scene-text"))[0] == "My words."

        await pages.block("*/events")
        await pages.open(f"#/projects/{project['short_id']}")
        await pages.until("document.querySelector('.draft-count')?.checkVisibility()")
        theirs = {"expected_revision": 1, "scenes": [{"scene": 3, "text": "Their last words."}]}
        assert (await client.post(f"{project['links']['self']}/edits", json=theirs)).status_code == 202
        await pages.press("Make new version")
        await pages.until("document.querySelector('.draft-bar [role=alert]')?.checkVisibility()")
        texts = [text.strip() for text in await pages.texts(".scene-text")]
        assert (texts[0], texts[2]) == ("My words.", "Their last words.")
        await pages.press("Make new version")
        await pages.until("!document.querySelector('.draft-count').checkVisibility()")
        scenes = (await client.get(project["links"]["storyboard"])).json()["scenes"]
        assert [scene["text"] for scene in scenes][::2] == ["My words.", "Their last words."]
        await pages.block()


async def test_an_order_that_is_approved_first_is_made_once(browser: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_door(data, tmp_path) as client:
        pages = Pages(browser, gateway_of(data))
        await pages.open("#/new")
        await pages.press("Preview the plan")
        await pages.until("document.activeElement.getAttribute('aria-describedby') === 'fault-topic'")
        await pages.type("[data-field=topic] input", "How tides work")
        await pages.press("Preview the plan")
        await pages.until("document.querySelectorAll('.plan-scenes li').length > 1")
        assert (await client.get("/v1/projects")).json()["projects"] == []

        await pages.press("Let me approve the storyboard first")
        await pages.press("Upright")
        await pages.run("for (let time = 0; time < 3; time += 1) document.querySelector('.order-form').requestSubmit()")
        await pages.until("location.hash.startsWith('#/projects/') && document.querySelector('.scene')")
        [project] = (await client.get("/v1/projects")).json()["projects"]
        options = (await client.get(project["links"]["storyboard"])).json()["options"]
        assert (options["look"]["width"], options["look"]["height"]) == (1080, 1920)
        await pages.until("document.querySelector('.project-facts .badge.ask')")
        await pages.press("Edit Scene 1")
        await pages.type(".editor textarea", "Twice a day the sea rises.")
        await pages.press("Approve and make video")  # takes the changes along
        await pages.until("document.querySelector('.project-facts .badge.live')")
        scenes = (await client.get(project["links"]["storyboard"])).json()["scenes"]
        assert scenes[0]["text"] == "Twice a day the sea rises."
        await pages.press("Cancel video")
        await pages.run("document.querySelector('dialog .danger').click()")
        await pages.until("document.querySelector('.project-facts .badge').textContent === 'Cancelled'")


async def test_a_token_opens_the_pages(browser: Any, tmp_path: Path) -> None:
    keys = KeysFile(tmp_path / "keys.toml")
    token = keys.add("ann", Scope.READ)
    async with running_gateway(tmp_path, keys_file=keys.path) as url:
        pages = Pages(browser, url)
        await pages.open()
        await pages.type("#token", "sw_wrong")
        await pages.keys("\n")
        await pages.until("document.querySelector('.session [role=alert]')")
        await pages.type("#token", token)
        await pages.keys("\n")
        await pages.until("document.querySelector('.empty h2')?.checkVisibility()")
        await pages.open()  # the browser has a cookie, which scripts can't read
        await pages.until("document.querySelector('.empty h2')?.checkVisibility()")
        assert (
            await pages.run("return document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })") == "{}"
        )


async def test_every_place_is_accessible_in_both_themes_and_on_phones(browser: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_door(data, tmp_path) as client:
        pages = Pages(browser, gateway_of(data))
        project = await ordered(client, approve=True)
        await until_state(client, project["id"], "awaiting_approval")
        await pages.complaints()
        for place in PLACES:
            for width, theme in ((1440, "light"), (390, "dark")):
                await pages.resize(width)
                await pages.emulate(prefers_color_scheme=theme)
                await pages.open(place.format(id=project["short_id"]))
                assert await pages.audit() == [], (place, width, theme)
                assert await pages.run("return document.documentElement.scrollWidth <= innerWidth"), (place, width)
        assert await pages.complaints(expected=["/v1/projects/ffffffff"]) == []


async def test_a08_a_page_shows_the_contract_of_the_bus(browser: Any, tmp_path: Path) -> None:
    contract = json.loads(read_asyncapi())
    addresses = [channel["address"] for channel in contract["channels"].values() if channel["address"]]
    async with running_gateway(tmp_path) as url:
        pages = Pages(browser, url)
        await pages.open("#/bus")
        assert await pages.texts("summary code") == [*addresses, *contract["components"]["schemas"]]
        await pages.run("document.querySelectorAll('details').forEach((found) => (found.open = true))")
        shown = await pages.text("main")
        assert contract["info"]["version"] in shown
        assert "undefined" not in shown
        assert await pages.audit() == []
        assert await pages.run("return document.documentElement.scrollWidth <= innerWidth")
        assert await pages.complaints() == []


async def test_the_board_needs_few_requests_and_bytes(browser: Any, tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as url:
        pages = Pages(browser, url)
        await pages.open()
        sizes = await pages.run(LOADED)
        assert len(sizes) < MAX_REQUESTS
        assert sum(sizes) < MAX_BYTES


async def test_the_board_shows_all_projects_in_steps(browser: Any, tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=60) as client:
        orders = b"\n".join(json.dumps(an_order(title=f"Number {number}", voice="?")).encode() for number in range(61))
        batch = (await client.post("/v1/batches", content=orders)).json()
        for order in batch["accepted"]:
            await until_state(client, order["project_id"], "failed")  # at once: there is no such voice
        pages = Pages(browser, url)
        await pages.open()
        await pages.until("document.querySelectorAll('.card').length === 60")
        await pages.press("Show more")
        await pages.until("document.querySelectorAll('.card').length === 61")
        assert await pages.run(
            "return ![...document.querySelectorAll('button')].some(({ textContent, hidden }) =>"
            " textContent === 'Show more' && !hidden)"
        )


async def test_pages_that_are_left_give_their_event_streams_back(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route_limits, "_MAX_STREAMS", 2)  # browsers keep pages for the way back, and six connections
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        pages = Pages(browser, url)
        project = await ordered(client)
        for _ in range(5):
            await pages.open(f"#/projects/{project['short_id']}")
            await pages.until("document.querySelectorAll('.scene').length === 3")
        await asyncio.sleep(1)  # a refused stream shows as a lost connection
        assert await pages.run("return document.querySelector('.lost').hidden")
        assert await pages.complaints() == []


async def test_every_language_has_the_same_words(browser: Any, tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as url:
        pages = Pages(browser, url)
        await pages.open()
        english, german = await pages.run(WORDS)
        assert english == german
        await pages.run("document.querySelector('select[name=language]').value = 'de'")
        await pages.run("document.querySelector('select[name=language]').dispatchEvent(new Event('change'))")
        await pages.until(
            "document.documentElement.lang === 'de' && document.querySelector('.button.primary').innerText"
        )
        assert await pages.text(".bar .button.primary") == "Neues Video"
        await pages.run("localStorage.clear()")


async def test_a_lost_connection_shows_and_what_was_missed_comes_back(browser: Any, tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as url, httpx2.AsyncClient(base_url=url, timeout=30) as client:
        pages = Pages(browser, url)
        await pages.block("*/v1/events")
        await pages.open()
        await pages.until("document.querySelector('.lost').checkVisibility()")
        await ordered(client)
        await pages.block()
        await pages.until("!document.querySelector('.lost').checkVisibility()")
        await pages.until("document.querySelector('.card')?.textContent.includes('Tides')")


async def test_a_video_whose_file_is_gone_says_so(browser: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with open_door(data, tmp_path) as client:
        project = await ordered(client)
        await until_state(client, project["id"], "finished")
        for film in (data / "artifacts" / "output" / project["id"]).glob("*.mp4"):
            film.unlink()
        pages = Pages(browser, gateway_of(data))
        await pages.open(f"#/projects/{project['short_id']}")
        await pages.until("document.querySelector('main [role=alert]')?.textContent.includes('is not in the store')")
