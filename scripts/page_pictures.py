"""Draws the pages of a running gateway as one picture for the docs.

    python -m scripts.page_pictures http://127.0.0.1:8321 docs/pictures/pages-all.webp

Needs Chromium with its driver, and a gateway that has made videos. Shows the board, an order, the latest video and a search,
each wide in the light theme and on a phone in the dark one.
"""

import argparse
import io
import time
from pathlib import Path
from typing import Any, Final

import httpx2
from PIL import Image

from scripts.benchmarks.gateway.pages import open_browser

_WIDE: Final = (1280, 1000)
_PHONE: Final = (390, 844)
_SCALE: Final = 0.5
_GAP: Final = 16
_SETTLE_S: Final = 3.0


def _shot(browser: Any, url: str, size: tuple[int, int], theme: str) -> Image.Image:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == _PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
    browser.get("about:blank")
    browser.get(url)
    time.sleep(_SETTLE_S)
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    return picture.resize((round(picture.width * _SCALE), round(picture.height * _SCALE)), Image.Resampling.LANCZOS)


def _draw(url: str, target: Path) -> None:
    projects = httpx2.get(f"{url}/v1/projects", timeout=30).raise_for_status().json()["projects"]
    words = projects[0]["title"].split()[-1]
    places = ("#/", "#/new", f"#/projects/{projects[0]['id']}", f"#/search?q={words}")
    browser = open_browser()
    try:
        wide = [_shot(browser, f"{url}/{place}", _WIDE, "light") for place in places]
        phones = [_shot(browser, f"{url}/{place}", _PHONE, "dark") for place in places]
    finally:
        browser.quit()
    column = wide[0].width + _GAP + phones[0].width
    row = max(wide[0].height, phones[0].height)
    sheet = Image.new("RGB", (2 * column + 3 * _GAP, 2 * row + 3 * _GAP), (160, 164, 170))
    for number, (left, right) in enumerate(zip(wide, phones, strict=True)):
        x, y = _GAP + (number % 2) * (column + _GAP), _GAP + (number // 2) * (row + _GAP)
        sheet.paste(left, (x, y))
        sheet.paste(right, (x + left.width + _GAP, y))
    sheet.save(target, quality=80, method=6)


def main() -> None:
    """Draws the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    _draw(options.url.rstrip("/"), options.target)


if __name__ == "__main__":
    main()
