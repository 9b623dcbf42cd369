"""What people in pain write, and who is flagged more than others: measured on the shipped filter, in small."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from moderation.evaluation import lived
from moderation.evaluation.bars import BARS
from moderation.evaluation.lived import Supportive, ratio
from moderation.evaluation.measures import Rate
from moderation.evaluation.outcomes import judged, unlabelled
from moderation.verdict import Action, Submission, Verdict
from tests.support.judging import judge


def shipped(submissions: Sequence[Submission]) -> list[Verdict]:
    return judge().judge_all(submissions, 0.0)


def held_by_word(submissions: Sequence[Submission]) -> list[Verdict]:
    """The careless filter this house is built against: one rude word, and the message is stopped."""
    rude = "you are a worthless piece of shit"
    return judge().judge_all(
        [Submission(rude if "shit" in s.text else s.text, lane="l", author=s.author) for s in submissions], 0.0
    )


@pytest.fixture(scope="module")
def seen() -> Supportive:
    return lived.supportive(shipped, 150)


def test_supportive_text_gets_figures_by_set(seen: Supportive) -> None:
    chapter = lived.silence(seen)
    assert [figure.bar for figure in chapter.figures] == ["faults", "M1.mean", "M1.worst", "M1.untaught", "M1.blocked"]
    assert set(chapter.tables["silenced by set"]) == {
        "counsel_chat",
        "goemotions",
        "sad",
        "loneliness",
        "all",
        "never taught",
    }
    assert all(figure.value is not None and figure.value < 0.05 for figure in chapter.figures)


def test_a_careless_filter_is_seen() -> None:
    """The worst set is the one that pays, and the mean does not hide it."""
    found = Supportive(
        {
            "coarse": judged(unlabelled(["this is shit", "I am so tired"], "coarse"), held_by_word),
            "polite": judged(unlabelled(["thank you all", "what a week"], "polite"), held_by_word),
        }
    )
    _, mean, worst, _, blocked = lived.silence(found).figures
    assert (mean.value, worst.value, worst.note, blocked.value) == (0.25, 0.5, "coarse", 0.25)
    assert worst.fails


def test_faults_are_told_apart_from_judgements() -> None:
    """A filter that breaks holds everything: silence all the same, and it is said why."""

    def broken(submissions: Sequence[Submission]) -> list[Verdict]:
        return [Verdict(Action.HOLD, faulty=True) for _ in submissions]

    faults, mean, *_ = lived.silence(Supportive({"sad": judged(unlabelled(["so tired"], "sad"), broken)})).figures
    assert (faults.value, mean.value, faults.fails) == (1.0, 1.0, True)


def test_every_pack_is_tried(seen: Supportive) -> None:
    table = lived.by_pack(Supportive({"sad": seen.by_set["sad"][:20]}), shipped, ("general", "teen")).tables
    assert set(table["silenced by pack"]) == {"general", "teen"}


def test_kind_sentences_about_people_are_not_stopped() -> None:
    """M13 floor: no group pays for being named."""
    groups = lived.identities(shipped)
    assert len(groups) >= 30
    assert {group: rate for group, rate in groups.items() if (rate.share or 0) > BARS["M13.worst"].floor} == {}


def test_a_ratio_of_few_is_neither_nothing_nor_endless() -> None:
    assert ratio(Rate(0, 100), Rate(0, 100)) == 1.0
    assert ratio(Rate(4, 100), Rate(0, 1000)) > 4
    assert 1.8 < ratio(Rate(20, 1000), Rate(10, 1000)) < 2.0


def test_kinds_of_text_are_compared_each_with_its_own() -> None:
    """Dialect is not worse off for standing more often in the harsher kind of text."""
    calm, harsh = (Rate(1, 100), Rate(10, 1000)), (Rate(100, 1000), Rate(10, 100))
    assert 0.95 < lived.common_ratio([calm, harsh]) < 1.05
    assert lived.common_ratio([(Rate(0, 10), Rate(0, 10))]) == 1.0
    assert lived.common_ratio([(Rate(30, 1000), Rate(10, 1000))]) > 2.5


def test_spam_is_what_was_stopped_as_spam() -> None:
    texts = ["CONGRATULATIONS! You won a free prize, claim now at www.prize-example.com", "see you at six"]
    loud, plain = judged(unlabelled(texts, "sms"), shipped)
    assert lived.is_spam(loud) == (loud.stopped and any(f.label.startswith("spam") for f in loud.verdict.findings))
    assert not lived.is_spam(plain)
