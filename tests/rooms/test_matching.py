"""Matching: danger first, nobody starves, nobody is asked who should not be (T7, T8, T14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import DAY, DURATIONS, HOUR, MINUTE
from rooms.events import Band
from rooms.listening import Listener, Listening
from rooms.matching import USUAL, Proposal, fit, place, propose, width
from rooms.seeking import Request, Risk, Seeking
from rooms.ties import Person, bar
from tests.support.scenes import EVENING


def wants(id: str, ago: int = 0, **more: Any) -> Request:
    """A request of the seeker `s:<id>`, so many ms old."""
    return Request(id=id, seeker=f"s:{id}", since=EVENING - ago, **more)


def hears(user: str, **more: Any) -> Listener:
    fields: dict[str, Any] = {"state": Listening.AVAILABLE, "trained_until": EVENING + DAY, "given": 20} | more
    return Listener(user=user, **fields)


def people(requests: list[Request], listeners: list[Listener]) -> dict[str, Person]:
    found = {one.seeker: Person(user=one.seeker, band=one.band) for one in requests}
    return found | {one.user: Person(user=one.user, band=one.band, vetted=one.vetted) for one in listeners}


def proposed(requests: list[Request], listeners: list[Listener], **more: Any) -> dict[str, tuple[str, ...]]:
    known = more.pop("people", people(requests, listeners))
    return {one.request: one.listeners for one in propose(requests, listeners, known, EVENING, **more)}


def test_danger_first_then_a_lost_listener_then_age() -> None:
    waiting = [
        wants("new"), wants("old", 90_000), wants("lost", 10, head=True), wants("high", 5, risk=Risk.HIGH),
        wants("held", 1, risk=Risk.HIGH, held=True),
    ]  # fmt: skip
    order = []
    while waiting:
        (found,) = propose(
            waiting, [hears("lee")], people(waiting, [hears("lee")]), EVENING, usual=dict.fromkeys(Risk, DAY)
        )
        assert isinstance(found, Proposal)
        order.append(found.request)
        waiting = [one for one in waiting if one.id != found.request]
    assert order == ["held", "high", "lost", "old", "new"]


def test_the_best_is_asked_alone_then_three_then_all() -> None:
    """And no listener is asked about two people at once for whom they have one place."""
    crowd = [hears(f"l{each}", free_since=EVENING - each) for each in range(5)]
    asked = [len(proposed([replace(wants("a"), width=wide)], crowd)["a"]) for wide in (1, 3, 0)]
    assert asked == [1, 3, 5]
    both = proposed([wants("a", 2), wants("b", 1)], crowd[:1])
    assert both == {"a": ("l0",)}


def test_who_lived_it_is_asked_before_who_has_been_free_for_longer() -> None:
    lived = hears("lou", tags=frozenset({"loss"}), free_since=EVENING)
    free = hears("lee", free_since=0)
    assert proposed([wants("a", topic="loss")], [free, lived]) == {"a": ("lou",)}
    assert fit(wants("a", topic="loss"), lived) == ("loss",)


@pytest.mark.parametrize(
    ("request_has", "listener_has", "asked"),
    [
        ({"language": "es"}, {"languages": frozenset({"en"})}, False),
        ({"language": "es"}, {"languages": frozenset({"en", "es"})}, True),
        ({"prefer": frozenset({"woman"})}, {}, False),
        ({"prefer": frozenset({"woman", "parent"})}, {"tags": frozenset({"woman"})}, False),
        ({"prefer": frozenset({"woman"})}, {"tags": frozenset({"woman", "parent"})}, True),
        ({"topic": "loss"}, {"topics": frozenset({"birth"})}, False),
        ({"notes": frozenset({"abuse"})}, {"refuses": frozenset({"abuse"})}, False),
        ({"topic": "abuse"}, {"refuses": frozenset({"abuse"})}, False),
        ({"risk": Risk.HIGH}, {"given": 3}, False),
        ({"risk": Risk.CONCERN}, {"given": 3}, True),
        ({"not_to": frozenset({"lee"})}, {}, False),
        ({"asked": (("lee", EVENING - MINUTE),)}, {}, False),
        ({"asked": (("lee", EVENING - DURATIONS.decline_rest),)}, {}, True),
        ({"gone_at": EVENING}, {}, False),
        ({"state": Seeking.CALL_BACK}, {}, False),
        ({"volunteers": False}, {}, False),
        ({"band": Band.TEEN}, {}, False),
        ({"band": Band.TEEN}, {"vetted": True}, True),
        ({}, {"gone_at": EVENING}, False),
        ({}, {"state": Listening.COOL_DOWN}, False),
        ({}, {"low_at": EVENING - HOUR}, False),
        ({}, {"until": EVENING}, False),
    ],
)
def test_preferences_are_strict_and_listeners_are_spared(
    request_has: dict[str, Any], listener_has: dict[str, Any], asked: bool
) -> None:
    found = proposed([wants("a", **request_has)], [hears("lee", **listener_has)])
    assert found == ({"a": ("lee",)} if asked else {})


def test_who_has_barred_the_other_is_never_asked_about_them() -> None:
    """T7, in both directions, and for nobody else."""
    requests, listeners = [wants("a"), wants("b")], [hears("lee"), hears("lou")]
    known = people(requests, listeners)
    known["s:a"], known["lee"] = bar(known["s:a"], known["lee"])
    assert proposed(requests, listeners, people=known) == {"a": ("lou",), "b": ("lee",)}


tags = st.frozensets(st.sampled_from(["woman", "parent", "loss"]), max_size=2)
risks = st.sampled_from([Risk.NONE, Risk.CONCERN])
one_of_them: st.SearchStrategy[Any] = st.builds(
    dict, ago=st.integers(0, 12 * MINUTE), risk=risks, prefer=tags, width=st.sampled_from([0, 1, 3])
)
queue = st.lists(one_of_them, max_size=8)
volunteer: st.SearchStrategy[Any] = st.builds(dict, tags=tags, given=st.integers(0, 60), capacity=st.integers(1, 2))
crowd: st.SearchStrategy[Any] = st.lists(volunteer, max_size=6)


@given(queue, crowd)
def test_nobody_old_waits_behind_somebody_new_of_equal_risk(asking: list[Any], hearing: list[Any]) -> None:
    """T14: past twice the usual wait, nobody newer is put to a listener who could have been put to the older one."""
    requests = [wants(f"r{n}", **one) for n, one in enumerate(asking)]
    listeners = [hears(f"l{n}", **one) for n, one in enumerate(hearing)]
    found = proposed(requests, listeners)
    asked_of = {user for users in found.values() for user in users}
    for old in requests:
        if EVENING - old.since < 2 * USUAL:
            continue
        able = {one.user for one in listeners if old.prefer <= one.tags}
        newer = [one for one in requests if one.risk <= old.risk and one.since > old.since]
        taken = {user for one in newer for user in found.get(one.id, ())}
        full = {user for user in able & taken if user not in found.get(old.id, ())}
        assert not full, (old, found)
        assert set(found.get(old.id, ())) <= able <= asked_of | set()


def test_waiting_widens_by_itself() -> None:
    """A queue that is slow for somebody asks more listeners about them, whatever was declined."""
    assert [width(wants("a", ago), EVENING, USUAL) for ago in (0, USUAL - 1, USUAL)] == [1, 1, 3]
    assert width(wants("a", 2 * USUAL), EVENING, USUAL) > 1000


def test_on_a_quiet_night_whoever_was_asked_has_the_time_to_answer_and_others_are_left_in_peace() -> None:
    """With a usual wait of seconds, nobody is called together unless somebody newer could be served before."""
    crowd = [hears(f"l{each}") for each in range(5)]
    usual = dict.fromkeys(Risk, 5_000)
    one = wants("a", 20_000, offers=("o",))
    assert proposed([one], crowd, usual=usual) == {}
    assert len(proposed([one, wants("b")], crowd, usual=usual)["a"]) == 5
    assert len(proposed([wants("a", 2 * DURATIONS.offer, offers=("o",))], crowd, usual=usual)["a"]) == 5


def test_the_place_counts_those_before_in_the_same_band() -> None:
    requests = [wants("a", 3), wants("b", 2), wants("teen", 9, band=Band.TEEN), wants("gone", 8, state=Seeking.MATCHED)]
    assert [place(requests, one) for one in requests[:3]] == [1, 2, 1]
    assert place(requests, wants("c", 1, risk=Risk.HIGH)) == 1
