"""Policy packs: data that decides, inherited, and refused when it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import policy
from moderation.policy import PackError
from moderation.verdict import Action, Finding
from tests.support.judging import judge, said

PACKS = policy.load()


def found(label: str, score: float = 1.0, span: tuple[int, int] = (0, 1)) -> Finding:
    return Finding("some.rule", label, span, "Said.", score)


def test_scores_of_one_label_add_up_and_the_worst_label_decides() -> None:
    general = PACKS["general"]
    assert general.decide([found("harassment", 0.4)], "message") is Action.ALLOW
    assert general.decide([found("harassment", 0.5)], "message") is Action.HOLD
    assert general.decide([found("harassment", 0.5), found("harassment", 0.5)], "message") is Action.BLOCK
    assert general.decide([found("contact.phone"), found("method.request")], "message") is Action.HOLD


def test_a_label_nobody_names_changes_nothing() -> None:
    assert PACKS["general"].decide([found("crisis.suicide"), found("weather")], "message") is Action.ALLOW


def test_a_pack_inherits_and_overrides() -> None:
    assert PACKS["recovery"].decide([found("amount.dose")], "message") is Action.MASK
    assert PACKS["general"].decide([found("amount.dose")], "message") is Action.ALLOW
    assert PACKS["recovery"].decide([found("hate")], "message") is Action.BLOCK
    assert PACKS["teen"].decide([found("off_platform")], "message") is Action.BLOCK


def test_a_name_with_a_contact_in_it_cannot_be_masked_and_is_refused() -> None:
    assert PACKS["general"].decide([found("contact.handle")], "alias") is Action.BLOCK
    assert said("call me 07700 900142", kind="alias").action is Action.BLOCK
    assert said("Quiet Maple", kind="alias").action is Action.ALLOW


@given(
    st.text(min_size=1, max_size=40),
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from(["contact.phone", "contact.link"])),
        max_size=6,
    ),
)
def test_masking_keeps_everything_outside_the_spans_and_nothing_inside(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    """Overlapping spans too."""
    general = PACKS["general"]
    real = [(min(a, b), max(a, b), label) for a, b, label in spans if a != b and max(a, b) <= len(text)]
    masked = general.masked(text, [found(label, span=(a, b)) for a, b, label in real])
    hidden = {place for a, b, _ in real for place in range(a, b)}
    kept = [letter for place, letter in enumerate(text) if place not in hidden]
    for mask in ("[phone removed]", "[link removed]"):
        masked = masked.replace(mask, "", sum(1 for _ in real)) if mask not in text else masked
    assert "".join(kept) == masked or any(mask in text for mask in ("[phone removed]", "[link removed]"))


def test_rooms_know_their_topic() -> None:
    """F24: doses in recovery, weights in eating, a child's school among parents; nowhere else."""
    dose, weight, school = "I was on 80mg for years", "I weigh 52 kg now", "she goes to Larkfield Test Primary"
    assert said(dose, pack="recovery").text == "I was on [amount removed] for years"
    assert said(weight, pack="eating").action is Action.MASK
    assert said(school, pack="autism-parents").action is Action.MASK
    assert [said(text).action for text in (dose, weight, school)] == [Action.ALLOW] * 3
    assert said(dose, pack="no such pack").policy.startswith("general/")


@pytest.mark.parametrize(
    ("pack", "complaint"),
    [
        ("name: other\nversion: '1'\nactions: {}", "must be 'some'"),
        ("name: some\nextends: nobody\nversion: '1'", "does not exist"),
        ("name: some\nextends: some\nversion: '1'", "does not exist"),
        ("name: some\nversion: '1'\nactions: {hate: {explode: 1}}", "EXPLODE"),
        ("name: some\nactions: {}", "version"),
        ("name: [", "cannot be read"),
    ],
)
def test_a_broken_pack_says_what_is_wrong(tmp_path: Path, pack: str, complaint: str) -> None:
    (tmp_path / "some.yaml").write_text(pack)
    with pytest.raises(PackError, match=complaint):
        policy.load(tmp_path)


def test_every_pack_the_pipeline_offers_is_loaded() -> None:
    assert set(judge().packs) == set(PACKS)
    assert {"general", "postpartum", "recovery", "eating", "autism-parents", "bipolar", "teen", "session"} <= set(PACKS)
