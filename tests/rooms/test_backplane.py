"""The backplane against real engines: commit once, hear in order, recover exactly."""

from __future__ import annotations

import asyncio

import pytest

from rooms.backplane import (
    UNAVAILABLE,
    Backplane,
    Commit,
    Committed,
    EngineAway,
    EngineMark,
    Guard,
    PresenceDiff,
    Refused,
    TypingBlip,
)
from rooms.events import AliasId, EventId, Position, Refusal, RoomKey, UserId
from tests.support.engines import Engine
from tests.support.plane import AUTHOR, ROOM, message, pumped

OTHER = RoomKey("adult/recovery")


async def test_a_commit_is_heard_by_every_node_that_has_the_room_open(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url, ROOM) as one, pumped(steady_engine.url, ROOM) as two:
        (outcome,) = await one.say("m1")
        assert isinstance(outcome, Committed)
        assert not outcome.repeated
        for node in (one, two):
            await node.seen("m1")
            assert node.backplane.position(ROOM) == outcome.position
            (entry,) = node.backplane.ring(ROOM)
            assert (entry.id, entry.body, entry.author, entry.at) == ("m1", b"words of m1", AUTHOR, outcome.at)


async def test_the_same_id_a_hundred_times_over_two_nodes_is_one_message(steady_engine: Engine) -> None:
    """X42: one message, a hundred outcomes equal but for `repeated`."""
    async with pumped(steady_engine.url, ROOM) as one, pumped(steady_engine.url, ROOM) as two:
        calls = [(one, two)[i % 2].say("m1") for i in range(100)]
        outcomes = [outcome for (outcome,) in await asyncio.gather(*calls)]
        assert all(isinstance(outcome, Committed) for outcome in outcomes)
        assert len({outcome.position for outcome in outcomes if isinstance(outcome, Committed)}) == 1
        assert sum(not outcome.repeated for outcome in outcomes if isinstance(outcome, Committed)) == 1
        assert await one.history() == ["m1"]


async def test_a_repeat_hands_back_the_first_outcome(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url, ROOM) as node:
        first = Commit(room=ROOM, id=EventId("m1"), kind="message", author=AUTHOR, body=b"a", outcome=b"was masked")
        again = Commit(room=ROOM, id=EventId("m1"), kind="message", author=AUTHOR, body=b"b", outcome=b"other")
        (before,), (after,) = await node.backplane.submit([first]), await node.backplane.submit([again])
        assert isinstance(before, Committed)
        assert after == Committed(before.position, before.at, True, b"was masked")
        known, unknown = await node.backplane.lookup(ROOM, [EventId("m1"), EventId("never")])
        assert known == after
        assert unknown is None


async def test_all_readers_see_one_order_and_the_history_is_the_same(steady_engine: Engine) -> None:
    """X44: twenty writers over two nodes."""
    async with pumped(steady_engine.url, ROOM) as one, pumped(steady_engine.url, ROOM) as two:
        await asyncio.gather(*((one, two)[w % 2].say(f"w{w}-{i}") for w in range(20) for i in range(25)))
        for node in (one, two):
            await node.until(lambda node=node: len(node.view()) == 500)  # type: ignore[misc]
        assert one.view() == two.view() == await one.history()
        assert len(set(one.view())) == 500


@pytest.mark.parametrize("opened", [True, False], ids=["from the ring", "from the log"])
@pytest.mark.parametrize("missed", [0, 1, 4, 5, 6])
async def test_a_cursor_brings_exactly_what_was_missed_or_says_that_it_cannot(
    steady_engine: Engine, missed: int, opened: bool
) -> None:
    """X45 with a cap of five: 0, 1, cap - 1, cap and cap + 1 missed."""
    async with pumped(steady_engine.url) as node:
        before, *_ = await node.say("m0")
        assert isinstance(before, Committed)
        await node.say(*(f"m{i}" for i in range(1, missed + 1)))
        if opened:
            await node.backplane.open(ROOM)
        recovery = await node.backplane.recover(ROOM, before.position, limit=5)
        assert recovery.recovered == (missed <= 5)
        assert recovery.position.seq == missed + 1
        ids = [entry.id for entry in recovery.entries]
        assert ids == ([f"m{i}" for i in range(1, missed + 1)] if missed <= 5 else ["m2", "m3", "m4", "m5", "m6"])
        assert (recovery.why is None) == recovery.recovered


@pytest.mark.parametrize("opened", [True, False], ids=["from the ring", "from the log"])
async def test_a_cursor_that_is_not_ours_is_foreign_and_changes_nothing(steady_engine: Engine, opened: bool) -> None:
    """X26 at the log: another room's cursor, a forged tag, a place beyond the end."""
    async with pumped(steady_engine.url) as node:
        (a,), (b,) = await node.say("m1"), await node.say("m1", room=OTHER)
        await node.say("m2")
        assert isinstance(a, Committed)
        assert isinstance(b, Committed)
        if opened:
            await node.backplane.open(ROOM)
        forged = Position(a.position.epoch, 1, "0" * 16)
        beyond = Position(a.position.epoch, 99, a.position.tag)
        for cursor in (b.position, forged, beyond, Position("nonsense", 1, "x")):
            recovery = await node.backplane.recover(ROOM, cursor)
            assert (recovery.recovered, recovery.why) == (False, "foreign")
            assert [entry.id for entry in recovery.entries] == ["m1", "m2"]
        await node.backplane.recover(RoomKey("adult/never-used"), forged)
        assert await steady_engine.ask("EXISTS", "warm:{adult/never-used}:meta") == 0


async def test_a_cursor_survives_trimming_up_to_the_entry_before_the_head(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url) as node:
        outcomes = await node.say(*(f"m{i}" for i in range(1, 11)))
        places = [outcome.position for outcome in outcomes if isinstance(outcome, Committed)]
        assert await node.backplane.trim(ROOM, longer_than=4) == 6
        good = await node.backplane.recover(ROOM, places[5])  # the last one trimmed
        assert good.recovered
        assert [entry.id for entry in good.entries] == ["m7", "m8", "m9", "m10"]
        lost = await node.backplane.recover(ROOM, places[4])
        assert (lost.recovered, lost.why) == (False, "trimmed")


async def test_retention_removes_exactly_what_is_older_and_rings_follow(steady_engine: Engine) -> None:
    """X70 at the log."""
    async with pumped(steady_engine.url, ROOM) as node, pumped(steady_engine.url, ROOM) as other:
        (old,) = await node.say("old")
        assert isinstance(old, Committed)
        async with asyncio.timeout(20):
            while node.backplane.engine_now_ms() <= old.at + 5:
                await node.say("waiting")
        (young,) = await node.say("young")
        assert isinstance(young, Committed)
        await other.seen("young")
        assert await node.backplane.trim(ROOM, older_than_ms=young.at) == 2
        await other.until(lambda: [entry.id for entry in other.backplane.ring(ROOM)] == ["young"])
        assert await node.history() == ["young"]
        page = await node.backplane.page(ROOM, limit=10)
        assert page.truncated
        assert await steady_engine.ask("HLEN", f"warm:{{{ROOM}}}:ids") == 1
        (again,) = await node.say("old")
        assert isinstance(again, Committed)
        assert again.repeated  # trimmed, and still not said twice


async def test_an_edit_replaces_the_words_everywhere_and_keeps_the_place(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url, ROOM) as node, pumped(steady_engine.url, ROOM) as other:
        first, _ = await node.say("m1", "m2")
        assert isinstance(first, Committed)
        edit = Commit(room=ROOM, id=EventId("e1"), kind="edited", author=AUTHOR, body=b"m1 is new",
                      target=EventId("m1"), amended=b"new words")  # fmt: skip
        await node.backplane.submit([edit])
        await other.seen("e1")
        for entries in (other.backplane.ring(ROOM), (await node.backplane.page(ROOM, limit=10)).entries):
            assert [entry.body for entry in entries] == [b"new words", b"words of m2", b"m1 is new"]
            assert entries[0].at_place == first.position
        recovery = await node.backplane.recover(ROOM, Position(first.position.epoch, 0, ""))
        assert recovery.recovered
        assert await _everything(steady_engine, b"words of m1") == []


async def test_a_room_that_is_closed_while_another_opens_it_is_open_in_the_end(steady_engine: Engine) -> None:
    """The one who goes must not keep the one who comes waiting for a confirmation that nobody hears."""
    async with pumped(steady_engine.url, ROOM) as node:
        for step in range(4):
            opening = asyncio.ensure_future(node.backplane.open(OTHER))
            for _ in range(step):
                await asyncio.sleep(0)
            node.backplane.close(OTHER)
            async with asyncio.timeout(1):
                await opening
            assert node.backplane.is_open(OTHER)
            await node.backplane.submit([message(f"m{step}", OTHER)])
            await node.seen(f"m{step}", OTHER)
            node.backplane.close(OTHER)


async def test_words_that_were_taken_back_cannot_be_edited_back(steady_engine: Engine) -> None:
    """Whoever looked before the redaction and edits after it: the script sees what the reader could not."""
    async with pumped(steady_engine.url, ROOM) as node:
        await node.say("m1")
        gone = Commit(room=ROOM, id=EventId("r1"), kind="redacted", author=UserId("mod"), body=b"gone",
                      target=EventId("m1"))  # fmt: skip
        late = Commit(room=ROOM, id=EventId("e1"), kind="edited", author=AUTHOR, body=b"told again",
                      target=EventId("m1"), amended=b"back again")  # fmt: skip
        _, outcome = await node.backplane.submit([gone, late])
        assert outcome == Refused(Refusal.NOT_FOUND)
        page = await node.backplane.page(ROOM, limit=10)
    assert [(entry.id, entry.body) for entry in page.entries] == [("m1", b"gone"), ("r1", b"gone")]


async def test_a_redaction_takes_the_words_out_of_the_store_and_of_every_ring(steady_engine: Engine) -> None:
    """The words of the message, of its edit and of the kept outcome are gone; id, tag and place stay."""
    async with pumped(steady_engine.url, ROOM) as node, pumped(steady_engine.url, ROOM) as other:
        secret = Commit(
            room=ROOM, id=EventId("m1"), kind="message", author=AUTHOR, body=b"secret one", outcome=b"secret two"
        )
        edit = Commit(room=ROOM, id=EventId("e1"), kind="edited", author=AUTHOR, body=b"secret three",
                      target=EventId("m1"), amended=b"secret four", outcome=b"secret five")  # fmt: skip
        gone = Commit(room=ROOM, id=EventId("r1"), kind="redacted", author=UserId("mod"), body=b"gone",
                      target=EventId("m1"))  # fmt: skip
        await node.backplane.submit([secret, edit])
        await other.seen("e1")
        await node.backplane.submit([gone])
        await other.seen("r1")
        for entries in (other.backplane.ring(ROOM), (await node.backplane.page(ROOM, limit=10)).entries):
            assert [(entry.id, entry.kind, entry.body) for entry in entries] == [
                ("m1", "redacted", b"gone"),
                ("e1", "redacted", b"gone"),
                ("r1", "redacted", b"gone"),
            ]
            assert entries[0].author == AUTHOR
        assert await _everything(steady_engine, b"secret") == []
        entry = await node.backplane.entry(ROOM, EventId("m1"))
        assert entry is not None
        assert entry.kind == "redacted"


async def test_amending_what_is_gone_is_refused(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url, ROOM) as node:
        gone = Commit(room=ROOM, id=EventId("r1"), kind="redacted", author=AUTHOR, body=b"", target=EventId("never"))
        assert await node.backplane.submit([gone]) == [Refused(Refusal.NOT_FOUND)]
        assert await node.history() == []


async def test_slow_mode_is_kept_in_the_script_and_a_repeat_is_never_too_soon(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url) as one, pumped(steady_engine.url) as two:
        guard = Guard(slow_ms=60_000)
        (first,) = await one.backplane.submit([message("m1", guard=guard)])
        (second,) = await two.backplane.submit([message("m2", guard=guard)])
        (again,) = await two.backplane.submit([message("m1", guard=guard)])
        assert isinstance(first, Committed)
        assert isinstance(second, Refused)
        assert second.refusal is Refusal.TOO_SOON
        assert second.retry_after is not None
        assert 50 < second.retry_after <= 60
        assert isinstance(again, Committed)
        assert again.repeated


async def test_a_commit_after_its_deadline_is_unavailable_and_did_not_happen(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url) as node:
        late = Guard(deadline_ms=node.backplane.engine_now_ms() - 1000)
        assert await node.backplane.submit([message("m1", guard=late)]) == [UNAVAILABLE]
        assert await node.history() == []


async def test_forgotten_scripts_are_loaded_again_and_nothing_is_lost_or_doubled(steady_engine: Engine) -> None:
    """X61, first half: SCRIPT FLUSH in the middle."""
    async with pumped(steady_engine.url, ROOM) as node:
        await node.say("m1")
        await steady_engine.ask("SCRIPT", "FLUSH")
        outcomes = await asyncio.gather(*(node.say(f"n{i}") for i in range(50)))
        assert all(isinstance(outcome, Committed) for (outcome,) in outcomes)
        assert await node.history() == ["m1", *(f"n{i}" for i in range(50))]
        assert node.backplane.stats()["noscript"] >= 1


async def test_a_flushed_engine_begins_a_new_epoch_and_rooms_are_reset_without_healing(steady_engine: Engine) -> None:
    """X61, second half: what an operator removed stays removed."""
    async with pumped(steady_engine.url, ROOM) as one, pumped(steady_engine.url, ROOM) as two:
        await one.say("m1", "m2")
        await two.seen("m2")
        before = two.backplane.position(ROOM)
        await steady_engine.ask("FLUSHALL")
        (outcome,) = await one.say("m3")
        assert isinstance(outcome, Committed)
        assert outcome.position.epoch != before.epoch
        for node in (one, two):
            await node.until(lambda node=node: [reset.why for reset in node.resets] == ["lost"])  # type: ignore[misc]
            assert [entry.id for entry in node.backplane.ring(ROOM)] == ["m3"]
        assert await one.history() == ["m3"]
        recovery = await one.backplane.recover(ROOM, before)
        assert (recovery.recovered, recovery.why) == (False, "fork")


async def test_pages_walk_the_whole_log_both_ways(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url) as node:
        ids = [f"m{i}" for i in range(25)]
        await node.say(*ids)
        assert await node.history() == ids
        newest = await node.backplane.page(ROOM, limit=10)
        assert [entry.id for entry in newest.entries] == ids[15:]
        older = await node.backplane.page(ROOM, before=newest.position, limit=10)
        assert [entry.id for entry in older.entries] == ids[5:15]
        assert (older.more, older.truncated) == (True, False)
        forward = await node.backplane.page(ROOM, after=older.position, limit=100)
        assert [entry.id for entry in forward.entries] == ids[6:]
        assert not forward.more
        first = await node.backplane.page(ROOM, before=older.entries[0].at_place, limit=10)
        assert [entry.id for entry in first.entries] == ids[:5]
        assert not first.more
        nothing = await node.backplane.page(ROOM, before=first.position, limit=10)
        assert (nothing.entries, nothing.more) == ([], False)


async def test_the_lossy_lane_brings_presence_typing_and_words_between_nodes(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url, ROOM) as one, pumped(steady_engine.url, ROOM) as two:
        one.backplane.blip(ROOM, AliasId("alias1"))
        one.backplane.publish_soon(ROOM, b"p 1 2 3\nbody")
        one.backplane.publish_soon(None, b"x logout\nuser")
        await two.until(lambda: len(two.arrivals) == 3)
        blip, diff, word = two.arrivals
        assert isinstance(blip, TypingBlip)
        assert blip.body == b"alias1"
        assert diff == PresenceDiff(ROOM, 1, 2, 3, b"body")
        assert getattr(word, "verb", None) == "logout"


async def test_opening_is_shared_and_closing_ends_delivery(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url) as node:
        await asyncio.gather(*(node.backplane.open(ROOM) for _ in range(20)))
        assert await steady_engine.ask("PUBSUB", "SHARDNUMSUB", f"warm:{{{ROOM}}}:ch") == [
            f"warm:{{{ROOM}}}:ch".encode(),
            1,
        ]
        node.backplane.close(ROOM)
        await node.backplane.open(OTHER)
        await node.say("m1")
        await node.say("m2", room=OTHER)
        await node.seen("m2", OTHER)
        assert node.view(ROOM) == []
        assert not node.backplane.is_open(ROOM)
        await node.backplane.open(ROOM)
        assert [entry.id for entry in node.backplane.ring(ROOM)] == ["m1"]


async def test_a_join_while_the_room_is_busy_misses_nothing_and_repeats_nothing(steady_engine: Engine) -> None:
    """The dance: recover, bridge, go live; over and over while others write."""
    async with pumped(steady_engine.url, ROOM) as writer, pumped(steady_engine.url) as reader:
        first, *_ = await writer.say("start")
        assert isinstance(first, Committed)
        writing = asyncio.gather(*(writer.say(f"m{i}") for i in range(300)))
        await reader.backplane.open(ROOM)
        read = await reader.backplane.recover(ROOM, first.position, limit=1000)
        rest = reader.backplane.recover_locally(ROOM, read.position, limit=1000)
        joined_at = len(reader.arrivals)
        assert rest is not None
        await writing
        async with asyncio.timeout(10):  # m299 may have been in the reading already: wait for the place, not for it
            while reader.backplane.position(ROOM).seq < 301:
                await asyncio.sleep(0)
        live = [entry.id for entry in reader.arrivals[joined_at:] if hasattr(entry, "id")]
        assert [entry.id for entry in [*read.entries, *rest.entries]] + live == (await writer.history())[1:]


async def test_without_an_engine_start_says_why_and_commits_are_unavailable() -> None:
    backplane = Backplane("unix:///nowhere/engine.sock")
    with pytest.raises(EngineAway, match="does not answer"):
        await backplane.start()
    assert await backplane.submit([message("m1")]) == [UNAVAILABLE]
    assert not backplane.healthy


async def test_another_secret_on_the_same_engine_is_noticed(steady_engine: Engine) -> None:
    async with pumped(steady_engine.url) as node:
        assert await node.backplane.claim_secret("first")
        assert await node.backplane.claim_secret("first")
        assert not await node.backplane.claim_secret("second")


def test_the_marks_of_the_engine_are_the_codes_people_hear() -> None:
    assert {mark.value for mark in EngineMark} == {"engine_away", "engine_back"}


async def _everything(engine: Engine, words: bytes) -> list[bytes]:
    """Keys of the engine whose dump holds these words. Short values are stored plainly in a dump."""
    held = []
    for key in await engine.ask("KEYS", "*"):
        kind = await engine.ask("TYPE", key)
        read = {b"string": ("GET", key), b"hash": ("HGETALL", key), b"stream": ("XRANGE", key, "-", "+")}[kind]
        if words in repr(await engine.ask(*read)).encode():
            held.append(key)
    return held
