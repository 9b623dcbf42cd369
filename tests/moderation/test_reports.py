"""Reports: independent voices weigh, a crowd does not, and nothing follows but an earlier look (F27)."""

from __future__ import annotations

import ast
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import reports
from moderation.reports import (
    DAY,
    FORGETS,
    MINUTE,
    Ground,
    Outcome,
    Record,
    Report,
    Urgency,
    one_voice,
    told_apart,
    urgency,
    voices,
    weight,
)
from tests.support.effort import calls

NOW = 1_700_000_000_000


def report(by: str, at: int = 0, **changes: object) -> Report:
    base: dict[str, object] = {
        "id": f"r-{by}-{at}", "by": by, "room": "adult/anxiety", "ground": Ground.HARASSMENT, "at": NOW + at,
        "came": NOW - 90 * DAY,
    }  # fmt: skip
    return Report(**base | changes)  # type: ignore[arg-type]


def test_two_regulars_who_report_the_same_minute_are_two_voices() -> None:
    """A room that is upset by one message is not a conspiracy."""
    both = [report("a"), report("b", 20_000)]
    assert len(voices(both)) == 2
    assert weight(both) == pytest.approx(0.75)
    assert urgency(both) is Urgency.SOON


def test_a_flag_bomb_of_fresh_guests_is_one_voice() -> None:
    """Fifty guests made within ten minutes weigh as much as one, which is half a newcomer's."""
    bomb = [report(f"g{n}", n * 1000, came=NOW - MINUTE + n * 500) for n in range(50)]
    assert len(voices(bomb)) == 1
    assert weight(bomb) == weight(bomb[:1]) == pytest.approx(0.25)
    assert urgency(bomb) is Urgency.NORMAL


def test_friends_who_share_other_rooms_and_come_in_one_wave_are_one_voice() -> None:
    """Minutes apart and together elsewhere; a day apart they are two."""
    club = frozenset({"adult/recovery"})
    wave = [report("a", rooms=club), report("b", MINUTE, rooms=club), report("c", 2 * MINUTE, rooms=club)]
    assert len(voices(wave)) == 1
    assert len(voices([wave[0], report("b", DAY, rooms=club)])) == 2


def test_the_same_person_reporting_again_adds_nothing() -> None:
    """Nor does saying it in another room."""
    again = [report("a"), report("a", DAY, room="adult/recovery")]
    assert weight(again) == weight(again[:1])


def test_the_hundredth_voice_hardly_moves_anything_and_none_reaches_certainty() -> None:
    """A count alone is never enough for anything."""
    many = [report(f"p{n}", n * 10 * MINUTE) for n in range(100)]
    assert weight(many) < 1.0 or weight(many) == pytest.approx(1.0)
    assert weight(many) - weight(many[:99]) < 1e-9


def test_who_was_often_right_weighs_more_than_who_was_often_wrong() -> None:
    """And a single outcome does not make anybody."""
    good, bad = Record(), Record()
    for _ in range(6):
        good, bad = good.after(True, NOW), bad.after(False, NOW)
    assert good.trust(NOW) > 0.8 > 0.5 == Record().trust(NOW) > 0.2 > bad.trust(NOW)
    assert bad.trust(NOW) >= reports.LEAST


def test_a_bad_record_fades_back_to_the_middle() -> None:
    """Nobody is written off."""
    bad = Record()
    for _ in range(6):
        bad = bad.after(False, NOW)
    assert bad.trust(NOW + 6 * FORGETS) > 0.45


def test_one_credible_voice_about_something_grave_is_looked_at_soon() -> None:
    """Somebody may come to harm while a second voice is waited for."""
    assert urgency([report("a", ground=Ground.GROOMING)]) is Urgency.SOON
    assert urgency([report("a", ground=Ground.SPAM)]) is Urgency.NORMAL
    assert urgency([report("a", ground=Ground.SPAM, trust=0.15)]) is Urgency.LATER


def test_moderators_read_how_many_voices_there_are_and_no_names() -> None:
    """In words (R7)."""
    bomb = [report(f"g{n}", n * 1000, came=NOW - MINUTE) for n in range(5)]
    assert told_apart(bomb) == "5 people, but only 1 independent voice"
    assert told_apart([report("a"), report("b", DAY)]) == "2 people, independent of each other"


def test_pain_taken_for_an_offence_says_nothing_about_the_reporter() -> None:
    """Their record is not touched, and they are told kindly."""
    assert Outcome.CARED_FOR not in reports.SAYS_RIGHT
    assert set(reports.SAYS) == set(Outcome)


def test_no_road_leads_from_reports_to_sanctions() -> None:
    """The file does not even know of them."""
    tree = ast.parse(Path(reports.__file__).read_text(encoding="utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(name and "sanction" in name for name in names)


people = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(people, st.integers(0, 600_000), st.integers(0, 10 * DAY), st.booleans()), max_size=12))
def test_weight_stays_between_none_and_one_and_does_not_depend_on_order(rows: list[tuple[str, int, int, bool]]) -> None:
    """More reports never weigh less than the strongest of them."""
    many = [
        report(by, at, id=f"r{n}", came=NOW - ago, rooms=frozenset({"club"} if club else ()))
        for n, (by, at, ago, club) in enumerate(rows)
    ]
    total = weight(many)
    assert 0.0 <= total <= 1.0
    assert total == pytest.approx(weight(many[::-1]))
    assert total >= max((one.weight for one in many), default=0.0) - 1e-9
    assert sum(len(group) for group in voices(many)) == len(many)


def compared_with_all(many: list[Report]) -> set[frozenset[str]]:
    """The voices by their definition: whoever depends on one depends on all of its voice."""
    groups: list[set[Report]] = []
    for one in many:
        mine = [group for group in groups if any(one_voice(one, other) for other in group)]
        groups = [*(group for group in groups if group not in mine), {one}.union(*mine)]
    return {frozenset(one.id for one in group) for group in groups}


@given(st.lists(
    st.tuples(people, st.integers(0, 20).map(lambda n: n * 47_000), st.integers(0, 14).map(lambda n: n * 331_000),
              st.frozensets(st.sampled_from("xyz"), max_size=2)), max_size=24,
))  # fmt: skip
def test_voices_found_by_the_nearest_are_those_of_the_definition(
    rows: list[tuple[str, int, int, frozenset[str]]],
) -> None:
    """Waves, newcomers and shared rooms in any order, through as many others as it takes."""
    many = [
        report(f"{by}{n % 5}", at, id=f"r{n}", came=NOW + at - ago, rooms=rooms)
        for n, (by, at, ago, rooms) in enumerate(rows)
    ]
    assert {frozenset(one.id for one in group) for group in voices(many)} == compared_with_all(many)


def test_what_a_crowd_costs_grows_with_the_crowd_and_not_with_its_square() -> None:
    """Twice the reports, about twice the work: nobody keeps a node busy by being reported."""

    def crowd(size: int) -> list[Report]:
        rooms = frozenset({"club", "choir"})
        return [
            report(f"g{n}", n * 300, came=NOW - MINUTE + n, rooms=rooms if n % 2 else frozenset()) for n in range(size)
        ]

    some, more = (calls(partial(voices, crowd(size))) for size in (100, 200))
    assert more < 3 * some
