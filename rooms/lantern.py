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

Blocks go both ways by whom one doesn't see: neither their light nor one's own to them is counted. How many are awake is
told from `COARSE` people on, as presence is everywhere; lights are told one by one, or the first could never be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from rooms.events import UserId

# Seconds a light burns: as long as a bad half hour is. Whoever is still awake then lights it again; whoever fell asleep
# over it leaves nothing that pretends they are waiting.
LASTS = 1800.0

# Below this many people a number says who they are.
COARSE = 5

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


def sight(user: UserId, burning: Lights, hidden: Collection[UserId], present: int, *, watching: bool) -> Sight:
    """What this person sees. `hidden`: whom they don't see; `present`: how many they see here, they among them."""
    own = burning.get(user)
    lights = sum(owner != user and owner not in hidden for owner in burning) if watching else None
    return Sight(
        lit=own is not None,
        watching=watching,
        answered=own.answered if own is not None else 0,
        awake=present if present >= COARSE else None,
        lights=lights,
        until=own.until if own is not None else None,
    )


def is_news(before: Sight, now: Sight) -> bool:
    """Whether to tell: one's own light is another, or one watches and others' are. How many are awake is no news."""
    own = (before.lit, before.answered, before.until) != (now.lit, now.answered, now.until)
    return own or (now.watching and before.lights != now.lights)


class Window:
    """The lights of one room as this node knows them."""

    __slots__ = ("lights", "seen", "stale", "under", "version")

    def __init__(self) -> None:
        self.lights: Lights = NONE  # as read last
        self.version = 0  # of that, engine ms
        self.stale = True  # to be read anew
        self.seen: Lights = NONE  # those that burned at the last `look`
        self.under: object = None  # what those here did not see at the last look; opaque here

    def read(self, version: int, lights: Lights, now: int) -> None:
        """Take what the engine says, unless it is an answer that was overtaken by a newer one."""
        if version < self.version and now - self.version < LATE:
            return
        self.version, self.lights = version, lights

    def burning(self, here: Callable[[UserId], bool], now: int) -> Lights:
        """The lights that burn at `now`."""
        return {owner: light for owner, light in self.lights.items() if light.until > now and here(owner)}

    def look(self, here: Callable[[UserId], bool], now: int) -> bool:
        """See which burn; whether that is anything else than at the last look."""
        burning = self.burning(here, now)
        before, self.seen = self.seen, burning
        # Gone before its time: its owner has left, and what was read still has it.
        self.stale |= any(owner not in burning and self._lasts(owner, now) for owner in before)
        return before != burning

    def _lasts(self, owner: UserId, now: int) -> bool:
        light = self.lights.get(owner)
        return light is not None and light.until > now
