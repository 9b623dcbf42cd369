"""A town: people who seek, who listen, and a team, as they behave on the whole; for the queue's simulator.

    town = Town(Setting(come=8, shift=3.0)); town.live(days=10); town.book        # what happened

Figures of behaviour are guesses within what warm lines report, the same for every capacity, and each stands here. What
the people do goes through the verbs of rooms/ like a command would; how long they take is drawn from one seed.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rooms import asides, coming, helping, listening, matching, meeting, parting, seeking, staying, waits, wanting
from rooms import session as talking
from rooms.durations import DAY, HOUR, MINUTE
from rooms.effects import Event
from rooms.events import Band
from rooms.held import OPEN, Joins
from rooms.listening import Listener, Listening
from rooms.matching import Proposal
from rooms.scene import No, RowKind, Staff
from rooms.seeking import Ask, Request, Risk
from rooms.session import Session
from rooms.ties import Person
from tests.support.clockwork import Clockwork, is_waiting
from tests.support.scenes import EVENING

TOPICS = ("anxiety", "sleep", "loss", "work", "family", "illness")
TAGS = ("veteran", "parent", "carer", "student")
# Seconds: the mean time until a listener answers, between two messages that matter, and until a paged responder comes.
ANSWERS, TALKS, COMES = 9.0, 150.0, 35.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One night's figures. Of listeners: so many come each hour and stay for `shift` hours."""

    seekers: float = 20.0  # an hour, who come by themselves
    come: float = 8.0  # listeners an hour
    shift: float = 1.0
    at_once: int = 1  # sessions a listener may have at a time
    talk: float = 45.0  # minutes: the mean of what people would talk, cut off by the soft end
    steady: bool = False  # everybody talks just so long
    team: int = 3
    volunteers: int = 250
    seed: int = 1


@dataclass
class Book:
    """What happened. Times in ms."""

    waits: list[tuple[Request, int, bool]] = field(default_factory=list)  # request, waited, somebody came
    human: list[int] = field(default_factory=list)  # from a disclosure to somebody, who was not there yet
    with_somebody: int = 0  # disclosed to a listener who was there
    gone_alone: int = 0  # ended it, or went, before anybody came
    counts: Counter[str] = field(default_factory=Counter)
    overtaken: list[tuple[str, str]] = field(default_factory=list)  # T14: older, newer
    on_shift_ms: int = 0


class Town:
    """People with habits."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.rng = random.Random(setting.seed)
        self.book = Book()
        self.clock = Clockwork(told=self.told, paged=self.paged, asking=self.asking)
        self._people = 0
        self._disclosed: dict[str, int] = {}  # who waits for anybody since (ms)
        self._beside: Counter[str] = Counter()
        self._voices = self._volunteers()
        self._ends: dict[str, int] = {}  # listeners who are on, until (ms)

    def live(self, days: float) -> Book:
        """Let so many days go by. The first two hours are not counted: a queue that begins empty is no evening."""
        clock, setting = self.clock, self.setting
        clock.on_shift = tuple(
            Staff(f"team{i}", "responder" if i else "supervisor", frozenset({"adult", "teen"}), frozenset({"en"}))
            for i in range(setting.team)
        )
        clock.here = frozenset(one.user for one in clock.on_shift)
        clock.after(0, self._next_seeker)
        clock.after(0, self._next_listener)
        clock.run(EVENING + 2 * HOUR)
        self.book.waits.clear()
        clock.run(EVENING + 2 * HOUR + round(days * DAY))
        return self.book

    # ------------------------------------------------------------------ who comes

    def _volunteers(self) -> list[str]:
        rng, names = self.rng, [f"vol{i}" for i in range(self.setting.volunteers)]
        for name in names:
            given = rng.randrange(5, 40) if self.setting.at_once == 1 else rng.randrange(60, 200)
            vetted = rng.random() < 0.4
            row = Listener(
                user=name, given=given, vetted=vetted, capacity=self.setting.at_once,
                topics=frozenset() if rng.random() < 0.6 else frozenset(rng.sample(TOPICS, 4)),
                tags=frozenset(rng.sample(TAGS, rng.randrange(0, 3))),
                languages=frozenset({"en", "es"} if rng.random() < 0.25 else {"en"}),
                refuses=frozenset({"loss"} if rng.random() < 0.1 else ()),
            )  # fmt: skip
            self.clock.put((RowKind.LISTENER, name), row)
            self.clock.put((RowKind.PERSON, name), Person(user=name, vetted=vetted, listening=True))
        return names

    def _next_listener(self) -> None:
        self.clock.after(self.rng.expovariate(self.setting.come / 3600), self._next_listener)
        off = [one for one in self._voices if one not in self._ends]
        for user in self.rng.sample(off, min(50, len(off))):
            if self._comes(user):
                return
        self.book.counts["no listener could come"] += 1

    def _comes(self, user: str) -> bool:
        """A listener begins a shift, unless a cap of theirs says that they have given enough."""
        clock, until = self.clock, self.clock.now + round(self.setting.shift * HOUR)
        row = clock.find(RowKind.LISTENER, user)
        clock.come(user)
        at = clock.play(helping.come, Person(user=user, vetted=row.vetted), {"until": until}, mood="ok")
        if at.why not in ("", "rest"):
            self.book.counts[f"turned away: {at.why}"] += 1
            clock.go(user)
            return False
        self._ends[user] = until
        self.book.on_shift_ms += until - clock.now
        clock.after(self.setting.shift * 3600, lambda: self._leave(user))
        return True

    def _leave(self, user: str) -> None:
        row: Listener = self.clock.find(RowKind.LISTENER, user)
        if row.sessions:
            self.clock.after(60, lambda: self._leave(user))
            return
        self._ends.pop(user, None)
        self.clock.play(helping.go, user)
        self.clock.go(user)

    def _next_seeker(self) -> None:
        self.clock.after(self.rng.expovariate(self.setting.seekers / 3600), self._next_seeker)
        rng, clock = self.rng, self.clock
        if self._people > 20 and rng.random() < 0.15:
            user = f"p{rng.randrange(self._people)}"
        else:
            self._people, user = self._people + 1, f"p{self._people}"
        person = clock.find(RowKind.PERSON, user)
        band = person.band if person else Band.TEEN if rng.random() < 0.08 else Band.ADULT
        self.ask(user, band)

    def ask(self, user: str, band: Band) -> None:
        """Somebody asks, with wishes as people have them."""
        rng, clock = self.rng, self.clock
        wish: dict[str, Any] = {
            "topic": rng.choice(TOPICS) if rng.random() < 0.7 else "",
            "language": "es" if rng.random() < 0.08 else "en",
            "prefer": frozenset({rng.choice(TAGS)} if rng.random() < 0.08 else ()),
            "notes": frozenset({"loss"} if rng.random() < 0.15 else ()),
        }
        clock.come(user)
        made = clock.play(wanting.seek, Person(user=user, band=band), clock.fresh("r"), **wish)
        if isinstance(made, No):
            self.book.counts[f"asked: {made}"] += 1
            return
        if made.shown:
            return
        made = clock.promise(made.id)
        if rng.random() < 0.06:
            clock.after(rng.expovariate(1 / 40), lambda: self._disclose(user, band))
        if rng.random() < 0.04:
            clock.after(rng.expovariate(1 / 300), lambda: self._cut(user))
        clock.after(120 + rng.expovariate(1 / 3600), lambda: self._give_up(made.id))

    def _give_up(self, id: str) -> None:
        request = self.clock.find(RowKind.REQUEST, id)
        if is_waiting(request) and not request.held:
            self._stopped(request)
            self.clock.play(wanting.step_request, id, Ask.WITHDRAW)

    def _stopped(self, request: Request) -> None:
        self.book.counts["stopped waiting"] += 1
        self.book.waits.append((request, self.clock.now - request.since, False))

    def _cut(self, user: str) -> None:
        self.clock.go(user)
        self.clock.after(self.rng.expovariate(1 / 90), lambda: self.clock.come(user))

    # ------------------------------------------------------------------ what they hear

    def told(self, to: str, fields: dict[str, Any]) -> None:
        match fields["event"]:
            case Event.OFFERED:
                self._offered(to, fields["offer"])
            case Event.SESSION_OPENED if fields["role"] == "listener":
                self._opened(fields["session"])
            case Event.WAITING if fields.get("choose"):
                self.clock.after(30, lambda: self._chooses(fields["request"]))
            case Event.AVAILABILITY if fields.get("note") == "missed":
                self.book.counts["listeners taken for away"] += 1
                self.clock.after(300, lambda: self._comes_back(to))
            case Event.SESSION_CHANGED if self._disclosed.get(to) and self._there(fields, to):
                self.book.human.append(self.clock.now - self._disclosed.pop(to))

    def _there(self, fields: dict[str, Any], to: str) -> bool:
        return any(user != to for user in fields.get("here") or ())

    def _comes_back(self, user: str) -> None:
        row: Listener = self.clock.find(RowKind.LISTENER, user)
        if row.state is Listening.AWAY and self.rng.random() < 0.7 and user in self._ends:
            self.clock.play(helping.come, Person(user=user, vetted=row.vetted), {})

    def _chooses(self, id: str) -> None:
        request = self.clock.find(RowKind.REQUEST, id)
        if request is None or request.state is not seeking.Seeking.CALLBACK_OFFERED:
            return
        said = self.rng.choices((Ask.KEEP, Ask.TELL_ME, Ask.WITHDRAW), (0.5, 0.35, 0.15))[0]
        self.book.counts[f"after 15 min: {said}"] += 1
        if said in (Ask.WITHDRAW, Ask.TELL_ME):
            self._stopped(request)
        self.clock.play(wanting.step_request, id, said)

    def _offered(self, user: str, offer: str) -> None:
        self.book.counts["offers"] += 1
        says, after = self.rng.random(), 2 + self.rng.expovariate(1 / ANSWERS)
        if says < 0.85:
            self.clock.after(after, lambda: self._accepts(user, offer))
        elif says < 0.93:
            self.clock.after(after, lambda: self._declines(user, offer))

    def _declines(self, user: str, offer: str) -> None:
        if not isinstance(self.clock.play(wanting.decline, offer, user), No):
            self.book.counts["declined"] += 1

    def _accepts(self, user: str, offer: str) -> None:
        made = self.clock.play(meeting.accept, offer, user, self.clock.fresh("s"))
        if isinstance(made, No):
            self.book.counts["offers withdrawn before a yes" if made is No.TAKEN else "a yes too late"] += 1

    # ------------------------------------------------------------------ talking

    def _opened(self, id: str) -> None:
        rng, clock = self.rng, self.clock
        session: Session = clock.find(RowKind.SESSION, id)
        request: Request = clock.find(RowKind.REQUEST, session.request)
        self.book.counts["sessions"] += 1
        if request.place:
            self.book.waits.append((request, clock.now - request.since, True))
        if since := self._disclosed.pop(session.seeker, 0):
            self.book.human.append(clock.now - since)
        if rng.random() < 0.01:
            self.book.counts["listener never spoke"] += 1
            return
        mean = self.setting.talk
        minutes = mean if self.setting.steady else min(90.0, rng.gammavariate(5.0, mean / 5.0))
        clock.after(rng.uniform(5, 20), lambda: clock.play(meeting.speak, id, session.listener))
        clock.after(rng.uniform(20, 60), lambda: self._talk(id, clock.now + round(minutes * MINUTE)))
        if rng.random() < 0.04:
            clock.after(rng.uniform(60, 1200), lambda: self._disclose(session.seeker, session.band))
        if rng.random() < 0.04:
            clock.after(rng.uniform(60, 1200), lambda: self._cut(session.seeker))

    def _talk(self, id: str, until: int) -> None:
        session: Session | None = self.clock.find(RowKind.SESSION, id)
        if session is None or session.state not in talking.LIVE or not session.listener:
            return
        if self.clock.now >= until and not session.held:
            self._ends_it(session)
            return
        self.clock.play(meeting.speak, id, session.seeker)
        self.clock.play(meeting.speak, id, session.listener)
        if self.clock.now > until - 5 * MINUTE and self.rng.random() < 0.2:
            for user in (session.seeker, session.listener):
                self.clock.play(asides.extend, id, user)
        self.clock.after(self.rng.expovariate(1 / TALKS), lambda: self._talk(id, until))

    def _ends_it(self, session: Session) -> None:
        if self.rng.random() < 0.02:
            self.book.counts["stepped out, blocked"] += 1
            self.clock.play(parting.part, session.id, session.seeker, "step_out")
        else:
            self.clock.play(staying.close, session.id, self.rng.choice((session.seeker, session.listener)))

    # ------------------------------------------------------------------ held

    def _disclose(self, user: str, band: Band) -> None:
        clock = self.clock
        person = clock.find(RowKind.PERSON, user)
        session: Session | None = clock.find(RowKind.SESSION, person.session) if person.session else None
        live = session is not None and session.state in talking.LIVE
        if not live and not is_waiting(clock.find(RowKind.REQUEST, person.request)):
            return
        self.book.counts["disclosures"] += 1
        if live and session is not None and session.listener and not session.listener_gone:
            self.book.with_somebody += 1
        else:
            self._disclosed[user] = clock.now
        risk = Risk.IMMINENT if self.rng.random() < 0.15 else Risk.HIGH
        clock.play(staying.disclose, Person(user=user, band=band), f"case-{user}", risk, "suicide", "waiting")
        joins = Joins.YES if self.rng.random() < 0.8 else Joins.NOT_YET
        clock.after(20, lambda: clock.play(coming.consent, user, joins))
        clock.after(900 + self.rng.expovariate(1 / 900), lambda: self._well_again(user))

    def paged(self, fields: dict[str, Any]) -> None:
        user = str(fields["case"]).removeprefix("case-")
        for one in fields["people"]:
            if self._beside[one] < 2 and self.rng.random() < 0.7:
                self.clock.after(5 + self.rng.expovariate(1 / COMES), partial(self._takes, user, one))

    def _takes(self, user: str, one: str) -> None:
        hold = self.clock.find(RowKind.HOLD, user)
        if hold is None or hold.state not in OPEN or hold.responders or self._beside[one] >= 2:
            return
        role = next(each.role for each in self.clock.on_shift if each.user == one)
        if not isinstance(self.clock.play(coming.take, user, one, role, self.clock.fresh("s")), No):
            self._beside[one] += 1

    def _well_again(self, user: str) -> None:
        """They say that they are OK, and whoever is there agrees; with nobody there it is theirs to say."""
        hold = self.clock.find(RowKind.HOLD, user)
        if hold is None or hold.state not in OPEN:
            return
        if self._disclosed.pop(user, 0):
            self.book.gone_alone += 1
        person = self.clock.find(RowKind.PERSON, user)
        session = self.clock.find(RowKind.SESSION, person.session) if person.session else None
        beside = [one.user for one in session.guests] if session is not None else []
        self.clock.play(staying.say_ok, user, 1)
        if hold.responders:
            role = next(each.role for each in self.clock.on_shift if each.user == hold.responders[0])
            self.clock.play(staying.settle, user, hold.responders[0], role, 1, 1)
        for one in {*beside, *hold.responders}:
            self._beside[one] = max(0, self._beside[one] - 1)

    # ------------------------------------------------------------------ T14

    def asking(self, proposal: Proposal) -> None:
        """Is anybody passed over who has waited for more than three times the usual, and whom this listener fits?"""
        clock = self.clock
        newer: Request = clock.find(RowKind.REQUEST, proposal.request)
        usual = waits.median(clock.waits_of(newer), matching.USUAL)
        for one in clock.live(RowKind.REQUEST):
            if one.band is not newer.band or one.risk is not newer.risk or one.since >= newer.since:
                continue
            if one.state not in seeking.WAITING or one.gone_at or clock.now - one.since <= 3 * usual:
                continue
            if newer.order < one.order:  # held, or their listener was lost: these come first
                continue
            for user in proposal.listeners:
                listener, person = clock.find(RowKind.LISTENER, user), clock.find(RowKind.PERSON, user)
                if user in {clock.find(RowKind.OFFER, id).listener for id in one.offers}:
                    continue
                if listening.places(listener) - len(listener.sessions) - len(listener.offers) > 1:
                    continue  # there is a place for either
                if matching.qualified(one, clock.find(RowKind.PERSON, one.seeker), listener, person, clock.now):
                    self.book.overtaken.append((one.id, newer.id))
