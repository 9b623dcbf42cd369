"""Catching up in the page: what a server says when it could not keep up, and what the reader sees of it: no jump.

Real rooms and a real server; only the moment at which it says `lag` or `reset` is chosen here.
"""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.browser import Visitor, Visitors
from tests.support.raw import Raw
from tests.support.server import Server

# Deaf until `window.hears()`: as if delivery of the room had stopped there.
DEAF = """(name) => {
  const {rooms} = globalThis[Symbol.for("warmline")]["live.js"];
  const real = rooms.receive.bind(rooms);
  const room = rooms.get(name);
  const {cursor} = room;
  rooms.receive = (event) => (event.room === name ? undefined : real(event));
  window.hears = () => {
    rooms.receive = real;
    real({type: "lag", room: name, cursor});
  };
}"""
RESET = """(name) => {
  globalThis[Symbol.for("warmline")]["live.js"].rooms.receive({type: "reset", room: name, why: "fork"});
}"""
# Scroll to the middle; what stands at the top of the log, and where.
TO_MIDDLE = """() => {
  const scroller = document.getElementById("scroller");
  scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) / 2;
}"""
TOP = """() => {
  const {top} = document.getElementById("scroller").getBoundingClientRect();
  const row = [...document.querySelectorAll("#messages > [data-id]")].find((one) => one.getBoundingClientRect().bottom > top);
  return [row.dataset.id, Math.round(row.getBoundingClientRect().top - top)];
}"""  # noqa: E501


async def full_room(visitors: Visitors, room: str, ben: Raw, said: list[str]) -> Visitor:
    """A room in which these were said, and somebody who sits there."""
    await ben.hello()
    assert (await ben.ask("join", room=room))["type"] == "joined"
    ana = await visitors.arrive()
    await ana.come_in()
    await ana.sit_down(room)
    await say_all(ben, room, said)
    await ana.sees(said[-1])
    await ana.page.evaluate(TO_MIDDLE)
    await expect(ana.page.locator("#newer")).to_be_visible()
    # Only the log scrolls: what stands below in it does not make the page itself longer.
    assert await ana.page.evaluate("document.scrollingElement.scrollHeight - innerHeight") <= 0
    return ana


async def say_all(ben: Raw, room: str, said: list[str]) -> None:
    for words in said:
        assert (await ben.ask("send", room=room, text=words, key=words))["type"] == "sent"


def near(now: list[object], before: list[object]) -> bool:
    """The same message at the same place, to a hair."""
    return now[0] == before[0] and abs(int(str(now[1])) - int(str(before[1]))) <= 3


async def test_a_reset_moves_neither_the_reader_nor_a_half_written_word(visitors: Visitors, house: Server) -> None:
    """X40: the room begins anew under somebody who has scrolled up and is changing words of their own."""
    room, said = "depression", [f"Before the reset, line {number}" for number in range(40)]
    async with Raw.upgraded(house.url) as ben:
        ana = await full_room(visitors, room, ben, said)
        await ana.say("My own words.")
        await ana.sees("My own words.")
        await expect(ana.message("My own words.").locator(".more")).to_have_count(1)
        await ana.message("My own words.").locator(".more").click()
        await ana.page.get_by_role("button", name="Change my words").click()
        await ana.page.keyboard.type(" And half a thou")
        await ana.page.evaluate(TO_MIDDLE)
        before = await ana.page.evaluate(TOP)
        await ana.page.evaluate(RESET, room)
        await ana.page.wait_for_function(
            "name => globalThis[Symbol.for('warmline')]['live.js'].rooms.get(name).cursor", arg=room
        )
        assert near(await ana.page.evaluate(TOP), before)
        await ana.page.keyboard.type("ght.")
        await ana.page.keyboard.press("Enter")
        await ana.sees("My own words. And half a thought.")
        assert [words for words in await ana.words() if words in said] == said


async def test_what_was_missed_in_a_lag_comes_in_order_below_the_reader(visitors: Visitors, house: Server) -> None:
    """`lag`: read up by pages and joined from there; nobody is pulled away from what they read."""
    room = "anxiety"
    said = [f"Before the lag, line {number}" for number in range(40)]
    missed = [f"Missed, line {number}" for number in range(130)]
    async with Raw.upgraded(house.url) as ben:
        ana = await full_room(visitors, room, ben, said)
        await ana.page.evaluate(DEAF, room)
        await say_all(ben, room, missed)
        await ana.say("Said in the middle of it.")
        await ana.page.evaluate(TO_MIDDLE)
        before = await ana.page.evaluate(TOP)
        await ana.page.evaluate("window.hears()")
        await say_all(ben, room, ["And after it."])
        await expect(ana.page.locator("#newer")).to_contain_text("new")
        await ana.settled()
        assert near(await ana.page.evaluate(TOP), before)
        await ana.page.locator("#newer").click()
        await ana.sees("And after it.")
        everything = [*said, *missed, "Said in the middle of it.", "And after it."]
        assert [words for words in await ana.words() if words in everything] == everything
