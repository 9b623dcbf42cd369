"""Journeys in two and three browsers with something breaking in the middle: nothing lost, nothing twice, one order.

peer ── peer              the engine is killed · the server restarts
author ── moderator       a node is killed between the holding and the decision
seeker ── listener ── responder      each is cut in turn · the house falls while somebody is held · a second device
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from playwright.async_api import Browser, expect

from chat import overdue
from chat.settings import Moderation
from tests.support.browser import PHONE, Visitor, Visitors
from tests.support.engines import Engine, one_flavour, running
from tests.support.evenings import FIRST, ask, button, evening, hears, is_there, on_duty, open_view, talks
from tests.support.nodes import SECRET, node_on
from tests.support.proxy import Proxy
from tests.support.sentences import HELD
from tests.support.server import OPEN, serving
from tests.support.staff import URGENT
from tests.support.stages import folder, node
from tests.support.two import on_shift

MINUTE = 60_000
MOST_MS = 200
TRIES = 4  # a busy machine is no slow page
OPEN_CARD = """() => {
  const began = performance.now();
  document.getElementById("help").click();
  const there = document.querySelector(".card .reach").getBoundingClientRect().height > 0;
  return there ? performance.now() - began : Infinity;
}"""


async def opens_at_once(*people: Visitor) -> None:
    """The crisis card opens within 200 ms of the press, measured in the page, and is put away again."""
    for one in people:
        took: list[float] = []
        while not took or (took[-1] >= MOST_MS and len(took) < TRIES):
            took.append(await one.page.evaluate(OPEN_CARD))
            await one.page.locator(".card-head button").last.click()
        assert took[-1] < MOST_MS, took


async def order(one: Visitor, said: list[str]) -> list[str]:
    """Of what stands in the log, these, in the order they stand."""
    return [words for words in await one.words() if words in said]


async def test_the_engine_dies_in_mid_sentence_and_everything_typed_arrives_once(browser: Browser) -> None:
    """X40, X54: kill -9 of the engine; what is typed waits visibly, help opens, and all views agree afterwards."""
    async with running("valkey") as engine, node_on(engine.url) as house:
        people = Visitors(browser, house.url)
        ana, ben = await people.arrive(size=PHONE), await people.arrive()
        for one in (ana, ben):
            await one.come_in()
            await one.sit_down("anxiety")
        await ana.say("before the store fell")
        await ben.sees("before the store fell")
        await ana.write("I was in the middle of")
        await engine.kill()
        said = [f"said without a store {number}" for number in range(3)]
        for words in said:
            await ana.say(words)
        await ben.say("mine as well")
        await expect(ana.page.locator("#unsent .going")).to_have_count(3)
        await expect(ben.page.locator("#unsent .going")).to_have_count(1)
        await opens_at_once(ana, ben)
        await engine.start()
        for one in (ana, ben):
            for words in (*said, "mine as well"):
                await one.sees(words)
            await one.settled()
        everything = ["before the store fell", *said, "mine as well"]
        assert await order(ana, everything) == await order(ben, everything)
        assert await order(ana, said) == said
        for one in (ana, ben):
            assert await one.violations() == []
        await people.leave()


@one_flavour
async def test_with_the_filter_away_words_wait_visibly_help_opens_and_they_are_said_once_when_it_is_back(
    steady_engine: Engine, browser: Browser
) -> None:
    """F45, X36: nothing passes unjudged or is lost or doubled, and nobody waits for a filter to find a number."""
    async with node_on(steady_engine.url, moderation=Moderation(budget_ms=0.0001)) as house:
        people = Visitors(browser, house.url)
        ana, ben = await people.arrive(size=PHONE), await people.arrive()
        for one in (ana, ben):
            await one.come_in()
            await one.sit_down("anxiety")
        await ana.say("Is anyone there tonight?")
        held = ana.page.locator("#unsent .held", has_text="Is anyone there tonight?")
        await expect(held.locator(".state")).not_to_be_empty()
        await opens_at_once(ana, ben)
        await ana.page.reload()
        await expect(held).to_have_count(1)
        assert await ben.words() == []
        house.services.pipeline._budget = 20.0  # the filter is back, and its next look is due
        for case in await house.services.review.queue():
            await overdue.see_to(house.services, case, case.at + MINUTE)
        for one in (ana, ben):
            await one.sees("Is anyone there tonight?")
        await expect(held).to_have_count(0)
        assert await ben.violations() == []
        await people.leave()


async def test_a_node_is_killed_between_holding_and_deciding_and_the_author_is_told(browser: Browser) -> None:
    """F26, X40: two messages held; the author's node dies; the moderator at another decides; the author comes back."""
    async with (
        folder() as place,
        running("valkey") as engine,
        AsyncExitStack() as stack,
    ):
        sets = {**OPEN, "auth.secret": SECRET}
        first, second = [
            await stack.enter_async_context(node(place, name, {"lounge": "adult"}, redis_url=engine.url, sets=sets))
            for name in "ab"
        ]
        people = Visitors(browser, first.url)
        ana = await people.arrive(size=PHONE)
        await ana.come_in()
        await ana.sit_down("lounge")
        ben = await people.arrive(origin=second.url)
        await ben.come_in()
        await ben.sit_down("lounge")
        mod = await on_duty(await people.arrive(origin=second.url), "moderator")
        await open_view(mod, "desk")
        kept, refused = f"{HELD} Please.", f"{HELD} Or not."
        for words in (kept, refused):
            await ana.say(words)
            await expect(ana.page.locator("#unsent .held", has_text=words)).to_have_count(1)
        await first.kill()
        for resolution, words in (("release", kept), ("refuse", refused)):
            await decide(mod, words, resolution)
        await ben.sees(kept)
        assert refused not in await ben.words()
        await first.start()
        await ana.network_is_back()
        await ana.sees(kept)
        await expect(ana.page.locator("#unsent .held")).to_have_count(0)
        await expect(ana.page.locator("#beside .told")).to_have_count(2)
        assert refused not in await ana.words()
        for one in (ana, ben, mod):
            assert await one.violations() == []
        await people.leave()


async def decide(mod: Visitor, words: str, resolution: str) -> None:
    """Find the case of these words at the desk, and decide it."""
    rows = mod.page.locator(".case")
    await expect(rows.first).to_be_visible()
    for number in range(await rows.count()):
        await rows.nth(number).click()
        if await button(mod, "Take it and read").count():
            await button(mod, "Take it and read").click()
        await button(mod, "Uncover the words").click()
        if words in await mod.page.locator(".desk-case blockquote").inner_text():
            break
    await mod.page.locator(f"[name=resolution][value={resolution}]").check()
    await button(mod, "Decide").click()
    await expect(button(mod, "Next case").or_(mod.page.get_by_text("Nothing waits")).first).to_be_visible()


@one_flavour
async def test_each_of_three_is_cut_in_turn_and_all_read_the_same(steady_engine: Engine, browser: Browser) -> None:
    """T4, X40: seeker, listener and responder lose the line one after the other, speaking all the while."""
    async with evening(steady_engine, browser) as house, AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Proxy(port=house.port)) for _ in range(3)]
        one, two, three = (f"http://127.0.0.1:{line.port}" for line in lines)
        responder = await house.staff("responder", origin=three)
        await open_view(responder, "respond")
        await on_shift(house.node)
        seeker = await house.guest(origin=one, size=PHONE)
        await ask(seeker)
        listener = await house.staff("listener", origin=two)
        await is_there(listener)
        await button(listener, "I’ll be there").click()
        await expect(seeker.page.locator("#session")).to_be_visible()
        await talks(seeker, URGENT)
        held = seeker.page.locator("#session .holding")
        await held.get_by_role("button", name="Yes", exact=True).click()
        await button(responder, "I’ll go to them").click()
        await expect(held).to_contain_text("trained responder")
        await expect(responder.page.locator("#session")).to_be_visible()
        everybody = (seeker, listener, responder)
        said: list[str] = []
        for number, line in enumerate(lines):
            line.refuse = True
            line.cut()
            for who in everybody:
                said.append(f"round {number}, voice {everybody.index(who)}")
                await talks(who, said[-1])
            line.refuse = False
            for who in everybody:
                await who.network_is_back()
            for who in everybody:
                await hears(who, *said)
        await expect(held).to_contain_text("We are staying with you")
        orders = [await order(who, said) for who in everybody]
        assert orders[0] == orders[1] == orders[2]
        assert len(orders[0]) == len(said)
        for who in everybody:
            assert await who.violations() == []


@one_flavour
async def test_who_is_cut_while_waiting_is_found_and_what_they_wrote_meanwhile_is_given(
    steady_engine: Engine, browser: Browser
) -> None:
    """T4, F12: the line breaks in the queue, somebody says yes, and words of before and during the cut are there."""
    async with evening(steady_engine, browser) as house, Proxy(port=house.port) as line:
        seeker = await house.guest(origin=f"http://127.0.0.1:{line.port}", size=PHONE)
        await ask(seeker)
        await expect(seeker.page.locator("#ask .kept-words.kept")).to_have_count(1)
        listener = await house.staff("listener")
        line.refuse = True
        line.cut()
        await seeker.page.locator("#ask textarea").fill("Written while the line was gone.")
        await button(seeker, "Keep it for them").click()
        await expect(seeker.page.locator("#ask .kept-words")).to_have_count(2)
        await is_there(listener)
        await button(listener, "I’ll be there").click()
        await talks(listener, "I am here, whenever you are back.")
        line.refuse = False
        await seeker.network_is_back()
        for one in (seeker, listener):
            await hears(one, FIRST, "Written while the line was gone.", "I am here, whenever you are back.")
        assert await seeker.violations() == []


@one_flavour
async def test_danger_in_a_room_is_stayed_with_over_a_reload_until_somebody_is_there(
    steady_engine: Engine, browser: Browser
) -> None:
    """F16: no session yet: the line at the top leads to the panel, a reload too; then a room with the responder."""
    async with evening(steady_engine, browser) as house:
        responder = await house.staff("responder")
        await open_view(responder, "respond")
        await on_shift(house.node)
        ana = await house.guest(size=PHONE)
        await ana.sit_down("anxiety")
        await ana.say(URGENT)
        await ana.page.locator("#standing button").click()
        held = ana.page.locator("#stay .holding")
        await expect(held).to_contain_text("has been asked to come")
        await ana.page.reload()
        await expect(held).to_contain_text("has been asked to come")
        await held.get_by_role("button", name="Yes", exact=True).click()
        await button(responder, "I’ll go to them").click()
        await expect(ana.page.locator("#session .holding")).to_contain_text("trained responder")
        await talks(responder, "I am here with you.")
        await talks(ana, "Thank you for coming.")
        for one in (ana, responder):
            await hears(one, "I am here with you.", "Thank you for coming.")
            assert await one.violations() == []


@one_flavour
async def test_a_listener_who_is_lost_is_never_said_to_have_left_and_the_next_one_comes(
    steady_engine: Engine, browser: Browser
) -> None:
    """F15, T1: the seat is held, then the seeker is next in line, with the words that wait; nobody is blamed."""
    async with evening(steady_engine, browser, listener_gone=5.0) as house, Proxy(port=house.port) as line:
        seeker = await house.guest(size=PHONE)
        await ask(seeker)
        lost = await house.staff("listener", origin=f"http://127.0.0.1:{line.port}")
        await is_there(lost)
        await button(lost, "I’ll be there").click()
        await talks(lost, "I am here.")
        await talks(seeker, "Thank you for coming.")
        await hears(lost, "Thank you for coming.")
        line.refuse = True
        line.cut()
        await expect(seeker.page.locator("#session .pair-state")).to_contain_text("Your listener lost connection")
        await expect(seeker.page.locator("#ask .wait-place")).to_contain_text("You are next")
        found = await house.staff("supervisor")
        await is_there(found)
        await button(found, "I’ll be there").click()
        await expect(seeker.page.locator("#session")).to_be_visible()
        await talks(found, "Hello, I am here now.")
        await hears(seeker, "Hello, I am here now.")
        line.refuse = False
        await lost.network_is_back()
        await expect(lost.page.locator("#session .after h2")).to_be_visible()
        assert not any("left" in words for words in await seeker.announced())
        for one in (seeker, lost, found):
            assert await one.violations() == []


@one_flavour
async def test_what_is_said_of_the_team_stays_true_while_nobody_answers(
    steady_engine: Engine, browser: Browser
) -> None:
    """F17, T15: asked, still looking, nobody is free: each in its time, and a line is there from then on."""
    async with evening(steady_engine, browser, wider=2.0, all=4.0, incident=600.0) as house:
        responder = await house.staff("responder")
        await open_view(responder, "respond")
        await on_shift(house.node)
        seeker = await house.guest(size=PHONE)
        await ask(seeker, URGENT)
        held = seeker.page.locator("#ask .holding")
        for words in ("has been asked to come", "still looking", "Nobody on our team is free yet"):
            await expect(held).to_contain_text(words)
        await expect(held.locator(".line-choice li").first).to_be_visible()
        await button(responder, "I’ll go to them").click()
        await expect(held.or_(seeker.page.locator("#session .holding")).locator("visible=true")).to_contain_text(
            "would you like them to join"
        )
        assert await seeker.violations() == []


async def test_the_house_falls_while_somebody_is_held_and_nobody_is_let_go(browser: Browser) -> None:
    """F16, T6, X40: kill -9 of everything, then a kind restart; the seat, the panel and every word are there again."""
    async with serving(sets={**OPEN, "auth.secret": SECRET}) as server:
        people = Visitors(browser, server.url)
        seeker = await people.arrive(size=PHONE)
        await seeker.come_in()
        await ask(seeker)
        listener = await on_duty(await people.arrive(), "listener")
        await is_there(listener)
        await button(listener, "I’ll be there").click()
        await expect(seeker.page.locator("#session")).to_be_visible()
        await talks(listener, "I am here. Take your time.")
        await talks(seeker, URGENT)
        held = seeker.page.locator("#session .holding")
        await expect(held).to_contain_text("Nobody from our team is here right now")
        said = ["I am here. Take your time."]
        for number, end in enumerate((server.kill, server.terminate)):
            await end()
            said.append(f"said into the dark {number}")
            await talks(seeker, said[-1])
            await opens_at_once(seeker)
            await server.start()
            for one in (seeker, listener):
                await one.network_is_back()
            said.append(f"still here {number}")
            await talks(listener, said[-1])
            for one in (seeker, listener):
                await hears(one, *said)
        await expect(held).to_contain_text("We are staying with you")
        await expect(listener.page.locator("#session .guide")).to_be_visible()
        assert await order(seeker, said) == await order(listener, said)
        for one in (seeker, listener):
            assert await one.violations() == []
        await people.leave()


async def other_device(house_people: Visitors, one: Visitor) -> Visitor:
    """The same person with another browser: their pass, nothing else."""
    visit = await one.page.evaluate("sessionStorage.getItem('warmline.visit')")
    device = await house_people.arrive(origin=one.origin)
    await device.page.add_init_script(f"sessionStorage['warmline.visit'] ??= {visit!r}")
    await device.page.goto(device.origin)
    await expect(device.page.locator("#rooms")).to_be_visible()
    return device


@one_flavour
async def test_a_second_device_and_a_second_tab_are_the_same_person(steady_engine: Engine, browser: Browser) -> None:
    """T1, T4: one wait, one session, one order on the seeker's phone and computer and in the listener's two tabs."""
    async with evening(steady_engine, browser, undo=0.5) as house:
        phone = await house.guest(size=PHONE)
        await ask(phone)
        desk = await other_device(house.people, phone)
        await desk.page.locator("#standing button").click()
        await expect(desk.page.locator("#ask .wait-place")).to_contain_text("You are next")
        listener = await house.staff("listener")
        await is_there(listener)
        tab = Visitor(page=await listener.page.context.new_page(), origin=listener.origin)
        tab.watch()
        await tab.page.goto(tab.origin)
        await tab.page.locator("#standing button").click()
        await expect(button(tab, "I’ll be there")).to_be_visible()
        await button(listener, "I’ll be there").click()
        for one in (phone, desk):
            await expect(one.page.locator("#session")).to_be_visible()
        await expect(button(tab, "I’ll be there")).to_have_count(0)
        await tab.page.locator("#standing button").click()
        everybody = (phone, desk, listener, tab)
        said = [f"line {number} of this evening" for number in range(8)]
        for number, words in enumerate(said):
            await talks(everybody[number % 4], words)
        for one in everybody:
            await hears(one, *said)
        orders = [await order(one, said) for one in everybody]
        assert orders.count(orders[0]) == len(everybody)
        await button(desk, "End for today").click()
        for one in everybody:
            await expect(one.page.locator("#session .after h2")).to_be_visible()
            assert await one.violations() == []
