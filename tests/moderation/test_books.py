"""All books of a node as one value: whole and good, or refused."""

from __future__ import annotations

import time
from pathlib import Path

from moderation import books, pipeline
from moderation.books import Allowed
from moderation.helplines import Helplines
from moderation.verdict import Action, Care, CareBand, CareKind, Finding, Submission
from tests.support.judging import PATIENT
from tests.support.ownbooks import GOOD_RULE, folder_with


def test_a_version_changes_with_any_byte_and_stays_without_a_change(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"rules/ours.yaml": GOOD_RULE})
    first, again = books.load(folder=folder), books.load(folder=folder)
    (folder / "rules" / "ours.yaml").write_text(GOOD_RULE + "\n")
    assert first.version == again.version != books.load(folder=folder).version
    assert books.load().version == first.version.partition("+")[0]


def test_a_pipeline_judges_by_new_books_from_the_next_message_on(tmp_path: Path) -> None:
    """Flood windows and health are the process's and stay."""
    judging = pipeline.load(stopwatch=time.perf_counter, budget=PATIENT)
    submission = Submission("an essential oil cures it all", lane="l", author="a", key="k")
    before = judging.judge(submission, 0.0)
    judging.adopt(books.load(folder=folder_with(tmp_path, {"rules/ours.yaml": GOOD_RULE})))
    after = judging.judge(submission, 0.0)
    assert "ours.oils" not in {finding.rule for finding in before.findings}
    assert "ours.oils" in {finding.rule for finding in after.findings}
    assert before.policy != after.policy


def test_a_freed_word_takes_with_it_only_what_lies_inside_it() -> None:
    allowed = Allowed(["Dr Crip", "crip"])
    text = "us  crips? no: crip, and DR  CRIP"

    def found(label: str, start: int, end: int, care: Care | None = None) -> Finding:
        return Finding("r", label, (start, end), "Said.", 1.0, care or Care())

    inside, wider = found("hate", 15, 19), found("hate", 11, 19)
    owed = found("hate", 15, 19, Care(CareBand.INFO, CareKind.ABUSE))
    never, spaced, longer = found("encourage", 15, 19), found("hate", 25, 33), found("hate", 4, 9)
    assert allowed.kept(text, [inside, wider, owed, never, spaced, longer]) == [wider, owed, never, longer]
    assert not Allowed()
    assert Allowed().kept(text, [inside]) == [inside]


def test_the_counts_are_what_an_operator_added(tmp_path: Path) -> None:
    files = {"rules/ours.yaml": GOOD_RULE, "words.yaml": "- {words: [zorbing, zorbed], then: hold}\n"}
    held = books.load(folder=folder_with(tmp_path, files))
    assert held.counts == {"rules": 1, "packs": 0, "words": 2, "helplines": 0}
    assert held.packs["general"].decide([Finding("words.1", "words.1", (0, 1), "Said.")], "message") is Action.HOLD


def test_what_is_packaged_is_read_once_and_what_its_owner_changes_is_their_own() -> None:
    """A reload of one node's books leaves another's in the same process as they were."""
    one, other = books.load(), books.load()
    lines = list(other.helplines.lines)
    one.helplines.become(Helplines({"lines": [], "emergency": {}}))
    one.packs.clear()
    assert one.book is other.book
    assert other.helplines.lines == books.load().helplines.lines == lines
    assert "general" in other.packs
