"""The rule book: every rule finds its hits and is silent on its misses, and a broken book says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation import contact, rules
from moderation.rules import Book, BookError, Rule
from moderation.text import Views
from tests.support.effort import calls

BOOK = rules.load(cues=contact.CUES)
# Functions called for one view, the regular expressions' own among them.
MOST_CALLS = 4_000
EACH = pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)


def finds(book: Book, rule: Rule, text: str) -> bool:
    """Whether `rule` finds something in `text` and, if it brings care, none of its gates softens that."""
    views = Views(text)
    for view in filter(None, (views.soft, views.skeleton(book.lexicon))):
        for hit in book.hits(view.text, book.prefilter.seen(view.text)):
            if hit.rule.id == rule.id and hit.care.band >= rule.care.band:
                return True
    return False


@EACH
def test_a_rule_finds_its_hits_and_is_silent_on_its_misses(rule: Rule) -> None:
    assert [text for text in rule.hits if not finds(BOOK, rule, text)] == []
    assert [text for text in rule.misses if finds(BOOK, rule, text)] == []


@EACH
def test_a_rule_explains_itself_in_plain_words(rule: Rule) -> None:
    """What an author may read is a sentence, without a score and without blame."""
    assert rule.says.endswith((".", "?"))
    assert not {"violation", "risk score", "banned", "at risk"} & set(rule.says.lower().split())


def write(
    folder: Path, rule: str, words: str = "colour: [red, blue]", gates: str = "negated: {before: ['not $']}"
) -> Path:
    (folder / "words.yaml").write_text(words)
    (folder / "gates.yaml").write_text(gates)
    (folder / "some.yaml").write_text(rule)
    return folder


GOOD = "- {id: some.rule, label: some, says: Said., any: ['<colour> house'], hits: [red house], misses: [house]}"


def test_a_book_is_data(tmp_path: Path) -> None:
    book = rules.load(write(tmp_path, GOOD))
    assert finds(book, book.rules[0], "A red   house")
    assert not finds(book, book.rules[0], "a green house")


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("- {id: some.rule, label: some, any: [x]}", "lacks says, hits, misses"),
        (GOOD.replace("<colour>", "<shape>"), "no class of words is called <shape>"),
        (GOOD.replace("label: some", "label: some, unless: [laughing]"), "no gate is called laughing"),
        (GOOD.replace("<colour> house", r"(?=red) house"), "not an RE2 pattern"),
        (GOOD.replace("<colour> house", r"\w+"), "needs at least one fixed word"),
        (GOOD + "\n" + GOOD, "twice"),
        ("- [", "cannot be read"),
    ],
)
def test_a_broken_book_says_where_and_what(tmp_path: Path, rule: str, complaint: str) -> None:
    """Look-around and whatever else could make a text slow is refused at load (X35)."""
    with pytest.raises(BookError, match=complaint):
        rules.load(write(tmp_path, rule))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4096,
        "ab" * 2000,
        "a " * 2000,
        "you are " * 500,
        "aaab!" * 800,
        "kill yourself " * 290,
        "i want to die. " * 270,
    ],
    ids=len,
)
def test_no_text_makes_the_rules_look_more_often(text: str) -> None:
    """X35: a pattern is tried once or at a bounded number of places, however often its words stand there."""
    soft = Views(text).soft.text
    seen = BOOK.prefilter.seen(soft)
    assert calls(lambda: BOOK.hits(soft, seen)) < MOST_CALLS
