"""Handover as a table: only the person confirms, nobody reached is never the end, and a no is not asked again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rooms.durations import MINUTE
from rooms.handover import OTHER_WAYS, STEPS, Dial, Handover, Line, due, take
from rooms.scene import No
from tests.support.scenes import EVENING


def dialled(*dials: Dial, line: str = "one") -> Handover:
    way = Handover()
    for dial in dials:
        after = take(way, dial, EVENING, line if dial is Dial.DIALLING else "")
        assert isinstance(after, Handover), (dial, after)
        way = after
    return way


def test_every_state_has_a_row_and_only_dialling_a_clock() -> None:
    """The hold has every other clock."""
    assert set(STEPS) == set(Line)
    assert {state for state in Line if due(Handover(state=state, since=EVENING))} == {Line.DIALLING}


def test_while_dialling_we_ask_after_two_five_and_ten_minutes() -> None:
    way, asked = dialled(Dial.OFFER, Dial.ACCEPT, Dial.DIALLING), []
    while (at := due(way)) is not None:
        asked.append((at - EVENING) // MINUTE)
        after = take(way, Dial.CHECK, at)
        assert isinstance(after, Handover)
        way = after
    assert asked == [2, 5, 10]
    assert way.state is Line.DIALLING


def test_nobody_reached_always_has_another_way() -> None:
    """The line is remembered as tried, and from there everything can be begun again."""
    way = dialled(Dial.DIALLING, Dial.NOT_REACHED)
    assert way.tried == ("one",)
    assert way.line == ""
    for next_step in (Dial.OFFER, Dial.ACCEPT, Dial.DIALLING, Dial.CONFIRMED, Dial.DECLINE):
        assert isinstance(take(way, next_step, EVENING), Handover)
    assert {"next_line", "emergency", "stay"} <= set(OTHER_WAYS)


def test_a_no_is_not_asked_again_unless_they_ask() -> None:
    way = dialled(Dial.OFFER, Dial.DECLINE)
    again = take(way, Dial.OFFER, EVENING)
    assert isinstance(again, Handover)
    assert again.state is Line.DECLINED
    assert dialled(Dial.DECLINE, Dial.ACCEPT).state is Line.OFFERED


@given(st.lists(st.sampled_from([each for each in Dial if each is not Dial.CONFIRMED]), max_size=20))
def test_nothing_but_their_own_word_confirms(dials: list[Dial]) -> None:
    """T6: not the clock, not the server, not the number of tries."""
    way = Handover()
    for dial in dials:
        after = take(way, dial, EVENING, "one")
        way = after if isinstance(after, Handover) else way
        assert way.state is not Line.CONFIRMED
    assert take(replace(way, state=Line.CONFIRMED), Dial.DIALLING, EVENING) is No.NOT_SO
