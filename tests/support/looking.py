"""A case as the filter files it on a node, and a node made to look at it now."""

from __future__ import annotations

from typing import Any

from chat import overdue
from chat.node import Node
from chat.settings import Moderation
from moderation.cases import MINUTE, Case, Words
from tests.support.filing import held

# Time limits nobody has to wait for; a node looks once a second.
SOON = Moderation(budget_ms=20_000, release_after=0.05, remind_after=0.05, claim_for=0.05)
# Words that are owed a card, and that nobody minds.
LOW = Words(text="some nights I think everyone would be better off without me", name="Quiet Lake")
KIND = Words(text="the lantern is on, come and sit with us", name="Quiet Lake")


async def filed(node: Node, words: Words = KIND, **changes: Any) -> Case:
    """A case as the filter files it, of the first person here; held by the model alone unless told otherwise."""
    at = node.services.backplane.engine_now_ms()
    author = next(iter(node.hub.people))
    case = held(**{"id": "held-by-the-model-0001", "user": author, "at": at, "model_alone": True, **changes})
    return (await node.services.review.open(case, words)).case


def long_ago(node: Node) -> int:
    """Two minutes are long where the limits are parts of a second."""
    return node.services.backplane.engine_now_ms() - 2 * MINUTE


async def look(node: Node, case: Case, times: int = 1) -> None:
    """Have the node see to a case now, whatever its own second hand does."""
    for _ in range(times):
        await node.services.review.put_off(case.id, 0)
        await overdue.look_after(node.services)


async def stands(node: Node, id: str) -> Case:
    case = await node.services.review.find(id)
    assert case is not None
    return case
