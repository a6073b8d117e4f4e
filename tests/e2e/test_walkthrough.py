"""A person makes a video of ten scenes in a browser, watches it grow, changes one scene, and goes back."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenewire.messages import AudioRendered, SegmentRendered
from tests.support.browser import chromium
from tests.support.doors import gateway_of, open_door
from tests.support.pages import Pages
from tests.support.product import record

pytestmark = pytest.mark.timeout(300)

SCENES = 10
TEXT = "\n\n".join(
    f"Harbour number {place} has a light of its own, and ships find it in the dark."
    for place in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
)
PLAYS = "document.querySelector('video')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def made(connection: sqlite3.Connection, revision: int) -> tuple[dict[int, str], dict[int, str]]:
    """Keys of the narrations and of the segments of a revision, by scene."""
    narrations: dict[int, str] = {}
    segments: dict[int, str] = {}
    rows = connection.execute("SELECT subject, body FROM message_log WHERE valid AND revision = ?", (revision,))
    for row in rows.fetchall():
        if row["subject"] == AudioRendered.SUBJECT:
            audio = AudioRendered.model_validate_json(row["body"])
            narrations[audio.scene.scene_number] = audio.narration.audio.key
        elif row["subject"].startswith(SegmentRendered.SUBJECT):
            rendered = SegmentRendered.model_validate_json(row["body"])
            segments[rendered.scene.scene_number] = rendered.segment.video.key
    return narrations, segments


async def test_ten_scenes_are_ordered_watched_while_they_are_made_edited_and_taken_back(
    browser: Any, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with open_door(data, tmp_path) as client:
        pages = Pages(browser, gateway_of(data))
        await pages.resize(1280)
        await pages.open("#/new")
        await pages.press("My own words")
        await pages.run(
            "const area = document.querySelector('.order-form textarea'); area.value = arguments[0];"
            "area.dispatchEvent(new Event('input', { bubbles: true }));"
            "area.dispatchEvent(new Event('change', { bubbles: true }))",
            TEXT,
        )
        await pages.press("Square")
        await pages.press("Make video")
        await pages.until(f"document.querySelectorAll('.scene').length === {SCENES}")

        # It plays what is ready while later scenes are made.
        await pages.until(f"{PLAYS}?.currentSrc.startsWith('blob:') && {PLAYS}.readyState >= 2", seconds=60)
        await pages.run(f"{PLAYS}.muted = true; {PLAYS}.play()")
        grown = await pages.until(f"{PLAYS}.buffered.length && {PLAYS}.buffered.end(0)")
        project = (await client.get("/v1/projects")).json()["projects"][0]
        assert project["state"] == "running"
        await pages.until(f"{PLAYS}.currentTime > 0.5")
        await pages.until(f"{PLAYS}.buffered.length && {PLAYS}.buffered.end(0) > {grown}", seconds=60)

        # Then the video takes its place, with captions.
        await pages.until("document.querySelector('.project-facts .badge.good')", seconds=120)
        await pages.until(f"{PLAYS}.currentSrc.endsWith('/versions/0/video') && {PLAYS}.readyState >= 1")
        await pages.run(f"{PLAYS}.textTracks[0].mode = 'showing'")
        await pages.until(f"{PLAYS}.textTracks[0].cues?.length >= {SCENES}")

        # One scene of ten is changed: only that one is made anew.
        await pages.press("Edit Scene 4")
        await pages.type(".editor textarea", "The fourth harbour is closed in winter.")
        await pages.press("Done")
        await pages.press("Make new version")
        await pages.until(f"{PLAYS}.currentSrc.endsWith('/versions/1/video')", seconds=90)
        with record(data) as connection:
            (before_sound, before), (after_sound, after) = made(connection, 0), made(connection, 1)
        assert len(before) == len(after) == SCENES
        assert [number for number in before_sound if before_sound[number] != after_sound[number]] == [4]
        assert [number for number in before if before[number] != after[number]] == [4]

        # The first version is still there.
        await pages.run(
            "const select = document.querySelector('#version'); select.selectedIndex = 1;"
            "select.dispatchEvent(new Event('change', { bubbles: true }))"
        )
        await pages.until(f"{PLAYS}.currentSrc.endsWith('/versions/0/video') && {PLAYS}.readyState >= 1")
        assert await pages.complaints() == []
