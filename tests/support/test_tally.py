"""The reckoning finds what it is for: each kind of fault, put into an otherwise true story, is counted once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from tests.support.tally import Account, Kept, Saying, Tally, reckon

ROOM = "r"
IDS = ["m1", "m2", "m3", "m4"]


def log() -> list[Kept]:
    kept, tag = [], ""
    for number, id in enumerate(IDS):
        tag = hashlib.sha1((tag + id).encode(), usedforsecurity=False).hexdigest()[:16]
        kept.append(Kept(number + 1, tag, id, "message", f"text of {id}"))
    return kept


def said(id: str, **answer: Any) -> Saying:
    told = {"type": "sent", "id": id, "state": "delivered", **answer}
    return Saying(ROOM, f"text of {id}", 1.0, 1.25, told)


def accounts() -> list[Account]:
    speaker = Account(said=[said(id) for id in IDS], views={ROOM: list(IDS)})
    return [speaker, Account(said=[], views={ROOM: list(IDS)}, heard=[(1.5, id) for id in IDS])]


def test_a_true_story_has_no_fault_and_its_waits_are_in_milliseconds() -> None:
    tally = reckon(accounts(), {ROOM: log()})
    assert tally.bad == []
    assert (tally.delivered, tally.heard, tally.ack, tally.delivery) == (4, 4, (250.0, 250.0), (500.0, 500.0))


def _tally(*, view: list[str] | None = None, kept: list[Kept] | None = None, sayings: list[Saying] | None = None,
           forbidden: tuple[str, ...] = (), replaced: bool = False) -> Tally:  # fmt: skip
    speaker, reader = accounts()
    if sayings is not None:
        speaker.said = sayings
    if view is not None:
        reader.views = {ROOM: view}
    reader.replaced = frozenset({ROOM} if replaced else ())
    return reckon([speaker, reader], {ROOM: log() if kept is None else kept}, forbidden)


@pytest.mark.parametrize(
    ("fault", "count"),
    [("hole in the view", 1), ("end of the view missing", 2), ("acknowledged and not in the log", 1)],
)
def test_what_somebody_misses_is_lost(fault: str, count: int) -> None:
    if fault == "hole in the view":
        tally = _tally(view=["m1", "m3", "m4"])
    elif fault == "end of the view missing":
        tally = _tally(view=["m1", "m2"])
    else:
        tally = _tally(sayings=[*accounts()[0].said, said("m5")])
    assert (tally.lost, tally.bad) == (count, ["lost"])


def test_a_view_that_was_started_anew_owes_only_the_end_of_the_log() -> None:
    assert _tally(view=["m3", "m4"], replaced=True).bad == []
    assert _tally(view=["m2", "m4"], replaced=True).lost == 1


def test_what_is_there_twice_or_was_never_answered_for_is_doubled() -> None:
    assert _tally(view=["m1", "m2", "m2", "m3", "m4"]).doubled == 1
    assert _tally(sayings=[said(id) for id in IDS[:3]]).doubled == 1
    again = replace(log()[0], seq=5, tag="x")
    assert _tally(kept=[*log(), again]).doubled == 1


def test_an_unanswered_send_may_be_in_the_log_and_is_told_as_unanswered() -> None:
    tally = _tally(sayings=[*(said(id) for id in IDS[:3]), Saying(ROOM, "text of m4", 1.0, 2.0, None)])
    assert tally.bad == ["unanswered"]


def test_a_view_that_goes_back_is_out_of_order() -> None:
    assert _tally(view=["m1", "m3", "m2", "m4"]).bad == ["unordered"]


def test_words_that_must_reach_nobody_are_a_leak_wherever_they_are() -> None:
    assert _tally(forbidden=("of m3",)).leaked == 1
    assert _tally(sayings=[*(said(id) for id in IDS[:3]), said("m4", state="held")]).leaked == 1


def test_other_words_than_were_answered_and_a_broken_chain_are_faults() -> None:
    kept = log()
    kept[1] = replace(kept[1], text="other words")
    assert _tally(kept=kept).bad == ["altered"]
    masked = [said("m1", state="masked", text="text of m1"), *accounts()[0].said[1:]]
    assert _tally(sayings=masked).bad == []
    kept = log()
    kept[3] = replace(kept[3], tag="0" * 16)
    assert _tally(kept=kept).broken == 1
