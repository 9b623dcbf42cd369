"""Standing: what is kept about one person's conduct, shared by all nodes, and what of it is in force here.

    sanctions   hash         what was decided, with its proof and its appeal        kept while it counts
    reported    hash         reports about the person                               30 days
    reporter    hash         how often the person's own reports were right          a year
    spent:…     sorted set   daily limits of reports and concerns                   a day
    signs       sorted set   what the creep shield counted                          120 days
    alert       string       which level of it moderators know of                   30 days

**Contract.** Every change is one script on keys of one person. A sanction is decided on a history, and written only if
that is still the history: of two moderators who decide at once, the second reads again, and one case leads to one
sanction. The script has its own list of reasons and offences and refuses everything else (F23). Everything may be
repeated with the same id and has one effect.

`watch` reads what is in force against somebody who is here and keeps it, so that `at` answers without waiting on every
message; almost nobody has an entry. Every hello reads
again, and so does a node that hears of a decision (chat/conduct.py); `known_among` finds who has any among many.

Engine trouble is `StoreAway`, an OSError without the command in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from moderation import keys, shield
from moderation.audit import StoreAway, readable, script
from moderation.ladder import LADDER, Reason, Step, Unread
from moderation.reports import REMEMBERED, Ground, Record, Report
from moderation.sanctions import (
    NOTHING,
    Appeal,
    CaseId,
    Hearing,
    InForce,
    Offence,
    PersonId,
    Proof,
    Refused,
    Sanction,
    SanctionId,
    hear,
)
from moderation.shield import Level, Questions, Sign

__all__ = ["Kept", "Standing", "StoreAway"]

DAY = 86_400_000
# A record that nothing is added to for so long is worth nothing any more (it fades by half in half of it).
RECORD_KEPT = 365 * DAY
# A person can be reported by a crowd; what the two-hundredth says changes nothing, and each new one weighs all of them.
MOST_REPORTS = 200
# Moderators are told of the same level again when it still stands after so long.
TOLD_AGAIN = 30 * DAY
# People asked about in one breath.
ASKED_AT_ONCE = 500
# Tries of a change that others keep changing under our hands.
TRIES = 10


_REASONS, _APPEALS = frozenset(map(str, Reason)), frozenset(map(str, Appeal))


class Kept(StrEnum):
    """What became of a sanction that was to be written. Values are the script's answers."""

    MADE = "made"
    REPEATED = "repeated"
    STALE = "stale"
    TAKEN = "taken"
    REFUSED = "refused"


class Standing:
    """Conduct in the engine, and this node's copy of what is in force."""

    def __init__(self, client: Redis, questions: Questions) -> None:
        self._client = client
        self.questions = questions
        self._scripts = {
            name: script(client, name)
            for name in ("sanction", "hearing", "report", "outcome", "spend", "signs", "alert")
        }
        self._in_force: dict[str, InForce] = {}  # people who are here and have something
        self._levels: dict[str, Level] = {}  # likewise

    # what is in force here

    def at(self, person: str) -> InForce:
        """What is in force against somebody who is here, as it was read last."""
        return self._in_force.get(person, NOTHING)

    def level(self, person: str) -> Level:
        """What the creep shield says of somebody who is here, as it was read last."""
        return self._levels.get(person, Level.NONE)

    async def watch(self, person: str, now: int) -> InForce:
        """Read what holds against this person, and keep it. Raises StoreAway."""
        pipe = self._client.pipeline(transaction=False)
        pipe.hvals(keys.sanctions(person))
        pipe.zrange(keys.signs(person), 0, -1)
        rows, signs = await self._answers(pipe)
        found = InForce(tuple(one for one in readable(unpacked, rows) if one.in_force(now)))
        self._keep(self._in_force, person, found, NOTHING)
        self._seen(person, readable(_sign, signs), now)
        return found

    async def known_among(self, people: Sequence[str]) -> list[str]:
        """Those of `people` about whom anything was ever decided: hardly anybody. Raises StoreAway."""
        found: list[str] = []
        for some in (people[at : at + ASKED_AT_ONCE] for at in range(0, len(people), ASKED_AT_ONCE)):
            pipe = self._client.pipeline(transaction=False)
            for person in some:
                pipe.exists(keys.sanctions(person))
            found += [person for person, there in zip(some, await self._answers(pipe), strict=True) if there]
        return found

    def forget(self, person: str) -> None:
        """This person is no longer here."""
        self._in_force.pop(person, None)
        self._levels.pop(person, None)

    @staticmethod
    def _keep(copies: dict[str, Any], person: str, value: Any, nothing: Any) -> None:
        if value == nothing:
            copies.pop(person, None)
        else:
            copies[person] = value

    # sanctions

    async def history(self, person: str) -> tuple[Sanction, ...]:
        """Everything that is kept and can be read, oldest first. Raises StoreAway."""
        rows = await self._ask("hvals", keys.sanctions(person))
        return tuple(sorted(readable(unpacked, rows), key=lambda one: (one.at, one.id)))

    async def impose(self, person: str, sanction: Sanction, seen: int) -> Kept:
        """Write a decision that was made on a history of `seen` sanctions. Raises StoreAway."""
        rung = LADDER[sanction.step]
        kept = "" if sanction.until is None or rung.counts is None else sanction.until - sanction.at + rung.counts
        answer = await self._run("sanction", keys.sanctions(person), packed(sanction), seen, kept)
        return Kept(answer.decode())

    async def hear(self, person: str, id: str, hearing: Hearing, by: str) -> Sanction | Refused | None:
        """One step of an appeal: the sanction afterwards, why not, or None: there is none. Raises StoreAway."""
        for _ in range(TRIES):
            row = await self._ask("hget", keys.sanctions(person), id)
            if row is None:
                return None
            before = next(iter(readable(unpacked, [row])), None)
            if before is None or not _all_read(before, row):
                raise StoreAway("a newer node wrote this sanction")
            after = hear(before, hearing, PersonId(by))
            if isinstance(after, Refused):
                return after
            wrote = await self._run("hearing", keys.sanctions(person), id, str(before.appeal), packed(after))
            if wrote == -1:
                return Refused.SAME_PERSON
            if wrote:
                return after
        raise StoreAway("an appeal is changed by too many at once")

    # reports

    async def report(self, person: str, report: Report) -> tuple[bool, list[Report]]:
        """Keep a report about `person`: whether it is new, and all that are kept. Raises StoreAway."""
        row = json.dumps(asdict(report) | {"rooms": sorted(report.rooms)})
        place = keys.reported(person)
        args = (report.id, row, report.at - REMEMBERED, REMEMBERED, MOST_REPORTS)
        fresh, *rows = await self._run("report", place, *args)
        return bool(fresh), readable(_report, rows)

    async def record(self, reporter: str) -> Record:
        """What this person's reports came to. Raises StoreAway."""
        right, wrong, at = await self._ask("hmget", keys.reporter(reporter), ["right", "wrong", "at"])
        return Record(float(right), float(wrong), int(at)) if at else Record()

    async def outcome(self, reporter: str, report: str, *, right: bool, now: int) -> None:
        """Count what became of a report, once. Raises StoreAway."""
        place = keys.reporter(reporter)
        for _ in range(TRIES):
            read = await self._ask("hmget", place, ["right", "wrong", "at"])
            as_read = [b"" if value is None else value for value in read]
            before = Record(float(read[0]), float(read[1]), int(read[2])) if read[2] else Record()
            after = before.after(right, now)
            args = (report, f"{after.right:.6f}", f"{after.wrong:.6f}", after.at, RECORD_KEPT, *as_read)
            if await self._run("outcome", place, *args) >= 0:
                return
        raise StoreAway("a record is changed by too many at once")

    async def spend(self, person: str, what: str, id: str, now: int, most: int) -> bool:
        """Use one of `most` a day; the same `id` again is free. False: used up. Raises StoreAway."""
        return bool(await self._run("spend", keys.spent(person, what), id, now, DAY, most))

    # the creep shield

    async def signed(self, person: str, signs: Sequence[Sign], now: int) -> list[Sign]:
        """Add signs; all that still count, and this node's copy of the level with them. Raises StoreAway."""
        args: list[Any] = [now - shield.REMEMBERED, shield.MOST_SIGNS, shield.REMEMBERED]
        for sign in signs:
            args += [sign.row, sign.at]
        rows = await self._run("signs", keys.signs(person), *args)
        return self._seen(person, readable(_sign, rows), now)

    def _seen(self, person: str, signs: Sequence[Sign], now: int) -> list[Sign]:
        """Keep the level that these signs come to; those that still count."""
        known = shield.kept(signs, now)
        self._keep(self._levels, person, self.questions.level(known, now), Level.NONE)
        return known

    async def alerted(self, person: str) -> int:
        """The level of which moderators know. Raises StoreAway."""
        return int(await self._ask("get", keys.alert(person)) or Level.NONE)

    async def alert(self, person: str, level: Level) -> bool:
        """Keep that moderators know of this level: True once for each while it lasts. Raises StoreAway."""
        return bool(level and await self._run("alert", keys.alert(person), int(level), TOLD_AGAIN))

    async def _run(self, name: str, place: str, *args: Any) -> Any:
        try:
            return await self._scripts[name](keys=[place], args=list(args))
        except (RedisError, OSError):
            pass
        raise StoreAway("standing cannot be written")  # out here: no cause that holds the command

    async def _answers(self, pipe: Any) -> list[Any]:
        """The answers of a pipeline that only reads."""
        try:
            return list(await pipe.execute())
        except (RedisError, OSError):
            pass
        raise StoreAway("standing cannot be read")

    async def _ask(self, command: str, *args: Any) -> Any:
        try:
            return await getattr(self._client, command)(*args)
        except (RedisError, OSError):
            pass
        raise StoreAway("standing cannot be read")


def packed(sanction: Sanction) -> str:
    """A sanction as the engine keeps it. The fields are those of lua/sanction.lua, and no others."""
    return json.dumps(
        {
            "id": sanction.id,
            "step": sanction.step.word,
            "reason": sanction.reason,
            "case": sanction.proof.case,
            "labels": sorted(sanction.proof.labels),
            "room": sanction.room,
            "at": sanction.at,
            "until": sanction.until,
            "decided_by": sanction.decided_by,
            "appeal": sanction.appeal,
            "heard_by": sanction.heard_by,
        }
    )


def unpacked(row: bytes) -> Sanction:
    """The reverse of `packed`, as far as this node knows the labels. Raises ValueError: it does not know the rest.

    What a newer node decided for a reason of its own, or heard in a way of its own, holds: nobody is let in because the
    node they came to is the older one.
    """
    told = json.loads(row)
    return Sanction(
        id=SanctionId(told["id"]),
        step=Step[told["step"].upper()],
        reason=Reason(told["reason"]) if told["reason"] in _REASONS else Unread.REASON,
        proof=Proof(CaseId(told["case"]), frozenset(label for label in Offence if label in told["labels"])),
        room=told["room"],
        at=told["at"],
        until=told["until"],
        decided_by=PersonId(told["decided_by"]),
        appeal=Appeal(told["appeal"]) if told["appeal"] in _APPEALS else Appeal.UPHELD,
        heard_by=None if told["heard_by"] is None else PersonId(told["heard_by"]),
    )


def _all_read(sanction: Sanction, row: bytes) -> bool:
    """Whether nothing would be lost if this node wrote the sanction back."""
    told = json.loads(row)
    return bool((sanction.reason, sanction.appeal) == (told["reason"], told["appeal"]))


def _report(row: bytes) -> Report:
    told = json.loads(row)
    known = {one.name: told[one.name] for one in fields(Report) if one.name in told}
    return Report(**known | {"ground": Ground(told["ground"]), "rooms": frozenset(told["rooms"])})


def _sign(row: bytes) -> Sign:
    return Sign.read(row.decode())
