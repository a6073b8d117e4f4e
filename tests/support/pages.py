"""The pages in a browser, as a person or a screen reader finds them."""

import asyncio
import json
from collections.abc import Collection
from importlib.resources import files
from typing import Any

AXE = files("axe_playwright_python") / "axe.min.js"

BUTTON = """
return [...document.querySelectorAll("button, a, label, summary")]
  .find((found) => found.checkVisibility() && (found.ariaLabel ?? found.textContent).trim().startsWith(arguments[0]));
"""
AUDIT = """
axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  JSON.stringify(violations.map(({ id, impact, nodes }) => [id, impact, nodes[0].target.join(" ")])))
"""


class Pages:
    """The pages of a gateway in a browser.

    Args:
        browser: a webdriver.
        url: of the gateway.
    """

    def __init__(self, browser: Any, url: str) -> None:
        self._browser = browser
        self._url = url

    async def open(self, place: str = "#/") -> None:
        """Loads the page at a place; also the same place again."""
        await asyncio.to_thread(self._browser.get, "about:blank")
        await asyncio.to_thread(self._browser.get, f"{self._url}/{place}")
        await self.until("document.querySelector('main h1')")

    async def run(self, script: str, *arguments: object) -> Any:
        """Runs the body of a function in the page."""
        return await asyncio.to_thread(self._browser.execute_script, script, *arguments)

    async def until(self, condition: str, *, seconds: float = 30) -> Any:
        """Waits until an expression is true in the page; returns its value."""
        try:
            async with asyncio.timeout(seconds):
                while not (value := await self.run(f"return {condition}")):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{condition} is false on:\n{await self.text('body')}") from None
        return value

    async def text(self, selector: str) -> str:
        """Returns the text of the first element that a selector finds."""
        found: str = await self.run("return document.querySelector(arguments[0]).innerText", selector)
        return found

    async def texts(self, selector: str) -> list[str]:
        """Returns the texts of all elements that a selector finds."""
        script = "return [...document.querySelectorAll(arguments[0])].map((found) => found.textContent)"
        found: list[str] = await self.run(script, selector)
        return found

    async def press(self, name: str) -> None:
        """Clicks the button, link or label whose name begins so."""
        button = await self.run(BUTTON, name)
        assert button is not None, f"there is no {name!r} on:\n{await self.text('body')}"
        await self.run("arguments[0].click()", button)

    async def type(self, selector: str, text: str) -> None:
        """Replaces what a field has, key by key."""

        def typed() -> None:
            field = self._browser.find_element("css selector", selector)
            field.clear()
            field.send_keys(text)

        await asyncio.to_thread(typed)

    async def keys(self, text: str) -> None:
        """Presses keys where the focus is."""
        await asyncio.to_thread(lambda: self._browser.switch_to.active_element.send_keys(text))

    async def emulate(self, **features: str) -> None:
        """Sets media features, such as `prefers_color_scheme="dark"`."""
        media = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        await asyncio.to_thread(self._browser.execute_cdp_cmd, "Emulation.setEmulatedMedia", {"features": media})

    async def resize(self, width: int, height: int = 900) -> None:
        """Sets the size of the viewport."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await asyncio.to_thread(self._browser.execute_cdp_cmd, "Emulation.setDeviceMetricsOverride", metrics)

    async def block(self, *addresses: str) -> None:
        """Lets requests fail whose address fits one of some patterns; without a pattern, none."""
        await asyncio.to_thread(self._browser.execute_cdp_cmd, "Network.enable", {})
        await asyncio.to_thread(self._browser.execute_cdp_cmd, "Network.setBlockedURLs", {"urls": list(addresses)})

    async def audit(self) -> list[list[str]]:
        """Returns what axe finds wrong: rule, impact, and the first place."""

        def audited() -> list[list[str]]:
            # The driver's own channel: the policy of the page lets nothing else run scripts of others.
            self._browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text()})
            asked = {"expression": AUDIT, "awaitPromise": True, "returnByValue": True}
            answer = self._browser.execute_cdp_cmd("Runtime.evaluate", asked)
            found: list[list[str]] = json.loads(answer["result"]["value"])
            return found

        return await asyncio.to_thread(audited)

    async def complaints(self, *, expected: Collection[str] = ()) -> list[str]:
        """Returns errors and warnings of the console since the last call, without those that have an expected part.

        Without those of pages of an earlier gateway, too, which the browser may still keep for the way back.
        """
        entries = await asyncio.to_thread(self._browser.get_log, "browser")
        messages = [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]
        own = [message for message in messages if message.startswith(self._url) or not message.startswith("http")]
        return [message for message in own if not any(part in message for part in expected)]
