"""The card: its shape, its words in every language, and what they never say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from moderation.card import Barrier, Cards, Desk, Reader
from moderation.helplines import Helplines
from moderation.rules import DATA
from moderation.verdict import Action, Care, CareBand, CareKind

CARDS = Cards.load(Helplines.load())
WORDS: dict[str, Any] = yaml.safe_load((DATA / "card.yaml").read_text(encoding="utf-8"))
LISTING: dict[str, Any] = yaml.safe_load((DATA / "helplines.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 25, 16, 0, tzinfo=UTC).timestamp()
BANDS = [band for band in CareBand if band]
CARES = st.builds(Care, st.sampled_from(BANDS), st.sampled_from([None, *CareKind]))
READERS = st.builds(
    Reader,
    country=st.sampled_from(["US", "GB", "SE", "ZA", "FR", "JP", "XX", None]),
    language=st.sampled_from(["en", "es", "es-MX", "fr", None]),
    band=st.sampled_from(["adult", "teen"]),
    topics=st.sampled_from([(), ("postpartum", "postpartum"), ("x", "recovery")]),
)
# What no card says, in any language: no score, no label on the person, no promise, no secrecy, no "tell a parent".
NEVER = (
    "at risk", "score", "promise", "secret", "your parent", "tell a parent", "guarantee", "everything will be",
    "en riesgo", "puntuación", "prometemos", "secreto", "tus padres", "garantiza", "todo irá bien",
)  # fmt: skip


def card(
    band: CareBand, kind: CareKind | None = CareKind.SUICIDE, reader: Reader | None = None, **more: Any
) -> dict[str, Any]:
    return CARDS.make(Care(band, kind), reader or Reader(country="US", language="en"), id="c1", now=NOW, **more)


@given(
    CARES, READERS, st.sampled_from(["", *(action.word for action in Action), "not_saved"]), st.booleans(),
    st.sampled_from(Desk), st.one_of(st.none(), st.sampled_from(Barrier)), st.booleans(),
)  # fmt: skip
def test_every_card_has_the_shape_and_keeps_to_its_words(
    care: Care, reader: Reader, heard: str, told: bool, desk: Desk, barrier: Barrier | None, asked: bool
) -> None:
    """safety.md 9, over everything a card can be made of."""
    made = CARDS.make(care, reader, id="c1", now=NOW, heard=heard, told=told, desk=desk, barrier=barrier, asked=asked)
    shape = {"id", "urgent", "says", "lines", "emergency", "person", "ask", "dismiss"}
    assert shape <= set(made) <= shape | {"quiet", "directory"}
    assert set(made["person"]) == {"available", "says"}
    assert len(made["lines"]) <= 3
    assert bool(made["lines"]) is ("directory" not in made)
    for line in made["lines"]:
        assert {"name", "method", "open", "languages", "crisis", "read_on"} <= set(line)
        assert len({"dial", "to", "url"} & set(line)) == 1
        assert line["lang"] == "en" if line["name"].startswith("988 ") else line.get("lang", "x")
        assert line["crisis"] or care.band <= CareBand.CONCERN
    for each in made["ask"]:
        assert set(each) == {"choice", "says"}
    said = " ".join([made["says"], made["person"]["says"], *(each["says"] for each in made["ask"])]).lower()
    assert not [words for words in NEVER if words in said]
    assert made["person"]["available"] is (desk in (Desk.HERE, Desk.ASKED))


def test_every_string_is_there_in_every_language() -> None:
    """A catalogue with a hole would leave somebody without the sentence they need."""

    def paths(tree: Any, at: str = "") -> dict[str, str]:
        if not isinstance(tree, dict):
            return {at: tree}
        return {path: words for name, below in tree.items() for path, words in paths(below, f"{at}/{name}").items()}

    english = paths(WORDS["en"])
    assert {"en", "es"} <= set(CARDS.languages)
    for language, words in WORDS.items():
        found = paths(words)
        assert set(found) == set(english), language
        assert all(isinstance(each, str) and each.strip() for each in found.values())
        for path in found:
            assert language == "en" or path.startswith("/notes") or found[path] != english[path], path
    for names, wanted in (("answers", Barrier), ("choices", Barrier), ("person", Desk)):
        assert set(WORDS["en"][names]) == set(wanted)
    assert set(WORDS["en"]["kind"]) <= set(CareKind)
    assert set(WORDS["en"]["heard"]) == {action.word for action in Action} | {"not_saved", "unshown"}


def test_the_card_is_in_the_person_s_language_or_else_in_english() -> None:
    for language, word in (("es", "malo"), ("es-MX", "malo"), ("en", "wrong"), ("fr", "wrong"), (None, "wrong")):
        assert word in card(CareBand.CONCERN, reader=Reader(country="US", language=language))["says"]


@pytest.mark.parametrize("band", BANDS)
def test_it_says_that_nothing_wrong_was_done_what_became_of_the_message_and_who_was_told(band: CareBand) -> None:
    for action in Action:
        says = card(band, heard=action.word, told=band >= CareBand.HIGH)["says"]
        assert "You did nothing wrong" in says
        assert WORDS["en"]["heard"][action.word] in says
        assert ("team has been told" in says) is (band >= CareBand.HIGH)
    assert "alerts nobody" in card(CareBand.CONCERN, heard="allow")["says"]
    assert "only the team sees it" in card(CareBand.HIGH, heard="hold")["says"]


def test_teens_are_promised_no_secrecy() -> None:
    for told in (False, True):
        says = card(CareBand.HIGH, reader=Reader(country="GB", band="teen"), told=told)["says"]
        assert "may have to bring help" in says
        assert "only for you" not in says


def test_abuse_is_folded_with_a_warning_about_call_logs() -> None:
    for kind in (CareKind.ABUSE, CareKind.CHILD):
        made = card(CareBand.HIGH, kind)
        assert made["quiet"] is True
        assert "call log" in made["says"]
    assert "quiet" not in card(CareBand.HIGH)
    assert card(CareBand.CONCERN, barrier=Barrier.WATCHED)["quiet"] is True


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CareKind.THIRD_PARTY, "worry about someone"),
        (CareKind.INFANT, "not plans"),
        (CareKind.ABUSE, "not your fault"),
        (CareKind.PSYCHOSIS, "someone calm"),
        (CareKind.SUBSTANCE, "not a failure"),
        (CareKind.MEDICATION, "can't advise on doses"),
    ],
)
def test_each_kind_of_trouble_has_fitting_words(kind: CareKind, words: str) -> None:
    assert words in card(CareBand.CONCERN, kind)["says"]


def test_a_country_without_a_verified_line_gets_the_directory_and_honest_words() -> None:
    made = card(CareBand.HIGH, reader=Reader(country="SE"))
    assert made["lines"] == []
    assert "findahelpline" in str(made["directory"])
    assert made["emergency"]["dial"] == ["112"]
    for nowhere in (None, "XX", "ZA"):  # unknown, not listed, and listed but never verified
        emergency = card(CareBand.HIGH, reader=Reader(country=nowhere))["emergency"]
        assert emergency["dial"] == []
        assert "your local emergency number" in emergency["says"]


def test_numbers_are_the_listing_s_own_and_editors_notes_stay_inside() -> None:
    french = card(CareBand.HIGH, reader=Reader(country="FR"))
    assert french["lines"][0]["dial"] == "3114"
    assert french["emergency"]["text"] == "114"
    notes = {line.get("note") for country in ("US", "ZA", "JP", "BR", "PH") for band in BANDS
             for line in card(band, reader=Reader(country=country))["lines"]}  # fmt: skip
    assert notes
    assert not [note for note in notes if note and ("memory" in note or "re-check" in note)]
    for contact_note in WORDS["en"]["notes"]:
        assert contact_note in str(LISTING)


def test_the_question_is_asked_where_it_may_help_and_every_answer_gets_another_card() -> None:
    assert card(CareBand.INFO)["ask"] == []
    asked = card(CareBand.CONCERN)
    assert [each["choice"] for each in asked["ask"]] == list(Barrier)
    assert asked["says"].endswith(WORDS["en"]["question"])
    answers = {barrier: card(CareBand.CONCERN, barrier=barrier) for barrier in Barrier}
    assert len({made["says"] for made in answers.values()}) == len(Barrier)
    assert answers[Barrier.SPEAK]["lines"][0]["method"] in ("sms", "chat", "whatsapp")
    assert "contacts no police" in answers[Barrier.AFRAID]["says"]
    assert answers[Barrier.NOT_IT]["ask"] == []
    assert all(made["ask"] for barrier, made in answers.items() if barrier is not Barrier.NOT_IT)


def test_what_is_said_of_a_person_here_is_what_is_so() -> None:
    here, nobody = card(CareBand.HIGH, desk=Desk.HERE)["person"], card(CareBand.HIGH)["person"]
    assert here["available"]
    assert "Let's contact a line together" in nobody["says"]
    kept = card(CareBand.HIGH, desk=Desk.ASKED_NOBODY)["person"]
    assert not kept["available"]
    assert "can't say when" in kept["says"]
