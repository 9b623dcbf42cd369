"""The quick exit of somebody who is stayed with: away at once, the listener released, and nothing has ended (F16)."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from rooms.held import Held
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.evenings import ask, evening, is_there, talks, together
from tests.support.staff import URGENT

pytestmark = one_flavour


async def test_a_quick_exit_releases_the_listener_at_once_and_keeps_the_seat(
    steady_engine: Engine, browser: Browser
) -> None:
    """Not seen as a cut, for which the seat would be held a quarter of an hour with somebody in it."""
    async with evening(steady_engine, browser) as house:
        seeker = await house.guest()
        await ask(seeker)
        listener = await house.staff("listener")
        await is_there(listener)
        await together(seeker, listener)
        await talks(seeker, URGENT)
        await expect(seeker.page.locator("#session .holding")).to_contain_text("We are staying with you")
        await seeker.page.locator("#exit").click()
        await expect(listener.page.get_by_text("This conversation has ended.").first).to_be_visible()
        (hold,) = await house.node.services.matchmaker.live(RowKind.HOLD)
        await listener.page.locator("#exit").click()  # an invitation on this device is forgotten as well
        await listener.page.wait_for_url("about:blank")
        await listener.page.goto(f"{house.node.url}/livez")
        assert await listener.page.evaluate("localStorage.length") == 0
    assert hold.state is Held.AWAY
    assert hold.session == ""
