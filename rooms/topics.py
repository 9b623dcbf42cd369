"""Topic rooms: which there are, who may see them, enter them and speak in them.

A topic room is declared in the configuration and never changes while the server runs. Every rule about one is a pure
function here: facts in, a `Refusal` or None out. The handlers ask these functions; the commit script only enforces
the number that `slow_gap` returns, in engine time, because two nodes have to agree on it.

Bands are walls. The band is part of a room's key, and `Catalogue.find` and `visible` cannot be asked without one. What
a person may not see does not exist for them: the answer is `NOT_FOUND`, the same as for a room nobody has heard of, so
that refusals are no oracle. One door leads through the wall: an adult with the `teen_vetted` scope sees teen
rooms as well. Nothing lets a teen into an adult room.

Staff who keep people safe are never locked out: capacity and slow mode do not count for them.

Teen rooms have a host, or are for reading (`needs_host`, `is_hosted`); what follows from that is chat/hosting.py's.

`circle` (talkers before a room splits) and `hours` (when it is staffed) are carried for clients and for the
features that will use them; no rule here looks at them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rooms.events import Band, Member, Refusal, Role, RoomKey

# A topic id becomes part of engine keys and of their hash tag, so braces, slashes and control characters stay out.
TOPIC_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")

# `join {room: "inbox"}` means the person's own inbox.
RESERVED = frozenset({"inbox", "session", "match", "meta"})

# Who keeps a room safe. They enter a full or restricted room and are not slowed down: a moderator who has to wait
# thirty seconds between two sentences cannot calm a quarrel, a responder who finds the door shut cannot help.
KEEPERS = frozenset({Role.RESPONDER, Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR})

PEER_ONLY = frozenset({Role.PEER})

# Who looks after a teen room: grown-ups who may release what is written there. That they were checked (`teen_vetted`)
# is what let them in: who is under 18 wears no role of these (chat/joining.py).
HOSTS = frozenset({Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR})
# So many posts of somebody new in a teen room are read by a host before the room sees them (sessions.md, Teens).
FIRST_POSTS = 5

# The gap of who never waits: not in slow mode, and not while a room is eased (calming.py).
SPARED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic room as configured.

    `slow` and `retention` are seconds; `capacity` and `retention_length` count people and messages; 0 means no
    limit for any of the four. `enter` lists the roles that may enter besides the keepers; empty means everyone.
    `translated`: language → title, about and rules in it, as far as somebody has written them.
    Raises ValueError for an id that cannot be part of a key.
    """

    id: str
    title: str = ""
    about: str = ""
    rules: str = ""
    band: Band = Band.ADULT
    language: str = "en"
    pack: str = "general"
    slow: float = 0.0
    capacity: int = 0
    circle: int = 0
    retention: float = 0.0
    retention_length: int = 0
    hours: str = ""
    enter: frozenset[Role] = frozenset()
    translated: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    key: RoomKey = field(init=False)

    def __post_init__(self) -> None:
        if not TOPIC_ID.match(self.id) or self.id in RESERVED:
            raise ValueError(f"a room id is 1 to 63 of a-z, 0-9 and '-', and not a reserved word; got {self.id!r}")
        object.__setattr__(self, "key", RoomKey(f"{self.band}/{self.id}"))

    def said(self, language: str | None) -> tuple[str, str, str]:
        """Title, about and rules for who speaks `language` (`es-MX` is `es`); each in the room's own where it is not
        translated."""
        words = self.translated.get((language or "").partition("-")[0].lower(), {})
        title, about, rules = (words.get(name, own) for name, own in self._own())
        return title or self.id, about, rules

    def _own(self) -> tuple[tuple[str, str], ...]:
        return (("title", self.title), ("about", self.about), ("rules", self.rules))

    def admits(self, roles: Collection[Role]) -> bool:
        """Whether one of `roles` may enter."""
        return not self.enter or not self.enter.isdisjoint(roles) or not KEEPERS.isdisjoint(roles)


class Catalogue:
    """All topic rooms of the server, in the configured order. Raises ValueError if two share an id."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._by_id: dict[str, Topic] = {}
        self._by_key: dict[RoomKey, Topic] = {}
        for topic in topics:
            # Also across bands: a vetted adult sees both, and a name must then mean one room.
            if topic.id in self._by_id:
                raise ValueError(f"two rooms are called {topic.id!r}")
            self._by_id[topic.id] = topic
            self._by_key[topic.key] = topic

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, name: str, band: Band, *, roles: Collection[Role] = PEER_ONLY, vetted: bool = False) -> Topic | None:
        """The room called `name`, or None if there is none that a person of `band` and `roles` may see."""
        topic = self._by_id.get(name)
        if topic is None or not may_see(topic, band, roles, vetted=vetted):
            return None
        return topic

    def visible(self, band: Band, *, roles: Collection[Role] = PEER_ONLY, vetted: bool = False) -> list[Topic]:
        """Every room that a person of `band` and `roles` may see."""
        return [topic for topic in self._by_id.values() if may_see(topic, band, roles, vetted=vetted)]

    def at(self, key: RoomKey) -> Topic | None:
        """The room behind a key of the log. For the server's own use: it asks no band."""
        return self._by_key.get(key)


def may_see(topic: Topic, band: Band, roles: Collection[Role] = PEER_ONLY, *, vetted: bool = False) -> bool:
    """Whether `topic` exists at all for a person of `band` and `roles`."""
    through_the_wall = vetted and band is Band.ADULT and topic.band is Band.TEEN
    return (topic.band == band or through_the_wall) and topic.admits(roles)


def refusal_to_join(
    topic: Topic | None, band: Band, present: int, already: bool, roles: Collection[Role], *, vetted: bool = False
) -> Refusal | None:
    """Say why a person may not enter, or None.

    `present` counts people there now; `already` says that this person is one of them (a second device, or a
    reconnect within the leave grace), who never loses their place to the limit.
    """
    if topic is None or not may_see(topic, band, roles, vetted=vetted):
        return Refusal.NOT_FOUND
    if already or not is_limited(topic, roles) or present < topic.capacity:
        return None
    return Refusal.ROOM_FULL


def is_limited(topic: Topic, roles: Collection[Role]) -> bool:
    """Whether a person of `roles` needs one of a limited number of places in `topic`."""
    return bool(topic.capacity) and KEEPERS.isdisjoint(roles)


def refusal_to_post(
    topic: Topic | None, member: Member | None, *, muted: bool = False, closed: bool = False
) -> Refusal | None:
    """Say why `member` may not speak, or None.

    `topic` is what `Catalogue.find` gave for this person, `member` who they are in the room, None if they have not
    joined. Slow mode is not decided here: see `slow_gap`. A quiet member may speak; that ends the quiet.
    """
    if topic is None:
        return Refusal.NOT_FOUND
    if member is None:
        return Refusal.NOT_MEMBER
    if closed:
        return Refusal.CLOSED
    return Refusal.MUTED if muted else None


def needs_host(topic: Topic) -> bool:
    """Whether posts are taken here only while somebody who looks after the room is there."""
    return topic.band is Band.TEEN


def is_hosted(members: Iterable[Member]) -> bool:
    """Whether one of those in a room looks after it."""
    return any(member.role in HOSTS for member in members)


def slow_gap(topic: Topic, role: Role, *, host: bool = False, enabled: bool = True) -> int:
    """Milliseconds a person of `role` must leave between two posts in `topic`; 0 for no gap, SPARED for none ever.

    Keepers and the room's host are spared. `enabled` is `limits.enabled`: False lifts slow mode for load tests.
    """
    if not enabled or host or role in KEEPERS:
        return SPARED
    return round(topic.slow * 1000)
