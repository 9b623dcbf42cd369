"""Whatever happens on the way, what is handed up is the log in order, or a reset.

The machine plays an engine (log, forks, flushes, trims, lost and doubled deliveries) and the part of the backplane that
mends; the intake under test must never show a hole, a repeat or another order.
"""

from __future__ import annotations

from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rooms import envelope
from rooms.envelope import Control, Logged, PresenceDiff, TypingBlip
from rooms.events import Entry, EventId, Position, RoomKey, UserId
from rooms.healing import Mended
from rooms.intake import Intake, RoomReset, Settled
from rooms.recovery import Fork, Gap, Heal, LogView, Recovered, chain, compare
from rooms.ring import Ring
from rooms.subscriber import Mark

ROOM = RoomKey("adult/postpartum")
CHANNEL = envelope.channel(ROOM).encode()


def payload(entry: Entry) -> bytes:
    place = entry.at_place
    words = (place.epoch, place.seq, place.tag, entry.prev, entry.at, entry.id, entry.kind, entry.author)
    return b"c " + " ".join(map(str, words)).encode() + b"\n" + entry.body


def opened() -> tuple[Intake, deque[object], Ring]:
    arrivals: deque[object] = deque()
    intake, ring = Intake(arrivals), Ring(ROOM)
    intake.add(ring)
    ring.load(Position("e0", 0, ""), [])
    arrivals.append(Settled(ring, 0, Mended()))
    intake.take()
    return intake, arrivals, ring


class Delivery(RuleBasedStateMachine):
    """One room, one node."""

    def __init__(self) -> None:
        super().__init__()
        self.intake, self.arrivals, self.ring = opened()
        self.log: list[Entry] = []
        self.epoch = "e0"
        self.forked: tuple[str, ...] = ()
        self.head = 1
        self.said = 0
        self.seen: list[Entry] = []  # since the last reset
        self.began = 0  # sequence after which `seen` begins

    def _append(self) -> Entry:
        self.said += 1
        prev = self.log[-1].at_place.tag if self.log else ""
        seq = self.log[-1].seq + 1 if self.log else 1
        id = EventId(f"m{self.said}")
        entry = Entry(ROOM, Position(self.epoch, seq, chain(prev, id)), id, "message", UserId("u"), seq, b"", prev)
        self.log.append(entry)
        return entry

    def _tail(self) -> Position | None:
        return self.log[-1].at_place if self.log else None

    @rule(copies=st.sampled_from([0, 1, 1, 1, 2]))
    def say(self, copies: int) -> None:
        """A commit; its publication arrives once, never, or twice."""
        entry = self._append()
        self.arrivals.extend([b"smessage", CHANNEL, payload(entry)] for _ in range(copies))

    @rule(back=st.integers(1, 5))
    def repeat(self, back: int) -> None:
        """An old publication arrives again."""
        if len(self.log) >= back:
            self.arrivals.append([b"smessage", CHANNEL, payload(self.log[-back])])

    @rule(lost=st.integers(1, 4), fresh=st.integers(0, 6), heard=st.booleans())
    def fail_over(self, lost: int, fresh: int, heard: bool) -> None:
        """The newest entries are gone, others may stand in their place."""
        del self.log[max(len(self.log) - lost, 0) :]
        for _ in range(fresh):
            entry = self._append()
            if heard:
                self.arrivals.append([b"smessage", CHANNEL, payload(entry)])
        self.arrivals.append(Mark.RESUMED)

    @rule()
    def flush(self) -> None:
        self.log, self.forked, self.head = [], (), 1
        self.epoch = f"flushed{self.said}"
        self.arrivals.append(Mark.RESUMED)

    @rule(kept=st.integers(0, 5))
    def trim(self, kept: int) -> None:
        if self.log:
            self.head = max(self.head, self.log[-1].seq - kept + 1)
            self.arrivals.append([b"smessage", CHANNEL, b"t %b %d\n" % (self.epoch.encode(), self.head)])

    @rule()
    def take(self) -> None:
        for arrival in self.intake.take():
            if isinstance(arrival, RoomReset):
                self.seen, self.began = [], self.ring.seq
            elif isinstance(arrival, Entry):
                if not self.seen:
                    self.began = arrival.seq - 1
                self.seen.append(arrival)
        if self.intake.resumed:
            self.intake.resumed = False
            if self.ring not in self.intake.mending:
                self.intake.doubt(self.ring)

    @rule()
    def mend(self) -> None:
        """What healing does, against our model of the log; the answer joins the arrivals."""
        if self.ring not in self.intake.doubted or self.ring in self.intake.mending:
            return
        self.intake.doubted.pop(self.ring)
        self.intake.mending.add(self.ring)
        covered = self.ring.held
        while True:
            rows = tuple(Logged(e) for e in self.log if e.seq > max(self.ring.seq, self.head - 1))
            view = LogView(self._tail(), self.head, self.forked, rows)
            match compare(self.ring.position, self.ring.rows, view):
                case Recovered(more):
                    self.arrivals.append(Settled(self.ring, covered, Mended(rows=more)))
                    return
                case Heal(after):
                    lost = self.ring.logged_after(after.seq)
                    self.log += [logged.entry for logged in lost]
                case Fork():
                    self.forked = (self.epoch, *self.forked)
                    self.epoch = f"forked{len(self.forked)}at{self.said}"
                    self.log = [self._moved(entry) for entry in self.log]
                case Gap(why):
                    begin = LogView(self._tail() or Position(self.epoch, 0, ""), self.head, (), ())
                    self.arrivals.append(Settled(self.ring, covered, Mended(why=why, view=begin)))
                    return

    def _moved(self, entry: Entry) -> Entry:
        place = Position(self.epoch, entry.seq, entry.at_place.tag)
        return Entry(ROOM, place, entry.id, entry.kind, entry.author, entry.at, entry.body, entry.prev)

    @invariant()
    def what_was_handed_up_has_no_hole_and_no_repeat(self) -> None:
        for before, after in zip(self.seen, self.seen[1:], strict=False):
            assert after.seq == before.seq + 1
            assert after.prev == before.at_place.tag
        if self.seen:
            assert self.ring.seq == self.seen[-1].seq

    def teardown(self) -> None:
        """Left alone, with one look at the log, everybody arrives at the log's end."""
        self.arrivals.append(Mark.RESUMED)
        for _ in range(6):
            self.take()
            self.mend()
        self.take()
        assert not self.ring.frozen
        tail = self._tail()
        if tail is not None:
            assert self.ring.position == tail
        if self.seen:
            by_seq = {entry.seq: entry.id for entry in self.log}
            assert [entry.id for entry in self.seen] == [by_seq[entry.seq] for entry in self.seen]


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_lossy_envelopes_pass_and_broken_ones_are_counted() -> None:
    intake, arrivals, _ = opened()
    for sent in (b"p 1 2 3\nx", b"y -\nalias", b"nonsense", b"c broken\n"):
        arrivals.append([b"smessage", CHANNEL, sent])
    arrivals.append([b"smessage", envelope.ALL_NODES.encode(), b"x logout\nu"])
    assert [type(arrival) for arrival in intake.take()] == [PresenceDiff, TypingBlip, Control]
    assert intake.counted["bad_envelopes"] == 2


def test_a_fork_notice_puts_the_room_in_doubt_only_if_it_is_our_epoch() -> None:
    intake, arrivals, ring = opened()
    arrivals.append([b"smessage", CHANNEL, b"f other e9\n"])
    intake.take()
    assert not ring.frozen
    arrivals.append([b"smessage", CHANNEL, b"f e0 e9\n"])
    intake.take()
    assert ring.frozen
    assert list(intake.doubted) == [ring]


def test_what_comes_for_a_closed_room_goes_nowhere() -> None:
    intake, arrivals, ring = opened()
    intake.doubt(ring)
    intake.remove(ROOM)
    arrivals.append([b"smessage", CHANNEL, b"y -\nalias"])
    arrivals.append(Settled(ring, 0, Mended()))
    assert intake.take() == []
    assert intake.doubted == {}
