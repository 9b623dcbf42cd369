"""Contact details: masked however they are disguised, and helplines, names and numbers of life are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.helplines import Helplines
from moderation.verdict import Action
from tests.support.effort import calls
from tests.support.judging import labelled, said

LISTED = sorted(Helplines.load().contacts())


@pytest.mark.parametrize("number", LISTED)
def test_a_listed_number_is_never_masked(number: str) -> None:
    """Verified or not, exactly as listed (F25)."""
    verdict = said(f"you can call or text {number} any time, day or night")
    assert verdict.action is Action.ALLOW, verdict.findings
    assert verdict.text is not None


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("write to me at maple.room.test@example.org ok", "maple.room.test@example.org"),
        ("my email is dana (dot) r.test (at) example (dot) com ok?", "dana (dot) r.test (at) example (dot) com"),
        ("mail me: sam at example dot com please", "sam at example dot com"),
        ("look at hxxps://stillhere.example/x", "stillhere.example"),
        ("see example dot com for it", "example dot com"),
        ("my blog is https://bücher.example/post", "bücher.example"),
        ("find it on bit.ly/3xTESTx now", "bit.ly/3xTESTx"),
        ("I'm @quietmaple_92 on insta", "@quietmaple_92"),
        ("add me on discord: stillhere#4471", "stillhere#4471"),
        ("its zero one five five, double two, nine eight", "zero one five five, double two, nine eight"),
        ("I'm at 14 Rosewater Lane, Apt 3, please come", "14 Rosewater Lane, Apt 3"),
        ("my card is 4111 1111 1111 1111 ok", "4111 1111 1111 1111"),
    ],
)
def test_a_disguised_detail_is_not_fanned_out(text: str, hidden: str) -> None:
    """at/dot, hxxp, IDN, spelled digits (X34)."""
    verdict = said(text)
    assert verdict.action is not Action.ALLOW
    assert hidden not in (verdict.text or "")


@pytest.mark.parametrize(
    "text",
    [
        "I was so tired.me too honestly",
        "we met at the park. dot to dot is his favourite",
        "@everyone thank you",
        "he is 6 weeks, 4 days and 12 hours old",
        "3 days on the road and I slept",
        "my insta is full of baby pics",
        "https://988lifeline.org/chat/ helped me",
    ],
)
def test_harmless_words_are_left_as_they_are(text: str) -> None:
    assert said(text).action is Action.ALLOW


def test_the_name_of_somebody_in_the_room_is_not_a_handle() -> None:
    assert said("@maple_92 I hear you", names=frozenset({"maple_92"})).action is Action.ALLOW
    assert said("@maple_92 I hear you").action is Action.MASK


def test_what_must_be_masked_is_and_what_must_be_kept_is() -> None:
    """All personal-data cases of the labelled suite."""
    for case in labelled():
        text = said(case["text"]).text or ""
        assert not [part for part in case.get("must_mask", []) if part in text], case["id"]
        if case["deliver"] != ["no"]:
            assert [part for part in case.get("must_keep", []) if part not in text] == [], case["id"]


@pytest.mark.parametrize(
    ("recent", "last", "shown"),
    [
        (("my number is 07700",), "900142", "[phone removed]"),
        (("zero seven", "seven double oh"), "nine oh oh one four two", "[phone removed]"),
        (("415", "555"), "0172 ok?", "[phone removed] ok?"),
        (("the long one is 4111 1111",), "1111 1111", "[number removed]"),
    ],
)
def test_a_number_said_in_pieces_loses_its_last_one(recent: tuple[str, ...], last: str, shown: str) -> None:
    """X32."""
    assert said(last, recent=recent).text == shown


@pytest.mark.parametrize(
    "pieces", [("10", "9", "8", "7"), ("call 116", "123"), ("slept 3", "4 if lucky"), ("2019", "2020")]
)
def test_counting_and_helplines_in_pieces_stay(pieces: tuple[str, ...]) -> None:
    assert said(pieces[-1], recent=pieces[:-1]).text == pieces[-1]


@pytest.mark.parametrize(
    "written", ["+44 116 123", "+448001111", "+44 800 1111", "091529 87821", "116-123", "(116) 123"]
)
def test_a_helpline_is_kept_in_any_common_form(written: str) -> None:
    """With a country's code, run together, in brackets."""
    assert said(f"I rang {written} and cried").action is Action.ALLOW


@pytest.mark.parametrize(
    "text",
    [
        "order number 2024-1187 says friday", "I'm prescribed 800-1200 mg", "case 417 882 still pending",
        "feeds at 0110 0340 0525", "10 9 8 7 6 5 4 3 2 1 and breathe", "one two three, one two three, one two three",
    ],
)  # fmt: skip
def test_numbers_that_count_or_name_a_thing_are_left(text: str) -> None:
    assert said(text).action is Action.ALLOW


HOSTILE = (
    "07700 ", "one ", "a.", "@", "a@b.", " dot ", " at ", "A Road ", "14 A", "snap ", "a_b", "://", "www.", "f*ck ",
    " underscore ", "12 rue de ", "number one ", "k.i.l.l ", "k i l l  ", "4111 ", "é", "а", "\u200b", "'", "\n",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(HOSTILE), st.characters(exclude_categories=["Cs"])), max_size=80),
    st.integers(1, 20),
)
def test_nothing_written_leaves_the_text_raises_or_is_shown_again(parts: list[str], times: int) -> None:
    """Any Unicode, any nesting: spans stay inside, and what is masked is not in what is shown (X31, X35)."""
    text = ("".join(parts) * times)[:2000]
    verdict = said(text)
    assert not verdict.faulty
    for finding in verdict.findings:
        assert 0 <= finding.span[0] <= finding.span[1] <= len(text)
    if verdict.action is Action.MASK:
        shown, at = verdict.text or "", 0
        for piece in re.split(r"\[(?:[a-z-]+ )?removed\]", shown):
            at = text.index(piece, at) + len(piece)


# What a hostile text is made of: each piece is a beginning of something some detector looks for.
PIECES = (
    *HOSTILE, "sh1t ", "f*c* ", "k!1| ", "yuorself ", "loooser ", "ab.com ", "cd.ly/x ", "him.but ", "://x ", "add me ",
    "ig ", "discord ", "988 ", "116 123 ", "2020-01-01 ", "9876543210 ", "1", "7 ", "-", ".", "*", "!", "|", "_",
    "\u0301", "🙂", "live at ", "Abc ", "flat 3 ", "ssn ", "account ", "kill yourself ", "seven ", "double ", "/", "#",
    "x@x ",
)  # fmt: skip
# Functions called for 2,000 characters, the model's and the library's own among them; links and long numbers are most.
MOST_CALLS = 40_000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=400), st.integers(0, 9))
def test_no_text_costs_more_than_a_bounded_number_of_steps(parts: list[str], figure: int) -> None:
    """X35: whatever stands in it, however often, and however many different ones."""
    said("see example.com/x, call 07700 900123")  # the libraries read their own tables at the first use
    once = "".join(parts)
    varied = "".join(f"{part}{figure * place % 97}" for place, part in enumerate(parts * (2000 // len(once) + 1)))
    for text in ((once * 2000)[:2000], varied[:2000]):
        assert calls(lambda text=text: said(text)) < MOST_CALLS  # type: ignore[misc]


def test_more_links_than_anybody_looks_at_are_masked_unread_and_helplines_stay() -> None:
    """X35: beyond a bounded number nothing is read closer, and nothing passes."""
    links = [f"maple{place}.com" for place in range(30)]
    shown = said(" and ".join([*links, "https://988lifeline.org/chat/"])).text or ""
    assert not [link for link in links if link in shown]
    assert "https://988lifeline.org/chat/" in shown


def test_more_long_numbers_than_anybody_looks_up_are_masked() -> None:
    """X35."""
    numbers = [f"98{place:02}{place * 7919 + 100000:06}" for place in range(20)]
    shown = said(" or ".join(numbers)).text or ""
    assert not [number for number in numbers[5:] if number in shown]


def test_more_invitations_than_anybody_reads_are_masked() -> None:
    """X35."""
    shown = said("add me on snap " * 100 + "quiet_maple9").text or ""
    assert "quiet_maple9" not in shown


def test_more_signs_of_details_than_anybody_looks_at_are_masked_with_all_that_follows() -> None:
    """X35: a helpline among them saves nothing."""
    shown = said("at 1, " * 200 + "then 988 or quiet_maple9").text or ""
    assert "quiet_maple9" not in shown
    assert shown.startswith("at 1, at 1, ")
    assert shown.endswith("[removed]")


def test_more_disguises_than_anybody_undoes_are_masked_with_all_that_follows() -> None:
    """X35."""
    shown = said(" ".join(f"m{place}ple" for place in range(100, 300)) + " k!ll y0urs3lf").text or ""
    assert "k!ll" not in shown


def test_a_long_message_in_another_script_is_read_to_its_end() -> None:
    words = " ".join(f"{first}{second}{third}он," for first in "абвгдежзик" for second in "лмнопрст" for third in "иую")
    assert said(words[:1900]).action is Action.ALLOW


def test_shares_scores_and_times_in_a_row_are_no_number_in_pieces() -> None:
    pieces = ("1/12", "2/12", "3-1 to us", "at 10:30", "4/12")
    assert said(pieces[-1], recent=pieces[:-1]).text == pieces[-1]
