"""A whole evening in real time, its durations shortened: a seeker, a listener and a responder, on three nodes.

asked ─ found ─ talked ─ disclosed: a card, a page ─ a visible join ─ a line: not reached, the next, confirmed
─ the talk goes on ─ closed ─ feedback of both ─ the listener rests, and is asked by nobody until that is over
"""

from __future__ import annotations

import time

from chat.node import Node
from rooms.held import Held
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT, on_duty
from tests.support.two import changed, enter, event_where, hear, listening, on_shift, quick, seek, talked, together

pytestmark = one_flavour

# Seconds. A rest is long enough to be seen, also on a busy machine.
REST = 4.0
SHORT = quick(undo=0.5, wrap_up=0.5, cool_down=REST, cool_down_heavy=REST, update=30, offer=20)


async def test_a_scripted_evening_of_three_from_asking_to_the_rest_that_follows(steady_engine: Engine) -> None:
    """F11 to F18, T10, T15: each sees what is theirs, in the order in which it is true."""
    async with (
        node_on(steady_engine.url, sessions=SHORT) as one,
        node_on(steady_engine.url, sessions=SHORT) as two,
        node_on(steady_engine.url, sessions=SHORT) as three,
        talking(one, country="GB") as seeker,
        listening(two, "lee") as listener,
        on_duty(three.url, "responder", "rae") as responder,
    ):
        await on_shift(one)
        room = await together(seeker, listener, topic="loss", line="It is a hard night.")
        await talked(seeker, listener, room)
        called = await disclosed(seeker, listener, responder, room)
        await joined(seeker, listener, responder, room, called)
        await handed_over(one, seeker, room)
        await parted(seeker, listener, room)
        await rested(two, listener)


async def disclosed(seeker: Raw, listener: Raw, responder: Raw, room: str) -> str:
    """The card at once, the page within a second, and a guide for the listener. Returns the case."""
    began = time.monotonic()
    said = await seeker.ask("send", room=room, text=URGENT, key="u")
    assert said["type"] != "error", said
    called = await next_event(responder, "alerted")
    assert time.monotonic() - began <= 1.0
    assert (called["room"], "text" in called) == (room, False)
    care = said.get("care") or await next_event(seeker, "care")
    assert care["card"]["lines"]
    held = await changed(seeker, code="asked")
    assert held["state"] == "stay"
    assert (await changed(listener, state="stay"))["room"] == room
    return str(called["case"])


async def joined(seeker: Raw, listener: Raw, responder: Raw, room: str, case: str) -> None:
    """Asked at the door, let in by the person's yes, told of to both before a word can be read."""
    taken = await responder.ask("take", case=case)
    assert taken["type"] == "taken", taken
    assert (await responder.ask("open", room=room))["code"] == "not_found"
    await changed(seeker, code="at_the_door")
    assert (await seeker.ask("join_ok", room=room, choice="yes"))["type"] == "joined_ok"
    for raw in (seeker, listener):
        await changed(raw, code="coming")
    here = await changed(seeker, code="team_here")
    assert sorted(person["role"] for person in here["who"]) == ["listener", "responder"]
    await changed(responder, code="joined")
    await enter(responder, room)
    await responder.ask("send", room=room, text="I'm here with you both.", key="r")
    await hear(seeker, "I'm here with you both.")
    await hear(listener, "I'm here with you both.")


async def handed_over(node: Node, seeker: Raw, room: str) -> None:
    """A line rings out: the next one is there at once; only the person says that somebody answered."""
    dialled = await seeker.ask("handover", room=room, step="dialling", line="first line")
    assert dialled["step"] == "dialling", dialled
    missed = await seeker.ask("handover", room=room, step="not_reached")
    assert missed["step"] == "not_reached"
    assert {"way": "emergency"} in missed["next"]
    again = missed["next"][0]["name"]
    assert (await seeker.ask("handover", room=room, step="dialling", line=again))["line"] == again
    done = await seeker.ask("handover", room=room, step="confirmed")
    assert (done["step"], bool(done["until"])) == ("confirmed", True)
    user = (await node.services.matchmaker.find(RowKind.SESSION, room.partition(":")[2])).seeker
    assert (await node.services.matchmaker.find(RowKind.HOLD, user)).state is Held.HANDED_OVER
    await changed(seeker, state="active")  # the talk of the two goes on


async def parted(seeker: Raw, listener: Raw, room: str) -> None:
    """A gentle end, taken back once; then how it was, from both."""
    assert (await seeker.ask("close", room=room))["until"]
    await changed(listener, state="closing")
    assert (await seeker.ask("undo", room=room))["type"] == "undone"
    await changed(listener, state="active")
    await seeker.ask("close", room=room)
    ends = [await next_event(raw, "session_closed") for raw in (seeker, listener)]
    assert [end["why"] for end in ends] == ["ended", "ended"]
    for raw, how in (
        (seeker, {"heard": True, "feel": "better", "safe": True}),
        (listener, {"ok": True, "heavy": True}),
    ):
        assert (await raw.ask("feedback", session=ends[0]["session"], **how))["type"] == "thanks"


async def rested(node: Node, listener: Raw) -> None:
    """While they rest they are asked by nobody, also if they say they are there; then they are."""
    resting = await event_where(listener, "availability", lambda event: event["state"] == "cool_down")
    assert resting["until"]
    async with talking(node) as other:
        request = (await seek(other, key="other"))["request"]
        said = await listener.ask("available")
        assert said["state"] == "cool_down"
        assert said["until"] == resting["until"]
        assert "You are resting" in said["says"]
        row = await node.services.matchmaker.find(RowKind.REQUEST, request)
        assert (row.offers, row.asked) == ((), ())
        assert not [event for event in listener.events if event["type"] == "offered"]
        await event_where(listener, "availability", lambda event: event["state"] == "available")
        await next_event(listener, "offered")
