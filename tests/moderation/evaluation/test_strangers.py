"""Other people's data through the shipped filter: counts that add up, and no words in what is said."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.evaluation import strangers
from moderation.lines import Case
from moderation.verdict import CareBand, Submission, Verdict
from tests.support.judging import HARSH, OPEN, judge


def shipped(submissions: Sequence[Submission]) -> list[Verdict]:
    return judge().judge_all(submissions, 0.0)


def test_a_suite_is_counted_by_category_and_wrong_ones_are_named_by_id() -> None:
    cases = [
        *(
            Case(id=f"h{number}", category="harsh", text=text, deliver=frozenset({"no"}))
            for number, text in enumerate(HARSH)
        ),
        Case(id="mislabelled", category="open", text=HARSH[0], deliver=frozenset({"yes"})),
        Case(id="cared", category="crisis", text=OPEN[7], deliver=frozenset({"yes"}), care_at_least=CareBand.CONCERN),
    ]
    found = strangers.suite(cases, shipped)
    assert found["n"] == len(cases)
    assert found["shares"]["harmful cases stopped"]["share"] == 1.0
    assert found["shares"]["crisis cases alerted"]["share"] == 1.0
    assert found["categories"]["open"]["wrong"] == {"mislabelled": "deliver"}
    assert abs(found["macro right"] - 2 / 3) < 1e-9


def test_open_text_is_counted_by_what_became_of_it() -> None:
    found = strangers.let_through([*OPEN, HARSH[0], "ring me on 07700 900142 whenever you like, day or night"], shipped)
    assert (found["shares"]["silenced"]["hits"], found["shares"]["blocked"]["hits"]) == (1, 1)
    assert found["shares"]["masked"]["hits"] == 1


def test_a_yes_or_no_label_is_put_to_both_questions() -> None:
    rows = [*((text, True) for text in HARSH), *((text, False) for text in OPEN)]
    found = strangers.binary(rows, shipped)
    assert (found["harmful"], found["stopped"]["f1"]) == (len(HARSH), 1.0)
    assert found["alerted"]["recall"]["n"] == len(HARSH)


def test_a_pack_may_be_chosen() -> None:
    asked: list[str] = []

    def noting(submissions: Sequence[Submission]) -> list[Verdict]:
        asked.extend(each.pack for each in submissions)
        return shipped(submissions)

    strangers.let_through(["hello"], noting, "teen")
    assert asked == ["teen"]


def test_lines_for_the_terminal_hold_counts_and_no_words() -> None:
    rows = [*((text, True) for text in HARSH), *((text, False) for text in OPEN)]
    written = strangers.lines("file.csv", strangers.binary(rows, shipped))
    written += strangers.lines("open.txt", strangers.let_through(OPEN, shipped))
    assert written[0].startswith("file.csv: ")
    assert any("precision" in line for line in written)
    assert not any(text in line for line in written for text in (*HARSH, *OPEN))
