"""Work: one submission between its stages; no words in its repr, and a trial that touches nothing."""

from __future__ import annotations

from moderation import policy
from moderation.text import Views
from moderation.verdict import Action, Finding, Submission, Verdict
from moderation.work import Work, waiting

PACK = policy.load()["general"]


def work(text: str = "good evening", **about: object) -> Work:
    made = Work(Submission(text, lane="l", author="a", **about), 5.0, PACK)  # type: ignore[arg-type]
    made.views = Views(text)
    return made


def test_a_trial_is_judged_in_the_same_place_and_counts_nowhere() -> None:
    first = work(recent=("one",), since=(3.0,), pack="teen", key="k")
    first.findings.append(Finding("a.rule", "abuse", (0, 4), "Why."))
    trial = first.trial("other words", key="")
    said = trial.submission
    assert (said.text, said.recent, said.dry, said.key, said.pack) == ("other words", (), True, "", "teen")
    assert (trial.findings, trial.now, trial.pack) == ([], 5.0, PACK)
    assert first.known == {"a.rule"}


def test_the_reading_guessed_by_is_the_undisguised_one_where_there_is_one() -> None:
    plain = work("sh1t")
    assert plain.view is plain.views.soft
    plain.skeleton = Views("shit").soft
    assert plain.view is plain.skeleton


def test_no_words_reach_a_repr() -> None:
    doubted = work("the marmalade of mine")
    doubted.read = doubted.views.soft
    assert "marmalade" not in repr(doubted) + repr(waiting(doubted))


def test_only_what_was_read_and_not_held_asks_and_others_wait_behind_it() -> None:
    first = work()
    assert (waiting(first).asks, waiting(first).text, first.asks) == (False, "", False)
    first.read, first.small = first.views.soft, (0.5,)
    assert (waiting(first).asks, waiting(first).text, waiting(first).small) == (True, "good evening", (0.5,))
    first.held = Verdict(Action.HOLD, faulty=True)
    assert not waiting(first).asks
