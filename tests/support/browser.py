"""A real browser for tests: Chromium, and people who use the page in it.

    async def test_x(visitors: Visitors) -> None:
        ana = await visitors.arrive()                # a person with a browser profile of their own
        await ana.come_in()
        await ana.sit_down("newcomers", "Ana")
        await ana.say("Hello")

Chromium is $CHROMIUM, else /usr/bin/chromium; without one the tests skip and say so, and under CI=true they fail. Every
visitor counts what must never happen: violations of the page's policy, requests to anybody else (by the page, and by
the browser as a whole: outside.py), errors of a script.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

from tests.support import outside

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
# Two busy cores: a page that needs longer than this is broken.
WITHIN = 20_000.0
# What stands in a room at night (lantern.js) begins by the device's clock. Tests are of the day unless they say so.
NIGHT, NOON = 2, 12
# Told at once, so that nothing is forgotten when a page is loaded again or goes elsewhere.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => tellViolation(`${event.violatedDirective} ${event.blockedURI}`));
"""  # noqa: E501


def zone(hour: int) -> str:
    """A time zone in which it is between `hour` and an hour later now. The signs of Etc are those of POSIX."""
    east = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}" if east else "UTC"


def chromium() -> str:
    """Where the browser is. Skips loudly where there is none; in CI that is a failure."""
    for place in (os.environ.get("CHROMIUM"), "/usr/bin/chromium"):
        if place and Path(place).exists():
            return place
    missing = "no Chromium: set $CHROMIUM or install the package chromium; the page was NOT tested"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@dataclass(kw_only=True)
class Visitor:
    """One person at one page."""

    page: Page
    origin: str
    broken: list[str] = field(default_factory=list)  # what broke the policy, on any page of this person
    foreign: list[str] = field(default_factory=list)  # requests to anybody but the origin
    errors: list[str] = field(default_factory=list)  # uncaught errors, and complaints about the policy

    def watch(self) -> None:
        """Count what must never happen."""
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if "Policy" in message.text else None)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "about:", "blob:")):
            self.foreign.append(url)

    async def come_in(self, *, band: str = "adult", name: str = "") -> None:
        """Open the page, say one's age and enter."""
        await self.page.goto(self.origin)
        if name:
            await self.page.locator("#door-name summary").click()
            await self.page.fill("#name", name)
        await self.page.check(f"[name=band][value={band}]")
        await self.page.get_by_role("button", name="Come in").click()
        await expect(self.page.locator(".room-card").first).to_be_visible()

    async def sit_down(self, room: str, alias: str = "") -> None:
        """Go over the threshold of a room."""
        await self.page.locator(f'[data-room="{room}"]').click()
        await self.page.fill("#alias", alias)
        await self.page.get_by_role("button", name="Sit down").click()
        await expect(self.page.locator("#room")).to_be_visible()

    async def write(self, text: str) -> None:
        """Put words into the box without sending them."""
        await self.page.fill("#words", text)

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.write(text)
        await self.page.get_by_role("button", name="Send", exact=True).click()

    def message(self, text: str) -> Locator:
        """The messages of the room's log that hold this text."""
        return self.page.locator("#messages .message", has_text=text)

    async def sees(self, text: str, *, times: int = 1) -> None:
        """Wait until the text stands in the log that often."""
        await expect(self.message(text)).to_have_count(times)

    async def settled(self) -> None:
        """Wait until nothing of one's own is on its way."""
        await expect(self.page.locator("#unsent .going")).to_have_count(0)

    async def words(self) -> list[str]:
        """All messages in the order they stand."""
        return await self.page.locator("#messages .message .words").all_inner_texts()

    async def network_is_back(self) -> None:
        """What a browser says when it is: the page tries at once, not after a back-off of up to half a minute."""
        await self.page.evaluate("dispatchEvent(new Event('online'))")

    async def announced(self) -> list[str]:
        """What a screen reader was told."""
        return await self.page.locator("#announce p").all_inner_texts()

    async def violations(self) -> list[str]:
        """What broke the policy, what went elsewhere, what failed. Empty, always."""
        await self.page.evaluate("0")  # what the page told before this has arrived
        return [*self.broken, *self.foreign, *self.errors, *outside.asked()]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        wider: int = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return max(0, wider)


class Visitors:
    """Makes people, each with a profile of their own, and sends them home at the end."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.browser = browser
        self.origin = origin
        self._all: list[Visitor] = []

    async def arrive(self, *, origin: str | None = None, size: ViewportSize = DESK, **profile: Any) -> Visitor:
        """A new person. `profile`: options of a Playwright context, such as color_scheme."""
        asked = {"locale": "en-US", "timezone_id": zone(NOON), "reduced_motion": "reduce", **profile}
        context = await self.browser.new_context(viewport=size, **asked)
        context.set_default_timeout(WITHIN)
        broken: list[str] = []
        await context.expose_function("tellViolation", lambda told: broken.append(told))
        await context.add_init_script(TELL_VIOLATIONS)
        visitor = Visitor(page=await context.new_page(), origin=origin or self.origin, broken=broken)
        visitor.watch()
        self._all.append(visitor)
        return visitor

    async def leave(self) -> None:
        """Close every profile."""
        for visitor in self._all:
            await visitor.page.context.close()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    place = chromium()
    expect.set_options(timeout=WITHIN)
    async with outside.watching() as watched, async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=place, args=[*FLAGS, watched])
        yield running
        await running.close()
