"""Card ids: what a card was about is in its id, sealed, for its owner and for nobody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chat.careid import About, open_id, room_mark, seal
from moderation.verdict import Care, CareBand, CareKind
from rooms.events import RoomKey, UserId

SECRET = b"a secret of thirty-two bytes or more, for tests"
USERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=30).map(UserId)
ABOUTS = st.builds(
    About,
    st.builds(Care, st.sampled_from(CareBand), st.sampled_from([None, *CareKind])),
    st.booleans(),
    st.binary(min_size=5, max_size=5),
)


@given(USERS, ABOUTS, st.text(max_size=20))
def test_its_owner_s_answer_finds_what_the_card_was_about(user: UserId, about: About, occasion: str) -> None:
    assert open_id(SECRET, user, seal(SECRET, user, about, occasion)) == about


@given(USERS, USERS, ABOUTS)
def test_another_person_or_another_server_cannot_open_it(user: UserId, other: UserId, about: About) -> None:
    id = seal(SECRET, user, about, "x")
    assert other == user or open_id(SECRET, other, id) is None
    assert open_id(SECRET + b"!", user, id) is None


@given(USERS, ABOUTS, st.integers(0, 31), st.sampled_from("Ab0-_z"))
def test_a_changed_id_is_nobody_s(user: UserId, about: About, place: int, put: str) -> None:
    id = seal(SECRET, user, about, "x")
    changed = id[:place] + put + id[place + 1 :]
    assert changed == id or open_id(SECRET, user, changed) is None


@given(USERS, st.text(max_size=80))
def test_what_is_no_id_of_ours_opens_nothing_and_raises_nothing(user: UserId, id: str) -> None:
    assert open_id(SECRET, user, id) is None


def test_one_occasion_is_one_id_and_the_band_changes_it() -> None:
    user, care = UserId("u"), About(Care(CareBand.CONCERN, CareKind.SUICIDE), room=room_mark(RoomKey("adult/anxiety")))
    assert seal(SECRET, user, care, "x") == seal(SECRET, user, care, "x")
    ids = {seal(SECRET, user, About(Care(band, CareKind.SUICIDE), room=care.room), "x") for band in CareBand}
    assert len(ids) == len(CareBand)


def test_an_id_says_nothing_by_its_looks() -> None:
    """The band and the kind of one's trouble stand in no log and on no screen."""
    ids = [
        seal(SECRET, UserId(f"u{number}"), About(Care(CareBand.HIGH, CareKind.SUICIDE)), "x") for number in range(64)
    ]
    assert all(len(id) == 32 for id in ids)
    for place in range(32):
        assert len({id[place] for id in ids}) > 5
