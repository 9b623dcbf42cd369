"""The matchmaker: what nodes agree on about seeking, talking and staying. Rows with a revision, moved by pure steps.

    made = await matchmaker.change(lambda scene: meeting.accept(scene, offer, by, fresh), (RowKind.OFFER, offer))

    read rows and the time ─▶ step(scene) ─▶ write every row, due time, list and effect ─▶ Made(answer, now, targets)
          ▲                    │ No: nothing is written                  │ a row was moved meanwhile
          └────────────────────┴─ a row it had not read ◀────────────────┘ at most twenty times

**Contract.** What a step looked at is as it was when the step is written, or nothing is written and the step is made
anew: of a thousand who accept one offer at once exactly one finds it open. A step may run several times and must be
pure. Effects are written with the rows (rooms/debts.py): after a crash both are there, or neither is. A write whose
answer was lost is asked for again under its mark and is made once; it carries a deadline, so that after `MatchAway`
nobody is surprised by it more than two seconds later. What ends a session fences its room first (rooms/words.py).

**What falls due** is a function of the row and stands in one sorted set. `due` takes it for a lease; the step of time
that sees to it moves the row, and so is made once however many nodes look. What is taken is a `Claim`, and `attend`
puts it away. A node that dies with claims is followed by another when the lease is over.

**Newer nodes.** Fields this version does not know stay in the row (rooms/newer.py). A word it does not know (a state)
is `NewerRow`: the row is left to those who know it, and left out of lists.

No row, list or effect holds a word that anybody wrote (rooms/words.py does).
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from redis.asyncio import Redis

from rooms import newer, pairkeys, rows
from rooms.attendance import Attendance
from rooms.debts import LEASE as DOING
from rooms.debts import Debts, pack
from rooms.durations import CAPS, DURATIONS, Caps, Durations
from rooms.effects import Do
from rooms.moment import Moment, NewerRow, beside, read
from rooms.pairslot import MatchAway, Slot
from rooms.scene import No, Ref, RowKind, Scene, Unread
from rooms.words import Words

__all__ = ["Claim", "Dues", "Made", "MatchAway", "Matchmaker", "NewerRow"]

# Two who move one row at once are common, twenty in a row are a fault. A thousand who want the same meet a row that
# does not move any more after the first.
TRIES = 20
# Seconds more with each try, at most: who was overtaken lets others pass, and not all come back at the same moment.
STEP_ASIDE = 0.002
# Rows a step may ask for one by one; more is a step that goes round in circles.
MOST_UNREAD = 2_000
# Somebody who took what fell due and died is followed by another after this (ms).
LEASE = 500
# A write is made within this of what it was made from, or not at all (ms); its mark outlives every repeat.
WITHIN = 2_000
MARK_KEPT = 10_000
# How often a write is asked for again whose answer was lost.
REPEATS = 1
# A step that touches more rows than this is made alone on its node: a thousand who accept at once, each of whom would
# take back the offers of all the others, come one after the other, and the second finds that it is too late.
MANY = 64
# Seconds for which one reading of who waits serves all who are told their place.
LATELY = 0.5
# Rows read by one script: it runs for about a millisecond.
AT_ONCE = 500

# Kinds whose rows are listed while they are live, and kinds of which nothing ever falls due.
LISTED = (RowKind.REQUEST, RowKind.SESSION, RowKind.LISTENER, RowKind.HOLD)
TIMELESS = (RowKind.WAITS,)

T = TypeVar("T")


class _Wide(Exception):
    """A step touches many rows."""


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """A step that was made: what it answered, when (ms), and to whom something is owed now, which is ours to do."""

    answer: T
    now: int
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that fell due and is ours to see to until the lease is over."""

    member: str
    until: int

    @property
    def ref(self) -> Ref | None:
        """The row it is about, if it is about one."""
        return rows.parse(self.member)


@dataclass(frozen=True, slots=True)
class Dues:
    """What this node is to see to, and to whom to deliver. `next_at`: when the next falls due (ms), if anything."""

    now: int
    claims: tuple[Claim, ...] = ()
    targets: tuple[str, ...] = ()
    next_at: int | None = None
    more: bool = False


def lasting(moment: Moment, scene: Scene) -> bool:
    """Whether what this step does must outlive the machine the engine is on: that somebody is held, and that two people
    are never brought together again.
    """
    for (kind, id), row in scene.changes.items():
        before = moment.rows.get((kind, id))
        if kind is RowKind.HOLD or (kind is RowKind.PERSON and row.barred != (before.barred if before else ())):
            return True
    return False


def leaving(scene: Scene) -> dict[str, list[str]]:
    """Session → who writes nothing there once this step is written: by what it owes them."""
    found: dict[str, list[str]] = {}
    for _, effect in scene.owed:
        if effect.do is Do.SHUT and not effect.fields.get("guest"):
            found.setdefault(effect.fields["session"], []).append(effect.fields["who"])
    return found


class Matchmaker:
    """Rows of pairs in the engine. `client` is from `rooms.calls.engine_client`."""

    def __init__(
        self,
        client: Redis,
        *,
        times: Durations = DURATIONS,
        caps: Caps = CAPS,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.times = times
        self.caps = caps
        self.slot = Slot(client, ticks)
        self._wide = asyncio.Lock()
        self._ticks = ticks
        self._read: dict[RowKind, tuple[float, asyncio.Future[list[Any]]]] = {}
        self.debts = Debts(self.slot)
        self.attendance = Attendance(self.slot)
        self.words = Words(self.slot)

    # moving rows

    async def change(self, step: Callable[[Scene], T | No], *need: Ref) -> Made[T] | No:
        """Make a step, once. `need`: rows it will look at, as far as they are known. Raises MatchAway."""
        made, _ = await self._change(step, need)
        return made

    async def attend(self, claim: Claim, step: Callable[[Scene], T | No], *need: Ref) -> Made[T] | No:
        """Make the step that something due asks for, and put the claim away, whatever came of it. Raises MatchAway."""
        return await self.attend_all((claim,), step, *need)

    async def attend_all(self, claims: Sequence[Claim], step: Callable[[Scene], T | No], *need: Ref) -> Made[T] | No:
        """The same for some that are seen to in one step: one reading and one write for all of them."""
        refs = [*(claim.ref for claim in claims if claim.ref is not None), *need]
        made, moved = await (self._change(step, refs) if len(claims) == 1 else self._stepped(step, refs, None))
        await asyncio.gather(*(self.seen(claim) for claim in claims if claim.ref not in moved))
        return made

    async def _change(self, step: Callable[[Scene], T | No], need: Sequence[Ref]) -> tuple[Made[T] | No, set[Ref]]:
        """Make a step; one that touches many rows, alone on this node. What came of it, and the rows it wrote."""
        try:
            return await self._stepped(step, need, MANY)
        except _Wide:
            async with self._wide:
                return await self._stepped(step, need, None)

    async def _stepped(
        self, step: Callable[[Scene], T | No], need: Sequence[Ref], most: int | None
    ) -> tuple[Made[T] | No, set[Ref]]:
        """Read, step and write until nothing moved in between."""
        refs = dict.fromkeys(need)
        for tries in range(TRIES):
            await asyncio.sleep(random.uniform(0, tries * STEP_ASIDE))
            moment, scene, answer = await self._played(step, refs, most)
            if isinstance(answer, No):
                return answer, set()
            if not (scene.changes or scene.owed or scene.bells):
                return Made(answer, moment.now), set()
            if await self._write(moment, scene):
                targets = tuple(dict.fromkeys(target for target, _ in scene.owed))
                return Made(answer, moment.now, targets), set(scene.changes)
            if len(refs) > MANY:
                refs = dict.fromkeys(need)  # what was in the way may well be near the beginning
            refs.update(dict.fromkeys(ref for ref in scene.changes if ref not in moment.stored))
        raise MatchAway("a row is moved by too many at once")

    async def _played(
        self, step: Callable[[Scene], T | No], refs: dict[Ref, None], most: int | None
    ) -> tuple[Moment, Scene, T | No]:
        """Make a step on rows of one moment; whatever it asks for is read too, and it is made from the start."""
        for _ in range(MOST_UNREAD):
            moment = await read(self.slot, refs)
            scene = moment.scene(self.times, self.caps)
            try:
                return moment, scene, step(scene)
            except Unread as missing:
                refs.update(dict.fromkeys(beside(missing.ref)))
                for ref in moment.named():
                    refs[ref] = None
                    if most is not None and len(refs) > most:
                        raise _Wide from None
        raise AssertionError("a step asks for one row after another")

    async def _write(self, moment: Moment, scene: Scene) -> bool:
        """Write what a step left in its scene; False when something it looked at was moved meanwhile, or it is late."""
        mark = secrets.token_hex(8)
        outs = list(dict.fromkeys(target for target, _ in scene.owed))
        refs = [*scene.changes, *(ref for ref in moment.rows.at if ref not in scene.changes)]
        places = [
            pairkeys.DUE, pairkeys.OWED, pairkeys.DOING, pairkeys.wrote(mark), *map(pairkeys.live, LISTED),
            *map(pairkeys.out, outs), *(pairkeys.row(kind, id) for kind, id in refs),
        ]  # fmt: skip
        args: list[str | bytes | int] = [
            moment.real + WITHIN, self.debts.me, DOING, MARK_KEPT, len(LISTED), len(outs), len(refs), len(scene.owed),
            len(scene.bells),
        ]  # fmt: skip
        for ref in refs:
            args += self._row(moment, scene, ref)
        for place, (target, effect) in enumerate(scene.owed):
            args += (outs.index(target) + 1, pack(f"{mark}:{place}", effect))
        ends = leaving(scene)
        fences = (self.words.fence(pairkeys.session_room(session), mark, *who) for session, who in ends.items())
        await asyncio.gather(*fences)
        written = await self._written(places, [*args, *sorted(scene.bells)], kept=lasting(moment, scene))
        for session in ends if not written else ():
            await self.words.lift(pairkeys.session_room(session), mark)
        return written

    async def _written(self, places: list[str], args: list[str | bytes | int], *, kept: bool = False) -> bool:
        """Ask for a write, and again when its answer was lost: its mark tells the engine that it is the same one."""
        for left in reversed(range(REPEATS + 1)):
            try:
                _, (_, what) = await self.slot.run("pair_write", places, args, kept=kept)
            except MatchAway:
                if not left:
                    raise
            else:
                return bool(what == b"written")
        raise AssertionError("the last repeat answers or raises")

    def _row(self, moment: Moment, scene: Scene, ref: Ref) -> list[str | bytes | int]:
        """The six words of a row in a write."""
        revision, before = moment.stored.get(ref, (b"0", b""))  # not read: it is new, or the write finds that it is not
        if ref not in scene.changes:
            return [revision, "", "", "", 0, ""]
        kind, row = ref[0], scene.changes[ref]
        member = "" if kind in TIMELESS else rows.member(ref)
        place = LISTED.index(kind) + 1 if kind in LISTED else 0
        if row is None:
            return [revision, "-", member, "", place, ""]
        after = rows.pack(row)
        if before:
            after = newer.carried(type(row), before, after)
        due, live = rows.due_at(row, self.times), rows.live_at(row)
        return [revision, after, member, "" if due is None else due, place, "" if live is None else live]

    # what falls due

    async def due(self, limit: int = 50) -> Dues:
        """Take what fell due, and what is owed and nobody is at, for the lease. Raises MatchAway."""
        places = [pairkeys.DUE, pairkeys.OWED, pairkeys.DOING]
        now, (head, members, targets) = await self.slot.run("pair_due", places, [LEASE, limit, self.debts.me])
        claims = tuple(Claim(member.decode(), int(head[1])) for member in members)
        more = limit in (len(members), len(targets))
        return Dues(now, claims, tuple(one.decode() for one in targets), int(head[2]) if head[2] else None, more)

    async def seen(self, claim: Claim) -> None:
        """Put away what was seen to, or needed nothing: nobody looks at it again before it is due. Raises MatchAway."""
        at: int | None = None
        if ref := claim.ref:
            moment = await read(self.slot, [ref])
            if ref in moment.rows.unreadable:
                return  # left to a newer node, when the lease is over
            row = moment.rows[ref]
            at = rows.due_at(row, self.times) if row is not None else None
            if at is not None and at <= moment.now:
                return  # still due: looked at again when the lease is over
        await self.slot.call("pair_seen", [pairkeys.DUE], [claim.member, claim.until, "" if at is None else at])

    def now_ms(self) -> int:
        """About what time it is in rows, without asking: enough for a countdown. 0 before the first answer."""
        return self.slot.now_ms()

    # reading rows

    async def look(self, refs: Iterable[Ref], users: Iterable[str] = ()) -> Scene:
        """Rows to look at, and whether these people are here; nothing is written of this scene. Raises MatchAway."""
        wanted, people = list(dict.fromkeys(refs)), list(users)
        moment = await read(self.slot, wanted[:AT_ONCE], people)
        for start in range(AT_ONCE, len(wanted), AT_ONCE):
            moment.join(await read(self.slot, wanted[start : start + AT_ONCE]))
        return moment.scene(self.times, self.caps)

    async def find(self, kind: RowKind, id: str) -> Any:
        """One row, None where there is none. Raises MatchAway."""
        return (await read(self.slot, [(kind, id)])).rows[kind, id]

    async def lately(self, kind: RowKind) -> list[Any]:
        """Live rows of a kind as they were at most `LATELY` ago: one reading for all who ask meanwhile, for what is
        told to many and is about everybody, like places in a queue. Raises MatchAway.
        """
        at, reading = self._read.get(kind, (0.0, None))
        if reading is None or self._ticks() - at > LATELY or (reading.done() and reading.exception() is not None):
            reading = asyncio.ensure_future(self.live(kind))
            self._read[kind] = (self._ticks(), reading)
        return list(await asyncio.shield(reading))

    async def live(self, kind: RowKind, *, offset: int = 0, limit: int = AT_ONCE) -> list[Any]:
        """Live rows of a kind, those with the lowest score first; without what only newer nodes can read. Raises
        MatchAway.
        """
        ids = await self.slot.ask("zrange", pairkeys.live(kind), offset, offset + limit - 1)
        found: list[Any] = []
        for start in range(0, len(ids), AT_ONCE):
            moment = await read(self.slot, [(kind, id.decode()) for id in ids[start : start + AT_ONCE]])
            found += (row for row in moment.rows.values() if row is not None)
        return found
