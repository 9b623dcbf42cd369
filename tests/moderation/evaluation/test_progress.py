"""Against the last committed report: noise is no news, a crossed bar always is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from moderation.evaluation import progress
from moderation.evaluation.bars import Chapter, Figure, of
from moderation.evaluation.measures import Rate
from moderation.evaluation.report import plain


def before(*figures: Figure) -> dict[str, object]:
    return json.loads(json.dumps(plain(Chapter(list(figures)), None, {})))  # type: ignore[no-any-return]


def test_a_change_within_the_noise_is_no_news() -> None:
    assert progress.changes([of("M7.kept", Rate(990, 1000))], before(of("M7.kept", Rate(992, 1000)))) == []


def test_better_and_worse_are_said_by_the_bars_own_direction() -> None:
    """Fewer silenced is better, more kept is better."""
    old = before(of("M1.mean", Rate(50, 1000)), of("M2.right", Rate(999, 1000)))
    better, worse = progress.changes([of("M1.mean", Rate(1, 1000)), of("M2.right", Rate(800, 1000))], old)
    assert better.startswith("better: M1.mean 5.00 % → 0.10 %")
    assert worse.startswith("WORSE: M2.right")


def test_a_crossed_bar_is_news_however_small_the_step() -> None:
    old = before(of("M1.mean", Rate(6, 1000)))
    assert len(progress.changes([of("M1.mean", Rate(7, 1000))], old)) == 1


def test_times_are_news_from_a_tenth() -> None:
    old = before(Figure("M14.p99", 0.50, 800))
    assert progress.changes([Figure("M14.p99", 0.53, 800)], old) == []
    assert len(progress.changes([Figure("M14.p99", 0.60, 800)], old)) == 1


def test_what_was_not_there_before_is_not_compared() -> None:
    assert progress.changes([of("M1.mean", Rate(6, 1000))], before()) == []


def test_the_committed_report_is_read_not_the_one_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"figures": {"M1.mean": 1}}', encoding="utf-8")
    assert progress.committed(path) == {"figures": {"M1.mean": 1}}
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    path.write_text('{"figures": {"M1.mean": 2}}', encoding="utf-8")
    assert progress.committed(path) == {"figures": {"M1.mean": 1}}


def test_no_report_and_a_broken_one_are_nothing_to_compare_with(tmp_path: Path) -> None:
    assert progress.committed(tmp_path / "report.json") is None
    (tmp_path / "report.json").write_text("{broken", encoding="utf-8")
    assert progress.committed(tmp_path / "report.json") is None
