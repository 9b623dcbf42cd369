"""A page loaded again, opened twice, or on another device: whoever comes back finds what they left (T4, X40)."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.support.browser import PHONE, Visitor
from tests.support.engines import Engine, one_flavour
from tests.support.evenings import ask, button, evening, hears, is_there, meet, open_view, talks
from tests.support.staff import URGENT
from tests.support.two import on_shift

pytestmark = one_flavour

WAITING = "It is the third night."


async def again(*people: Visitor) -> None:
    """Load the page again."""
    for one in people:
        await one.page.reload()


async def test_a_reload_in_every_state_returns_to_it(steady_engine: Engine, browser: Browser) -> None:
    """T4: waiting, offered, connecting, active, closing, feedback; for the seeker and for the listener."""
    async with evening(steady_engine, browser, undo=600.0) as house:
        seeker = await house.guest(size=PHONE)
        await ask(seeker)
        await seeker.page.locator("#ask textarea").fill(WAITING)
        await button(seeker, "Keep it for them").click()
        await expect(seeker.page.locator("#ask .kept-words.kept")).to_have_count(2)
        await again(seeker)
        await expect(seeker.page.locator("#ask .wait-place")).to_contain_text("You are next")
        await expect(seeker.page.locator("#ask .kept-words.kept")).to_have_count(2)

        listener = await house.staff("listener")
        await is_there(listener)
        await expect(button(listener, "I’ll be there")).to_be_visible()
        await again(listener)
        await button(listener, "I’ll be there").click()
        for one in (seeker, listener):
            await expect(one.page.locator("#session .limits")).to_be_visible()
        await again(seeker, listener)
        for one in (seeker, listener):
            await hears(one, WAITING)
            await button(one, "I’ve read this").click()
        await talks(listener, "I am here. Take your time.")
        await talks(seeker, "Thank you for coming.")
        await hears(listener, "Thank you for coming.")
        await seeker.page.locator("#words").fill("I was about to say")
        await again(seeker, listener)
        for one in (seeker, listener):
            await hears(one, WAITING, "I am here. Take your time.", "Thank you for coming.")
            await expect(one.page.locator("#session .limits")).to_have_count(0)
        await expect(seeker.page.locator("#words")).to_have_value("I was about to say")

        await button(seeker, "End for today").click()
        await expect(listener.page.locator("#session .closing")).to_be_visible()
        await again(seeker, listener)
        await expect(listener.page.locator("#session .closing")).to_be_visible()
        await expect(listener.page.get_by_role("button", name="Not yet, go on")).to_have_count(0)
        await expect(button(seeker, "Not yet, go on")).to_be_visible()
        await button(seeker, "More").click()
        await button(seeker, "Leave now").click()
        for one in (seeker, listener):
            await expect(one.page.locator("#session .after h2")).to_be_visible()
        await again(seeker, listener)
        for one in (seeker, listener):
            await hears(one, "Thank you for coming.")
            await expect(button(one, "Send this")).to_be_visible()
        await seeker.page.get_by_role("group", name="I felt heard").get_by_text("yes").click()
        await button(seeker, "Send this").click()
        await expect(seeker.page.locator("#session .after")).to_contain_text("Thank")
        await again(seeker)
        await expect(seeker.page.locator("#session .after")).to_contain_text("Thank")
        await expect(button(seeker, "Send this")).to_have_count(0)
        for one in (seeker, listener):
            assert await one.violations() == []


async def test_who_chose_to_be_told_reads_that_and_nothing_else_until_somebody_is_free(
    steady_engine: Engine, browser: Browser
) -> None:
    """F12: after a long wait, "tell me": no update and no reload says again that somebody is being looked for."""
    async with evening(steady_engine, browser, update=0.5, alternatives=0.2, call_back=0.5) as house:
        seeker = await house.guest(size=PHONE)
        await ask(seeker)
        await button(seeker, "Tell me when somebody is free").click()
        now = seeker.page.locator("#ask .wait-now")
        await expect(now).to_contain_text("You’ll be told here")
        await expect(seeker.page.locator("#ask h1")).to_be_focused()
        await again(seeker)
        await expect(now).to_contain_text("as soon as somebody is free")
        await expect(now).not_to_contain_text("We are finding someone")
        listener = await house.staff("listener")
        await is_there(listener)
        await expect(now).to_contain_text("You are next")
        await button(listener, "I’ll be there").click()
        await expect(seeker.page.locator("#session")).to_be_visible()


async def test_who_was_away_when_it_ended_is_told_so_and_may_say_how_it_was(
    steady_engine: Engine, browser: Browser
) -> None:
    async with evening(steady_engine, browser) as house:
        seeker, listener = await meet(house, size=PHONE)
        await seeker.page.goto("about:blank")
        await button(listener, "More").click()
        await button(listener, "Leave now").click()
        await expect(listener.page.locator("#session .after h2")).to_be_visible()
        await seeker.page.goto(seeker.origin)
        await expect(seeker.page.locator("#session .after")).to_contain_text("This conversation has ended")
        await hears(seeker, "I am here. Take your time.")
        await expect(button(seeker, "Send this")).to_be_visible()


async def test_a_pause_is_still_a_question_after_a_reload(steady_engine: Engine, browser: Browser) -> None:
    async with evening(steady_engine, browser, quiet=2.0) as house:
        seeker = await house.guest(size=PHONE)
        await ask(seeker)
        listener = await house.staff("listener")
        await is_there(listener)
        await button(listener, "I’ll be there").click()
        await talks(listener, "I am here.")
        await talks(seeker, "Thank you.")
        still = seeker.page.locator("#session .still")
        await expect(still).to_be_visible()
        await again(seeker)
        await expect(still).to_contain_text("Still here?")
        await button(seeker, "I’m still here").click()
        await expect(still).to_have_count(0)


async def test_who_is_held_comes_back_to_it_and_to_the_line_they_were_calling(
    steady_engine: Engine, browser: Browser
) -> None:
    """F16 to F18: held, dialling, not reached, confirmed; the responder comes back to the room as well."""
    async with evening(steady_engine, browser) as house:
        seeker = await house.guest(size=PHONE)
        await ask(seeker)
        responder = await house.staff("responder")
        await open_view(responder, "respond")
        await on_shift(house.node)
        listener = await house.staff("listener")
        await is_there(listener)
        await button(listener, "I’ll be there").click()
        await expect(seeker.page.locator("#session")).to_be_visible()
        await talks(seeker, URGENT)
        held = seeker.page.locator("#session .holding")
        await expect(held).to_contain_text("has been asked to come")
        await again(seeker, responder)
        await expect(held).to_contain_text("has been asked to come")
        await expect(seeker.page.locator("#session #pair-card .card")).to_be_visible()
        await held.get_by_role("button", name="Yes", exact=True).click()
        await button(responder, "I’ll go to them").click()
        await expect(held).to_contain_text("trained responder")
        await again(seeker, responder)
        await expect(held).to_contain_text("trained responder")
        await talks(responder, "I am here with you.")
        await hears(seeker, "I am here with you.")
        await button(seeker, "Let’s contact a line together").click()
        first = held.locator(".line-choice li").first
        name = await first.locator("strong").inner_text()
        await first.get_by_role("button").click()
        await expect(held).to_contain_text("Tell us when someone answers")
        await again(seeker)
        await expect(held).to_contain_text("Tell us when someone answers")
        await expect(held).to_contain_text(f"You are contacting {name}")
        await button(seeker, "Nobody answered").click()
        await expect(held).to_contain_text("Here is another way")
        await again(seeker)
        await expect(held).to_contain_text("Here is another way")
        await expect(held.locator(".line-choice strong", has_text=name)).to_have_count(0)
        await held.locator(".line-choice li").first.get_by_role("button").click()
        await button(seeker, "Someone answered").click()
        await again(seeker)
        await expect(held).to_contain_text("You reached somebody")
        await button(seeker, "That was not right, stay with me").click()
        await expect(held).to_contain_text("We are staying with you")
        for one in (seeker, listener, responder):
            assert await one.violations() == []
