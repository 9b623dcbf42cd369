"""The night lantern on the page: seen at night, lit and answered without a name, by keyboard alone (F5)."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.test_reach import choose, kept, press, tab_to
from tests.support.browser import NIGHT, PHONE, Visitor, Visitors, zone
from tests.support.proxy import Proxy
from tests.support.server import Server

# The hours at which it is night, by night.js.
HOURS = """async () => {
  const {isNight, turnsIn} = await import("/night.js");
  const at = (hour, minute = 0) => new Date(2026, 0, 15, hour, minute);
  const all = [...Array(24).keys()];
  const turns = [at(21, 59), at(22), at(1), at(6)].map(turnsIn);
  return [all.filter((hour) => isNight(at(hour))), ...turns];
}"""
HOUR = 3_600_000


async def at_night(visitors: Visitors, room: str, **how: object) -> Visitor:
    """Somebody in a room, at a place where it is night."""
    ana = await visitors.arrive(**{"timezone_id": zone(NIGHT), **how})  # type: ignore[arg-type]
    await ana.come_in()
    await ana.sit_down(room)
    await expect(ana.page.locator("#lantern-says")).to_be_visible()
    return ana


async def shown_lights(one: Visitor) -> None:
    """Choose to see lights, by keyboard."""
    await choose(one.page, "Light a lantern", backwards=True)
    await tab_to(one.page, "#lantern [type=checkbox]")
    await press(one.page, "Space")
    await expect(one.page.locator("#lantern [type=checkbox]")).to_be_checked()


async def test_a_light_is_answered_by_keyboard_and_nobody_is_named(visitors: Visitors, house: Server) -> None:
    """F5, X41: lit, seen by who chose to, answered, told once, put out; a cut in between is said and survived."""
    async with Proxy(port=house.port) as proxy:
        ana = await at_night(visitors, "bipolar", size=PHONE)
        ben = await at_night(visitors, "bipolar", origin=f"http://127.0.0.1:{proxy.port}")
        await expect(ana.page.locator("#lantern-says")).to_contain_text("quiet night")
        await shown_lights(ben)
        proxy.refuse = True
        proxy.cut()
        await expect(ben.page.locator("#lantern-says")).to_contain_text("We’re cut off")
        await tab_to(ben.page, "#lantern-panel button", backwards=True)
        await press(ben.page, "Enter")
        await expect(ben.page.locator("#lantern-problem")).to_be_focused()
        proxy.refuse = False
        await ben.network_is_back()
        await expect(ben.page.locator("body")).to_have_attribute("data-line", "ready")
        await choose(ana.page, "Light a lantern", backwards=True)
        await expect(ana.page.locator("#lantern-panel")).to_contain_text("not whose")
        await choose(ana.page, "Light a lantern")
        await expect(ana.page.locator("#lantern-says")).to_contain_text("Your light burns until")
        await expect(ben.page.locator("#lantern-says")).to_have_text("A light burns here.")
        assert not any("burns" in told for told in await ben.announced())
        await ben.page.locator("#words").focus()
        await choose(ben.page, "Answer it", backwards=True)
        await expect(ben.page.locator("#lantern-says")).to_contain_text("somebody answered")
        answered = ana.page.locator("#lantern-says")
        await expect(answered).to_have_text("1 person answered your light. You’re not the only one awake.")
        assert len([told for told in await ana.announced() if "answered your light" in told]) == 1
        for one in (ana, ben):  # no name of the other stands there, and nothing leads to them
            assert await one.page.locator("#lantern bdi, #lantern [data-alias]").count() == 0
            assert await one.violations() == []
        await ana.page.reload()
        await expect(answered).to_contain_text("1 person answered")
        await choose(ana.page, "My light", backwards=True)
        await choose(ana.page, "Put it out")
        await kept(ana.page)
        await expect(answered).to_contain_text("You put your light out.")
        await expect(answered).to_be_focused()
        await expect(ben.page.locator("#lantern-says")).to_contain_text("quiet night")


async def test_by_day_a_light_is_seen_by_who_chose_to_and_by_nobody_else(visitors: Visitors) -> None:
    """F5: by day nothing of it is loaded; chosen in the settings, a light that burns is there; leaving forgets it."""
    ana, ben = await at_night(visitors, "recovery"), await visitors.arrive()
    asked: list[str] = []
    ben.page.on("request", lambda request: asked.append(request.url))
    await ben.come_in()
    await ben.sit_down("recovery")
    await ana.page.locator("#lantern [data-act=open]").click()
    await ana.page.locator("#lantern-panel .main").click()
    await expect(ana.page.locator("#lantern-says")).to_contain_text("burns")
    await expect(ben.page.locator("#lantern")).to_be_hidden()
    assert not any("lantern" in url for url in asked)
    await ben.page.locator("#aside-themes").click()
    await ben.page.get_by_label("Show me lights").check()
    await ben.page.locator("section.on .back").click()
    await expect(ben.page.locator("#lantern-says")).to_have_text("A light burns here.")
    await ana.page.locator("#room-back:visible, [data-door=care]:visible").first.click()
    await ben.page.get_by_role("button", name="Answer it").click()
    await expect(ana.page.locator("#banner")).to_contain_text("1 person answered your light.")
    await ana.page.locator("section.on .back").click()
    await ana.page.locator("#lantern [data-act=open]").click()
    await ana.page.get_by_role("button", name="Put it out").click()
    await expect(ben.page.locator("#lantern")).to_be_hidden()
    await ben.page.locator("#exit").click()
    await ben.page.wait_for_url("about:blank")
    await ben.come_in()
    assert await ben.page.evaluate("localStorage.getItem('warmline.settings')") is None


async def test_the_night_is_that_of_the_device(visitors: Visitors) -> None:
    ana = await visitors.arrive()
    await ana.page.goto(f"{ana.origin}/livez")
    hours, *turns = await ana.page.evaluate(HOURS)
    assert hours == [0, 1, 2, 3, 4, 5, 22, 23]
    assert turns == [60_000, 8 * HOUR, 5 * HOUR, 16 * HOUR]
