"""The review desk's store: cases, their queue, and what falls due, shared by all nodes.

    review = Review(client, seal)
    opened = await review.open(case, words)                    # once per id; the same thing told again is merged
    stepped = await review.step(case.id, Step.CLAIM, now, by=moderator)        # the case afterwards, or a No
    for case in (await review.due()).cases: ...                # what fell due and is ours to see to, for a lease

**Contract.** A case moves by `step`: it is read, the table (steps.py) says what it becomes, and that is written only if
nobody else has moved it meanwhile; else it is read anew. So of two moderators who claim one case, or two nodes that see
to one deadline, exactly one gets it and the other is told what is there now. The queue, the due times and the audit
trail move in the same script as the case: there is no moment at which they disagree. A case is merged into one that is
not merged itself, which the script sees to: chains are as short as they can be, and never go round.

What falls due is *taken for a lease*. A node that took it and died is followed by another; whoever steps first wins,
and who is slower than the lease steps no second time: a step of time is made only from the case as it was `seen`.
What follows from an end (a delivery, a word to the author) may thus be done twice and must be idempotent (event ids).

During an update newer nodes write what this one does not know: fields are left out, a case with such a word is left out
of lists and left to them, and asked for by its id it is `StoreAway`.

The words of a case lie beside it and are read by who has claimed it; `PURGE` deletes them, and so does their author by
taking them back. Engine trouble is
`StoreAway`, an OSError: nothing was kept, and the caller must not promise that anything was. The exception never holds
the command, which has the words in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum, auto
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from moderation import keys
from moderation.audit import Audit, StoreAway, plain, readable, script
from moderation.cases import ENDED, Case, CaseKind, Debt, No, State, Step, Waiting, Words
from moderation.deadlines import LEASE, TIMES, Due, Times, due_at
from moderation.steps import UNSAID, take
from moderation.verdict import CareBand

__all__ = ["Audit", "Dues", "Gone", "Opened", "Review", "StoreAway"]

# Two moderators at one case is common, ten at once is a fault: then the engine is as good as away.
TRIES = 10
# What one node takes on in one go; the rest is another's, or the next second's.
MOST_DUE = 50
# Looked through at once for those that somebody may see: a list of a month is some ten of these.
MOST_SIFTED = 200

BANDS = ("adult", "teen")
Visible = Callable[[Case], bool]


class Gone(Enum):
    """There is no such case."""

    GONE = auto()


GONE = Gone.GONE


@dataclass(frozen=True, slots=True)
class Opened:
    """The case as it is kept. `fresh`: it was not there before; else this is what became of it since."""

    case: Case
    fresh: bool


@dataclass(frozen=True, slots=True)
class Dues:
    """What this node is to see to within the lease: the engine's time, the cases, and whether there may be more."""

    now: int
    cases: tuple[Case, ...]
    more: bool = False


class Review:
    """Cases in the engine. `seal` is the servers' key for the audit trail."""

    def __init__(self, client: Redis, seal: str = "", times: Times = TIMES) -> None:
        self._client = client
        self.times = times
        self.audit = Audit(client, seal)
        self._open, self._step, self._due = (script(client, name) for name in ("case_open", "case_step", "case_due"))

    # moving cases

    async def open(self, case: Case, words: Words, *, by: str = "") -> Opened:
        """File a case, once per id. About the same as an open one of its kind: merged into that. Raises StoreAway."""
        joins = bool(case.about) and case.waiting is None and case.state is State.OPEN
        due = due_at(case, self.times)
        places = [
            keys.case(case.id), keys.queue(case.band), keys.DUE, keys.cases_of(case.user),
            keys.about(case.kind, case.about), keys.TRAIL, keys.TRAIL_HEAD,
        ]  # fmt: skip
        args: list[Any] = [
            case.id, _row(case), json.dumps(asdict(words)), case.score, due.at if due else "", "1" if joins else "",
            self.audit.seal, case.at, plain(by), plain(case.user), plain(",".join(case.rules)),
        ]  # fmt: skip
        what, *more = await self._run(self._open, places, args)
        if what == b"fresh":
            return Opened(case, True)
        if what == b"there":
            return Opened(_one(more[0]), False)
        opened = await self.open(replace(case, about=""), words, by=by)
        if opened.case.state is not State.OPEN:  # merged by an earlier try
            return opened
        into = more[0].decode()
        merged = await self.step(case.id, Step.MERGE, case.at, into=into, about=case.about)
        return Opened(merged if isinstance(merged, Case) else opened.case, opened.fresh)

    async def step(
        self,
        id: str,
        step: Step,
        now: int,
        *,
        by: str = "",
        words: Words | None = None,
        seen: Case | None = None,
        **changes: Any,
    ) -> Case | No | Gone:
        """Make one step; the case as it stands afterwards, or why not. `words` replace the case's. Raises StoreAway.

        `seen`: only if the case still stands as it did then; else it is `No.MOVED`, whoever moved it.
        """
        for _ in range(TRIES):
            rev, row = await self._ask("hmget", keys.case(id), ["rev", "row"])
            if row is None:
                return GONE
            case = _one(row)
            if seen is not None and case != seen:
                return No.MOVED
            stepped = take(case, step, now, by, claim_for=self.times.claim, **changes)
            if isinstance(stepped, No):
                return stepped
            if step is Step.MERGE:
                head = await self.root(stepped.into)
                if head is None or head.id == id:
                    return GONE if head is None else No.ROUND
                stepped = replace(stepped, into=head.id)
            if await self._write(stepped, rev, step, now, by, words):
                return stepped
        raise StoreAway("the case is moved by too many at once")

    async def _write(self, case: Case, rev: bytes, step: Step, now: int, by: str, words: Words | None) -> bool:
        """Write a case after a step, if it is still at that revision."""
        due = due_at(case, self.times)
        places = [
            keys.case(case.id), keys.queue(case.band), keys.DUE, keys.cases_of(case.user),
            keys.about(case.kind, case.about), keys.ended(case.band), keys.merged(case.into), keys.TRAIL,
            keys.TRAIL_HEAD, keys.case(case.into), keys.merged(case.id),
        ]  # fmt: skip
        ended, purges = case.state in ENDED, step in UNSAID
        noted = "" if step in (Step.SETTLE, Step.WEIGH, Step.PAY) else str(step)
        why = ",".join(filter(None, (case.resolution, case.reason, case.into))) if ended else ""
        args: list[Any] = [
            case.id, rev, _row(case), "-" if purges else json.dumps(asdict(words)) if words else "",
            "" if ended else case.score, due.at if due else "", case.since if ended else "",
            "1" if step is Step.MERGE else "", "1" if step is Step.FORGET else "",
            self.audit.seal, now, noted, plain(by), plain(case.user), plain(why),
        ]  # fmt: skip
        return bool(await self._run(self._step, places, args))

    async def due(self, limit: int = MOST_DUE) -> Dues:
        """Take what has fallen due, for the lease. Raises StoreAway."""
        now, *ids = await self._run(self._due, [keys.DUE], [LEASE, limit])
        rows = await self._rows(ids)
        if gone := [id for id, row in zip(ids, rows, strict=True) if row is None]:
            await self._ask("zrem", keys.DUE, *gone)
        return Dues(int(now), tuple(readable(_case, filter(None, rows))), len(ids) == limit)

    def due_of(self, case: Case) -> Due | None:
        """What falls due next for a case, with this desk's time limits."""
        return due_at(case, self.times)

    async def put_off(self, id: str, until: int) -> None:
        """Let nobody look at a case that is due before this moment (engine ms). Raises StoreAway."""
        await self._ask("zadd", keys.DUE, {id: until}, False, True)

    # reading them

    async def find(self, id: str) -> Case | None:
        """One case. Raises StoreAway."""
        row = await self._ask("hget", keys.case(id), "row")
        return None if row is None else _one(row)

    async def words(self, id: str) -> Words:
        """The private part of a case; empty words once they are deleted. Raises StoreAway."""
        row = await self._ask("hget", keys.case(id), "words")
        return Words() if row is None else Words(**_known(Words, json.loads(row)))

    async def queue(
        self, bands: Collection[str] = BANDS, limit: int = 50, after: str = "", visible: Visible | None = None
    ) -> list[Case]:
        """What nobody has decided, the most urgent first, beyond the place `after` (`place_of`); of `visible` cases so
        many, and nothing of the others. Raises StoreAway.
        """
        return await self._listed([keys.queue(band) for band in bands], limit, after, visible)

    async def ended(
        self, bands: Collection[str] = BANDS, limit: int = 50, after: str = "", visible: Visible | None = None
    ) -> list[Case]:
        """What has ended, the newest first; likewise. Raises StoreAway."""
        return await self._listed([keys.ended(band) for band in bands], limit, after, visible, newest=True)

    async def of(self, person: str) -> list[Case]:
        """This person's cases that have not ended, oldest first. Raises StoreAway."""
        found = await self._cases(list(await self._ask("smembers", keys.cases_of(person))))
        return sorted(found, key=lambda case: case.at)

    async def held_by(self, author: str) -> list[Case]:
        """This author's messages that still wait for somebody to look, oldest first. Raises StoreAway."""
        return [case for case in await self.of(author) if case.waiting is not None]

    async def root(self, id: str) -> Case | None:
        """The case whose answer is the answer of this one: itself, or what it went into in the end. None: it is gone,
        or an older node let cases go into each other. Raises StoreAway.
        """
        passed = {id}
        while (case := await self.find(id)) is not None and case.into:
            id = case.into
            if id in passed:
                return None
            passed.add(id)
        return case

    async def merged_into(self, id: str) -> list[Case]:
        """The cases that wait for the answer of this one, also by way of others. Raises StoreAway."""
        return await self._cases(sorted(await self._ask("smembers", keys.merged(id))))

    async def _listed(
        self, places: list[str], limit: int, after: str, visible: Visible | None, *, newest: bool = False
    ) -> list[Case]:
        """Cases of several sorted sets as one list, beyond a place: `limit` of them, as long as there are so many."""
        found: list[Case] = []
        while len(found) < limit:
            wanted = limit - len(found) if visible is None else MOST_SIFTED
            ids = await self._places(places, wanted, after, newest=newest)
            there = await self._cases([id for _, id in ids])
            found += there if visible is None else filter(visible, there)
            if len(ids) < wanted:
                break
            after = f"{ids[-1][0]:.0f}:{ids[-1][1].decode()}"
        return found[:limit]

    async def _places(self, places: list[str], limit: int, after: str, *, newest: bool) -> list[tuple[float, bytes]]:
        """Scores and members of several sorted sets as one list, beyond a place."""
        start, _, last = after.partition(":")
        rows: list[tuple[float, bytes]] = []
        for place in places:
            least, most = (start or "+inf", "-inf") if newest else (start or "-inf", "+inf")
            rows += [
                (float(score), id)
                for id, score in await self._ask(
                    "zrange", place, least, most, newest, True, float, True, False, 0, limit + 1
                )
            ]
        rows.sort(reverse=newest)
        if after:
            mark = (float(start), last.encode())
            rows = [row for row in rows if (row < mark if newest else row > mark)]
        return rows[:limit]

    async def _cases(self, ids: list[bytes]) -> list[Case]:
        """Those that are there and can be read."""
        return readable(_case, filter(None, await self._rows(ids)))

    async def _rows(self, ids: list[bytes]) -> list[bytes | None]:
        if not ids:
            return []
        pipe = self._client.pipeline(transaction=False)
        for id in ids:
            pipe.hget(keys.case(id.decode()), "row")
        try:
            return list(await pipe.execute())
        except (RedisError, OSError):
            pass
        raise StoreAway("the review desk cannot be read")

    async def _run(self, script: Any, places: list[str], args: list[Any]) -> Any:
        try:
            return await script(keys=places, args=args)
        except (RedisError, OSError):
            pass
        raise StoreAway("the review desk cannot be written")  # out here: no cause that holds the words

    async def _ask(self, command: str, *args: Any) -> Any:
        try:
            return await getattr(self._client, command)(*args)
        except (RedisError, OSError):
            pass
        raise StoreAway("the review desk cannot be read")


def place_of(case: Case, *, ended: bool = False) -> str:
    """Where a list goes on after this case."""
    return f"{case.since if ended else case.score}:{case.id}"


def _row(case: Case) -> str:
    return json.dumps(asdict(case))


def _one(row: bytes) -> Case:
    """The reverse of `_row`. Raises StoreAway: a newer node has to see to this one."""
    if case := readable(_case, [row]):
        return case[0]
    raise StoreAway("a newer node wrote this case")


def _known(kind: type[Case | Waiting | Words | Debt], told: dict[str, Any]) -> dict[str, Any]:
    """Fields that this node knows."""
    return {one.name: told[one.name] for one in fields(kind) if one.name in told}


def _case(row: bytes) -> Case:
    told = json.loads(row)
    waiting, debt = told["waiting"], told.get("debt")
    return Case(
        **_known(Case, told)
        | {
            "kind": CaseKind(told["kind"]),
            "state": State(told["state"]),
            "care": CareBand(told["care"]),
            "rules": tuple(told["rules"]),
            "barred": tuple(told["barred"]),
            "past": tuple((at, did) for at, did in told["past"]),
            "waiting": Waiting(**_known(Waiting, waiting) | {"notes": tuple(waiting["notes"])}) if waiting else None,
            "debt": Debt(**_known(Debt, debt) | {"band": CareBand(debt["band"])}) if debt else None,
        }
    )
