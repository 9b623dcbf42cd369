"""Tomorrow: asked once, a day later, and only because somebody wished it."""

from __future__ import annotations

from rooms import rows, tomorrow
from rooms.durations import DURATIONS
from rooms.effects import Event
from rooms.scene import RowKind
from rooms.ties import Person
from tests.support.scenes import Stage

SAM = Person(user="sam", language="es")


def told(stage: Stage) -> list[str]:
    """What sam was told, by its code."""
    return [str(fields["code"]) for fields in stage.told("sam", Event.NOTICE)]


def person(stage: Stage) -> Person:
    found: Person = stage.rows[RowKind.PERSON, "sam"]
    return found


def test_a_day_later_they_are_asked_once() -> None:
    """F42; the time is in the row, so no process has to remember it (T3)."""
    stage = Stage()
    stage.play(tomorrow.wish, SAM, on=True)
    assert rows.due_at(person(stage)) == stage.now + DURATIONS.follow_up
    stage.pass_time(DURATIONS.follow_up - 1)
    assert told(stage) == []
    stage.pass_time(1)
    assert told(stage) == [tomorrow.CODE]
    stage.pass_time(3 * DURATIONS.follow_up)
    assert told(stage) == [tomorrow.CODE]
    assert rows.due_at(person(stage)) is None


def test_wished_twice_is_one_question_at_the_first_time() -> None:
    stage = Stage()
    first = stage.play(tomorrow.wish, SAM, on=True).ask_at
    stage.pass_time(DURATIONS.follow_up // 2)
    assert stage.play(tomorrow.wish, SAM, on=True).ask_at == first


def test_taken_back_is_nothing_and_may_be_wished_again() -> None:
    stage = Stage()
    stage.play(tomorrow.wish, SAM, on=True)
    stage.play(tomorrow.wish, SAM, on=False)
    stage.pass_time(2 * DURATIONS.follow_up)
    assert told(stage) == []
    assert stage.play(tomorrow.wish, SAM, on=True).ask_at == stage.now + DURATIONS.follow_up
