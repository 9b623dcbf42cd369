"""The door: the first thing to do is in sight, a name is suggested, and countries are those there are lines for."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from chat.auth import KIND_WORDS, THINGS
from moderation.helplines import Helplines
from tests.support.browser import Visitors

WORDS = Path(__file__).parents[2] / "chat/static/words-page.js"
SMALL = {"width": 360, "height": 640}


def test_suggested_names_are_of_words_that_are_nobodys_reason_for_being_here() -> None:
    """The page's English words are the server's own; each language has enough for a name of one's own."""
    kind, thing = (
        [language.split() for language in re.findall(r'"([^"]*)"', line)[1:]]
        for line in re.findall(r'^ *"names\.(?:kind|thing)".*$', WORDS.read_text(), re.MULTILINE)
    )
    assert set(kind[0]) <= set(KIND_WORDS)
    assert set(thing[0]) <= set(THINGS)
    assert all(len(kind[at]) * len(thing[at]) >= 300 for at in (0, 1))


async def test_the_first_thing_to_do_is_in_sight_on_a_small_phone_and_a_name_is_suggested(visitors: Visitors) -> None:
    """F32, F33: age and a button, without scrolling; a name only for who wants one, and another one for each room."""
    ana = await visitors.arrive(size=SMALL)  # type: ignore[arg-type]
    page = ana.page
    await page.goto(ana.origin)
    enter = await page.get_by_role("button", name="Come in").bounding_box()
    assert enter is not None
    assert enter["y"] + enter["height"] <= SMALL["height"]
    await expect(page.locator("#name")).to_be_hidden()
    wanted = set(Helplines.load().countries())
    await page.wait_for_function(
        "n => document.querySelectorAll('#door-country option').length > n", arg=len(wanted) - 1
    )
    listed = await page.locator("#door-country option").evaluate_all("all => all.map((one) => one.value)")
    assert set(listed) == {*wanted, "any"}
    assert await page.input_value("#door-country") == "US"  # as the browser says
    async with page.expect_response(lambda answer: answer.url.endswith("/help/US-en-teen.json")):
        await page.locator("#door-younger").click()
    await expect(page.locator(".card h2")).to_be_visible()
    await page.locator(".card .card-head button").click()
    await page.check("[name=band][value=adult]")
    await page.get_by_role("button", name="Come in").click()
    await page.locator("[data-room=newcomers]").click()
    assert await page.input_value("#alias") == ""
    await page.get_by_role("button", name="Suggest one").click()
    first = await page.input_value("#alias")
    assert [first.split()[0] in KIND_WORDS, first.split()[1] in THINGS] == [True, True]
    await page.get_by_role("button", name="Suggest one").click()
    name = await page.input_value("#alias")
    assert name != first
    assert f"Suggested: {name}" in await ana.announced()
    await page.get_by_role("button", name="Sit down").click()
    await expect(page.locator("#room-you")).to_contain_text(f"You are {name}")
    assert await ana.violations() == []
