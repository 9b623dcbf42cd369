"""An evening of seekers and listeners without an engine: rows in a dict, a clock set by hand, effects done in order.

It drives the pure verbs exactly as the store does: a verb is run on a scene that has read nothing, and again for each
row it finds unread; rows are packed and unpacked, so that nothing lives that could not be stored; a `No` writes
nothing.
Not an imitation of the engine: nothing here is at the same time as anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from rooms import coming, falling_due, matching, meeting, rows, seeking, wanting
from rooms.durations import DAY, DURATIONS, Durations
from rooms.effects import Do, Effect, Event
from rooms.events import Band
from rooms.held import Hold
from rooms.listening import Listener, Listening
from rooms.scene import No, Ref, RowKind, Scene, Staff, Unread
from rooms.seeking import Request
from rooms.session import Session
from rooms.ties import Person

# Engine time at which every evening begins (ms): a Thursday in 2026.
EVENING = 1_790_000_000_000


class Stage:
    """Rows, time, who is here, what is owed and what was told."""

    def __init__(self, times: Durations = DURATIONS) -> None:
        self.now = EVENING
        self.times = times
        self.rows: dict[Ref, Any] = {}
        self.here: set[str] = set()
        self.on_shift: tuple[Staff, ...] = ()
        self.owed: list[tuple[str, Effect]] = []
        self.done: list[tuple[int, Effect]] = []  # with the time at which it was done
        self.bells: set[str] = set()
        self.made = 0

    # what the store does

    def play(self, verb: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Run a verb; write what it made, if it made anything."""
        read: dict[Ref, Any] = {}
        while True:
            scene = Scene(self.now, read, times=self.times, here=frozenset(self.here), on_shift=self.on_shift)
            try:
                answer = verb(scene, *args, **more)
                break
            except Unread as unread:
                read = {**read, unread.ref: self.rows.get(unread.ref)}
        if not isinstance(answer, No):
            self._write(scene)
        return answer

    def _write(self, scene: Scene) -> None:
        for ref, row in scene.changes.items():
            if row is None:
                self.rows.pop(ref, None)
                continue
            assert rows.ref_of(row) == ref
            self.rows[ref] = rows.unpack(ref[0], rows.pack(row))
            assert self.rows[ref] == row, "a row that does not survive being stored"
        self.owed += scene.owed
        self.bells |= scene.bells

    def deliver(self, most: int = 1 << 30) -> None:
        """Do what is owed, oldest first."""
        while self.owed and most > 0:
            most -= 1
            _, effect = self.owed.pop(0)
            self.done.append((self.now, effect))
            if effect.do is Do.FOLLOW:
                self.play(coming.arrive, effect.fields["session"], effect.fields["by"])

    def pass_time(self, milliseconds: int) -> None:
        """Let time go by, and do everything that falls due on its way, in order."""
        until = self.now + milliseconds
        for _ in range(100_000):
            at, ref = self.next_due()
            if ref is None or at > until:
                self.now = until
                return
            self.now = max(self.now, at)
            before = self.rows[ref]
            answer = self.play(falling_due.fall, ref)
            assert not isinstance(answer, No), (answer, before)
            assert self.rows.get(ref) != before, f"what fell due is still due: {before}"
            self.deliver()
        raise AssertionError("deadlines without end")

    def next_due(self) -> tuple[int, Ref | None]:
        dues = [(at, ref) for ref, row in self.rows.items() if (at := rows.due_at(row, self.times)) is not None]
        return min(dues, default=(0, None))

    def match(self, band: Band = Band.ADULT) -> list[Any]:
        """One round of matching."""
        proposals = matching.propose(
            self.all(Request, band), self.all(Listener), {one.user: one for one in self.all(Person)}, self.now,
            times=self.times,
        )  # fmt: skip
        asked = [
            self.play(wanting.ask, one.request, {user: self.fresh("o") for user in one.listeners}) for one in proposals
        ]
        self.deliver()
        return asked

    # looking

    def fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    def all(self, kind: type[Any], band: Band | None = None) -> list[Any]:
        return [row for row in self.rows.values() if isinstance(row, kind) and (band is None or row.band is band)]

    def person(self, user: str) -> Person:
        found: Person = self.rows[RowKind.PERSON, user]
        return found

    def listener(self, user: str) -> Listener:
        found: Listener = self.rows[RowKind.LISTENER, user]
        return found

    def request(self, id: str) -> Request:
        found: Request = self.rows[RowKind.REQUEST, id]
        return found

    def session(self, id: str) -> Session:
        found: Session = self.rows[RowKind.SESSION, id]
        return found

    def hold(self, user: str) -> Hold:
        found: Hold = self.rows[RowKind.HOLD, user]
        return found

    def told(self, user: str, event: Event | None = None, since: int = 0) -> list[dict[str, Any]]:
        """What this person was told, oldest first."""
        found = [effect for _, effect in self.done[since:] if effect.do is Do.TELL and effect.to == user]
        return [one.fields for one in found if event is None or one.fields["event"] == event]

    # people

    def come(self, *users: str) -> None:
        """They are connected from now on."""
        self.here |= set(users)
        for user in users:
            if (RowKind.PERSON, user) in self.rows:
                self.play(falling_due.look, user)

    def go(self, *users: str) -> None:
        """They are not."""
        self.here -= set(users)
        for user in users:
            if (RowKind.PERSON, user) in self.rows:
                self.play(falling_due.look, user)
        self.deliver()

    def listens(self, user: str, band: Band = Band.ADULT, *, vetted: bool = False, **more: Any) -> Listener:
        """A listener who is available."""
        fields: dict[str, Any] = {"given": 20, "trained_until": self.now + 90 * DAY} | more
        one = Listener(user=user, band=band, vetted=vetted, state=Listening.AVAILABLE, free_since=self.now, **fields)
        self.rows[RowKind.LISTENER, user] = one
        self.rows[RowKind.PERSON, user] = Person(user=user, band=band, vetted=vetted, listening=True)
        self.come(user)
        return one

    def seeks(self, user: str, band: Band = Band.ADULT, **wish: Any) -> Any:
        """Somebody asks for a listener."""
        self.come(user)
        answer = self.play(wanting.seek, Person(user=user, band=band), self.fresh("r"), **wish)
        self.deliver()
        return answer

    def staff(self, *users: str, role: str = "responder", bands: Iterable[str] = ("adult", "teen")) -> None:
        """They are on shift."""
        self.on_shift += tuple(Staff(user, role, frozenset(bands)) for user in users)
        self.here |= set(users)

    def paired(self, seeker: str = "sam", listener: str = "lee", *, spoken: bool = True, **wish: Any) -> Session:
        """A seeker and a listener in a session, who have both spoken."""
        if (RowKind.LISTENER, listener) not in self.rows:
            self.listens(listener)
        request = self.seeks(seeker, **wish)
        assert isinstance(request, Request), request
        self.match()
        (offer,) = self.request(request.id).offers
        session = self.play(meeting.accept, offer, listener, self.fresh("s"))
        assert isinstance(session, Session), session
        if spoken:
            self.play(meeting.speak, session.id, listener)
            self.play(meeting.speak, session.id, seeker)
        self.deliver()
        return self.session(session.id)


def waiting(request: Request) -> bool:
    """Whether a request still waits for anything."""
    return request.state in seeking.OPEN and request.state is not seeking.Seeking.MATCHED
