"""Normalisation: the disguise off, and every place still known in the text as submitted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.text import Lexicon, Views, looks_disguised

WORDS = "kill yourself you your loser fucking fuck shit worthless die hole a go in of piece stupid bitch"
LEXICON = Lexicon.of(WORDS.split())

# Letters of several scripts, disguises, signs, blanks, emoji: what a hostile or a normal person may type.
ANYTHING = st.text(
    st.one_of(
        st.sampled_from("kilyourself you KILL @$!1.0-_* \n\u200b\u0301\u202eáéßﬁａｋ𝐤кіӏ🙂’“"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@given(ANYTHING)
def test_every_place_of_a_view_is_a_place_of_the_text(text: str) -> None:
    """The map is as long as the view, never runs backwards and never leaves the text."""
    views = Views(text)
    for view in filter(None, (views.plain, views.soft, views.skeleton(LEXICON))):
        if view.places is None:
            assert len(view.text) == len(text)
        else:
            assert len(view.places) == len(view.text)
            assert all(0 <= place < len(text) for place in view.places)
            assert list(view.places) == sorted(view.places)


@given(ANYTHING, st.data())
def test_a_span_of_a_view_and_back_covers_what_it_came_from(text: str, data: st.DataObject) -> None:
    """Folding the submitted characters of a span again gives the span of the view (soft, without the look-alikes)."""
    soft = Views(text).soft
    if not soft.text:
        return
    start = data.draw(st.integers(0, len(soft.text) - 1))
    end = data.draw(st.integers(start + 1, len(soft.text)))
    first, last = soft.span(start, end)
    assert 0 <= first < last <= len(text)
    again = Views(text[first:last]).soft.text
    if again.isascii() and soft.text.isascii():
        assert soft.text[start:end] in again


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("k.i.l.l y.o.u.r.s.e.l.f", "kill yourself"),
        ("k i l l  y o u r s e l f", "kill  yourself"),
        ("k i l l y o u r s e l f", "kill yourself"),
        ("go d i e in a h o l e", "go die in a hole"),
        ("y0u w0rthless p1ece of sh1t", "you worthless piece of shit"),
        ("yoouuu fuuucking looooserrr", "you fucking loser"),
        ("sh*t f**k b!tch", "shit fuck bitch"),
        ("k-ill yours.elf", "kill yourself"),
    ],
)
def test_a_disguised_word_is_read_plainly(written: str, meant: str) -> None:
    """Spacing, dots, leet, stretching, stars (X31)."""
    views = Views(written)
    assert looks_disguised(views.soft.text)
    skeleton = views.skeleton(LEXICON)
    assert skeleton is not None
    assert skeleton.text == meant


@pytest.mark.parametrize(
    "written",
    [
        "ki\u200bll your\u00adself",
        "ｋｉｌｌ ｙｏｕｒｓｅｌｆ",
        "𝐤𝐢𝐥𝐥 𝐲𝐨𝐮𝐫𝐬𝐞𝐥𝐟",
        "kíll yóurself",
        "kіll yоursеlf",
        "k\u202eill yourself",
    ],
)
def test_folding_undoes_what_the_eye_does_not_see(written: str) -> None:
    """Zero-width, fullwidth, maths, marks, look-alikes, bidi (X31)."""
    assert Views(written).soft.text == "kill yourself"


def test_times_doses_dates_and_links_are_no_leet() -> None:
    text = "at 4am he had 50mg on 12/03/2024, see https://a.example/c0d3 and 3rd or 24hr"
    assert Views(text).skeleton(LEXICON) is None


def test_a_message_in_another_script_stays_as_it_is() -> None:
    assert Views("я хочу жить").soft.text == "я хочу жить"
    assert Views("ok привет").soft.text == "ok привет"


def test_plain_ascii_needs_no_map() -> None:
    views = Views("Plain words, as most are.")
    assert views.plain.places is None
    assert views.soft.text == "plain words, as most are."
    assert not looks_disguised(views.soft.text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("g o  d i e", "go  die"),
        ("y.o.u'r.e a l.o.s.e.r", "you're a loser"),
        ("go yuorself, stuipd bitch", "go yourself, stupid bitch"),
        ("k1l.l y0u.r.s3l.f", "kill yourself"),
        ("f*ck1ng b1tch", "fucking bitch"),
    ],
)
def test_wide_letters_dotted_words_and_slips_are_read_plainly(written: str, meant: str) -> None:
    """Words further apart than letters, a sign after each letter, one slip of the finger (X31)."""
    skeleton = Views(written).skeleton(LEXICON)
    assert skeleton is not None
    assert skeleton.text == meant


@pytest.mark.parametrize(
    "text", ["see you i.e. tomorrow at 3.5", "the setbacks of carving a lathe", "es la paz", "Kim and Kit"]
)
def test_ordinary_words_and_names_are_no_slips(text: str) -> None:
    """A word people use is never corrected into another, and the first letter is never guessed."""
    assert LEXICON.slips(Views(text).soft.text) == {}
