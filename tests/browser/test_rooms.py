"""A room that is read for a long time, and one where a lot is said: the page stays small, quick and where one was."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.browser import PHONE, Visitor, Visitors
from tests.support.sentences import CARE

MANY = 5_000
MOST_ROWS = 400
PER_SECOND = 50
CROWD = (Path(__file__).parent / "crowd.js").read_text()


async def in_room(visitors: Visitors, room: str, **how: object) -> Visitor:
    ana = await visitors.arrive(**how)  # type: ignore[arg-type]
    await ana.come_in()
    await ana.sit_down(room)
    await ana.page.evaluate(CROWD)
    return ana


async def test_five_thousand_messages_are_read_both_ways_and_the_page_stays_small(visitors: Visitors) -> None:
    """Issue 5: never more than 400 message nodes, every message once, in order, up and down again."""
    ana = await in_room(visitors, "bipolar")
    await ana.page.evaluate("many => window.crowd.longHistory(many)", MANY)
    read = await ana.page.evaluate("many => window.crowd.readAll(many)", MANY)
    assert read["most"] < MOST_ROWS
    assert read["seen"] == MANY
    assert read["top"] == ["old-0", "old-1", "old-2"]
    assert read["last"] != f"old-{MANY - 1}"  # what is far below left the page on the way up
    assert read["ordered"]
    await ana.page.locator("#scroller").evaluate("one => (one.scrollTop = 0)")
    await ana.page.locator("#newer").click()
    await expect(ana.page.locator("#newer")).to_be_hidden()


async def test_writing_stays_quick_while_fifty_messages_a_second_come_in(visitors: Visitors) -> None:
    """Issue 5, X41: keys are drawn at once, nothing typed is lost, and each message is told once."""
    ana = await in_room(visitors, "recovery")
    many = 3 * PER_SECOND
    await ana.page.evaluate("([many, wait]) => void window.crowd.flood([many, wait])", [many, 1000 / PER_SECOND])
    words = "I am still writing my own line here"
    await ana.page.locator("#words").press_sequentially(words, delay=40)
    found = await ana.page.evaluate("window.flooded")
    assert await ana.page.input_value("#words") == words
    assert len(found["said"]) == many == len(set(found["said"]))
    slow = sorted(found["slow"])
    assert slow[len(slow) // 2] < 60, slow
    assert await rows(ana.page) < MOST_ROWS


async def rows(page: Page) -> int:
    return await page.locator("#messages > [data-id]").count()


async def test_what_came_while_one_was_elsewhere_begins_at_a_line(visitors: Visitors) -> None:
    """F6: unread on the list, and a line in the room before the first of it; reading it takes it away."""
    ana, ben = await in_room(visitors, "postpartum"), await in_room(visitors, "postpartum")
    await ana.say("Before I looked away.")
    await ben.sees("Before I looked away.")
    await ana.page.locator('[data-room="depression"]').click()
    await ana.page.get_by_role("button", name="Sit down").click()
    await expect(ana.page.locator("#room-title")).to_have_text("Heavy days")
    for line in ("First thing you missed.", "Second thing you missed."):
        await ben.say(line)
        await ben.sees(line)
    card = ana.page.locator('[data-room="postpartum"]')
    await expect(card.locator(".unread")).to_have_text("2 new")
    await card.click()
    begins = ana.page.locator("#messages .unread-line")
    await expect(begins).to_have_text("New since you looked")
    await expect(begins.locator("xpath=following-sibling::li[1]")).to_contain_text("First thing you missed.")
    await expect(card.locator(".unread")).to_have_count(0)


async def test_a_content_note_keeps_words_blurred_until_they_are_opened(visitors: Visitors) -> None:
    """F7: neither seen nor read out before somebody asks for it; the author sees what they wrote."""
    ana, ben = await in_room(visitors, "depression", size=PHONE), await in_room(visitors, "depression")
    await ana.page.locator("#notes-toggle").click()
    await ana.page.get_by_label("loss", exact=True).check()
    await ana.say("My grandmother died last winter and I miss her.")
    await ana.settled()
    message = ben.message("My grandmother died last winter")
    words = message.locator(".words")
    await expect(words).to_have_class("words blurred")
    await expect(words).to_have_attribute("aria-hidden", "true")
    assert not any("grandmother" in told for told in await ben.announced())
    assert any("Content note: loss" in told for told in await ben.announced())
    await message.get_by_role("button", name="Content note: loss").click()
    await expect(words).to_have_class("words")
    await expect(words).to_be_focused()
    await expect(ana.message("My grandmother").locator(".blurred")).to_have_count(0)
    await ben.page.locator("#aside-themes").click()
    await expect(ben.page.locator("#wish-all")).to_be_focused()
    await ben.page.get_by_label("Death and loss", exact=True).select_option("hide")
    await ben.page.locator("section.on .back").click()
    await expect(ben.page.locator("#messages .tag", has_text="Left out, as you chose: loss")).to_be_visible()
    assert "grandmother" not in await ben.page.locator("#messages").inner_text()
    await ana.write(CARE)
    await ana.page.get_by_role("button", name="Add the note").click()
    await expect(ana.page.locator("#words")).to_be_focused()
    await expect(ana.page.locator("#notes input:checked")).to_have_count(1)


async def test_marks_stand_under_the_words_they_are_about_and_go_when_the_words_change(visitors: Visitors) -> None:
    """F22: what would be covered is marked in the box itself, with the reason beside it."""
    ana = await in_room(visitors, "anxiety")
    await ana.write("  You could call me on +1 415 555 0132 some evening.")
    mark = ana.page.locator("#marks mark")
    await expect(mark).to_have_text("+1 415 555 0132")
    await expect(ana.page.locator(".hint-card .reasons")).to_contain_text("phone number")
    await expect(ana.page.locator(".hint-card")).to_contain_text("You can send this.")  # what would be, not what was
    box = await ana.page.locator("#words").bounding_box()
    under = await mark.bounding_box()
    assert box is not None
    assert under is not None
    assert box["y"] <= under["y"] <= box["y"] + box["height"]
    await ana.page.locator("#words").press_sequentially("!")
    await expect(mark).to_have_count(0)
