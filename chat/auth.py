"""Who is there, and what others may know of it: tokens, roles, scopes, aliases and ids.

Everything here is arithmetic on one secret, `auth.secret`, and a `now` that is passed in (seconds since 1970). The
secret itself is never used as a key: each purpose has its own key, made by `derive`, so that nothing learnt about
one kind of value helps with another.

* A **token** is a JWT (HS256) that this server signed. It names the person, their roles, scopes and band. `verify`
  answers an `Identity` or a `TokenFault`; it never raises for anything a stranger can send, and no fault, repr or
  message holds a part of the token. Whether a good token has been revoked is a question for `chat/accounts.py`.
* An **alias** is a person in one room. Its id is a keyed hash of both: the same person in two rooms has two ids
  that nobody without the secret can link (F33), and the same id after every reconnect. So is the two-word
  name they get if they choose none.
* An **event id** is a keyed hash of person, room, command and the client's key, so that a retry, even by another
  node after a failover, is the same event.

A node with another secret would make other aliases and other ids, quietly. `fingerprint` is what the engine keeps, so
that such a node refuses to start. A secret under 32 bytes raises `WeakSecret` wherever it is used.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

import jwt

from rooms.events import AliasId, Band, EventId, Role, RoomKey, UserId

# HS256 is as strong as its key; RFC 7518 asks for as many bytes as the hash has.
SHORTEST_SECRET = 32

# Tokens pass between machines whose clocks differ a little.
LEEWAY = 30.0

# The longest token `hello` accepts (chat/commands.py); a longer one is not looked at.
LONGEST_TOKEN = 4096

# A person's id becomes part of engine keys and of hashed text: no braces, no slash, no separator.
USER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")

ISSUER = "warmline"
_ALGORITHM = "HS256"
# We look at times ourselves, with the `now` we are given; PyJWT would ask the clock of the machine.
_NO_CLOCK: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["sub", "exp", "iat"]}

_Word = TypeVar("_Word", bound=StrEnum)


class Scope(StrEnum):
    """A right beside the roles."""

    TEEN_VETTED = "teen_vetted"  # an adult who was checked and may meet teens; such meetings stay supervisable


class TokenFault(StrEnum):
    """Why a token was not accepted. All of them are `unauthorized` on the wire but EXPIRED, which a client can mend."""

    MALFORMED = "malformed"  # not a token, or its claims have the wrong shape
    FORGED = "forged"  # signed by someone else, with another algorithm, or changed
    EXPIRED = "expired"
    EARLY = "early"  # issued in the future: a clock is wrong
    UNKNOWN_RIGHT = "unknown_right"  # a role, scope or band that this version does not know


class WeakSecret(ValueError):
    """`auth.secret` has fewer than 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a verified token says is there.

    `expires`, `issued` and `trained` are seconds since 1970 (whole seconds once signed). `token_id` names the token for
    revocation. `name` is what the person calls themselves, and stays out of every repr.
    """

    user: UserId
    roles: frozenset[Role] = frozenset({Role.PEER})
    scopes: frozenset[Scope] = frozenset()
    band: Band
    name: str | None = field(default=None, repr=False)
    language: str | None = None
    country: str | None = None
    expires: float
    issued: float = 0.0
    token_id: str = ""
    trained: float = 0.0  # of who listens: when they were trained last, as the operator says; 0 unsaid

    @property
    def vetted(self) -> bool:
        """Whether this adult may see teen rooms."""
        return Scope.TEEN_VETTED in self.scopes and self.band is Band.ADULT


def derive(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key for one purpose. Raises WeakSecret."""
    if len(secret) < SHORTEST_SECRET:
        raise WeakSecret(f"auth.secret has {len(secret)} bytes and needs at least {SHORTEST_SECRET}")
    return hmac.digest(secret, b"warmline/1/" + purpose.encode(), "sha256")


def fingerprint(secret: bytes) -> str:
    """32 hex digits that tell two secrets apart and say nothing else about them."""
    return derive(secret, "fingerprint")[:16].hex()


def named(identity: Identity, secret: bytes, now: float) -> Identity:
    """`identity` as its token will say it: with a name for revocation, and whole seconds."""
    token_id = identity.token_id or _hash(secret, "token id", f"{identity.user}\0{now}\0{identity.expires}")
    return replace(identity, token_id=token_id, issued=float(int(now)), expires=float(int(identity.expires)))


def good_until(identity: Identity, now: float) -> float:
    """When a conversation under this token ends; one that was let in by the leeway has the rest of the leeway."""
    return identity.expires if now < identity.expires else identity.expires + LEEWAY


def sign(identity: Identity, secret: bytes, now: float) -> str:
    """A token for `identity`, issued at `now`; its `expires` is kept, its `issued` is not looked at."""
    token_id = named(identity, secret, now).token_id
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "sub": seal(identity.user, secret, token_id),
        "iat": int(now),
        "exp": int(identity.expires),
        "jti": token_id,
        "band": identity.band.value,
        "roles": sorted(identity.roles),
        "scopes": sorted(identity.scopes),
    }
    optional = {"name": identity.name, "lang": identity.language, "country": identity.country}
    claims.update({claim: value for claim, value in optional.items() if value is not None})
    if identity.trained:
        claims["trained"] = int(identity.trained)
    return jwt.encode(claims, derive(secret, "token"), algorithm=_ALGORITHM)


def verify(token: str, secret: bytes, now: float) -> Identity | TokenFault:
    """Read a token of our own. Claims we do not know are ignored; roles and scopes we do not know are refused (X23)."""
    if len(token) > LONGEST_TOKEN or not token.isascii() or token.count(".") != 2:
        return TokenFault.MALFORMED
    key = derive(secret, "token")
    try:
        claims = jwt.decode(token, key, algorithms=[_ALGORITHM], issuer=ISSUER, options=_NO_CLOCK)
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidIssuerError):
        return TokenFault.FORGED
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):  # a header may be any JSON, however deep
        return TokenFault.MALFORMED
    token_id, sealed = claims.get("jti", ""), claims["sub"]
    if type(token_id) is not str or type(sealed) is not str:
        return TokenFault.MALFORMED
    return _identity(claims | {"sub": unseal(sealed, secret, token_id)}, now)


def seal(user: UserId, secret: bytes, token_id: str) -> str:
    """A person id as it may travel: unreadable without the secret, and different in every token.

    It is laid over a keyed stream of the token's own name; the token's signature keeps it from being changed.
    """
    plain = user.encode()
    stream = hashlib.blake2b(token_id.encode("utf-8", "surrogatepass"), key=derive(secret, "sealed subject")).digest()
    if len(plain) > len(stream):
        raise ValueError("a person id is at most 64 bytes")
    return urlsafe_b64encode(bytes(a ^ b for a, b in zip(plain, stream, strict=False))).decode()


def unseal(sealed: str, secret: bytes, token_id: str) -> str:
    """The reverse of `seal`; the empty string for what it cannot have made."""
    stream = hashlib.blake2b(token_id.encode("utf-8", "surrogatepass"), key=derive(secret, "sealed subject")).digest()
    try:
        laid = urlsafe_b64decode(sealed)
        return bytes(a ^ b for a, b in zip(laid, stream, strict=False)).decode() if len(laid) <= len(stream) else ""
    except ValueError:
        return ""


def _identity(claims: dict[str, Any], now: float) -> Identity | TokenFault:
    user, expires, issued = claims["sub"], claims["exp"], claims["iat"]
    name, language, country = claims.get("name"), claims.get("lang"), claims.get("country")
    token_id = claims.get("jti", "")
    trained = claims.get("trained", 0)
    words = (user, token_id, name or "", language or "", country or "")
    if not all(type(word) is str for word in words) or not (type(expires) is type(issued) is type(trained) is int):
        return TokenFault.MALFORMED
    if not USER_ID.match(user):
        return TokenFault.MALFORMED
    roles, scopes = _words(claims.get("roles"), Role), _words(claims.get("scopes", []), Scope)
    band = _words([claims.get("band")], Band)
    if not roles or scopes is None or not band:
        return TokenFault.UNKNOWN_RIGHT
    if now >= expires + LEEWAY:
        return TokenFault.EXPIRED
    if issued > now + LEEWAY:
        return TokenFault.EARLY
    return Identity(
        user=UserId(user),
        roles=roles,
        scopes=scopes,
        band=next(iter(band)),
        name=name,
        language=language,
        country=country,
        expires=float(expires),
        issued=float(issued),
        token_id=token_id,
        trained=float(trained),
    )


def _words(claim: Any, kind: type[_Word]) -> frozenset[_Word] | None:
    """A claim as words of `kind`; None if it is no list or holds a word that is none of them."""
    if not isinstance(claim, list):
        return None
    try:
        return frozenset(kind(word) for word in claim)
    except (ValueError, TypeError):
        return None


def event_id(secret: bytes, user: UserId, room: RoomKey, command: str, key: str) -> EventId:
    """The id of what `command` with the client's `key` does: 22 url-safe characters, the same on every retry."""
    return EventId(_hash(secret, "event", f"{user}\0{room}\0{command}\0{key}"))


def alias_id(secret: bytes, user: UserId, room: RoomKey) -> AliasId:
    """The only id by which a room knows this person: 22 url-safe characters."""
    return AliasId(_hash(secret, "alias", f"{user}\0{room}"))


def alias_name(secret: bytes, user: UserId, room: RoomKey, attempt: int = 0) -> str:
    """Two kind words for a person who chose no name here. A next `attempt` gives another pair, if one is taken."""
    keyed = _keyed(secret, "alias name").copy()
    keyed.update(f"{user}\0{room}\0{attempt}".encode())
    number = int.from_bytes(keyed.digest()[:8], "big")
    rest, first = divmod(number, len(KIND_WORDS))
    return f"{KIND_WORDS[first]} {THINGS[rest % len(THINGS)]}"


def _hash(secret: bytes, purpose: str, text: str) -> str:
    """128 bits of keyed hash as 22 characters. The fields in `text` before the last hold no NUL, so none can bleed."""
    keyed = _keyed(secret, purpose).copy()
    keyed.update(text.encode("utf-8", "surrogatepass"))
    return urlsafe_b64encode(keyed.digest())[:22].decode()


@lru_cache(maxsize=32)
def _keyed(secret: bytes, purpose: str) -> hashlib.blake2b:
    """A hash that has taken in its key already: copying it costs a tenth of making it."""
    return hashlib.blake2b(key=derive(secret, purpose), digest_size=16)


# Names that nobody minds wearing on a bad night. No animals, foods, bodies, skin colours, families, first names,
# faiths, drugs, drinks, heights, waters or ropes, and nothing small, thin, high, clean, cold, dark or alone: each of
# these is somebody's reason for being here.
_KIND = """
    Amber Azure Balanced Breezy Calm Caring Cheerful Cobalt Copper Coral Cosy Curious Dappled Daylight Earnest Eastern
    Easy Emerald Fair Friendly Gentle Genuine Giving Golden Gracious Heartfelt Honest Hopeful Humming Indigo Kind
    Kindly Knitted Leafy Lilac Mellow Merry Morning Mossy Noble Northern Open Painted Patchwork Peaceful Playful Quiet
    Rolling Rustling Scenic Serene Silver Sincere Southern Springtime Steady Summer Sunlit Sunny Tender Thoughtful
    Tranquil Turquoise Velvet Violet Warm Welcoming Western Woven
"""
KIND_WORDS = tuple(_KIND.split())
_THINGS = """
    Acorn Almanac Armchair Aspen Atlas Ballad Banjo Basket Bench Birch Blanket Bookmark Bouquet Breeze Button Canvas
    Cedar Cello Chorus Clover Compass Cottage Courtyard Crayon Crocus Cushion Daffodil Daybreak Doorway Fern Fiddle
    Field Fireside Garden Gazebo Harp Hearth Hedge Hillside Horizon Journal Juniper Kettle Kite Lamp Lantern Lavender
    Linden Lute Magnolia Mandolin Maple Marigold Market Meadow Mitten Moonbeam Mosaic Moss Notebook Oak Orchard Orchid
    Pavilion Pebble Pencil Peony Petal Piano Pinecone Plaza Postcard Prairie Primrose Quilt Rhyme Sandal Scarf Sketch
    Sonnet Sparkle Spruce Starlight Stencil Story Sunbeam Sunrise Tapestry Teapot Thimble Tulip Tune Ukulele Valley
    Verse Violin Waltz Yarrow Zinnia
"""
THINGS = tuple(_THINGS.split())
