"""Measures the pages of a running gateway in a browser.

    python -m scripts.benchmarks.gateway.pages http://127.0.0.1:8321

Needs Chromium with its driver. Prints the requests and bytes of the first load of the board, and how long after
`video.assembled` was stored the page of a project has the finished video ready to play; clocks are the same host's.
"""

import argparse
import shutil
import time
from datetime import UTC, datetime
from typing import Any, Final

import httpx2
from selenium import webdriver

_TEXT: Final = "The tide turns.\n\nThe sea falls back.\n\nThe moon has pulled it."
_LOADED: Final = """
const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
return entries.filter(({ name }) => !name.includes("/v1/")).map(({ decodedBodySize, encodedBodySize }) => [decodedBodySize, encodedBodySize]);
"""
_READY: Final = """
const video = document.querySelector("video");
return Boolean(video && video.currentSrc.includes("/versions/") && video.readyState >= 1);
"""
_RUNS: Final = 5
_PATIENCE_S: Final = 120.0


def open_browser() -> Any:
    """Starts Chromium without a window."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        raise SystemExit("Chromium or its driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def _until(browser: Any, script: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not browser.execute_script(script):
        if time.monotonic() > deadline:
            raise SystemExit("the page does not show the video")
        time.sleep(0.01)


def _measure(url: str) -> None:
    browser = open_browser()
    try:
        browser.get(f"{url}/")
        _until(browser, "return Boolean(document.querySelector('main h1'))")
        time.sleep(1)
        sizes = browser.execute_script(_LOADED)
        print(f"first load: {len(sizes)} requests, {sum(size for size, _ in sizes) / 1000:.1f} kB")
        delays = []
        for _ in range(_RUNS):
            order = {"text": _TEXT, "voice": "none", "look": {"width": 640, "height": 360}}
            project = httpx2.post(f"{url}/v1/projects", json=order, timeout=30).raise_for_status().json()
            browser.get("about:blank")
            browser.get(f"{url}/#/projects/{project['id']}")
            _until(browser, _READY)
            seen = datetime.now(UTC)
            versions = httpx2.get(f"{url}{project['links']['self']}", timeout=30).json()["versions"]
            delays.append((seen - datetime.fromisoformat(versions[0]["at"])).total_seconds())
        print(f"from video.assembled to the player: {', '.join(f'{delay:.2f}' for delay in sorted(delays))} s")
    finally:
        browser.quit()


def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    _measure(parser.parse_args().url.rstrip("/"))


if __name__ == "__main__":
    main()
