"""User names known by their make: "mr_beanbag_99", "GooseKnight2290", "tuna.melt.hour", "saltlampghost".

    the word's make            what has to stand near it
    an underscore inside       nothing: nobody writes a word so
    a figure or dots inside    an app, a game, a site, or words that make names known ("find me", "same as here")
    a figure behind a word,    the same, and right before it what introduces a name ("I'm", "search", ":")
    a capital inside
    words run together         the name of an app, and what introduces a name

`handles.py` reads what a platform's name leads to; this file begins at the other end, with the word, so that a sentence
nobody thought of still gives it away. Talk about apps has no such words in it.

`find` reads `plain` (case kept) and gives places in it. The patterns are RE2: no text makes one slow.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

import re2

from moderation.digits import Island
from moderation.vocabulary import ORDINARY

# Names of apps and games that are nothing else, and how they are called for short.
_APPS = (
    "snap(?:s|chat)?|insta(?:s|gram)?|ig|discord|dc|telegram|tg|kik|tik ?tok|tt|facebook|fb|whats ?app|wa|twitter|"
    "reddit|twitch|skype|we ?chat|messenger|xbox|psn|ps[345]|playstation|gamertag|roblox|spotify|bluesky|bsky|mastodon|"
    "tumblr|you ?tube|yt|linkedin|wattpad|ao3|minecraft|fortnite|valorant|venmo|cash ?app|paypal|viber|threema|bereal|"
    "wickr|soundcloud|nintendo|vinted|depop|ebay|etsy|letterboxd|duolingo|lichess|chess ?(?:com|dot com)|strava|"
    "garmin|fitbit|flickr|vsco|pinterest|goodreads|storygraph|bumble|tinder|grindr|hinge|pokemon ?go|pogo|animal "
    "crossing|stardew|among us|genshin|onlyfans|patreon|substack|deviantart|last[. ]?fm|bandcamp|quora|clubhouse|zoom|"
    "teams|slack|imessage|facetime|olio|freecycle|gumtree|nextdoor|peanut|mumsnet|netmums|ravelry|steam|signal|sc"
)
# Words that are those of apps too, and words of making oneself known: beside a word that is made like a name.
_AROUND = (
    r"apps?|games?|gaming|server|site|forum|online|profile|pfp|avatar|account|leader ?board|streaks?|playlist|channel|"
    r"stream(?:er|ing)?|subs(?:cribe)?|user(?: ?name)?|screen ?name|nick(?:name)?|handle|tag|id|dms?|line|threads|"
    r"switch|disc|on (?:t?here|it)|over there|my name|same (?:name )?(?:as|everywhere)|(?:add|find|follow|search|"
    r"message|msg|dm|look)(?: for)? (?:me|us|her|him|them)|look me up|hmu|hit me up|everywhere(?: else)?|a\.?k\.?a|"
    r"also known as|i go by|go by|goes by|chess|benutzername|heisse dort|pseudo|usuario|siguem?e|buscame|"
    r"agregame|me chamo|nazwa|nick|trains|check|anywhere"
)
_CUES = re2.compile(rf"(?i)\b(?:(?P<app>{_APPS})|(?:{_AROUND}))(?:'s)?\b")
# What introduces a name, right before it.
_FRAME = re2.compile(
    rf"(?i)(?:(?:\b(?:i'?m|i am|im|me|called|under|as|at|search(?: for)?|find|add|follow|join|check|watch|so|had|have|"
    rf"was|use|names?|name'?s|user ?name|user|id|tag|handle|account|nick|it'?s|is|his|hers|mine|by|just|{_APPS})"
    rf"(?:'s| is|:| =)?|[:=+?])[ ,]{{1,2}}|[:=] ?)(?:at |just |the user |@)?[\"'(]?$"
)
# The same before words run together, which a slip of the thumb makes too ("it's underwired").
_TELLS = re2.compile(
    rf"(?i)(?:\b(?:i'?m|i am|called|under|as|search(?: for)?|find|add|follow|join|names?|name'?s|user ?name|user|id|"
    rf"tag|"
    rf"handle|nick|i go by|everything is|(?:{_APPS})(?:'s)?(?: is|[?!:,]{{1,2}} (?:it'?s|mine'?s?|mine is|"
    rf"i'?m))?)[ ,]{{1,2}}|[:=] ?)(?:at |just |the user )?@?$"
)
_TELLS_NAMES = re2.compile(
    r"(?i)\b(?:search(?: for)?|(?:i'?m|i am|he'?s|she'?s|they'?re) called|user ?name(?:'?s| is)?|goe?s? by|under) $"
)
# Behind these nothing but a name stands, whatever word it is.
_NAME_THERE = re2.compile(
    rf"(?i)\b(?:{_APPS})(?:(?:'s)? (?:user ?name|name|id|handle|user|tag|nick)(?:'s| is|:| =)?|(?:'s)? (?:channel|"
    rf"shop|seller|account|page)(?:'s| is|:)|(?: is|'s|:) (?:just|called))[ ]@?$|"
    rf"\bon (?:my |the )?(?:{_APPS}),? (?:(?:i'?m |i am )?(?:as|under|called)|i go by|my (?:user ?)?name(?:'s| is)) @?$"
)
# People go by their own name where everybody does: with a surname nobody uses as a word.
_PERSON = re2.compile(r"\b([A-Z][a-z]{1,14} (?:[A-Z][a-z']{1,14} )?[A-Z][A-Za-z']{2,20}(?:-[A-Z][a-z]{2,20})?)\b")
_OWN_NAMES = re2.compile(r"(?i)\b(?:facebook|fb|messenger|linkedin|insta(?:gram)?)\b")
_PERSON_TOLD = re2.compile(
    r"(?i)(?:\b(?:under|as|called|search(?: for)?|find|add|look(?: up| for)|it'?s|i'?m|im|message|name'?s?|"
    r"is)[ :]{1,2}|[:.] )$"
)
_TOKEN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{4,40}")
_UNDERSCORED = re2.compile(r"[A-Za-z0-9.-]*[A-Za-z0-9](?:_+[A-Za-z0-9.-]+)+_*")
# A figure inside letters, or behind so many of them that it is no model, size or grade.
_FIGURED = re2.compile(r"[A-Za-z.-]*[A-Za-z]\d+[A-Za-z][A-Za-z0-9]*|[A-Za-z.-]{2,}\d+")
_NUMBERED = re2.compile(r"[A-Z]?[a-z]+\d{1,4}")
_DOTTED = re2.compile(r"[a-z0-9]{1,20}(?:\.[a-z0-9]{1,20}){1,6}")
_CAMEL = re2.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)+")
# Made like a name, and none.
_NONE = re2.compile(
    r"(?i)(?:covid-?\d+|iphone\d*|ipad\d*|i?os\d+|windows\d+|galaxy\w*|android\d*|img_.*|dsc_.*|screenshot_.*|"
    r"playstation\d?|ps\d|mp[34]|h1n1|b12|.*\.(?:com|org|net|uk|ie|au)|\d+(?:st|nd|rd|th)|"
    r"(?:you|face|what|tik|snap|linked|pay|door|my|only|team)(?:tube|book|sapp|tok|chat|in|pal|time|dash|fitnesspal|"
    r"fans|viewer)|whatsapp|marketplace|group\w+|live\w+|\w+line|mcdonalds?|mc[a-z]+|mac[a-z]+|iplayer|ipad|"
    r"imessage|ebay|calfresh|"
    r"\w\.\w(?:\.\w)?|e\.?g|i\.?e|gr8\w*|l8r|str8|m8s?)"
)
_NONE_OF_ALL = re2.compile(rf"^(?:{_NONE.pattern}|(?i:{_APPS}|{_AROUND})s?)$")
_STRETCHED = re2.compile(r"(?:aaa|ccc|eee|fff|hhh|iii|lll|mmm|nnn|ooo|rrr|sss|ttt|uuu|yyy|zzz)")
# The figures behind a name on some platforms, and the sign said before one.
_BEHIND, _BEFORE = re2.compile(r" \d{4}\b"), re2.compile(r"(?i)\bat[- ]sign $")
# How words end that are only misspelt, or newly made: "devestated", "overstimulated".
_ENDINGS = (
    "ed", "ing", "ous", "ful", "ive", "ly", "able", "ible", "ness", "ment", "tion", "sion", "ism", "ist", "ity", "ers",
)  # fmt: skip
# How far a cue reaches, in characters; an introduction is no longer than so many.
_NEAR, _FRAME_LENGTH = 110, 40
# Shorter words are no name by their make alone.
_LEAST, _LEAST_FIGURED, _LEAST_WORDS = 6, 7, 8
# Beyond so many words that could be names the rest of a text is masked unread.
MOST_NAMES = 40

# What the prefilter listens for: beside one of COMPANY a word made like a name is one. Those of TELLING are enough for
# words run together too.
COMPANY = (
    "tok", "app", "wa ", "chat", "gam", "tube", "cloud", "crossing", "last", "steam", "signal", "server", "site",
    "forum", "online", "profile", "pfp", "avatar", "account", "board", "streak", "playlist", "channel", "stream",
    "user", "screen", "nick", "handle", "tag", "id ", "id:", "dm", "line", "threads", "switch", "disc", "on there",
    "on here", "on it", "my name", "same", "add ", "find ", "follow", "search", "message me", "msg me", "look me",
    "hmu", "hit me", "everywhere", "known as", "go by", "goes by", "check", "anywhere",
)  # fmt: skip
TELLING = (
    "snap", "insta", "ig ", "ig:", "discord", "dc ", "telegram", "tg ", "kik", " tt", "facebook", "fb ", "fb:",
    "twit", "reddit", "skype", "messenger", "xbox", "psn", "ps3", "ps4", "ps5", "playstation", "roblox", "spotify",
    "bluesky", "bsky", "mastodon", "tumblr", "yt ", "linkedin", "wattpad", "ao3", "minecraft", "fortnite",
    "valorant", "venmo", "paypal", "viber", "threema", "bereal", "wickr", "nintendo", "vinted", "depop", "ebay",
    "etsy", "letterboxd", "duolingo", "chess", "strava", "garmin", "fitbit", "flickr", "vsco", "pinterest",
    "goodreads", "storygraph", "bumble", "tinder", "grindr", "hinge", "pogo", "pokemon", "stardew", "genshin",
    "onlyfans", "patreon", "substack", "deviantart", "bandcamp", "quora", "sc ", "sc:", "olio", "freecycle",
    "gumtree", "nextdoor", "peanut", "mumsnet", "ravelry", "lichess", "tiktok", "tik tok", "youtube", "you tube",
    "soundcloud", "whatsapp", "cashapp", "snapchat", "steam", "signal", "called", "search", "username", "user name",
    "go by", "goes by", "last fm", "last.fm", "lastfm", "wa me", "on wa",
)  # fmt: skip
CUES = (*COMPANY, *TELLING)


# The makes of a name, but words run together: most texts have none of them.
_MADE = re.compile(r"[A-Za-z0-9]_+[A-Za-z0-9]|[A-Za-z]\d|\d[A-Za-z]{2}|[a-z][A-Z]|[A-Za-z0-9]{2}\.[a-z0-9]")


def looks(text: str) -> bool:
    """Whether a word in `text` is made like a name: cheap, and too often true rather than ever wrongly false."""
    return _MADE.search(text) is not None


def find(text: str) -> list[Island]:
    """Where user names stand in `text`."""
    found: list[Island] = []
    cues: _Cues | None = None
    tried = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if (start and (text[start - 1] in "/@#&" or text[start - 1].isalnum())) or text[end : end + 1] == "@":
            continue
        word = match.group().rstrip(".-")
        make = _make(word)
        if make is None:
            continue
        tried += 1
        if tried > MOST_NAMES:  # nobody writes like this: what is left is taken for names
            found.append((start, len(text)))
            break
        cues = cues or _Cues(text)
        if make(cues, start, start + len(word)):
            behind, before = _BEHIND.match(text, start + len(word)), _BEFORE.search(text[max(0, start - 8) : start])
            found.append(
                (start - len(before.group()) if before else start, behind.end() if behind else start + len(word))
            )
    return found + _people(text)


def _people(text: str) -> list[Island]:
    """Names of people near a platform where they go by their own."""
    platforms = [match.start() for match in _OWN_NAMES.finditer(text)]
    if not platforms:
        return []
    return [
        match.span()
        for match in _PERSON.finditer(text)
        if _near(platforms, *match.span())
        and match.group().split()[-1].lower() not in ORDINARY
        and _PERSON_TOLD.search(text[max(0, match.start() - 20) : match.start()])
    ]


class _Cues:
    """The company a word keeps in one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        cues = [(match.start(), match.group("app") is not None) for match in _CUES.finditer(text)]
        self._all = [place for place, _ in cues]
        self._apps = [place for place, app in cues if app]

    def named(self, start: int, end: int) -> bool:
        """An app, or words that make a name known, near `start:end`."""
        return _near(self._all, start, end)

    def introduced(self, start: int, end: int) -> bool:
        """The same, and an introduction right before it."""
        return self.named(start, end) and self._framed(start)

    def told(self, start: int, end: int) -> bool:
        """An app near and words right before that tell a name, or words that can tell nothing else."""
        before = self.text[max(0, start - _FRAME_LENGTH) : start]
        if _near(self._apps, start, end) and _TELLS.search(before):
            return True
        return self.there(start, end) or (self.named(start, end) and _TELLS_NAMES.search(before) is not None)

    def there(self, start: int, end: int) -> bool:
        """Right behind words that only a name can follow."""
        return _NAME_THERE.search(self.text[max(0, start - _FRAME_LENGTH) : start]) is not None

    def sure(self, start: int, end: int) -> bool:
        """Nothing has to stand near."""
        return True

    def _framed(self, start: int) -> bool:
        return _FRAME.search(self.text[max(0, start - _FRAME_LENGTH) : start]) is not None


def _near(places: list[int], start: int, end: int) -> bool:
    """Whether one of `places` is near and not the word itself."""
    first = bisect_left(places, start - _NEAR)
    return any(not start <= place < end for place in places[first : bisect_left(places, end + _NEAR)])


def _make(word: str) -> Callable[[_Cues, int, int], bool] | None:
    """What has to stand near a word of this make for it to be a name; None: it is no name."""
    lower = word.lower()
    if len(word) < _LEAST or lower in ORDINARY:
        return None
    letters = sum(map(str.isalpha, word))
    if word.isalpha():
        if _CAMEL.fullmatch(word):
            humps = sum(map(str.isupper, word[1:]))
            return None if _NONE.fullmatch(word) else _Cues.named if humps > 1 and len(word) > 9 else _Cues.introduced
        if not word.islower() or any(none.search(word) for none in (_NONE_OF_ALL, _STRETCHED)):
            return None
        return _Cues.told if run_together(lower) else _Cues.there
    if letters < 3 or _NONE.fullmatch(word):
        return None
    if "_" in word:
        return _Cues.sure if _UNDERSCORED.fullmatch(word) and letters >= _LEAST - 1 else None
    if _DOTTED.fullmatch(word) and "." in word:
        parts = lower.split(".")
        return _Cues.named if len(parts) > 2 or not all(part in ORDINARY or len(part) < 3 for part in parts) else None
    if len(word) >= _LEAST_FIGURED and _FIGURED.fullmatch(word):
        plain = _NUMBERED.fullmatch(word) and lower.rstrip("0123456789") in ORDINARY
        return _Cues.introduced if plain else _Cues.named
    return None


def run_together(word: str) -> bool:
    """Whether an unknown word begins or ends with one people use, and as much is left of it: "brambleroot"."""
    if len(word) < _LEAST_WORDS or word.endswith(_ENDINGS):
        return False
    places = range(4, len(word) - 3)
    return any(word[:place] in ORDINARY or word[place:] in ORDINARY for place in places)
