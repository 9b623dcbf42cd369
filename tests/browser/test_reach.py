"""Everybody reaches everything: by keyboard, by screen reader, on a narrow phone, by day and by night (X41)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.support.browser import DESK, PHONE, Visitor, Visitors
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, talking
from tests.support.staff import DOUBTFUL, token
from tests.support.views import SCENES, SECONDS, View, house

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": ["color-contrast"]}
NARROW: ViewportSize = {"width": 320, "height": 640}
# Whether it can be seen where the focus is: an outline of its own, or of the field that holds it. A heading that was
# given the focus by a change of view needs none: it is where one begins to read.
SHOWN = """() => {
  const all = [document.activeElement, document.activeElement.closest(".choice, .tick, .note-choice")];
  const looks = all.filter(Boolean).map((one) => getComputedStyle(one));
  const outlined = looks.some((look) => look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2);
  return document.activeElement.matches("body, [tabindex='-1']") || outlined;
}"""


async def faults(page: Page, rules: Mapping[str, Any] = RULES) -> list[str]:
    """What axe finds on what is shown now."""
    if not await page.evaluate("Boolean(window.axe)"):
        await page.evaluate(Axe().axe_script)
    found = await page.evaluate("(rules) => axe.run(document, {...rules, resultTypes: ['violations']})", rules)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]


# Help and the way out can be pressed however far one has read.
IN_SIGHT = """() => {
  const before = scrollY;
  scrollTo(0, document.documentElement.scrollHeight);
  const pressed = ["help", "exit"].every((id) => {
    const {left, top, width, height} = document.getElementById(id).getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2)?.closest(`#${id}`);
  });
  scrollTo(0, before);
  return pressed;
}"""


# Where a system replaces all colours, what is chosen, pressed or current is told by a line, not by a colour alone.
UNTOLD = """() => [...document.querySelectorAll(
    ":is(button, .chip)[aria-pressed=true], [aria-current=true], :is(.choice, .tick, .note-choice):has(:checked)")]
  .filter((one) => one.checkVisibility() && getComputedStyle(one).outlineStyle === "none")
  .map((one) => one.className)"""


async def seen_otherwise(view: View) -> list[str]:
    """Faults of one view on a narrow page from right to left, and with the colours of a system."""
    page, found = view.visitor.page, []
    await page.evaluate("document.documentElement.dir = 'rtl'")
    if wider := await view.visitor.overflow():
        found.append(f"{wider} px wider from right to left")
    if not await page.evaluate(IN_SIGHT):
        found.append("right to left: help or the way out is not in sight at the end of the page")
    await page.evaluate("document.documentElement.dir = 'ltr'")
    await page.emulate_media(forced_colors="active")
    found += [f"not told in forced colours: {one}" for one in await page.evaluate(UNTOLD)]
    await page.emulate_media(forced_colors="none")
    return found


async def seen_everywhere(view: View) -> list[str]:
    """Faults of one view: on a desk and at 320 px (a desk at 400 %), by day and by night. What the other theme changes
    is colours, so there only these are looked at again."""
    page, found = view.visitor.page, []
    for size, schemes in ((NARROW, ("dark", "light")), (DESK, ("dark", "light"))):
        await page.set_viewport_size(size)
        if wider := await view.visitor.overflow():
            found.append(f"{wider} px wider than {size['width']}")
        if size is NARROW:
            found += await seen_otherwise(view)
        if not await page.evaluate(IN_SIGHT):
            found.append(f"{size['width']}: help or the way out is not in sight at the end of the page")
        for scheme, rules in zip(schemes, (RULES, COLOURS), strict=True):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{size['width']} {scheme}: {fault}" for fault in await faults(page, rules)]
    return found


@one_flavour
@pytest.mark.parametrize("scene", list(SCENES))
async def test_no_view_has_a_fault_or_is_wider_than_its_window(
    steady_engine: Engine, browser: Browser, scene: str
) -> None:
    """X41, X38: axe finds nothing in any view or state, nothing scrolls sideways; no policy breaks, nothing leaves."""
    found: dict[str, list[str]] = {}
    met: list[Visitor] = []
    async with house(steady_engine.url, browser, **SECONDS.get(scene, {})) as home:
        async for view in SCENES[scene](home):
            met.append(view.visitor)
            if faulty := await seen_everywhere(view):
                found[view.name] = faulty
        assert found == {}
        assert [fault for one in met for fault in await one.violations()] == []


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


async def to(page: Page, words: str, *, backwards: bool = False) -> None:
    """Press Tab until the button of these words has the focus; every stop on the way can be seen to have it."""
    for _ in range(80):
        await page.keyboard.press("Shift+Tab" if backwards else "Tab")
        assert await page.evaluate(SHOWN), await page.evaluate("document.activeElement.outerHTML")
        if (await page.evaluate("document.activeElement.textContent")).strip() == words:
            return
    raise AssertionError(f"Tab never reached {words!r}")


async def kept(page: Page) -> None:
    """Whatever has just been redrawn: the focus is somewhere, not at the beginning of the page."""
    await expect(page.locator(":focus")).to_have_count(1)


async def choose(page: Page, words: str, *, backwards: bool = False) -> None:
    """Go to a button and press it; the focus is not lost by what follows."""
    await to(page, words, backwards=backwards)
    await press(page, "Enter")
    await kept(page)


async def test_the_whole_journey_goes_by_keyboard(visitors: Visitors) -> None:
    """X41: enter, choose, sit down, talk, answer a message, find help and leave without touching a mouse."""
    ana, ben = await visitors.arrive(), await visitors.arrive()
    await ben.come_in()
    await ben.sit_down("anxiety", "Key Ben")
    await ben.say("Hello from the other side of the keys.")
    page = ana.page
    await page.goto(ana.origin)
    await tab_to(page, "#door-name summary")
    await press(page, "Enter")
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


@one_flavour
async def test_two_come_together_and_part_by_keyboard_alone(steady_engine: Engine, browser: Browser) -> None:
    """X41, F11 to F15: ask, wait, be there, read the limits, talk, end, and say how it was, without a mouse."""
    async with house(steady_engine.url, browser, undo=600.0) as home:
        sam, ana = await home.staff("listener", "sam"), await home.guest()
        await choose(sam.page, "Listen to somebody")
        await choose(sam.page, "I’m available")
        await expect(sam.page.locator("#listen .wait-place")).to_contain_text("Available")
        await choose(ana.page, "Talk with one person")
        await tab_to(ana.page, "#ask textarea")
        await ana.page.keyboard.type("I would like to tell somebody about today.")
        await choose(ana.page, "Find someone for me")
        await expect(sam.page.locator(".offer")).to_be_visible()
        await choose(sam.page, "I’ll be there")
        for one in (ana, sam):
            await expect(one.page.locator("#session .limits")).to_be_visible()
            await choose(one.page, "I’ve read this")
            await expect(one.page.locator("#session #words")).to_be_focused()
        await sam.page.keyboard.type("I am here.")
        await press(sam.page, "Enter")
        await expect(ana.page.locator("#session #messages")).to_contain_text("I am here.")
        await expect(ana.page.locator("#session #words")).to_be_focused()
        await ana.page.keyboard.type("Thank you.")
        await press(ana.page, "Enter")
        await expect(sam.page.locator("#session #messages")).to_contain_text("Thank you.")
        await choose(sam.page, "Another card", backwards=True)
        await choose(ana.page, "End for today", backwards=True)
        await expect(ana.page.locator("#session .closing")).to_be_visible()
        await choose(ana.page, "More")
        await choose(ana.page, "Leave now")
        for one in (ana, sam):
            await expect(one.page.locator("#session .after h2")).to_be_visible()
            await kept(one.page)
        await tab_to(ana.page, "#session [name=heard]")
        await press(ana.page, "Space")
        await choose(ana.page, "Send this")
        await expect(ana.page.locator("#session .after")).to_contain_text("Thank")
        await kept(ana.page)
        await tab_to(sam.page, "#session [name=mine]")
        await press(sam.page, "Space")
        await choose(sam.page, "Send this")
        await choose(sam.page, "Back to listening")
        await expect(sam.page.locator("#listen .wait-place")).to_contain_text("settle")


@one_flavour
async def test_a_case_is_taken_read_and_decided_by_keyboard_alone(steady_engine: Engine, browser: Browser) -> None:
    """X41, F31: from the door through the invitation to the next case, without a mouse and without single keys."""
    async with house(steady_engine.url, browser) as home, talking(home.node, "anxiety") as author:
        ada = await home.arrive()
        page = ada.page
        await page.goto(ada.origin)
        await choose(page, "Sign in with an invitation")
        await tab_to(page, "#staff-token")
        await expect(page.locator("#staff-camera")).to_have_count(0)  # no telephone, and reads no codes
        await page.keyboard.insert_text(token("moderator", "ada"))
        await choose(page, "Sign in")
        await expect(page.get_by_role("button", name="To the review desk")).to_be_focused()
        await press(page, "Enter")
        await expect(page.locator("#desk h1")).to_be_focused()
        held = await author.ask("send", room="anxiety", text=f"{DOUBTFUL}, by the lamp", key="held")
        await expect(page.locator(".case")).to_be_visible()
        await tab_to(page, ".case")
        await press(page, "Enter")
        await expect(page.locator(".desk-case h2")).to_be_focused()
        await choose(page, "Take it and read c")
        await expect(page.get_by_role("button", name="Uncover the words")).to_be_focused()
        await press(page, "Enter")
        await expect(page.locator("blockquote")).to_contain_text("telegram")
        await kept(page)
        await tab_to(page, "[name=resolution]")
        await press(page, "ArrowDown", "ArrowDown")
        await choose(page, "Decide")
        await expect(page.get_by_role("button", name="Next case")).to_be_focused()
        told = await next_event(author, "resolved")
        assert told["message"] == held["id"]
        await press(page, "Enter")
        await kept(page)


async def test_a_row_that_is_drawn_anew_keeps_the_focus(visitors: Visitors) -> None:
    """X41: somebody answers the message whose button has the focus; another takes back the one after it."""
    ana, ben = await visitors.arrive(), await visitors.arrive()
    for one in (ana, ben):
        await one.come_in()
        await one.sit_down("recovery")
    await ben.say("A row that stays.")
    await ana.sees("A row that stays.")
    await ana.page.locator("#messages .more").last.focus()
    await ana.say("An answer to it.")
    await ben.sees("An answer to it.")
    more = ana.message("A row that stays.").locator(".more")
    await more.focus()
    own = ben.message("A row that stays.")
    await own.locator(".more").click()
    await ben.page.get_by_role("button", name="Change", exact=False).first.click()
    await ben.page.keyboard.type(" And was changed.")
    await press(ben.page, "Enter")
    await ana.sees("And was changed.")
    await expect(more).to_be_focused()


async def test_a_keyboard_that_opens_hides_no_newest_words(visitors: Visitors) -> None:
    """The window of a telephone gets lower while somebody writes: who stood at the end of the room stays there."""
    ana = await visitors.arrive(size=PHONE)
    await ana.come_in()
    await ana.sit_down("depression")
    lines = [f"Line {word} of an evening that is longer than a telephone." for word in ("one", "two", "three", "four")]
    for line in lines:
        await ana.say(line)
        await ana.sees(line)
    await expect(ana.message(lines[-1])).to_be_in_viewport(ratio=1)
    await ana.page.set_viewport_size({"width": 360, "height": 440})
    await expect(ana.message(lines[-1])).to_be_in_viewport(ratio=1)
    await expect(ana.page.locator("#words")).to_be_in_viewport(ratio=1)


async def test_letters_of_twice_the_size_push_nothing_out_of_the_page(visitors: Visitors) -> None:
    """F52: at 200 % on a telephone help and the way out keep their words, and nothing scrolls sideways."""
    ana = await visitors.arrive(size=PHONE)
    await ana.come_in()
    await ana.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await ana.overflow() == 0
    for name in ("help", "exit"):
        await expect(ana.page.locator(f"#{name}")).to_be_in_viewport(ratio=1)
        assert await ana.page.locator(f"#{name}").evaluate("one => one.scrollWidth <= one.clientWidth"), name
    await expect(ana.page.locator("#skip")).not_to_be_in_viewport()
