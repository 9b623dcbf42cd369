"""Policy packs: data that decides, inherited, and refused when it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import policy
from moderation.policy import PackError
from moderation.verdict import NO_CARE, Action, CareBand, Finding
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


# what some rooms keep out


@pytest.mark.parametrize(
    ("pack", "text", "shown"),
    [
        ("recovery", "80mg then, and 30 mg now", "[amount removed] then, and [amount removed] now"),
        ("recovery", "down from eighty milligrams", "down from [amount removed]"),
        ("recovery", "it was £20 a bag, twenty quid a gram", "it was [price removed] a bag, [price removed] a gram"),
        ("recovery", "I always scored behind the bus station", "I always scored behind [place removed]"),
        ("eating", "I weigh 52 kg and my bmi is 17", "I weigh [a weight] and my bmi is [a number]"),
        ("eating", "seven stone, size zero, 500 calories", "[a weight], size [a size], [a number]"),
        ("eating", "I haven't eaten for 36 hours", "I haven't eaten for [a while]"),
        ("teen", "my waist is 24 inches", "my waist is [a size]"),
        ("bipolar", "they put me on 900mg", "they put me on [amount removed]"),
        ("autism-parents", "my youngest is called Oscar", "my youngest is called [name removed]"),
        ("postpartum", "our baby named Willa sleeps", "our baby named [name removed] sleeps"),
    ],
)
def test_numbers_become_words_and_the_sentence_around_them_stays(pack: str, text: str, shown: str) -> None:
    """F24: every place of it, not only the first."""
    assert said(text, pack=pack, band="teen" if pack == "teen" else "adult").text == shown


@pytest.mark.parametrize("pack", ["recovery", "eating", "teen", "bipolar", "autism-parents"])
@pytest.mark.parametrize(
    "text",
    [
        "I relapsed last night after eight months and I'm so ashamed",
        "half the day I think about food and it wears me out",
        "he is in the nursery now and we called him in for tea",
        "three years ago I was in hospital, ward 4, and I got out",
        "two of us sat there and said nothing",
    ],
)
def test_a_story_is_whole_in_every_room(pack: str, text: str) -> None:
    """A relapse is no failure, and a number that pulls nobody in is no number to keep out."""
    assert said(text, pack=pack).text == text


def test_unwanted_thoughts_about_a_baby_are_never_a_threat() -> None:
    text = "I keep getting flashes of hurting him, I'm going to break, I'd never do it, I don't want these thoughts"
    answer = said(text, pack="postpartum")
    assert answer.action is Action.ALLOW
    assert CareBand.INFO <= answer.care.band <= CareBand.CONCERN


def test_what_spares_is_care_and_what_is_spared_is_no_certain_threat() -> None:
    general = PACKS["general"]
    thought, doubt, threat = found("crisis.intrusive"), found("threat.other", 0.6), found("threat")
    assert general.kept([thought, doubt, threat], NO_CARE) == [thought, threat]
    assert general.kept([doubt], NO_CARE) == [doubt]


# remarks before sending (F31a)

HINTS = (
    ("you just need to get over it", "hint.tough_love", "general"),
    ("you obviously have bpd", "hint.diagnosing", "general"),
    ("I promise you it will get better", "hint.promise", "general"),
    ("you threw it all away", "hint.relapse", "recovery"),
    ("massive new idea, been up since yesterday", "hint.awake", "bipolar"),
)


@pytest.mark.parametrize(("text", "label", "pack"), HINTS)
def test_a_hint_is_a_remark_and_stops_nothing(text: str, label: str, pack: str) -> None:
    answer = said(text, pack=pack)
    assert (answer.action, answer.text) == (Action.ALLOW, text)
    assert [finding.label for finding in answer.findings] == [label]


@pytest.mark.parametrize(("text", "label", "pack"), HINTS)
def test_a_person_in_pain_is_not_corrected(text: str, label: str, pack: str) -> None:
    """Nor is somebody whose words are stopped anyway told how to say them."""
    pained = said(f"I want to die. {text}", pack=pack)
    assert pained.care.band >= CareBand.HIGH
    assert label not in {finding.label for finding in pained.findings}
    assert label not in {finding.label for finding in said(f"{text}. go and kill yourself", pack=pack).findings}


def test_big_news_may_sleep_for_a_night_in_the_bipolar_room_and_at_night_only() -> None:
    text = "I'm quitting my job and starting a business"
    labels = {
        (pack, night): [finding.label for finding in said(text, pack=pack, night=night).findings]
        for pack in ("bipolar", "general")
        for night in (True, False)
    }
    assert labels.pop(("bipolar", True)) == ["hint.at_night"]
    assert not any(labels.values())
    assert said(text, pack="bipolar", night=True).action is Action.ALLOW


def test_what_is_uncertain_is_inherited_head_by_head() -> None:
    written = policy.read()
    written["general"]["second"] = {"model.abuse": [0.2, 0.9], "model.groom": [0, 1]}
    written["teen"]["second"] = {"model.groom": [0.1, 0.5]}
    packs = policy.build(written)
    assert packs["teen"].second == {"model.abuse": (0.2, 0.9), "model.groom": (0.1, 0.5)}
    assert packs["recovery"].second == packs["general"].second


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        ({"model.abuse": [0.9, 0.2]}, "general.yaml: second.model.abuse: must be two numbers"),
        ({"model.abuse": [0.2]}, "such as"),
        ({"model.abuse": [0.2, 1.2]}, "from 0 to 1"),
        ({"model.abuse": ["a", True]}, "must be two numbers"),
        ({"abuse": [0.2, 0.9]}, "general.yaml: second.abuse: the model has no such head; it has model.abuse"),
        (["model.abuse"], "general.yaml: second: must name heads"),
    ],
)
def test_what_cannot_be_uncertain_is_refused_with_its_place_and_the_remedy(second: object, complaint: str) -> None:
    written = policy.read()
    written["general"]["second"] = second
    with pytest.raises(PackError) as refused:
        policy.build(written)
    assert complaint in str(refused.value)
