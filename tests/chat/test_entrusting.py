"""Entrusting: an address for the responder alone, said on purpose; nobody else can tell that anything was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chat.entrusting import NOBODY_THERE, NOT_READ, sentences
from chat.node import Node
from chat.seating import trusted
from rooms.scene import RowKind
from rooms.session import Guest, Session
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.raw import Raw
from tests.support.staff import URGENT, on_duty, waiting
from tests.support.two import changed, enter, hear, listening, on_shift, quick, talked, together

ADDRESS = "I live at 12 Elm Street, please send someone."


@dataclass(frozen=True)
class Three:
    """Somebody who is held, their listener, and a responder who is with them."""

    seeker: Raw
    listener: Raw
    responder: Raw
    room: str


@asynccontextmanager
async def three(one: Node, two: Node) -> AsyncIterator[Three]:
    async with (
        talking(one) as seeker,
        listening(two, "lee") as listener,
        on_duty(two.url, "responder", "rae") as responder,
    ):
        await on_shift(one)
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        early = await seeker.ask("send", room=room, text=ADDRESS, key="early", to_responder=True)
        assert (early["code"], early["path"], early["retry"]) == ("closed", "to_responder", "later")
        await seeker.ask("send", room=room, text=URGENT, key="u")
        case = (await next_event(responder, "alerted"))["case"]
        assert (await responder.ask("take", case=case))["type"] == "taken"
        await seeker.ask("join_ok", room=room, choice="yes")
        await changed(seeker, code="team_here")
        await changed(responder, code="joined")
        await enter(responder, room)
        yield Three(seeker, listener, responder, room)


@one_flavour
async def test_an_address_reaches_the_responder_whole_and_the_listener_not_at_all(steady_engine: Engine) -> None:
    """R4, T5: live, in history, and when it is edited or taken back; what is stopped stays stopped."""
    node = quick(update=30)
    async with (
        node_on(steady_engine.url, sessions=node) as one,
        node_on(steady_engine.url, sessions=node) as two,
        three(one, two) as there,
    ):
        seeker, listener, responder, room = there.seeker, there.listener, there.responder, there.room
        said = await seeker.ask("send", room=room, text=ADDRESS, key="a", to_responder=True)
        assert (said["state"], said.get("findings")) == ("delivered", None), said
        heard = await next_event(responder, "message")
        while heard["text"] != ADDRESS:
            heard = await next_event(responder, "message")
        assert heard["to"] == "responder"
        edited = await seeker.ask("edit", room=room, message=said["id"], text="I live in the red house.", key="e")
        assert edited["type"] == "sent", edited
        assert (await next_event(responder, "edited"))["to"] == "responder"
        await seeker.ask("send", room=room, text="I am here.", key="c")
        await hear(listener, "I am here.")
        page = await listener.ask("page", room=room, limit=50)
        again = await listener.ask("open", room=room)
        told = [*listener.events, *page["events"], *again["events"]]
        assert not [event for event in told if "to" in event or said["id"] in (event.get("id"), event.get("message"))]
        assert "red house" in str((await responder.ask("page", room=room, limit=50))["events"])
        assert (await listener.ask("send", room=room, text=ADDRESS, key="l", to_responder=True))["code"] == "closed"


def test_it_is_for_who_was_called_and_not_for_who_supervises() -> None:
    guests = (
        Guest(user="rae", role="responder", present=True, reason="held"),
        Guest(user="sue", role="supervisor", present=True, reason="held", unread=True),
        Guest(user="may", role="moderator", present=True, reason="report", unread=True),
    )
    session = Session(id="s", request="r", seeker="sam", listener="lee", began=1, guests=guests)
    assert [user for user in ("sam", "lee", "rae", "sue", "may", "bo") if trusted(session, user)] == ["sam", "rae"]


def test_only_where_somebody_is_held_it_may_be_said() -> None:
    """The sentences are kind, and name what to do when there is no time."""
    assert sentences() == {NOBODY_THERE, NOT_READ}
    assert "emergency number" in NOBODY_THERE


@one_flavour
async def test_who_looks_on_is_entrusted_with_nothing_until_they_take_it(steady_engine: Engine) -> None:
    """F18: nobody is told that the team is with them by whom they cannot reach."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, country="GB") as seeker,
        listening(node, "one") as listener,
        on_duty(node.url, "supervisor", "sue") as sue,
    ):
        await on_shift(node, 1)
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await seeker.ask("send", room=room, text=URGENT, key="u")
        await changed(seeker, state="stay")
        await sue.ask("supervise", room=room, reason="nursery")
        await changed(sue, code="joined")
        await enter(sue, room)
        early = await seeker.ask("send", room=room, text=ADDRESS, key="a", to_responder=True)
        (hold,) = await node.services.matchmaker.live(RowKind.HOLD)
        await sue.ask("take", case=hold.case)
        await seeker.ask("join_ok", room=room, choice="yes")
        await changed(seeker, code="team_here")
        await enter(sue, room)
        said = await seeker.ask("send", room=room, text=ADDRESS, key="b", to_responder=True)
        heard = await next_event(sue, "message")
    assert (early["code"], hold.responders) == ("closed", ())
    assert (said["type"], heard["text"]) == ("sent", ADDRESS)


async def test_a_corrected_address_is_whole_and_for_the_responder_alone_too(steady_engine: Engine) -> None:
    """R4: what was said for one is masked for nobody, and goes to nobody else by way of the desk."""
    async with (
        node_on(steady_engine.url, sessions=quick(update=30)) as one,
        node_on(steady_engine.url, sessions=quick(update=30)) as two,
        three(one, two) as t,
        on_duty(one.url, "moderator", "mod") as mod,
    ):
        said = await t.seeker.ask("send", room=t.room, text=ADDRESS, key="a", to_responder=True)
        words = f"Sorry, wrong number: {ADDRESS} Can we talk on telegram instead?"
        edited = await t.seeker.ask("edit", room=t.room, message=said["id"], text=words, key="e")
        heard = await next_event(t.responder, "edited")
        pipelines = [(node.services.pipeline, node.services.pipeline._budget) for node in (one, two)]
        for pipeline, _ in pipelines:
            pipeline._budget = -1.0  # every verdict is late
        refused = await t.seeker.ask("edit", room=t.room, message=said["id"], text="The blue house.", key="f")
        for pipeline, budget in pipelines:
            pipeline._budget = budget
        await t.seeker.ask("send", room=t.room, text="I am here.", key="c")
        await hear(t.listener, "I am here.")
        rows = await waiting(mod)
    assert (edited["type"], edited["state"]) == ("sent", "delivered")
    assert (heard["text"], heard["to"]) == (words, "responder")
    assert refused["says"] == NOT_READ
    assert said["id"] not in str(t.listener.events)
    assert not [row for row in rows if row["kind"] == "held"]


async def test_what_the_filter_could_not_look_at_is_given_to_nobody_and_can_be_sent_again(
    steady_engine: Engine,
) -> None:
    """T5, F45: words for the responder are judged like all words, or stay with who wrote them."""
    async with (
        node_on(steady_engine.url, sessions=quick(update=30)) as one,
        node_on(steady_engine.url, sessions=quick(update=30)) as two,
        three(one, two) as t,
    ):
        pipelines = [(node.services.pipeline, node.services.pipeline._budget) for node in (one, two)]
        for pipeline, _ in pipelines:
            pipeline._budget = -1.0  # every verdict is late
        refused = await t.seeker.ask("send", room=t.room, text=ADDRESS, key="a", to_responder=True)
        for pipeline, budget in pipelines:
            pipeline._budget = budget
        again = await t.seeker.ask("send", room=t.room, text=ADDRESS, key="b", to_responder=True)
    assert (refused["type"], refused["code"], refused["says"]) == ("refused", "unavailable", NOT_READ)
    assert (again["type"], again["state"]) == ("sent", "delivered")


@one_flavour
async def test_what_is_done_to_such_words_cannot_be_told_from_outside_either(steady_engine: Engine) -> None:
    """A kindness for them, a change, and taking them back: live, and in history when the words are gone."""
    node = quick(update=30)
    async with (
        node_on(steady_engine.url, sessions=node) as one,
        node_on(steady_engine.url, sessions=node) as two,
        three(one, two) as there,
    ):
        seeker, listener, responder, room = there.seeker, there.listener, there.responder, there.room
        said = await seeker.ask("send", room=room, text=ADDRESS, key="a", to_responder=True)
        await seeker.ask("edit", room=room, message=said["id"], text="I live in the red house.", key="e")
        await responder.ask("react", room=room, message=said["id"], reaction="hug", on=True, key="r")
        await next_event(seeker, "reacted")
        await seeker.ask("redact", room=room, message=said["id"], key="d")
        assert (await next_event(responder, "redacted"))["message"] == said["id"]
        await seeker.ask("send", room=room, text="I am here.", key="c")
        await hear(listener, "I am here.")
        again = await listener.ask("open", room=room)
        told = [*listener.events, *again["events"], *(await listener.ask("page", room=room, limit=50))["events"]]
        assert not [event for event in told if said["id"] in (event.get("id"), event.get("message"))]
