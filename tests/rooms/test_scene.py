"""A scene: what a verb looks at is read, what it puts is seen by itself at once, and a No writes nothing."""

from __future__ import annotations

import pytest

from rooms import cast, wanting
from rooms.effects import Do, Effect, Event
from rooms.scene import No, RowKind, Scene, Unread
from rooms.seeking import Request
from rooms.ties import Person
from tests.support.scenes import EVENING, Stage


def test_a_row_that_was_not_read_is_asked_for_by_name() -> None:
    """The store reads it and runs the verb again."""
    scene = Scene(EVENING, {(RowKind.PERSON, "sam"): None})
    assert scene.look(RowKind.PERSON, "sam") is None
    with pytest.raises(Unread) as asked:
        scene.look(RowKind.REQUEST, "r1")
    assert asked.value.ref == (RowKind.REQUEST, "r1")


def test_what_was_put_is_what_is_seen() -> None:
    """Two steps of one verb build on each other."""
    scene = Scene(EVENING, {(RowKind.PERSON, "sam"): None})
    cast.put(scene, Person(user="sam", session="s1"))
    assert cast.person(scene, "sam").session == "s1"
    assert scene.changes == {(RowKind.PERSON, "sam"): Person(user="sam", session="s1")}


def test_effects_keep_their_order_and_bells_ring_once() -> None:
    scene = Scene(EVENING, {})
    scene.tell("sam", "sam", Event.WAITING, request="r1")
    scene.tell("sam", "lee", Event.OFFERED, offer="o1")
    scene.ring("round:adult")
    scene.ring("round:adult")
    assert [(target, effect.fields["event"]) for target, effect in scene.owed] == [
        ("sam", "waiting"),
        ("sam", "offered"),
    ]
    assert scene.bells == {"round:adult"}


def test_a_verb_that_says_no_has_never_happened() -> None:
    stage = Stage()
    stage.listens("lee")
    before = dict(stage.rows)
    assert stage.play(wanting.decline, "o9", "lee") is No.NOT_FOUND
    assert stage.rows == before
    assert not stage.owed


def test_a_step_that_says_no_leaves_nothing_of_itself_among_others() -> None:
    """Several in one scene: what the others put, owe and ring stays."""
    scene = Scene(1, {})

    def step(answer: str | No, id: str) -> str | No:
        scene.put(RowKind.REQUEST, id, Request(id=id, seeker="s", since=1))
        scene.owe("s", Effect(Do.NOTE, "", {"did": id}))
        scene.ring(f"round:{id}")
        return answer

    for answer, id in (("done", "a"), (No.TAKEN, "b"), ("done", "c")):
        assert scene.attempt(lambda _, answer=answer, id=id: step(answer, id)) == answer  # type: ignore[misc]
    assert [id for _, id in scene.changes] == ["a", "c"]
    assert [effect.fields["did"] for _, effect in scene.owed] == ["a", "c"]
    assert scene.bells == {"round:a", "round:c"}
