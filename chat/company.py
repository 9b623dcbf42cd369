"""Company: what this node remembers of those on it who seek, listen or are stayed with. Lost with the node; no truth.

    followed   whose being here matters to somebody: told to the engine every two seconds (chat/evening.py)
    held       who is stayed with: what they say anywhere is a sign of them
    stirs      when words of a session were last written into its row: a mark is a round trip, so not for every word
    tried      how often what is owed failed by a fault of ours: after some tries it is put aside (owing.py)
    young      who has said that they are under 18, among grown-ups: who is called to them was checked (ages.py)
    known      who has had their first posts in a teen room released, and is asked about no more (hosting.py)
    hosted     what the people of a teen room on this node were told last: whether a host is there
    turn       one at a time for a person: what they write while they wait is kept in the order in which it came

The truth is in the store: who is followed here is found again by the next command, hello or event of theirs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from rooms.events import RoomKey, UserId

# People remembered; beyond it the oldest go, and come back with their next sign.
MOST = 20_000


class Company:
    """Those on this node whom pairs are about. `bell` rings when somebody new should be told of at once."""

    def __init__(self, bell: asyncio.Event) -> None:
        self.bell = bell
        self.spoke = False  # whether the engine was last told of somebody here
        self._followed: dict[UserId, None] = {}
        self._held: dict[UserId, None] = {}
        self._stirs: dict[tuple[str, str], float] = {}
        self._turns: dict[UserId, asyncio.Lock] = {}
        self._tried: dict[str, int] = {}
        self.hosted: dict[RoomKey, bool] = {}
        self._young: dict[UserId, None] = {}
        self._known: dict[tuple[str, str], None] = {}
        self._lines: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    def follow(self, user: UserId) -> None:
        """From now on it matters whether this person is here."""
        if user not in self._followed:
            self._followed[user] = None
            if len(self._followed) > MOST:
                del self._followed[next(iter(self._followed))]
            self.bell.set()

    def follows(self, user: UserId) -> bool:
        return user in self._followed

    def hold(self, user: UserId) -> None:
        """This person is stayed with, as far as this node knows: any words of theirs are a sign of them."""
        self._held[user] = None
        if len(self._held) > MOST:
            del self._held[next(iter(self._held))]

    def holds(self, user: UserId) -> bool:
        return user in self._held

    def let_go(self, user: UserId) -> None:
        """They are not stayed with any more."""
        self._held.pop(user, None)

    def gone(self, connected: Collection[UserId]) -> list[str]:
        """Who of them is not connected any more, and was when that was looked at last."""
        return [str(user) for user in self._followed if user not in connected]

    def here(self, connected: Collection[UserId]) -> list[str]:
        """Who of them is connected; who is not is forgotten."""
        for user in self.gone(connected):
            del self._followed[UserId(user)]
        return [str(user) for user in self._followed]

    def stirs(self, session: str, user: str, now: float, gap: float) -> bool:
        """Whether words of this person are to be marked in their session now; `gap`: seconds between two marks."""
        key = (session, user)
        if now - self._stirs.get(key, float("-inf")) < gap:
            return False
        self._stirs.pop(key, None)
        self._stirs[key] = now
        if len(self._stirs) > MOST:
            del self._stirs[next(iter(self._stirs))]
        return True

    def tried(self, effect: str) -> int:
        """How often this node has tried an effect that fails by a fault of ours, with this time."""
        count = self._tried.pop(effect, 0) + 1
        self._tried[effect] = count
        if len(self._tried) > MOST:
            del self._tried[next(iter(self._tried))]
        return count

    def say_young(self, user: UserId) -> None:
        """This person has said that they are under 18."""
        self._young[user] = None
        if len(self._young) > MOST:
            del self._young[next(iter(self._young))]

    def say_grown(self, user: UserId) -> None:
        """Somebody of the team has said that they are not."""
        self._young.pop(user, None)

    def is_young(self, user: UserId) -> bool:
        return user in self._young

    def know(self, user: str, room: str) -> None:
        """This person is not new any more in this room: nothing they write there asks the store again."""
        self._known[user, room] = None
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]

    def is_known(self, user: str, room: str) -> bool:
        return (user, room) in self._known

    def waits(self, user: str, room: str) -> bool:
        """Whether something this person wrote in this room still waits for the store's word."""
        return (user, room) in self._lines

    @asynccontextmanager
    async def line(self, user: str, room: str) -> AsyncIterator[None]:
        """One after the other, in the order in which they came."""
        lock, count = self._lines.get((user, room), (asyncio.Lock(), 0))
        self._lines[user, room] = (lock, count + 1)
        try:
            async with lock:
                yield
        finally:
            lock, count = self._lines.pop((user, room))
            if count > 1:
                self._lines[user, room] = (lock, count - 1)

    def changed(self, session: str) -> None:
        """A session stands otherwise than before: the next words of either count at once."""
        for key in [key for key in self._stirs if key[0] == session]:
            del self._stirs[key]

    def turn(self, user: UserId) -> asyncio.Lock:
        """The lock of a person: whoever holds it is the only one to write for them."""
        lock = self._turns.get(user)
        if lock is None:
            for idle in [each for each, one in self._turns.items() if not one.locked()]:
                del self._turns[idle]
            lock = self._turns[user] = asyncio.Lock()
        return lock
