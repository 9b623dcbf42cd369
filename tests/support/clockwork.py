"""Clockwork: days of seeking and talking in seconds, on the pure verbs of rooms/, with a clock that jumps.

    clock = Clockwork(told=town.told, paged=town.paged)
    clock.after(seconds, town.arrives)         # an agenda of the people's
    clock.run(until=ms)                        # what falls due of rows and of the agenda, in order of time

It does what the store and a node's rounds do (rooms/matchmaker.py, chat/evening.py), in one process and without their
engine: rows in a dict, a heap of due times, effects done as they are owed. For simulations of thousands of people; how
it is when several nodes do this at once is tried with real ones. Engine time (ms) throughout.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from rooms import coming, falling_due, matching, rows, seeking, waits, wanting
from rooms.durations import CAPS, DURATIONS, Caps, Durations
from rooms.effects import Do, Effect
from rooms.events import Band
from rooms.listening import Listener
from rooms.matching import Proposal
from rooms.scene import No, Ref, RowKind, Scene, Staff, Unread
from rooms.seeking import Ask, Request, Seeking
from rooms.ties import Person
from tests.support.scenes import EVENING

# A bell is heard by the next look of some node's round, five times a second.
HEARD_AFTER = 200

Told = Callable[[str, dict[str, Any]], None]


def _nobody(*_: Any) -> None:
    return None


class Clockwork:
    """Rows, time, and whoever wants to be told."""

    def __init__(
        self,
        *,
        times: Durations = DURATIONS,
        caps: Caps = CAPS,
        told: Told = _nobody,
        paged: Callable[[dict[str, Any]], None] = _nobody,
        asking: Callable[[Proposal], None] = _nobody,
        measured: Callable[[dict[str, Any]], None] = _nobody,
    ) -> None:
        """`told(to, fields)`: an event for somebody; `asking`: a proposal, before it is put to anybody."""
        self.now = EVENING
        self.times, self.caps = times, caps
        self.rows: dict[Ref, Any] = {}
        self.here: frozenset[str] = frozenset()
        self.on_shift: tuple[Staff, ...] = ()
        self.told, self.paged, self.asking, self.measured = told, paged, asking, measured
        self.fired = 0  # deadlines
        self.rounds = 0  # of matching
        self._live: dict[RowKind, set[str]] = {kind: set() for kind in RowKind}
        self._due: list[tuple[int, int, Ref]] = []
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._rung: set[Band] = set()
        self._numbers = count()

    # time

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Have something done in so many seconds."""
        heapq.heappush(self._agenda, (self.now + round(seconds * 1000), next(self._numbers), what))

    def run(self, until: int) -> None:
        """Do everything that comes before `until`, in order."""
        while True:
            due = self._due[0][0] if self._due else until
            planned = self._agenda[0][0] if self._agenda else until
            if min(due, planned) >= until:
                self.now = until
                return
            if due <= planned:
                at, _, ref = heapq.heappop(self._due)
                row = self.rows.get(ref)
                if row is not None and rows.due_at(row, self.times) == at:
                    self.now = max(self.now, at)
                    self.fired += 1
                    answer = self.play(falling_due.fall, ref)
                    if isinstance(answer, No) or self.rows.get(ref) == row:
                        raise AssertionError(f"a deadline that did not fire: {answer} {row}")
            else:
                at, _, what = heapq.heappop(self._agenda)
                self.now = max(self.now, at)
                what()

    # the store

    def play(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Run a verb, write what it made, and do what is owed then."""
        read: dict[Ref, Any] = {}
        while True:
            scene = Scene(self.now, read, times=self.times, caps=self.caps, here=self.here, on_shift=self.on_shift)
            try:
                answer = verb(scene, *args, **more)
                break
            except Unread as unread:
                read[unread.ref] = self.rows.get(unread.ref)
        if not isinstance(answer, No):
            for ref, row in scene.changes.items():
                self.put(ref, row)
            for bell in scene.bells:
                self._ring(bell)
            for _, effect in scene.owed:
                self._do(effect)
        return answer

    def put(self, ref: Ref, row: Any) -> None:
        """Write a row as it is; None deletes."""
        if row is None:
            self.rows.pop(ref, None)
            self._live[ref[0]].discard(ref[1])
            return
        self.rows[ref] = row
        (self._live[ref[0]].add if rows.live_at(row) is not None else self._live[ref[0]].discard)(ref[1])
        at = rows.due_at(row, self.times)
        if at is not None:
            heapq.heappush(self._due, (at, next(self._numbers), ref))

    def find(self, kind: RowKind, id: str) -> Any:
        return self.rows.get((kind, id))

    def live(self, kind: RowKind) -> list[Any]:
        """Live rows of a kind."""
        return [self.rows[kind, id] for id in sorted(self._live[kind])]

    def fresh(self, stem: str) -> str:
        return f"{stem}{next(self._numbers)}"

    def come(self, user: str) -> None:
        """Connected from now on."""
        self.here |= {user}
        self._look(user)

    def go(self, user: str) -> None:
        self.here -= {user}
        self._look(user)

    def _look(self, user: str) -> None:
        if (RowKind.PERSON, user) in self.rows:
            self.play(falling_due.look, user)

    # what a node does

    def _do(self, effect: Effect) -> None:
        fields = effect.fields
        match effect.do:
            case Do.TELL:
                self.told(effect.to, fields)
            case Do.PAGE:
                self.paged(fields)
            case Do.FOLLOW:
                self.play(coming.arrive, fields["session"], fields["by"])
            case Do.MEASURE:
                self.measured(fields)
                ref = (RowKind.WAITS, f"{fields['band']}/{fields['risk']}")
                row = self.rows.get(ref) or waits.Waits(id=ref[1])
                served = bool(fields.get("served", True))
                self.put(
                    ref,
                    waits.learn(
                        row, self.fresh("m"), fields["place"], fields["waited"], fields["shown"], served=served
                    ),
                )

    def _ring(self, bell: str) -> None:
        kind, _, band = bell.partition(":")
        if kind == "round" and Band(band) not in self._rung:
            self._rung.add(Band(band))
            self.after(HEARD_AFTER / 1000, lambda: self.match(Band(band)))

    def waits_of(self, request: Request) -> waits.Waits:
        found: waits.Waits | None = self.find(RowKind.WAITS, f"{request.band}/{int(request.risk)}")
        return found or waits.Waits()

    def promise(self, id: str) -> Request:
        """What somebody who has just asked is told, and is measured against (chat/pairing.py, `shown`)."""
        request: Request = self.find(RowKind.REQUEST, id)
        place = matching.place(self.live(RowKind.REQUEST), request)
        _, p90 = waits.estimate(self.waits_of(request), place)
        request = replace(request, place=place, shown=p90)
        self.put((RowKind.REQUEST, id), request)
        return request

    def match(self, band: Band) -> None:
        """A round of matching (chat/evening.py, `match`)."""
        self._rung.discard(band)
        self.rounds += 1
        requests: list[Request] = [one for one in self.live(RowKind.REQUEST) if one.band is band]
        if not requests:
            return
        listeners: list[Listener] = self.live(RowKind.LISTENER)
        users = [*(one.seeker for one in requests), *(one.user for one in listeners)]
        people: dict[str, Person] = {user: row for user in users if (row := self.find(RowKind.PERSON, user))}
        usual = {one.risk: waits.median(self.waits_of(one), matching.USUAL) for one in requests}
        back = {one.id for one in requests if one.state is Seeking.CALL_BACK}
        asked = [replace(one, state=Seeking.QUEUED, offers=()) if one.id in back else one for one in requests]
        for one in matching.propose(asked, listeners, people, self.now, usual=usual, times=self.times, caps=self.caps):
            if one.request in back:
                self.play(wanting.step_request, one.request, Ask.FREE)
                continue
            self.asking(one)
            self.play(wanting.ask, one.request, {user: self.fresh("o") for user in one.listeners})


def is_waiting(request: Request | None) -> bool:
    """Whether a request may be offered to somebody, or its seeker is thinking about it."""
    return request is not None and request.state in seeking.OPEN and request.state is not Seeking.MATCHED
