"""The night lantern, pure: which lights burn, what each one sees, and when that is news."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rooms.events import UserId
from rooms.lantern import COARSE, DARK, LATE, LINGERS, Light, Lights, Night, Window, dark_at, is_news, sight

PEOPLE = [UserId(name) for name in "abcdef"]
people = st.sampled_from(PEOPLE)
crowds = st.frozensets(people)
lamps = st.dictionaries(people, st.builds(Light, st.integers(0, 100), st.integers(0, 9)))
LONG_AGO = 1_000_000


def lit(lights: Lights) -> Night:
    """A night in which these burn, and nobody has left."""
    return Night(lights, frozenset(lights))


@given(burning=lamps, hidden=crowds, present=st.integers(1, 20))
def test_everybody_sees_a_number_without_their_own_and_only_where_they_asked(
    burning: Lights, hidden: frozenset[UserId], present: int
) -> None:
    """F5: no alias and no id; coarse presence below five, a single light all the same."""
    for user in PEOPLE:
        seen = sight(user, lit(burning), hidden - {user}, present, watching=True)
        assert seen.lights == len(burning.keys() - hidden - {user})
        assert seen.awake == (present if present >= COARSE else None)
        assert (seen.lit, seen.until is not None) == (user in burning, user in burning)
        assert seen.answered == (burning[user].answered if user in burning else 0)
        assert sight(user, lit(burning), hidden - {user}, present, watching=False).lights is None


@given(burning=lamps, one=people, other=people)
def test_a_block_hides_two_lights_from_each_other_like_two_that_are_out(
    burning: Lights, one: UserId, other: UserId
) -> None:
    """T7: symmetric, and no different from somebody who never lit anything."""
    for user, hidden in ((one, other), (other, one)):
        without = {owner: light for owner, light in burning.items() if owner != hidden or user == hidden}
        apart = frozenset({hidden} - {user})
        assert sight(user, lit(burning), apart, 5, watching=True) == sight(user, lit(without), apart, 5, watching=True)


@given(lights=lamps, here=crowds, now=st.integers(0, 120))
def test_a_light_burns_until_its_time_is_over_and_only_while_its_owner_is_here(
    lights: Lights, here: frozenset[UserId], now: int
) -> None:
    window = Window()
    window.read(1, lights, 0)
    burning = window.night(here.__contains__, now).burning
    assert set(burning) == {owner for owner, light in lights.items() if owner in here and now < light.until}
    assert window.look(here.__contains__, now) == bool(burning)
    assert not window.look(here.__contains__, now)


@given(moments=st.lists(st.tuples(lamps, crowds, crowds, st.booleans()), max_size=12), user=people)
def test_whoever_is_told_only_news_knows_at_every_moment_what_a_fresh_look_would_say(
    moments: list[tuple[Lights, frozenset[UserId], frozenset[UserId], bool]], user: UserId
) -> None:
    """All but how many are awake, which is told along and is no news by itself."""
    window, knows = Window(), DARK
    for version, (lights, here, hidden, watching) in enumerate(moments, 1):
        window.read(version, lights, 0)
        window.look(here.__contains__, 0)
        fresh = sight(user, window.told, hidden, 3, watching=watching)
        if is_news(knows, fresh):
            knows = fresh
        assert (knows.lit, knows.answered, knows.until) == (fresh.lit, fresh.answered, fresh.until)
        if watching:
            assert knows.lights == fresh.lights


def test_lighting_again_is_news_to_oneself_and_to_nobody_else() -> None:
    """A dozen relights cannot flood those who watch."""
    before, now = {PEOPLE[0]: Light(50, 2)}, {PEOPLE[0]: Light(80, 2)}
    own = [sight(PEOPLE[0], lit(lights), frozenset(), 5, watching=True) for lights in (before, now)]
    theirs = [sight(PEOPLE[1], lit(lights), frozenset(), 5, watching=True) for lights in (before, now)]
    assert is_news(*own)
    assert not is_news(*theirs)


def test_who_comes_back_finds_their_light_out_once_the_room_was_read_anew() -> None:
    """What was read before they left is not believed any more."""
    window = Window()
    window.read(10, {PEOPLE[0]: Light(100)}, 10)
    window.stale = False
    window.look(lambda user: True, 20)
    assert window.look(lambda user: False, 30)
    assert window.stale
    window.read(30, {}, 31)
    window.stale = False
    window.look(lambda user: True, 40)
    assert not window.told.burning
    assert not window.stale


@given(left=st.integers(LONG_AGO, LONG_AGO * 9), late=st.integers(0, 4 * LINGERS))
def test_the_light_of_who_leaves_goes_out_for_others_some_moments_later_and_for_themselves_at_once(
    left: int, late: int
) -> None:
    """Whoever counts lights as people leave, and knows what a block looks like, learns nothing by the moment (T7)."""
    window = Window()
    window.read(1, {PEOPLE[0]: Light(left * 2)}, 0)
    window.look(lambda user: True, left - 1)
    night = window.night(lambda user: False, left)
    assert not night.burning
    assert night.seen == {PEOPLE[0]}
    assert not sight(PEOPLE[0], night, frozenset(), 5, watching=True).lit
    assert LINGERS <= dark_at(left) - left < 3 * LINGERS
    assert bool(window.night(lambda user: False, left + late).seen) == (left + late < dark_at(left))


def test_a_light_that_is_put_out_by_its_owner_does_not_linger() -> None:
    window = Window()
    window.read(1, {PEOPLE[0]: Light(100)}, 0)
    window.look(lambda user: True, 10)
    window.read(2, {}, 0)
    assert window.look(lambda user: True, 20)
    assert not window.told.seen


def test_a_light_whose_time_is_over_is_no_reason_to_read_anew() -> None:
    window = Window()
    window.read(10, {PEOPLE[0]: Light(100)}, 10)
    window.stale = False
    window.look(lambda user: True, 20)
    assert window.look(lambda user: True, 100)
    assert not window.stale


def test_an_answer_of_the_engine_that_was_overtaken_is_let_go_of_but_a_loss_is_believed() -> None:
    """Two readings may come back in the wrong order; an engine that was emptied says so for longer."""
    window = Window()
    window.read(LONG_AGO, {PEOPLE[0]: Light(LONG_AGO * 2)}, LONG_AGO)
    window.read(LONG_AGO - 1, {}, LONG_AGO + 5)
    window.read(0, {}, LONG_AGO + 5)
    assert list(window.lights) == PEOPLE[:1]
    window.read(0, {}, LONG_AGO + LATE)
    assert not window.lights
