"""The night lantern of a topic room, the pure part: which lights burn, and what each one sees of them (F5).

    out ── light ──▶ burning ── light ──▶ burning: the time begins anew, the answers stay
     ▲                  │
     └──────────────────┴── put out · `LASTS` is over · its owner is in the room no more

**Deliberately anonymous.** A light carries no alias and no id, and neither does an answer: a list of who is alone and
awake at night is what a groomer wants. Everybody is told numbers, and of their own light how many people answered it.
Nothing opens between two people by it, and whoever has no words left can use it: it has none.

What several nodes must agree on is in the engine (lights.py). Here is what one node knows of one room, a `Window`, and
what follows from it at `now`, in engine milliseconds. `here` says who is in the room: a light without its owner is out,
whatever was heard of it. A window whose owner left is `stale`: they may come back, and their light must not.

Blocks go both ways by whom one doesn't see: neither their light nor one's own to them is counted. Whoever left, or is
hidden from now on, *lingers*: to others their light goes out some moments later (`dark_at`), never with or before the
word that they left. Else the number would say whose light it was, and a block could be told from a leave by the order.
How many are awake is told from `COARSE` people on, as presence is everywhere; lights are told one by one, or the first
could never be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass, field

from rooms.events import UserId

# Seconds a light burns: as long as a bad half hour is. Whoever is still awake then lights it again; whoever fell asleep
# over it leaves nothing that pretends they are waiting.
LASTS = 1800.0

# Below this many people a number says who they are.
COARSE = 5

# Milliseconds a light lingers at least after its owner has left, and by as much as twice that more: longer than the
# quarter of a second in which a leave is told, shorter than anybody takes to answer.
LINGERS = 1000

# A reading may be this late (ms): longer than the engine may take over an answer. An older one than what is known is
# let go of for so long; after that it means that the engine has lost something, and is believed.
LATE = 10_000


@dataclass(frozen=True, slots=True)
class Light:
    """Somebody's light: until when it burns (engine ms), and how many people have answered it."""

    until: int
    answered: int = 0


Lights = Mapping[UserId, Light]
NONE: Lights = {}


@dataclass(frozen=True, slots=True)
class Night:
    """The lights that burn in a room, and whose are seen by others: theirs, and of who has just left."""

    burning: Lights = field(default_factory=dict, repr=False)
    seen: frozenset[UserId] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one connection sees. `awake` and `lights` are None where they are not told, `until` where no light burns."""

    lit: bool = False
    watching: bool = False
    answered: int = 0
    awake: int | None = None
    lights: int | None = None
    until: int | None = None


# What somebody sees who was told nothing yet.
DARK = Sight()


def dark_at(since: int, lingers: int = LINGERS) -> int:
    """When others see no more of the light of who left, or was hidden, at `since`. The same on every node and device,
    and from the outside any moment of some seconds.
    """
    return since + lingers + since % (2 * lingers) if lingers else since


def sight(user: UserId, night: Night, hidden: Set[UserId], present: int, *, watching: bool) -> Sight:
    """What this person sees. `hidden`: whose lights they don't; `present`: how many they see here, themselves too."""
    own = night.burning.get(user)
    lights = len(night.seen - hidden - {user}) if hidden else len(night.seen) - (user in night.seen)
    return Sight(
        lit=own is not None,
        watching=watching,
        answered=own.answered if own is not None else 0,
        awake=present if present >= COARSE else None,
        lights=lights if watching else None,
        until=own.until if own is not None else None,
    )


def is_news(before: Sight, now: Sight) -> bool:
    """Whether to tell: one's own light is another, or one watches and others' are. How many are awake is no news."""
    own = (before.lit, before.answered, before.until) != (now.lit, now.answered, now.until)
    return own or (now.watching and before.lights != now.lights)


class Window:
    """The lights of one room as this node knows them."""

    __slots__ = ("_lingering", "_lit", "lights", "stale", "told", "under", "version")

    def __init__(self) -> None:
        self.lights: Lights = NONE  # as read last
        self.version = 0  # of that, engine ms
        self.stale = True  # to be read anew
        self.told = Night()  # at the last `look`
        self.under: object = None  # what those here did not see at the last look; opaque here
        self._lit: Collection[UserId] = ()  # whose lights burned when somebody looked last
        self._lingering: dict[UserId, int] = {}  # who has left since, and when that is seen

    def read(self, version: int, lights: Lights, now: int) -> None:
        """Take what the engine says, unless it is an answer that was overtaken by a newer one."""
        if version < self.version and now - self.version < LATE:
            return
        self.version, self.lights = version, lights

    def night(self, here: Callable[[UserId], bool], now: int, lingers: int = LINGERS) -> Night:
        """What burns and what is seen at `now`."""
        burning = {owner: light for owner, light in self.lights.items() if light.until > now and here(owner)}
        for owner in self._lit:
            if owner not in burning and not here(owner):
                self._lingering[owner] = dark_at(now, lingers)
                self.stale |= owner in self.lights  # what was read still has it: they may come back
        self._lit = burning.keys()
        self._lingering = {owner: until for owner, until in self._lingering.items() if until > now}
        return Night(burning, frozenset(burning.keys() | self._lingering.keys()))

    def look(self, here: Callable[[UserId], bool], now: int, lingers: int = LINGERS) -> bool:
        """See what is to be told; whether that is anything else than at the last look."""
        before, self.told = self.told, self.night(here, now, lingers)
        return before != self.told
