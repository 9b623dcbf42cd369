"""Words kept apart for a day at most, and rooms in which nobody writes any more."""

from __future__ import annotations

from uuid import uuid4

from rooms import envelope, pairkeys, parting
from rooms.commits import Commit, Committed, Refused, Unavailable
from rooms.events import EventId, Refusal, RoomKey, UserId
from rooms.pairkeys import session_room
from rooms.scene import RowKind
from rooms.session import Session, Talk
from rooms.ties import Person
from rooms.words import KEPT, Line
from tests.support.engines import Engine
from tests.support.pairs import made, matching_on, putting
from tests.support.plane import pumped

HELLO = Line(id="w1", text="is anybody there", at=5, notes=("grief",), name="Heron")


def commit(id: str, room: RoomKey, author: str = "anna", target: str = "") -> Commit:
    return Commit(
        room=room, id=EventId(id), kind="redacted" if target else "message", author=UserId(author), body=b"words",
        target=EventId(target) if target else None,
    )  # fmt: skip


async def test_words_come_back_in_order_and_each_once(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        second = Line(id="w0", text="hello?", at=6)
        assert await node.words.keep("r1", HELLO) == 1
        assert await node.words.keep("r1", second) == 2
        assert await node.words.keep("r1", Line(id="w1", text="a retry", at=9)) == 1
        assert await node.words.lines("r1") == [HELLO, second]
        assert await node.words.lines("another") == []


async def test_a_line_kept_while_others_are_given_stays_and_comes_after_them(steady_engine: Engine) -> None:
    """T5: what was acknowledged as kept is given, also if somebody came in the middle of the writing."""
    async with matching_on(steady_engine.url) as node:
        for id in ("w1", "w2"):
            await node.words.keep("r1", Line(id=id, text=id, at=1))
        giving = await node.words.lines("r1")
        assert await node.words.keep("r1", Line(id="w3", text="w3", at=2)) == 3
        await node.words.drop("r1", *(line.id for line in giving))
        assert await node.words.keep("r1", Line(id="w4", text="w4", at=3)) == 4
        assert [line.id for line in await node.words.lines("r1")] == ["w3", "w4"]
        await node.words.drop("r1", "w3", "w4")
        assert await node.words.lines("r1") == []


async def test_a_summary_is_replaced_by_what_the_seeker_makes_of_it(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.words.keep("s1", Line(id="summary", text="as the listener wrote it", at=1))
        edited = Line(id="summary", text="as I want it", at=2)
        assert await node.words.keep("s1", edited, over=True) == 1
        assert await node.words.lines("s1") == [edited]


async def test_there_is_an_end_to_what_is_kept(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        for i in range(3):
            assert await node.words.keep("r1", Line(id=str(i), text="words", at=i), most=3) == i + 1
        assert await node.words.keep("r1", Line(id="3", text="words", at=3), most=3) is None
        assert len(await node.words.lines("r1")) == 3


async def test_words_are_gone_a_day_after_the_first_of_them(steady_engine: Engine) -> None:
    """T12: by the engine itself, whatever became of everybody; a later line gives an earlier one no more time."""
    async with matching_on(steady_engine.url) as node:
        await node.words.keep("r1", HELLO)
        assert KEPT - 2000 < await steady_engine.ask("PTTL", pairkeys.words("r1")) <= KEPT
        await steady_engine.ask("PEXPIRE", pairkeys.words("r1"), 500_000)
        await node.words.keep("r1", Line(id="w2", text="more", at=6))
        assert await steady_engine.ask("PTTL", pairkeys.words("r1")) <= 500_000
        await steady_engine.ask("PEXPIRE", pairkeys.words("r1"), 0)
        assert await node.words.lines("r1") == []


async def test_shredded_words_are_nowhere(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.words.keep("r1", HELLO)
        await node.words.keep("s1", HELLO)
        await node.words.shred("r1", "s1", "never was")
        await node.words.shred()
        assert await steady_engine.ask("KEYS", "warm:{match}:words:*") == []


def test_words_are_in_no_repr() -> None:
    assert "anybody" not in repr(HELLO)
    assert "Heron" not in repr(HELLO)


async def test_in_a_room_that_is_shut_only_the_server_speaks_and_words_are_taken_back(steady_engine: Engine) -> None:
    room = RoomKey(f"session/{uuid4().hex}")
    async with matching_on(steady_engine.url) as node, pumped(steady_engine.url) as other:
        submit = other.backplane.submit
        assert isinstance((await submit([commit("a", room)]))[0], Committed)
        await node.words.shut(room)
        said, repeated, notice, taken_back = await submit(
            [commit("b", room), commit("a", room), commit("c", room, "-"), commit("d", room, target="a")]
        )
        assert said == Refused(Refusal.CLOSED)
        assert isinstance(repeated, Committed)
        assert repeated.repeated
        assert isinstance(notice, Committed)
        assert isinstance(taken_back, Committed)


async def test_a_room_is_shut_to_one_and_open_to_the_other(steady_engine: Engine) -> None:
    """Also before anybody said anything there; and twice is once."""
    room = RoomKey(f"session/{uuid4().hex}")
    async with matching_on(steady_engine.url) as node, pumped(steady_engine.url) as other:
        await node.words.shut(room, "anna")
        await node.words.shut(room, "anna")
        await node.words.shut(room, "ben")
        outcomes = await other.backplane.submit([commit(who, room, who) for who in ("anna", "ann", "ben", "carl")])
        assert [type(one) for one in outcomes] == [Refused, Committed, Refused, Committed]
        assert await steady_engine.ask("HGET", envelope.meta(room), "shut") == b" anna ben "


async def test_no_word_enters_between_an_end_and_the_shutting_of_its_room(steady_engine: Engine) -> None:
    """The end is written and nobody has done what is owed yet. One may ask again, and is told then."""
    async with matching_on(steady_engine.url) as node, pumped(steady_engine.url) as other:
        session = Session(id=uuid4().hex, request="r", seeker="anna", listener="ben", began=1, state=Talk.ACTIVE)
        room, submit = session_room(session.id), other.backplane.submit
        await made(node, putting(session, Person(user="anna", session=session.id), Person(user="ben")))
        assert isinstance((await submit([commit("a", room)]))[0], Committed)
        await made(
            node, lambda scene: parting.part(scene, session.id, "ben", "step_out"), (RowKind.SESSION, session.id)
        )
        outcomes = await submit([commit("b", room), commit("c", room, "ben"), commit("d", room, "-")])
        assert [type(one) for one in outcomes] == [Unavailable, Unavailable, Committed]
        await node.words.shut(room)
        assert await submit([commit("b", room)]) == [Refused(Refusal.CLOSED)]


async def test_an_end_that_was_not_written_leaves_no_fence(steady_engine: Engine) -> None:
    """Somebody moved the session meanwhile, so it goes on: only that end's own fence is lifted."""
    room = RoomKey(f"session/{uuid4().hex}")
    async with matching_on(steady_engine.url) as node, pumped(steady_engine.url) as other:
        await node.words.fence(room, "one", "*")
        await node.words.fence(room, "two", "anna")
        await node.words.lift(room, "one")
        outcomes = await other.backplane.submit([commit("a", room), commit("b", room, "ben")])
        assert [type(one) for one in outcomes] == [Unavailable, Committed]
        await node.words.lift(room, "two")
        assert isinstance((await other.backplane.submit([commit("a", room)]))[0], Committed)
        await node.words.fence(room, "three", "*")
        await steady_engine.ask("HSET", envelope.meta(room), "shut", b" *=1=three ")  # its time is over
        assert isinstance((await other.backplane.submit([commit("c", room)]))[0], Committed)


async def test_what_is_forgotten_of_a_room_is_everything(steady_engine: Engine) -> None:
    """T12: of a room that was emptied nothing is left once its receipt is over."""
    room = RoomKey(f"session/{uuid4().hex}")
    async with matching_on(steady_engine.url) as node, pumped(steady_engine.url) as other:
        await other.backplane.submit([commit("a", room), commit("b", room)])
        await node.words.shut(room)
        assert await other.backplane.trim(room, longer_than=0) == 2
        kept = [await steady_engine.ask("DUMP", key) for key in await steady_engine.ask("KEYS", f"*{{{room}}}*")]
        assert not any(b"words" in one for one in kept)
        await node.words.forget(room)
        left = {key.decode() for key in await steady_engine.ask("KEYS", f"*{{{room}}}*")}
    assert left == {envelope.dedupe(room, EventId(id)) for id in "ab"}  # for the dedupe window; places without words
