"""Help without us: the card, the plan and the tools work with the server down, and nothing of them leaves (F43-F45)."""

from __future__ import annotations

from pathlib import Path

import yaml
from playwright.async_api import Page, expect

from tests.support.browser import PHONE, Visitors
from tests.support.proxy import Proxy
from tests.support.server import Server

LISTING = Path(__file__).parents[2] / "moderation/data/helplines.yaml"
MOST_MS = 200
OPEN_CARD = """() => {
  const began = performance.now();
  document.getElementById("help").click();
  const there = document.querySelector(".card .reach").getBoundingClientRect().height > 0;
  return [there, performance.now() - began];
}"""
LINES_KEPT = "async () => (await (await caches.open('warmline-lines')).keys()).length > 0"
# All that stands in the vault and in both storages, as text.
STORED = """async () => {
  const db = await new Promise((done) => (indexedDB.open("warmline").onsuccess = (event) => done(event.target.result)));
  const all = await new Promise((done) => {
    db.transaction("entries").objectStore("entries").getAll().onsuccess = (event) => done(event.target.result);
  });
  db.close();
  const read = all.map(({sealed}) => new TextDecoder().decode(sealed)).join();
  return read + JSON.stringify({...localStorage, ...sessionStorage});
}"""
KEPT = """async () => [sessionStorage.length, localStorage.length, (await caches.keys()).length,
  (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]"""


def dialled() -> set[str]:
    """Every string of the listing that may be dialled or texted, in the way a link writes it."""
    listing = yaml.safe_load(LISTING.read_text())
    numbers = {str(way.get("dial") or way.get("to")) for line in listing["lines"] for way in line["contacts"]}
    numbers |= {str(one) for entry in listing["emergency"].values() for one in entry["dial"]}
    return {"".join(letter for letter in number if letter in "+*#0123456789") for number in numbers}


async def shell_kept(page: Page) -> None:
    """Wait until the service worker has the page and its parts."""
    await page.wait_for_function(
        "async () => { const r = await navigator.serviceWorker.getRegistration(); return Boolean(r?.active); }"
    )
    await page.wait_for_function(LINES_KEPT)


async def test_the_card_opens_at_once_with_the_server_gone_and_again_after_a_reload(
    visitors: Visitors, house: Server
) -> None:
    """F44, F45: exact numbers of the listing, writing first for who cannot speak, within 200 ms, with nobody to ask."""
    async with Proxy(port=house.port) as proxy:
        ana = await visitors.arrive(origin=f"http://127.0.0.1:{proxy.port}", size=PHONE)
        page = ana.page
        await ana.come_in()
        await shell_kept(page)
        proxy.refuse = True
        proxy.cut()
        there, took = await page.evaluate(OPEN_CARD)
        assert there
        assert took < MOST_MS
        links = await page.locator(".card a.reach").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        numbers = [link.partition(":")[2].partition("?")[0] for link in links if not link.startswith("https:")]
        assert "988" in numbers
        assert set(numbers) <= dialled()
        await page.get_by_role("button", name="I can't speak out loud").click()
        first = page.locator(".card .line a.reach").first
        await expect(first).to_have_attribute("href", "sms:988")
        await expect(page.locator(".card h2")).to_be_focused()
        await page.get_by_role("button", name="I want to talk to a person here").click()
        await expect(page.locator(".card .person")).to_contain_text("can't reach anyone here right now")
        await page.reload()
        await expect(page.locator("#help")).to_be_visible()
        there, took = await page.evaluate(OPEN_CARD)
        assert there
        await expect(page.locator(".card [lang=en]", has_text="988 Suicide & Crisis Lifeline").first).to_be_visible()
        assert await ana.violations() == []


async def test_plan_notes_and_mood_stay_encrypted_on_the_device_and_an_exit_leaves_nothing(
    visitors: Visitors,
) -> None:
    """F38, F43, X39: no frame or request carries plan or mood; what is stored cannot be read; the exit empties it."""
    ana = await visitors.arrive()
    page = ana.page
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    page.on("request", lambda request: sent.append(request.post_data or ""))
    await ana.come_in()
    await page.locator("[data-door=care]").click()
    await page.fill("#plan-alone", "walk to the old lighthouse")
    await expect(page.locator("#plan-saved")).to_have_text("Kept on this device.")
    stored = await page.evaluate(STORED)
    await page.check("#care .stack [value='2']")
    await page.get_by_label("A few words about it").fill("grey like the harbour")
    await page.get_by_role("button", name="Keep it for me").click()
    await expect(page.locator("#moods")).to_contain_text("grey like the harbour")
    assert "harbour" not in await page.evaluate(STORED)
    assert "lighthouse" not in stored + "".join(sent)
    await page.get_by_text("Lock it with a passphrase").click()
    await page.fill("#new-passphrase", "four small grey stones")
    await page.get_by_role("button", name="Keep this passphrase").click()
    await expect(page.locator("#plan-saved")).to_contain_text("from now on")
    await page.get_by_role("button", name="Lock now").click()
    await expect(page.locator("#care")).to_contain_text("Your corner is locked.")
    await page.fill("#passphrase", "something else")
    await page.get_by_role("button", name="Open", exact=True).click()
    await expect(page.get_by_text("That is not it")).to_be_visible()
    await page.fill("#passphrase", "four small grey stones")
    await page.get_by_role("button", name="Open", exact=True).click()
    await expect(page.locator("#plan-alone")).to_have_value("walk to the old lighthouse")
    await expect(page.locator("#moods")).to_contain_text("grey like the harbour")
    await page.locator("#help").click()
    await page.locator(".card .own-plan summary").click()
    await expect(page.locator(".card .own-plan")).to_contain_text("old lighthouse")
    assert "harbour" not in "".join(sent)
    await shell_kept(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.wait_for_url("about:blank")
    await page.goto(f"{ana.origin}/livez")
    await page.wait_for_function(f"async () => (await ({KEPT})()).every((many) => many === 0)")
    assert await ana.violations() == []


async def test_breathing_goes_on_without_movement_where_less_of_it_is_wished(visitors: Visitors) -> None:
    ana = await visitors.arrive(size=PHONE, reduced_motion="reduce")
    page = ana.page
    await ana.come_in()
    await page.locator("[data-door=care]").click()
    await page.get_by_role("button", name="Begin").click()
    await expect(page.locator(".breath-words")).to_have_text("Breathe in")
    moving = "getComputedStyle(document.querySelector('.breath-in')).transitionDuration"
    assert await page.evaluate(moving) in ("0s", "")
    await page.get_by_role("button", name="Next").click()
    await expect(page.locator(".ground-title")).to_contain_text("four things")


async def test_words_for_a_doctor_are_made_here_and_can_be_taken_along(visitors: Visitors) -> None:
    """F46, F47: groups for a topic, other places with their limits, and words that are copied and sent to nobody."""
    ana = await visitors.arrive(size=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = ana.page
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    await ana.come_in()
    await page.click("[data-door=lines]")
    groups = page.locator("#lines .groups").first
    await expect(groups).to_contain_text("NAMI")
    await expect(groups.locator("li").first).to_contain_text("Read at namiwisconsin.org")
    await page.get_by_label("What is it about?").select_option(label="Bipolar")
    await expect(groups).to_contain_text("DBSA")
    await expect(groups).not_to_contain_text("Autism")
    await expect(page.get_by_label("What is it about?")).to_be_focused()
    places = page.locator("#lines section", has=page.get_by_role("heading", name="Other places to talk"))
    await expect(places.locator("li", has_text="Reddit")).to_contain_text("Its limits: Anyone can read it")
    await page.fill("#doctor-since", "since the harvest moon")
    await page.check("[name=doctor-asks][value=who_sees]")
    await page.get_by_role("button", name="Copy the words").click()
    await expect(page.locator("#lines [role=status]")).to_contain_text("Copied.")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert "It has been like this since: since the harvest moon" in copied
    assert "Who gets to see what I tell you?" in copied
    await page.get_by_role("button", name="Show them large").click()
    assert await ana.overflow() == 0
    assert "harvest" not in "".join(sent) + await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert await ana.violations() == []
