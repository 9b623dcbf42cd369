"""What is in force against somebody who is here: heard from the inbox, read from the store, fading by itself (F28)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from chat import conduct
from chat.node import Node
from chat.tellings import NEXT, STATES
from moderation import keys, says
from moderation.ladder import Reason, Step
from moderation.sanctions import CaseId, Offence, PersonId, Proof, Sanction, SanctionId, explained
from moderation.standing import Standing, StoreAway, packed
from rooms.events import NO_ONE, Entry, EventId, Kind, Position, RoomKey, UserId
from rooms.scene import RowKind
from tests.chat.test_sanctioning import LOW, say
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT, on_duty
from tests.support.two import changed, enter, hear, listening, on_shift, talked, together

HOUR = 3_600_000


def mute(at: int, step: Step = Step.MUTE, until: int | None = None, id: str = "s1") -> Sanction:
    """A sanction as a moderator made it at `at`."""
    return Sanction(
        id=SanctionId(id),
        step=step,
        reason=Reason.HARASSMENT,
        proof=Proof(CaseId(f"case-{id}"), frozenset({Offence.HARASSMENT})),
        room="adult/anxiety",
        at=at,
        until=at + HOUR if until is None else until,
        decided_by=PersonId("mod"),
    )


def entry(room: str, kind: Kind) -> Entry:
    return Entry(RoomKey(room), Position("e", 1, "t"), EventId("i"), kind, NO_ONE, 0, b"")


async def hear_of(node: Node, user: UserId, sanction: Sanction, seen: int = 0) -> None:
    """What a moderator's decision does: the store, then the inbox."""
    await node.services.standing.impose(user, sanction, seen)
    assert await conduct.tell(node.services, user, sanction)
    if user in node.hub.people:
        async with asyncio.timeout(10):
            while not node.services.standing.at(user).sanctions:
                await asyncio.sleep(0.001)


def test_only_entries_of_inboxes_that_tell_of_decisions_are_heeded() -> None:
    """A room's messages cost nothing here."""
    assert conduct.concerns(entry("inbox/u", Kind.NOTICE))
    assert conduct.concerns(entry("inbox/u", Kind.RESOLVED))
    assert not conduct.concerns(entry("inbox/u", Kind.CARE))
    assert not conduct.concerns(entry("adult/anxiety", Kind.NOTICE))


@one_flavour
async def test_who_was_banned_by_a_newer_node_is_kept_out_by_an_older_one_too(steady_engine: Engine) -> None:
    """For a reason the older one cannot read: the door stays closed, with the card, and plain words say why."""
    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as before:
        welcome = await before.hello()
        (user,) = node.hub.people
        row = json.loads(packed(mute(0, Step.SUSPENSION, until=4_102_444_800_000))) | {"reason": "a_new_one"}
        await steady_engine.ask("HSET", keys.sanctions(user), row["id"], json.dumps(row))
        async with Raw.upgraded(node.url) as again:
            refused = await again.ask("hello", token=welcome["token"])
            card = await next_event(again, "care")
    assert refused["code"] == "forbidden"
    assert "a rule of this place" in refused["says"]
    assert card["card"]


@one_flavour
async def test_a_mute_ends_by_itself_without_anybody_doing_anything(steady_engine: Engine) -> None:
    """It is compared with the engine's clock on each message; nothing is scheduled that could be lost."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer:
        (user,) = node.hub.people
        now = node.services.backplane.engine_now_ms()
        await hear_of(node, user, mute(now - HOUR, until=now + 1500))
        await next_event(peer, "notice")
        first = await say(peer, "hello", key="1")
        async with asyncio.timeout(5):
            while (last := await say(peer, "hello", key="2"))["type"] == "refused":
                assert last["code"] == "muted"
    assert (first["code"], first["retry"]) == ("muted", "later")
    assert last["state"] == "delivered"


@one_flavour
async def test_whoever_was_cut_off_meanwhile_finds_the_notice_on_return(steady_engine: Engine) -> None:
    """The notice is an entry of the inbox: resumed like any other, and the mute holds from the first word."""
    async with node_on(steady_engine.url) as one, Raw.upgraded(one.url) as peer:
        welcome = await peer.hello()
        cursor = (await peer.ask("join", room="inbox"))["cursor"]
        (user,) = one.hub.people
    async with node_on(steady_engine.url) as two:
        await hear_of(two, user, mute(two.services.backplane.engine_now_ms()))
        async with Raw.upgraded(two.url) as peer:
            resume = [{"room": "inbox", "cursor": cursor}, {"room": "anxiety"}]
            again = await peer.ask("hello", token=welcome["token"], resume=resume)
            refused = await say(peer, "hello")
            await say(peer, LOW, key="low")
            card = await next_event(peer, "care")
    (notice,) = again["resumed"][0]["events"]
    assert (notice["type"], notice["step"]) == ("notice", "mute")
    assert refused["code"] == "muted"
    assert card["card"]["says"]


@one_flavour
async def test_a_decision_that_nobody_told_because_the_node_died_is_told_by_the_others(steady_engine: Engine) -> None:
    """The store has it, the inbox has not: whoever looks around tells, once, and ends what must end."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as peer, talking(node, "anxiety") as other:
        user, kept_out = node.hub.people
        now = node.services.backplane.engine_now_ms()
        await node.services.standing.impose(user, mute(now), 0)
        await node.services.standing.impose(kept_out, mute(now, Step.SUSPENSION), 0)
        for _ in range(2):
            await conduct.look_around(node.services)
        notice = await next_event(peer, "notice")
        refused = await say(peer, "hello")
        code = await other.closed()
    assert notice["step"] == "mute"
    assert refused["code"] == "muted"
    assert not any(event["type"] == "notice" for event in peer.events)
    assert code == 4003


@one_flavour
async def test_what_was_read_is_forgotten_with_the_last_connection(steady_engine: Engine) -> None:
    """No node keeps what it knows of somebody who is not there."""
    async with node_on(steady_engine.url) as node:
        async with talking(node, "anxiety") as peer:
            (user,) = node.hub.people
            await hear_of(node, user, mute(node.services.backplane.engine_now_ms()))
            await next_event(peer, "notice")
            await say(peer, "hello")
            assert node.services.standing.at(user).sanctions
        async with asyncio.timeout(10):
            while node.hub.people:
                await asyncio.sleep(0.001)
        assert not node.services.standing.at(user).sanctions


@one_flavour
async def test_nobody_comes_back_while_what_is_in_force_cannot_be_read(steady_engine: Engine) -> None:
    """`unavailable`, and again in a moment: the door is not left open because the store is away (F45)."""

    class Away(Standing):
        async def watch(self, person: str, now: int) -> object:  # type: ignore[override]
            raise StoreAway("away")

    async with node_on(steady_engine.url) as node, Raw.upgraded(node.url) as peer, Raw.upgraded(node.url) as guest:
        token = (await peer.hello())["token"]
        away = Away(node.redis, node.services.standing.questions)
        node.services = node.gateway.services = replace(node.services, standing=away)
        async with Raw.upgraded(node.url) as again:
            refused = await again.ask("hello", token=token)
        welcome = await guest.hello()
    assert refused["code"] == "unavailable"
    assert welcome["type"] == "welcome"


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.word)
def test_a_notice_tells_step_reason_and_end_and_nobody_elses_part(step: Step) -> None:
    """Never the case, the proof or who decided."""
    made = replace(mute(0), step=step, until=None if step is Step.BAN else HOUR)
    told = conduct.told(made)
    assert told["says"] == explained(made)
    assert "El motivo: " in conduct.told(made, lambda sentence: says.load().say(sentence, "es"))["says"]
    assert (told["step"], told["reason"], told["appeal"]) == (step.word, "harassment", "none")
    assert ("until" in told) is (step not in (Step.BAN, Step.NOTICE))
    assert ("about" in told) is (step <= Step.MUTE)
    assert not {"case", "proof", "labels", "decided_by", "heard_by"} & set(told)


@one_flavour
async def test_who_is_suspended_in_a_session_is_gone_like_anybody_and_the_other_is_told_no_more(
    steady_engine: Engine,
) -> None:
    """T9: the neutral end; and nobody is asked about by a listener who is kept out."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        now = node.services.backplane.engine_now_ms()
        await hear_of(node, UserId("staff-one"), mute(now, Step.SUSPENSION))
        end = await next_event(seeker, "session_closed")
        row = await node.services.matchmaker.find(RowKind.LISTENER, "staff-one")
        again = await seeker.ask("open", room=room)
    assert (end["room"], end["why"]) == (room, "ended")
    assert (row.state, row.sessions) == ("suspended", ())
    assert row.suspended_until > now
    assert again["type"] == "joined"


@one_flavour
async def test_being_kept_out_ends_no_staying_with_somebody(steady_engine: Engine) -> None:
    """T6, F16: a suspension is none of the three endings."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety") as raw:
        await raw.ask("help", person=True)
        await next_event(raw, "session_changed")
        (user,) = node.hub.people
        await hear_of(node, user, mute(node.services.backplane.engine_now_ms(), Step.SUSPENSION))
        hold = await node.services.matchmaker.find(RowKind.HOLD, user)
    assert hold.state == "held"


async def held_together(seeker: Raw, listener: Raw) -> str:
    """A session in which the seeker is held."""
    room = await together(seeker, listener)
    await talked(seeker, listener, room)
    await seeker.ask("send", room=room, text=URGENT, key="u")
    await changed(listener, state="stay")
    return room


@one_flavour
@pytest.mark.parametrize("who", ["seeker", "listener"])
async def test_whoever_of_a_held_session_is_kept_out_the_volunteer_is_released_and_the_person_is_not_left(
    steady_engine: Engine, who: str
) -> None:
    """F16, T6, T9: the room stays the person's, the team comes there, and the volunteer reads an end like any other."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        (person,) = {one for one in node.hub.people if not one.startswith("staff-")}
        await on_shift(node)
        room = await held_together(seeker, listener)
        case = (await next_event(rita, "alerted"))["case"]
        barred = person if who == "seeker" else UserId("staff-one")
        now = node.services.backplane.engine_now_ms()
        await hear_of(node, barred, mute(now, Step.SUSPENSION))
        end = await next_event(listener, "session_closed") if who == "seeker" else None
        stays = await seeker.ask("send", room=room, text="I am still here.", key="s")
        await seeker.ask("join_ok", room=room, choice="yes")
        assert (await rita.ask("take", case=case))["room"] == room
        await changed(seeker, code="team_here")
        await changed(rita, code="joined")
        await enter(rita, room)
        await seeker.ask("send", room=room, text="Thank you for coming.", key="t")
        await hear(rita, "Thank you for coming.")
        hold = await node.services.matchmaker.find(RowKind.HOLD, person)
        row = await node.services.matchmaker.find(RowKind.LISTENER, "staff-one")
    assert (stays["type"], stays["state"]) == ("sent", "delivered")
    assert hold.state == "held"
    if end is not None:  # who is kept out themselves has the door closed behind them
        assert (end["why"], end["says"], end["next"]) == ("ended", STATES["ended"], list(NEXT))
        assert {"room", "session", "why", "says", "next"} == set(end) - {"type", "id", "at", "cursor"}
    assert row.sessions == ()
    assert row.state == ("wrap_up" if who == "seeker" else "suspended")


@one_flavour
async def test_a_quick_exit_from_a_held_session_is_away_at_once_and_releases_the_listener(
    steady_engine: Engine,
) -> None:
    """F16: not seen as a cut first; a return goes to the head of everything, in a room of its own."""
    async with (
        node_on(steady_engine.url) as node,
        Raw.upgraded(node.url) as seeker,
        listening(node) as listener,
    ):
        token = (await seeker.hello())["token"]
        room = await held_together(seeker, listener)
        assert (await seeker.ask("close", room=room, why="exit"))["type"] == "closed"
        end = await next_event(listener, "session_closed")
        (hold,) = await node.services.matchmaker.live(RowKind.HOLD)
        row = await node.services.matchmaker.find(RowKind.LISTENER, "staff-one")
        async with Raw.upgraded(node.url) as device:
            back = await device.ask("hello", token=token)
            (stay,) = [event for event in back["now"] if event["type"] == "session_changed"]
    assert (end["room"], end["why"]) == (room, "ended")
    assert (hold.state, hold.session, row.sessions) == ("away", "", ())
    assert (stay["room"], stay["state"]) == ("stay", "stay")
