"""Held with you, over the wire: disclosure, paging, coming, consent, the ways to a line, and the three endings."""

from __future__ import annotations

import asyncio
import time

from chat import conduct
from chat.client import Client, Codec, Event
from moderation.ladder import Reason, Step
from moderation.sanctions import CaseId, Offence, PersonId, Proof, Sanction, SanctionId
from rooms.held import Held
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT, on_duty
from tests.support.two import accept, changed, enter, event_where, hear, listening, on_shift, quick, talked, together

pytestmark = one_flavour


async def test_with_nobody_on_shift_the_truth_and_a_line_come_within_a_second(steady_engine: Engine) -> None:
    """F16, F17: "nobody from our team is here", at once, and the way to a line with it."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        began = time.monotonic()
        await raw.ask("send", room="anxiety", text=URGENT, key="k")
        told = await changed(raw, code="nobody_here")
        took = time.monotonic() - began
        assert (told["room"], told["state"], told["line"]) == ("stay", "stay", "offered")
        assert "Let's contact a line together" in told["says"]
        card = await event_where(raw, "care", lambda event: event.get("why") == "handover")
        assert card["card"]["lines"]
        assert "999" in card["card"]["emergency"]["dial"]
        assert took <= 1.0


async def test_a_responder_is_called_asks_comes_and_it_is_settled_by_both(steady_engine: Engine) -> None:
    """F16 to F18, T10, T15: paged, at the door, let in by the person's yes, and an end that takes both."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "responder", "rita") as responder,
    ):
        await on_shift(node)
        await raw.ask("send", room="anxiety", text=URGENT, key="k")
        alerted = await next_event(responder, "alerted")
        assert alerted["band"] in ("high", "imminent")
        assert "text" not in alerted
        taken = await responder.ask("take", case=alerted["case"])
        assert taken["type"] == "taken", taken
        room = taken["room"]
        if taken.get("waits"):
            assert (await responder.ask("open", room=room))["code"] == "not_found"
            await changed(raw, code="at_the_door")
            assert (await raw.ask("join_ok", room=room, choice="yes"))["type"] == "joined_ok"
        await changed(raw, code="coming")
        await changed(responder, code="joined")
        here = await changed(raw, code="team_here")
        assert [one["role"] for one in here["who"]] == ["responder"]
        await enter(responder, room)
        await enter(raw, room)
        await responder.ask("send", room=room, text="I am Rita's alias. I'm here with you.", key="r")
        await hear(raw, "I am Rita's alias. I'm here with you.")
        early = await responder.ask("settle", room=room)
        assert (early["type"], early["code"]) == ("refused", "too_soon")
        await raw.ask("send", room=room, text="It helps that you are here.", key="p1")
        said = await next_event(responder, "message")
        assert (await raw.ask("settle", room=room, seen=said["cursor"]))["state"] == "waiting"
        await raw.ask("send", room=room, text="Wait, one more thing.", key="p2")
        stale = await responder.ask("settle", room=room, seen=said["cursor"])
        assert (stale["type"], stale["path"]) == ("refused", "seen")
        newest = await event_where(responder, "message", lambda event: event["text"] == "Wait, one more thing.")
        assert (await raw.ask("settle", room=room, seen=newest["cursor"]))["state"] == "waiting"
        done = await responder.ask("settle", room=room, seen=newest["cursor"])
        assert done["state"] == "settled", done
        for one in (raw, responder):
            assert (await next_event(one, "session_closed"))["why"] == "ended"


async def test_a_line_that_does_not_answer_is_followed_by_another_way_and_only_the_person_ends_it(
    steady_engine: Engine,
) -> None:
    """F17: dialling, not reached, the next line, confirmed; and ten minutes to take that back."""
    async with node_on(steady_engine.url) as node, talking(node, "anxiety", country="GB") as raw:
        await raw.ask("send", room="anxiety", text=URGENT, key="k")
        card = await event_where(raw, "care", lambda event: event.get("why") == "handover")
        first = card["card"]["lines"][0]["name"]
        assert (await raw.ask("handover", room="stay", step="accept", line=first))["step"] == "offered"
        assert (await raw.ask("handover", room="stay", step="dialling", line=first))["step"] == "dialling"
        missed = await raw.ask("handover", room="stay", step="not_reached")
        assert missed["step"] == "not_reached"
        assert first not in [one.get("name") for one in missed["next"]]
        assert {"way": "emergency"} in missed["next"]
        await raw.ask("handover", room="stay", step="dialling", line=missed["next"][0].get("name"))
        done = await raw.ask("handover", room="stay", step="confirmed")
        assert done["step"] == "confirmed"
        assert done["until"]
        assert (await raw.ask("undo", room="stay"))["type"] == "undone"
        assert (await raw.ask("settle", room="stay"))["state"] == "left"  # nobody is there: it is theirs to say


async def test_who_is_held_in_a_session_is_not_left_when_the_listener_goes(steady_engine: Engine) -> None:
    """F16: the room stays, the truth is told, and no timer or listener ends it; the person's own tap does."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await seeker.ask("send", room=room, text=URGENT, key="u")
        await changed(listener, state="stay")
        assert (await listener.ask("step_out", room=room))["type"] == "stepped_out"
        assert (await next_event(listener, "session_closed"))["why"] == "ended"
        told = await changed(seeker, code="nobody_here")
        assert told["state"] == "stay"
        assert (await seeker.ask("send", room=room, text="I am still here.", key="s"))["type"] == "sent"
        assert (await seeker.ask("close", room=room))["type"] == "closed"
        assert (await next_event(seeker, "session_closed"))["why"] == "ended"


async def test_who_waits_and_discloses_is_at_the_head_and_stays(steady_engine: Engine) -> None:
    """A disclosure while waiting: the card, being stayed with, and no call-back; the words are kept for who comes."""
    async with (
        node_on(steady_engine.url, sessions=quick(call_back=0.3)) as node,
        talking(node) as earlier,
        talking(node) as raw,
    ):
        await earlier.ask("seek", key="e", topic="work")
        await raw.ask("seek", key="s", topic="loss")
        assert (await raw.ask("send", room="waiting", text=URGENT, key="w"))["type"] in ("sent", "refused")
        await changed(raw, state="stay")
        ahead = await event_where(raw, "waiting", lambda event: event["place"] == 1)
        assert ahead["place"] == 1
        offered = await event_where(earlier, "waiting", lambda event: bool(event.get("choose")))
        assert offered["choose"] == ["wait", "tell_me", "stop"]
        assert not [event for event in raw.events if event.get("choose")]


async def test_that_is_not_it_stops_the_calling_and_costs_nothing(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety") as raw,
        on_duty(node.url, "responder", "rita") as responder,
    ):
        await on_shift(node)
        asked = await raw.ask("help", person=True)
        await next_event(responder, "alerted")
        await raw.ask("care_answer", care=asked["card"]["id"], choice="not_it")
        told = await changed(raw, code="held")
        assert told["state"] == "stay"
        assert (await raw.ask("send", room="anxiety", text="good evening", key="g"))["type"] == "sent"


async def test_responders_who_do_not_answer_are_said_not_to_be_free_and_a_line_is_offered(
    steady_engine: Engine,
) -> None:
    """F17: asked, more are asked, then the plain truth and the way to a line, within a second of when it is due (three
    minutes, here half a second).
    """
    sessions = quick(wider=0.2, all=0.5, incident=2.5, repage=0.4)
    async with (
        node_on(steady_engine.url, sessions=sessions) as node,
        talking(node, "anxiety", country="GB") as raw,
        on_duty(node.url, "responder", "rita") as rita,
        on_duty(node.url, "supervisor", "sue") as sue,
    ):
        await on_shift(node, 2)
        began = time.monotonic()
        await raw.ask("help", person=True)
        await changed(raw, code="asked")
        assert (await next_event(rita, "alerted"))["step"] == "few"
        assert (await next_event(sue, "alerted"))["step"] == "wider"
        told = await changed(raw, code="nobody_free")
        assert time.monotonic() - began <= 0.5 + 1.0
        assert told["line"] == "offered"
        assert (await event_where(raw, "care", lambda event: event.get("why") == "handover"))["card"]["lines"]
        assert (await event_where(rita, "alerted", lambda event: event["step"] == "incident"))["case"]


def a_ban(at: int) -> Sanction:
    """Somebody is kept out, since now."""
    proof = Proof(CaseId("case"), frozenset({Offence.HARASSMENT}))
    return Sanction(
        id=SanctionId("ban"), step=Step.BAN, reason=Reason.HARASSMENT, proof=proof, room="adult/anxiety", at=at,
        until=None, decided_by=PersonId("mod"),
    )  # fmt: skip


async def test_who_is_held_and_kept_out_keeps_the_responders_room_and_nothing_else(steady_engine: Engine) -> None:
    """F16, F28: care is owed whatever was decided; with the end of the hold the door is closed."""
    async with (
        node_on(steady_engine.url) as node,
        on_duty(node.url, "responder", "rita") as rita,
        talking(node, "anxiety") as other,
    ):
        await on_shift(node)
        before = set(node.hub.people)
        async with Raw.upgraded(node.url) as raw:
            token = (await raw.hello())["token"]
            (user,) = set(node.hub.people) - before
            await raw.ask("join", room="anxiety")
            await raw.ask("help", person=True)
            case = (await next_event(rita, "alerted"))["case"]
            now = node.services.backplane.engine_now_ms()
            await node.services.standing.impose(user, a_ban(now), 0)
            await conduct.look_around(node.services)
            assert (await raw.ask("send", room="anxiety", text="hello", key="a"))["code"] == "not_member"
            assert (await raw.ask("join", room="newcomers"))["code"] == "forbidden"
            assert (await raw.ask("seek", key="s"))["code"] == "forbidden"
        async with Raw.upgraded(node.url) as raw:
            back = await raw.ask("hello", token=token, resume=[{"room": "anxiety"}])
            assert back["type"] == "welcome"
            assert back["resumed"][0]["code"] == "not_found"
            room = (await rita.ask("take", case=case))["room"]
            await raw.ask("join_ok", room="stay", choice="yes")
            await changed(rita, code="joined")
            await enter(rita, room)
            await enter(raw, room)
            sent = await raw.ask("send", room=room, text="Thank you for staying.", key="b")
            assert (sent["type"], sent["state"]) == ("sent", "delivered")
            await hear(rita, "Thank you for staying.")
            assert (await raw.ask("close", room=room))["type"] == "closed"
            assert await raw.closed() == 4003
        assert not [event for event in other.events if event["type"] == "message"]
        async with Raw.upgraded(node.url) as raw:
            assert (await raw.ask("hello", token=token))["code"] == "forbidden"


async def test_a_quick_exit_ends_nothing_and_who_comes_back_is_at_the_head(steady_engine: Engine) -> None:
    """F18: HELD_AWAY is no ending; the seat is kept, and a return asks the team again at once."""
    async with node_on(steady_engine.url) as node, on_duty(node.url, "responder", "rita") as rita:
        await on_shift(node)
        async with Raw.upgraded(node.url) as raw:
            token = (await raw.hello())["token"]
            await raw.ask("help", person=True)
            first = await next_event(rita, "alerted")
            assert (await raw.ask("close", room="stay", why="exit"))["type"] == "closed"
        (hold,) = await node.services.matchmaker.live(RowKind.HOLD)
        assert hold.state is Held.AWAY
        async with Raw.upgraded(node.url) as raw:
            back = await raw.ask("hello", token=token)
            (stay,) = [event for event in back["now"] if event["type"] == "session_changed"]
            again = await next_event(rita, "alerted")
        assert (stay["room"], stay["state"]) == ("stay", "stay")
        assert again["case"] == first["case"]


async def test_an_evening_of_three_with_both_codecs_and_the_client_library(steady_engine: Engine) -> None:
    """Seeker (MessagePack), listener and responder: disclosure in a session, a visible join, and it goes on settled."""
    async with (
        node_on(steady_engine.url) as node,
        listening(node) as listener,
        on_duty(node.url, "responder", "rita") as rita,
    ):
        await on_shift(node)
        url = node.url.replace("http", "ws") + "/ws"
        async with Client(url, guest={"band": "adult"}, codec=Codec.MSGPACK) as seeker:
            await seeker.seek(topic="loss")
            room = (await accept(listener))["room"]
            opened = await told(seeker, "session_opened")
            assert opened["room"] == room
            joined = await seeker.open(room)
            assert "stays between you two" in joined.rules
            await enter(listener, room)
            await listener.ask("send", room=room, text="I am here.", key="l")
            assert (await told(seeker, "message"))["text"] == "I am here."
            assert (await seeker.send(room, "Thank you for coming."))["state"] == "delivered"
            await changed(listener, state="active")
            await listener.ask("raise", room=room, kind="suicide", band="imminent")
            called = await next_event(rita, "alerted")
            assert called["room"] == room
            await rita.ask("take", case=called["case"])
            while (change := await told(seeker, "session_changed")).get("code") != "team_here":
                assert change["room"] == room
            assert sorted(one["role"] for one in change["who"]) == ["listener", "responder"]
            assert seeker.position("inbox")
            await changed(rita, code="joined")
            await enter(rita, room)
            await rita.ask("send", room=room, text="Hello, I am from the team.", key="r")
            while (said := await told(seeker, "message"))["from"]["role"] != "responder":
                assert said["text"] == "Thank you for coming."
            await seeker.ask("settle", room=room, seen=said["cursor"])
            assert (await rita.ask("settle", room=room, seen=said["cursor"]))["state"] == "settled"
            goes_on = await changed(listener, state="active")
            assert goes_on["room"] == room
            assert (await seeker.send(room, "Thank you both."))["state"] == "delivered"


async def told(client: Client, type: str) -> Event:
    """The next event of a kind that this client is told."""
    async with asyncio.timeout(10):
        async for event in client.events():
            if event["type"] == type:
                return event
    raise AssertionError("the client ended")
