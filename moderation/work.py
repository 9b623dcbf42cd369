"""One submission on its way through the stages: what was read in it, found in it, and what stopped it.

    Work(submission, now, pack) ─▶ stages add views, findings, care, scores ─▶ a verdict, or `held`, a fault's answer
                                                                           └▶ Unsure, until a second opinion is there

A stage is a function of one `Work`. It writes what it saw here and decides nothing; whoever runs the stages adds the
time they took to `spent`. A `trial` is the same place, hour and author with other words: for what would become of them.
Nothing here is kept once there is a verdict, and no words are ever in a repr.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from moderation.policy import Pack
from moderation.text import View, Views
from moderation.verdict import NO_CARE, Care, Finding, Submission, Verdict

# What people say to each other, as against names and notes to the team.
TALK = frozenset({"message", "edit"})


@dataclass(slots=True)
class Work:
    """One submission, the clock of its tick, and what its room's pack makes of it."""

    submission: Submission
    now: float
    pack: Pack = field(repr=False)
    views: Views = field(init=False, repr=False)  # once it is normalised
    seen: set[int] = field(default_factory=set, repr=False)  # patterns that could match
    skeleton: View | None = field(default=None, repr=False)  # without its disguise, where it may wear one
    findings: list[Finding] = field(default_factory=list)
    care: Care = NO_CARE
    spent: float = 0.0  # seconds
    held: Verdict | None = None  # a fault's answer
    read: View | None = field(
        default=None, repr=False
    )  # what the model has read, where a second opinion is asked on it
    small: tuple[float, ...] = ()  # and the model's scores of it
    pieced: set[str] = field(default_factory=set)  # rules that found something in several messages only
    scores: tuple[float, ...] = ()  # of the model or the second opinion, where any head says a little

    @property
    def view(self) -> View:
        """The reading that is guessed by: no letters are an offence for how they are set."""
        return self.skeleton or self.views.soft

    @property
    def masked(self) -> bool:
        """Whether it gives a contact detail, which nobody will see."""
        return any(finding.label.startswith("contact.") for finding in self.findings)

    @property
    def asks(self) -> bool:
        """Whether a second opinion is to be asked."""
        return self.held is None and self.read is not None

    @property
    def known(self) -> set[str]:
        """The rules that found something."""
        return {finding.rule for finding in self.findings}

    def trial(self, text: str, **changes: Any) -> Work:
        """The work on `text` in place of these words, as a message of its own that counts in no window."""
        return Work(replace(self.submission, text=text, recent=(), dry=True, **changes), self.now, self.pack)


Stage = Callable[[Work], None]
Stages = tuple[tuple[str, Stage], ...]  # named, in order


@dataclass(frozen=True, slots=True, eq=False)
class Unsure:
    """A submission without a verdict yet. `asks`: a second opinion on `text`, of which `small` are the model's scores;
    else it only comes after one of the same author and lane that asks.
    """

    text: str = field(repr=False)
    small: tuple[float, ...]
    asks: bool
    work: Work = field(repr=False)


def waiting(work: Work) -> Unsure:
    """What waits for a second opinion, its own or that on what was said before."""
    if work.asks and work.read is not None:
        return Unsure(work.read.text, work.small, True, work)
    return Unsure("", (), False, work)
