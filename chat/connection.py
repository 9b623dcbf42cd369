"""One client, from upgrade to close, without a socket.

Payloads go in (`receive`), calls come out (`start`), answers go back (`answer`), and frames wait for the hub's next
flush.

    receive ──▶ unread ──▶ start: decode, legal here?, budget ──▶ Call ──▶ handler ──▶ answer ──▶ frames, in order

Each command takes a *slot*; replies leave in the order of the slots, whatever order their handlers finish in. Up to
`IN_FLIGHT` slots are open at once; beyond that payloads stay unread and `full` tells the gateway to stop reading. A
*flowing* command (send, check, typing, ping) does not wait for the one before it: it takes its place in the tick. Any
other command is a *barrier*: it starts when everything before it has been answered, and nothing after it starts until
it has.

`now` is monotonic seconds. Malformed frames are answered, not punished, until `FAULTS` of them within `FAULT_WINDOW`
seconds. Everything that is answered is paid for from the budget, whether it was a command or not; who goes on without
heeding `retry_after` is shown out (4129). Typing and check have budgets of their own and never cost a message; so has
help, and beyond it there is still the common one.

A conversation lasts as long as its token (`expire`, asked once a second): refreshed in time it goes on, else it ends
with 4100, as it does when the token is taken back (people.py).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from chat import commands as say
from chat import wire
from chat.auth import Identity
from chat.budget import CHECKS, CHECKS_AT_ONCE, HELPING, MOST_REFUSED, Budget
from chat.outbox import Lane, Outbox
from chat.replies import Close, Code, Refused
from rooms.events import Member, Position, RoomKey
from rooms.lantern import Sight
from rooms.topics import Topic

# Sixteen hide a 150 ms round trip at a hundred messages a second; a longer queue only hides trouble.
IN_FLIGHT = 16
# Five frames nobody's client would send, in ten seconds: not a client of ours.
FAULTS = 5
FAULT_WINDOW = 10.0

# A client says `typing` while keys are pressed; others need it every other second.
TYPING_GAP = 2.0

FLOWING = (say.Send, say.Check, say.Typing, say.Ping)


def flows(command: Any) -> bool:
    """Whether a command need not wait for those before it. An answer to a message does: the message is looked up; so do
    words for a responder, who must be there.
    """
    looked_up = getattr(command, "reply_to", None) is not None or getattr(command, "to_responder", False)
    return isinstance(command, FLOWING) and not looked_up


class State(Enum):
    """Where a conversation stands."""

    NEW = auto()  # upgraded, nothing said
    HELLO = auto()  # hello is being answered
    OPEN = auto()
    CLOSED = auto()


@dataclass(slots=True, eq=False)
class Slot:
    """The place of one command in the order of replies."""

    command: Any
    frame: bytes | None = None  # the ready reply; None while unanswered
    silent: bool = False  # typing: nothing is said back


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A command on its way to a handler."""

    connection: Connection
    slot: Slot

    @property
    def command(self) -> Any:
        return self.slot.command

    def answer(self, reply: Any) -> None:
        """Fill the slot; the reply leaves when those before it have left."""
        self.connection.answer(self.slot, reply)


@dataclass(slots=True)
class Membership:
    """A connection's place in one room. `topic` is None for the inbox; `session` names the session of a room of two."""

    key: RoomKey
    topic: Topic | None
    member: Member
    typed_at: float = -TYPING_GAP
    session: str = ""
    roll: list[dict[str, str]] | None = None  # of a session: who has a place there, as it was on entering
    floor: Position | None = None  # of who supervises: what was said up to here was said without them
    entrusted: bool = False  # of a session: what is for the responder only is for this one (entrusting.py)
    watching: bool = False  # opted in to see that lights of others burn (lantern.py)
    lantern: Sight | None = None  # what was told of the night lantern last

    @property
    def listed(self) -> bool:
        """Whether there is a roster of who is in the room."""
        return self.topic is not None and not self.session

    def reads(self, place: Position) -> bool:
        """Whether this person may read what stands there. After a fork of the log nothing older is told apart."""
        return self.floor is None or (place.epoch == self.floor.epoch and place.seq > self.floor.seq)


class Connection:
    """One client's conversation, hello to close."""

    __slots__ = (
        "__weakref__",
        "_barrier",
        "_faults",
        "_helping",
        "_open",
        "_patience",
        "_slots",
        "_typing",
        "_unread",
        "budget",
        "checks",
        "closing",
        "codec",
        "confined",
        "corked",
        "direct",
        "good_until",
        "identity",
        "outbox",
        "paused",
        "rooms",
        "state",
        "tab",
        "touched",
        "ws",
    )

    def __init__(self, codec: wire.Codec, budget: Budget, ws: Any = None) -> None:
        self.codec = codec
        self.ws = ws  # what the gateway writes to; opaque here
        self.budget = budget
        self.checks = Budget(CHECKS if budget.rate else 0.0, CHECKS_AT_ONCE)  # shared by a person, as `budget` is
        self.state = State.NEW
        self.identity: Identity | None = None  # known from welcome on
        self.good_until = 0.0  # seconds since 1970 at which the token runs out; meaningful while OPEN
        self.tab: str | None = None
        self.rooms: dict[str, Membership] = {}  # by the name the client uses
        self.outbox = Outbox()
        self.closing: tuple[Close, str] | None = None  # what to close with once the outbox is empty
        self.confined = False  # kept out of everything but the room of who stays with them (conduct.py)
        self.paused = False  # the socket is behind
        self.corked = False  # nothing may leave yet: the welcome comes first
        self.direct = False  # in one topic room only, so a shared chunk may be written as it is
        self.touched = False  # the hub already knows that something waits here
        self._unread: deque[bytes | str] = deque()
        self._slots: deque[Slot] = deque()
        self._open = 0  # slots started and unanswered
        self._barrier = False  # a barrier is being answered
        self._faults: list[float] | None = None
        self._helping: Budget | None = None  # help asked for, from the first on; beyond it the budget of all commands
        self._typing: Budget | None = None  # what may be typed, from the first `typing` on
        self._patience: Budget | None = None  # refusals for speed, from the first on

    @property
    def full(self) -> bool:
        """Whether to stop reading: sixteen commands wait for their answer."""
        return len(self._slots) + len(self._unread) >= IN_FLIGHT

    @property
    def unread(self) -> bool:
        """Whether something received has not been started."""
        return bool(self._unread)

    @property
    def topics(self) -> int:
        """How many topic rooms this connection is in."""
        return sum(1 for room in self.rooms.values() if room.topic)

    def receive(self, payload: bytes | str) -> None:
        """Take one message off the socket. It is read when its turn comes."""
        if self.state is not State.CLOSED and self.closing is None:
            self._unread.append(payload)

    def start(self, now: float) -> list[Call]:
        """Decode what may start now, in order; answers at once what cannot be a command here."""
        calls: list[Call] = []
        if self.state is State.CLOSED:
            self._unread.clear()
        while self._unread and not self._barrier and len(self._slots) < IN_FLIGHT and self.closing is None:
            command = self._read(now)
            if command is None:
                continue
            slot = Slot(command, silent=isinstance(command, say.Typing))
            if not flows(command):
                if self._open:
                    self._unread.appendleft(command)  # wait: everything before a barrier is answered first
                    break
                self._barrier = True
            self._slots.append(slot)
            self._open += 1
            if self.state is State.NEW:
                self.state = State.HELLO
            calls.append(Call(self, slot))
        return calls

    def answer(self, slot: Slot, reply: Any) -> None:
        """Say the reply to the command of `slot`, after those of the slots before it."""
        if slot.frame is not None:
            raise AssertionError("a command was answered twice")
        slot.frame = b"" if slot.silent or reply is None else wire.ready(self.codec, reply)
        self._open -= 1
        if not flows(slot.command):
            self._barrier = False
        while self._slots and self._slots[0].frame is not None:
            frame = self._slots.popleft().frame
            if frame:
                self.outbox.push(Lane.REPLY, frame)

    def say(self, lane: Lane, value: Any) -> None:
        """Queue one event for this connection alone."""
        self.outbox.push(lane, wire.ready(self.codec, value))

    def close(self, code: Close, reason: str = "") -> None:
        """Close once everything queued has left. The first reason wins."""
        if self.closing is None:
            self.closing = (code, reason)
            self._unread.clear()

    def expire(self, wall: float) -> bool:
        """End the conversation if its token has run out; True if that was just now. `wall`: seconds since 1970."""
        if self.state is not State.OPEN or self.closing is not None or wall < self.good_until:
            return False
        self.close(Close.EXPIRED, "the token has run out")
        return True

    def _read(self, now: float) -> Any:
        """Take one payload and decode it; None when it was answered on the spot."""
        payload = self._unread.popleft()
        if not isinstance(payload, (bytes, str)):
            return payload  # decoded before, put back by a barrier
        try:
            command = wire.decode(self.codec, payload)
        except wire.BadFrame as fault:
            if self._affords(fault.id, now):
                self._refuse(fault.id, Code(fault.code), fault.says, path=fault.path)
            if fault.code == Code.BAD_REQUEST:
                self._count_fault(now)
            return None
        if isinstance(command, say.Typing) and self.state is not State.NEW:
            return command if self._may_type(now) else None
        if isinstance(command, say.Check) and self.state is not State.NEW:
            return command if self._affords(command.id, now, self.checks) else None
        if not self._may_ask_for_help(command, now) and not self._affords(command.id, now):
            return None
        if (self.state is State.NEW) != isinstance(command, say.Hello):
            says = "Say hello first." if self.state is State.NEW else "You have already said hello on this connection."
            self._refuse(command.id, Code.NOT_READY, says)
            return None
        return command

    def _affords(self, re: int | None, now: float, budget: Budget | None = None) -> bool:
        """Pay for one answer; where the budget is spent, say when to come back."""
        wait = (budget or self.budget).spend(now)
        if not wait:
            return True
        self._refuse(re, Code.RATE_LIMITED, "That was a lot at once. Please wait a moment.", wait=wait)
        if self._patience is None:
            self._patience = Budget(self.budget.rate, MOST_REFUSED)
        if self._patience.spend(now):
            self.close(Close.RATE_LIMITED, "too much at once, again and again")
        return False

    def _may_ask_for_help(self, command: Any, now: float) -> bool:
        """Who asks for help is not too fast for it, whatever else they have spent (R1)."""
        if self.state is not State.OPEN or not isinstance(command, (say.Help, say.CareAnswer)):
            return False
        if self._helping is None:
            self._helping = Budget(*HELPING)
        return not self._helping.spend(now)

    def _may_type(self, now: float) -> bool:
        if self._typing is None:
            self._typing = Budget(self.budget.rate, self.budget.burst)
        return not self._typing.spend(now)

    def _refuse(
        self, re: int | None, code: Code, says: str, *, path: str | None = None, wait: float | None = None
    ) -> None:
        slot = Slot(None)
        self._slots.append(slot)
        self._open += 1
        retry = "later" if wait else "never"
        retry_after = round(wait, 2) if wait else None
        was_barrier, self._barrier = self._barrier, False
        self.answer(slot, Refused(re=re, code=code, says=says, retry=retry, retry_after=retry_after, path=path))
        self._barrier = was_barrier

    def _count_fault(self, now: float) -> None:
        recent = [at for at in self._faults or () if now - at < FAULT_WINDOW]
        recent.append(now)
        self._faults = recent
        if len(recent) >= FAULTS:
            self.close(Close.MALFORMED, "five frames in ten seconds were not commands")
