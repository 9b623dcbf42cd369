"""An operator's packs and helplines: more of what is packaged, and nothing less of what protects people."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation import books
from moderation.sheets import BooksRefused
from moderation.verdict import Action, CareBand
from tests.support.ownbooks import folder_with, verdict_with

LINE = """- id: us-ours
  country: US
  name: Our own line
  kind: crisis
  contacts: [{method: phone, dial: "555-0142-999", hours: 24/7, verified: true}]
  verified: true
  source: [our own desk]
  checked: 2026-11-20
"""
DOSE = "I was on 80mg"


def refusal(folder: Path) -> str:
    with pytest.raises(BooksRefused) as refused:
        books.load(folder=folder)
    return str(refused.value)


def test_a_pack_of_ones_own_starts_from_another(tmp_path: Path) -> None:
    pack = 'name: gamblers\nextends: recovery\nversion: "1"\nactions: {hate: {block: 0.1}}\nmasks: {amount: "[some]"}\n'
    folder = folder_with(tmp_path, {"packs/gamblers.yaml": pack})
    held = books.load(folder=folder)
    assert held.packs["gamblers"].thresholds("hate", "message") == {Action.BLOCK: 0.1}
    assert held.packs["gamblers"].version.startswith("gamblers/1+")
    assert verdict_with(folder, DOSE, pack="gamblers").text == "I was on [some]"


def test_a_pack_of_a_packaged_name_is_more_for_that_one_and_those_that_extend_it(tmp_path: Path) -> None:
    pack = 'name: general\nversion: "2"\nactions: {amount.dose: {mask: 0.5}}\n'
    pack += "says: {mask: {en: Left out., es: Quitado.}}\n"
    folder = folder_with(tmp_path, {"packs/general.yaml": pack})
    assert verdict_with(folder, DOSE).says == "Left out."
    assert verdict_with(folder, DOSE, language="es").says == "Quitado."
    assert verdict_with(folder, DOSE, pack="postpartum").action is Action.MASK
    assert verdict_with(folder, "go and kill yourself").action is Action.BLOCK


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("actions: {encourage: {hold: 0.5}}", "is stopped in every room"),
        ("actions: {method.information: {}}", "is stopped in every room"),
        ("actions: {pact: {block: 0.9}}", "is stopped in every room"),
        ("alias: {grooming: {}}", "is stopped in every room"),
        ("spares: {crisis.passive: [encourage]}", "cannot be spared"),
        ("care_caps: {crisis.suicide: info}", "care for a person in danger is not capped"),
        ("care_lifts: {crisis.suicide: lots}", "'lots' is not known"),
        ("actions: {hat: {block: 0.5}}", "the label 'hat' is not known; did you mean hate?"),
        ("actions: {hate: {blok: 0.5}}", "the key 'blok' is not known; did you mean block?"),
        ("says: {mask: 3}", "must be a sentence"),
        ("second: {model.abuse: [0.9, 0.2]}", "must be two numbers from 0 to 1, the smaller first"),
        ("second: {model.rage: [0.2, 0.9]}", "the model has no such head"),
        ("care: {model.acut: {high: 0.5}}", "the crisis head 'model.acut' is not known; did you mean model.acute?"),
        ("care: {model.hate: {high: 0.5}}", "the crisis head 'model.hate' is not known"),
        ("care: {model.acute: {hihg: 0.1, concern: 0.1}}", "the key 'hihg' is not known; did you mean high?"),
        ("care: {model.acute: {concern: 0.1, high: 2}}", "`high`: must be a number from 0 to 1, not 2"),
        ("care: {model.acute: 0.5}", "must be a map"),
        ("care: {model.acute: {concern: 0.1}}", "comes no later; give high: "),
        ("care: {model.passive: {concern: 1.0}}", "comes no later; give concern: "),
        ("care: {model.acute: {}}", "comes no later"),
        ("acts: {}", "the key 'acts' is not known"),
    ],
)
def test_what_protects_people_is_not_for_sale_and_slips_are_told(tmp_path: Path, lines: str, complaint: str) -> None:
    """R1, R5: no pack lets in what is kept out everywhere, or takes care from somebody in danger."""
    assert complaint in refusal(
        folder_with(tmp_path, {"packs/general.yaml": f'name: general\nversion: "1"\n{lines}\n'})
    )


@pytest.mark.parametrize(
    ("pack", "complaint"),
    [
        ('name: ours\nversion: "1"', "`extends`: is missing"),
        ('name: ours\nextends: nobody\nversion: "1"', "the pack 'nobody' is not known"),
        ('name: other\nextends: general\nversion: "1"', "must be the file's name"),
        ("name: ours\nextends: general\nversion: 1", "must be text, not 1; put it in quotes"),
    ],
)
def test_a_pack_says_what_it_is(tmp_path: Path, pack: str, complaint: str) -> None:
    assert complaint in refusal(folder_with(tmp_path, {"packs/ours.yaml": pack}))


def test_a_helpline_with_source_and_date_is_a_helpline(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"helplines.yaml": LINE})
    assert "us-ours" in {line["id"] for line in books.load(folder=folder).helplines.lines}
    assert verdict_with(folder, "call 555-0142-999, they answer").action is Action.ALLOW


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("source: [our own desk]", "source: []"), "`source`: is missing"),
        (("checked: 2026-11-20", "checked: last week"), "`checked`: must be the day"),
        (("  verified: true\n", "  verified: false\n"), "`verified`: must be true"),
        (('dial: "555-0142-999"', "dial: 5550142999"), "phone needs `dial`, in quotes"),
        (("id: us-ours", "id: us-988"), "there is a line of that id already"),
        (("kind: crisis", "kind: crises"), "did you mean crisis?"),
    ],
)
def test_a_helpline_nobody_has_checked_is_refused(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    assert complaint in refusal(folder_with(tmp_path, {"helplines.yaml": LINE.replace(*change)}))


def test_the_models_scores_may_bring_care_earlier_and_what_they_never_brought(tmp_path: Path) -> None:
    """An operator's thresholds stand for the whole head; the other heads are as packaged; what extends it follows."""
    pack = 'name: general\nversion: "2"\ncare: {model.acute: {high: 0.2}, model.distress: {info: 0.9}}\n'
    held = books.load(folder=folder_with(tmp_path, {"packs/general.yaml": pack}))
    packaged = books.load().packs["general"].care
    for name in ("general", "postpartum"):
        care = held.packs[name].care
        assert care["model.acute"] == {CareBand.HIGH: 0.2}
        assert care["model.distress"] == {CareBand.INFO: 0.9}
        assert care["model.passive"] == packaged["model.passive"]


def test_a_refused_threshold_names_file_line_and_remedy(tmp_path: Path) -> None:
    pack = 'name: general\nversion: "1"\ncare:\n  model.acute:\n    concern: 0.9\n    high: 0.9\n'
    said = refusal(folder_with(tmp_path, {"packs/general.yaml": pack}))
    assert said.startswith("packs/general.yaml:4: general: `model.acute`: ")
    assert "or less" in said


def test_less_urgent_care_may_be_capped(tmp_path: Path) -> None:
    pack = 'name: general\nversion: "1"\ncare_caps: {crisis.substance: none, crisis.passive: concern}\n'
    held = books.load(folder=folder_with(tmp_path, {"packs/general.yaml": pack}))
    assert held.packs["general"].care_caps["crisis.substance"] is CareBand.NONE
