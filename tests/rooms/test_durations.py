"""Durations: the figures of sessions.md, and a quick evening for tests."""

from __future__ import annotations

from dataclasses import fields

from rooms.durations import CAPS, DAY, DURATIONS, HOUR, MINUTE, SECOND, Durations


def test_the_defaults_are_those_of_the_design() -> None:
    """A wrong figure here is felt by somebody on a bad night."""
    assert (DURATIONS.update, DURATIONS.alternatives, DURATIONS.call_back) == (MINUTE, 3 * MINUTE, 15 * MINUTE)
    assert (DURATIONS.offer, DURATIONS.nudge, DURATIONS.connect) == (45 * SECOND, MINUTE, 2 * MINUTE)
    assert (DURATIONS.wider, DURATIONS.all, DURATIONS.incident) == (MINUTE, 3 * MINUTE, 5 * MINUTE)
    assert (DURATIONS.held_gone, DURATIONS.seat, DURATIONS.dialling_gone) == (15 * MINUTE, DAY, 30 * MINUTE)
    assert (CAPS.sessions_day, CAPS.talk_day, CAPS.heavy_day, CAPS.talk_week) == (4, 3 * HOUR, 2, 12 * HOUR)


def test_the_bells_ring_before_the_soft_end_and_the_extension_is_worth_it() -> None:
    """What the two hear comes in the order in which it helps."""
    assert DURATIONS.first_bell < DURATIONS.second_bell < DURATIONS.soft_end
    assert DURATIONS.extension > DURATIONS.soft_end - DURATIONS.first_bell
    assert DURATIONS.listener_gone < DURATIONS.seeker_gone < DURATIONS.held_gone < DURATIONS.dialling_gone


def test_a_faster_evening_is_the_same_in_every_figure() -> None:
    """For tests in real time: nothing is left at its full length, and nothing becomes nothing."""
    quick = DURATIONS.faster(600)
    assert quick.offer == DURATIONS.offer // 600
    assert all(1 <= getattr(quick, one.name) < getattr(DURATIONS, one.name) for one in fields(Durations))
