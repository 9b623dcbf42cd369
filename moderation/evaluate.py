"""Judge the judge: `python -m moderation.evaluate` (moderation/evaluation says how each figure is made).

    (nothing)                 everything, on all of the open data; writes moderation/data/report
    --gate                    the same on samples, nothing written; exit code 1 when a floor is not held (CI)
    --untouched               counts the third of the written lines nobody looked at, too: the last step of a release
    --rebuild                 trains the model anew, offline, and compares
    --suite FILE.jsonl        judge a labelled file instead; --open FILE.txt, --binary FILE.csv likewise; each as often
                              as wanted; --pack NAME under that policy pack; --json OUT writes what was found

    exit code   0 fine   1 below a floor   2 a file or an option that cannot be used: one sentence with its remedy

All samples are chosen by hashes; two runs over the same tree differ in times only.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from moderation import lines, model, opinion, pipeline
from moderation.evaluation import (
    foreign,
    hidden,
    labelled,
    lived,
    plots,
    progress,
    rebuilding,
    report,
    slow,
    strangers,
    timing,
    weight,
)
from moderation.evaluation.bars import BARS, Chapter
from moderation.evaluation.corpora import SetsMissing
from moderation.evaluation.measures import Rate
from moderation.evaluation.outcomes import Judge
from moderation.lines import LinesError
from moderation.opinion import Adviser
from moderation.pipeline import Pipeline
from moderation.rules import DATA
from moderation.verdict import Submission, Verdict
from moderation.work import Unsure

REPORT = DATA / "report"
# So many texts of each set are judged in CI.
SAMPLE = 1500
# And so many texts made to be slow.
_MADE_SLOW = 300
# Far above what any message takes: a busy machine must not turn a verdict into a hold.
_PATIENT = 30.0


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    chosen = _parser().parse_args(words)
    try:
        return _run(chosen)
    except (LinesError, SetsMissing, rebuilding.CannotRebuild) as refused:
        sys.stderr.write(f"evaluate: {refused}\n")
    except BrokenPipeError:  # whoever read has read enough
        sys.stdout = None
        return 1
    except OSError as broken:
        sys.stderr.write(f"evaluate: {broken.filename}: cannot be written ({broken.strerror}); check the path\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m moderation.evaluate", description="What the filter does to people, in figures."
    )
    parser.add_argument("--gate", action="store_true", help="on samples, writing nothing; exit 1 below a floor")
    parser.add_argument("--untouched", action="store_true", help="count the third of the lines nobody looked at, too")
    parser.add_argument("--rebuild", action="store_true", help="train the model anew and compare (minutes)")
    parser.add_argument("--suite", action="append", default=[], type=Path, metavar="FILE.jsonl", help="labelled cases")
    parser.add_argument("--open", action="append", default=[], type=Path, metavar="FILE.txt", help="a message a line")
    parser.add_argument("--binary", action="append", default=[], type=Path, metavar="FILE.csv", help="text,label")
    parser.add_argument("--pack", help="judge the given files under this policy pack", choices=pipeline.pack_names())
    parser.add_argument("--json", action="append", default=[], type=Path, metavar="OUT", help="write what was found")
    parser.add_argument("--report", default=REPORT, type=Path, metavar="DIR", help="where the report goes")
    return parser


def _run(chosen: argparse.Namespace) -> int:
    judging = _pipeline()
    judge = _judge()
    if chosen.suite or chosen.open or chosen.binary:
        found = _files(chosen, judge)
        _write_json(chosen.json, found)
        return 0
    most = SAMPLE if chosen.gate else None
    chapter, alone = measured(judging, most)
    if chosen.rebuild:
        chapter += rebuilding.rebuilt(chapter, _judge)
    earlier = progress.committed(chosen.report / "report.json")
    untouched = _untouched(judge) if chosen.untouched else report.untouched_of(earlier)
    about = _about(most) | {"untouched counted on": _today() if chosen.untouched else _counted(earlier)}
    _say(report.lines(chapter.figures))
    if chosen.untouched and untouched is not None:
        _say(["", "what nobody looked at:", *report.lines(untouched.figures)])
    news = ["no earlier report to compare with"] if earlier is None else progress.changes(chapter.figures, earlier)
    _say(["", "against the last committed report:", *(news or ["nothing changed beyond the noise"])])
    plain = report.plain(chapter, untouched, about)
    if not chosen.gate:
        write_report(chosen.report, chapter, untouched, about, plain, alone)
    _write_json(chosen.json, plain)
    return verdict(chapter)


class _Remembering:
    """A second opinion that reads no text twice: the same texts are judged under many packs and in many disguises."""

    def __init__(self, asked: Adviser) -> None:
        self.asked = asked
        self._said: dict[tuple[str, bytes], Any] = {}

    def scores(self, texts: Sequence[str], small: Any) -> Any:
        """As `Opinion.scores`."""
        rows = np.asarray(small, np.float64)
        for text, row in zip(texts, rows, strict=True):
            if (text, row.tobytes()) not in self._said:
                self._said[text, row.tobytes()] = self.asked.scores([text], [row])[0]
        return np.array([self._said[text, row.tobytes()] for text, row in zip(texts, rows, strict=True)])


def _pipeline(folder: Path = model.FOLDER) -> Pipeline:
    """The pipeline with the models of a folder, without its flood stage: one text must not depend on the one before."""
    load = opinion.packaged(folder)
    asked = cache(lambda: _Remembering(load())) if load else None
    return pipeline.load(
        stopwatch=time.perf_counter, budget=_PATIENT, flood=False, model=model.load(folder), opinion=asked
    )


def _judge(folder: Path = model.FOLDER) -> Judge:
    """What gives the verdicts of a pipeline, second opinions and all."""
    judging = _pipeline(folder)
    return lambda submissions: judging.judge_all(submissions, 0.0)


def _in_loop(judging: Pipeline) -> Judge:
    """What the server's loop has to do for the same verdicts: second opinions are given elsewhere."""

    def judge(submissions: Sequence[Submission]) -> list[Verdict]:
        return [
            judging.settled(each, each.small) if isinstance(each, Unsure) else each
            for each in judging.first_all(submissions, 0.0)
        ]

    return judge


def measured(judging: Pipeline, most: int | None) -> tuple[Chapter, list[float]]:
    """Everything, at most `most` texts of each big set; and the times of single messages. Raises SetsMissing."""

    def judge(submissions: Sequence[Submission]) -> list[Verdict]:
        return judging.judge_all(submissions, 0.0)

    seen = lived.supportive(judge, most)
    suite, outcomes = labelled.suite(judge)
    own, written = labelled.own(judge, tuned=True)
    tuned = [each.case for each in written]
    packs = labelled.packs(judge)
    figures = [figure for figure in own.figures if figure.bar != "M7.kept"]
    chapter = lived.silence(seen) + suite + Chapter([*figures, labelled.kept([*outcomes, *written])], own.tables)
    chapter += (
        lived.pages(judge, most and most // 4)
        + labelled.emoji(judge)
        + labelled.by_function(judge)
        + labelled.to_look_at([*outcomes, *written])
    )
    chapter += hidden.details(judge, seen, _listing()) + hidden.disguised(
        judge, [*outcomes, *written], seen, most and 300
    )
    chapter += lived.spam(judge, seen) + lived.fairness(judge, tuned)
    chapter += labelled.pack_table(packs) + lived.by_pack(seen, judge, pipeline.pack_names())
    usual = timing.usual(each.case.text for each in seen.every)
    # CPU time: what the text costs, whatever else the machine does.
    timed, alone = timing.timed(usual, _in_loop(judging), time.process_time)
    chapter += timed + timing.hostile([*slow.texts(_MADE_SLOW)], judging, time.process_time)
    chapter += timing.second(usual, judging, opinion.packaged(), time.process_time) + weight.weighed()
    order = list(BARS)
    return Chapter(sorted(chapter.figures, key=lambda figure: order.index(figure.bar)), chapter.tables), alone


def _untouched(judge: Judge) -> Chapter:
    """What nobody looked at: a third of the written lines, and the details set apart. Counts only."""
    own = labelled.own(judge, tuned=False)[0]
    return own + hidden.details(judge, lived.Supportive({}), _listing(), tuned=False)


def _listing() -> Any:
    return yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))


def _about(most: int | None) -> dict[str, Any]:
    return {
        "measured on": _today(),
        "open sets": "all of their texts" if most is None else f"at most {most} texts of each",
        "written lines": f"{len(list(lines.written())):,}, a third of them untouched",
        "times": "CPU time, the middle of five tries of each message",
    }


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _counted(earlier: Mapping[str, Any] | None) -> str:
    """When the untouched were counted last."""
    return str((earlier or {}).get("about", {}).get("untouched counted on", "not yet"))


def _files(chosen: argparse.Namespace, judge: Judge) -> dict[str, Any]:
    """Judge other people's files. Every file is read before any is judged."""
    suites = [(path, lines.suite(path)) for path in chosen.suite]
    texts = [(path, foreign.messages(path)) for path in chosen.open]
    tables = [(path, foreign.two_columns(path)) for path in chosen.binary]
    found: dict[str, Any] = {"suite": {}, "open": {}, "binary": {}}
    for path, cases in suites:
        found["suite"][str(path)] = strangers.suite(cases, judge, chosen.pack)
    for path, messages in texts:
        found["open"][str(path)] = strangers.let_through(messages, judge, chosen.pack)
    for path, rows in tables:
        found["binary"][str(path)] = strangers.binary(rows, judge, chosen.pack)
    for kind in found.values():
        for name, each in kind.items():
            _say(strangers.lines(name, each))
    return found


def write_report(
    folder: Path,
    chapter: Chapter,
    untouched: Chapter | None,
    about: dict[str, Any],
    plain: dict[str, Any],
    alone: Sequence[float],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    drawings = {
        "silenced.svg": plots.bars(
            "Supportive messages silenced, by set",
            _column(chapter, "silenced by set", "silenced"),
            {"floor": BARS["M1.worst"].floor, "reach": BARS["M1.worst"].reach},
        ),
        "suite.svg": plots.shades("The suite: what became of each category", _became(chapter, "suite by category")),
        "lines.svg": plots.shades("Written lines: what became of each category", _became(chapter, "lines by category")),
        "time.svg": plots.histogram("One message alone, CPU time", alone, "ms"),
    }
    for name, drawing in drawings.items():
        (folder / name).write_text(drawing, encoding="utf-8")
    (folder / "report.md").write_text(report.markdown(chapter, untouched, about, list(drawings)), encoding="utf-8")
    _write_json([folder / "report.json"], plain)


def _column(chapter: Chapter, table: str, column: str) -> dict[str, Rate]:
    cells = {name: row.get(column) for name, row in chapter.tables[table].items()}
    return {name: cell for name, cell in cells.items() if isinstance(cell, Rate)}


def _became(chapter: Chapter, table: str) -> dict[str, dict[str, Rate]]:
    rows = {
        name: {word: cell for word in ("allow", "mask", "hold", "block") if isinstance(cell := row.get(word), Rate)}
        for name, row in chapter.tables[table].items()
    }
    return {name: row for name, row in rows.items() if row}


def _write_json(paths: Sequence[Path], found: dict[str, Any]) -> None:
    for path in paths:
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def verdict(chapter: Chapter) -> int:
    below = [figure.bar for figure in chapter.figures if figure.fails]
    _say(["", f"below their floors: {', '.join(below)}" if below else "every floor is held"])
    return 1 if below else 0


def _say(written: Sequence[str]) -> None:
    sys.stdout.write("\n".join(written) + "\n")


if __name__ == "__main__":
    sys.exit(main())
