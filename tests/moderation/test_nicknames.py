"""User names by their make: the odder the word, the less has to stand beside it; talk about apps has no such words."""

from __future__ import annotations

import pytest

from moderation import nicknames
from tests.support.judging import said


def masked(text: str, *names: str) -> list[str]:
    verdict = said(text, names=frozenset(names))
    return [text[slice(*finding.span)] for finding in verdict.findings if finding.label == "contact.handle"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my son's on there as mr_beanbag_99", "mr_beanbag_99"),
        ("kids play on roblox, his is GooseKnight2290", "GooseKnight2290"),
        ("kik? how old are we. I had sk8rnoodle in 2012", "sk8rnoodle"),
        ("if u dont see me here check tuna.melt.hour", "tuna.melt.hour"),
        ("wa me, or if youre on tg im brambleroot", "brambleroot"),
        ("tumblr, I know, I'm ancient: saltlampghost", "saltlampghost"),
        ("twitch + yt hushhushlaundry, folding towels", "hushhushlaundry"),
        ("steam id is CrumpetLord, we do sundays", "CrumpetLord"),
        ("her bits are online, search bendywithbeth", "bendywithbeth"),
        ("fb is Maureen Tolliver-Pike, the one with the dog", "Maureen Tolliver-Pike"),
    ],
)
def test_a_name_is_known_by_its_make_and_its_company(text: str, name: str) -> None:
    assert masked(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "I was haemorrhaging and she said check the app",
        "he is on tinder i'm devestated",
        "I put the pram on facebook marketplace",
        "i called childline and didn't say my name",
        "I got an iPhone13 and watched YouTube",
        "on it.then I left the app",
        "tiktok as selfmedication",
        "Facebook is where Postpartum Support lives",
        "the game was on level100, same as last time",
    ],
)
def test_slips_and_talk_about_apps_are_no_names(text: str) -> None:
    assert masked(text) == []


def test_somebody_of_the_room_is_nobody_elsewhere() -> None:
    assert masked("same as mr_beanbag_99 said", "mr_beanbag_99") == []


def test_words_run_together_are_told_from_slips() -> None:
    assert nicknames.run_together("saltlampghost")
    assert not nicknames.run_together("overstimulated")
    assert not nicknames.run_together("teh")


def test_more_names_than_anybody_writes_are_masked_with_all_that_follows() -> None:
    """X35."""
    text = "add me " + " ".join(f"quiet_maple{place}" for place in range(nicknames.MOST_NAMES + 5))
    assert nicknames.find(text)[-1][1] == len(text)
