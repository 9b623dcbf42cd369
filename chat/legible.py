"""Whether a text can be read at all, whatever it means: not empty, not endless, not buried in marks.

Asked before the filter and before anything is kept. Every answer names the field and what would be right.
"""

from __future__ import annotations

import unicodedata

from chat.replies import Code

# A run of marks on one letter longer than any script writes.
STACKED_MARKS = 8

TOO_LONG = "`text` has {length} characters; {limit} is the most one message can have."
NOTHING = "`text` has nothing in it that could be read."
BURIED = "`text` has more marks on one letter than any language writes."


def sentences() -> set[str]:
    """Everything above, for whoever translates it; a number is `#` (answers.py)."""
    return {TOO_LONG.format(length="#", limit="#"), NOTHING, BURIED}


def fault_in(text: str, limit: int) -> tuple[Code, str] | None:
    """What is wrong with a text whatever it means: nothing to see, too long, or letters buried in marks."""
    if len(text) > limit:
        return Code.TOO_LONG, TOO_LONG.format(length=len(text), limit=limit)
    if text.isascii():
        visible = (not text.isspace() and text.isprintable()) or any(c.isprintable() and c != " " for c in text)
        return None if text and visible else (Code.BAD_REQUEST, NOTHING)
    run, seen = 0, False
    for letter in text:
        category = unicodedata.category(letter)
        run = run + 1 if category in ("Mn", "Me") else 0
        seen = seen or category[0] not in "CZM"
        if run > STACKED_MARKS:
            return Code.BAD_REQUEST, BURIED
    return None if seen else (Code.BAD_REQUEST, NOTHING)
