"""Names on other platforms: "@quietmaple_92", "my snap is lil.toad", "add me ps5 xGrimTeaX", "find me under a_b".

A platform's name alone is talk ("my insta is full of baby pics"). A handle needs a platform or an invitation beside it
*and* the shape of a made-up name: a dot, an underscore, a figure or a capital inside. A plain word is one only where
nothing else can stand ("snap name: sleepydad") and nobody uses it as a word. The names of people in the room are
never handles.

`find` reads `plain` (case kept) and gives spans in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import ahocorasick

from moderation import nicknames
from moderation.digits import Span, starting
from moderation.vocabulary import ORDINARY

# What the prefilter listens for.
PLATFORM_CUES = (
    "snap", "insta", " ig ", " ig:", "ig:", "ig is", "discord", " disc", "telegram", "kik", "tiktok", "tik tok",
    "facebook", " fb",
    "whatsapp", "twitter", " on x", "reddit", "twitch", "skype", "wechat", "messenger", "signal", "steam", "xbox",
    "psn", "ps5", "ps4", "playstation", "gamertag", "roblox", "spotify", "threads", "bluesky", "mastodon", "tumblr",
    "youtube", "linkedin", "wattpad", "minecraft", "fortnite", "venmo", "cashapp", "cash app", "viber", "threema",
    "bereal",
    "underscore", "username", "user name", " handle", "add me", "find me", "follow", "hmu", "hit me up", "look me up",
    " slash ", " tt ", "paypal", "invite", "switch code", "friend code", "wickr", "soundcloud",
)  # fmt: skip
# Of those, the ones that stand in ordinary sentences: with nothing else to see they are no reason to look.
COMMON_CUES = frozenset({"follow", "signal", " handle", "find me", "invite", "steam", "threads", " on x", "facebook"})

# How a text may begin with one, where no blank in front tells it from "big" or "dig".
OPENINGS = ("ig ", "Ig ", "IG ", "fb ", "FB ", "tg ", "tt ", "Tt ", "sc ", "yt ", "ig:", "IG:")

_PLATFORM = (
    r"(?:snap(?:chat)?|insta(?:gram)?|ig|discord|disc|telegram|tg|kik|tik ?tok|tt|facebook|fb|whats ?app|twitter|"
    r"reddit|"
    r"twitch|skype|we ?chat|messenger|signal|steam|xbox|psn|ps[45]|playstation|gamertag|roblox|spotify|threads|bluesky|"
    r"bsky|mastodon|tumblr|youtube|yt|linkedin|wattpad|minecraft|fortnite|venmo|cash ?app|paypal|viber|threema|bereal|"
    r"wickr|soundcloud|nintendo|switch)"
)
# A made-up name: with a dot, an underscore or a figure inside, and never only figures.
_MADE = (
    r"(?:[A-Za-z_][A-Za-z0-9-]{0,30}(?:(?:_+|\.(?![A-Z]))[A-Za-z0-9-]{1,30}){1,5}_?|"
    r"_?[A-Za-z][A-Za-z-]{1,30}\d{1,8}[a-z_]{0,8}|[a-z]{3,30}_+|"
    r"[A-Za-z]{1,12}\d[A-Za-z0-9]{3,20})"
)
_CAMEL = r"[A-Za-z]*[a-z][A-Z][A-Za-z]{2,24}|[a-z][A-Z][a-z][A-Za-z]{2,20}"
_SAID = r"(?:at )?\w+(?:\.\w+)*(?:[ (]{1,2}(?:under ?score|dot)[ )]{1,2}\w+)+"
_NAME = rf"(?:{_SAID}|{_MADE})"
_WORD = r"[a-z][a-z]{4,24}"
# What stands between a platform and the name there. Each alternative begins with another sign: there is
# no way to go wrong slowly.
_BETWEEN = (
    r"(?:(?:'s|s)? ?(?:user ?names?|gamer ?tag|handle|account|acc|user|profile|tag|id|name))?"
    r"(?:'s|s)?(?: ?(?::|=|-|,|\bis\b|\bare\b|\bas\b|\bunder\b|\bat\b|\bjust\b|\bme\b|\bcalled\b|\bit'?s\b|\bi'?m\b|"
    r"\bon\b|\bslash\b|\bon there\b|live:)){0,4} ?@?"
)
_PUT = r"(?:\bis\b|:|=|\bcalled\b|\bunder\b|'s)"

_AFTER_PLATFORM = re.compile(rf"(?i:\b{_PLATFORM}\b{_BETWEEN})(?<![\w.])(?P<name>{_NAME})(?![\w@])")
_CAMELLED = re.compile(
    rf"(?:(?i:\b{_PLATFORM}(?:'s|s)?(?: (?:user ?name|name|handle|account|user|id|tag|gamertag))?(?:{_PUT}|"
    rf" {_PUT}) ?@?)|"
    rf"(?i:\b(?:add|find) me(?: on| at| as)?(?: {_PLATFORM})?[ :,-]{{1,3}}))(?P<name>{_CAMEL})(?![\w@])"
)
_PLAIN_WORD = re.compile(
    rf"(?i:\b{_PLATFORM}(?:'s|s)?(?: (?:user ?name|name|handle|account|user|id|tag|gamertag))?(?:{_PUT}| {_PUT}) ?@?)"
    rf"(?P<name>{_WORD})(?![\w'@])"
)
_BEFORE_PLATFORM = starting(
    "IiSsHhTtMmAaUuCcFfNn",
    r"(?i:\b(?:i'?m|i am|it'?s|she'?s|he'?s|they'?re|me|as|under|called|find|add|follow|search|user|names?|is|"
    r"us) (?:at |under |as )?@?)"
    rf"(?P<name>{_NAME}|{_WORD})(?i:,? on (?:the |my )?{_PLATFORM})\b",
)
_INVITED = re.compile(
    rf"(?i:\b(?:add|find|follow|hit|look|search|hmu|msg|message|dm)(?: (?:me|us|her|him|my \w+))?(?: up)?(?: (?:on|"
    rf"at|as|under|over on|in|there))*(?: {_PLATFORM})?[ :,@-]{{1,3}}"
    r"(?:(?:as|at|under|is|it'?s|i'?m) )?@?)"
    rf"(?P<name>{_NAME})(?![\w@])"
)
_NAMED = re.compile(
    rf"(?i:\b(?:user ?name|gamer ?tag|handle|screen ?name|my user|friend code)(?:'s| is|:| =)* ?@?)(?P<name>{_NAME})"
)
_UNDERSCORED = re.compile(
    r"(?i)(?<![\w./@])(?P<name>(?:at )?\w+(?:[ (]{1,2}under ?score[ )]{1,2}\w+)+)|"
    r"(?<![\w./@])(?P<made>[a-z0-9.]+(?:_+[a-z0-9.]+)+)(?![\w@])"
)
_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9_](?:[\w.\-]*[\w])?)")
_TAGGED = re.compile(r"(?<!\w)[\w.]{2,32}#\d{4}\b|(?<![\w/])/?u/[\w-]{3,20}\b")
_CODE = re.compile(
    r"(?i:\b(?:invite|join|server|friend|group|switch) (?:code|link|id)?(?: is|:)? ?)"
    r"(?P<name>(?=[A-Za-z0-9-]*\d)(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9-]{6,14}|SW-\d{4}-\d{4}-\d{4})\b"
)
# With what the patterns begin: they are tried there and nowhere else.
_AT_PLATFORM = (_AFTER_PLATFORM, _CAMELLED, _PLAIN_WORD)
_BEGINNINGS = {
    _AT_PLATFORM: "snap insta ig discord disc telegram tg kik tiktok tik+tok tt facebook fb whatsapp whats+app twitter "
    "reddit twitch skype wechat we+chat messenger signal steam xbox psn ps4 ps5 playstation gamertag roblox spotify "
    "threads bluesky bsky mastodon tumblr youtube yt linkedin wattpad minecraft fortnite venmo cashapp cash+app paypal "
    "viber threema bereal wickr soundcloud nintendo switch",
    (_CAMELLED, _INVITED): "add find",
    (_INVITED,): "follow hit look search hmu msg message dm",
    (_NAMED,): "username user+name gamertag gamer+tag handle screenname screen+name my+user friend+code",
    (_CODE,): "invite join server friend group switch",
}
# Beyond so many places of one text the rest is masked unread.
MOST_ANCHORS = 100


def _anchored() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    words: dict[str, tuple[re.Pattern[str], ...]] = {}
    for forms, beginnings in _BEGINNINGS.items():
        for word in beginnings.replace(" ", "\n").replace("+", " ").splitlines():
            words[word] = (*words.get(word, ()), *forms)
    for word, forms in words.items():
        automaton.add_word(word, (len(word), forms))
    automaton.make_automaton()
    return automaton


_ANCHORED = _anchored()
_EVERYONE = frozenset(
    ["everyone", "here", "all", "mods", "mod", "moderators", "room", "staff", "admin", "host", "anyone", "everybody"]
)
# Made like a name, and none: what stands beside platforms in ordinary talk.
_NO_NAME = re.compile(
    r"(?i)(?:covid[-_]?19|[a-z]\d|\d+\w?|e\.?g\.?|i\.e\.?|a\.m|p\.m|u\.s\.?a?|mp[34]|.*\.(?:com|org|net)|"
    r"[a-z]+-[a-z]+|.*\.\.+.*|iphone\w*|gr8|l8r|b4|m8|k-?12|24/?7|ps[45]|i(?:message|pad|mac|tunes)|youtube|tiktok|"
    r"facetime|linkedin|playstation|whatsapp)"
)


def find(text: str, reasons: AbstractSet[str], names: frozenset[str]) -> list[Span]:
    """Handles in `text`. `reasons`: at, tag, platform and made, those that hold; `names`: people of the room, whose
    names are none.
    """
    known = _EVERYONE | {part for name in names for part in (name.lower(), *name.lower().split()[:1])}
    places: list[tuple[int, int]] = []
    if "at" in reasons:
        places += _mentions(text)
    if "tag" in reasons:
        places += [match.span() for match in _TAGGED.finditer(text)]
    if "platform" in reasons:
        places += _named(text)
    if "made" in reasons:
        places += nicknames.find(text)
    return [
        ("contact.handle", start, end)
        for start, end in places
        if text[start:end].lstrip("@").lower() not in known and end - start > 2
    ]


def _mentions(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _MENTION.finditer(text) if len(match[1]) > 2 and not match[1].isdigit()]


def _named(text: str) -> list[tuple[int, int]]:
    """Names that a platform, an invitation or the word "username" gives away."""
    found: list[tuple[int, int]] = []
    soft = text.lower()
    done: dict[re.Pattern[str], int] = {}
    put_on = False
    for turn, (start, forms) in enumerate(_anchors(soft)):
        if turn == MOST_ANCHORS:  # nobody writes like this: what is left is taken for names
            found.append((start, len(text)))
            break
        put_on = put_on or (_AFTER_PLATFORM in forms and soft.endswith((" on ", " on the ", " on my "), 0, start))
        for form in forms:
            match = form.match(text, start) if start >= done.get(form, 0) else None
            if match:
                done[form] = match.end()
                if _is_a_name(match["name"]) if form is _PLAIN_WORD else not _is_talk(match["name"]):
                    found.append(match.span("name"))
    if put_on:
        found += [match.span("name") for match in _BEFORE_PLATFORM.finditer(text) if _is_a_name(match["name"])]
    if "_" in text or "under" in soft:
        found += [match.span("name" if match["name"] else "made") for match in _UNDERSCORED.finditer(text)]
    return found


def _anchors(soft: str) -> Iterator[tuple[int, tuple[re.Pattern[str], ...]]]:
    """Where a pattern of _ANCHORED could begin, in order, with the patterns to try there. `soft`: in lower case."""
    places: dict[int, tuple[re.Pattern[str], ...]] = {}
    for last, (length, forms) in _ANCHORED.iter(soft):
        start = last - length + 1
        if not start or not (soft[start - 1].isalnum() or soft[start - 1] == "_"):
            places[start] = tuple(dict.fromkeys((*places.get(start, ()), *forms)))
    yield from sorted(places.items())


def _is_a_name(word: str) -> bool:
    """Whether a word stands where a name stands and is none of the words people use."""
    return not _NO_NAME.fullmatch(word) and word.lower() not in ORDINARY


def _is_talk(word: str) -> bool:
    """Whether it is made like a name and is none: "covid19", or two sentences without a blank between ("him.but")."""
    if _NO_NAME.fullmatch(word):
        return True
    parts = word.lower().split(".")
    return len(parts) == 2 and all(part in ORDINARY for part in parts)
