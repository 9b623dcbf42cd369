"""Names on other platforms: known by their company and their make; talk about platforms is talk."""

from __future__ import annotations

import pytest

from tests.support.judging import said


def masked(text: str, *names: str) -> list[str]:
    """What was found to be a handle."""
    verdict = said(text, names=frozenset(names))
    return [text[slice(*finding.span)] for finding in verdict.findings if finding.label == "contact.handle"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("im inkyboi_404 on discord, hope it went ok", "inkyboi_404"),
        ("roblox user: xX_wafflequeen_Xx, no pressure", "xX_wafflequeen_Xx"),
        ("add me ps5 xGrimTeaX", "xGrimTeaX"),
        ("insta's just danny dot bakes dot bread", "danny dot bakes dot bread"),
        ("my tiktok's nightfeedsnat if you like moaning", "nightfeedsnat"),
        ("she's rehab.rani on insta, very sweet", "rehab.rani"),
        ("ig quiet.maple.x x", "quiet.maple.x"),
        ("steam id nightowl_33", "nightowl_33"),
        (
            "find me on skype as marge (underscore) in (underscore) mumbles",
            "marge (underscore) in (underscore) mumbles",
        ),
        ("my xbox gamertag is NightOwl3391", "NightOwl3391"),
    ],
)
def test_a_platform_or_an_invitation_gives_a_made_up_name_away(text: str, name: str) -> None:
    assert masked(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "my insta is full of baby pics",
        "the women doing that here on Reddit as well.",
        "your username is awesome",
        "I love reddit sometimes. ...",
        "then follow through.As you said",
        "iMessage, snapchat, Instagram, and nobody answers",
        "deleted snapchat because covid19 news was everywhere",
        "on whatsapp w my mum brb",
    ],
)
def test_talk_about_platforms_is_no_handle(text: str) -> None:
    assert masked(text) == []


def test_the_names_of_people_in_the_room_are_none_wherever_they_stand() -> None:
    assert masked("add me on discord like maple_92 did", "maple_92") == []
    assert masked("add me on discord like maple_92 did") == ["maple_92"]
