"""The cast of a scene: rows by their type, and words about who is there that come from the row as written (T15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rooms import cast
from rooms.effects import Event
from rooms.scene import No, RowKind, Scene
from rooms.session import Guest, Session, Talk
from tests.support.scenes import EVENING, Stage


def test_what_is_told_of_who_is_there_is_what_the_row_says() -> None:
    """T15: the listener if they are connected, and guests once both know of them."""
    one = Session(id="s1", request="r1", seeker="sam", listener="lee", began=EVENING)
    assert cast.here(one) == ["lee"]
    guests = (Guest(user="rae", role="responder", present=True), Guest(user="sue", role="supervisor"))
    assert cast.here(replace(one, guests=guests)) == ["lee", "rae"]
    assert cast.here(replace(one, listener_gone=EVENING, guests=guests)) == ["rae"]
    assert cast.everybody(replace(one, listener="", guests=guests)) == ["sam", "rae", "sue"]


def test_every_telling_is_counted_so_that_an_older_one_is_known_to_be_old() -> None:
    """Written and told in one step: the count in the words is the count in the row."""
    scene = Scene(EVENING, {})
    one = Session(id="s1", request="r1", seeker="sam", listener="lee", began=EVENING, said=4)
    after = cast.told(scene, one, "bell")
    assert after.said == 5 == scene.changes[RowKind.SESSION, "s1"].said
    assert [effect.to for _, effect in scene.owed] == ["sam", "lee"]
    assert {effect.standing for _, effect in scene.owed} == {("session", "s1", 5)}
    assert {target for target, _ in scene.owed} == {"sam"}, "one target, one order"


@pytest.mark.parametrize("state", [one for one in Talk if one not in (Talk.ENDED, Talk.ARCHIVED, Talk.PURGED)])
def test_every_living_state_has_a_word_and_being_held_is_stay(state: Talk) -> None:
    """HELD is `stay` on the wire, and why somebody is gone has no word."""
    scene = Scene(EVENING, {})
    one = Session(id="s1", request="r1", seeker="sam", listener="lee", began=EVENING, state=state)
    cast.told(scene, one)
    cast.told(scene, replace(one, held=True))
    words = [effect.fields["state"] for _, effect in scene.owed if effect.to == "sam"]
    assert words[0] in {"connecting", "active", "paused", "transferring", "stay", "closing"}
    assert words[1] == ("closing" if state is Talk.CLOSING else "stay")


def test_tables_that_contradict_each_other_are_a_fault_and_not_a_refusal() -> None:
    with pytest.raises(AssertionError):
        cast.must(No.NOT_SO)
    assert cast.must("row") == "row"


def test_somebody_nobody_has_met_begins_here() -> None:
    stage = Stage()
    assert stage.seeks("new").seeker == "new"
    assert stage.told("new", Event.WAITING)
    assert stage.person("new").barred == ()
