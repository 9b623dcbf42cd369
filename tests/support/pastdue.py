"""Past due: one row of each timed state, falling due at one moment; and what each must be once that was seen to.

    cases = timed(at)                      # engine ms at which every one of them falls due
    await write(matchmaker, cases)
    late = [case.name for case in cases if not case.fired(await matchmaker.find(*case.ref))]
    foretold(cases)                        # who must have been told what, and how often: by the pure machine

With durations like the defaults nothing falls due a second time while a test looks on. A `stem` makes the ids of one
batch its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rooms import falling_due, rows
from rooms.durations import DAY, DURATIONS, Durations
from rooms.effects import Do
from rooms.escalation import Asking, Clock
from rooms.handover import Handover, Line
from rooms.held import Held, Hold
from rooms.listening import Listener, Listening
from rooms.matchmaker import Matchmaker
from rooms.offering import Offer, Offering
from rooms.scene import No, Ref
from rooms.seeking import Request, Seeking
from rooms.session import Session, Talk
from rooms.ties import Person
from tests.support.pairs import made, putting
from tests.support.scenes import Stage

# Who, which event, and its code and state where it has them.
Told = tuple[str, str, str, str]
# What no listener has: whoever is there besides is not put to anybody of these.
NOBODY = frozenset({"nobody"})


@dataclass(frozen=True, slots=True)
class Case:
    """A row that falls due, those it needs, and whether it is what it must be after one firing."""

    name: str
    row: Any
    fired: Callable[[Any], bool]
    beside: tuple[Any, ...] = ()

    @property
    def ref(self) -> Ref:
        return rows.ref_of(self.row)


def timed(at: int, times: Durations = DURATIONS, stem: str = "") -> list[Case]:
    """One of each. `at`: engine ms; `times`: those of the nodes."""
    many = (_requests, _offers, _talks, _transfers, _listeners, _holds)
    cases = [case for some in many for case in some(at, times, stem)]
    for case in cases:
        assert rows.due_at(case.row, times) == at, case.name
    return cases


def foretold(cases: Sequence[Case], at: int, times: Durations = DURATIONS) -> Counter[Told]:
    """What people are told when each of these has fired once, as the pure machine says."""
    found: Counter[Told] = Counter()
    for case in cases:
        stage = Stage(times)
        stage.now, stage.rows = at, {rows.ref_of(row): row for row in (case.row, *case.beside)}
        assert not isinstance(stage.play(falling_due.fall, case.ref), No), case.name
        found.update(sign(one.to, one.fields["event"], one.fields) for _, one in stage.owed if one.do is Do.TELL)
    return found


def sign(to: str, kind: str, told: Mapping[str, Any]) -> Told:
    """A telling, by what can be compared of it: also of an inbox's entry."""
    return to, kind, str(told.get("code") or ""), str(told.get("state") or "")


async def write(matchmaker: Matchmaker, cases: Sequence[Case]) -> None:
    await made(matchmaker, putting(*(row for case in cases for row in (case.row, *case.beside))))


def _request(name: str, fired: Callable[[Any], bool], **fields: Any) -> Case:
    row = Request(**{"id": f"r-{name}", "seeker": f"s-{name}", "told": 10_000, "prefer": NOBODY, **fields})
    return Case(name, row, fired, (Person(user=row.seeker, request=row.id),))


def _requests(at: int, times: Durations, stem: str) -> list[Case]:
    def one(name: str, fired: Callable[[Any], bool], **fields: Any) -> Case:
        return _request(f"{stem}{name}", fired, **fields)

    def state(wanted: Seeking) -> Callable[[Any], bool]:
        return lambda row: row.state is wanted

    return [
        one("update", lambda row: row.told == 1, since=at - times.update, told=0),
        one("alternatives", lambda row: row.told == 3, since=at - times.alternatives, told=2),
        one("call", state(Seeking.CALLBACK_OFFERED), since=at - times.call_back),
        one("cut", state(Seeking.CLOSED), since=at - DAY, choose_by=-1, gone_at=at - times.keeps_place),
        one("choice", state(Seeking.CLOSED), since=1, state=Seeking.CALLBACK_OFFERED, choose_by=at),
        one("called", state(Seeking.CLOSED), since=1, state=Seeking.CALL_BACK, choose_by=at),
        one("forget", lambda row: row is None, since=1, state=Seeking.CLOSED, ended_at=at - times.receipt),
    ]


def _offers(at: int, times: Durations, stem: str) -> list[Case]:
    o, r, s, l = (f"{letter}-{stem}open" for letter in "orsl")  # noqa: E741
    offer = Offer(id=o, request=r, seeker=s, listener=l, made=at - times.offer)
    beside = (
        Request(id=r, seeker=s, since=at, told=10_000, prefer=NOBODY, state=Seeking.OFFERED, offers=(o,)),
        Person(user=s, request=r),
        Listener(user=l, state=Listening.OFFERED, offers=(o,), given=20),
    )
    missed = (replace(beside[2], misses=1, user=f"{l}-2", offers=(f"{o}-2",)), replace(beside[0], id=f"{r}-2"))
    second = replace(offer, id=f"{o}-2", request=f"{r}-2", seeker=f"{s}-2", listener=f"{l}-2")
    missed_beside = (missed[0], replace(missed[1], seeker=f"{s}-2", offers=(f"{o}-2",)), Person(user=f"{s}-2"))
    return [
        Case(f"{stem}lapse", offer, lambda row: row.state is Offering.LAPSED, beside),
        Case(f"{stem}second-miss", second, lambda row: row.state is Offering.LAPSED, missed_beside),
    ]


def _talk(name: str, fired: Callable[[Any], bool], at: int, *more: Any, **fields: Any) -> Case:
    row = Session(
        **{
            "id": f"t-{name}", "request": f"r-{name}", "seeker": f"s-{name}", "listener": f"l-{name}", "began": 1,
            "state": Talk.ACTIVE, "seeker_spoke": 1, "listener_spoke": 1, "bells": 2, "stirred": at,
            "soft_end": at + DAY, **fields,
        }
    )  # fmt: skip
    beside: tuple[Any, ...] = (
        Request(id=row.request, seeker=row.seeker, since=at, prefer=NOBODY, state=Seeking.MATCHED, session=row.id),
        Person(user=row.seeker, request=row.request, session=row.id),
        Listener(user=row.listener, state=Listening.IN_SESSION, sessions=(row.id,), given=20),
        Person(user=row.listener, listening=True),
    )
    taken = {rows.ref_of(each) for each in more}
    return Case(name, row, fired, (*(each for each in beside if rows.ref_of(each) not in taken), *more))


def _talks(at: int, times: Durations, stem: str) -> list[Case]:
    def one(name: str, fired: Callable[[Any], bool], *more: Any, **fields: Any) -> Case:
        return _talk(f"{stem}{name}", fired, at, *more, **fields)

    def state(wanted: Talk) -> Callable[[Any], bool]:
        return lambda row: row.state is wanted

    first = {"state": Talk.CONNECTING, "seeker_spoke": 0, "listener_spoke": 0, "soft_end": 0}
    held = f"{stem}held-listener"
    hold = Hold(user=f"s-{held}", case=f"c-{held}", since=at, stirred=at, session=f"t-{held}", asking=Asking(since=at))
    gone, sat = at - times.seeker_gone, at - times.listener_gone
    return [
        one("nudge", lambda row: row.nudged, **first, began=at - times.nudge),
        one("connect", state(Talk.ENDED), **first, began=at - times.connect, nudged=True),
        one("lost", state(Talk.ENDED), **first, began=at, nudged=True, listener_gone=sat),
        one("unheard", state(Talk.QUIET), **first | {"listener_spoke": 1}, stirred=at - times.quiet),
        one("bell", lambda row: row.bells == 1, bells=0, soft_end=at + times.soft_end - times.first_bell),
        one("second-bell", lambda row: row.bells == 2, bells=1, soft_end=at + times.soft_end - times.second_bell),
        one("hush", state(Talk.QUIET), stirred=at - times.quiet),
        one("soft-end", state(Talk.CLOSING), soft_end=at),
        one("quiet", state(Talk.CLOSING), state=Talk.QUIET, stirred=at - times.quiet_ends),
        one("quiet-gone", state(Talk.CLOSING), state=Talk.QUIET, seeker_gone=gone),
        one("seeker", state(Talk.CLOSING), state=Talk.SEEKER_GONE, seeker_gone=gone),
        one("listener", state(Talk.ENDED), state=Talk.LISTENER_GONE, listener_gone=sat),
        one("held-listener", state(Talk.VACANT), hold, Person(user=hold.user, session=hold.session, held_at=1),
            state=Talk.LISTENER_GONE, listener_gone=sat, held=True),
        one("closing", state(Talk.ENDED), state=Talk.CLOSING, until=at),
        one("words", state(Talk.ARCHIVED), state=Talk.ENDED, ended_at=at - times.text_kept),
        one("sealed", state(Talk.ARCHIVED), state=Talk.ENDED, ended_at=1, sealed_until=at),
        one("receipt", lambda row: row is None, state=Talk.ARCHIVED, ended_at=at - times.receipt_kept),
    ]  # fmt: skip


def _transfers(at: int, times: Durations, stem: str) -> list[Case]:
    """The seeker is asked; others are; one has said yes and has not spoken."""

    def one(name: str, fired: Callable[[Any], bool], *more: Any, **fields: Any) -> Case:
        return _talk(f"{stem}{name}", fired, at, *more, state=Talk.TRANSFERRING, until=at, **fields)

    def next_of(name: str, **fields: Any) -> tuple[Request, Person]:
        seeker, giver = f"s-{stem}{name}", f"t-{stem}{name}"
        on = Request(id=f"n-{stem}{name}", seeker=seeker, since=at, giver=giver, prefer=NOBODY, **fields)
        return on, Person(user=on.seeker, request=on.id, session=on.session or on.giver)

    id = f"{stem}yes"
    taker = Session(
        id=f"u-{id}", request=f"n-{id}", seeker=f"s-{id}", listener=f"m-{id}", began=at, stirred=at, giver=f"t-{id}",
    )  # fmt: skip
    taking = Listener(user=taker.listener, state=Listening.IN_SESSION, sessions=(taker.id,), given=20)
    return [
        one("asked", lambda row: row.state is Talk.ACTIVE, offering="asked"),
        one("offered", lambda row: row.state is Talk.ACTIVE, *next_of("offered"), offering="offered"),
        one("yes", lambda row: row.until > at, *next_of("yes", state=Seeking.MATCHED, session=taker.id), taker, taking,
            offering="taken"),
    ]  # fmt: skip


def _listeners(at: int, times: Durations, stem: str) -> list[Case]:
    def one(name: str, after: Listening, **fields: Any) -> Case:
        row = Listener(user=f"l-{stem}{name}", given=20, **fields)
        return Case(f"{stem}{name}", row, lambda row: row.state is after, (Person(user=row.user, listening=True),))

    return [
        one("wrap-up", Listening.COOL_DOWN, state=Listening.WRAP_UP, rest_until=at, rest=times.cool_down),
        one("cool-down", Listening.AVAILABLE, state=Listening.COOL_DOWN, rest_until=at),
        one("shift", Listening.OFFLINE, state=Listening.AVAILABLE, until=at),
        one("grace", Listening.OFFLINE, state=Listening.AVAILABLE, gone_at=at - times.listener_grace),
        one("suspended", Listening.OFFLINE, state=Listening.SUSPENDED, suspended_until=at),
    ]


def _holds(at: int, times: Durations, stem: str) -> list[Case]:
    def one(name: str, fired: Callable[[Any], bool], **fields: Any) -> Case:
        user = f"h-{stem}{name}"
        usual = {"since": at, "stirred": at, "asking": Asking(step=Clock.TAKEN)}
        row = Hold(**{"user": user, "case": f"case-{stem}{name}", **usual, **fields})
        return Case(f"{stem}{name}", row, fired, (Person(user=user, held_at=1),))

    def clock(step: Clock, since: int, after: Clock) -> Case:
        asking = Asking(step=step, since=since, again_at=at)
        return one(f"clock-{step}", lambda row: row.asking.step is after, asking=asking)

    def call(checks: int, after: int) -> Case:
        line = Handover(state=Line.DIALLING, line="a line", since=at - after, checks=checks)
        return one(f"dialling-{checks}", lambda row: row.handover.checks == checks + 1, handover=line)

    called = Handover(state=Line.DIALLING, line="a line", since=1, checks=3)
    return [
        clock(Clock.DOUBTED, at - times.doubt, Clock.FEW),
        clock(Clock.FEW, at - times.wider, Clock.WIDER),
        clock(Clock.WIDER, at - times.all, Clock.ALL),
        clock(Clock.ALL, at - times.incident, Clock.INCIDENT),
        one("repage", lambda row: row.asking.again_at > at,
            asking=Asking(step=Clock.INCIDENT, since=1, again_at=at)),
        one("check", lambda row: row.checks == 1, since=1, stirred=at - times.check),
        one("check-again", lambda row: row.checks == 2, since=1, checks=1,
            stirred=at - times.check_again),
        call(0, times.first_call), call(1, times.second_call), call(2, times.third_call),
        one("fade", lambda row: row.state is Held.AWAY, gone_at=at - times.held_gone),
        one("fade-calling", lambda row: row.state is Held.AWAY, gone_at=at - times.dialling_gone, handover=called),
        one("seat", lambda row: row.reminded_at > 1, state=Held.AWAY, reminded_at=at - times.seat),
        one("reentry", lambda row: row is None, state=Held.SETTLED, ended_at=at - times.reentry),
    ]  # fmt: skip
