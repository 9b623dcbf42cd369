"""What the page keeps out, and what it leaves behind: nothing (X38, X39)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.support import outside
from tests.support.browser import Visitor, Visitors

NASTY = [
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a>",
    "see \u202eevil\u202c and \u2067right\u2069 to left, שלום עולם مرحبا",
    "unbroken" * 480,
]
DIRECT = """
async (text) => {
  const socket = new WebSocket(location.origin.replace("http", "ws") + "/ws", ["warmline.v1.json"]);
  const ask = (command) => new Promise((resolve) => {
    const listen = ({data}) => {
      const said = JSON.parse(data);
      if (said.re === command.id) (socket.removeEventListener("message", listen), resolve(said));
    };
    socket.addEventListener("message", listen);
    socket.send(JSON.stringify(command));
  });
  await new Promise((resolve) => (socket.onopen = resolve));
  await ask({type: "hello", id: 1, guest: {band: "adult", name: "Plain"}});
  await ask({type: "join", id: 2, room: "newcomers"});
  const reply = await ask({type: "send", id: 3, room: "newcomers", text, key: crypto.randomUUID()});
  socket.close();
  return reply;
}
"""


NAMED = (
    DIRECT.replace("async (text)", "async (name, text)")
    .replace('name: "Plain"', "name")
    .replace('room: "newcomers"}', 'room: "newcomers", alias: name}', 1)
)


@pytest.mark.parametrize("text", NASTY, ids=["html", "svg", "bidi", "no spaces"])
async def test_markup_and_bidi_are_shown_as_text(visitors: Visitors, text: str) -> None:
    """X38: no element is made, no policy is broken, no request leaves, nothing is wider than the window."""
    ana = await visitors.arrive(size={"width": 360, "height": 740})
    await ana.come_in(name="")
    await ana.sit_down("newcomers")
    elements = "document.querySelectorAll('#messages :is(img, script, a, iframe, object, style)').length"
    text = text[:1990]
    reply = await ana.page.evaluate(DIRECT, text)
    if reply["type"] == "sent" and reply["state"] != "held":
        await expect(ana.page.locator(f"[data-id='{reply['id']}'] .words")).to_have_text(reply.get("text") or text)
    await ana.write(text)
    assert await ana.page.evaluate(elements) == 0
    assert await ana.overflow() == 0
    assert await ana.violations() == []


async def test_a_whole_visit_asks_nobody_else_for_anything(visitors: Visitors) -> None:
    """X38, F37: every request of a visit goes to this origin, and the policy is never broken."""
    ana = await visitors.arrive()
    await ana.come_in()
    await ana.sit_down("newcomers")
    await ana.say("Only here.")
    await ana.sees("Only here.")
    await ana.page.get_by_role("button", name="Help now").click()
    await expect(ana.page.locator(".card")).to_be_visible()
    assert await ana.violations() == []
    assert "token" not in ana.page.url


async def test_what_must_never_happen_would_be_seen(visitors: Visitors) -> None:
    """X38: the listener of the policy and the watch at the network are awake; what they heard outlives a reload."""
    ana = await visitors.arrive()
    await ana.page.goto(ana.origin)
    await ana.page.evaluate(
        "document.body.append(Object.assign(document.createElement('style'), {textContent: 'a{}'}))"
    )
    await ana.page.evaluate("fetch('https://elsewhere.invalid/').catch(() => {})")
    while not any(one.startswith("connect-src") for one in await ana.violations()):
        await ana.page.wait_for_timeout(20)  # the policy speaks a moment after the request has failed
    await ana.page.reload()
    told = await ana.violations()
    assert any(one.startswith("style-src") for one in told)
    assert any(one.startswith("connect-src https://elsewhere.invalid") for one in told)
    await ana.page.goto("about:blank")
    await ana.page.evaluate("fetch('http://elsewhere.invalid/').catch(() => {})")
    await ana.page.evaluate("fetch('https://elsewhere.invalid/').catch(() => {})")
    assert {"http://elsewhere.invalid/", "https://elsewhere.invalid/"} <= set(await ana.violations())
    assert {"elsewhere.invalid", "elsewhere.invalid:443"} <= set(outside.tried())


NAMES = ["<img src=x onerror=alert(1)>", "javascript:alert(1)", "data:text/html,<b>x</b>", "\u202eeman\u202c", "W" * 40]


async def test_a_display_name_is_text_wherever_it_stands(visitors: Visitors) -> None:
    """X38: as somebody's name, as one's own, in what a screen reader hears; nothing is made of it, nothing leaves."""
    ana = await visitors.arrive(size={"width": 360, "height": 740})
    dialogs: list[str] = []
    ana.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await ana.come_in()
    await ana.page.locator('[data-room="newcomers"]').click()
    await ana.page.fill("#alias", NAMES[0])
    await ana.page.get_by_role("button", name="Sit down").click()
    problem = ana.page.locator("#join .problem").filter(visible=True)
    await expect(ana.page.locator("#room").or_(problem).first).to_be_visible()
    if not await ana.page.locator("#room").is_visible():  # refused, and said beside the field; one of theirs will do
        await ana.page.fill("#alias", "")
        await ana.page.get_by_role("button", name="Sit down").click()
    await expect(ana.page.locator("#room")).to_be_visible()
    for at, name in enumerate(NAMES):
        await ana.page.evaluate(f"([name, text]) => ({NAMED})(name, text)", [name, f"Said under a name, {at}."])
    made = "document.querySelectorAll(':is(img, iframe, object, a[href^=javascript], a[href^=data])').length"
    assert await ana.page.evaluate(made) == 0
    assert await ana.overflow() == 0
    assert dialogs == []
    assert await ana.violations() == []


async def gone_without_a_trace(ana: Visitor) -> None:
    """The page is elsewhere, and nothing of the visit is kept for this origin."""
    await ana.page.wait_for_url("about:blank")
    await ana.page.go_back()
    assert "before" in ana.page.url  # Back leads to where one was before the chat
    await ana.page.goto(ana.origin)
    await expect(ana.page.locator("#door")).to_be_visible()
    assert await ana.page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.parametrize("way", ["button", "escape twice"])
async def test_a_quick_exit_leaves_nothing_and_back_is_not_the_chat(visitors: Visitors, way: str) -> None:
    """X39: storage is empty, the address is neutral, Back does not lead to the conversation."""
    ana = await visitors.arrive()
    await ana.page.goto(f"{ana.origin}/livez?before")
    await ana.come_in()
    await ana.sit_down("newcomers")
    await ana.write("nobody should find this")
    if way == "button":
        await ana.page.locator("#exit").click()
    else:
        await ana.page.keyboard.press("Escape")
        await ana.page.keyboard.press("Escape")
    await gone_without_a_trace(ana)


async def test_a_quick_exit_takes_every_tab_along(visitors: Visitors) -> None:
    """X39: "forgets everything on this device" is true of a second tab as well."""
    ana = await visitors.arrive()
    await ana.come_in()
    other = await ana.page.context.new_page()
    await other.goto(ana.origin)
    await other.check("[name=band][value=adult]")
    await other.get_by_role("button", name="Come in").click()
    await expect(other.locator(".room-card").first).to_be_visible()
    await ana.page.locator("#exit").click()
    for page in (ana.page, other):
        await page.wait_for_url("about:blank")
    await other.goto(f"{ana.origin}/livez")
    assert await other.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


async def test_the_page_cannot_be_framed(visitors: Visitors) -> None:
    """X39: a page that tries to hold ours in a frame gets nothing."""
    ana = await visitors.arrive()
    await ana.page.goto(f"{ana.origin}/livez")
    await ana.page.evaluate("""url => new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.onload = resolve;
        frame.src = url;
        document.body.append(frame);
    })""", f"{ana.origin}/")  # fmt: skip
    framed = ana.page.frames[-1]
    assert await framed.locator("#door").count() == 0


async def test_a_page_that_opened_ours_has_no_hold_on_it(visitors: Visitors) -> None:
    """X39: opened by another window, ours has no opener, and the other is told nothing of it."""
    ana = await visitors.arrive()
    await ana.page.goto("about:blank")
    async with ana.page.context.expect_page() as opening:
        await ana.page.evaluate("url => void (window.held = window.open(url))", ana.origin)
    opened = await opening.value
    await expect(opened.locator("#door")).to_be_visible()
    assert await opened.evaluate("window.opener") is None
    assert await ana.page.evaluate("window.held.closed")
