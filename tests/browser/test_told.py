"""What the team tells a person stays until it was read, can be answered, and is heard by another (F28, F42)."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.browser.test_reach import faults
from tests.support.browser import PHONE, Visitor, Visitors
from tests.support.engines import Engine, one_flavour
from tests.support.evenings import button
from tests.support.nodes import node_on
from tests.support.raw import Raw
from tests.support.staff import decide, on_duty, waiting

pytestmark = one_flavour

SAID = "Everybody here talks too much."


async def step(mod: Raw, one: Visitor, what: str) -> None:
    """A step of the ladder, resting on what this person has said."""
    message = await one.message(SAID).last.get_attribute("data-id")
    made = await mod.ask("sanction", room="anxiety", step=what, reason="doxxing", message=message)
    assert made["type"] == "sanctioned", made


async def appeals(one: Visitor, note: str) -> None:
    """Ask for a second look, by what stands on the page."""
    await one.page.get_by_text("Ask for a second look", exact=True).click()
    await one.page.locator("#told textarea").fill(note)
    assert await faults(one.page) == []
    await button(one, "Send it").click()


# The next appeal breaks its connection instead of going over it, once.
BREAK_ONCE = """
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (words) {
    if (!String(words).includes('"appeal"')) return send.call(this, words);
    WebSocket.prototype.send = send;
    return this.close();
  };
"""


async def hear(mod: Raw, resolution: str) -> None:
    (row,) = [row for row in await waiting(mod) if row["kind"] == "appeal"]
    assert (await decide(mod, row["case"], resolution))["type"] == "decided"


async def test_a_decision_stays_on_the_page_and_is_appealed_inside_and_at_the_door(
    steady_engine: Engine, browser: Browser
) -> None:
    """F28: it does not vanish by itself, not over a reload; who is kept out asks from outside, and comes in again."""
    async with (
        node_on(steady_engine.url) as node,
        on_duty(node.url, "moderator", "ada") as ada,
        on_duty(node.url, "moderator", "ben") as ben,
    ):
        people = Visitors(browser, node.url)
        try:
            one = await people.arrive(size=PHONE)
            await one.come_in()
            await one.sit_down("anxiety")
            await one.say(SAID)
            await one.settled()
            await step(ada, one, "mute")
            await expect(one.page.locator("#told-bar")).to_contain_text("The team has a word for you")
            await one.page.reload()
            await expect(one.page.locator("#room")).to_be_visible()
            await button(one, "Read it").click()
            await expect(one.page.locator("#told .letter")).to_contain_text("Help lines stay open to you")
            await expect(one.page.locator("#told-bar")).to_be_hidden()
            await appeals(one, "I was joking with a friend.")
            await expect(one.page.locator("#told .letter")).to_contain_text("Your appeal is in")
            await hear(ben, "overturn")
            await expect(one.page.locator("#told .letter")).not_to_contain_text("Your appeal is in")
            await button(one, "Put it away").click()
            await expect(one.page.locator("#told")).to_contain_text("There is nothing here")
            assert await one.overflow() == 0

            await button(one, "Back").click()
            await one.say(f"{SAID} Still.")
            await one.settled()
            await one.sees(f"{SAID} Still.")
            await step(ada, one, "suspension")
            await expect(one.page.locator("#stopped h1")).to_contain_text("can’t take part")
            await expect(one.page.locator(".card")).to_be_visible()  # the lines come with it
            await one.page.locator(".card .card-head button").click()
            assert await faults(one.page) == []
            await button(one, "What was decided, and a second look at it").click()
            await one.page.evaluate(f"() => {{ {BREAK_ONCE} }}")
            await appeals(one, "It was about the weather.")
            await expect(one.page.locator("#stopped")).to_be_visible()
            await one.page.locator(".card .card-head button").click()
            await button(one, "What was decided, and a second look at it").click()
            await expect(one.page.locator("#told .letter")).to_contain_text("appeal is in")
            await hear(ben, "overturn")
            await one.page.reload()
            await expect(one.page.locator("#rooms, #room").locator("visible=true")).to_have_count(1)
            assert await one.violations() == []
        finally:
            await people.leave()
