"""A preview that grows while it plays, in a real browser."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import scenewire_gateway
from scenewire_gateway.preview.playable import Playable
from scenewire_gateway.preview.playlist import MEDIA_TYPE, playlist
from scenewire_gateway.preview.scene_preview import ScenePreview
from tests.support.browser import chromium
from tests.support.rendered import rendered
from tests.support.studio import Studio
from tests.support.web import Asked, Reply, Web, serving

LENGTHS = (95, 61, 33, 187, 2, 121, 64, 90, 59, 31)
COLOURS = ("red", "lime", "blue", "yellow", "fuchsia", "aqua", "white", "black", "orange", "gray")
SEEN = (
    *((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255)),
    *((0, 255, 255), (255, 255, 255), (0, 0, 0), (255, 165, 0), (128, 128, 128)),
)
SCRIPT = Path(scenewire_gateway.__file__).parent / "pages/project/growing_video.js"
POLICY = "default-src 'self'; media-src 'self' blob:; require-trusted-types-for 'script'"

OPEN = """
const [done] = arguments;
import("/growing_video.js").then(({ GrowingVideo }) => {
  window.errors = [];
  window.video = document.body.appendChild(document.createElement("video"));
  video.muted = true;
  window.growing = new GrowingVideo(video, "/preview/playlist.m3u8", (error) => errors.push(String(error)));
}).then(() => done("open"), (error) => done(String(error)));
"""
STATE = """
const { buffered } = video;
return { now: video.currentTime, duration: video.duration, ready: video.readyState, ended: video.ended, errors,
  buffered: [...Array(buffered.length).keys()].map((at) => [buffered.start(at), buffered.end(at)]) };
"""
SHOWN = """
const [at, done] = arguments;
video.addEventListener("seeked", () => {
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  context.drawImage(video, 0, 0, 1, 1);
  done([...context.getImageData(0, 0, 1, 1).data].slice(0, 3));
}, { once: true });
video.pause();
video.currentTime = at;
"""


@dataclass
class Preview:
    """A page with a growing video, and the gateway's answers behind it."""

    web: Web
    browser: Any
    scenes: list[Playable]
    ready: int = 0
    ranges: list[str] = field(default_factory=list)

    def list_scenes(self, _: Asked) -> Reply:
        complete = self.ready == len(self.scenes)
        urls = [f"{number}.mp4" for number in range(1, self.ready + 1)]
        text = playlist(self.scenes[: self.ready], complete=complete, urls=urls)
        return Reply(text.encode(), headers={"Content-Type": MEDIA_TYPE})

    def part(self, asked: Asked) -> Reply:
        scene = self.scenes[int(asked.path.removeprefix("/preview/").removesuffix(".mp4")) - 1]
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers.get("range", ""))
        assert found, "the page asks for parts only"
        self.ranges.append(asked.path)
        content = scene.path.read_bytes()
        start, last = int(found[1]), int(found[2] or len(content) - 1)
        headers = {"Content-Type": scene.media_type, "Content-Range": f"bytes {start}-{last}/{len(content)}"}
        return Reply(content[start : last + 1], 206, headers)

    async def run(self, script: str, *arguments: object) -> Any:
        return await asyncio.to_thread(self.browser.execute_script, script, *arguments)

    async def ask(self, script: str, *arguments: object) -> Any:
        return await asyncio.to_thread(self.browser.execute_async_script, script, *arguments)

    async def open(self) -> None:
        await asyncio.to_thread(self.browser.get, f"{self.web.url}/")
        assert await self.ask(OPEN) == "open"

    async def grow(self, ready: int) -> None:
        self.ready = ready
        await self.ask("growing.refresh().then(arguments[0])")

    async def state(self) -> dict[str, Any]:
        state: dict[str, Any] = await self.run(STATE)
        assert state["errors"] == []
        return state

    async def until(self, reached: str) -> None:
        script = f"return ({reached}) || errors.length > 0"
        async with asyncio.timeout(60):
            while not await self.run(script):
                await asyncio.sleep(0.05)
        await self.state()

    def start(self, number: int) -> float:
        return sum(scene.frames for scene in self.scenes[: number - 1]) / 30


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
async def preview(browser: Any, tmp_path: Path) -> AsyncIterator[Preview]:
    studio = Studio(tmp_path)
    made = ScenePreview(studio.store, tmp_path / "cache", 1 << 30)
    scenes = [
        await made.playable(await rendered(studio, frames, number, of=10, pattern=f"color=c={colour}"))
        for number, (frames, colour) in enumerate(zip(LENGTHS, COLOURS, strict=True), start=1)
    ]
    async with serving() as web:
        preview = Preview(web, browser, scenes)
        page = {"Content-Type": "text/html", "Content-Security-Policy": POLICY}
        web.routes["/"] = Reply(b"<!doctype html><title>Preview</title><body></body>", headers=page)
        web.routes["/growing_video.js"] = Reply(SCRIPT.read_bytes(), headers={"Content-Type": "text/javascript"})
        web.routes["/preview/playlist.m3u8"] = preview.list_scenes
        web.routes |= {f"/preview/{number}.mp4": preview.part for number in range(1, 11)}
        yield preview


async def test_a_video_plays_from_its_first_scene_while_others_are_added(preview: Preview):
    preview.ready = 1
    await preview.open()
    await preview.until("video.readyState >= 3")
    await preview.run("video.playbackRate = 4; return video.play()")
    assert (await preview.state())["duration"] == pytest.approx(95 / 30, abs=1e-4)
    await preview.grow(2)
    assert (await preview.state())["duration"] == pytest.approx(156 / 30, abs=1e-4)
    await preview.until("video.currentTime > 4.5 && video.readyState < 3")  # nothing is left to play
    assert not (await preview.state())["ended"]
    await preview.grow(10)
    await preview.until("video.ended")
    state = await preview.state()
    total = sum(LENGTHS) / 30
    assert state["duration"] == state["now"] == pytest.approx(total, abs=1e-4)
    assert state["buffered"] == [[0, pytest.approx(total, abs=1e-4)]]
    assert await preview.run("return video.getVideoPlaybackQuality().corruptedVideoFrames") == 0


async def test_the_browser_alone_plays_a_list_that_still_grows_from_its_first_scene(preview: Preview):
    preview.ready = 9
    await preview.open()
    script = """
      errors.length = 0;
      growing.close();
      video.src = "/preview/playlist.m3u8";
      return video.canPlayType("application/vnd.apple.mpegurl");
    """
    assert await preview.run(script)
    await preview.until("video.readyState >= 2")
    state = await preview.state()
    assert (state["now"], state["buffered"][0][0]) == (0, 0)
    assert state["duration"] == pytest.approx(preview.start(10), abs=1e-4)
    assert await preview.ask(SHOWN, 0) == pytest.approx(SEEN[0], abs=16)


async def test_every_scene_begins_and_ends_at_its_frame(preview: Preview):
    preview.ready = 10
    await preview.open()
    await preview.until("video.readyState >= 2")
    for number, (frames, colour) in enumerate(zip(LENGTHS, SEEN, strict=True), start=1):
        for place in (0.5, frames - 0.5):
            async with asyncio.timeout(10):  # the browser draws a moment after it has found the place
                while await preview.ask(SHOWN, preview.start(number) + place / 30) != pytest.approx(colour, abs=16):
                    await asyncio.sleep(0.1)


async def test_a_place_further_on_is_loaded_without_what_is_before_it(preview: Preview):
    preview.scenes *= 12
    preview.web.routes |= {f"/preview/{number}.mp4": preview.part for number in range(1, 121)}
    preview.ready = 120
    await preview.open()
    await preview.until("video.readyState >= 2 && video.buffered.end(0) >= 30")
    loaded = len(preview.ranges)
    await preview.ask(SHOWN, preview.start(101))
    await preview.until("video.readyState >= 3")
    further = {int(re.sub(r"\D", "", path.removesuffix(".mp4"))) for path in preview.ranges[loaded:]}
    assert min(further) in {100, 101}
    assert max(further) <= 115
    await preview.ask(SHOWN, 0)  # goes back
    assert (await preview.state())["now"] == 0


@pytest.mark.parametrize(("status", "told"), [(404, "404"), (503, "503")])
async def test_a_scene_that_cannot_be_loaded_is_reported_and_loaded_when_it_can(
    preview: Preview, status: int, told: str
):
    preview.ready = 2
    preview.web.routes["/preview/2.mp4"] = Reply(status=status)
    await preview.open()
    async with asyncio.timeout(20):
        while not (errors := await preview.run("return errors")):
            await asyncio.sleep(0.05)
    assert f"/preview/2.mp4: {told}" in errors[0]
    assert await preview.run("return video.buffered.end(0)") == pytest.approx(95 / 30, abs=1e-4)
    preview.web.routes["/preview/2.mp4"] = preview.part
    await preview.run("errors.length = 0")
    await preview.grow(10)
    await preview.until(f"video.buffered.length === 1 && video.buffered.end(0) > {preview.start(4)}")
