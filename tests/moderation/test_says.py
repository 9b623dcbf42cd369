"""What the filter says exists in every language it claims, and is chosen by the author's."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from chat import (
    ages,
    answers,
    blocking,
    conduct,
    entrusting,
    feedback,
    hosting,
    lantern,
    legible,
    outcomes,
    pairing,
    seating,
    talking,
    tellings,
    waiting,
)
from moderation import books, contact, conversation, flood, heeding, own, sanctions, says, tidings
from moderation.pipeline import FAULT_SAYS
from moderation.rules import BookError
from moderation.verdict import Action
from tests.support.judging import judge, said

BOOKS = books.load()
LANGUAGES = [language for language in BOOKS.says.languages if language != says.ENGLISH]


def sentences() -> set[str]:
    """Every English sentence an author may be told by a rule, pack or stage, and what the two in a session are."""
    rules = {words for rule in BOOKS.book.rules for words in (rule.says, rule.suggest)}
    packs = {words for pack in BOOKS.packs.values() for words in pack.says.values()}
    guesses = {*heeding.SAYS.values(), *heeding._CARING.values(), *conversation.SAYS.values()}
    return (
        guesses
        | rules
        | packs
        | offers()
        | {*contact.SAYS.values(), *own.TOLD.values(), FAULT_SAYS}
        | floods()
        | tidings.sentences()
        | tellings.sentences()
        | hosting.sentences()
        | ages.sentences()
        | refusals()
        | {feedback.SAYS, seating.LIMITS}
    ) - {""}


def refusals() -> set[str]:
    """Of the handlers of sessions of two, and what anybody may be refused by."""
    rooms = (blocking, conduct, entrusting, lantern, legible, outcomes)
    said_by = (*rooms, answers, sanctions, pairing, talking, waiting)
    return {sentence for module in said_by for sentence in module.sentences()}


def offers() -> set[str]:
    packed = {words for pack in BOOKS.packs.values() for texts in pack.suggestions.values() for words in texts}
    return (packed | {rule.suggest for rule in BOOKS.book.rules}) - {""}


def floods() -> set[str]:
    return {text for text in re.findall(r'"([^"\n]{20,})"', inspect.getsource(flood._too_many)) if text.endswith(".")}


def test_there_are_two_languages_at_least() -> None:
    """F52."""
    assert "es" in LANGUAGES
    assert len(floods()) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_missing_and_none_is_left_over(language: str) -> None:
    assert sorted(words for words in sentences() if not BOOKS.says.has(words, language)) == []
    left = {words for words in BOOKS.says.catalogue(language) if words not in sentences()}
    assert sorted(left) == []


# "Tú" to one and "ustedes" to several, as the page does: two forms in one view sound like two hosts.
OTHERS = re.compile(r"\b(?:usted|vosotr[oa]s|vuestr[oa]s?|os|[a-záéíóú]+(?:áis|éis))\b", re.IGNORECASE)


def leaves(tree: Any) -> list[str]:
    return [words for below in tree.values() for words in leaves(below)] if isinstance(tree, dict) else [tree]


def test_spanish_speaks_to_people_in_one_way_everywhere() -> None:
    """F52: what the filter says, what is told of sessions, and the card."""
    card = yaml.safe_load((Path(says.__file__).parent / "data/card.yaml").read_text(encoding="utf-8"))["es"]
    spoken = [*BOOKS.says.catalogue("es").values(), *leaves(card)]
    assert len(spoken) > 100
    for words in spoken:
        assert not OTHERS.search(words), words
        assert words.count("¿") == words.count("?"), words
        assert words.count("¡") == words.count("!"), words
        assert '"' not in words, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_suggestion_passes_in_every_language(language: str) -> None:
    """It is tried before it is offered; here none is lost by it."""
    for offer in offers():
        for words in (offer, BOOKS.says.say(offer, language)):
            assert said(words).action is Action.ALLOW, words


def test_the_author_is_answered_in_their_language() -> None:
    """Findings, the action's words and the suggestion; es-MX is es, and what nobody translated is English."""
    english, spanish, mexican, dutch = (
        said("go and kill yourself", language=tag) for tag in ("en", "es", "es-MX", "nl")
    )
    assert english.findings[0].says == dutch.findings[0].says
    assert spanish == mexican
    assert "No se le puede mostrar a nadie." in " ".join(finding.says for finding in spanish.findings)
    assert spanish.says.startswith("No se le ha mostrado a nadie.")
    assert (spanish.suggestion or "").startswith("Ahora tengo rabia")
    assert english.action is spanish.action
    assert judge().books.says.say("no such sentence", "es") == "no such sentence"


def test_a_catalogue_that_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    assert says.load(tmp_path / "nowhere").languages == ("en",)
    (tmp_path / "fr.yaml").write_text("- a\n")
    with pytest.raises(BookError, match=r"fr\.yaml"):
        says.load(tmp_path)


def test_more_is_laid_over_a_catalogue() -> None:
    laid = says.Says({"es": {"one": "uno"}}).with_more({"es": {"two": "dos"}, "fr": {"two": "deux"}})
    assert [laid.say("one", "es"), laid.say("two", "es"), laid.say("two", "fr")] == ["uno", "dos", "deux"]
    assert laid.languages == ("en", "es", "fr")
