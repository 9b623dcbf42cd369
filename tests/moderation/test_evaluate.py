"""The evaluation command as people call it: exit codes, files of strangers, the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderation import evaluate
from moderation.evaluation.bars import Cell, Chapter, Figure, Table
from moderation.evaluation.measures import Rate
from tests.support.judging import HARSH, OPEN


def csv(folder: Path, *rows: str) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_files_of_strangers_are_judged_each_in_its_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--suite`, `--open` and `--binary`, several at once, and two places for the result."""
    (tmp_path / "open.txt").write_text("\n".join(OPEN), encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text(json.dumps({"text": HARSH[0], "deliver": ["no"]}), encoding="utf-8")
    table = csv(tmp_path, "text,label", f'"{HARSH[1]}",hateful', f'"{OPEN[0]}",non-hateful')
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    given = (("--open", "open.txt"), ("--open", "open.txt"), ("--binary", "rows.csv"), ("--suite", "cases.jsonl"))
    wanted = (("--json", "first.json"), ("--json", "second.json"))
    code = evaluate.main([word for option, name in (*given, *wanted) for word in (option, str(tmp_path / name))])
    assert code == 0
    found = json.loads(first.read_text(encoding="utf-8"))
    assert found == json.loads(second.read_text(encoding="utf-8"))
    assert found["binary"][str(table)]["stopped"]["accuracy"]["share"] == 1.0
    assert found["suite"][str(tmp_path / "cases.jsonl")]["macro right"] == 1.0
    said = capsys.readouterr().out
    assert "silenced" in said
    assert not any(text in said for text in (*OPEN, *HARSH))


@pytest.mark.parametrize(
    ("option", "name", "content", "says"),
    [
        ("--suite", "a.jsonl", '{"text": "secret"}\n', "a.jsonl:1: field `deliver`"),
        ("--suite", "a.jsonl", "nonsense\n", "a.jsonl:1: not JSON"),
        ("--binary", "a.csv", "text,label\nsecret,perhaps\n", "a.csv:2: field `label`"),
        ("--binary", "a.csv", "words\nsecret\n", "a.csv:1: column `text` is missing"),
        ("--open", "a.txt", "", "a.txt: no messages in it"),
        ("--open", "a.txt", None, "a.txt: cannot be read"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    option: str, name: str, content: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert evaluate.main([option, str(tmp_path / name)]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.err.count("\n") == 1
    assert "secret" not in told.err + told.out


def test_a_result_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "open.txt").write_text("hello\n", encoding="utf-8")
    assert evaluate.main(["--open", str(tmp_path / "open.txt"), "--json", str(tmp_path / "no" / "out.json")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_an_unknown_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        evaluate.main(["--pack", "nowhere"])
    assert ended.value.code == 2


def test_a_bar_below_its_floor_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.verdict(Chapter([Figure("M1.mean", 0.02, 100), Figure("M5.stopped", 0.0, 100)])) == 1
    assert "below their floors: M1.mean" in capsys.readouterr().out
    assert evaluate.verdict(Chapter([Figure("M1.mean", 0.001, 100), Figure("M5.stopped", 0.0, 100)])) == 0


def test_a_report_is_json_markdown_and_drawings(tmp_path: Path) -> None:
    row: dict[str, Cell] = {
        "silenced": Rate(1, 9),
        "allow": Rate(8, 9),
        "mask": Rate(0, 9),
        "hold": Rate(1, 9),
        "block": Rate(0, 9),
    }
    tables: dict[str, Table] = {
        name: {"sad": row} for name in ("silenced by set", "suite by category", "lines by category")
    }
    chapter = Chapter([Figure("M1.mean", 0.001, 100)], tables)
    evaluate.write_report(tmp_path / "report", chapter, None, {}, {"figures": {}}, [0.1, 0.2])
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "report.json", "report.md", "silenced.svg", "suite.svg", "lines.svg", "time.svg",
    }  # fmt: skip
    assert "M1.mean" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
