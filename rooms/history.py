"""The log as one engine node keeps it: a method per verb, each one script call through the link.

Reads raise `EngineAway` when the engine does not answer or refuses. `first=True` passes the pipeline's closed gate:
only for the comparison after a reconnect.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence

import hiredis

from rooms.envelope import Amendment, Logged, epoch_stem, meta
from rooms.events import Entry, EventId, Position, RoomKey, UserId
from rooms.link import Link
from rooms.recovery import LogView
from rooms.resp import EngineAway, Reply, error_code
from rooms.scripts import call, pack

# A page of a client's and a ring's load; at least one row always comes back.
MOST_BYTES = 262_144

# Rows read per step of a repair, entries healed and entries trimmed per script: a few milliseconds of the engine.
STEP = 300
HEAL_STEP = 64
TRIM_STEP = 500


class History:
    """Reads, heals, forks and trims on one link."""

    def __init__(self, link: Link, dedupe_ms: int) -> None:
        self._link = link
        self._dedupe = b"%d" % dedupe_ms
        self._node = secrets.token_hex(5)
        self._minted = itertools.count(1)
        self.counted = {"log_reads": 0}

    def fresh_epoch(self, room: RoomKey) -> str:
        """An epoch no room has had: the room's stem, this node's start, a counter."""
        return f"{epoch_stem(room)}{self._node}{next(self._minted):x}"

    async def ends(self, rooms: Sequence[RoomKey]) -> list[tuple[Position, int] | None]:
        """Where each room's log ends and its first sequence, in one pipeline past the gate; None without a meta."""
        fields = (b"epoch", b"seq", b"tag", b"head")
        commands = [pack(b"HMGET", meta(room).encode(), *fields) for room in rooms]
        replies = await self._ask(commands, first=True) if commands else []
        return [(_position(*reply[:3]), int(reply[3] or 1)) if reply[0] is not None else None for reply in replies]

    async def up(
        self, room: RoomKey, after: int, limit: int = STEP, max_bytes: int = MOST_BYTES, *, first: bool = False
    ) -> LogView:
        """The oldest rows after a sequence."""
        return await self._rows(room, (after + 1, -1, limit, max_bytes, b"up"), first=first)

    async def down(self, room: RoomKey, before: int | None, limit: int, max_bytes: int = MOST_BYTES) -> LogView:
        """The newest rows before a sequence (None: up to the tail), ascending."""
        last = -1 if before is None else max(before - 1, 0)
        return await self._rows(room, (1, last, limit, max_bytes, b"down"), first=False)

    async def load(self, room: RoomKey, limit: int, *, first: bool = False) -> LogView:
        """Give the room an epoch if it has none, and read its newest rows."""
        mint = call("mint", room, self.fresh_epoch(room).encode())
        self.counted["log_reads"] += 1
        _, reply = await self._ask([mint, _rows_call(room, 1, -1, limit, MOST_BYTES, b"down")], first=first)
        return view(room, reply)

    async def find(self, room: RoomKey, ids: Sequence[EventId], *, first: bool = False) -> list[Entry | None]:
        """Entries by id, amendments applied; None for what the log does not hold."""
        (reply,) = await self._ask([call("find", room, *(event.encode() for event in ids))], first=first)
        epoch = reply[0].decode()
        return [_row(room, epoch, row, "").entry if row else None for row in reply[1:]]

    async def heal(self, room: RoomKey, expected: Position, entries: Sequence[Logged]) -> tuple[bool, Position]:
        """Append entries the log has lost, if it still ends at `expected`. Returns whether all went, and the tail."""
        for i in range(0, len(entries), HEAL_STEP):
            args = [expected.epoch.encode(), b"%d" % expected.seq, expected.tag.encode(), self._dedupe]
            for logged in entries[i : i + HEAL_STEP]:
                args += _lost(logged)
            (reply,) = await self._ask([call("heal", room, *args)], first=True)
            expected = _position(*reply[1:])
            if reply[0] != b"healed":
                return False, expected
        return True, expected

    async def fork(self, room: RoomKey, old: str) -> str:
        """Give the room a new epoch if it still has the old one; returns what it has now ("" without a meta)."""
        fresh = self.fresh_epoch(room)
        (reply,) = await self._ask([call("fork", room, old.encode(), fresh.encode())], first=True)
        return str(reply.decode())

    async def trim(self, room: RoomKey, older_than_ms: int | None, longer_than: int | None) -> int:
        """Remove entries from before a moment (engine ms) and beyond a length, oldest first; returns how many went."""
        moment = b"" if older_than_ms is None else b"%d" % older_than_ms
        length = b"" if longer_than is None else b"%d" % longer_than
        removed = 0
        while True:
            (reply,) = await self._ask([call("trim", room, moment, length, b"%d" % TRIM_STEP)])
            removed += int(reply[0])
            if not reply[2]:
                return removed

    async def _rows(self, room: RoomKey, asked: tuple[int, int, int, int, bytes], *, first: bool) -> LogView:
        self.counted["log_reads"] += 1
        (reply,) = await self._ask([_rows_call(room, *asked)], first=first)
        return view(room, reply)

    async def _ask(self, commands: list[bytes], *, first: bool = False) -> list[Reply]:
        replies = await self._link.ask(commands, first=first)
        for reply in replies:
            if isinstance(reply, hiredis.ReplyError):
                raise EngineAway(f"the engine refused: {error_code(reply)}")
        return replies


def _rows_call(room: RoomKey, first: int, last: int, limit: int, max_bytes: int, way: bytes) -> bytes:
    return call("rows", room, b"%d" % first, b"%d" % last, b"%d" % limit, b"%d" % max_bytes, way)


def _position(epoch: bytes, seq: bytes, tag: bytes) -> Position:
    return Position(epoch.decode(), int(seq), tag.decode())


def view(room: RoomKey, reply: Reply) -> LogView:
    """Read what `rows` returned; rows ascending in any case."""
    if not reply:
        return LogView(None)
    tail = _position(*reply[:3])
    raw = reply[6:]
    if len(raw) > 1 and int(raw[0][0]) > int(raw[-1][0]):
        raw.reverse()
    rows, prev = [], reply[5].decode()
    for fields in raw:
        row = _row(room, tail.epoch, fields, prev)
        prev = row.entry.at_place.tag
        rows.append(row)
    return LogView(tail, int(reply[3]), tuple(reply[4].decode().split()), tuple(rows))


def _row(room: RoomKey, epoch: str, fields: list[bytes], prev: str) -> Logged:
    event, kind, author = fields[3].decode().split(" ")
    place = Position(epoch, int(fields[0]), fields[1].decode())
    entry = Entry(room, place, EventId(event), kind, UserId(author), int(fields[2]), fields[4], prev)
    if len(fields) == 5:
        return Logged(entry)
    return Logged(entry, fields[5], _amendment(fields[6], fields[7]))


def _amendment(amends: bytes, target: bytes) -> Amendment | None:
    """`amends` is "target places e|r"; `target` is the overlay that stands for the target, "header\\nbody", if any."""
    if not amends:
        return None
    event, places, how = amends.decode().split(" ")
    body = target.partition(b"\n")[2] if how == "e" else None
    return Amendment(EventId(event), tuple(map(int, places.split(","))), body)


def _lost(logged: Logged) -> list[bytes]:
    """The arguments of one entry to heal."""
    entry, amendment = logged.entry, logged.amendment
    how = target = amended = b""
    if amendment:
        how = b"redact" if amendment.body is None else b"edit"
        target, amended = amendment.target.encode(), amendment.body or b""
    words = [entry.id.encode(), entry.kind.encode(), entry.author.encode(), b"%d" % entry.at, entry.body]
    return [*words, logged.outcome, how, target, amended]
