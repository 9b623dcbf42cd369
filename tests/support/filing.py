"""Cases for tests of the desk: a held message with everything a release needs, and changes to it."""

from __future__ import annotations

from moderation.cases import Case, CaseKind, Waiting, Words

AT = 1_700_000_000_000
WORDS = Words(text="the words themselves", name="Quiet Lake")


def held(id: str = "m1", **changes: object) -> Case:
    """A message the filter put aside."""
    base: dict[str, object] = {
        "id": id, "kind": CaseKind.HELD, "band": "adult", "room": "adult/anxiety", "user": "u1", "at": AT,
        "rules": ("threat.general",), "waiting": Waiting(alias="a1"),
    }  # fmt: skip
    return Case(**base | changes)  # type: ignore[arg-type]


def report(id: str = "r1", **changes: object) -> Case:
    """Something somebody told us about another."""
    base: dict[str, object] = {"kind": CaseKind.REPORT, "waiting": None, "against": "u9", "rules": ("harassment",)}
    return held(id, **base | changes)
