"""What two views of one log say about each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rooms.envelope import Logged, epoch_stem
from rooms.events import Entry, EventId, Position, RoomKey, UserId
from rooms.recovery import (
    Fork,
    Gap,
    Heal,
    LogView,
    Recovered,
    agrees,
    chain,
    compare,
    fits,
    moved,
    newest,
    why_not,
)

ROOM = RoomKey("adult/postpartum")
EPOCH = epoch_stem(ROOM) + "e1"


def log_of(*ids: str, epoch: str = EPOCH) -> list[Entry]:
    """A log of these ids from the start."""
    entries, tag = [], ""
    for seq, id in enumerate(ids, 1):
        before, tag = tag, chain(tag, EventId(id))
        entries.append(Entry(ROOM, Position(epoch, seq, tag), EventId(id), "message", UserId("u"), 1, b"body", before))
    return entries


def view_of(log: list[Entry], after: int, *, head: int = 1, forked: tuple[str, ...] = ()) -> LogView:
    rows = tuple(Logged(entry) for entry in log if entry.seq > max(after, head - 1))
    return LogView(log[-1].at_place, head, forked, rows)


def judge(ring: list[Entry], log: list[Entry], head: int = 1) -> object:
    return compare(ring[-1].at_place, ring, view_of(log, ring[-1].seq, head=head))


def test_entries_that_follow_are_recovered_and_none_is_none() -> None:
    log = log_of("a", "b", "c", "d")
    assert judge(log[:2], log) == Recovered((Logged(log[2]), Logged(log[3])))
    assert judge(log, log) == Recovered(())


def test_a_log_that_ends_inside_our_ring_is_healed_from_there() -> None:
    log = log_of("a", "b", "c", "d")
    assert judge(log, log[:2]) == Heal(log[1].at_place)
    assert judge(log[2:], log[:2]) == Heal(log[1].at_place)  # the first row's `prev` is enough
    assert compare(log[-1].at_place, log, LogView(Position(EPOCH, 0, ""))) == Heal(Position(EPOCH, 0, ""))


def test_other_entries_in_our_place_are_a_fork_wherever_the_other_log_ends() -> None:
    """Shorter, as long and longer than what we know: the epoch is the same, only tags tell."""
    ours = log_of("a", "b", "c", "d", "e")
    for others in (["x"], ["x", "y", "z"], ["x", "y", "z", "v"]):
        assert judge(ours, log_of("a", "b", *others)) == Fork()


def test_a_log_that_ends_before_our_ring_begins_cannot_be_joined() -> None:
    log = log_of("a", "b", "c", "d")
    assert judge(log[3:], log[:1]) == Fork()


def test_other_epochs_are_a_fork_of_ours_or_a_loss() -> None:
    ours, theirs = log_of("a", "b"), log_of("a", "b", "c", epoch=EPOCH + "x")
    assert compare(ours[-1].at_place, ours, view_of(theirs, 2, forked=(EPOCH,))) == Gap("fork")
    assert compare(ours[-1].at_place, ours, view_of(theirs, 2)) == Gap("lost")
    assert compare(ours[-1].at_place, ours, LogView(None)) == Gap("lost")


def test_what_was_trimmed_before_we_saw_it_is_a_gap() -> None:
    log = log_of("a", "b", "c", "d", "e")
    assert judge(log[:2], log, head=4) == Gap("trimmed")
    assert judge(log[:2], log, head=3) == Recovered(tuple(Logged(entry) for entry in log[2:]))


def test_moved_sees_every_part_of_a_place() -> None:
    here = Position(EPOCH, 3, "aa")
    assert not moved(here, Position(EPOCH, 3, "aa"))
    for other in (None, Position("x", 3, "aa"), Position(EPOCH, 4, "aa"), Position(EPOCH, 3, "bb")):
        assert moved(here, other)


@given(common=st.integers(0, 8), ours=st.integers(0, 8), theirs=st.integers(0, 8))
def test_a_fork_is_seen_exactly_when_histories_differ(common: int, ours: int, theirs: int) -> None:
    """T4: any two histories with a common beginning, however long each went on alone."""
    shared = [f"s{i}" for i in range(common)]
    mine = log_of(*shared, *(f"a{i}" for i in range(ours)))
    other = log_of(*shared, *(f"b{i}" for i in range(theirs)))
    if not mine or not other:
        return
    finding = judge(mine, other)
    if ours and theirs:
        assert finding == Fork()
    elif ours:
        assert finding == Heal(other[-1].at_place)
    else:
        assert finding == Recovered(tuple(Logged(entry) for entry in other[common:]))


def test_a_cursor_is_good_at_the_tail_or_when_the_next_tag_chains_from_it() -> None:
    log = log_of("a", "b", "c")
    tail = log[-1].at_place
    assert why_not(ROOM, tail, tail, 1, None) is None
    assert why_not(ROOM, log[0].at_place, tail, 1, log[1]) is None
    assert why_not(ROOM, log[0].at_place, tail, 2, log[1]) is None  # its own entry is trimmed
    assert why_not(ROOM, Position(EPOCH, 0, ""), tail, 1, log[0]) is None


def test_a_bad_cursor_says_why() -> None:
    log = log_of("a", "b", "c")
    tail = log[-1].at_place
    assert why_not(ROOM, Position(EPOCH, 1, "0" * 16), tail, 1, log[1]) == "foreign"
    assert why_not(ROOM, Position(EPOCH, 3, "0" * 16), tail, 1, None) == "foreign"
    assert why_not(ROOM, Position(EPOCH, 4, tail.tag), tail, 1, None) == "foreign"
    assert why_not(ROOM, Position("of another room", 1, "aa"), tail, 1, log[1]) == "foreign"
    assert why_not(ROOM, Position(epoch_stem(ROOM) + "old", 1, "aa"), tail, 1, log[1]) == "fork"
    assert why_not(ROOM, log[0].at_place, None, 1, None) == "fork"
    assert why_not(ROOM, log[0].at_place, tail, 3, log[2]) == "trimmed"


def test_tags_agree_only_when_equal() -> None:
    assert agrees(chain("", EventId("a")), chain("", EventId("a")))
    assert not agrees(chain("", EventId("a")), chain("", EventId("b")))
    assert len(chain("", EventId("a"))) == 16


def test_the_newest_page_keeps_within_count_and_bytes_but_is_never_empty() -> None:
    log = log_of("a", "b", "c")
    assert newest(log, 2, 1000) == log[1:]
    assert newest(log, 3, 8) == log[1:]
    assert newest(log, 3, 1) == log[2:]
    assert newest([], 3, 1) == []
    assert fits(log, 3, 12)
    assert not fits(log, 2, 12)
    assert not fits(log, 3, 11)
