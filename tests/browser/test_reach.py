"""Everybody reaches everything: by keyboard, by screen reader, on a narrow phone, by day and by night (X41)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.support.browser import DESK, PHONE, Visitor, Visitors
from tests.support.sentences import CARE, STOPPED

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = {"320": {"width": 320, "height": 640}, "360": PHONE, "800": {"width": 800, "height": 900}, "1280": DESK}
LETTERS = str.maketrans("0123456789", "ghjkmnpqrs")  # eight figures in a row are a telephone number, and masked


async def faults(page: Page) -> list[str]:
    """What axe finds on what is shown now."""
    found = await Axe().run(page, options=RULES)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found.response["violations"]]


async def walk(ana: Visitor) -> AsyncIterator[str]:
    """Go through every view, and name each as it stands there."""
    page = ana.page
    await page.goto(ana.origin)
    yield "the door"
    await ana.come_in()
    yield "the rooms"
    await page.locator('[data-room="postpartum"]').click()
    yield "the threshold"
    await page.get_by_role("button", name="Sit down").click()
    await expect(page.locator("#room")).to_be_visible()
    word = f"A first word, marked {secrets.token_hex(4).translate(LETTERS)}."  # the room is shared with other tests
    await ana.say(word)
    await ana.sees(word)
    yield "the room"
    await ana.message(word).locator(".more").click()
    yield "what one can do with a message"
    await page.keyboard.press("Escape")
    await ana.say(STOPPED)
    await expect(page.locator(".refusal")).to_be_visible()
    yield "a refusal"
    await page.get_by_role("button", name="Let it go").click()
    await ana.say(CARE)
    await expect(page.locator(".card")).to_be_visible()
    yield "the care card"
    await page.locator(".card .card-head button").click()
    if await page.locator("#people-toggle").is_visible() and not await page.locator("#aside").is_visible():
        await page.locator("#people-toggle").click()
        yield "about the room"
        await page.locator("#aside-close").click()
    await page.evaluate("document.querySelector('#words').blur()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
async def test_no_view_has_a_fault_or_is_wider_than_its_window(visitors: Visitors, size: str, scheme: str) -> None:
    """X41: axe finds nothing, and nothing scrolls sideways; 320 px is a desktop at 400 %."""
    ana = await visitors.arrive(size=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    async for view in walk(ana):
        assert await faults(ana.page) == [], view
        assert await ana.overflow() == 0, view
    assert await ana.violations() == []


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def tab_to(page: Page, wanted: str, *, backwards: bool = False) -> None:
    """Press Tab until the wanted element has the focus, as a person would."""
    for _ in range(60):
        await page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if await page.evaluate("wanted => document.activeElement?.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab never reached {wanted}")


async def test_the_whole_journey_goes_by_keyboard(visitors: Visitors) -> None:
    """X41: enter, choose, sit down, talk, answer a message, find help and leave without touching a mouse."""
    ana, ben = await visitors.arrive(), await visitors.arrive()
    await ben.come_in()
    await ben.sit_down("anxiety", "Key Ben")
    await ben.say("Hello from the other side of the keys.")
    page = ana.page
    await page.goto(ana.origin)
    await tab_to(page, "#name")
    await tab_to(page, "[name=band]")
    await press(page, "Space")
    await tab_to(page, "#visit button[type=submit]")
    await press(page, "Enter")
    await expect(page.locator(".room-card").first).to_be_visible()
    await tab_to(page, "[data-room=anxiety]")
    await press(page, "Enter")
    await tab_to(page, "#alias")
    await page.keyboard.type("Key Ana")
    await tab_to(page, "#join button[type=submit]")
    await press(page, "Enter")
    await expect(page.locator("#words")).to_be_focused()
    await page.keyboard.type("I came by keys alone.")
    await press(page, "Enter")
    await ben.sees("I came by keys alone.")
    await expect(ana.message("I came by keys alone.").locator(".more")).to_have_count(1)  # it has been answered
    await tab_to(page, "#messages .more", backwards=True)
    await press(page, "ArrowUp", "Enter")
    await expect(page.locator(".actions button").first).to_be_focused()
    await press(page, "Enter")  # the first kindness
    await expect(ben.message("Hello from the other side").locator(".chip")).to_have_count(1)
    await tab_to(page, "#help", backwards=True)
    await press(page, "Enter")
    await expect(page.locator(".card h2")).to_be_focused()
    await tab_to(page, ".card button")
    await press(page, "Enter")
    await expect(page.locator("#help")).to_be_focused()
    await tab_to(page, "#exit")
    await press(page, "Enter")
    await page.wait_for_url("about:blank")


async def test_arrow_keys_move_between_messages_and_the_list_is_one_stop(visitors: Visitors) -> None:
    ana = await visitors.arrive()
    await ana.come_in()
    await ana.sit_down("newcomers")
    for line in ("arrow one", "arrow two", "arrow three"):
        await ana.say(line)
        await ana.sees(line)
    stops = await ana.page.locator("#messages .more[tabindex='0']").count()
    assert stops == 1
    await ana.page.locator("#messages .more").last.focus()
    await press(ana.page, "ArrowUp", "ArrowUp")
    focused = await ana.page.evaluate("document.activeElement.closest('li').querySelector('.words').textContent")
    assert focused == "arrow one"
