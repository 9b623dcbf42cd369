"""What somebody can do so as not to be hurt by another in a room, and what they would rather not come upon."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.support.browser import Visitor, Visitors
from tests.support.evenings import open_view
from tests.support.raw import Raw
from tests.support.server import Server

ROOM = "bipolar"
BO = {"The first thing Bo says.", "A second thing, unheard."}


async def says(one: Raw, text: str, **more: object) -> None:
    assert (await one.ask("send", room=ROOM, text=text, key=text, **more))["type"] == "sent"


async def about(ana: Visitor, text: str, way: str) -> None:
    """Open what is between two people at a message, and go one of its ways."""
    await ana.message(text).locator(".more").click()
    await ana.page.locator(".about-them").click()
    await ana.page.locator(".between").get_by_role("button", name=way, exact=True).click()


async def test_somebody_is_muted_blocked_and_seen_again_and_learns_nothing(visitors: Visitors, house: Server) -> None:
    """F10: mute is this device's alone; a block is the server's; both are taken back where they can be found."""
    ana = await visitors.arrive()
    async with Raw.upgraded(house.url) as ben:
        await ben.hello()
        assert (await ben.ask("join", room=ROOM, alias="Bo Between"))["type"] == "joined"
        await ana.come_in()
        await ana.sit_down(ROOM, "Ana Between")
        await says(ben, "The first thing Bo says.")
        await ana.sees("The first thing Bo says.")
        await about(ana, "The first thing Bo says.", "Mute")
        await expect(ana.page.locator("#beside .told")).to_contain_text("Bo Between")
        await expect(ana.page.locator("#beside .told button")).to_be_focused()
        await says(ben, "A second thing, unheard.")
        await expect(ana.page.locator("#messages > [data-id][hidden]")).to_have_count(2)
        await ana.say("My own words, after a mute.")
        await ana.sees("My own words, after a mute.")
        assert not BO & set(await ana.words())
        assert not any("A second thing" in told for told in await ana.announced())
        await ana.page.reload()
        await ana.sees("My own words, after a mute.")
        assert not BO & set(await ana.words())
        await ana.page.get_by_role("button", name="See Bo Between again").click()
        await ana.sees("A second thing, unheard.")
        await about(ana, "A second thing, unheard.", "Block")
        await ana.page.locator(".between").get_by_role("button", name="Block", exact=True).click()
        await expect(ana.page.locator("#members")).not_to_contain_text("Bo Between")
        await ana.sees("The first thing Bo says.", times=0)
        await says(ben, "A third thing, kept apart.")
        await ana.page.evaluate("sessionStorage.removeItem('warmline.apart')")  # as elsewhere: the server knows whom
        await ana.page.reload()
        await ana.sees("My own words, after a mute.")
        await open_view(ana, "settings")
        listed = ana.page.locator("#blocked")
        await listed.locator("summary").click()
        await expect(listed.locator("li")).to_contain_text(re.compile(r"Bo Between.* · since \w+day, "))
        await listed.get_by_role("button", name="See again").click()
        await expect(listed.locator("#blocked-title")).to_be_focused()
        await expect(listed.locator("li")).to_have_count(0)
        await ana.page.locator("section.on .back").click()
        await ana.sees("A third thing, kept apart.")
        await expect(ana.page.locator("#members")).to_contain_text("Bo Between")
        await expect(ana.page.locator("#apart")).to_be_hidden()
    assert await ana.violations() == []


async def test_the_team_is_told_of_a_message_or_of_a_worry_by_keyboard(visitors: Visitors, house: Server) -> None:
    """F27: the answer stays until it is put away; a message that is reacted to meanwhile takes no note away."""
    ana = await visitors.arrive()
    page = ana.page
    async with Raw.upgraded(house.url) as ben:
        await ben.hello()
        assert (await ben.ask("join", room=ROOM, alias="Kit Between"))["type"] == "joined"
        await ana.come_in()
        await ana.sit_down(ROOM, "Rae Between")
        sent = await ben.ask("send", room=ROOM, text="Buy my course, it is cheap.", key="course")
        assert sent["type"] == "sent", sent
        await ana.sees("Buy my course, it is cheap.")
        await about(ana, "Buy my course, it is cheap.", "Report")
        await page.get_by_label("What happened?").select_option("selling")
        await page.locator(".between textarea").fill("The third time tonight.")
        await ben.ask("react", room=ROOM, message=sent["id"], reaction="heart", on=True)
        await expect(ana.message("Buy my course").locator(".chip")).to_be_visible()
        await expect(page.locator(".between textarea")).to_have_value("The third time tonight.")
        await page.locator(".between textarea").press("Tab")
        await page.keyboard.press("Enter")
        told = page.locator("#beside .told")
        await expect(told).to_contain_text("Thank you")
        await told.get_by_role("button", name="All right").click()
        await page.get_by_role("button", name="About Kit Between").last.press("Enter")
        await page.locator("#aside .between").get_by_role("button", name="I’m worried about them").press("Enter")
        await page.locator("#aside .between button[type=submit]").press("Enter")
        await expect(page.locator("#aside .told-here")).to_be_focused()
        await expect(page.locator("#aside .told-here")).not_to_be_empty()
    assert await ana.violations() == []
