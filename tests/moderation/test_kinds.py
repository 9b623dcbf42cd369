"""What a worrying message is about: a cue of one kind names it, every doubt stays plain, calm talk is capped."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from moderation import kinds, lines
from moderation.kinds import KindsError
from moderation.rules import DATA
from moderation.text import Views
from moderation.verdict import Care, CareBand, CareKind
from tests.support.judging import OPEN

NONE, INFO, CONCERN, HIGH, IMMINENT = CareBand
KINDS = kinds.load()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i've been hitting my head on the wall again", CareKind.SELF_HARM),
        ("i shook the baby and he's gone quiet", CareKind.INFANT),
        ("i'm 12 and my uncle touches me when he babysits", CareKind.CHILD),
        ("he's outside my window and i'm home by myself", CareKind.ABUSE),
        ("i'm scared i'll hurt someone", CareKind.VIOLENCE),
        ("my friend's lips have gone blue, what do i do", CareKind.THIRD_PARTY),
        ("i want to die", CareKind.SUICIDE),
    ],
)
def test_a_cue_of_one_kind_names_it(text: str, kind: CareKind) -> None:
    assert KINDS.care(HIGH, text) == Care(HIGH, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("i've only to wait for the neighbour to go to bed", None),  # no cue
        ("he hits me and i'm scared i'll hurt someone", None),  # of two kinds
        ("he hits me and i want to die", CareKind.SUICIDE),  # words of dying go before everything else
        ("i cut myself again, the letters are written", CareKind.SUICIDE),
    ],
)
def test_every_doubt_stays_with_the_plain_card(text: str, kind: CareKind | None) -> None:
    """A wrong kind is worse than none: it brings the wrong lines."""
    assert KINDS.care(HIGH, text) == Care(HIGH, kind)


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("my boy is nonverbal and he took my hand today", CONCERN),
        ("our daughter said her first word at breakfast", CONCERN),
        ("does anyone get side effects from sertraline in week one", INFO),
        ("the craving is so loud tonight", CONCERN),
    ],
)
def test_the_model_alone_pages_nobody_for_what_is_calm_by_its_kind(text: str, most: CareBand) -> None:
    assert KINDS.care(HIGH, text).band == most
    assert KINDS.care(IMMINENT, text).band == most


@given(st.sampled_from(CareBand), st.one_of(st.sampled_from(OPEN), st.text(max_size=80)))
def test_a_kind_never_brings_more_care_than_the_model_saw(band: CareBand, text: str) -> None:
    assert KINDS.care(band, Views(text).soft.text).band <= band


def test_danger_is_hardly_ever_taken_for_calm() -> None:
    """Of the labelled lines of danger that may be looked at, under one in fifty loses its page."""
    acute = [case for case in lines.written() if not case.held_out and "acute" in case.heads]
    capped = [case for case in acute if KINDS.care(HIGH, Views(case.text).soft.text).band < HIGH]
    assert len(acute) > 300
    assert len(capped) <= len(acute) / 50


def test_a_file_whose_examples_fail_is_refused_with_the_kind_at_fault(tmp_path: Path) -> None:
    written = yaml.safe_load((DATA / "kinds.yaml").read_text(encoding="utf-8"))
    written["abuse"]["hits"] = ["a lovely day"]
    (tmp_path / "kinds.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    with pytest.raises(KindsError, match=r"kinds\.yaml: abuse"):
        kinds.load(tmp_path / "kinds.yaml")
    (tmp_path / "other.yaml").write_text("plain: 3", encoding="utf-8")
    with pytest.raises(KindsError, match=r"other\.yaml"):
        kinds.load(tmp_path / "other.yaml")
