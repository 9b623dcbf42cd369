"""Words that wait for a person: one answer per key, whatever happens meanwhile; their author may take them back."""

from __future__ import annotations

from chat.settings import Moderation
from moderation.cases import CaseKind, Words
from moderation.verdict import CareBand
from tests.support import staff
from tests.support.engines import Engine, one_flavour
from tests.support.looking import filed, look, stands
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.raw import Raw
from tests.support.staff import DOUBTFUL, at_the_desk, decide, waiting, with_a_witness

HURRIED = Moderation(budget_ms=0.0001)


@one_flavour
async def test_a_held_message_says_why_and_how_it_would_pass(steady_engine: Engine) -> None:
    """F26: the author knows at once, with the reason and a version that passes."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        held = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        passes = await one.ask("check", room="anxiety", text=held["suggestion"])
    assert (held["type"], held["state"]) == ("sent", "held")
    assert "cursor" not in held
    assert "move.other_place" in {finding["rule"] for finding in held["findings"]}
    assert held["says"]
    assert passes["action"] == "allow"


@one_flavour
async def test_a_repeat_of_a_held_key_stays_held_when_the_filter_would_pass_it_now(steady_engine: Engine) -> None:
    """The first outcome, on any node: never delivered beside a copy that a moderator may still release."""
    async with node_on(steady_engine.url, moderation=HURRIED) as ill, node_on(steady_engine.url) as well:
        async with Raw.upgraded(ill.url) as raw:
            pass_ = (await raw.hello())["token"]
            await raw.ask("join", room="anxiety")
            first = await raw.ask("send", room="anxiety", text="is anyone there", key="a")
        async with Raw.upgraded(well.url) as raw, staff.on_duty(well.url, "moderator") as mod:
            welcome = await raw.ask("hello", token=pass_)
            await raw.ask("join", room="anxiety")
            again = await raw.ask("send", room="anxiety", text="is anyone there", key="a")
            before = await texts_of(raw, "anxiety")
            await decide(mod, first["id"], "release")
            after = await raw.ask("send", room="anxiety", text="is anyone there", key="a")
            kept = await texts_of(raw, "anxiety")
    assert [item["id"] for item in welcome["now"]] == [first["id"]]
    assert (first["state"], again["state"], again["repeated"]) == ("held", "held", True)
    assert before == []
    assert (after["state"], after["repeated"], after["id"]) == ("delivered", True, first["id"])
    assert "cursor" in after
    assert kept == ["is anyone there"]


@one_flavour
async def test_a_repeat_after_the_refusal_is_told_so(steady_engine: Engine) -> None:
    """Whatever the words of the repeat are; nothing is held a second time."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        held = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        await decide(mod, held["id"], "refuse")
        again = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        other = await one.ask("send", room="anxiety", text="good evening", key="a")
        rows = await waiting(mod)
        kept = await texts_of(one, "anxiety")
    assert {(reply["code"], reply["repeated"]) for reply in (again, other)} == {("stopped", True)}
    assert (rows, kept) == ([], [])


@one_flavour
async def test_an_author_takes_a_held_message_back(steady_engine: Engine) -> None:
    """Once; the desk has it no more, every device of theirs is told, and its key is used up."""
    async with with_a_witness(steady_engine.url) as (_, one, other, mod):
        held = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        foreign = await other.ask("withdraw", request=held["id"])
        await mod.ask("claim", case=held["id"])
        back = await one.ask("withdraw", request=held["id"])
        told = await next_event(one, "resolved")
        again = await one.ask("withdraw", request=held["id"])
        late = await mod.ask("resolve", case=held["id"], resolution="release")
        retry = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        kept = await texts_of(other, "anxiety")
    assert foreign["code"] == "not_found"
    assert (back["type"], again["repeated"]) == ("withdrawn", True)
    assert (told["state"], told["message"], told["about"]) == ("withdrawn", held["id"], "anxiety")
    assert late["code"] == "closed"
    assert retry["code"] == "stopped"
    assert kept == []


@one_flavour
async def test_a_message_is_rewritten_by_saying_it_anew_and_taking_the_old_one_back(steady_engine: Engine) -> None:
    """One message in the room, in the new words; the trail says that it was rewritten."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        held = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        sent = await one.ask("send", room="anxiety", text=held["suggestion"], key="b")
        back = await one.ask("withdraw", request=held["id"], instead=sent["id"])
        kept = await texts_of(one, "anxiety")
        ended = await mod.ask("cases", state="ended")
    assert back["type"] == "withdrawn"
    assert kept == [held["suggestion"]]
    assert [row["state"] for row in ended["cases"]] == ["rewritten"]


@one_flavour
async def test_what_has_been_decided_cannot_be_taken_back(steady_engine: Engine) -> None:
    """`closed`: a released message is taken back as any other, by `redact`."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        held = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        await decide(mod, held["id"], "release")
        late = await one.ask("withdraw", request=held["id"])
        gone = await one.ask("redact", room="anxiety", message=held["id"], key="r")
    assert late["code"] == "closed"
    assert gone["type"] == "redacted"


@one_flavour
async def test_a_held_edit_changes_nothing_until_it_is_released(steady_engine: Engine) -> None:
    """X33: the old words stand; a release puts the new ones in their place, once."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        sent = await one.ask("send", room="anxiety", text="hello all", key="a")
        held = await one.ask("edit", room="anxiety", message=sent["id"], text=DOUBTFUL, key="b")
        before = await texts_of(one, "anxiety")
        await decide(mod, held["id"], "release")
        edited = await next_event(one, "edited")
        told = await next_event(one, "resolved")
        again = await one.ask("edit", room="anxiety", message=sent["id"], text=DOUBTFUL, key="b")
        kept = await texts_of(one, "anxiety")
    assert held["state"] == "held"
    assert before == ["hello all"]
    assert (edited["message"], edited["text"]) == (sent["id"], DOUBTFUL)
    assert told["state"] == "delivered"
    assert (again["state"], again["repeated"]) == ("delivered", True)
    assert kept == [DOUBTFUL]


@one_flavour
async def test_a_held_edit_of_a_message_that_is_gone_is_let_go(steady_engine: Engine) -> None:
    """There is nothing left to change, and the author is told."""
    async with at_the_desk(steady_engine.url) as (_, one, mod):
        sent = await one.ask("send", room="anxiety", text="hello all", key="a")
        held = await one.ask("edit", room="anxiety", message=sent["id"], text=DOUBTFUL, key="b")
        await one.ask("redact", room="anxiety", message=sent["id"], key="c")
        await decide(mod, held["id"], "release")
        told = await next_event(one, "resolved")
        kept = await texts_of(one, "anxiety")
    assert told["state"] == "expired"
    assert kept == []


async def test_a_store_that_is_away_promises_nothing(engine: Engine) -> None:
    """`unavailable`: the author keeps words and key, and the next try is held once."""
    async with node_on(engine.url) as node, talking(node, "anxiety") as one:
        engine.pause()
        try:
            away = await one.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        finally:
            engine.resume()
        while (later := await one.ask("send", room="anxiety", text=DOUBTFUL, key="a"))["type"] != "sent":
            assert later["code"] == "unavailable"
        rows = await node.services.review.queue()
    assert away["code"] == "unavailable"
    assert [case.id for case in rows] == [later["id"]]


@one_flavour
async def test_who_may_be_in_danger_stays_on_the_desk_without_the_words(steady_engine: Engine) -> None:
    """Taken back, the words are nobody's to read; silence never lowers a band."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as one:
        user = next(iter(node.hub.people))
        held = await one.ask("send", room="anxiety", text=staff.URGENT, key="a")
        back = await one.ask("withdraw", request=held["id"])
        left = await node.services.review.of(user)
        words = [(await node.services.review.words(case.id)).text for case in left]
    assert back["type"] == "withdrawn"
    assert [(case.kind, case.care) for case in left] == [(CaseKind.CRISIS, CareBand.HIGH)]
    assert words == [""]


@one_flavour
async def test_words_taken_back_before_the_filter_was_well_are_owed_their_card_all_the_same(
    steady_engine: Engine,
) -> None:
    """Taking back what nobody had judged yet takes neither the card nor the team from somebody in danger (R1)."""
    acute = Words(text="I have the pills in front of me and I am going to take them tonight", name="Quiet Lake")
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as one:
        user = next(iter(node.hub.people))
        case = await filed(node, acute, kind=CaseKind.FAULT, model_alone=False, rules=())
        back = await one.ask("withdraw", request=case.id)
        await look(node, case)
        card = (await next_event(one, "care"))["card"]
        left = await node.services.review.of(user)
        after = await stands(node, case.id)
        words = await node.services.review.words(case.id)
    assert back["type"] == "withdrawn"
    assert card["urgent"]
    assert [(each.kind, each.waiting) for each in left] == [(CaseKind.CRISIS, None)]
    assert (after.debt, words) == (None, Words())
