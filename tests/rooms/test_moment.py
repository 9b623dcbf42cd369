"""What one reading found: rows, who is here, and which of it a step has looked at."""

from __future__ import annotations

import pytest

from rooms.durations import CAPS, DURATIONS
from rooms.moment import Here, Looked, NewerRow, read
from rooms.scene import RowKind, Unread
from rooms.ties import Person
from tests.support.engines import Engine
from tests.support.pairs import a_request, made, matching_on, putting

REQUEST = (RowKind.REQUEST, "r1")
SEEKER = (RowKind.PERSON, "seeker")


async def test_a_scene_has_what_was_read_and_asks_for_the_rest(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1")))
        scene = (await read(node.slot, [REQUEST, (RowKind.OFFER, "o1")])).scene(DURATIONS, CAPS)
    assert scene.look(*REQUEST) == a_request("r1")
    assert scene.look(RowKind.OFFER, "o1") is None
    with pytest.raises(Unread) as missing:
        scene.look(*SEEKER)
    assert missing.value.ref == SEEKER


async def test_only_what_was_looked_at_guards_a_step(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1"), Person(user="seeker")))
        moment = await read(node.slot, [REQUEST, SEEKER])
    moment.scene(DURATIONS, CAPS).look(*SEEKER)
    assert moment.rows.at == {SEEKER}
    assert moment.stored[REQUEST][0] == b"1"


async def test_who_has_a_person_s_row_is_asked_whether_they_are_here(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await node.attendance.here("n1", ["seeker", "other"])
        moment = await read(node.slot, [SEEKER, (RowKind.PERSON, "gone")], ["other"])
    assert set(moment.here) == {"seeker", "other"}
    assert "gone" not in moment.here


async def test_a_row_names_the_rows_that_a_step_will_want_next(steady_engine: Engine) -> None:
    async with matching_on(steady_engine.url) as node:
        await made(node, putting(a_request("r1", offers=("o1", "o2"), session="s1")))
        named = set((await read(node.slot, [REQUEST])).named())
        await made(node, putting(Person(user="other")))
        others = set((await read(node.slot, [(RowKind.PERSON, "other"), (RowKind.PERSON, "nobody")])).named())
    assert others == {(kind, "other") for kind in (RowKind.PERSON, RowKind.LISTENER, RowKind.HOLD)}
    assert {(RowKind.OFFER, "o1"), (RowKind.OFFER, "o2"), (RowKind.SESSION, "s1"), SEEKER} <= named


def test_whether_somebody_is_here_who_was_not_asked_about_is_not_known() -> None:
    here = Here({"one"})
    here.asked = frozenset({"one", "two"})
    assert "one" in here
    assert "two" not in here
    with pytest.raises(Unread) as missing:
        "three" in here  # noqa: B015  # asking is what raises
    assert missing.value.ref == (RowKind.PERSON, "three")


def test_a_row_that_cannot_be_read_troubles_only_who_looks_at_it() -> None:
    found = Looked()
    found[REQUEST] = None
    found.unreadable.add(REQUEST)
    assert REQUEST in found
    with pytest.raises(NewerRow):
        found[REQUEST]
