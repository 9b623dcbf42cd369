"""The review desk over the wire: who sees what, who gets it, and what is decided once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from chat.answers import room_named
from chat.auth import Identity, Scope
from chat.desk import bands, coarsely, may_see, on_duty
from moderation.cases import CaseKind, Rank, Step
from rooms.events import Band, Role, UserId
from tests.support import staff
from tests.support.engines import Engine, one_flavour
from tests.support.filing import WORDS, report
from tests.support.nodes import next_event, node_on, talking, texts_of
from tests.support.staff import DOUBTFUL, URGENT, at_the_desk, decide, waiting, with_a_witness

MODERATOR = Identity(user=UserId("m"), roles=frozenset({Role.MODERATOR}), band=Band.ADULT, expires=0)


def test_bands_are_walls_for_staff_too() -> None:
    """Teen cases exist for those who were vetted; a responder sees people in danger and nobody else."""
    vetted = replace(MODERATOR, scopes=frozenset({Scope.TEEN_VETTED}))
    responder = replace(MODERATOR, roles=frozenset({Role.RESPONDER}))
    assert (bands(MODERATOR), bands(vetted)) == (("adult",), ("adult", "teen"))
    assert bands(replace(vetted, band=Band.TEEN)) == ()
    assert may_see(MODERATOR, "adult", Rank.REST)
    assert not may_see(MODERATOR, "teen", Rank.CRISIS)
    assert may_see(responder, "adult", Rank.CRISIS)
    assert not may_see(responder, "adult", Rank.WORRIED)
    assert not on_duty(replace(MODERATOR, roles=frozenset({Role.PEER, Role.LISTENER})))


def test_words_the_filter_cannot_judge_lose_their_figures_and_addresses() -> None:
    """Personal data stays away from staff, whatever state the filter is in (safety.md)."""
    assert coarsely("ring 07700 900123 or a.b@c.org, see https://x.y") == "ring ••••• •••••• or [removed] see [removed]"


@one_flavour
async def test_a_list_is_blurred_and_the_words_come_with_the_claim(steady_engine: Engine) -> None:
    """F31: blurred first; the reading is in the trail (R8)."""
    async with at_the_desk(steady_engine.url, name="Rosa") as (node, author, mod):
        sent = await author.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        (row,) = await waiting(mod)
        claimed = await mod.ask("claim", case=row["case"])
        trail = await node.services.review.audit.entries()
    assert row["case"] == sent["id"]
    assert (row["kind"], row["state"], row["room"]) == ("held", "open", "anxiety")
    assert "move.other_place" in row["rules"]
    assert "telegram" not in json.dumps(row)
    assert "Rosa" not in json.dumps(row)
    assert claimed["words"] == {"text": DOUBTFUL, "name": "Rosa"}
    assert claimed["resolutions"] == ["mask", "refuse", "release"]
    assert [(entry.did, entry.by) for entry in trail] == [("open", ""), ("claim", "staff-moderator")]
    assert "telegram" not in str(trail)


@one_flavour
async def test_who_asks_for_a_person_outside_the_rooms_is_nobody_by_name(steady_engine: Engine) -> None:
    """No person's id ever leaves the server, not even as part of where a case came from."""
    async with at_the_desk(steady_engine.url) as (node, author, mod):
        await author.ask("help", person=True)
        (row,) = await waiting(mod)
        case = await node.services.review.find(row["case"])
    assert (row["kind"], row["room"]) == ("crisis", "inbox")
    assert case is not None
    assert case.user not in json.dumps(row)


def test_a_conversation_of_two_is_named_as_supervise_names_it() -> None:
    assert [room_named(key) for key in ("adult/anxiety", "session/a0pM", "inbox/whose")] == [
        "anxiety",
        "session:a0pM",
        "inbox",
    ]


@one_flavour
async def test_people_who_are_not_staff_have_no_desk(steady_engine: Engine) -> None:
    """Peers and listeners are refused, and a case is not there for them even by its id."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer:
        sent = await peer.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        listed = await peer.ask("cases")
        answers = [
            await peer.ask("claim", case=sent["id"]),
            await peer.ask("resolve", case=sent["id"], resolution="release"),
            await peer.ask("hand_on", case=sent["id"]),
        ]
    assert listed["code"] == "forbidden"
    assert {answer["code"] for answer in answers} == {"not_found"}


@one_flavour
async def test_a_teen_case_is_not_there_for_who_was_not_vetted(steady_engine: Engine) -> None:
    """Bands are walls (F9)."""
    async with (
        node_on(steady_engine.url) as node,
        staff.looking_after(node.url, "teens"),
        talking(node, "teens", band="teen") as teen,
        staff.on_duty(node.url, "moderator", "any") as anyone,
        staff.on_duty(node.url, "moderator", "vetted", vetted=True) as vetted,
    ):
        sent = await teen.ask("send", room="teens", text="stop taking your meds, you don't need them", key="a")
        blind, seeing = await waiting(anyone), await waiting(vetted)
        refused = await anyone.ask("claim", case=sent["id"])
    assert (blind, refused["code"]) == ([], "not_found")
    assert [row["band"] for row in seeing] == ["teen"]


@one_flavour
async def test_a_responder_sees_who_may_be_in_danger_and_nothing_else(steady_engine: Engine) -> None:
    """And such a case stands before all others, for everybody."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as author,
        staff.on_duty(node.url, "responder") as responder,
        staff.on_duty(node.url, "moderator") as mod,
    ):
        await author.ask("send", room="anxiety", text=DOUBTFUL, key="a")
        urgent = await author.ask("send", room="anxiety", text=URGENT, key="b")
        (only,) = await waiting(responder)
        first, _ = await waiting(mod)
    assert only["case"] == first["case"] == urgent["id"]
    assert (only["kind"], only["care"]["band"]) == ("crisis", "high")


@one_flavour
async def test_two_moderators_cannot_have_one_case(steady_engine: Engine) -> None:
    """Claimed on two nodes at once: one gets it; only that one decides, and once."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, "anxiety") as author,
        staff.on_duty(one.url, "moderator", "a") as a,
        staff.on_duty(two.url, "moderator", "b") as b,
    ):
        case = (await author.ask("send", room="anxiety", text=DOUBTFUL, key="a"))["id"]
        claims = await asyncio.gather(a.ask("claim", case=case), b.ask("claim", case=case))
        has, has_not = (a, b) if claims[0]["type"] == "claimed" else (b, a)
        wrong = await has_not.ask("resolve", case=case, resolution="refuse")
        right = await has.ask("resolve", case=case, resolution="release")
        again = await has.ask("resolve", case=case, resolution="release")
        other = await has.ask("resolve", case=case, resolution="refuse")
        kept = await texts_of(author, "anxiety")
    assert sorted(claim["type"] for claim in claims) == ["claimed", "refused"]
    assert wrong["code"] == "taken"
    assert (right["type"], right["state"]) == ("decided", "decided")
    assert again["repeated"] is True
    assert other["code"] == "closed"
    assert kept == [DOUBTFUL]


@one_flavour
async def test_who_hands_a_case_on_does_not_get_it_back(steady_engine: Engine) -> None:
    """Another's eyes are needed; the case stands in the queue for them."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as author,
        staff.on_duty(node.url, "moderator", "a") as a,
        staff.on_duty(node.url, "moderator", "b") as b,
    ):
        case = (await author.ask("send", room="anxiety", text=DOUBTFUL, key="a"))["id"]
        early = await a.ask("hand_on", case=case)
        await a.ask("claim", case=case)
        handed = await a.ask("hand_on", case=case)
        repeated = await a.ask("hand_on", case=case)
        barred = await a.ask("claim", case=case)
        taken = await b.ask("claim", case=case)
    assert early["code"] == "forbidden"
    assert (handed["type"], repeated.get("repeated")) == ("handed_on", True)
    assert barred["code"] == "forbidden"
    assert taken["type"] == "claimed"


@one_flavour
async def test_moderators_on_every_node_hear_of_a_change_without_words(steady_engine: Engine) -> None:
    """Live, across nodes; those whom it does not concern hear nothing."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one, "anxiety") as author,
        staff.on_duty(two.url, "moderator") as mod,
        staff.on_duty(two.url, "responder") as responder,
    ):
        case = (await author.ask("send", room="anxiety", text=DOUBTFUL, key="a"))["id"]
        filed = await next_event(mod, "case_changed")
        await mod.ask("claim", case=case)
        claimed = await next_event(mod, "case_changed")
        await responder.ask("ping")
    assert (filed["case"], filed["state"], claimed["state"]) == (case, "open", "claimed")
    assert set(filed) == {"type", "case", "kind", "state", "band", "rank"}
    assert responder.events == []


@one_flavour
async def test_what_staff_say_to_people_is_a_word_of_a_list(steady_engine: Engine) -> None:
    """No free words travel from staff to people (F20); the reason is read by the author in plain words."""
    async with at_the_desk(steady_engine.url) as (_, author, mod):
        case = (await author.ask("send", room="anxiety", text=DOUBTFUL, key="a"))["id"]
        free = await mod.ask("resolve", case=case, resolution="refuse", note="you should know better")
        odd = await mod.ask("resolve", case=case, resolution="uphold")
        done = await decide(mod, case, "refuse", note="not_here")
        told = await next_event(author, "resolved")
    assert (free["code"], free["path"]) == ("bad_request", "note")
    assert (odd["code"], odd["path"]) == ("bad_request", "resolution")
    assert done["type"] == "decided"
    assert told["says"].endswith("This room is not the place for it.")


@one_flavour
async def test_words_the_filter_stops_by_now_are_released_by_nobody(steady_engine: Engine) -> None:
    """R5: a moderator's release does not pass what nobody may be shown."""
    async with at_the_desk(steady_engine.url) as (_, author, mod):
        case = (await author.ask("send", room="anxiety", text=DOUBTFUL, key="a"))["id"]
        await steady_engine.ask(
            "HSET", f"warm:{{review}}:case:{case}", "words", json.dumps({"text": "go kill yourself", "name": "x"})
        )
        await mod.ask("claim", case=case)
        released = await mod.ask("resolve", case=case, resolution="release")
        refused = await mod.ask("resolve", case=case, resolution="refuse")
        kept = await texts_of(author, "anxiety")
    assert released["code"] == "forbidden"
    assert refused["type"] == "decided"
    assert kept == []


@one_flavour
async def test_reports_about_one_thing_have_one_answer(steady_engine: Engine) -> None:
    """Merged by hand or because they are about the same; everyone who told us is told once."""
    async with with_a_witness(steady_engine.url) as (node, first, second, mod):
        one, two, _ = node.hub.people
        review = node.services.review
        at = node.services.backplane.engine_now_ms()
        for id, user in (("r1", one), ("r2", two)):
            await review.open(report(id, user=user, at=at), WORDS)
        await mod.ask("claim", case="r2")
        merged = await mod.ask("resolve", case="r2", resolution="merge", into="r1")
        itself = await mod.ask("resolve", case="r1", resolution="merge", into="r1")
        done = await decide(mod, "r1", "dismiss", note="not_against_rules")
        told = [await next_event(raw, "resolved") for raw in (first, second)]
        ended = await mod.ask("cases", state="ended")
    assert (merged["state"], itself["path"], done["state"]) == ("merged", "into", "decided")
    assert told[0]["state"] == told[1]["state"]
    assert {row["case"] for row in ended["cases"]} == {"r1", "r2"}


@one_flavour
async def test_two_cases_that_are_to_go_into_each_other_are_refused_in_plain_words(steady_engine: Engine) -> None:
    """Else neither would ever have an answer; a third goes into the one that has."""
    async with node_on(steady_engine.url) as node, staff.on_duty(node.url, "moderator") as mod:
        at = node.services.backplane.engine_now_ms()
        for id in ("r1", "r2", "r3"):
            await node.services.review.open(report(id, user=f"of-{id}", at=at), WORDS)
        await decide(mod, "r2", "merge", into="r1")
        back = await decide(mod, "r1", "merge", into="r2")
        third = await decide(mod, "r3", "merge", into="r2")
        ended = await mod.ask("cases", state="ended")
    assert (back["code"], back["path"]) == ("bad_request", "into")
    assert "decide this one" in back["says"]
    assert third["type"] == "decided"
    assert {row["case"]: row["into"] for row in ended["cases"]} == {"r2": "r1", "r3": "r1"}


@one_flavour
@pytest.mark.parametrize("state", ["waiting", "ended"])
async def test_a_page_is_full_of_what_one_may_see_and_says_nothing_of_the_rest(
    steady_engine: Engine, state: str
) -> None:
    """A responder's page neither comes up short for what is not theirs, nor ends at it, nor counts it as more."""
    async with node_on(steady_engine.url) as node, staff.on_duty(node.url, "responder") as responder:
        review, at = node.services.review, node.services.backplane.engine_now_ms()
        for number in range(8):
            kind = CaseKind.CRISIS if number in (2, 5, 6) else CaseKind.REPORT
            case = report(f"r{number}", kind=kind, against="", user=f"u{number}", at=at + number)
            await review.open(case, WORDS)
            if state == "ended":
                await review.step(case.id, Step.EXPIRE, at + number)
        first = await responder.ask("cases", state=state, limit=2)
        rest = await responder.ask("cases", state=state, limit=2, after=first["cursor"])
    ids = [row["case"] for row in first["cases"] + rest["cases"]]
    assert ids == (["r2", "r5", "r6"] if state == "waiting" else ["r6", "r5", "r2"])
    assert (len(first["cases"]), first["more"], rest["more"]) == (2, True, False)
    assert [page["cursor"].partition(":")[2] for page in (first, rest)] == [ids[1], ids[2]]


@one_flavour
async def test_a_cursor_of_another_making_is_refused(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, staff.on_duty(node.url, "moderator") as mod:
        answers = [await mod.ask("cases", after=after) for after in ("x", "1:", ":a", "1e400:a", "nan:a")]
    assert {(answer["code"], answer["path"]) for answer in answers} == {("bad_request", "after")}
