"""Rows: stored and read again they are the same, they hold nobody's words, and each knows when it is due (T2)."""

from __future__ import annotations

from dataclasses import fields

import pytest

from rooms import rows
from rooms.durations import MINUTE
from rooms.rows import TYPES, BadRow, due_at, live_at, member, pack, parse, ref_of, unpack
from rooms.scene import RowKind
from tests.support.scenes import EVENING, Stage

# Names under which people's own words might come to stand.
WORDY = {"text", "line", "note", "summary", "name", "alias", "words_text", "message", "body"}


def test_every_row_of_an_evening_survives_being_stored() -> None:
    """The stage packs and unpacks each row it writes; here it is seen that there was one of each kind."""
    stage = Stage()
    stage.paired()
    kinds = {ref[0] for ref in stage.rows}
    assert kinds >= {RowKind.PERSON, RowKind.REQUEST, RowKind.OFFER, RowKind.SESSION, RowKind.LISTENER}
    assert all(unpack(ref[0], pack(row)) == row and ref_of(row) == ref for ref, row in stage.rows.items())


def test_a_row_of_another_version_is_said_to_be_one() -> None:
    """A field we do not know is left out; a word we do not know is left to those who know it, and never quoted."""
    stored = pack(Stage().seeks("sam"))
    assert unpack(RowKind.REQUEST, stored.replace(b'"held":', b'"newer":1,"held":')) == unpack(RowKind.REQUEST, stored)
    with pytest.raises(BadRow) as fault:
        unpack(RowKind.REQUEST, stored.replace(b'"queued"', b'"dreaming"'))
    assert "dreaming" not in str(fault.value)


def test_no_row_has_a_place_for_words() -> None:
    """T5: what people write reaches others through the pipeline or not at all."""
    for kind in TYPES.values():
        assert not {one.name for one in fields(kind)} & WORDY


def test_a_row_is_found_again_among_what_falls_due() -> None:
    assert parse(member((RowKind.SESSION, "a:b"))) == (RowKind.SESSION, "a:b")
    assert parse("round:adult") is None
    assert parse("look:sam") is None


def test_what_waits_is_live_and_what_has_ended_is_not() -> None:
    stage = Stage()
    request = stage.seeks("sam")
    assert live_at(request) == EVENING
    assert due_at(request) == EVENING + MINUTE
    session = stage.paired("sam", "lee")
    assert live_at(session) == EVENING
    assert live_at(stage.request(request.id)) is None
    stage.pass_time(60 * MINUTE)
    assert live_at(stage.session(session.id)) is None
    assert rows.due_at(stage.session(session.id)) is not None
