"""Every view of the page and every state of it, played once by real people on a real node.

    async with house(engine.url, browser) as home:
        async for view in SCENES["two"](home):
            view.name, view.visitor          # "session-held-seeker", the one at whose page it stands

What is walked for faults (tests/browser/test_reach.py) and what is drawn (tests/pictures.py) is the same walk, so a
view that is missing in one is missing in both. Whoever looks may change size and theme, and puts them back.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, ViewportSize, WebSocketRoute, expect

from chat import config
from chat.node import Node
from chat.settings import Gateway, Moderation
from tests.support.browser import DESK, NIGHT, Visitor, Visitors, zone
from tests.support.evenings import FIRST, ask, button, hears, is_there, open_view, sign_in, talks
from tests.support.nodes import node_on, talking
from tests.support.proxy import Proxy
from tests.support.raw import Raw
from tests.support.sentences import CARE, COVERED, HELD, STOPPED
from tests.support.staff import DOUBTFUL, URGENT, on_duty, token
from tests.support.two import on_shift, quick

ROOM = "anxiety"
HOUSE = Path(__file__).parents[2] / "config.yaml"


class View(NamedTuple):
    """What stands there, and at whose page. `drawn`: kept as a picture; a state close to another is only walked."""

    name: str
    visitor: Visitor
    drawn: bool = True


Scene = Callable[["Home"], AsyncIterator[View]]


@dataclass(kw_only=True)
class Home:
    """A node with the rooms of config.yaml, and who comes to it."""

    node: Node
    people: Visitors
    size: ViewportSize = field(default_factory=lambda: DESK)

    async def arrive(self, **how: Any) -> Visitor:
        return await self.people.arrive(**{"size": self.size, **how})

    async def guest(self, **how: Any) -> Visitor:
        """Somebody who has come in as anybody does."""
        one = await self.arrive(**how)
        await one.come_in()
        return one

    async def staff(self, role: str, name: str = "", *, vetted: bool = False) -> Visitor:
        """Somebody of the team, signed in, among the rooms."""
        return await sign_in(await self.arrive(), role, name, vetted=vetted)


@asynccontextmanager
async def house(
    engine_url: str, browser: Browser, *, size: ViewportSize = DESK, patient: bool = True, **seconds: Any
) -> AsyncIterator[Home]:
    """A node for one scene. `patient`: nothing lapses while somebody looks; else the usual times. `seconds`: of
    `sessions:`."""
    rooms = config.load(HOUSE, {}).rooms
    long = {"offer": 600.0, "undo": 600.0, "wrap_up": 900.0, "feedback": 900.0, "cool_down": 900.0} if patient else {}
    kept: dict[str, Any] = {"claim_for": 3600, "release_after": 3600, "remind_after": 3600} if patient else {}
    filtering = dataclasses.replace(Moderation(), budget_ms=20_000, **kept)
    lasting = Gateway(port=0, heartbeat=300, silence=600)  # those who only sit there answer no heartbeat
    async with node_on(
        engine_url, gateway=lasting, rooms=rooms, moderation=filtering, sessions=quick(**{**long, **seconds})
    ) as node:
        people = Visitors(browser, node.url)
        try:
            yield Home(node=node, people=people, size=size)
        finally:
            await people.leave()


async def still(one: Visitor) -> None:
    """Nothing has the focus, and the page stands at its top: as somebody finds it who only looks."""
    await one.page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    await one.page.mouse.move(0, 0)


# ------------------------------------------------------------------ a peer

TALK = (
    ("Wren", "Does anybody else wake at three with the heart going like this?"),
    ("Moss", "Most nights this month. I sit on the kitchen floor, it is cool there."),
    ("Wren", "The kitchen floor. I thought that was only me."),
    ("Fern", "You are not the only one. I count the tiles."),
)
NOTED = "It began again after the funeral, and I could not say it to anybody at home."
MINE = "I am here too. Reading helps a little."


@asynccontextmanager
async def company(home: Home) -> AsyncIterator[dict[str, Raw]]:
    """Three others who sit in the room and have talked."""
    async with AsyncExitStack() as stack:
        there: dict[str, Raw] = {}
        for name in ("Wren", "Moss", "Fern", "Ash", "Linnet", "Sorrel"):
            raw = await stack.enter_async_context(talking(home.node))
            joined = await raw.ask("join", room=ROOM, alias=name)
            assert joined["type"] == "joined", joined
            there[name] = raw
        last = ""
        for at, (name, text) in enumerate(TALK):
            more = {"reply_to": last} if at == 1 else {}
            sent = await there[name].ask("send", room=ROOM, text=text, key=f"talk-{at}", **more)
            assert sent["type"] == "sent", sent
            last = sent["id"]
        await there["Moss"].ask("react", room=ROOM, message=last, reaction="same_here", on=True)
        await there["Wren"].ask("react", room=ROOM, message=last, reaction="hug", on=True)
        yield there


async def peer(home: Home) -> AsyncIterator[View]:
    """From the door into a room, and what can happen there."""
    ana = await home.arrive()
    page = ana.page
    await page.goto(ana.origin)
    await still(ana)
    yield View("door", ana)
    await page.get_by_role("button", name="Come in").click()
    await expect(page.locator("#band-problem")).to_be_visible()
    await page.locator("#door-name summary").click()
    yield View("door-age-missing", ana, drawn=False)
    async with company(home) as there:
        await ana.come_in()
        await still(ana)
        yield View("rooms", ana)
        await page.locator(f'[data-room="{ROOM}"]').click()
        await still(ana)
        yield View("threshold", ana)
        await page.fill("#alias", "Heron")
        await page.get_by_role("button", name="Sit down").click()
        await expect(page.locator("#room")).to_be_visible()
        sent = await there["Fern"].ask("send", room=ROOM, text=NOTED, key="noted", notes=["loss"])
        assert sent["type"] == "sent", sent
        await expect(page.locator(".note-open")).to_be_visible()
        await ana.say(MINE)
        await ana.sees(MINE)
        await ana.settled()
        await there["Moss"].say("typing", room=ROOM)
        await expect(page.locator("#typing")).not_to_be_empty()
        yield View("room", ana)
        await page.locator(".note-open").click()
        await ana.message(TALK[-1][1]).locator(".more").click()
        yield View("room-message", ana)
        await page.locator(".about-them").click()
        await page.locator(".between").get_by_role("button", name="Report", exact=True).click()
        yield View("room-report", ana)
        await page.keyboard.press("Escape")
        await page.locator("#notes-toggle").click()
        yield View("room-content-notes", ana, drawn=False)
        await page.locator("#notes-toggle").click()
        await ana.write(COVERED)
        await expect(page.locator("#marks mark")).to_have_count(1)
        yield View("room-see-before-send", ana)
        await ana.say(COVERED)
        await ana.settled()
        await ana.say(STOPPED)
        await expect(page.locator(".refusal")).to_be_visible()
        yield View("room-refusal", ana)
        await button(ana, "Let it go").click()
        await ana.say(HELD)
        await expect(page.locator("#unsent .held")).to_be_visible()
        yield View("room-held", ana)
        await ana.say(CARE)
        await expect(page.locator(".card")).to_be_visible()
        yield View("room-care", ana)
        await page.locator(".card .card-head button").click()
        if not await page.locator("#aside").is_visible():
            await page.locator("#people-toggle").click()
        await page.get_by_role("button", name="About Sorrel").click()
        await page.locator("#aside .between").get_by_role("button", name="Mute", exact=True).click()
        await expect(page.locator("#apart-list li")).to_have_count(1)
        yield View("room-about", ana)
        await page.get_by_role("button", name="About Linnet").click()
        for _ in range(2):  # asked once more
            await page.locator("#aside .between").get_by_role("button", name="Block", exact=True).click()
        await expect(page.locator("#apart-list li")).to_have_count(2)
    async for view in own_corner(ana):
        yield view
    async for view in told(home, ana):
        yield view


async def told(home: Home, ana: Visitor) -> AsyncIterator[View]:
    """A step of the ladder is told, stays until it was read, and can be answered."""
    page = ana.page
    await page.locator("section.on .back").click()
    async with on_duty(home.node.url, "moderator", "mo") as mod:
        joined = await mod.ask("join", room=ROOM)
        said = next(event["id"] for event in joined["events"] if event.get("text") == MINE)
        step = await mod.ask("sanction", room=ROOM, step="notice", reason="spam", message=said)
        assert step["type"] == "sanctioned", step
    await expect(page.locator("#told-bar")).to_be_visible()
    yield View("told-bar", ana, drawn=False)
    await button(ana, "Read it").click()
    await page.get_by_text("Ask for a second look", exact=True).click()
    await still(ana)
    yield View("told", ana)


async def own_corner(ana: Visitor) -> AsyncIterator[View]:
    """Help and what needs nobody."""
    page = ana.page
    if await page.locator("#aside-close").is_visible():
        await page.locator("#aside-close").click()
    if await page.locator("#room-back").is_visible():
        await page.locator("#room-back").click()
    await page.locator("#help").click()
    await expect(page.locator(".card")).to_be_visible()
    yield View("help", ana)
    await page.get_by_role("button", name="I can't speak out loud").click()
    yield View("help-in-the-way", ana, drawn=False)
    await page.locator(".card .card-head button").click()
    await open_view(ana, "lines")
    await page.fill("#doctor-since", "about two months")
    await still(ana)
    yield View("lines", ana)
    await page.locator("section.on .back").click()
    await open_view(ana, "care")
    await page.fill("#plan-signs", "I stop answering, and the nights get long.")
    await expect(page.locator("#plan-saved")).not_to_be_empty()
    await page.get_by_label("a little lighter").check()
    await button(ana, "Keep it for me").click()
    await expect(page.locator("#moods li")).to_have_count(1)
    await still(ana)
    yield View("own-corner", ana)
    await page.get_by_text("Lock it with a passphrase").click()
    await page.fill("#new-passphrase", "four small grey stones")
    await button(ana, "Keep this passphrase").click()
    await expect(page.locator("#plan-saved")).to_contain_text("from now on")
    await button(ana, "Lock now").click()
    await expect(page.locator("#passphrase")).to_be_visible()
    await still(ana)
    yield View("own-corner-locked", ana, drawn=False)
    await page.locator("section.on .back").click()
    await open_view(ana, "settings")
    await still(ana)
    yield View("settings", ana)
    await page.locator("#blocked summary").click()
    await expect(page.locator("#blocked li")).to_contain_text("Linnet")
    await page.locator("#blocked").evaluate("one => one.scrollIntoView()")
    yield View("settings-blocked", ana)


async def away(home: Home) -> AsyncIterator[View]:
    """The line is cut: the room stays, words wait, the card opens; and it was opened somewhere else."""
    async with Proxy(port=int(home.node.url.rpartition(":")[2])) as proxy:
        ana = await home.arrive(origin=f"http://127.0.0.1:{proxy.port}")
        page = ana.page
        await ana.come_in()
        await page.wait_for_function("async () => (await caches.keys()).some((name) => name.includes('lines'))")
        await ana.sit_down("newcomers", "Heron")
        yield View("room-empty", ana, drawn=False)
        proxy.refuse = True
        proxy.cut()
        await expect(page.locator("body")).to_have_attribute("data-banner", "away")
        await ana.say("I hope this still arrives.")
        await expect(page.locator("#unsent .going")).to_be_visible()
        yield View("away", ana)
        await page.locator("#help").click()
        await expect(page.locator(".card")).to_be_visible()
        yield View("away-help", ana, drawn=False)
    bea = await home.arrive()
    ways: list[WebSocketRoute] = []
    await bea.page.route_web_socket(lambda url: url.endswith("/ws"), lambda way: open_way(way, ways))
    await bea.come_in(band="teen")
    await bea.sit_down("teen-commons", "Wren")
    await expect(bea.page.locator("#unhosted")).to_be_visible()
    yield View("room-unhosted", bea)
    await ways[-1].close(code=4009)
    await expect(bea.page.locator("#stopped")).to_be_visible()
    await still(bea)
    yield View("stopped", bea)
    await button(bea, "Start again").click()
    await expect(bea.page.locator("#unhosted")).to_be_visible()
    await ways[-1].close(code=4003)
    await expect(bea.page.locator("#stopped-look")).to_be_visible()
    await still(bea)
    yield View("stopped-decided", bea)


def open_way(way: WebSocketRoute, ways: list[WebSocketRoute]) -> None:
    """Let a connection through, and keep hold of it."""
    way.connect_to_server()
    ways.append(way)


# ------------------------------------------------------------------ a room at night

# By then the page has asked again how many are awake; by then nobody has answered for longer than is nothing.
COUNTED_AGAIN_MS, UNANSWERED_MS = 70_000, 6 * 60_000


async def night(home: Home) -> AsyncIterator[View]:
    """Who is awake, a light of one's own, other doors when nobody looks up, an answer; and the light of another."""
    ana = await home.arrive(timezone_id=zone(NIGHT))
    page = ana.page
    await page.clock.install()
    await ana.come_in()
    await ana.sit_down(ROOM, "Heron")
    says, panel = page.locator("#lantern-says"), page.locator("#lantern-panel")
    await expect(says).to_contain_text("a quiet night")
    async with company(home) as there:
        await page.clock.fast_forward(COUNTED_AGAIN_MS)
        await expect(says).to_contain_text("one of 7 people awake")
        await expect(page.locator("#present")).to_contain_text("7")
        yield View("night", ana)
        await page.locator("#lantern [data-act=open]").click()
        yield View("night-lantern", ana)
        await panel.get_by_role("button", name="Light a lantern").click()
        await expect(says).to_contain_text("burns until")
        await page.clock.fast_forward(UNANSWERED_MS)
        await expect(says).to_contain_text("Nobody has looked up yet")
        yield View("night-unanswered", ana)
        await there["Moss"].ask("lantern", room=ROOM, watching=True)
        await there["Moss"].ask("lantern", room=ROOM, answering=True)
        await expect(says).to_contain_text("1 person answered")
        yield View("night-answered", ana)
        await page.locator("#lantern [data-act=open]").click()
        await button(ana, "Put it out").click()
        await page.locator("#lantern [data-act=open]").click()
        await panel.get_by_label("Show me lights").check()
        await there["Wren"].ask("lantern", room=ROOM, lit=True)
        await expect(says).to_contain_text("A light burns here")
        yield View("night-burns", ana)


# ------------------------------------------------------------------ asking, waiting

MORE = "It is the third night."


async def wait(home: Home) -> AsyncIterator[View]:
    """Asking, an honest wait, other doors in time; and being stayed with where nobody is there yet."""
    ana = await home.guest()
    page = ana.page
    await open_view(ana, "ask")
    await still(ana)
    yield View("ask", ana)
    await page.locator("#ask .unfold > summary").click()
    await page.locator("#ask [name=intensity]").nth(3).check()
    await mood(ana, "ask")
    await still(ana)
    yield View("ask-more", ana)
    await page.locator("#ask textarea").fill(FIRST)
    await button(ana, "Find someone for me").click()
    await expect(page.locator("#ask h1")).to_have_text("We are looking for someone")
    await page.locator("#ask textarea").fill(MORE)
    await button(ana, "Keep it for them").click()
    await expect(page.locator("#ask .kept-words.kept")).to_have_count(2)
    await still(ana)
    yield View("waiting", ana)
    await page.locator("#ask textarea").fill(STOPPED)
    await button(ana, "Keep it for them").click()
    await expect(page.locator("#ask .kept-words.refused")).to_be_visible()
    await still(ana)
    yield View("waiting-refusal", ana, drawn=False)
    await button(ana, "Let it go").click()
    await expect(button(ana, "Sit in a room")).to_be_visible()
    await button(ana, "Stop waiting").click()
    await still(ana)
    yield View("waiting-long", ana)
    await page.locator("#ask textarea").fill(URGENT)
    await button(ana, "Keep it for them").click()
    await expect(page.locator("#ask .holding .line-choice li").first).to_be_visible()
    await still(ana)
    yield View("waiting-held", ana)
    await page.locator(".card .card-head button").click()
    await page.locator("section.on .home").click()
    await page.locator("#standing").get_by_role("button").click()
    await expect(page.locator("#stay .holding, #ask .holding").locator("visible=true").first).to_be_visible()
    await still(ana)
    yield View("stay", ana)


# ------------------------------------------------------------------ two in a room


async def say_to(one: Visitor, text: str, *others: Visitor) -> None:
    """Say it in the conversation of two, and wait until everybody there has it."""
    await talks(one, text)
    for each in (one, *others):
        await hears(each, text)


async def read_limits(*people: Visitor) -> None:
    """Both are in the conversation, and have read what stands before the first word."""
    for one in people:
        await expect(one.page.locator("#session")).to_be_visible()
        await button(one, "I’ve read this").click()
        await expect(one.page.locator("#session .limits")).to_have_count(0)


async def two(home: Home) -> AsyncIterator[View]:
    """A listener's evening and a seeker's: from "I'm available" to what was carried away."""
    sam = await home.staff("listener", "sam")
    await open_view(sam, "listen")
    await still(sam)
    yield View("listen", sam)
    await sam.page.locator("#listen form summary").click()
    await sam.page.locator("#listen form details").evaluate("one => one.scrollIntoView()")
    yield View("listen-about", sam, drawn=False)
    await sam.page.locator("#listen form summary").click()
    await button(sam, "I’m available").click()
    await expect(sam.page.locator("#listen .wait-place")).to_contain_text("Available")
    ana = await home.guest()
    await open_view(ana, "ask")
    await ana.page.locator("#ask .unfold > summary").click()
    await ana.page.locator("#ask select").first.select_option(index=1)
    await ana.page.locator("#ask [name=intensity]").nth(3).check()
    await ana.page.locator("#ask textarea").fill(FIRST)
    await button(ana, "Find someone for me").click()
    await expect(sam.page.locator(".offer")).to_be_visible()
    await still(sam)
    yield View("listen-offer", sam)
    await button(sam, "I’ll be there").click()
    await expect(button(ana, "I’ve read this")).to_be_visible()
    yield View("session-limits", ana)
    await read_limits(ana, sam)
    await say_to(sam, "I am here. Take your time.", ana)
    await say_to(ana, "Thank you for coming. It is hard to say.", sam)
    await say_to(sam, "There is no wrong place to begin.", ana)
    await say_to(ana, "I lie awake and count what is still to do.", sam)
    yield View("session", ana)
    yield View("session-listener", sam)
    await open_companion(sam)
    yield View("session-cue-cards", sam)
    mo = await home.staff("supervisor", "mo")
    await open_view(mo, "desk")
    await mo.page.get_by_text("Conversations you may join").click()
    await expect(button(mo, "Join, visibly")).to_be_visible()
    yield View("desk-conversations", mo, drawn=False)
    await button(ana, "More").click()
    await expect(ana.page.locator(".leaving")).to_be_visible()
    yield View("session-leaving", ana)
    await button(ana, "Stay here").click()
    await button(sam, "Hand on to another listener").click()
    await sam.page.locator("#session .giving textarea").fill("A hard month, and hardly any sleep.")
    yield View("session-handing-on", sam, drawn=False)
    await button(sam, "Ask them").click()
    await expect(ana.page.locator("#session .transfer textarea")).to_be_visible()
    yield View("session-handed-on", ana)
    await ana.page.locator("#session .transfer").get_by_role("button").first.click()
    await expect(ana.page.locator("#session .transfer textarea")).to_have_count(0)
    await button(ana, "End for today").click()
    await expect(ana.page.locator("#session .closing")).to_be_visible()
    yield View("session-closing", ana)
    await button(ana, "More").click()
    await button(ana, "Leave now").click()
    await expect(ana.page.locator("#session .after h2")).to_be_visible()
    await mood(ana, "session")
    await ana.page.locator("#session .after h2").evaluate("one => one.scrollIntoView()")
    yield View("session-feedback", ana)
    await expect(sam.page.locator("#session .after h2")).to_be_visible()
    yield View("session-feedback-listener", sam, drawn=False)
    await button(sam, "Back to listening").click()
    await expect(sam.page.locator("#listen .wait-place")).to_contain_text("settle")
    await still(sam)
    yield View("listen-rest", sam)
    await sam.page.locator("#given summary").click()
    await button(sam, "Say how it was, or ask for a talk about it").click()
    await sam.page.locator("#given").evaluate("one => one.scrollIntoView()")
    yield View("listen-week", sam)


async def mood(one: Visitor, view: str) -> None:
    """Unfold the look at one's own mood that only this person sees."""
    await one.page.locator(f"#{view} .mood > summary").click()
    await expect(one.page.locator(f"#{view} .mood form")).to_be_visible()


async def open_companion(one: Visitor) -> None:
    """Unfold the cue cards, where they are folded."""
    if await one.page.locator(".companion:not([open])").count():
        await one.page.locator(".companion > summary").click()


async def held(home: Home) -> AsyncIterator[View]:
    """Somebody in danger is stayed with: the team comes, a line is reached together."""
    rio = await home.staff("responder", "rio", vetted=True)
    await open_view(rio, "respond")
    await still(rio)
    yield View("respond-quiet", rio, drawn=False)
    await on_shift(home.node)
    sam = await home.staff("listener", "sam")
    await is_there(sam)
    ana = await home.guest()
    await ask(ana)
    await button(sam, "I’ll be there").click()
    await read_limits(ana, sam)
    await say_to(sam, "I am here. Take your time.", ana)
    await say_to(ana, "Thank you for coming.", sam)
    await talks(ana, URGENT)
    panel = ana.page.locator("#session .holding")
    await expect(panel).to_contain_text("We are staying with you")
    await expect(rio.page.locator("#respond .call")).to_be_visible()
    yield View("session-held", ana)
    yield View("session-guide", sam)
    await still(rio)
    yield View("respond", rio)
    await button(rio, "I’ll go to them").click()
    with contextlib.suppress(AssertionError):
        await expect(panel.get_by_role("button", name="Yes", exact=True)).to_be_visible(timeout=2_000)
        await panel.get_by_role("button", name="Yes", exact=True).click()
    await expect(rio.page.locator("#session")).to_be_visible()
    await say_to(rio, "I am here with you.", ana, sam)
    yield View("session-responder", rio)
    await open_companion(rio)
    await rio.page.locator(".companion").get_by_text("How old are they?").first.click()
    await expect(rio.page.locator(".companion .ages")).to_be_visible()
    yield View("session-responder-age", rio)
    together = button(ana, "Let’s contact a line together")
    if await together.count():
        await together.click()
    await expect(panel.locator(".line-choice li").first).to_be_visible()
    yield View("handover-lines", ana)
    await panel.locator(".line-choice li").first.get_by_role("button").click()
    await expect(panel).to_contain_text("Tell us when someone answers")
    yield View("handover-dialling", ana)
    await button(ana, "Nobody answered").click()
    await expect(panel).to_contain_text("Here is another way")
    yield View("handover-another", ana, drawn=False)
    await panel.locator(".line-choice li").first.get_by_role("button").click()
    await button(ana, "Someone answered").click()
    await expect(panel).to_contain_text("reached somebody")
    yield View("handover-confirmed", ana)


# ------------------------------------------------------------------ the desk


async def desk(home: Home) -> AsyncIterator[View]:
    """Somebody of the team signs in and reviews: covered first, decided, a step of the ladder."""
    ada = await home.arrive()
    page = ada.page
    await page.goto(ada.origin)
    await page.locator("#door-staff").click()
    await expect(page.locator("#staff-token")).to_be_visible()
    await still(ada)
    yield View("staff", ada)
    await page.fill("#staff-token", token("moderator", "ada"))
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("button", name="To the review desk")).to_be_visible()
    await still(ada)
    yield View("staff-signed-in", ada)
    await page.get_by_role("button", name="To the review desk").click()
    await expect(page.locator(".desk-count")).not_to_be_empty()
    await still(ada)
    yield View("desk-quiet", ada, drawn=False)
    async with talking(home.node, ROOM) as one, talking(home.node, ROOM) as other, talking(home.node, ROOM) as third:
        held = await one.ask("send", room=ROOM, text=f"{DOUBTFUL}, by the lamp", key="held")
        assert held["state"] == "held", held
        also = await third.ask("send", room=ROOM, text=f"{DOUBTFUL}, or tomorrow", key="also")
        said = await other.ask("send", room=ROOM, text="Everybody here talks too much.", key="said")
        await one.ask("report", room=ROOM, reason="harassment", message=said["id"], note="It was not kind.")
        await expect(page.locator(".case")).to_have_count(3)
        await still(ada)
        yield View("desk-queue", ada)
        await page.locator(f'.case[data-case="{held["id"]}"]').click()
        await expect(button(ada, "Take it and read")).to_be_visible()
        await still(ada)
        yield View("desk-case", ada)
        await button(ada, "Take it and read").click()
        await expect(button(ada, "Uncover the words")).to_be_visible()
        await still(ada)
        yield View("desk-covered", ada)
        await button(ada, "Uncover the words").click()
        await still(ada)
        yield View("desk-uncovered", ada, drawn=False)
        await page.get_by_text("What follows for the person").click()
        await page.select_option("#ladder-reason", "spam")
        await page.locator("#ladder-reason").evaluate("one => one.closest('details').scrollIntoView()")
        yield View("desk-ladder", ada)
        await page.locator("[name=resolution][value=refuse]").check()
        await page.locator(".decide [type=submit]").click()
        await expect(button(ada, "Next case")).to_be_visible()
        await still(ada)
        yield View("desk-decided", ada, drawn=False)
        await one.ask("withdraw", request=also["id"])


SCENES: dict[str, Scene] = {
    "peer": peer,
    "away": away,
    "night": night,
    "wait": wait,
    "two": two,
    "held": held,
    "desk": desk,
}
# What a scene needs of the evening beyond the usual.
SECONDS: dict[str, dict[str, Any]] = {"wait": {"update": 1.0, "alternatives": 4.0}}
