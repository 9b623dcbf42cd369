"""A copy kept by diffs equals the truth, and so does the list of a client that hears only what is due."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rooms.envelope import PresenceDiff
from rooms.events import AliasId, Member, Role, RoomKey, UserId
from rooms.roster import (
    SAMPLE,
    Change,
    Fate,
    RosterCopy,
    Tier,
    pack_member,
    unpack_lists,
    unpack_member,
)

ROOM = RoomKey("adult/recovery")


def person(number: int, name: str = "Quiet Kite") -> Member:
    return Member(UserId(f"u{number}"), AliasId(f"a{number}"), name)


def diff(from_: int, version: int, present: int, joined: tuple[Member, ...] = (), left: str = "") -> PresenceDiff:
    packed = b",".join(pack_member(member) for member in joined)
    body = b'{"j":[%s],"l":%s}' % (packed, json.dumps(left.split()).encode())
    return PresenceDiff(ROOM, from_, version, present, body)


def read(version: int, *members: Member) -> RosterCopy:
    """A copy that has just read the engine."""
    copy = RosterCopy()
    copy.replace(version, {member.user: member for member in members})
    return copy


def tier_of(copy: RosterCopy) -> Tier:
    return copy.tier


def test_a_diff_that_continues_the_copy_is_applied() -> None:
    copy = read(5, person(1))
    assert copy.absorb(diff(5, 7, 1, (person(2),), "u1")) is Fate.APPLIED
    assert (copy.roster.version, copy.roster.present, list(copy.roster.members)) == (7, 1, [person(2)])


def test_a_hole_in_the_versions_asks_for_a_reading() -> None:
    """The version skipped: somebody came or went unheard (engine.md, presence)."""
    copy = read(5, person(1))
    assert copy.absorb(diff(6, 7, 2, (person(2),))) is Fate.HOLE
    assert copy.reading
    assert copy.replace(7, {member.user: member for member in (person(1), person(2), person(3))}) is Fate.APPLIED
    assert copy.roster.present == 3


def test_a_head_count_that_does_not_come_out_is_a_hole() -> None:
    copy = read(5, person(1))
    assert copy.absorb(diff(5, 6, 9, (person(2),))) is Fate.HOLE


def test_what_the_copy_knows_already_is_ignored() -> None:
    copy = read(5, person(1))
    assert copy.absorb(diff(3, 5, 4, (person(2),))) is Fate.STALE
    assert copy.roster.present == 1


def test_diffs_that_arrive_during_a_reading_are_applied_to_it() -> None:
    copy = RosterCopy()
    assert copy.absorb(diff(3, 4, 1, (person(1),))) is Fate.KEPT
    assert copy.absorb(diff(4, 5, 2, (person(2),))) is Fate.KEPT
    assert copy.replace(4, {person(1).user: person(1)}) is Fate.APPLIED
    assert (copy.version, set(copy.people)) == (5, {"u1", "u2"})


def test_a_hole_in_a_room_that_was_empty_is_told_too() -> None:
    copy = read(0)
    assert copy.absorb(diff(7, 8, 2, (person(2),))) is Fate.HOLE
    copy.replace(8, {member.user: member for member in (person(1), person(2))})
    change = copy.due(10.0)
    assert change is not None
    assert (change.from_, change.joined) == (0, (person(1), person(2)))


def test_a_reading_older_than_a_kept_diff_is_asked_for_again() -> None:
    copy = RosterCopy()
    copy.absorb(diff(6, 7, 1, (person(1),)))
    assert copy.replace(4, {}) is Fate.HOLE
    assert copy.reading


def test_a_reading_after_a_hole_tells_clients_only_the_difference() -> None:
    copy = read(5, person(1), person(2))
    copy.absorb(diff(8, 9, 2))
    copy.replace(9, {person(2).user: person(2), person(3).user: person(3)})
    change = copy.due(10.0)
    assert change == Change(from_=5, version=9, present=2, joined=(person(3),), left=(AliasId("a1"),))


def test_who_came_and_went_between_two_tellings_is_told_as_gone_to_those_who_joined_in_between() -> None:
    copy = read(5)
    copy.absorb(diff(5, 6, 1, (person(1),)))
    copy.absorb(diff(6, 7, 0, (), "u1"))
    change = copy.due(10.0)
    assert change is not None
    assert (change.from_, change.version, change.joined, change.left) == (5, 7, (), ("a1",))


def test_a_small_room_is_told_every_quarter_of_a_second_and_not_when_nothing_changed() -> None:
    copy = read(5)
    copy.absorb(diff(5, 6, 1, (person(1),)))
    assert copy.due(100.0) is not None
    assert copy.due(200.0) is None
    copy.absorb(diff(6, 7, 2, (person(2),)))
    assert copy.due(200.0) is not None
    copy.absorb(diff(7, 8, 3, (person(3),)))
    assert copy.due(200.2) is None
    assert copy.due(200.25) is not None


def test_a_larger_room_is_told_less_often_and_a_large_one_only_the_count_and_a_sample() -> None:
    crowd = tuple(person(number) for number in range(1001))
    copy = read(5, *crowd[:100])
    copy.absorb(diff(5, 6, 1000, crowd[100:1000]))
    first = copy.due(0.0)
    assert tier_of(copy) is Tier.MEDIUM
    assert first is not None
    assert first.joined is not None
    assert len(first.joined) == 900
    copy.absorb(diff(6, 7, 1001, crowd[1000:]))
    assert copy.due(1.9) is None
    change = copy.due(2.0)
    assert tier_of(copy) is Tier.LARGE
    assert change is not None
    assert (change.joined, change.left, change.present) == (None, None, 1001)
    assert len(change.sample) == SAMPLE
    assert change.sample[0] == crowd[1000]
    copy.absorb(diff(7, 8, 1000, (), "u0"))
    assert copy.due(6.9) is None
    assert copy.due(7.0) is not None
    assert tier_of(copy) is Tier.LARGE  # 1,000 would have been medium on the way up


@given(st.sampled_from(Tier), st.integers(0, 5000))
def test_a_tier_is_stable_and_moves_only_past_its_edges(tier: Tier, present: int) -> None:
    after = tier.after(present)
    assert after.after(present) is after
    assert present <= after.most
    if after is not tier:
        assert present > tier.most or present <= tier.fewest


@given(st.text(max_size=40), st.sampled_from(Role), st.booleans())
def test_a_member_survives_the_engine(name: str, role: Role, quiet: bool) -> None:
    member = Member(UserId("u-1"), AliasId("a_1"), name, role, quiet)
    packed = pack_member(member)
    assert unpack_member(packed) == member
    assert unpack_lists(diff(4, 6, 1, (member,), "u-2").body) == ([member], ["u-2"])


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]", b"7", b'{"j":[["u"]],"l":[]}', b'{"j":[],"l":7}'])
def test_a_body_that_is_none_is_a_hole(body: bytes) -> None:
    with pytest.raises(ValueError, match="not the body of a presence diff"):
        unpack_lists(body)
    assert read(5).absorb(PresenceDiff(ROOM, 5, 6, 0, body)) is Fate.HOLE


def test_names_are_in_no_repr() -> None:
    """Aliases never reach a log (F37)."""
    copy = read(1, person(1, "Secret Teapot"))
    copy.absorb(diff(1, 2, 2, (person(2, "Secret Teapot"),)))
    shown = repr([copy.roster, copy.due(9.0), copy])
    assert "Secret" not in shown


class FollowingMachine(RuleBasedStateMachine):
    """An engine, a node that loses some diffs, and a client that hears what is due. All agree when it is quiet."""

    def __init__(self) -> None:
        super().__init__()
        self.truth: dict[UserId, Member] = {}
        self.version = 1
        self.copy = read(1)
        self.now = 0.0
        self.client: dict[AliasId, Member] = {}
        self.client_at = self.copy.roster.version

    @rule(numbers=st.sets(st.integers(0, 6), max_size=4), name=st.sampled_from("xy"), heard=st.booleans())
    def people_come(self, numbers: set[int], name: str, heard: bool) -> None:
        joined = tuple(person(n, name) for n in sorted(numbers) if self.truth.get(UserId(f"u{n}")) != person(n, name))
        self.truth.update((member.user, member) for member in joined)
        self._publish(joined, (), heard)

    @rule(numbers=st.sets(st.integers(0, 6), max_size=4), heard=st.booleans())
    def people_go(self, numbers: set[int], heard: bool) -> None:
        left = tuple(UserId(f"u{n}") for n in sorted(numbers) if self.truth.pop(UserId(f"u{n}"), None))
        self._publish((), left, heard)

    def _publish(self, joined: tuple[Member, ...], left: tuple[UserId, ...], heard: bool) -> None:
        if joined or left:
            from_, self.version = self.version, self.version + len(joined) + len(left)
            if heard:
                self.copy.absorb(diff(from_, self.version, len(self.truth), joined, " ".join(left)))

    @rule()
    def a_reading_arrives(self) -> None:
        self.copy.reading = True
        assert self.copy.replace(self.version, dict(self.truth)) is Fate.APPLIED

    @rule(seconds=st.floats(0, 3))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        change = self.copy.due(self.now)
        if change is None or change.version <= self.client_at:
            return
        assert change.from_ <= self.client_at
        assert change.joined is not None
        assert change.left is not None
        for alias in change.left:
            self.client.pop(alias, None)
        self.client.update((member.alias, member) for member in change.joined)
        self.client_at = change.version
        assert len(self.client) == change.present

    @rule()
    def the_client_joins_anew(self) -> None:
        """`joined` shows the copy as it is now, which is ahead of what others were told."""
        self.client = {member.alias: member for member in self.copy.roster.members}
        self.client_at = self.copy.roster.version

    @precondition(lambda self: not self.copy.reading and self.copy.version == self.version)
    @invariant()
    def the_copy_is_the_truth(self) -> None:
        assert self.copy.people == self.truth

    @precondition(lambda self: not self.copy.reading and self.client_at == self.copy.version)
    @invariant()
    def the_client_sees_the_copy(self) -> None:
        assert self.client == {member.alias: member for member in self.copy.people.values()}


FollowingMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestFollowing = FollowingMachine.TestCase


def test_a_packed_member_is_plain_json() -> None:
    assert json.loads(pack_member(person(1))) == ["u1", "a1", "Quiet Kite", "peer", 0]
