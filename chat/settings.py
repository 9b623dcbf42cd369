"""What a node is told: one frozen dataclass for each section of `config.yaml`.

This file is the schema. A section is a dataclass, a key is one of its fields, with its type, its bounds and its
default. To add a key: add a field, with the reason for its default beside it, and say it in config.yaml. Nothing here
reads anything: config.py does, and turns what it read into these types.

Values of secrets (`auth.secret`, and `redis.url`, which may hold a password) stay out of every repr.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from msgspec import Meta

from chat.knocks import BadNetwork, networks
from chat.sessionsettings import Sessions, clashes
from moderation.contagion import Easing
from moderation.deadlines import Times
from rooms.address import BadAddress, parse
from rooms.events import Band, Role
from rooms.topics import Topic

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]

# Under this many bytes an HMAC key can be searched; PyJWT would take it all the same.
SHORTEST_SECRET = 32

SECRET = frozenset({"auth.secret", "redis.url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The listener. Times in seconds, sizes in bytes."""

    host: str = "127.0.0.1"  # nobody outside this machine until somebody decides so
    port: Port = 8765  # 0: any free one, told by the `ready` line
    origins: tuple[str, ...] = ()  # browser origins besides the listener's own; "*" for all
    require_origin: bool = False  # refuse clients without an Origin header (browsers always send one)
    open_timeout: Seconds = 10.0  # for the websocket handshake
    hello_timeout: Seconds = 10.0  # for the first command (4002)
    heartbeat: Seconds = 10.0  # a ping this often,
    silence: Seconds = 20.0  # and this long without a sign of life ends the connection (4112)
    max_frame: Count = 65536  # several times the longest honest command
    handshakes: Count = 1000  # a second; beyond it 503 with Retry-After
    connections: Count = 15000  # of one process, within its usual memory
    per_address: Count = 300  # new conversations a minute from one public address (IPv6: one /64); beyond it 429
    proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """The external engine; empty: the embedded one."""

    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where the server keeps what is its own on this machine: the embedded engine's files, the secret."""

    dir: str = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The embedded engine. `always` survives a power cut without losing a second, at a disk's pace."""

    durability: Literal["everysec", "always"] = "everysec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one person may do. `enabled: false` lifts rates, slow mode, flood stages and admission (load tests)."""

    enabled: bool = True
    text: Count = 2000  # characters of a message
    rooms: Count = 30  # joined at once by a connection
    dedupe: Seconds = 3600.0  # how long a repeated `key` has the first outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """`secret` is behind tokens, aliases and message ids; empty: made once in data.dir."""

    secret: str = field(default="", repr=False)
    token_ttl: Seconds = 86400.0  # of a guest's token; clients refresh it


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """`dir`: a folder of an operator's own rules, packs, words and helplines beside the packaged ones; `policy_dir`:
    one with everything, instead of the packaged ones.
    """

    budget_ms: Seconds = 250.0  # for one judgement, ten thousand times the usual: what takes longer is held
    dir: str = ""  # empty: only the packaged books; nothing is looked for anywhere else
    policy_dir: str = ""
    reload: Seconds = 2.0  # between two looks at these folders; what changed counts after two looks, without a restart
    second: bool = True  # what the small model is unsure of is read by a larger one; false: 50 MB less, more is missed
    second_waiting: Count = 64  # texts that wait to be read so, a fifth of a second's work; beyond it they are held
    second_seconds: Annotated[float, Meta(gt=0, le=60)] = 1.0  # for one of them; what would take longer is held
    release_after: Seconds = 60.0  # a message that only the model doubted, in an adult room, if nobody decided
    remind_after: Seconds = 600.0  # then the author of a held message is told what they may do
    claim_for: Seconds = 300.0  # how long a moderator has a case to themselves
    hold_for: Seconds = 86400.0  # a held message nobody decided about is let go after this

    @property
    def times(self) -> Times:
        """The time limits of the review desk, in milliseconds."""
        limits = (self.release_after, self.remind_after, self.claim_for, self.hold_for)
        release, remind, claim, hold = (round(limit * 1000) for limit in limits)
        return Times(release=release, remind=remind, claim=claim, hold=hold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contagion:
    """When a room goes slower because several people there told of suicide or self-harm. Times in seconds."""

    people: Annotated[float, Meta(ge=2, le=1000)] = 3.0  # within minutes; one person however often is one
    half_life: Seconds = 600.0  # after which a disclosure weighs half
    gap: Annotated[float, Meta(ge=0, le=3600)] = 20.0  # between two posts of a person meanwhile
    lasts: Seconds = 900.0
    spared: Seconds = 1800.0  # who disclosed waits for no slow mode of the room for so long

    @property
    def easing(self) -> Easing:
        """The same, as moderation reads it."""
        return Easing(people=self.people, half_life=self.half_life, gap=self.gap, lasts=self.lasts, spared=self.spared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """`window`: over how many seconds connections are asked to move before the process ends."""

    window: Annotated[float, Meta(ge=0, le=3600)] = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """`auto`: text for a terminal, JSON otherwise."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a node is told. Frozen: a change is a restart."""

    gateway: Gateway = Gateway()
    redis: Redis = Redis()
    data: Data = Data()
    engine: Engine = Engine()
    limits: Limits = Limits()
    auth: Auth = Auth()
    moderation: Moderation = Moderation()
    contagion: Contagion = Contagion()
    sessions: Sessions = field(default_factory=Sessions)
    drain: Drain = Drain()
    log: Log = Log()
    rooms: tuple[Topic, ...] = ()

    @property
    def embedded(self) -> bool:
        """Whether the server brings its own engine."""
        return not self.redis.url

    @property
    def data_dir(self) -> Path:
        return Path(self.data.dir).expanduser().absolute()

    def with_secret(self, secret: str) -> Settings:
        """The same with `auth.secret` filled in (datadir.py makes it)."""
        return dataclasses.replace(self, auth=dataclasses.replace(self.auth, secret=secret))

    def with_port(self, port: int) -> Settings:
        """The same on a port that was chosen for `gateway.port: 0`."""
        return dataclasses.replace(self, gateway=dataclasses.replace(self.gateway, port=port))


SECTIONS: dict[str, type[Any]] = {
    "gateway": Gateway,
    "redis": Redis,
    "data": Data,
    "engine": Engine,
    "limits": Limits,
    "auth": Auth,
    "moderation": Moderation,
    "contagion": Contagion,
    "sessions": Sessions,
    "drain": Drain,
    "log": Log,
}

# A room's keys besides `id`, and their bounds. Topic (rooms/topics.py) says what each means and its default.
ROOM: dict[str, Any] = {
    "title": Annotated[str, Meta(min_length=1, max_length=80)],
    "about": Annotated[str, Meta(max_length=1000)],
    "rules": Annotated[str, Meta(max_length=4000)],
    "band": Band,
    "language": Annotated[str, Meta(pattern=r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")],
    "pack": Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]*\Z")],
    "slow": Annotated[float, Meta(ge=0, le=86400)],
    "capacity": Annotated[int, Meta(ge=0, le=1_000_000)],
    "circle": Annotated[int, Meta(ge=0, le=1_000_000)],
    "retention": Annotated[float, Meta(ge=0, le=315_360_000)],
    "retention_length": Annotated[int, Meta(ge=0, le=10_000_000)],
    "hours": Annotated[str, Meta(max_length=200)],
    "enter": frozenset[Role],
    "translated": dict[
        Annotated[str, Meta(pattern=r"\A[a-z]{2,3}\Z")],
        dict[Literal["title", "about", "rules"], Annotated[str, Meta(min_length=1, max_length=4000)]],
    ],
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one key: `value` is as people may read it (never a secret), `says` ends with the remedy."""

    path: str
    value: str
    says: str
    source: str = ""

    def __str__(self) -> str:
        place = f" ({self.source})" if self.source else ""
        return f"{self.path}{' = ' + self.value if self.value else ''}{place}: {self.says}"


@cache
def keys() -> dict[str, Any]:
    """Every `section.key` there is, with its type."""
    found: dict[str, Any] = {}
    for name, section in SECTIONS.items():
        hints = get_type_hints(section, include_extras=True)
        found |= {f"{name}.{key}": kind for key, kind in hints.items()}
    return found


def contradictions(settings: Settings) -> list[Problem]:
    """What is well-formed key by key and still cannot work."""
    found = []
    if settings.auth.secret and len(settings.auth.secret.encode()) < SHORTEST_SECRET:
        says = f"is shorter than {SHORTEST_SECRET} bytes; use a longer one, or leave it empty to have one made"
        found.append(Problem("auth.secret", "(not shown)", says))
    if settings.gateway.silence <= settings.gateway.heartbeat:
        says = f"must be longer than gateway.heartbeat ({settings.gateway.heartbeat:g} s); twice as long is usual"
        found.append(Problem("gateway.silence", f"{settings.gateway.silence:g}", says))
    found += [Problem(*clash) for clash in clashes(settings.sessions)]
    try:
        if settings.redis.url:
            parse(settings.redis.url)
    except BadAddress as error:
        found.append(Problem("redis.url", "(not shown)", f"{error}; or leave it empty for the embedded engine"))
    for origin in settings.gateway.origins:
        if origin != "*" and not re.fullmatch(r"https?://[^/\s]+", origin):
            says = "an origin is scheme and host without a path, such as https://example.org"
            found.append(Problem("gateway.origins", origin, says))
    for proxy in settings.gateway.proxies:
        try:
            networks([proxy])
        except BadNetwork:
            says = "a proxy is an address or a network, such as 192.0.2.7 or 10.0.0.0/8"
            found.append(Problem("gateway.proxies", proxy, says))
    return found
