"""`sessions:` in config.yaml: the defaults are those of rooms, and what makes no evening is refused with its remedy."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from chat.config import ConfigError, load
from chat.sessionsettings import ORDERED, Sessions, clashes
from chat.settings import Settings, contradictions
from rooms.durations import CAPS, DURATIONS, Caps, Durations


def refused(*sets: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(None, {}, sets)
    return [str(problem) for problem in caught.value.problems]


def test_the_defaults_are_those_of_rooms_and_no_key_is_missing_or_idle() -> None:
    assert Sessions().times == DURATIONS
    assert Sessions().caps == CAPS
    assert {one.name for one in fields(Sessions)} == {one.name for kind in (Durations, Caps) for one in fields(kind)}


def test_seconds_become_milliseconds_and_counts_stay() -> None:
    sessions = load(None, {}, ["sessions.offer=0.25", "sessions.talk_day=60", "sessions.seeker_day=7"]).sessions
    assert (sessions.times.offer, sessions.caps.talk_day, sessions.caps.seeker_day) == (250, 60_000, 7)


@pytest.mark.parametrize("value", ["0", "-1", "soon", "40000000"])
def test_a_time_that_is_none_is_refused_with_its_path(value: str) -> None:
    (problem,) = refused(f"sessions.undo={value}")
    assert problem.startswith("sessions.undo")
    assert value in problem


def test_an_unknown_key_is_answered_with_the_one_that_was_meant() -> None:
    (problem,) = refused("sessions.ofer=3")
    assert "sessions.offer" in problem


@pytest.mark.parametrize(("shorter", "longer"), ORDERED)
def test_times_in_the_wrong_order_are_refused_with_the_remedy(shorter: str, longer: str) -> None:
    most = getattr(Sessions(), longer)
    (path, value, says), *_ = clashes(Sessions(**{shorter: most}))
    assert path == f"sessions.{shorter}"
    assert value == f"{most:g}"
    assert f"sessions.{longer}" in says


def test_a_contradiction_keeps_the_server_from_starting(tmp_path: Path) -> None:
    problems = contradictions(Settings(sessions=Sessions(second_bell=99_999.0)))
    assert [problem.path for problem in problems] == ["sessions.second_bell"]
    path = tmp_path / "some.yaml"
    path.write_text("sessions: {nudge: 500}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"sessions\.nudge"):
        load(path, {})
