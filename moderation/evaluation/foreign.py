"""Other people's files, judged as ours are: whatever is wrong with one is said with file, line, field and remedy.

    lines.suite(path)   JSON lines in the suite's format → cases (moderation/lines.py)
    messages(path)      one message a line → texts
    two_columns(path)   a CSV with `text` and `label` → (text, whether it is labelled harmful)

LinesError is the one error. It names no words of the file: what people wrote is in no message and no log.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from moderation.lines import LinesError, numbered, whole

# A field may be a whole forum thread; csv's own limit is smaller.
_LONGEST = 1 << 24
TEXT_COLUMNS = ("text", "message", "test_case", "content", "body", "post", "tweet")
LABEL_COLUMNS = ("label", "label_gold", "class", "is_harmful")
HARMFUL = frozenset(
    [
        "1", "true", "yes", "y", "hate", "hateful", "spam", "scam", "toxic", "abuse", "abusive", "harmful", "offensive",
        "harassment", "unsafe", "suicide", "suicidal", "self-harm", "selfharm", "crisis", "stop",
    ]
)  # fmt: skip
HARMLESS = frozenset(
    [
        "0", "false", "no", "n", "non-hateful", "nonhateful", "not-hateful", "none", "ham", "neutral", "ok",
        "non-toxic", "normal", "benign", "harmless", "non-harmful", "non-offensive", "safe", "non-suicide",
        "non-suicidal", "not-suicide", "neither", "open", "clean", "supportive", "not-spam", "deliver",
    ]
)  # fmt: skip


def messages(path: Path) -> list[str]:
    """One message a line; empty lines are left out. Raises LinesError."""
    found = [line.strip() for _, line in numbered(path)]
    if not found:
        raise LinesError(f"{path}: no messages in it; one a line is expected")
    return found


def two_columns(path: Path) -> list[tuple[str, bool]]:
    """(text, whether it is labelled harmful). Raises LinesError."""
    csv.field_size_limit(_LONGEST)
    table = csv.DictReader(io.StringIO(whole(path), newline=""), strict=True)
    found = []
    try:
        columns = {name.strip().lower(): name for name in table.fieldnames or () if name}
        text, label = _column(path, columns, TEXT_COLUMNS), _column(path, columns, LABEL_COLUMNS)
        for row in table:
            where = f"{path}:{table.line_num}"
            if row[text] is None or row[label] is None:
                raise LinesError(f"{where}: fewer fields than the header; quote texts that hold commas or line ends")
            found.append((row[text], harmful(row[label], where)))
    except csv.Error as broken:
        where = f"{path}:{table.line_num}"
        raise LinesError(f"{where}: not CSV ({broken}); quote texts that hold quotes or commas") from None
    if not found:
        raise LinesError(f"{path}: no rows in it; a header `text,label` and a row a text are expected")
    return found


def harmful(label: str, where: str) -> bool:
    """What a label says. Raises LinesError for one we do not know: a guess would turn every figure round."""
    value = label.strip().lower().replace("_", "-").replace(" ", "-").removesuffix(".0")
    if value in HARMFUL:
        return True
    if value in HARMLESS:
        return False
    raise LinesError(f"{where}: field `label` is none we know; use 1 and 0, or hateful and non-hateful")


def _column(path: Path, columns: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if name in columns:
            return columns[name]
    there = ", ".join(columns) or "nothing"
    raise LinesError(f"{path}:1: column `{names[0]}` is missing (the header says: {there}); name it `{names[0]}`")
