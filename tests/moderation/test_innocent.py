"""Everyday sentences that share their words with the rules: what is stopped by a rule is a decision, not an accident.

Who writes a pattern thinks of harm, and of ten people who will type those words nine mean something else. innocent.txt
was written pattern by pattern to find them: the first time more than half was stopped. It is seen by who writes rules,
so it tells what must not come back, not how many a stranger's sentences are stopped (docs/moderation.md, M1 and M4).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from moderation.verdict import Action, CareBand, Submission, Verdict
from tests.support.judging import judge

FILE = Path(__file__).parent / "innocent.txt"
SENTENCES = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
# Of so many sentences rules may stop this many: words nobody can tell from the harm ("I'll do it if you do").
MOST_STOPPED = 110
# And so many page somebody of the team, by rule or model.
MOST_PAGED = 100


def judged() -> list[tuple[str, Verdict]]:
    """Each sentence alone, as one that asks what would happen."""
    judging = judge()
    asked = (Submission(text, lane="", author="", dry=True) for text in SENTENCES)
    return [(one.text, judging.glance(one, 0.0)) for one in asked]


@pytest.fixture(scope="module")
def verdicts() -> list[tuple[str, Verdict]]:
    """They are judged once."""
    return judged()


def test_rules_stop_few_of_the_sentences_written_to_trip_over_them(verdicts: list[tuple[str, Verdict]]) -> None:
    """F21: every other one was held for a word when they were written."""
    stopped = [
        rules
        for _, verdict in verdicts
        if verdict.action in (Action.HOLD, Action.BLOCK)
        and (rules := {finding.rule for finding in verdict.findings if not finding.rule.startswith("model.")})
    ]
    assert len(SENTENCES) > 2000
    assert len(stopped) <= MOST_STOPPED, Counter(rule for rules in stopped for rule in rules).most_common(8)


def test_few_of_them_page_anybody(verdicts: list[tuple[str, Verdict]]) -> None:
    """F46: a responder who is woken for a bus stop does not come the third time."""
    paged = sum(verdict.care.band >= CareBand.HIGH for _, verdict in verdicts)
    assert paged <= MOST_PAGED
