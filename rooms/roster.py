"""A node's copy of who is in a room, and what its clients are told of it, how often.

The engine holds the truth; its script publishes a diff for every change and mints the versions. A `RosterCopy` follows
by applying those diffs. A diff continues the copy when its `since` is the copy's version and the head count comes out
as the engine says; anything else is a *hole*, after which the copy waits for a fresh reading (`replace`). Diffs that
arrive while a reading is under way are kept and applied to it.

Versions only grow: the script mints the engine's time in milliseconds, or one more than the last, so that even a store
that was emptied, or a replica that was promoted with a little missing, never uses a number twice.

Clients follow the same way, but less often the more people there are, with hysteresis so that a room at the edge of a
tier does not flap:

    SMALL    up to 100     every change, in one diff each 250 ms
    MEDIUM   up to 1,000   the same diffs, gathered over 2 s
    LARGE    above         the head count and a sample, each 5 s; no lists: a client asks `members` if it wants one

What clients are told is gathered as one `Change` from the version told last to the version there is. After a reading
the difference is computed, so a hole in our diffs is invisible to them. A client whose version lies in `from_ <= its
version < version` applies `left`, then `joined` (someone in `joined` whom it knows has changed; someone in `left` whom
it does not know is nothing); a `from_` above its version is a hole, and it asks `members`. So does a client that
wants a list after a change without lists: that was a count only, and its list is stale.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import Any

from rooms.envelope import PresenceDiff
from rooms.events import AliasId, Member, Role, UserId

# How many of a large room a client is shown.
SAMPLE = 20

# Diffs kept while a reading is under way. A reading takes milliseconds, a room makes about four diffs a second.
KEPT_DIFFS = 64


class Fate(Enum):
    """What became of a diff."""

    APPLIED = "applied"
    STALE = "stale"  # the copy knew already
    KEPT = "kept"  # a reading is under way
    HOLE = "hole"  # something is missing in between: read anew


class Tier(Enum):
    """How the changes of a room are told: most people it holds, people at which the tier below takes over, seconds."""

    SMALL = (100, 0, 0.25)
    MEDIUM = (1000, 80, 2.0)
    LARGE = (10**9, 800, 5.0)

    def __init__(self, most: int, fewest: int, interval: float) -> None:
        self.most = most
        self.fewest = fewest
        self.interval = interval

    def after(self, present: int) -> Tier:
        """The tier of a room in this tier that now holds `present` people."""
        ladder = list(Tier)
        place = ladder.index(self)
        while present > ladder[place].most:
            place += 1
        while place and present <= ladder[place].fewest:
            place -= 1
        return ladder[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What clients are told. `joined` and `left` are None in a large room; `sample` is empty in all others."""

    from_: int
    version: int
    present: int
    joined: tuple[Member, ...] | None = field(default=None, repr=False)
    left: tuple[AliasId, ...] | None = None
    sample: tuple[Member, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in a room at one version. `members` is a live view: read it before the next await."""

    version: int
    present: int
    members: Collection[Member] = field(repr=False)


class RosterCopy:
    """One room as this node knows it."""

    __slots__ = ("_joined", "_kept", "_left", "_read", "people", "reading", "tier", "told", "told_at", "version")

    def __init__(self) -> None:
        self.version = 0  # 0: nobody has ever been here
        self.people: dict[UserId, Member] = {}
        self.tier = Tier.SMALL
        self.told = 0  # the version clients were told last
        self.told_at = float("-inf")
        self.reading = True  # waits for `replace`; true until the first
        self._read = False  # whether there was a reading yet
        self._kept: list[PresenceDiff] = []  # arrived while reading
        # What changed between `told` and `version`.
        self._joined: dict[UserId, Member] = {}
        self._left: dict[UserId, AliasId] = {}

    @property
    def roster(self) -> Roster:
        return Roster(self.version, len(self.people), self.people.values())

    @property
    def stirred(self) -> bool:
        """Whether clients know less than we do. (Below `told`, after a failover: until the next change is numbered.)"""
        return self.version > self.told

    def absorb(self, diff: PresenceDiff) -> Fate:
        """Apply a diff of the engine. After HOLE the copy is `reading`: call `replace` with what the engine says."""
        if self.reading:
            if len(self._kept) < KEPT_DIFFS:  # a diff too many shows up as a hole once the reading is there
                self._kept.append(diff)
            return Fate.KEPT
        if diff.version <= self.version:
            return Fate.STALE
        if diff.since == self.version and self._continues(diff):
            return Fate.APPLIED
        self.reading = True
        return Fate.HOLE

    def _continues(self, diff: PresenceDiff) -> bool:
        try:
            joined, left = unpack_lists(diff.body)
        except ValueError:
            return False
        self._apply(left, joined)
        self.version = diff.version
        return len(self.people) == diff.present

    def replace(self, version: int, people: Mapping[UserId, Member]) -> Fate:
        """Take a reading, then what arrived meanwhile. HOLE: that did not fit, read once more."""
        gone = [user for user in self.people if user not in people]
        self._apply(gone, (member for user, member in people.items() if self.people.get(user) != member))
        self.version = version
        self.reading = False
        if not self._read:  # no client was told anything yet: `joined` will show them this reading
            self._read = True
            self._settle(self.told_at)
        kept, self._kept = self._kept, []
        fates = [self.absorb(diff) for diff in kept]
        return Fate.HOLE if Fate.HOLE in fates else Fate.APPLIED

    def due(self, now: float) -> Change | None:
        """What clients should be told at `now`, or None: nothing changed, or not yet."""
        if now < self.told_at + self.tier.interval or not self.stirred:
            return None
        before, self.tier = self.tier, self.tier.after(len(self.people))
        change = self._counted() if Tier.LARGE in (before, self.tier) else self._listed()
        self._settle(now)
        return change

    def _counted(self) -> Change:
        latest = tuple(islice(reversed(self.people.values()), SAMPLE))
        return Change(from_=self.told, version=self.version, present=len(self.people), sample=latest)

    def _listed(self) -> Change:
        return Change(
            from_=self.told,
            version=self.version,
            present=len(self.people),
            joined=tuple(self._joined.values()),
            left=tuple(self._left.values()),
        )

    def _settle(self, now: float) -> None:
        self.told, self.told_at = self.version, now
        self._joined.clear()
        self._left.clear()

    def _apply(self, left: Collection[UserId], joined: Iterable[Member]) -> None:
        for user in left:
            if (member := self.people.pop(user, None)) is not None:
                self._joined.pop(user, None)
                # Also of those who only just came: a client that joined in between has seen them.
                self._left[user] = member.alias
        for member in joined:
            self.people[member.user] = self._joined[member.user] = member


def pack_member(member: Member) -> bytes:
    """A member as the engine keeps them: a JSON array, which the script passes on unread."""
    row = [member.user, member.alias, member.name, member.role.value, int(member.quiet)]
    return json.dumps(row, separators=(",", ":")).encode()


def unpack_member(packed: bytes) -> Member:
    """The reverse of `pack_member`. Raises ValueError for anything else."""
    return _member(json.loads(packed))


def unpack_lists(body: bytes) -> tuple[list[Member], list[UserId]]:
    """Read the body of a diff, `{"j":[member…],"l":[user…]}`: who joined or changed, and who left.

    Raises ValueError, without the body in it, for anything else.
    """
    try:
        lists = json.loads(body)
        return [_member(row) for row in lists["j"]], [UserId(user) for user in lists["l"]]
    except (ValueError, KeyError, TypeError):
        raise ValueError("not the body of a presence diff") from None  # what it is holds names


def _member(row: list[Any]) -> Member:
    user, alias, name, role, quiet = row
    return Member(UserId(user), AliasId(alias), name, Role(role), bool(quiet))
