"""Words: every string in a catalogue, whole in each language, and a mirrored language that shows what is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.support.browser import DESK, NIGHT, PHONE, Visitor, Visitors, zone
from tests.support.engines import Engine, one_flavour
from tests.support.evenings import Evening, evening, on_duty
from tests.support.nodes import talking
from tests.support.staff import DOUBTFUL

STATIC = Path(__file__).parents[2] / "chat/static"
CODE = sorted(path for path in STATIC.glob("*.js") if not path.name.startswith("words-"))
# What a person would read begins with a capital and goes on in small letters, with a space or an end of a sentence.
SENTENCE = re.compile(r"^[A-ZÁÉÍÓÚÑ¿¡“][a-záéíóúñ’']*(?: [\w“¿¡]|[.!?…]$)")
LITERAL = re.compile(r"""\"((?:[^"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\\n]|\\.)*)`""")
COMMENT = re.compile(r"/\*.*?\*/|(?m:(?:^|\s)//.*$)", re.DOTALL)
READ = """async (names) => {
  const all = [];
  for (const name of names) for (const [key, forms] of Object.entries((await import(`/${name}`)).words)) all.push([name, key, forms]);
  return all;
}"""  # noqa: E501
OUTSIDE = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const own = node.parentElement;
    const words = node.textContent.trim();
    if (!/\\p{L}{2}/u.test(words) || words.includes("⟦") || words.includes("⟧")) continue;
    if (own.closest("[dir=auto], bdi, [translate=no], noscript, option, time, script, style, [hidden]")) continue;
    if (own.checkVisibility()) found.push(words);
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    if (!one.checkVisibility() || one.closest("[dir=auto]:not(textarea, input, h1)")) continue;
    for (const name of ["aria-label", "placeholder", "title"]) {
      const words = one.getAttribute(name) ?? "";
      if (/\\p{L}{2}/u.test(words) && !words.includes("⟦")) found.push(`${name}: ${words}`);
    }
  }
  return found;
}"""
MIRROR = """localStorage.setItem("warmline.settings", JSON.stringify({language: "mirror"}));"""


# Every way a time is written, each after all others were used: (what was written, what it looked like at first).
WRITTEN = """async () => {
  const w = await import("/words.js");
  const at = new Date(2026, 0, 15, 20, 30).getTime();
  const ways = {
    day: () => w.dayOf(at), clock: () => w.when(at), date: () => w.dateOf(at), moment: () => w.momentOf(at),
    days: () => w.span(3 * 86400), hours: () => w.span(7200), minutes: () => w.span(120), seconds: () => w.span(9),
    number: () => w.count(1234), list: () => w.listed(["a", "b"]), language: () => w.languageName("es"), country: () => w.countryName("ES"),
  };
  const written = {};
  for (const order of [Object.keys(ways), Object.keys(ways).reverse()]) {
    w.speak("en");  // formatters are made anew
    for (const name of order) (written[name] ??= []).push(ways[name]());
  }
  return written;
}"""  # noqa: E501


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_no_sentence_stands_in_code(path: Path) -> None:
    """F52: what a person reads is in a catalogue, where it can be translated."""
    found = ["".join(parts) for parts in LITERAL.findall(COMMENT.sub(" ", path.read_text()))]
    assert [words for words in found if SENTENCE.match(words)] == []


def texts_of(form: str | dict[str, str]) -> list[str]:
    """Every sentence of one language's entry: one, or one for each number."""
    return [form] if isinstance(form, str) else list(form.values())


async def test_every_string_is_there_in_every_language_with_the_same_places(visitors: Visitors) -> None:
    """F52: both languages whole, the same places filled in; one key says the same in every part of the page."""
    ana = await visitors.arrive()
    await ana.page.goto(f"{ana.origin}/livez")
    names = [path.name for path in sorted(STATIC.glob("words-*.js"))]
    entries: list[tuple[str, str, list[Any]]] = await ana.page.evaluate(READ, names)
    places = re.compile(r"\{(\w+)\}")
    known: dict[str, list[Any]] = {}
    for name, key, forms in entries:
        assert len(forms) == 2, key
        assert known.setdefault(key, forms) == forms, f"{key} of {name} says something else in another catalogue"
        assert all(text.strip() for form in forms for text in texts_of(form)), key
        wanted = {frozenset(places.findall(texts_of(form)[-1])) for form in forms}
        assert len(wanted) == 1, key
        assert all(isinstance(form, str) or set(form) == {"one", "other"} for form in forms), key
        assert all(set(places.findall(text)) <= next(iter(wanted)) for form in forms for text in texts_of(form)), key
    asked = {key for path in CODE for key in re.findall(r'\bt\("([\w.]+)"', path.read_text())}
    assert asked - set(known) == set()
    assert [fault for _, key, forms in entries for text in texts_of(forms[1]) for fault in slips(key, text)] == []


# Ways to speak to somebody that are not ours: "tú" to one, "ustedes" to several; a doctor is spoken to with "usted".
FORMAL = re.compile(r"\b(?:usted|vosotr[oa]s|os|[a-záéíóú]+(?:áis|éis))\b", re.IGNORECASE)


def slips(key: str, spanish: str) -> list[str]:
    """What a Spanish sentence of ours never has: a question without its first mark, straight quotes, another "you"."""
    found = []
    if spanish.count("¿") != spanish.count("?") or spanish.count("¡") != spanish.count("!"):
        found.append(f"{key}: a mark that is not opened")
    if '"' in spanish or "“" in spanish:
        found.append(f"{key}: quotes of another language")
    if FORMAL.search(spanish) and not key.startswith("doctor."):
        found.append(f"{key}: {FORMAL.search(spanish)}")
    return found


async def test_a_day_is_written_as_a_day_whatever_was_written_before(visitors: Visitors) -> None:
    """F52: how long, when, and which day each keep their own shape."""
    ana = await visitors.arrive()
    await ana.page.goto(ana.origin)
    written: dict[str, list[str]] = await ana.page.evaluate(WRITTEN)
    assert {name for name, (first, then) in written.items() if first != then} == set()
    assert written["day"][0] == "Thursday, January 15"
    assert written["days"][0] == "3 days"


async def test_a_mirrored_language_shows_that_nothing_goes_round_the_catalogue(visitors: Visitors) -> None:
    """F52: right to left, in every view; nothing is wider than the window."""
    for size in (PHONE, DESK):
        ana = await visitors.arrive(size=size, timezone_id=zone(NIGHT))
        page = ana.page
        await page.context.add_init_script(MIRROR)
        await page.goto(ana.origin)
        await seen_whole(page, "#visit")
        await page.check("[name=band][value=adult]")
        await page.click("#visit button[type=submit]")
        await seen_whole(page, ".room-card")
        for door, there in (("care", "#plan-signs"), ("lines", "#doctor-script"), ("settings", "[name=theme]")):
            await page.click(f"[data-door={door}]")
            await seen_whole(page, f"section.on {there}")
            if door == "settings":
                await step(page, "#blocked summary", "#blocked details .hint")
            await page.click("section.on .back")
        await page.click("[data-room=newcomers]")
        await seen_whole(page, "#join")
        await page.click("#join button[type=submit]")
        await seen_whole(page, "#words")
        await page.click("#lantern [data-act=open]")
        await seen_whole(page, "#lantern-panel .main")
        await page.click("#lantern-panel .main")
        await seen_whole(page, ".lantern-line.burns")
        await ana.write("Hello from the other side of the mirror.")
        await page.click("#composer button[type=submit]")
        await ana.sees("Hello from the other side of the mirror.", times=1 if size is PHONE else 2)
        await page.click(".message .more >> nth=-1")
        await seen_whole(page, ".actions")
        await page.click("#help")
        await seen_whole(page, ".card")
        assert await ana.overflow() == 0
        assert await ana.violations() == []


@one_flavour
async def test_the_teams_views_and_a_conversation_are_whole_in_the_mirror(
    steady_engine: Engine, browser: Browser
) -> None:
    """F52, X41: desk, listening, calls, asking and two in a conversation, from right to left, on phone and desk."""
    async with evening(steady_engine, browser) as house, talking(house.node, "anxiety") as author:
        await author.ask("send", room="anxiety", text=f"{DOUBTFUL}, by the lamp", key="held")
        ada = await mirrored(house, "moderator", DESK)
        await step(ada.page, "[data-door=staff]", "#staff .given")
        await step(ada.page, "#staff .verbs .main", ".case")
        await step(ada.page, ".case", ".desk-case [data-first]")
        await step(ada.page, ".desk-case [data-first]", ".case-words [data-first]")
        await step(ada.page, ".case-words [data-first]", ".words-shown blockquote")
        await step(ada.page, "details:has(#ladder-reason) > summary", "#ladder-reason")
        rio = await mirrored(house, "responder", PHONE)
        await step(rio.page, "[data-door=respond]", "#respond h1")
        sam = await mirrored(house, "listener", PHONE)
        await step(sam.page, "[data-door=listen]", "#listen [type=submit]")
        await step(sam.page, "#listen form details summary", "#listen [name=topics]")
        await step(sam.page, "#given summary", "#given details .hint")
        await sam.page.click("#listen [type=submit]")
        ana = await mirrored(house, None, PHONE)
        await step(ana.page, "[data-door=ask]", "#ask [type=submit]")
        await step(ana.page, "#ask .unfold summary", "#ask [name=intensity]")
        await step(ana.page, "#ask .mood summary", "#ask .mood form")
        await ana.page.click("#ask .sheet [type=submit]")
        await seen_whole(sam.page, ".offer .main")
        await sam.page.click(".offer .main")
        for one in (ana, sam):
            await seen_whole(one.page, "#session .limits .main")
            await step(one.page, "#session .limits .main", "#session #words")
        for one in (ada, rio, sam, ana):
            assert await one.violations() == []


async def mirrored(house: Evening, role: str | None, size: ViewportSize) -> Visitor:
    """Somebody whose page is in the mirror: of the team, or a guest (None)."""
    one = await house.people.arrive(size=size)
    await one.page.context.add_init_script(MIRROR)
    if role:
        return await on_duty(one, role)
    await one.page.goto(one.origin)
    await one.page.check("[name=band][value=adult]")
    await step(one.page, "#visit button[type=submit]", ".room-card")
    return one


async def step(page: Page, press: str, there: str) -> None:
    """Press one thing, and see whole what follows."""
    await page.locator(press).locator("visible=true").first.click()
    await seen_whole(page, there)


async def seen_whole(page: Page, there: str) -> None:
    """The view is there, right to left, and every word of ours went through the catalogue."""
    await expect(page.locator(there).locator("visible=true").first).to_be_visible()
    assert await page.evaluate("document.documentElement.dir") == "rtl"
    assert await page.evaluate(OUTSIDE) == []
    assert await page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


async def test_the_language_is_the_browsers_and_can_be_changed_in_mid_visit(visitors: Visitors) -> None:
    ana = await visitors.arrive(locale="es-MX")
    page = ana.page
    await page.goto(ana.origin)
    await expect(page.locator("#door-title")).to_have_text("No tienes que pasar por esto a solas.")
    await page.check("[name=band][value=adult]")
    await page.get_by_role("button", name="Entrar", exact=True).click()
    await expect(page.locator(".room-card").first).to_be_visible()
    await expect(page.locator("[data-room=anxiety]")).to_contain_text("Ansiedad y pánico")
    await page.click("#help")
    await expect(page.locator(".card")).to_contain_text("no necesitas un motivo")
    await page.click(".card .card-head button")
    await page.click("[data-door=settings]")
    await page.select_option("#settings-language", "en")
    await expect(page.locator("#settings-title")).to_have_text("Language, looks, content notes")
    await expect(page.locator("#help")).to_have_text("Help now")
    await page.click("section.on .back")
    await expect(page.locator("[data-room=anxiety]")).to_contain_text("Anxiety and panic")
    assert await page.evaluate("document.documentElement.lang") == "en"
