"""Tokens are ours or refused without a word of them; aliases and ids are the same for ever and linkable by nobody."""

from __future__ import annotations

import base64
import json
import timeit
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.auth import (
    KIND_WORDS,
    LEEWAY,
    THINGS,
    Identity,
    Scope,
    TokenFault,
    WeakSecret,
    alias_id,
    alias_name,
    derive,
    event_id,
    fingerprint,
    good_until,
    named,
    seal,
    sign,
    unseal,
    verify,
)
from rooms.events import Band, Role, RoomKey, UserId

SECRET = b"a secret of the tests, 32 bytes or more"
OTHER = b"quite another secret that is also long enough"
NOW = 1_800_000_000.0
ANNA = UserId("anna0000000000000000aa")
BEN = UserId("ben00000000000000000aa")
ROOM = RoomKey("adult/postpartum")
IDENTITY = Identity(
    user=ANNA,
    roles=frozenset({Role.PEER, Role.LISTENER}),
    scopes=frozenset({Scope.TEEN_VETTED}),
    band=Band.ADULT,
    name="Marmalade",
    language="en",
    country="GB",
    expires=NOW + 3600,
    issued=NOW,
    token_id="t-1",
)
CLAIMS: dict[str, Any] = {
    "iss": "warmline",
    "sub": seal(ANNA, SECRET, "t"),
    "iat": int(NOW),
    "exp": int(NOW) + 60,
    "jti": "t",
    "band": "adult",
    "roles": ["peer"],
    "scopes": [],
}


def signed(**changes: Any) -> str:
    """A token with our signature and claims that we would not make."""
    claims = {claim: value for claim, value in {**CLAIMS, **changes}.items() if value is not ...}
    return jwt.encode(claims, derive(SECRET, "token"), algorithm="HS256")


def test_a_token_does_not_say_who_it_is_for_but_to_us() -> None:
    """No person id leaves the server: its holder cannot read it, and two tokens of one person do not look alike."""
    tokens = [sign(replace(IDENTITY, token_id=name), SECRET, NOW) for name in ("one", "two")]
    claims = [json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")) for token in tokens]
    assert all(ANNA not in json.dumps(each) for each in claims)
    assert claims[0]["sub"] != claims[1]["sub"]
    assert {unseal(each["sub"], SECRET, each["jti"]) for each in claims} == {ANNA}
    assert unseal("not base64!", SECRET, "one") == ""


def test_an_identity_survives_signing() -> None:
    assert verify(sign(IDENTITY, SECRET, NOW), SECRET, NOW) == IDENTITY
    guest = Identity(user=BEN, band=Band.TEEN, expires=NOW + 60)
    back = verify(sign(guest, SECRET, NOW), SECRET, NOW)
    assert isinstance(back, Identity)
    assert replace(back, token_id="", issued=0.0) == guest
    assert back.token_id


def test_a_token_ends_a_little_after_it_expires() -> None:
    """Clocks of two machines differ: the leeway is small and on both sides (X65)."""
    token = sign(IDENTITY, SECRET, NOW)
    assert isinstance(verify(token, SECRET, NOW + 3600 + LEEWAY - 1), Identity)
    assert verify(token, SECRET, NOW + 3600 + LEEWAY) is TokenFault.EXPIRED
    assert isinstance(verify(token, SECRET, NOW - LEEWAY), Identity)
    assert verify(token, SECRET, NOW - LEEWAY - 1) is TokenFault.EARLY


def test_a_token_of_another_secret_is_forged() -> None:
    assert verify(sign(IDENTITY, OTHER, NOW), SECRET, NOW) is TokenFault.FORGED


def test_the_secret_itself_signs_nothing() -> None:
    """A JWT made with `auth.secret` as its key is not ours: each purpose has its own key."""
    assert verify(jwt.encode(CLAIMS, SECRET, algorithm="HS256"), SECRET, NOW) is TokenFault.FORGED
    keys = {derive(SECRET, purpose) for purpose in ("token", "event", "alias", "fingerprint")}
    assert len(keys) == 4
    assert SECRET not in keys


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "RS256", ""])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    """`alg: none` is the oldest trick; the signature being empty or right changes nothing."""
    ours = sign(IDENTITY, SECRET, NOW)
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
    claims, signature = ours.split(".")[1:]
    for end in ("", signature):
        assert verify(f"{header}.{claims}.{end}", SECRET, NOW) in (TokenFault.FORGED, TokenFault.MALFORMED)


@given(st.data())
def test_a_token_with_any_one_character_changed_is_refused(data: st.DataObject) -> None:
    token = sign(IDENTITY, SECRET, NOW)
    # The last character of a signature carries two bits that no decoder looks at.
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.characters().filter(lambda letter: letter != token[place]))
    assert isinstance(verify(token[:place] + letter + token[place + 1 :], SECRET, NOW), TokenFault)


@given(st.text(max_size=200) | st.text("eyJ.-_abc123=", max_size=60))
def test_no_text_makes_verify_raise(text: str) -> None:
    assert isinstance(verify(text, SECRET, NOW), TokenFault)


def test_a_deep_header_and_a_huge_token_are_malformed() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=")
    assert verify(f"{deep}.e30.e30", SECRET, NOW) is TokenFault.MALFORMED
    assert verify("a" * 5000 + ".e30.e30", SECRET, NOW) is TokenFault.MALFORMED


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"roles": ["peer", "god"]}, TokenFault.UNKNOWN_RIGHT),
        ({"roles": []}, TokenFault.UNKNOWN_RIGHT),
        ({"roles": "operator"}, TokenFault.UNKNOWN_RIGHT),
        ({"roles": [["peer"]]}, TokenFault.UNKNOWN_RIGHT),
        ({"scopes": ["everything"]}, TokenFault.UNKNOWN_RIGHT),
        ({"band": "child"}, TokenFault.UNKNOWN_RIGHT),
        ({"band": ...}, TokenFault.UNKNOWN_RIGHT),
        ({"sub": "a}b"}, TokenFault.MALFORMED),
        ({"sub": "a\n"}, TokenFault.MALFORMED),
        ({"sub": ...}, TokenFault.MALFORMED),
        ({"exp": ...}, TokenFault.MALFORMED),
        ({"exp": True}, TokenFault.MALFORMED),
        ({"exp": 1e999}, TokenFault.MALFORMED),
        ({"jti": 7}, TokenFault.MALFORMED),
        ({"name": {"a": 1}}, TokenFault.MALFORMED),
        ({"iss": "someone"}, TokenFault.FORGED),
    ],
)
def test_claims_that_we_would_not_make_are_refused(changes: dict[str, Any], fault: TokenFault) -> None:
    """X23: no role, scope or band is taken on trust, even under our own signature."""
    assert verify(signed(**changes), SECRET, NOW) is fault


def test_claims_we_do_not_know_change_nothing() -> None:
    """X23: a claim of a later version, or a stranger's, is ignored."""
    plain = verify(signed(), SECRET, NOW)
    assert verify(signed(role="moderator", __proto__={"roles": ["operator"]}, admin=True), SECRET, NOW) == plain


def test_a_short_secret_is_refused_everywhere() -> None:
    short = b"x" * 31
    for use in (
        lambda: sign(IDENTITY, short, NOW),
        lambda: verify(signed(), short, NOW),
        lambda: fingerprint(short),
        lambda: alias_id(short, ANNA, ROOM),
        lambda: event_id(short, ANNA, ROOM, "send", "k"),
    ):
        with pytest.raises(WeakSecret) as caught:
            use()
        assert "xxx" not in str(caught.value)


def test_a_name_is_in_no_repr() -> None:
    """Names are private words (X68)."""
    assert "Marmalade" not in repr(IDENTITY)


def test_only_adults_can_be_vetted() -> None:
    assert IDENTITY.vetted
    assert not replace(IDENTITY, band=Band.TEEN).vetted
    assert not replace(IDENTITY, scopes=frozenset()).vetted


def test_an_alias_is_the_same_in_one_room_and_another_in_each_other() -> None:
    """F33: no two rooms share an alias, and nothing of the person shows in one."""
    rooms = [RoomKey(f"adult/room-{number}") for number in range(200)]
    aliases = {alias_id(SECRET, ANNA, room) for room in rooms} | {alias_id(SECRET, BEN, room) for room in rooms}
    assert len(aliases) == 400
    assert alias_id(SECRET, ANNA, ROOM) == alias_id(SECRET, ANNA, ROOM) != alias_id(OTHER, ANNA, ROOM)
    assert all(len(alias) == 22 and "anna" not in alias for alias in aliases)


def test_a_retry_has_the_same_event_id_and_anything_else_another() -> None:
    first = event_id(SECRET, ANNA, ROOM, "send", "k1")
    assert event_id(SECRET, ANNA, ROOM, "send", "k1") == first
    others = {
        event_id(SECRET, BEN, ROOM, "send", "k1"),
        event_id(SECRET, ANNA, RoomKey("adult/recovery"), "send", "k1"),
        event_id(SECRET, ANNA, ROOM, "edit", "k1"),
        event_id(SECRET, ANNA, ROOM, "send", "k2"),
        event_id(OTHER, ANNA, ROOM, "send", "k1"),
        alias_id(SECRET, ANNA, ROOM),
    }
    assert first not in others
    assert len(others) == 6
    assert len(first) == 22
    assert set(first) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=64), st.text(max_size=64))
def test_different_keys_never_share_an_event_id(one: str, two: str) -> None:
    """Any text a client may put into `key`, NUL and lone surrogates included."""
    assert (event_id(SECRET, ANNA, ROOM, "send", one) == event_id(SECRET, ANNA, ROOM, "send", two)) == (one == two)
    assert event_id(SECRET, ANNA, ROOM, "send", "\ud800" + one) != event_id(SECRET, ANNA, ROOM, "send", one)


def test_a_given_name_is_two_kind_words_and_stays() -> None:
    names = [alias_name(SECRET, UserId(f"u{number}"), ROOM) for number in range(2000)]
    assert all(first in KIND_WORDS and second in THINGS for first, second in (name.split(" ") for name in names))
    assert len(set(names)) > 1500
    assert alias_name(SECRET, ANNA, ROOM) == alias_name(SECRET, ANNA, ROOM)
    assert len({alias_name(SECRET, ANNA, ROOM, attempt) for attempt in range(10)}) > 5


def test_every_word_of_a_name_is_there_once() -> None:
    assert len(set(KIND_WORDS)) == len(KIND_WORDS) >= 60
    assert len(set(THINGS)) == len(THINGS) >= 90
    assert not set(KIND_WORDS) & set(THINGS)
    assert all(word.isalpha() and word.istitle() and 3 <= len(word) <= 10 for word in KIND_WORDS + THINGS)


def test_a_fingerprint_tells_secrets_apart_without_showing_them() -> None:
    assert fingerprint(SECRET) == fingerprint(SECRET) != fingerprint(OTHER)
    assert len(fingerprint(SECRET)) == 32
    assert fingerprint(SECRET) not in (SECRET.hex(), derive(SECRET, "token")[:16].hex())


def test_an_event_id_costs_microseconds() -> None:
    """Paid for every command that changes something; measured at about 1.2 µs, the ceiling is ten times that."""
    best = min(timeit.repeat(lambda: event_id(SECRET, ANNA, ROOM, "send", "key-0001"), number=2000, repeat=5)) / 2000
    print(f"event_id: {best * 1e6:.2f} µs")
    assert best < 12e-6


def test_a_conversation_let_in_by_the_leeway_has_the_rest_of_it() -> None:
    """A machine whose clock is behind is welcomed for the leeway, and not shown out in the same second."""
    late = replace(IDENTITY, expires=NOW)
    assert good_until(late, NOW - 1) == NOW
    assert good_until(late, NOW) == good_until(late, NOW + 10) == NOW + LEEWAY


def test_a_named_identity_is_what_its_token_says() -> None:
    """Whole seconds, and the name by which it can be taken back."""
    guest = replace(IDENTITY, token_id="", expires=NOW + 60.5)
    known = named(guest, SECRET, NOW + 0.7)
    assert verify(sign(guest, SECRET, NOW + 0.7), SECRET, NOW + 1) == known
    assert known.token_id
