"""Topic rooms: bands are walls, keepers are never locked out, and a refusal tells nothing about what is hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.events import AliasId, Band, Member, Refusal, Role, UserId
from rooms.topics import (
    HOSTS,
    KEEPERS,
    SPARED,
    Catalogue,
    Topic,
    is_hosted,
    needs_host,
    refusal_to_join,
    refusal_to_post,
    slow_gap,
)

POSTPARTUM = Topic(id="postpartum", title="After birth", slow=1.5, capacity=3)
COMMONS = Topic(id="teen-commons", band=Band.TEEN)
LOUNGE = Topic(id="listeners", enter=frozenset({Role.LISTENER}))
CATALOGUE = Catalogue([POSTPARTUM, COMMONS, LOUNGE])
PEER = frozenset({Role.PEER})
MEMBER = Member(UserId("u"), AliasId("a"), "Quiet Harbour")

some_roles = st.frozensets(st.sampled_from(Role), min_size=1)


def test_a_room_key_begins_with_its_band() -> None:
    assert POSTPARTUM.key == "adult/postpartum"
    assert COMMONS.key == "teen/teen-commons"


@pytest.mark.parametrize("name", ["", "Post", "a b", "a/b", "{a}", "a}", "r1\n", "inbox", "-a", "x" * 64])
def test_an_id_that_could_break_a_key_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="room id"):
        Topic(id=name)


def test_two_rooms_cannot_share_a_name_even_across_bands() -> None:
    with pytest.raises(ValueError, match="two rooms"):
        Catalogue([Topic(id="x"), Topic(id="x", band=Band.TEEN)])


def test_a_room_of_the_other_band_is_not_found_in_any_query() -> None:
    """Bands are walls (F9), and the refusal is the one for a room that does not exist (X24)."""
    assert CATALOGUE.find("postpartum", Band.TEEN) is None
    assert CATALOGUE.find("teen-commons", Band.ADULT) is None
    assert CATALOGUE.visible(Band.TEEN) == [COMMONS]
    hidden = refusal_to_join(COMMONS, Band.ADULT, 0, False, PEER)
    absent = refusal_to_join(None, Band.ADULT, 0, False, PEER)
    assert hidden is absent is Refusal.NOT_FOUND


def test_a_vetted_adult_sees_teen_rooms_as_well() -> None:
    assert CATALOGUE.find("teen-commons", Band.ADULT, vetted=True) is COMMONS
    assert CATALOGUE.visible(Band.ADULT, vetted=True) == [POSTPARTUM, COMMONS]
    assert refusal_to_join(COMMONS, Band.ADULT, 0, False, PEER, vetted=True) is None


@given(some_roles, st.booleans(), st.booleans(), st.integers(0, 10))
def test_nothing_lets_a_teen_into_an_adult_room(
    roles: frozenset[Role], vetted: bool, already: bool, present: int
) -> None:
    assert refusal_to_join(POSTPARTUM, Band.TEEN, present, already, roles, vetted=vetted) is Refusal.NOT_FOUND
    assert all(topic.band is Band.TEEN for topic in CATALOGUE.visible(Band.TEEN, roles=roles, vetted=vetted))


@given(st.sampled_from(Band), some_roles, st.booleans())
def test_what_is_visible_is_exactly_what_can_be_found_and_entered(
    band: Band, roles: frozenset[Role], vetted: bool
) -> None:
    visible = CATALOGUE.visible(band, roles=roles, vetted=vetted)
    for topic in CATALOGUE:
        found = CATALOGUE.find(topic.id, band, roles=roles, vetted=vetted)
        entered = refusal_to_join(topic, band, 0, False, roles, vetted=vetted)
        assert (found is topic) == (topic in visible) == (entered is not Refusal.NOT_FOUND)


def test_a_room_for_some_roles_does_not_exist_for_the_others() -> None:
    assert refusal_to_join(LOUNGE, Band.ADULT, 0, False, PEER) is Refusal.NOT_FOUND
    assert LOUNGE not in CATALOGUE.visible(Band.ADULT)
    assert refusal_to_join(LOUNGE, Band.ADULT, 0, False, {Role.LISTENER}) is None
    assert refusal_to_join(LOUNGE, Band.ADULT, 0, False, {Role.MODERATOR}) is None


def test_a_full_room_refuses_newcomers_only() -> None:
    assert refusal_to_join(POSTPARTUM, Band.ADULT, 2, False, PEER) is None
    assert refusal_to_join(POSTPARTUM, Band.ADULT, 3, False, PEER) is Refusal.ROOM_FULL
    assert refusal_to_join(POSTPARTUM, Band.ADULT, 3, True, PEER) is None


@pytest.mark.parametrize("role", sorted(KEEPERS))
def test_who_keeps_a_room_safe_enters_it_full_and_is_never_slowed(role: Role) -> None:
    assert refusal_to_join(POSTPARTUM, Band.ADULT, 99, False, {Role.PEER, role}) is None
    assert slow_gap(POSTPARTUM, role) == SPARED


def test_slow_mode_holds_for_peers_and_is_lifted_for_hosts_and_load_tests() -> None:
    assert slow_gap(POSTPARTUM, Role.PEER) == slow_gap(POSTPARTUM, Role.LISTENER) == 1500
    assert slow_gap(POSTPARTUM, Role.PEER, host=True) == SPARED
    assert slow_gap(POSTPARTUM, Role.PEER, enabled=False) == SPARED
    assert slow_gap(COMMONS, Role.PEER) == 0


def test_only_who_joined_may_speak() -> None:
    assert refusal_to_post(POSTPARTUM, MEMBER) is None
    assert refusal_to_post(POSTPARTUM, None) is Refusal.NOT_MEMBER
    assert refusal_to_post(None, MEMBER) is Refusal.NOT_FOUND
    assert refusal_to_post(POSTPARTUM, MEMBER, muted=True) is Refusal.MUTED
    assert refusal_to_post(POSTPARTUM, MEMBER, muted=True, closed=True) is Refusal.CLOSED


def test_a_room_is_found_again_by_the_key_of_its_log() -> None:
    assert CATALOGUE.at(POSTPARTUM.key) is POSTPARTUM
    assert CATALOGUE.at(COMMONS.key) is COMMONS
    assert len(CATALOGUE) == len(list(CATALOGUE)) == 3


@given(roles=st.lists(st.sampled_from(Role), max_size=4))
def test_a_teen_room_is_hosted_by_who_may_release_what_is_written_there(roles: list[Role]) -> None:
    """A responder cares for people, a listener listens: neither looks after a room."""
    members = [Member(UserId(f"u{place}"), AliasId("a"), "n", role) for place, role in enumerate(roles)]
    assert is_hosted(members) == bool({Role.MODERATOR, Role.SUPERVISOR, Role.OPERATOR} & set(roles))
    assert HOSTS < KEEPERS


def test_only_teen_rooms_need_a_host() -> None:
    assert [needs_host(topic) for topic in (COMMONS, POSTPARTUM, LOUNGE)] == [True, False, False]


def test_a_room_is_called_in_the_language_of_who_asks_as_far_as_somebody_wrote_it() -> None:
    """F52: es-MX is es; what is not translated stays as the room has it, and nobody without a language loses a word."""
    room = Topic(id="days", title="Heavy days", rules="Be kind.", translated={"es": {"title": "Días que pesan"}})
    assert room.said("es-MX") == ("Días que pesan", "", "Be kind.")
    assert room.said("fr") == room.said(None) == ("Heavy days", "", "Be kind.")
    assert Topic(id="days").said("es") == ("days", "", "")
