"""Links and e-mail addresses, also said aloud; sentences run together are none."""

from __future__ import annotations

import pytest

from moderation.links import MOST_LINKS, Links
from moderation.verdict import Action
from tests.support.judging import said

EVERY = frozenset({"at", "dotted", "said", "mail", "link", "hxxp"})
LINKS = Links(["988lifeline.org"])


def found(text: str) -> list[str]:
    return [text[start:end] for _, start, end in LINKS.find(text, EVERY)]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("see bit.ly/3xTESTx now", "bit.ly/3xTESTx"),
        ("look at hxxps://stillhere.example/x", "hxxps://stillhere.example/x"),
        ("mail sam at example dot com please", "sam at example dot com"),
        ("write to maple.room@example.org ok", "maple.room@example.org"),
    ],
)
def test_a_link_is_found_however_it_is_said(text: str, hidden: str) -> None:
    assert hidden in found(text)


@pytest.mark.parametrize("text", ["so tired.me too", "him.but then", "at the park. dot to dot", "e.g. this"])
def test_sentences_without_a_blank_between_are_no_link(text: str) -> None:
    assert found(text) == []


def test_a_page_of_a_helpline_is_none_even_among_many() -> None:
    """X35: what is not read closer is a link, unless it leads to a helpline."""
    links = [f"maple{place}.com" for place in range(MOST_LINKS + 5)]
    shown = found(" ".join([*links, "https://988lifeline.org/chat/"]))
    assert shown == links


@pytest.mark.parametrize(
    "text", ["see https://maple.example/988 ok", "write to 988@maple.example ok", "my snap is quiet.maple_988"]
)
def test_a_helpline_s_number_inside_saves_no_link_address_or_name(text: str) -> None:
    verdict = said(text)
    assert verdict.action is Action.MASK
    assert "maple" not in (verdict.text or "")


def test_where_a_page_of_a_helpline_stands_is_known() -> None:
    """Passing it on is no advertising, whatever the model takes it for (wording.py)."""
    links = Links(["line.example.org"])
    assert links.ours("see (https://www.line.example.org/chat), or line.example.org.") == [(4, 40), (44, 61)]
    assert links.ours("other.example.org is none") == []
