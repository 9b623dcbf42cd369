"""One evening of two, in three browsers: somebody asks, somebody listens, and somebody of the team comes (F11 to F18).

seeker ─ asks, writes, waits ─▶ listener says yes ─▶ both talk ─ a cut ─▶ danger ─▶ the team comes, visibly
       ─▶ a line that does not answer ─▶ the next one ─▶ "someone answered" ─▶ the end, feedback, rest
"""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.browser.test_reach import press, tab_to
from tests.support.browser import PHONE, Visitor
from tests.support.engines import Engine, one_flavour
from tests.support.evenings import FIRST, ask, button, evening, hears, is_there, meet, open_view, talks, together
from tests.support.proxy import Proxy
from tests.support.sentences import STOPPED
from tests.support.staff import URGENT
from tests.support.two import on_shift

pytestmark = one_flavour

WAITING = "It is the third night."


async def fine(*people: Visitor) -> None:
    """Nothing broke the policy, nothing went elsewhere, nothing is wider than its window."""
    for one in people:
        assert await one.violations() == []
        assert await one.overflow() == 0


async def test_from_asking_to_a_gentle_ending(steady_engine: Engine, browser: Browser) -> None:
    """F11 to F15: what was written while waiting arrives, a cut loses nothing, an end can be taken back."""
    async with evening(steady_engine, browser) as house, Proxy(port=house.port) as proxy:
        seeker = await house.guest(origin=f"http://127.0.0.1:{proxy.port}", size=PHONE)
        await ask(seeker)
        await expect(seeker.page.locator("#ask .wait-place")).to_contain_text("You are next")
        await seeker.page.locator("#ask textarea").fill(WAITING)
        await button(seeker, "Keep it for them").click()
        await expect(seeker.page.locator("#ask .kept-words.kept")).to_have_count(2)
        await fine(seeker)
        listener = await house.staff("listener")
        await is_there(listener)
        await expect(listener.page.locator("#listen .offer .clock")).to_contain_text("to decide")
        await fine(listener)
        await together(seeker, listener)
        for one in (seeker, listener):
            await hears(one, FIRST, WAITING)
        proxy.refuse = True
        proxy.cut()
        await talks(seeker, "Said while I was away.")
        await talks(listener, "Said to somebody who was away.")
        proxy.refuse = False
        for one in (seeker, listener):
            await one.network_is_back()
        await hears(listener, "Said while I was away.")
        await hears(seeker, "Said to somebody who was away.")
        await fine(seeker, listener)
        watcher = await house.staff("supervisor", size=PHONE)  # of a listener's first ten: they are seen first
        await open_view(watcher, "desk")
        await watcher.page.get_by_text("Conversations you may join").click()
        await button(watcher, "Join, visibly").click()
        for one in (seeker, listener):
            await expect(one.page.locator("#session .pair-state")).to_contain_text("supervisor")
        await expect(watcher.page.locator("#session .pair-talk textarea")).to_be_visible()
        await expect(watcher.page.locator("#session .message", has_text=FIRST)).to_have_count(0)  # that was before
        await talks(seeker, "You may read this.")
        for one in (seeker, listener, watcher):
            await hears(one, "You may read this.")
            assert sum("You may read this." in line for line in await one.announced()) == 1
        await fine(watcher)
        await button(seeker, "End for today").click()
        await expect(listener.page.locator("#session .closing")).to_be_visible()
        await button(seeker, "Not yet, go on").click()
        await expect(listener.page.locator("#session .closing")).to_have_count(0)
        await button(seeker, "More").click()
        await button(seeker, "Leave, and never meet again").click()
        for one in (seeker, listener):  # a block looks like any other end
            await expect(one.page.locator("#session .after h2")).to_be_visible()
            await expect(one.page.locator("#session")).not_to_contain_text("block")
        await fine(seeker, listener)
        await button(seeker, "Check on me tomorrow").click()
        await expect(seeker.page.locator("#session .tomorrow")).to_contain_text("We ask you here tomorrow")
        await button(seeker, "Not after all").click()
        await expect(button(seeker, "Check on me tomorrow")).to_be_focused()
        await seeker.page.get_by_role("group", name="I felt heard").get_by_text("yes").click()
        await button(seeker, "Send this").click()
        await expect(seeker.page.locator("#session .after")).to_contain_text("Thank")
        await button(listener, "Back to listening").click()
        await expect(listener.page.locator("#listen .wait-place")).to_contain_text("let it settle")
        week = listener.page.locator("#given")
        await week.locator("summary").click()
        await expect(week.locator("li[data-session]")).to_contain_text("It came to its end")  # and no more of it
        await week.get_by_role("button", name="Say how it was").click()
        await week.get_by_role("button", name="Send this").click()
        await expect(week.locator("li[data-session]")).to_contain_text("Thank")
        await fine(listener)


async def test_somebody_in_danger_is_never_left_and_a_line_is_reached_together(
    steady_engine: Engine, browser: Browser
) -> None:
    """F16 to F18: the team comes visibly, a line that does not answer is followed by another, only they end it."""
    async with evening(steady_engine, browser, cool_down=600.0) as house:
        seeker = await house.guest(color_scheme="dark")
        await ask(seeker)
        listener = await house.staff("listener")
        responder = await house.staff("responder", size=PHONE, vetted=True)
        await open_view(responder, "respond")
        await on_shift(house.node)
        await is_there(listener)
        await together(seeker, listener)
        await talks(seeker, URGENT)
        held = seeker.page.locator("#session .holding")
        await expect(held).to_contain_text("We are staying with you")
        await expect(listener.page.locator("#session .guide")).to_be_visible()
        await expect(responder.page.locator("#respond .call")).to_contain_text("waiting for")
        await fine(seeker, listener, responder)
        await held.get_by_role("button", name="Yes", exact=True).click()
        await button(responder, "I’ll go to them").click()
        await expect(held).to_contain_text("trained responder")
        await expect(responder.page.locator("#session")).to_be_visible()
        await talks(responder, "I am here with you.")
        await hears(seeker, "I am here with you.")
        await responder.page.locator(".companion > summary").click()
        aside = responder.page.locator(".companion .unfold")
        await aside.locator("summary").click()
        await aside.get_by_label("Grown up").check()
        await aside.get_by_role("button", name="Say so").click()
        await expect(aside).to_contain_text("Noted")
        await expect(listener.page.locator(".companion .ages")).to_have_count(0)
        await responder.page.locator(".companion > summary").click()
        await fine(seeker, listener, responder)
        await button(seeker, "Let’s contact a line together").click()
        first = held.locator(".line-choice li").first
        await first.get_by_role("button").click()
        await expect(held).to_contain_text("Tell us when someone answers")
        await button(seeker, "Nobody answered").click()
        await expect(held).to_contain_text("Here is another way")
        await fine(seeker)
        await held.locator(".line-choice li").first.get_by_role("button").click()
        await button(seeker, "Someone answered").click()
        await expect(held).to_contain_text("reached somebody")
        await expect(button(seeker, "That was not right, stay with me")).to_be_visible()
        await talks(listener, "I am glad.")
        await hears(seeker, "I am glad.")
        await button(listener, "End for today").click()
        await button(listener, "More").click()
        await button(listener, "Leave now").click()
        await expect(seeker.page.locator("#session .after")).to_contain_text("nothing to fill in")
        await button(listener, "Back to listening").click()
        await expect(listener.page.locator("#listen .wait-place")).to_contain_text("let it settle")
        await fine(seeker, listener, responder)
        await ask(await house.guest())
        await button(responder, "All rooms").click()
        await is_there(responder)
        await expect(button(responder, "I’ll be there")).to_be_visible()
        await expect(listener.page.locator("#listen .offer")).to_have_count(0)  # they rest, and are not asked


async def test_a_wait_by_keys_alone_is_honest_and_a_disclosure_in_it_is_stayed_with(
    steady_engine: Engine, browser: Browser
) -> None:
    """X41, F12, F16: ask, write and stop by keyboard; what is stopped is not lost; nobody on shift is said plainly."""
    async with evening(steady_engine, browser, update=0.5, alternatives=0.5, call_back=60.0) as house:
        seeker = await house.guest(size={"width": 320, "height": 640})
        page = seeker.page
        await open_view(seeker, "ask")
        await fine(seeker)
        await tab_to(page, "#ask summary")
        await press(page, "Enter")
        await tab_to(page, "#ask select")
        await page.keyboard.type("Sl")
        await tab_to(page, "#ask [name=intensity]")
        await press(page, "ArrowRight", "ArrowRight")
        await fine(seeker)
        await tab_to(page, "#ask button[type=submit]")
        await press(page, "Enter")
        await expect(page.locator("#ask h1")).to_have_text("We are looking for someone")
        await tab_to(page, "#ask textarea")
        await page.keyboard.type(STOPPED)
        await press(page, "Enter")
        await expect(page.locator("#ask .kept-words.refused")).to_contain_text(STOPPED)
        await expect(button(seeker, "Sit in a room")).to_be_visible()  # other doors, in time
        await fine(seeker)
        await button(seeker, "Let it go").click()
        await page.locator("#ask textarea").fill(URGENT)
        await press(page, "Enter")
        held = page.locator("#ask .holding")
        await expect(held).to_contain_text("Nobody from our team is here right now")
        await expect(held.locator(".line-choice li").first).to_be_visible()
        await fine(seeker)
        await button(seeker, "End this, no questions").click()
        await expect(button(seeker, "No, stay with me")).to_be_focused()
        await button(seeker, "Yes, end it here").click()
        await expect(held).to_contain_text("Come back any time")
        await fine(seeker)


async def test_a_seeker_is_handed_on_with_the_words_they_leave_standing(
    steady_engine: Engine, browser: Browser
) -> None:
    """F14, F15: a bell, and a little more only when both say so; the listener proposes, the seeker changes what is told
    and says yes, and both are there until it is so."""
    async with evening(steady_engine, browser, first_bell=1.0, second_bell=600.0, soft_end=900.0) as house:
        seeker, listener = await meet(house, size=PHONE)
        for one in (seeker, listener):
            await expect(one.page.locator("#session .bell")).to_contain_text("A few minutes are left")
        await fine(seeker)
        await button(seeker, "A quarter of an hour more").click()
        await expect(seeker.page.locator("#session .bell")).to_contain_text("It begins when the other says so")
        await button(listener, "A quarter of an hour more").click()
        for one in (seeker, listener):
            await expect(one.page.locator("#session .bell")).to_contain_text("A little more time")
            await expect(one.page.locator("#session .bell")).to_contain_text("You have until")
            await button(one, "All right").click()
            await expect(one.page.locator("#session .bell")).to_have_count(0)
        await button(listener, "Hand on to another listener").click()
        await listener.page.locator("#session .giving textarea").fill("A hard week at work.")
        await button(listener, "Ask them").click()
        await expect(seeker.page.locator("#session .transfer")).to_be_visible()
        await seeker.page.reload()
        summary = seeker.page.locator("#session .transfer textarea")
        await expect(summary).to_have_value("A hard week at work.")
        await summary.fill("A hard week, and no sleep.")
        await fine(seeker, listener)
        await button(seeker, "Yes, find someone else").click()
        await expect(listener.page.locator("#session .transfer")).to_contain_text("being looked for")
        fresh = await house.staff("supervisor")
        await is_there(fresh)
        await button(fresh, "I’ll be there").click()
        await hears(fresh, "A hard week, and no sleep.")
        await button(seeker, "Go to them").click()
        await talks(fresh, "Hello, I am here now.")
        await hears(seeker, "Hello, I am here now.")
        await expect(listener.page.locator("#session .after")).to_be_visible()
        await fine(seeker, fresh)
