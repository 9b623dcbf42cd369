"""The frozen bundle every handler works with: built once by the node, passed to everything, owning nothing.

`wall` is seconds since 1970 and goes into tokens; `ticks` is monotonic seconds and measures budgets. What several
nodes must agree on uses the engine's time instead. `spawn` runs a coroutine in the node's task group; `fresh` makes a
random name.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from chat.accounts import Accounts
from chat.company import Company
from chat.hub import Hub
from chat.metrics import Metrics
from chat.settings import Settings
from chat.shift import Shift
from chat.turns import Turns
from moderation.card import Cards
from moderation.contagion import Easing
from moderation.firsts import Firsts
from moderation.helplines import Helplines
from moderation.pipeline import Pipeline
from moderation.review import Review
from moderation.standing import Standing
from rooms.apart import Apart
from rooms.backplane import Backplane
from rooms.calming import Calming
from rooms.lights import Lanterns
from rooms.matchmaker import Matchmaker
from rooms.presence import Presence
from rooms.topics import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a handler may reach for."""

    settings: Settings
    secret: bytes = field(repr=False)
    catalogue: Catalogue
    hub: Hub
    backplane: Backplane
    presence: Presence
    apart: Apart
    lights: Lanterns
    pipeline: Pipeline
    turns: Turns
    helplines: Helplines
    cards: Cards
    shift: Shift
    calming: Calming
    easing: Easing
    review: Review
    standing: Standing
    firsts: Firsts
    accounts: Accounts
    matchmaker: Matchmaker
    company: Company
    metrics: Metrics
    node: str
    wall: Callable[[], float]
    ticks: Callable[[], float]
    fresh: Callable[[], str]
    spawn: Callable[[Coroutine[Any, Any, None]], object]
