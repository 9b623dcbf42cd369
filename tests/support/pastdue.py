"""Past due: one row of each timed state, falling due at one moment; and what each must be once that was seen to.

    cases = timed(at)                      # engine ms at which every one of them falls due
    await write(matchmaker, cases)
    late = [case.name for case in cases if not case.fired(await matchmaker.find(*case.ref))]

With durations like the defaults nothing falls due a second time while a test looks on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rooms import rows
from rooms.durations import DAY, DURATIONS, Durations
from rooms.escalation import Asking, Clock
from rooms.handover import Handover, Line
from rooms.held import Held, Hold
from rooms.listening import Listener, Listening
from rooms.matchmaker import Matchmaker
from rooms.offering import Offer, Offering
from rooms.scene import Ref
from rooms.seeking import Request, Seeking
from rooms.session import Session, Talk
from rooms.ties import Person
from tests.support.pairs import made, putting


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


def timed(at: int, times: Durations = DURATIONS) -> list[Case]:
    """One of each. `at`: engine ms; `times`: those of the nodes."""
    cases = [*_requests(at, times), *_offers(at, times), *_talks(at, times), *_listeners(at, times), *_holds(at, times)]
    for case in cases:
        assert rows.due_at(case.row, times) == at, case.name
    return cases


async def write(matchmaker: Matchmaker, cases: Sequence[Case]) -> None:
    await made(matchmaker, putting(*(row for case in cases for row in (case.row, *case.beside))))


def _request(name: str, fired: Callable[[Any], bool], **fields: Any) -> Case:
    row = Request(**{"id": f"r-{name}", "seeker": f"s-{name}", "told": 10_000, **fields})
    return Case(name, row, fired, (Person(user=row.seeker, request=row.id),))


def _requests(at: int, times: Durations) -> list[Case]:
    def state(wanted: Seeking) -> Callable[[Any], bool]:
        return lambda row: row.state is wanted

    return [
        _request("update", lambda row: row.told == 1, since=at - times.update, told=0),
        _request("call", state(Seeking.CALLBACK_OFFERED), since=at - times.call_back),
        _request("cut", state(Seeking.CLOSED), since=at - DAY, choose_by=-1, gone_at=at - times.keeps_place),
        _request("choice", state(Seeking.CLOSED), since=1, state=Seeking.CALLBACK_OFFERED, choose_by=at),
        _request("called", state(Seeking.CLOSED), since=1, state=Seeking.CALL_BACK, choose_by=at),
        _request("forget", lambda row: row is None, since=1, state=Seeking.CLOSED, ended_at=at - times.receipt),
    ]


def _offers(at: int, times: Durations) -> list[Case]:
    offer = Offer(id="o-open", request="r-open", seeker="s-open", listener="l-open", made=at - times.offer)
    beside = (
        Request(id="r-open", seeker="s-open", since=at, told=10_000, state=Seeking.OFFERED, offers=("o-open",)),
        Person(user="s-open", request="r-open"),
        Listener(user="l-open", state=Listening.OFFERED, offers=("o-open",), given=20),
    )
    return [Case("lapse", offer, lambda row: row.state is Offering.LAPSED, beside)]


def _talk(name: str, fired: Callable[[Any], bool], **fields: Any) -> Case:
    row = Session(
        **{
            "id": f"t-{name}", "request": f"r-{name}", "seeker": f"s-{name}", "listener": f"l-{name}", "began": 1,
            "state": Talk.ACTIVE, "seeker_spoke": 1, "listener_spoke": 1, "bells": 2, **fields,
        }
    )  # fmt: skip
    beside: tuple[Any, ...] = (
        Request(id=row.request, seeker=row.seeker, since=1, state=Seeking.MATCHED, session=row.id),
        Person(user=row.seeker, request=row.request, session=row.id),
        Listener(user=row.listener, state=Listening.IN_SESSION, sessions=(row.id,), given=20),
        Person(user=row.listener, listening=True),
    )
    return Case(name, row, fired, beside)


def _talks(at: int, times: Durations) -> list[Case]:
    def state(wanted: Talk) -> Callable[[Any], bool]:
        return lambda row: row.state is wanted

    far, first = at + DAY, {"state": Talk.CONNECTING, "seeker_spoke": 0, "listener_spoke": 0}
    here = {"stirred": at, "soft_end": far}
    return [
        _talk("nudge", lambda row: row.nudged, **first, began=at - times.nudge),
        _talk("connect", state(Talk.ENDED), **first, began=at - times.connect, nudged=True),
        _talk("bell", lambda row: row.bells == 1, stirred=at, bells=0, soft_end=at + times.soft_end - times.first_bell),
        _talk("hush", state(Talk.QUIET), stirred=at - times.quiet, soft_end=far),
        _talk("soft end", state(Talk.CLOSING), stirred=at, soft_end=at),
        _talk("quiet", state(Talk.CLOSING), state=Talk.QUIET, stirred=at - times.quiet_ends, soft_end=far),
        _talk("seeker", state(Talk.CLOSING), **here, state=Talk.SEEKER_GONE, seeker_gone=at - times.seeker_gone),
        _talk("listener", state(Talk.ENDED), **here, state=Talk.LISTENER_GONE, listener_gone=at - times.listener_gone),
        _talk("transfer", state(Talk.ACTIVE), **here, state=Talk.TRANSFERRING, until=at, offering="asked"),
        _talk("closing", state(Talk.ENDED), **here, state=Talk.CLOSING, until=at),
        _talk("words", state(Talk.ARCHIVED), state=Talk.ENDED, ended_at=at - times.text_kept),
        _talk("receipt", lambda row: row is None, state=Talk.ARCHIVED, ended_at=at - times.receipt_kept),
    ]


def _listeners(at: int, times: Durations) -> list[Case]:
    def one(name: str, after: Listening, **fields: Any) -> Case:
        row = Listener(user=f"l-{name}", given=20, **fields)
        return Case(name, row, lambda row: row.state is after, (Person(user=row.user, listening=True),))

    return [
        one("wrap up", Listening.COOL_DOWN, state=Listening.WRAP_UP, rest_until=at, rest=times.cool_down),
        one("cool down", Listening.AVAILABLE, state=Listening.COOL_DOWN, rest_until=at),
        one("shift", Listening.OFFLINE, state=Listening.AVAILABLE, until=at),
        one("grace", Listening.OFFLINE, state=Listening.AVAILABLE, gone_at=at - times.listener_grace),
        one("suspended", Listening.OFFLINE, state=Listening.SUSPENDED, suspended_until=at),
    ]


def _holds(at: int, times: Durations) -> list[Case]:
    def one(name: str, fired: Callable[[Any], bool], **fields: Any) -> Case:
        user = f"h-{name}"
        usual = {"since": at, "stirred": at, "asking": Asking(step=Clock.TAKEN)}
        row = Hold(**{"user": user, "case": f"case-{name}", **usual, **fields})
        return Case(name, row, fired, (Person(user=user, held_at=1),))

    def clock(step: Clock, since: int, after: Clock) -> Case:
        asking = Asking(step=step, since=since, again_at=at)
        return one(f"clock {step}", lambda row: row.asking.step is after, asking=asking)

    calling = Handover(state=Line.DIALLING, line="a line", since=at - times.first_call)
    return [
        clock(Clock.DOUBTED, at - times.doubt, Clock.FEW),
        clock(Clock.FEW, at - times.wider, Clock.WIDER),
        clock(Clock.WIDER, at - times.all, Clock.ALL),
        clock(Clock.ALL, at - times.incident, Clock.INCIDENT),
        one("repage", lambda row: row.asking.again_at > at,
            asking=Asking(step=Clock.INCIDENT, since=1, again_at=at)),
        one("check", lambda row: row.checks == 1, since=1, stirred=at - times.check),
        one("dialling", lambda row: row.handover.checks == 1, handover=calling),
        one("fade", lambda row: row.state is Held.AWAY, gone_at=at - times.held_gone),
        one("seat", lambda row: row.reminded_at > 1, state=Held.AWAY, reminded_at=at - times.seat),
        one("reentry", lambda row: row is None, state=Held.SETTLED, ended_at=at - times.reentry),
    ]  # fmt: skip
