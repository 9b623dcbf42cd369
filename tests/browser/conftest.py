"""The browser tests' own fixtures: one server for all of them, a browser, and people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.browser import Visitors, browser
from tests.support.server import OPEN, Server, serving

__all__ = ["browser"]


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[Server]:
    """A server the page's tests share. Limits are off: one machine plays many people."""
    async with serving(sets=OPEN) as server:
        yield server


@pytest.fixture
async def visitors(browser: Browser, house: Server) -> AsyncIterator[Visitors]:
    """People who come to the shared server; they go home when the test ends."""
    people = Visitors(browser, house.url)
    yield people
    await people.leave()
