"""The log, verb by verb, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rooms.commits import Commit, Committed
from rooms.committing import Committing
from rooms.envelope import Amendment, Logged, epoch_stem
from rooms.events import Entry, EventId, Position
from rooms.history import TRIM_STEP, History
from rooms.recovery import chain
from tests.support.engines import Engine
from tests.support.plane import AUTHOR, ROOM, linked, message
from tests.support.store import Store


@pytest.fixture
async def store(steady_engine: Engine) -> AsyncIterator[Store]:
    async with linked(steady_engine.url) as link:
        history = History(link, 60_000)
        yield Store(history, Committing(link, history, 60_000))


def after(place: Position, id: str) -> Logged:
    """An entry a ring would have after a place."""
    tag = chain(place.tag, EventId(id))
    here = Position(place.epoch, place.seq + 1, tag)
    return Logged(Entry(ROOM, here, EventId(id), "message", AUTHOR, 1_700_000_000_000, b"healed", place.tag))


async def test_tags_chain_through_the_ids_and_rows_know_the_tag_before_them(store: Store) -> None:
    await store.say("a", "b", "c", "d")
    view = await store.history.up(ROOM, 2)
    assert [row.entry.id for row in view.rows] == ["c", "d"]
    tag = ""
    for row in (await store.history.up(ROOM, 0)).rows:
        assert row.entry.prev == tag
        tag = chain(tag, row.entry.id)
        assert row.entry.at_place.tag == tag
    assert view.rows[0].entry.prev == chain(chain("", EventId("a")), EventId("b"))
    assert view.tail is not None
    assert view.tail.tag == tag


async def test_reading_a_room_that_is_not_there_makes_nothing(store: Store, steady_engine: Engine) -> None:
    assert (await store.history.up(ROOM, 0)).tail is None
    assert await store.history.ends([ROOM]) == [None]
    assert await store.history.find(ROOM, [EventId("a")]) == [None]
    assert await steady_engine.ask("KEYS", "warm:{adult*") == []


async def test_loading_gives_a_room_one_epoch_of_its_own(store: Store) -> None:
    first = await store.history.load(ROOM, 10)
    again = await store.history.load(ROOM, 10)
    assert first.tail == again.tail
    assert first.tail is not None
    assert first.tail.epoch.startswith(epoch_stem(ROOM))
    assert (await store.say("a"))[0].epoch == first.tail.epoch
    assert store.history.fresh_epoch(ROOM) != store.history.fresh_epoch(ROOM)


async def test_reads_keep_within_rows_and_bytes_and_still_get_on(store: Store) -> None:
    await store.say(*(f"m{i}" for i in range(10)))
    assert [row.entry.seq for row in (await store.history.up(ROOM, 0, 3)).rows] == [1, 2, 3]
    assert [row.entry.seq for row in (await store.history.down(ROOM, None, 3)).rows] == [8, 9, 10]
    assert [row.entry.seq for row in (await store.history.down(ROOM, 5, 3)).rows] == [2, 3, 4]
    assert [row.entry.seq for row in (await store.history.up(ROOM, 4, 10, 1)).rows] == [5]
    assert [row.entry.seq for row in (await store.history.down(ROOM, None, 10, 25)).rows] == [9, 10]
    assert (await store.history.down(ROOM, 1, 10)).rows == ()


async def test_healing_appends_on_the_same_tail_with_the_same_tags_and_restores_dedupe(
    store: Store, steady_engine: Engine
) -> None:
    (place,) = await store.say("a")
    lost = [after(place, "b")]
    lost.append(after(lost[0].entry.at_place, "c"))
    healed, tail = await store.history.heal(ROOM, place, lost)
    assert (healed, tail) == (True, lost[-1].entry.at_place)
    view = await store.history.up(ROOM, 1)
    assert [(row.entry.at_place, row.entry.body) for row in view.rows] == [
        (row.entry.at_place, b"healed") for row in lost
    ]
    (again,) = await store.committing.submit([message("c")])
    assert isinstance(again, Committed)
    assert again.repeated


async def test_healing_changes_nothing_when_the_tail_has_moved(store: Store) -> None:
    (place,) = await store.say("a")
    (moved,) = await store.say("x")
    healed, tail = await store.history.heal(ROOM, place, [after(place, "b")])
    assert (healed, tail) == (False, moved)
    assert await store.ids() == ["a", "x"]


async def test_healing_skips_what_is_there_and_goes_in_steps(store: Store) -> None:
    (place,) = await store.say("a")
    lost = [after(place, "a"), *(after(place, f"m{i}") for i in range(150))]
    healed, tail = await store.history.heal(ROOM, place, lost)
    assert healed
    assert tail.seq == 151
    assert await store.ids() == ["a", *(f"m{i}" for i in range(150))]


async def test_a_fork_happens_once_and_the_sequence_goes_on(store: Store) -> None:
    (place,) = await store.say("a")
    first = await store.history.fork(ROOM, place.epoch)
    assert first != place.epoch
    assert await store.history.fork(ROOM, place.epoch) == first  # the second to ask is told
    (next_place,) = await store.say("b")
    assert (next_place.epoch, next_place.seq) == (first, 2)
    view = await store.history.up(ROOM, 0)
    assert view.forked == (place.epoch,)
    assert view.rows[0].entry.at_place.tag == place.tag


async def test_a_log_remembers_only_its_last_forks(store: Store) -> None:
    (place,) = await store.say("a")
    epochs = [place.epoch]
    for _ in range(12):
        epochs.append(await store.history.fork(ROOM, epochs[-1]))
    assert list((await store.history.up(ROOM, 0)).forked) == list(reversed(epochs))[1:9]


async def test_an_entry_that_amended_another_says_what_it_changed(store: Store) -> None:
    await store.say("a", "b")
    edit = Commit(
        room=ROOM, id=EventId("e"), kind="edited", author=AUTHOR, body=b"E", target=EventId("a"), amended=b"new"
    )
    again = Commit(
        room=ROOM, id=EventId("f"), kind="edited", author=AUTHOR, body=b"F", target=EventId("a"), amended=b"newer"
    )
    await store.committing.submit([edit, again])
    first, _, once, twice = (await store.history.up(ROOM, 0)).rows
    assert first.entry.body == b"newer"
    assert (once.entry.body, once.amendment) == (b"F", None)  # its old words are gone with what it did
    assert twice.amendment == Amendment(EventId("a"), (1, 3), b"newer")


async def test_trimming_is_exact_at_the_head_however_much_there_is(store: Store, steady_engine: Engine) -> None:
    await store.say(*(f"m{i}" for i in range(TRIM_STEP + 50)))
    assert await store.history.trim(ROOM, None, 10) == TRIM_STEP + 40
    assert await store.ids() == [f"m{i}" for i in range(TRIM_STEP + 40, TRIM_STEP + 50)]
    assert await steady_engine.ask("XLEN", f"warm:{{{ROOM}}}:log") == 10
    assert await store.history.trim(ROOM, 0, None) == 0
    assert await store.history.trim(ROOM, 10**15, None) == 10
    (place,) = await store.say("next")
    assert place.seq == TRIM_STEP + 51
