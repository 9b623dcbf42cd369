"""Fan-out on one node: shared chunks, seals, outboxes."""

from __future__ import annotations

import json

import msgpack

from chat.budget import Budget
from chat.connection import Connection, State
from chat.hub import Hub
from chat.outbox import Lane
from chat.replies import Notice
from chat.wire import Codec
from rooms.events import Entry, EventId, Position, RoomKey, UserId

ROOM = RoomKey("adult/recovery")


def connection(codec: Codec = Codec.JSON, *, direct: bool = True) -> Connection:
    made = Connection(codec, Budget(0.0, 1.0))
    made.state = State.OPEN
    made.direct = direct
    return made


def entry(seq: int, text: str = "hi") -> Entry:
    body = msgpack.packb({"from": {"alias_id": "a", "name": "n", "role": "peer"}, "text": text})
    return Entry(ROOM, Position("e", seq, f"{seq:016x}"), EventId(f"id{seq}"), "message", UserId("u"), 1000 * seq, body)


def hub_with(*connections: Connection) -> Hub:
    hub = Hub(lambda: None)
    for one in connections:
        hub.join(ROOM, "recovery", one)
    return hub


def texts(data: bytes) -> list[str]:
    """The message texts in a run of server text frames."""
    found = []
    while data:
        size, skip = data[1], 2
        if size == 126:
            size, skip = int.from_bytes(data[2:4], "big"), 4
        found.append(json.loads(data[skip : skip + size])["text"])
        data = data[skip + size :]
    return found


def test_everyone_clear_gets_the_very_same_bytes() -> None:
    """One object for the whole room and codec, with everything of the tick in it."""
    hub = hub_with(*(connection() for _ in range(5)))
    hub.deliver(entry(1, "one"))
    hub.deliver(entry(2, "two"))
    written = [chunk for _, chunk in hub.chunks()]
    assert len(written) == 5
    assert len({id(chunk) for chunk in written}) == 1
    assert texts(written[0]) == ["one", "two"]
    assert hub.delivered == 10


def test_each_codec_is_encoded_for_itself() -> None:
    """JSON and MessagePack people in one room hear the same event."""
    first, second = connection(Codec.JSON), connection(Codec.MSGPACK)
    hub = hub_with(first, second)
    hub.deliver(entry(1, "both"))
    chunks = dict(hub.chunks())
    assert json.loads(chunks[first][2:] if chunks[first][1] < 126 else chunks[first][4:])["text"] == "both"
    packed = chunks[second]
    assert msgpack.unpackb(packed[2:] if packed[1] < 126 else packed[4:])["text"] == "both"


def test_a_newcomer_does_not_hear_what_was_pending_when_they_came() -> None:
    """They have it from the log: the seal gives it to those who were here before."""
    early, late = connection(), connection()
    hub = hub_with(early)
    hub.deliver(entry(1, "before"))
    hub.join(ROOM, "recovery", late)
    hub.deliver(entry(2, "after"))
    heard: dict[Connection, list[str]] = {early: [], late: []}
    for one, chunk in hub.chunks():
        heard[one] += texts(chunk)
    assert heard == {early: ["before", "after"], late: ["after"]}


def test_who_joins_anew_does_not_hear_again_what_the_answer_to_the_join_has() -> None:
    """After `reset` everybody rejoins in one tick: neither what is pending nor what another's join has sealed."""
    first, second, staying = connection(), connection(), connection()
    hub = hub_with(first, second, staying)
    hub.deliver(entry(1, "before"))
    for one in (first, second):
        hub.join(ROOM, "recovery", one)
    hub.deliver(entry(2, "after"))
    heard: dict[Connection, list[str]] = {first: [], second: [], staying: []}
    for one, chunk in hub.chunks():
        heard[one] += texts(chunk)
    assert heard == {first: ["after"], second: ["after"], staying: ["before", "after"]}


def test_who_rejoins_while_a_flush_is_half_way_hears_nothing_twice() -> None:
    """Between two slices of a long flush the job under way is withdrawn from them like those that wait."""
    first, second = connection(), connection()
    hub = hub_with(first, second)
    hub.deliver(entry(1, "before"))
    flush = hub.chunks()
    assert next(flush)[0] is first
    hub.join(ROOM, "recovery", second)
    assert list(flush) == []


def test_who_leaves_and_comes_back_within_one_flush_hears_nothing_twice() -> None:
    """What was sealed before the leave is in the answer to the join."""
    one, staying = connection(), connection()
    hub = hub_with(one, staying)
    hub.deliver(entry(1, "before"))
    hub.leave(ROOM, one)
    hub.join(ROOM, "recovery", one)
    hub.deliver(entry(2, "after"))
    heard: dict[Connection, list[str]] = {one: [], staying: []}
    for who, chunk in hub.chunks():
        heard[who] += texts(chunk)
    assert heard == {one: ["after"], staying: ["before", "after"]}


def test_what_waits_for_a_socket_that_is_behind_is_not_told_after_the_answer_to_a_new_join() -> None:
    """Replies overtake room messages in an outbox: what the answer has, the room's lane must not repeat."""
    behind = connection()
    hub = hub_with(behind)
    behind.paused = True
    hub.deliver(entry(1, "in the answer"))
    assert list(hub.chunks()) == []
    hub.join(ROOM, "recovery", behind)
    hub.deliver(entry(2, "live"))
    assert list(hub.chunks()) == []
    behind.paused = False
    assert [texts(data) for one, data in hub.private() if one is behind] == [["live"]]


def test_replies_that_nobody_takes_make_a_connection_slow_as_well() -> None:
    """A client that asks for page after page and reads none is cut off; its room may be quiet."""
    deaf = connection()
    hub = hub_with(deaf)
    deaf.paused = True
    for _ in range(5):
        deaf.outbox.push(Lane.REPLY, b"x" * 256 * 1024)
        hub.touch(deaf)
        assert [data for _, data in hub.private()] == [b""]
    assert set(hub.slow) == {deaf}


def test_someone_with_private_words_waiting_gets_one_write_in_lane_order() -> None:
    """The reply first, then the room's chunk, joined."""
    busy = connection()
    hub = hub_with(busy)
    busy.say(Lane.CONTROL, Notice(code="hello", says="private"))
    hub.touch(busy)
    hub.deliver(entry(1, "public"))
    assert list(hub.chunks()) == []
    ((one, data),) = hub.private()
    assert one is busy
    assert data.index(b"private") < data.index(b"public")


def test_a_socket_that_is_behind_keeps_its_frames_until_it_has_caught_up() -> None:
    """Nothing is written while paused, nothing is lost after."""
    behind = connection()
    hub = hub_with(behind)
    behind.paused = True
    hub.deliver(entry(1, "kept"))
    assert list(hub.chunks()) == []
    assert [data for _, data in hub.private()] == [b""]
    behind.paused = False
    hub.touch(behind)
    assert texts(next(hub.private())[1]) == ["kept"]


def test_someone_too_far_behind_is_named_and_nobody_else_is() -> None:
    """The owner of the sockets cuts them off with 4108."""
    behind, well = connection(), connection()
    hub = hub_with(behind, well)
    behind.paused = True
    for n in range(40):
        hub.deliver(entry(n + 1, "x" * 40_000))
        assert [one for one, _ in hub.chunks()] == [well]
        list(hub.private())
    assert set(hub.slow) == {behind}


def test_the_last_to_leave_is_known() -> None:
    """A room without anyone is forgotten, a person without a connection too."""
    first, second = connection(), connection()
    hub = hub_with(first, second)
    user = UserId("u")
    hub.enter(user, first)
    hub.enter(user, second)
    assert hub.leave(ROOM, first) is False
    assert hub.leave(ROOM, second) is True
    assert ROOM not in hub.rooms
    assert hub.exit(user, first) is False
    assert hub.exit(user, second) is True


def test_a_persons_last_words_in_a_room_are_kept_for_the_filter_and_bounded() -> None:
    """Twenty at most, oldest first, room by room."""
    hub = hub_with()
    person = hub.enter(UserId("u"), connection())
    for n in range(25):
        person.said(ROOM, EventId(f"id{n}"), str(n))
    person.said(ROOM, EventId("id24"), "24")  # a retry is not said again
    assert person.words(ROOM) == tuple(str(n) for n in range(5, 25))
    assert person.words(RoomKey("adult/anxiety")) == ()


def test_who_has_just_gone_comes_back_as_the_same_person() -> None:
    """Last words and budget outlive the last connection for a while."""
    hub = Hub(lambda: None)
    user, first, second = UserId("u"), connection(), connection()
    person = hub.enter(user, first, 10.0)
    hub.exit(user, first, 20.0)
    assert user not in hub.people
    assert hub.enter(user, second, 30.0) is person
    assert second.budget is first.budget
