"""Connections break: nothing is lost, nothing is doubled, and the person is told quietly (X40)."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.support.browser import PHONE, Visitors
from tests.support.proxy import Proxy
from tests.support.server import OPEN, Server, serving


async def test_a_cut_in_mid_sentence_loses_and_doubles_nothing(visitors: Visitors, house: Server) -> None:
    """X40: words written while away go out once, words said meanwhile arrive once, in the order everyone sees."""
    async with Proxy(port=house.port) as proxy:
        ana = await visitors.arrive(origin=f"http://127.0.0.1:{proxy.port}", size=PHONE)
        ben = await visitors.arrive()
        for person, name in ((ana, "Cut Ana"), (ben, "Cut Ben")):
            await person.come_in()
            await person.sit_down("depression", name)
        await ana.say("before the cut")
        await ben.sees("before the cut")
        await ana.write("I was just about to")
        proxy.refuse = True
        proxy.cut()
        await expect(ana.page.locator("#banner")).to_contain_text("Reconnecting")
        assert await ana.page.input_value("#words") == "I was just about to"
        for number in range(3):
            await ana.say(f"written while away {number}")
        for number in range(3):
            await ben.say(f"said meanwhile {number}")
        await ben.sees("said meanwhile 2")
        proxy.refuse = False
        await ana.network_is_back()
        await ana.sees("said meanwhile 2")
        await ana.settled()
        await ben.sees("written while away 2")
        await ana.sees("written while away 2")
        expected = [*(f"said meanwhile {n}" for n in range(3)), *(f"written while away {n}" for n in range(3))]
        assert [line for line in await ana.words() if line in expected] == expected
        assert [line for line in await ben.words() if line in expected] == expected
        await expect(ana.page.locator("#banner")).to_contain_text("connected again")


async def test_many_cuts_while_sending_double_nothing(visitors: Visitors, house: Server) -> None:
    """X40: the same key goes along each time, so a reply lost on the way is not a second message."""
    async with Proxy(port=house.port) as proxy:
        ana = await visitors.arrive(origin=f"http://127.0.0.1:{proxy.port}")
        ben = await visitors.arrive()
        for person in (ana, ben):
            await person.come_in()
            await person.sit_down("recovery")
        said = [f"shaky line {number}" for number in range(12)]
        for number, line in enumerate(said):
            await ana.say(line)
            if number % 4 == 3:
                proxy.cut()
        await ana.settled()
        await ben.sees(said[-1])
        for person in (ana, ben):
            assert [line for line in await person.words() if line in said] == said


async def test_a_killed_server_comes_back_and_everybody_goes_on(visitors: Visitors) -> None:
    """X40: kill -9 of the server and a new start; the pages come back by themselves and say what was written."""
    async with serving(sets=OPEN) as own:
        ana = await visitors.arrive(origin=own.url)
        ben = await visitors.arrive(origin=own.url)
        for person in (ana, ben):
            await person.come_in()
            await person.sit_down("newcomers")
        await ana.say("before it fell")
        await ben.sees("before it fell")
        await own.kill()
        await ana.say("while it was down")
        await own.start()
        for person in (ana, ben):
            await person.network_is_back()
        await ben.sees("while it was down")
        await ana.sees("while it was down")
        await ana.settled()
        for person in (ana, ben):
            mine = [line for line in await person.words() if line.endswith(("fell", "down"))]
            assert mine == ["before it fell", "while it was down"]


async def test_unsent_words_survive_a_reload(visitors: Visitors, house: Server) -> None:
    async with Proxy(port=house.port) as proxy:
        ana = await visitors.arrive(origin=f"http://127.0.0.1:{proxy.port}")
        ben = await visitors.arrive()
        for person in (ana, ben):
            await person.come_in()
            await person.sit_down("anxiety")
        proxy.refuse = True
        proxy.cut()
        await ana.say("kept over a reload")
        await expect(ana.page.locator("#unsent .going")).to_have_count(1)
        proxy.refuse = False
        await ana.page.reload()
        await ben.sees("kept over a reload")
        await ana.sees("kept over a reload")
        await ana.settled()


async def test_two_windows_of_one_crowd_show_one_order(visitors: Visitors) -> None:
    """X40: many people speaking at once stand in the same order in every page."""
    people = [await visitors.arrive() for _ in range(3)]
    for person in people:
        await person.come_in()
        await person.sit_down("bipolar")

    async def speak(index: int) -> None:
        for number in range(8):
            await people[index].say(f"voice {index} line {number}")

    await asyncio.gather(*(speak(index) for index in range(3)))
    for person in people:
        for index in range(3):
            await person.sees(f"voice {index} line 7")
        await person.settled()
    orders = [[line for line in await person.words() if line.startswith("voice")] for person in people]
    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) == 24


async def test_a_connection_that_died_in_silence_is_noticed(visitors: Visitors) -> None:
    """X40: nobody closed it, nothing moves; the page asks, gives it up and comes back by another."""
    async with (
        serving(sets={"limits.enabled": "false", "gateway.heartbeat": "1"}) as own,
        Proxy(port=own.port) as proxy,
    ):
        ana = await visitors.arrive(origin=f"http://127.0.0.1:{proxy.port}")
        await ana.come_in()
        await ana.sit_down("newcomers")
        proxy.stall()
        await ana.say("into the dark")
        await expect(ana.page.locator("#banner")).to_contain_text("Reconnecting")
        proxy.cut()
        proxy.flow()
        await ana.sees("into the dark")
        await ana.settled()


async def test_a_tab_that_slept_wakes_up_and_knows_what_was_said(visitors: Visitors, house: Server) -> None:
    """X40: a frozen page runs nothing, and its line goes meanwhile; when it wakes, nothing is missing or doubled."""
    async with Proxy(port=house.port) as proxy:
        ana, ben = await visitors.arrive(origin=f"http://127.0.0.1:{proxy.port}"), await visitors.arrive()
        for person in (ana, ben):
            await person.come_in()
            await person.sit_down("postpartum")
        await ben.say("before the sleep")
        await ana.sees("before the sleep")
        await ana.write("half a thought")
        life = await ana.page.context.new_cdp_session(ana.page)
        await life.send("Page.setWebLifecycleState", {"state": "frozen"})
        proxy.cut()
        said = [f"said while you slept {number}" for number in range(3)]
        for words in said:
            await ben.say(words)
            await ben.sees(words)
        await life.send("Page.setWebLifecycleState", {"state": "active"})
        await ana.sees(said[-1])
        await expect(ana.page.locator("#words")).to_have_value("half a thought")
        await ana.say("half a thought, now whole")
        await ben.sees("half a thought, now whole")
        for person in (ana, ben):
            assert [line for line in await person.words() if line in said] == said
