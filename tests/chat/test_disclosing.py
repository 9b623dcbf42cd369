"""Somebody may be in danger: one hold for each person, whoever said it and wherever, and at no cost to them."""

from __future__ import annotations

from chat import disclosing
from chat.answers import room_named
from chat.auth import Identity
from chat.disclosing import by_model_alone, said
from moderation.heeding import PREFIX
from moderation.verdict import Action, Care, CareBand, CareKind, Finding, Verdict
from rooms.escalation import Clock
from rooms.events import Band, EventId, RoomKey, UserId
from rooms.scene import RowKind
from rooms.seeking import Risk
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.staff import URGENT, on_duty
from tests.support.two import accept, changed, event_where, listening, on_shift, talked, together

ROOM = RoomKey("adult/anxiety")
ANA = Identity(user=UserId("ana"), band=Band.ADULT, country="GB", language="en-GB", expires=9e9)
HIGH = Care(CareBand.HIGH, CareKind.SUICIDE)


def verdict(*rules: str) -> Verdict:
    found = tuple(Finding(rule, "crisis", (0, 1), "", care=HIGH) for rule in rules)
    return Verdict(Action.ALLOW, care=HIGH, findings=found, text="x")


def test_only_where_nothing_but_the_model_says_so_is_it_a_guess() -> None:
    assert by_model_alone(verdict(f"{PREFIX}suicide"))
    assert not by_model_alone(verdict(f"{PREFIX}suicide", "crisis.intent"))
    assert not by_model_alone(verdict())


@one_flavour
async def test_however_often_and_wherever_it_is_said_it_is_one_hold_that_only_rises(steady_engine: Engine) -> None:
    """F16: it belongs to the person, not to a room; silence and repetition lower nothing."""
    async with node_on(steady_engine.url) as node:
        assert await said(node.services, ANA, ROOM, HIGH, "c1")
        first = await node.services.matchmaker.find(RowKind.HOLD, "ana")
        assert await said(node.services, ANA, RoomKey("inbox/ana"), Care(CareBand.IMMINENT), "c2")
        assert await said(node.services, ANA, ROOM, HIGH, "c3")
        last = await node.services.matchmaker.find(RowKind.HOLD, "ana")
    assert (first.case, first.country, first.language, first.room) == ("c1", "GB", "en", "anxiety")
    assert (last.case, last.risk) == ("c1", Risk.IMMINENT)
    assert last.since == first.since


@one_flavour
async def test_a_guess_of_the_model_is_put_to_the_listener_first(steady_engine: Engine) -> None:
    """sessions.md: "shall I bring someone?"; a no calls nobody, and being stayed with goes on."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        (who,) = [one.identity for one in node.gateway.everyone() if one.identity and one.identity.roles == {"peer"}]
        assert await said(node.services, who, RoomKey(room.replace(":", "/")), HIGH, "c1", model_alone=True)
        await changed(listener, code="bring_someone")
        hold = await node.services.matchmaker.find(RowKind.HOLD, who.user)
        assert hold.asking.step is Clock.DOUBTED
        answer = await listener.ask("join_ok", room=room, choice="not_yet")
        assert answer["type"] == "joined_ok"
        after = await node.services.matchmaker.find(RowKind.HOLD, who.user)
    assert (after.asking.step, after.state) == (Clock.STOPPED, "held")


@one_flavour
async def test_that_is_not_it_is_heard_and_ends_nothing(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node:
        await said(node.services, ANA, ROOM, HIGH, "c1")
        await disclosing.not_it(node.services, ANA.user)
        hold = await node.services.matchmaker.find(RowKind.HOLD, "ana")
        await disclosing.not_it(node.services, UserId("nobody"))
        names = [room_named(key) for key in ("adult/anxiety", "session/s", "inbox/u", "waiting/u")]
    assert (hold.asking.step, hold.state) == (Clock.STOPPED, "held")
    assert names == ["anxiety", "session:s", "inbox", "waiting"]


@one_flavour
async def test_what_turns_out_heavy_when_it_is_given_is_stayed_with_too(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        (connection,) = node.gateway.everyone()
        assert connection.identity is not None
        user = connection.identity.user
        heavy = verdict("crisis.intent")
        await disclosing.heard_in_a_room_of_two(node.services, Band.ADULT, ROOM, user, EventId("m1"), heavy)
        told = await next_event(raw, "session_changed")
    assert told["state"] == "stay"


async def test_without_the_store_nobody_is_said_to_be_stayed_with(engine: Engine) -> None:
    """F45: the card then does not say that somebody was told."""
    async with node_on(engine.url) as node:
        await engine.kill()
        assert not await said(node.services, ANA, ROOM, HIGH, "c1")


@one_flavour
async def test_a_listener_s_own_disclosure_is_held_elsewhere_and_the_seeker_is_handed_on(steady_engine: Engine) -> None:
    """Sessions.md: the listener is cared for like anybody; the seeker is next in line and learns of no reason; for
    fourteen days nobody asks them to help others.
    """
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node, "one") as listener,
        on_duty(node.url, "responder", "rita") as rita,
        on_duty(node.url, "listener", "two") as other,
    ):
        await on_shift(node)
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await listener.ask("send", room=room, text=URGENT, key="u")
        assert (await next_event(listener, "care"))["card"]["says"]
        stay = await changed(listener, state="stay")
        assert stay["room"] == "stay"
        waits = await event_where(seeker, "waiting", lambda event: event["says"] == "You are next in line.")
        assert waits["place"] == 1
        late = await seeker.ask("send", room=room, text="hello?", key="h")
        assert late["code"] in ("closed", "not_member", "not_found")
        called = await next_event(rita, "alerted")
        taken = await rita.ask("take", case=called["case"])
        assert taken["room"] != room
        await listener.ask("join_ok", room="stay", choice="yes")
        await changed(listener, code="team_here")
        await other.ask("available")
        after = (await accept(other))["room"]
        assert after not in (room, taken["room"])
        told = await listener.ask("available")
        assert (told["type"], told["state"] in ("wrap_up", "away")) == ("availability", True)
        assert told["says"].startswith("You went through a lot yourself lately.")
        assert "held" not in str(seeker.events)
