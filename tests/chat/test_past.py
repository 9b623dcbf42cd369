"""A listener's own past sessions, over the wire: what they gave, without words or names, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

from rooms.listening import Spent
from rooms.scene import RowKind
from tests.support.engines import Engine, one_flavour
from tests.support.nodes import next_event, node_on, talking
from tests.support.two import listening, quick, talked, together

pytestmark = one_flavour


async def test_a_session_is_listed_with_its_topic_and_how_it_ended_as_its_listener_knew(steady_engine: Engine) -> None:
    """Closed by themselves; the words may be read for a day, and how it was be said once."""
    async with (
        node_on(steady_engine.url, sessions=quick(undo=0.05)) as node,
        talking(node) as seeker,
        listening(node) as listener,
    ):
        room = await together(seeker, listener, topic="sleep")
        await talked(seeker, listener, room)
        before = await listener.ask("past")
        await listener.ask("close", room=room)
        await next_event(listener, "session_closed")
        [entry] = (await listener.ask("past"))["sessions"]
        await listener.ask("feedback", session=entry["session"], heavy=True)
        [after] = (await listener.ask("past"))["sessions"]
    assert before["sessions"] == []
    assert (entry["topic"], entry["end"], entry["room"], entry["feedback"]) == ("sleep", "you", room, "open")
    assert set(entry) == {"began", "ended", "end", "topic", "session", "room", "feedback"}
    assert (after["feedback"], after["heavy"]) == ("given", True)


async def test_being_blocked_reads_like_any_other_end(steady_engine: Engine) -> None:
    """T9: why the other went is told to nobody, later as little as at once."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        room = await together(seeker, listener)
        await talked(seeker, listener, room)
        await seeker.ask("block", room=room)
        await next_event(listener, "session_closed")
        [entry] = (await listener.ask("past"))["sessions"]
    assert entry["end"] == "over"
    assert set(entry) == {"began", "ended", "end", "session", "room", "feedback"}


async def test_it_is_for_who_listens_and_for_a_week(steady_engine: Engine) -> None:
    """A session from before this was noted has its times; one older than a week is not told, if still kept."""
    async with node_on(steady_engine.url) as node, talking(node) as seeker, listening(node) as listener:
        refused = await seeker.ask("past")
        [row] = await node.services.matchmaker.live(RowKind.LISTENER)
        now = node.services.backplane.engine_now_ms()
        old, bare = Spent(began=1, ended=2), Spent(began=now - 2_000, ended=now - 1_000)
        await node.services.matchmaker.change(
            lambda scene: scene.put(
                RowKind.LISTENER, row.user, replace(scene.look(RowKind.LISTENER, row.user), spent=(old, bare))
            ),
            (RowKind.LISTENER, row.user),
        )
        [entry] = (await listener.ask("past"))["sessions"]
    assert refused["code"] == "forbidden"
    assert set(entry) == {"began", "ended", "end"}
