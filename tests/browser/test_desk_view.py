"""The review desk on the page: an author, two moderators, each with a browser (F26, F28, F31)."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import segno
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.test_reach import faults
from tests.support.browser import DESK, PHONE, Visitor, Visitors
from tests.support.nodes import SECRET, next_event
from tests.support.raw import Raw
from tests.support.server import OPEN, Server, serving
from tests.support.staff import DOUBTFUL, token

NARROW: ViewportSize = {"width": 320, "height": 640}
ROOM = "anxiety"


@pytest.fixture(scope="module")
async def office() -> AsyncIterator[Server]:
    """A server of the desk's own: what waits there is what these tests made."""
    async with serving(sets={**OPEN, "auth.secret": SECRET}) as server:
        yield server


@dataclass(kw_only=True)
class Moderator:
    """Somebody at the desk, and every address their browser has asked for."""

    visitor: Visitor
    token: str = field(repr=False)
    addresses: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visitor.page

    def row(self, case: str) -> Any:
        return self.page.locator(f'.case[data-case="{case}"]')

    async def open(self, case: str) -> None:
        await self.row(case).click()
        await expect(self.page.locator(".desk-case h2")).to_be_focused()

    async def announced(self) -> list[str]:
        return await self.visitor.announced()

    async def fine(self) -> None:
        """Nothing broke the policy, nothing went elsewhere, no address ever held the invitation."""
        assert await self.visitor.violations() == []
        assert self.token not in " ".join([*self.addresses, self.page.url])


async def at_the_door_for_staff(people: Visitors, *, visitor: Visitor | None = None, **how: Any) -> Moderator:
    """A browser at the page where staff sign in."""
    visitor = visitor or await people.arrive(**how)
    one = Moderator(visitor=visitor, token="")
    visitor.page.on("request", lambda request: one.addresses.append(request.url))
    visitor.page.on("websocket", lambda socket: one.addresses.append(socket.url))
    visitor.page.on("framenavigated", lambda frame: one.addresses.append(frame.url))
    await visitor.page.goto(visitor.origin)
    await visitor.page.locator("#door-staff").click()
    await expect(visitor.page.locator("#staff-token")).to_be_visible()
    return one


async def sign_in(one: Moderator, pass_: str) -> None:
    one.token = pass_
    await one.page.fill("#staff-token", pass_)
    await one.page.get_by_role("button", name="Sign in", exact=True).click()


async def on_duty(people: Visitors, name: str, **how: Any) -> Moderator:
    """A moderator who has signed in and looks at the desk."""
    one = await at_the_door_for_staff(people, **how)
    await sign_in(one, token("moderator", name))
    await one.page.get_by_role("button", name="To the review desk").click()
    await expect(one.page.locator("#desk h1")).to_be_visible()
    return one


@asynccontextmanager
async def author_of(server: Server, text: str) -> AsyncIterator[tuple[Raw, str]]:
    """Somebody whose words are held, and the case of them."""
    async with Raw.upgraded(server.url) as raw:
        await raw.hello()
        await raw.ask("join", room=ROOM)
        sent = await raw.ask("send", room=ROOM, text=text, key="desk")
        assert sent["state"] == "held", sent
        yield raw, sent["id"]


@pytest.fixture
async def people(browser: Browser, office: Server) -> AsyncIterator[Visitors]:
    visitors = Visitors(browser, office.url)
    yield visitors
    await visitors.leave()


# What a telephone's browser has and this one has not. It reads a picture of some size as what `shown` says.
READS_CODES = """globalThis.BarcodeDetector = class {
  async detect(picture) {
    return picture.width > 1 ? [{rawValue: window.shown}] : [];
  }
};"""


def picture(text: str, scale: int) -> Any:
    """A photograph of a code, as an input takes files."""
    drawn = io.BytesIO()
    segno.make(text).save(drawn, kind="png", scale=scale)
    return {"name": "photo.png", "mimeType": "image/png", "buffer": drawn.getvalue()}


async def test_an_invitation_is_read_off_a_picture_where_the_browser_reads_codes(people: Visitors) -> None:
    """Issue 5, 6: a telephone's camera is offered where codes can be read, nowhere else; nothing leaves the page."""
    phone = await people.arrive(size=PHONE, has_touch=True, is_mobile=True)
    await phone.page.add_init_script(READS_CODES)
    one = await at_the_door_for_staff(people, visitor=phone)
    one.token = token("moderator", "photo")
    await one.page.get_by_label("Or take a picture of its QR code").set_input_files(picture("a wall", 4))
    await expect(one.page.locator("#staff .problem")).to_contain_text("No invitation could be read")
    await one.page.evaluate("(shown) => { window.shown = shown; }", one.token)
    assert await faults(one.page) == []
    await one.page.get_by_label("Or take a picture of its QR code").set_input_files(picture(one.token, 2))
    await expect(one.page.locator("#staff-token")).to_have_value(one.token)
    await one.page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(one.page.get_by_role("button", name="To the review desk")).to_be_visible()
    await one.fine()


async def test_a_held_message_is_decided_once_by_keyboard_and_its_author_told(people: Visitors, office: Server) -> None:
    """F26, F31: covered first, uncovered by a key; who else looks on sees it taken, then gone, each told once."""
    ada, ben = await on_duty(people, "ada"), await on_duty(people, "ben", size=NARROW, color_scheme="dark")
    async with author_of(office, f"{DOUBTFUL}, by the lamp") as (author, case):
        for one in (ada, ben):
            await expect(one.row(case)).to_be_visible()
            assert await faults(one.page) == []
        assert "telegram" not in await ada.page.content()  # a list has no words
        await ben.open(case)
        assert await faults(ben.page) == []

        await ada.row(case).focus()
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.locator(".desk-case h2")).to_be_focused()
        await ada.page.keyboard.press("c")
        await expect(ada.page.get_by_role("button", name="Uncover the words")).to_be_focused()
        assert "telegram" not in await ada.page.content()  # covered words are not there to be found
        assert await faults(ada.page) == []
        await expect(ben.page.locator(".desk-case")).to_contain_text("with another moderator")
        await expect(ben.page.get_by_role("button", name="Take it and read")).to_have_count(0)

        await ada.page.keyboard.press("v")
        await expect(ada.page.locator(".desk-case blockquote")).to_contain_text("telegram")
        await ada.page.keyboard.press("v")
        assert "telegram" not in await ada.page.content()
        await ada.page.keyboard.press("d")
        await expect(ada.page.locator("[name=resolution]").first).to_be_focused()
        await ada.page.locator("[name=resolution][value=refuse]").focus()
        await ada.page.keyboard.press("Space")
        await ada.page.select_option("#case-note", "not_here")
        await ada.page.locator("#case-note").focus()
        await ada.page.keyboard.press("Tab")
        await ada.page.keyboard.press("Enter")
        await expect(ada.page.get_by_role("button", name="Next case")).to_be_focused()
        assert await faults(ada.page) == []

        told = await next_event(author, "resolved")
        assert (told["message"], told["state"]) == (case, "refused")
        assert "not the place" in told["says"]
        await expect(ben.page.locator(".desk-case")).to_contain_text("ended")
        for one in (ada, ben):
            await expect(one.row(case)).to_have_count(0)
            assert await one.visitor.overflow() == 0
        said = await ben.announced()
        assert sum("has taken the case" in words for words in said) == 1
        assert sum("has ended" in words for words in said) == 1
        assert sum("Decided:" in words for words in await ada.announced()) == 1
        await ada.page.get_by_role("button", name="Decided", exact=True).click()
        await expect(ada.row(case)).to_contain_text("by you")
        assert await faults(ada.page) == []
    await ada.fine()
    await ben.fine()


async def test_a_step_of_the_ladder_is_appealed_and_another_hears_it(people: Visitors, office: Server) -> None:
    """F28: what a step means stands beside it; who decided may not hear the appeal, and the page says so."""
    ada, ben = await on_duty(people, "cleo"), await on_duty(people, "dan", size=DESK, color_scheme="dark")
    async with author_of(office, f"{DOUBTFUL}, by the door") as (author, held):
        await ada.open(held)
        await ada.page.get_by_role("button", name="Take it and read").click()
        await ada.page.get_by_text("What follows for the person").click()
        await ada.page.select_option("#ladder-reason", "spam")
        await expect(ada.page.get_by_role("radio", name="Ban")).to_be_disabled()
        await ada.page.get_by_role("radio", name="Reminder").check()
        assert await faults(ada.page) == []
        await ada.page.get_by_role("button", name="Decide about the person").click()
        await expect(ada.page.locator(".desk-case")).to_contain_text("Decided: Reminder.")

        notice = await next_event(author, "notice")
        appealed = await author.ask("appeal", sanction=notice["sanction"], note="I only asked once")
        assert appealed["type"] == "appealed", appealed
        mine = ada.page.locator(".case", has_text="Appeal")
        await mine.click()
        await ada.page.get_by_role("button", name="Take it and read").click()
        await expect(ada.page.locator(".desk-case [role=alert]")).to_contain_text("can’t be done here by you")
        assert await faults(ada.page) == []

        await ben.page.locator(".case", has_text="Appeal").click()
        await ben.page.get_by_role("button", name="Take it and read").click()
        await ben.page.get_by_role("button", name="Uncover the words").click()
        await expect(ben.page.locator("blockquote")).to_have_text("I only asked once")
        assert await faults(ben.page) == []
        await ben.page.get_by_role("radio", name="Take it back").check()
        await ben.page.get_by_role("button", name="Decide", exact=True).click()
        told = await next_event(author, "resolved")
        assert (told["state"], told["sanction"]) == ("lifted", notice["sanction"])
        await expect(ada.page.locator(".desk-case")).to_contain_text("ended")
    await ada.fine()
    await ben.fine()


async def test_an_invitation_is_pasted_kept_and_forgotten_and_never_an_address(people: Visitors) -> None:
    """F31: a wrong one changes nothing; a right one is good in every tab; signing out leaves nothing of it."""
    one = await at_the_door_for_staff(people, size=NARROW)
    await sign_in(one, "not an invitation")
    await expect(one.page.get_by_role("alert")).to_contain_text("This is no invitation")
    assert await faults(one.page) == []
    await sign_in(one, token("moderator", "eve", secret="another house, with another secret"))
    await expect(one.page.get_by_role("alert")).to_contain_text("not good any more")
    await sign_in(one, token("moderator", "eve"))
    await expect(one.page.get_by_role("button", name="To the review desk")).to_be_focused()
    assert await faults(one.page) == []
    assert one.token not in await one.page.content()
    assert await one.visitor.overflow() == 0
    again = await one.page.context.new_page()
    await again.goto(people.origin)
    await expect(again.get_by_role("button", name="Review desk")).to_be_visible()
    await again.close()
    await one.page.get_by_role("button", name="Sign out").click()
    await expect(one.page.locator("#door-staff")).to_be_visible()
    kept = await one.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "eyJ" not in kept
    await one.fine()


async def test_reports_are_merged_a_case_is_handed_on_an_age_is_told_and_the_past_stands_beside(
    people: Visitors, office: Server
) -> None:
    """F27, F28, F31: one answer for two reports; other eyes for what sits too close; ages by who was checked."""
    ada, vera = await on_duty(people, "fay"), await at_the_door_for_staff(people, size=NARROW)
    await sign_in(vera, token("moderator", "vera", vetted=True))
    await vera.page.get_by_role("button", name="To the review desk").click()
    async with Raw.upgraded(office.url) as one, Raw.upgraded(office.url) as other:
        for raw in (one, other):
            await raw.hello()
            await raw.ask("join", room=ROOM)
        cases = []
        for at, text in enumerate(("Everybody here talks too much.", "All of you, really.")):
            said = await one.ask("send", room=ROOM, text=text, key=f"said-{at}")
            told = await other.ask("report", room=ROOM, reason="harassment", message=said["id"])
            cases.append(told["report"])
        await ada.open(cases[0])
        await ada.page.get_by_role("button", name="Take it and read").click()
        await expect(ada.page.locator(".case-past")).to_have_text("Nothing was ever decided about this person.")
        await ada.page.locator("[name=resolution][value=merge]").check()
        await ada.page.select_option("#case-into", cases[1])
        assert await faults(ada.page) == []
        await ada.page.get_by_role("button", name="Decide", exact=True).click()
        await expect(ada.page.locator(".desk-case h2")).to_contain_text("the same as another")
        await ada.row(cases[1]).click()
        await ada.page.get_by_role("button", name="Take it and read").click()
        await ada.page.locator("[name=resolution][value=uphold]").check()
        await ada.page.get_by_role("button", name="Decide", exact=True).click()
        await ada.page.get_by_text("What follows for the person").click()
        await ada.page.select_option("#ladder-reason", "harassment")
        await ada.page.get_by_role("radio", name="Reminder").check()
        await ada.page.get_by_role("button", name="Decide about the person").click()
        await expect(ada.page.locator(".desk-case")).to_contain_text("Decided: Reminder.")
        assert (await next_event(other, "resolved"))["state"] == "acted"

        held = await one.ask("send", room=ROOM, text=f"{DOUBTFUL}, by the stairs", key="held")
        await ada.open(held["id"])
        await ada.page.get_by_role("button", name="Take it and read").click()
        await ada.page.get_by_role("button", name="Hand it on").click()
        await expect(ada.page.locator(".desk-case")).to_contain_text("You handed this on")
        await expect(ada.page.get_by_role("button", name="Take it and read")).to_have_count(0)
        await vera.open(held["id"])
        await vera.page.get_by_role("button", name="Take it and read").click()
        await vera.page.locator(".case-past summary").click()
        await expect(vera.page.locator(".past li")).to_contain_text("Reminder")
        await expect(vera.page.locator(".past li")).to_contain_text("in this room")
        assert await faults(vera.page) == []
        await vera.page.locator("[name=resolution][value=refuse]").check()
        await vera.page.get_by_role("button", name="Decide", exact=True).click()

        await vera.page.get_by_role("button", name="The list").click()
        await other.ask("send", room=ROOM, text="hi, i'm 15. school is hard", key="young")
        row = vera.page.locator(".case", has_text="under 18")
        await row.click()
        await vera.page.get_by_role("button", name="Take it and read").click()
        await vera.page.get_by_role("radio", name="Grown up").check()
        assert await faults(vera.page) == []
        await vera.page.get_by_role("button", name="Say so").click()
        await expect(row).to_have_count(0)
        assert await vera.visitor.overflow() == 0
        assert not any("under 18" in words for words in await ada.page.locator(".case").all_inner_texts())
    await ada.fine()
    await vera.fine()
