"""Sessions of two over the wire: asking, waiting, being found, talking, leaving; on a real node and a real engine."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chat import owing
from chat.drain import drain
from rooms import wanting
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import decide, on_duty, waiting
from tests.support.two import (
    accept,
    changed,
    enter,
    event_where,
    hear,
    listening,
    quick,
    seek,
    talked,
    together,
)

pytestmark = one_flavour


async def row(node: Any, kind: str, id: str) -> Any:
    """What the store knows."""
    return await node.services.matchmaker.find(RowKind(kind), id)


async def test_somebody_asks_waits_writes_is_found_talks_and_parts(steady_engine: Engine) -> None:
    """F11 to F15: from "I need someone" to a gentle ending, in one evening."""
    async with (
        node_on(steady_engine.url, sessions=quick(undo=0.6)) as node,
        talking(node) as seeker,
        on_duty(node.url, "listener", "one") as listener,
    ):
        asked = await seek(seeker, line="I can't sleep again.", topic="sleep", intensity=3, notes=["loss"])
        assert asked["place"] == 1
        assert asked["eta"]["p90"] >= asked["eta"]["p50"] > 0
        kept = await seeker.ask("send", room="waiting", text="It is the third night.", key="w1")
        assert (kept["type"], kept["state"], kept["kept"]) == ("sent", "kept", "stored")

        assert (await listener.ask("available", topics=["sleep"]))["state"] == "available"
        offered = await next_event(listener, "offered")
        assert (offered["topic"], offered["intensity"], offered["notes"]) == ("sleep", 3, ["loss"])
        assert "text" not in offered
        answered = await listener.ask("answer", offer=offered["offer"], accept=True)
        assert answered["accepted"]
        room = answered["room"]

        told = await next_event(seeker, "session_opened")
        assert (told["room"], told["role"], told["with"]["role"]) == (room, "seeker", "listener")
        assert "What you tell each other stays between you two" in told["limits"]
        seen = await enter(listener, room)
        await hear(listener, "I can't sleep again.", seen)
        await hear(listener, "It is the third night.", seen)
        assert await enter(seeker, room) == ["I can't sleep again.", "It is the third night."]

        await talked(seeker, listener, room)
        closed = await seeker.ask("close", room=room, why="done")
        assert closed["until"]
        await changed(listener, state="closing")
        assert (await seeker.ask("undo", room=room))["type"] == "undone"
        await changed(listener, state="active")
        await seeker.ask("close", room=room)
        ends = [await next_event(raw, "session_closed") for raw in (seeker, listener)]
        assert {end["why"] for end in ends} == {"ended"}
        assert ends[0]["next"] == ends[1]["next"]
        thanks = await seeker.ask("feedback", session=answered["session"], heard=True, feel="better", safe=True)
        assert thanks["type"] == "thanks"
        late = await seeker.ask("send", room=room, text="one more thing", key="late")
        assert late["type"] == "refused"
        resting = await event_where(listener, "availability", lambda event: event["state"] == "wrap_up")
        assert resting["caps"]["today"] > 0


async def test_what_was_written_while_waiting_goes_through_the_filter_again(steady_engine: Engine) -> None:
    """T5: no word reaches anybody unjudged; what may not be shown is not kept at all, or masked when it is given."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        await seek(seeker, key="k", topic="illness", prefer=["veteran"])  # nobody fits, so it waits
        stopped = await seeker.ask("send", room="waiting", text="you are worthless and disgusting", key="w0")
        assert (stopped["type"], stopped["code"]) == ("refused", "stopped")
        masked = await seeker.ask("send", room="waiting", text="Call me on 555-010-4477 some evening.", key="w1")
        assert masked["state"] == "kept"
        again = await seeker.ask("send", room="waiting", text="Call me on 555-010-4477 some evening.", key="w1")
        assert again["id"] == masked["id"]
        assert (await listener.ask("available", tags=["veteran"]))["type"] == "availability"
        room = (await accept(listener))["room"]
        said = await enter(listener, room)
        if not said:
            said = [(await next_event(listener, "message"))["text"]]
        assert len(said) == 1
        assert "555" not in said[0]
        assert "removed" in said[0]


async def stream(node: Any, *, declines: bool, other: str) -> list[dict[str, Any]]:
    """Everything a seeker hears from asking to the first words, ids and times aside."""
    async with talking(node) as seeker, on_duty(node.url, "listener", f"kind-{other}") as kind:
        if declines:
            async with listening(node, f"first-{other}", topics=["work"]) as first:
                await seek(seeker, topic="work")
                offered = await next_event(first, "offered")
                said = await first.ask("answer", offer=offered["offer"], accept=False, reason="tired")
                assert said == {"type": "answered", "re": said["re"], "offer": offered["offer"], "accepted": False}
                await first.ask("away")
                await kind.ask("available", topics=["work"])
                answered = await accept(kind)
        else:
            await kind.ask("available", topics=["work"])
            await seek(seeker, topic="work")
            answered = await accept(kind)
        await enter(seeker, answered["room"])
        await enter(kind, answered["room"])
        await kind.ask("send", room=answered["room"], text="Hello.", key="h")
        await hear(seeker, "Hello.")
        heard = list(seeker.events)
        await kind.ask("step_out", room=answered["room"])
        return heard


def plain(events: list[dict[str, Any]]) -> list[Any]:
    """Events without what differs between any two people: ids, names, times, honest waits."""
    hidden = {"id", "cursor", "at", "request", "session", "room", "with", "who", "eta"}
    return [{name: value for name, value in event.items() if name not in hidden} for event in events]


async def test_a_decline_cannot_be_told_from_no_decline_by_the_seeker(steady_engine: Engine) -> None:
    """T9: the seeker's events are the same, byte for byte, ids and times aside."""
    async with node_on(steady_engine.url) as node:
        without = await stream(node, declines=False, other="a")
    async with node_on(steady_engine.url) as node:  # places are read once a moment for everybody on a node
        declined = await stream(node, declines=True, other="b")
    assert plain(without) == plain(declined)
    assert [event["type"] for event in without][:2] == ["waiting", "session_opened"]


@pytest.mark.parametrize("how", ["step_out", "block", "report"])
async def test_who_stays_is_told_the_same_however_the_other_left(steady_engine: Engine, how: str) -> None:
    """T7, T9: a block, a report on leaving, stepping out: one neutral end, no CLOSING, and never matched again."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        if how == "report":
            left = await seeker.ask("step_out", room=room, report="harassment")
        else:
            left = await seeker.ask(how, room=room)
        assert left["type"] in ("stepped_out", "blocked")
        end = await next_event(listener, "session_closed")
        assert {name: end[name] for name in ("why", "says", "next")} == {
            "why": "ended",
            "says": "This conversation has ended.",
            "next": ["seek", "room", "line", "write"],
        }
        assert not [event for event in listener.events if event.get("state") == "closing"]
        shut = await listener.ask("send", room=room, text="are you there?", key="x")
        assert (shut["type"], shut["code"]) == ("refused", "not_found")
        assert len((await row(node, "person", "staff-one")).barred) == 1


async def test_asking_can_be_withdrawn_and_asked_again(steady_engine: Engine) -> None:
    async with node_on(steady_engine.url) as node, talking(node) as seeker:
        first = await seek(seeker, key="a")
        twice = await seeker.ask("seek", key="b")
        assert (twice["request"], twice.get("repeated")) == (first["request"], True)
        gone = await seeker.ask("withdraw", request=first["request"])
        assert gone["type"] == "withdrawn"
        assert (await seeker.ask("withdraw", request=first["request"]))["repeated"]
        nobody = await seeker.ask("send", room="waiting", text="hello?", key="w")
        assert (nobody["type"], nobody["code"]) == ("refused", "not_found")
        assert (await seek(seeker, key="c"))["request"] != first["request"]


async def test_an_offer_that_lapses_is_late_for_a_yes_and_two_of_them_are_away(steady_engine: Engine) -> None:
    """T3: a deadline fires by itself, once; the listener hears a kind note, the seeker nothing."""
    async with (
        node_on(steady_engine.url, sessions=quick(offer=0.3, decline_rest=0.05)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        await seek(seeker)
        first = await next_event(listener, "offered")
        second = await next_event(listener, "offered")
        assert first["offer"] != second["offer"]
        away = await event_where(listener, "availability", lambda event: event["state"] == "away")
        assert away["note"] == "missed"
        late = await listener.ask("answer", offer=second["offer"], accept=True)
        assert (late["type"], late["code"]) == ("refused", "expired")
        assert not [event for event in seeker.events if event["type"] != "waiting"]


async def test_of_two_who_say_yes_at_once_one_has_the_session_and_the_other_hears_that_nobody_is_needed(
    steady_engine: Engine,
) -> None:
    """T1: two listeners on two nodes, asked about one seeker."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one) as seeker,
        listening(one, "a") as first,
        listening(two, "b") as second,
    ):
        request = (await seek(seeker))["request"]
        asked = [(first, "staff-a"), (second, "staff-b")]
        async with asyncio.timeout(10):
            while not (offers := (await row(one, "request", request)).offers):
                await asyncio.sleep(0.02)  # a round of matching: asking again is the only sign
        taken = (await row(one, "offer", offers[0])).listener
        (other,) = [user for _, user in asked if user != taken]
        await owing.make(one.services, lambda scene: wanting.ask(scene, request, {other: "second-offer"}))
        each = [(raw, (await next_event(raw, "offered"))["offer"]) for raw, _ in asked]
        answers = await asyncio.gather(*(raw.ask("answer", offer=offer, accept=True) for raw, offer in each))
        assert sorted(answer["type"] for answer in answers) == ["answered", "refused"]
        (lost,) = [place for place, answer in enumerate(answers) if answer["type"] == "refused"]
        assert answers[lost]["code"] == "taken"
        withdrawn = await next_event(each[lost][0], "offer_withdrawn")
        assert withdrawn["offer"] == each[lost][1]
        opened = await next_event(seeker, "session_opened")
        assert opened["room"] == answers[1 - lost]["room"]


async def test_a_wait_and_a_session_are_found_again_on_another_device_and_another_node(steady_engine: Engine) -> None:
    """T4: the same wait, the same session; `welcome.now` says what is open, the room is resumed without a gap."""
    async with node_on(steady_engine.url) as one, node_on(steady_engine.url) as two:
        async with Raw.upgraded(one.url) as phone:
            welcome = await phone.hello("adult")
            waiting = await seek(phone, line="hello from the first node")
            token = welcome["token"]
        async with Raw.upgraded(two.url) as desk:
            again = await desk.ask("hello", token=token)
            (there,) = [event for event in again["now"] if event["type"] == "waiting"]
            assert (there["request"], there["place"]) == (waiting["request"], 1)
            async with listening(one) as listener:
                room = (await accept(listener))["room"]
                await next_event(desk, "session_opened")
                seen = await enter(listener, room)
                await hear(listener, "hello from the first node", seen)
                joined = await desk.ask("open", room=room)
                await listener.ask("send", room=room, text="Good to meet you.", key="m")
                await hear(desk, "Good to meet you.")
                async with Raw.upgraded(one.url) as third:
                    back = await third.ask("hello", token=token, resume=[{"room": room, "cursor": joined["cursor"]}])
                    (opened,) = [event for event in back["now"] if event["type"] == "session_opened"]
                    assert (opened["room"], opened["role"], opened["state"]) == (room, "seeker", "connecting")
                    (resumed,) = back["resumed"]
                    assert [event["text"] for event in resumed["events"]] == ["Good to meet you."]


async def test_a_session_that_is_not_ones_own_does_not_exist(steady_engine: Engine) -> None:
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        talking(node) as stranger,
    ):
        room = await together(seeker, listener)
        made_up = await stranger.ask("open", room="session:nothing-of-that-name")
        for command in ("open", "close", "step_out", "still", "block", "extend", "undo", "transfer", "settle"):
            answer = await stranger.ask(command, room=room)
            assert (answer["type"], answer["code"]) == ("refused", "not_found"), answer
        assert made_up["says"] == (await stranger.ask("open", room=room))["says"]


async def test_a_listener_who_never_speaks_is_nudged_and_the_seeker_is_next(steady_engine: Engine) -> None:
    """The seeker is at the head again, and is never told that anybody left."""
    async with (
        node_on(steady_engine.url, sessions=quick(nudge=0.2, connect=0.5)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await changed(listener, code="nudge")
        ended = await next_event(listener, "session_closed")
        assert ended["room"] == room
        waiting = await event_where(seeker, "waiting", lambda event: event["says"] == "You are next in line.")
        assert waiting["place"] == 1


async def test_a_supervisor_is_announced_before_a_word_can_be_read(steady_engine: Engine) -> None:
    """T10: both are told, then the door opens; for anybody else of the team there is no such room."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "supervisor", "sue") as supervisor,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        closed = await supervisor.ask("open", room=room)
        assert (closed["type"], closed["code"]) == ("refused", "not_found")
        assert (await supervisor.ask("supervise", room=room, reason="nursery"))["type"] == "supervising"
        await changed(supervisor, code="joined")
        for raw in (seeker, listener):
            codes = [(await changed(raw, code=code))["code"] for code in ("coming", "joined")]
            assert codes == ["coming", "joined"]
        assert await enter(supervisor, room) == []  # what was said without them stays between the two
        await seeker.ask("send", room=room, text="Hello to you as well.", key="seen")
        await hear(supervisor, "Hello to you as well.")


async def test_a_seeker_is_handed_on_with_their_consent_and_the_summary_they_left_standing(
    steady_engine: Engine,
) -> None:
    """F14, T12, T13: proposed, shown to the seeker, changed by them, taken; the old one stays until the new one speaks.
    What was said with it goes with the words of the old room, from the seeker's inbox as well.
    """
    async with (
        node_on(steady_engine.url, sessions=quick(text_kept=0.5)) as node,
        talking(node) as seeker,
        listening(node, "old") as old,
    ):
        room = await together(seeker, old)
        await talked(seeker, old, room)
        rude = await old.ask("transfer", room=room, summary="you are worthless and disgusting")
        assert (rude["type"], rude["code"]) == ("refused", "stopped")
        assert (await old.ask("transfer", room=room, summary="A hard week at work."))["type"] == "transferring"
        asked = await changed(seeker, code="transfer_asked")
        assert asked["summary"] == "A hard week at work."
        await seeker.ask("transfer", room=room, summary="A hard week, and no sleep.")
        await changed(old, code="transfer")
        async with listening(node, "new") as new:
            answered = await accept(new)
            fresh = answered["room"]
            assert fresh != room
            await changed(seeker, code="transfer_taken")
            seen = await enter(new, fresh)
            await new.ask("send", room=fresh, text="Hello, I am here now.", key="n")
            assert (await next_event(old, "session_closed"))["room"] == room
            await hear(new, "A hard week, and no sleep.", seen)
            assert (await new.ask("open", room=room))[
                "code"
            ] == "not_found"  # what was told to one is not read by the next
            while (await next_event(seeker, "notice"))["code"] != "receipt":
                pass
            async with asyncio.timeout(10):
                while "A hard week at work" in str((await seeker.ask("page", room="inbox", limit=100))["events"]):
                    await asyncio.sleep(0.02)  # a round of the node: asking again is the only sign


async def test_more_time_is_for_both_to_say_and_talking_again_is_told_only_when_both_wish_it(
    steady_engine: Engine,
) -> None:
    async with (
        node_on(steady_engine.url, sessions=quick(undo=0.2)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        assert "until" not in await seeker.ask("extend", room=room)
        await changed(listener, code="extend_asked")
        assert (await listener.ask("extend", room=room))["until"]
        await changed(seeker, code="extended")
        await listener.ask("close", room=room)
        session = (await next_event(seeker, "session_closed"))["session"]
        assert (await seeker.ask("again", session=session))["type"] == "again"
        assert (await listener.ask("feedback", session=session, heavy=True, debrief=True))["type"] == "thanks"
        assert not [event for event in listener.events if event.get("code") == "again"]
        await listener.ask("again", session=session)
        await changed(seeker, code="again")
        assert (await row(node, "listener", "staff-one")).spent[0].heavy


async def test_who_loses_connection_is_waited_for_and_who_stays_hears_only_that(steady_engine: Engine) -> None:
    """F14: the seat is held; nobody "left you"; back on any node, it goes on."""
    async with (
        node_on(steady_engine.url) as one,
        node_on(steady_engine.url) as two,
        talking(one) as seeker,
    ):
        async with listening(one) as listener:
            room = await together(seeker, listener)
            await talked(seeker, listener, room)
        async with asyncio.timeout(10):
            while "staff-one" in one.services.hub.people:
                await asyncio.sleep(0.01)  # the socket's end is heard in its own time
        here = one.services.company.here(one.services.hub.people)
        await one.services.matchmaker.attendance.here(one.services.node, here, ["staff-one"])  # the lease is over
        held = await changed(seeker, code="holding_seat")
        assert held["state"] == "paused"
        assert "left" not in held["says"]
        assert held["who"] == []
        async with on_duty(two.url, "listener", "one") as again:
            back = await changed(seeker, state="active")
            assert [person["role"] for person in back["who"]] == ["listener"]
            assert (await again.ask("open", room=room))["type"] == "joined"
            await again.ask("send", room=room, text="Sorry, my train.", key="t")
            await hear(seeker, "Sorry, my train.")


async def test_words_that_were_reported_stay_until_the_case_has_ended_and_a_week_more(steady_engine: Engine) -> None:
    """T12: what the desk decides is what ends the keeping."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node) as seeker,
        listening(node) as listener,
        on_duty(node.url, "moderator") as mod,
    ):
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await seeker.ask("step_out", room=room, report="harassment")
        id = room.removeprefix("session:")
        kept = await row(node, "session", id)
        assert len(kept.sealed_by) == 1
        (case,) = [one for one in await waiting(mod) if one["kind"] == "report"]
        await decide(mod, case["case"], "dismiss")
        async with asyncio.timeout(10):
            while (after := await row(node, "session", id)).sealed_by:
                await asyncio.sleep(0.02)  # what follows from a decision is owed: asking again is the only sign
        assert after.sealed_until < kept.sealed_until


async def test_a_session_goes_on_on_another_node_when_its_own_is_drained(steady_engine: Engine) -> None:
    """The seat is held: both find it in `welcome.now`, nothing is lost, and nobody was told of an end."""
    async with node_on(steady_engine.url) as two:
        async with node_on(steady_engine.url) as one, listening(one) as listener, Raw.upgraded(one.url) as seeker:
            token = (await seeker.hello("adult"))["token"]
            room = await together(seeker, listener)
            await talked(seeker, listener, room)
            draining = asyncio.create_task(drain(one.gateway, 0.2, asyncio.Event()))
            for raw in (seeker, listener):
                assert (await next_event(raw, "reconnect"))["ticket"]
                assert await raw.closed() == 1012
                assert not [event for event in raw.events if event["type"] == "session_closed"]
            await draining
        async with Raw.upgraded(two.url) as seeker, on_duty(two.url, "listener", "one") as listener:
            back = await seeker.ask("hello", token=token, resume=[{"room": room}])
            (opened,) = [event for event in back["now"] if event["type"] == "session_opened"]
            assert (opened["room"], opened["role"]) == (room, "seeker")
            (resumed,) = back["resumed"]
            assert "Thank you for coming." in [event.get("text") for event in resumed["events"]]
            await enter(listener, room)
            await seeker.ask("send", room=room, text="Here again.", key="again")
            await hear(listener, "Here again.")
            assert (await row(two, "session", room.removeprefix("session:"))).ended_at == 0
