"""An evening in the browser: a node of its own on which time may go faster, who comes to it, and what they do there.

    async with evening(engine, browser, undo=0.5) as house:
        seeker, listener = await house.guest(), await house.staff("listener")
        await ask(seeker)
        await is_there(listener)
        await together(seeker, listener)

Everything goes by what a person sees: buttons by their words, views by the page's doors.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Locator, expect

from chat.node import Node
from tests.support.browser import Visitor, Visitors
from tests.support.engines import Engine
from tests.support.nodes import node_on
from tests.support.staff import token
from tests.support.two import quick

FIRST = "I can't sleep again, and I don't know where to begin."


async def guest(one: Visitor) -> Visitor:
    """Come in as anybody does."""
    await one.come_in()
    return one


async def sign_in(one: Visitor, role: str, name: str = "", *, vetted: bool = False) -> Visitor:
    """Come in with an invitation, as somebody of the team, and begin where everybody does."""
    await one.page.goto(one.origin)
    await one.page.locator("#door-staff").click()
    await one.page.fill("#staff-token", token(role, name or f"{role}-one", vetted=vetted))
    await button(one, "Sign in").click()
    await expect(button(one, "Sign out")).to_be_visible()
    await one.page.goto(one.origin)
    await expect(one.page.locator("#rooms")).to_be_visible()
    return one


async def on_duty(one: Visitor, role: str, name: str = "", *, vetted: bool = False) -> Visitor:
    """The same without the form: a browser that was signed in before."""
    passed = token(role, name or f"{role}-one", vetted=vetted)
    visit = json.dumps(json.dumps({"band": "adult", "token": passed, "staff": True}))
    await one.page.add_init_script(f"sessionStorage['warmline.visit'] ??= {visit}")
    await one.page.goto(one.origin)
    await expect(one.page.locator('#doors [data-door="staff"]')).to_be_visible()
    return one


async def open_view(one: Visitor, view: str) -> None:
    """Go to one of the views by the page's menu."""
    await one.page.locator(f'[data-door="{view}"]').first.click()
    await expect(one.page.locator(f"#{view}")).to_be_visible()


@dataclass(kw_only=True)
class Evening:
    """A node of the test's own, and who comes to it."""

    node: Node
    people: Visitors

    @property
    def port(self) -> int:
        return int(self.node.url.rpartition(":")[2])

    async def guest(self, **how: Any) -> Visitor:
        return await guest(await self.people.arrive(**how))

    async def staff(self, role: str, *, vetted: bool = False, **how: Any) -> Visitor:
        return await on_duty(await self.people.arrive(**how), role, vetted=vetted)


@asynccontextmanager
async def evening(engine: Engine, browser: Browser, **seconds: Any) -> AsyncIterator[Evening]:
    """An evening that goes faster than others."""
    async with node_on(engine.url, sessions=quick(**seconds)) as node:
        people = Visitors(browser, node.url)
        try:
            yield Evening(node=node, people=people)
        finally:
            await people.leave()


def button(one: Visitor, words: str) -> Locator:
    """A button that can be seen, by its words."""
    return one.page.get_by_role("button", name=words, exact=True).locator("visible=true").first


async def ask(one: Visitor, line: str = FIRST) -> None:
    """Ask for somebody, with everything else left out."""
    await open_view(one, "ask")
    await one.page.locator("#ask textarea").fill(line)
    await button(one, "Find someone for me").click()
    await expect(one.page.locator("#ask h1")).to_have_text("We are looking for someone")


async def is_there(one: Visitor) -> None:
    """A listener says that they are there."""
    await open_view(one, "listen")
    await button(one, "I’m available").click()
    await expect(one.page.locator("#listen .wait-place")).to_contain_text("Available")


async def talks(one: Visitor, text: str) -> None:
    """Say something in the conversation of two."""
    await one.page.locator("#session textarea >> visible=true").last.fill(text)
    await one.page.locator("#session").get_by_role("button", name="Send", exact=True).click()


async def hears(one: Visitor, *texts: str) -> None:
    """Wait until each of these stands in the conversation, once."""
    for text in texts:
        await expect(one.page.locator("#session #messages .message", has_text=text)).to_have_count(1)


async def together(seeker: Visitor, listener: Visitor) -> None:
    """Say yes to who asks; both have read the limits, and both have spoken."""
    await button(listener, "I’ll be there").click()
    for one in (seeker, listener):
        await expect(one.page.locator("#session")).to_be_visible()
        await button(one, "I’ve read this").click()
    await talks(listener, "I am here. Take your time.")
    await hears(seeker, "I am here. Take your time.")
    await talks(seeker, "Thank you for coming.")
    await hears(listener, "Thank you for coming.")


async def meet(house: Evening, **seeker: Any) -> tuple[Visitor, Visitor]:
    """Somebody asks, somebody listens, and they are together: seeker, listener."""
    one = await house.guest(**seeker)
    await ask(one)
    listener = await house.staff("listener")
    await is_there(listener)
    await together(one, listener)
    return one, listener
