"""A person's history beside a case: decisions only, only for who decides, and never beside somebody's pain."""

from __future__ import annotations

import json

from chat.before import MOST_BEFORE, told, whose
from moderation.cases import CaseKind
from moderation.ladder import Reason, Step
from moderation.sanctions import Appeal, CaseId, PersonId, Proof, Sanction, SanctionId
from moderation.verdict import CareBand
from tests.chat.test_desk import MODERATOR
from tests.chat.test_sanctioning import a_mute, on_duty, say
from tests.support.engines import Engine, one_flavour
from tests.support.filing import AT, held, report
from tests.support.nodes import node_on, talking
from tests.support.staff import DOUBTFUL

MUTE = Sanction(
    id=SanctionId("s1"), step=Step.MUTE, reason=Reason.SPAM, proof=Proof(CaseId("c1")), room="adult/sleep", at=AT,
    until=AT + 1000, decided_by=PersonId("n"),
)  # fmt: skip


def test_only_cases_about_conduct_are_about_somebodys_history() -> None:
    """F23: who told of pain, who asked for help, who worries about another: nothing is looked up."""
    assert whose(held()) == "u1"
    assert whose(report()) == "u9"
    assert whose(held(kind=CaseKind.APPEAL, waiting=None)) == "u1"
    assert whose(held(care=CareBand.HIGH)) is None
    for kind in (CaseKind.CRISIS, CaseKind.CONCERN):
        assert whose(held(kind=kind, waiting=None)) is None


def test_a_decision_is_told_without_its_room_its_case_or_who_made_it() -> None:
    """What it was, until when, how the appeal stands; another room is only "not here"."""
    row = told(MUTE, held(), MODERATOR, AT + 1)
    assert row == {
        "step": "mute", "reason": "spam", "at": "2023-11-14T22:13:20.000Z", "until": "2023-11-14T22:13:21.000Z",
        "appeal": str(Appeal.NONE), "holds": True, "here": False, "mine": False,
    }  # fmt: skip
    assert not told(MUTE, held(), MODERATOR, AT + 2000)["holds"]
    assert told(MUTE, held(room="adult/sleep"), MODERATOR, AT)["here"]
    assert MOST_BEFORE >= 10


@one_flavour
async def test_what_was_decided_before_comes_with_the_claim_of_those_who_decide(steady_engine: Engine) -> None:
    """Nothing yet is an empty list; after a step it stands there for the next moderator, without its words."""
    async with (
        node_on(steady_engine.url) as node,
        talking(node, "anxiety", "recovery") as peer,
        on_duty(node) as mod,
        on_duty(node, user="n") as other,
    ):
        held_first = await say(peer, DOUBTFUL, key="a")
        first = await mod.ask("claim", case=held_first["id"])
        await a_mute(mod, peer)
        held_next = await say(peer, DOUBTFUL, key="b", room="recovery")
        next_ = await other.ask("claim", case=held_next["id"])
        by_me = await mod.ask("claim", case=held_first["id"])
    assert first["before"] == []
    ((row),) = next_["before"]
    assert (row["step"], row["reason"], row["holds"], row["here"], row["mine"]) == (
        "mute", "impersonation", True, False, False,
    )  # fmt: skip
    assert (by_me["before"][0]["here"], by_me["before"][0]["mine"]) == (True, True)
    assert "cups" not in json.dumps(next_["before"])
    assert "anxiety" not in json.dumps(next_["before"])
