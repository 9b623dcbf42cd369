"""Contact details: phone numbers, e-mail, links, handles, addresses, cards and other numbers that identify a person.

Helplines come first: every listed number is an island no detector may touch. Then each detector runs only if the prefilter saw what it
cannot do without (a digit, "@", a dot inside a word, a cue word). Digits are candidates first and a phone only if their shape, their
neighbours or a numbering plan say so: dates, times, doses, money and scores are full of digits too.

`find` reads `plain` (case kept) and returns findings with spans in the text as submitted, longest first where they overlap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import phonenumbers
from linkify_it import LinkifyIt

from moderation.text import View
from moderation.verdict import Finding

# What the prefilter listens for on our behalf. Number words count only in company.
NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple", "oh ", "nought")
CUES = (
    "@", ".", "#", "://", "www", " dot ", "dot)", "dot]", " at ", "at)", "at]", "hxxp", "snap", "insta", " ig ", " ig:", "discord", "telegram", "kik", "tiktok", "facebook",
    "whatsapp", "twitter", "reddit", "twitch", "skype", "wechat", "messenger", "signal", "steam", "u/", *NUMBER_WORDS,
)  # fmt: skip
# Cues that stand in ordinary sentences: alone they are no reason to look.
COMMON_CUES = frozenset({*NUMBER_WORDS, ".", " at "})

_SAYS = {
    "contact.phone": "A phone number can be traced to a person, so it isn't shown here.",
    "contact.email": "An e-mail address can be traced to a person, so it isn't shown here.",
    "contact.link": "Links can lead people to unsafe places, so they aren't shown here.",
    "contact.handle": "A name on another platform can be traced to a person, so it isn't shown here.",
    "contact.address": "An address can put someone at risk, so it isn't shown here.",
    "contact.card": "A card or account number could be misused, so it isn't shown here.",
    "contact.id": "This number identifies a person, so it isn't shown here.",
}

# Regions whose numbering plans decide about a number written without a country code: where English-speaking rooms are, mostly.
REGIONS = ("GB", "US", "AU", "IE", "NZ", "IN", "ZA", "DE", "FR", "ES")

_DIGITS = re.compile(r"(?<![\w£$€.,:/])(?:\+|\(\+?)?\d(?:[ \t]{0,2}[-.()/–]{0,2}[ \t]{0,2}\d){5,21}(?![\w%]|[.,:/]\d)")
_PHONE_CUE = re.compile(
    r"\b(?:call|ring|phone|text|txt|number|num|no|cell|mobile|mob|tel|whatsapp|reach|dial|sms|signal|landline|contact|hmu|on|me|line)\b", re.I
)
_NOT_PHONE = re.compile(
    r"^\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d$|^(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}$|^(?:(?:19|20)\d\d[ \-/.,]*){2,}$|^\d{1,2}(?: \d{1,2})+$(?!x)"
)
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_SORT_CODE = re.compile(r"(?i)\bsort ?code\b[^\d]{0,12}(\d\d[- ]?\d\d[- ]?\d\d)\b")
_ACCOUNT = re.compile(r"(?i)\b(?:account|acct|acc|routing|iban)(?: (?:number|no|num))?\b[^\d\n]{0,8}(\d{6,12})\b")
_ID = re.compile(
    r"(?i)\b(?:ssn|social security|passport|licen[cs]e|national insurance|ni|nhs|medicare|case|policy)(?: (?:number|no|num|is))*\b"
    r"[^\w\n]{0,4}(?:is )?([A-Z]{0,2} ?\d(?:[ -]?\d){5,10}(?: ?[A-Z])?)\b"
)
_EMAIL = re.compile(r"(?i)(?<![\w.+-])[a-z0-9][\w.+-]*@[\w-]+(?:\.[\w-]+)+")
_TLD = r"(?:com|net|org|edu|gov|co|io|uk|ca|au|de|fr|es|nl|ie|nz|us|me|info|biz|test|example|eu|in|mail)"
_DOT_SAID = r"(?: ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot )"
_DOT = rf"(?:{_DOT_SAID}|\.)"
_AT = r"(?: ?[(\[{<] ?(?:at|@) ?[)\]}>] ?| @ ?|@ )"
_EMAIL_SAID = re.compile(  # "a (at) b.com" with any dot; "a at b dot com" only with the dot said, or every "look at this.me" were one
    rf"(?i)(?<![\w.])[a-z0-9][\w+-]*(?:{_DOT}[\w+-]+)*(?:{_AT}[\w-]+(?:{_DOT}[\w-]+)*?{_DOT}| at [\w-]+(?:{_DOT}[\w-]+)*?{_DOT_SAID}){_TLD}\b"
)
_LINK_SAID = re.compile(r"(?i)\bhxxps?:/*[^\s]+|\b[\w-]{2,}(?: ?[(\[{] ?dot ?[)\]}] ?| dot )(?:com|net|org|io|co|me|gg|ly|info|xyz|app|site)\b(?:/\S*)?")
DOTTED = re.compile(r"\.[^\W\d_]{2}")  # what every bare link and address has
_MENTION = re.compile(r"(?<![\w.@])@([A-Za-z0-9_](?:[\w.\-]*[\w])?)")
_TAGGED = re.compile(r"(?<!\w)[\w.]{2,32}#\d{4}\b|(?<![\w/])u/[\w-]{3,20}\b")
_PLATFORM = r"(?:snap(?:chat)?|insta(?:gram)?|ig|discord|telegram|kik|tik ?tok|facebook|fb|whats ?app|twitter|reddit|twitch|skype|we ?chat|messenger|signal|steam)"
_HANDLE_SAID = re.compile(
    rf"(?i)\b{_PLATFORM}(?: (?:name|handle|user ?name|account|user|id|tag))?(?: is| ?[:=-]| ?@|,| as)+ ?(?P<name>[\w.\-]*[._\-\d][\w.\-]*[a-z0-9_]|[a-z0-9]+(?=[^\w]*$))"
)
_STREET = (
    r"(?:street|st|road|rd|lane|ln|drive|dr|avenue|ave|close|court|ct|way|place|pl|crescent|cres|terrace|gardens|gdns|grove|boulevard|blvd|hill|row|"
    r"square|sq|mews|parade|walk|view|park|highway|hwy|circle|cir|green|rise|quay|wharf|alley)"
)
_UNIT = r"(?:(?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Rr]oom|[Ss]uite)\.? ?#?\w{1,4},? )?"
_AFTER = (
    r"(?:,? (?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Ss]uite)\.? ?#?\w{1,4}\b)?(?:,? [A-Z][a-z]+(?: [A-Z][a-z]+)?(?=,| [A-Z]{1,2}[\dA-Z]|\.|$))?"
    r"(?:,? [A-Z]{2}(?: \d{5}(?:-\d{4})?)?\b)?(?:,? [A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)?"
)
_ADDRESS = re.compile(rf"\b{_UNIT}\d{{1,5}}[A-Za-z]?,? (?:[A-Z][\w'.-]+ ){{1,3}}(?i:{_STREET})\b\.?{_AFTER}")
_ADDRESS_SAID = re.compile(
    rf"(?i)\b(?:liv(?:e|es|ing) at|staying at|address(?: is|:)?|i'?m at|she'?s at|he'?s at|come (?:round|over|to)(?:,? it'?s)?|meet me at|send it to|post it to) "
    rf"(?P<place>{_UNIT}\d{{1,5}}[a-z]?,? (?:[a-z'.-]+ ){{1,3}}{_STREET}\b)"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
_DIGIT_WORD = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred|\d)"
_SPELLED = re.compile(rf"(?i)\b{_DIGIT_WORD}(?:[ ,.\-]{{1,3}}{_DIGIT_WORD}){{5,}}\b")
_ORDER = {word: number for number, word in enumerate("zero one two three four five six seven eight nine".split())}

# Last labels that make a bare "word.word" a link. Country codes that are English words (me, so, is, it, in, …) need a path.
_LINK_ENDS = frozenset(
    "com org net info edu gov io uk de fr nl eu ly gg tv app dev xyz site online shop store biz link club page blog chat ru cn co ca au nz ie test "
    "example invalid".split()
)
_EVERYONE = frozenset({"everyone", "here", "all", "mods", "mod", "moderators", "room", "staff", "admin", "host", "anyone", "everybody", "home", "work"})

Detector = Callable[[str], Iterable[tuple[str, int, int]]]


@lru_cache(maxsize=1)
def _linkify() -> LinkifyIt:
    return LinkifyIt()


class Contacts:
    """The detectors, with the helplines they must leave alone."""

    def __init__(self, numbers: Iterable[str] = (), hosts: Iterable[str] = ()) -> None:
        """`numbers` as a person would dial or write them, `hosts` of helpline sites (lower case)."""
        self._listed = {signs: re.compile(form, re.IGNORECASE) for number in numbers for signs, form in _forms(number)}
        self._hosts = frozenset(hosts)

    def find(
        self, plain: View, seen: Callable[[str], bool], *, digits: bool, spelled: bool, dotted: bool, names: frozenset[str]
    ) -> list[Finding]:
        """Findings in `plain`. `seen(cue)` tells whether the prefilter saw a cue, `dotted` whether `DOTTED` matches; `names` are people of the room."""
        text = plain.text
        spans: list[tuple[str, int, int]] = []
        islands: list[tuple[int, int]] = []
        if digits:
            islands = self._islands(text)
            spans += _cards(text) + _accounts(text) + _addresses(text)
            spans += [span for span in _phones(text, islands)]
        if spelled:
            spans += _spelled(text)
        if seen("@"):
            spans += [("contact.email", *match.span()) for match in _EMAIL.finditer(text)]
            spans += [span for span in _mentions(text, names)]
        said_dot = seen(" dot ") or seen("dot)") or seen("dot]")
        if (dotted or said_dot) and (seen(" at ") or seen("@") or seen("at)") or seen("at]")):
            spans += [("contact.email", *match.span()) for match in _EMAIL_SAID.finditer(text)]
        if dotted or said_dot or seen("://") or seen("www"):
            spans += self._links(text)
        if said_dot or seen("hxxp"):
            spans += [("contact.link", *match.span()) for match in _LINK_SAID.finditer(text)]
        if seen("#") or seen("u/"):
            spans += [("contact.handle", *match.span()) for match in _TAGGED.finditer(text)]
        if any(map(seen, _PLATFORM_CUES)):
            spans += [("contact.handle", *match.span("name")) for match in _HANDLE_SAID.finditer(text)]
        if not spans:
            return []
        kept = _apart([span for span in spans if not any(span[1] < end and start < span[2] for start, end in islands)])
        return [Finding(label, label, plain.span(start, end), _SAYS[label]) for label, start, end in kept]

    def _islands(self, text: str) -> list[tuple[int, int]]:
        """Where listed numbers stand, longest first: nothing inside is personal."""
        signs = "".join(filter(str.isalnum, text)).lower()
        spans = [match.span() for number, form in self._listed.items() if number in signs for match in form.finditer(text)]
        return sorted(spans, key=lambda span: span[0] - span[1])

    def _links(self, text: str) -> list[tuple[str, int, int]]:
        found = []
        for match in _linkify().match(text) or ():
            if match.schema == "mailto:":
                continue
            host = re.sub(r"^[a-z]+:/*", "", match.url.lower()).split("/")[0].split("@")[-1].split(":")[0]
            bare = not match.schema
            ending = host.rsplit(".", 1)[-1]
            has_path = "/" in match.text.split("://", 1)[-1]
            if bare and not has_path and (ending not in _LINK_ENDS and ending.isascii() and not match.text.lower().startswith("www.")):
                continue
            if host.removeprefix("www.") not in self._hosts:
                found.append(("contact.link", match.index, match.last_index))
        return found


_PLATFORM_CUES = tuple(cue for cue in CUES if cue.strip().isalpha() and cue not in NUMBER_WORDS and cue.strip() not in ("at", "dot", "www", "hxxp"))


def _forms(number: str) -> list[tuple[str, str]]:
    """One listed number as (its signs, a pattern of how people write it): any spacing, with or without its leading 1 or 0."""
    signs = [sign for sign in number.lower() if sign.isalnum()]
    if len(signs) < 2:
        return []
    gap = r"[\s().\-]{0,3}"
    forms = [("".join(signs), rf"(?<!\w)[+(]?{gap.join(map(re.escape, signs))}(?!\w)")]
    if len(signs) >= 9 and signs[0] in "01":  # trunk prefix dropped, with a country code in front
        forms.append(("".join(signs[1:]), rf"(?<!\w)(?:\+?\d{{1,3}}{gap})?\(?{gap.join(map(re.escape, signs[1:]))}(?!\w)"))
    return forms


def _phones(text: str, islands: list[tuple[int, int]]) -> list[tuple[str, int, int]]:
    found = []
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        for first, last in islands:  # a listed number beside another one: keep the rest of the candidate
            if first <= start < last:
                start = last
            elif start < first < end:
                end = first
        candidate = text[start:end].strip()
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end = start + len(candidate)
        if sum(sign.isdigit() for sign in candidate) >= 7 and _is_phone(candidate, text[max(0, start - 40) : start]):
            found.append(("contact.phone", start, end))
    return found


def _is_phone(candidate: str, before: str) -> bool:
    digits = re.sub(r"\D", "", candidate)
    if len(digits) > 15 or len(set(digits)) == 1 or _NOT_PHONE.match(candidate) and len(set(map(len, re.split(r"\D+", candidate)))) != 1:
        return False
    if re.fullmatch(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|(?:(?:19|20)\d\d[ \-/.,]*)+", candidate):
        return False
    if candidate.startswith("+") or (candidate.startswith("(") and len(digits) >= 9) or re.fullmatch(r"\d{3}[-. ]\d{4}", candidate):
        return True
    cued = _PHONE_CUE.search(before) is not None
    if len(digits) >= 10:
        return cued or digits[0] == "0" or _in_a_plan(candidate)
    return cued and (digits[0] == "0" or len(digits) >= 8 or "-" in candidate or " " in candidate)


def _in_a_plan(candidate: str) -> bool:
    """Whether the number is valid in one of the numbering plans we know about."""
    for region in REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(candidate, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _cards(text: str) -> list[tuple[str, int, int]]:
    found = [("contact.card", *match.span()) for match in _CARD.finditer(text) if _luhn(re.sub(r"\D", "", match.group()))]
    found += [("contact.card", *match.span()) for match in _IBAN.finditer(text) if _iban(match.group().replace(" ", ""))]
    return found


def _accounts(text: str) -> list[tuple[str, int, int]]:
    found = [("contact.id", *match.span()) for match in _SSN.finditer(text)]
    found += [("contact.id", *match.span(1)) for match in _ID.finditer(text)]
    return found + [("contact.card", *match.span(1)) for pattern in (_SORT_CODE, _ACCOUNT) for match in pattern.finditer(text)]


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0 and len(set(digits)) > 1


def _iban(code: str) -> bool:
    turned = code[4:] + code[:4]
    return 15 <= len(code) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _addresses(text: str) -> list[tuple[str, int, int]]:
    found = [("contact.address", *match.span()) for match in _ADDRESS.finditer(text)]
    found += [("contact.address", *match.span("place")) for match in _ADDRESS_SAID.finditer(text)]
    return found + [("contact.address", *match.span()) for match in _POSTCODE.finditer(text)]


def _mentions(text: str, names: frozenset[str]) -> list[tuple[str, int, int]]:
    known = _EVERYONE | {name.lower() for name in names} | {name.lower().split()[0] for name in names if name.split()}
    return [
        ("contact.handle", *match.span())
        for match in _MENTION.finditer(text)
        if match.group(1).lower() not in known and len(match.group(1)) > 2 and not match.group(1).isdigit()
    ]


def _spelled(text: str) -> list[tuple[str, int, int]]:
    """Digits written as words; counting up or down ("five, four, three…") is a grounding exercise, not a number."""
    found = []
    for match in _SPELLED.finditer(text):
        words = re.findall(r"[a-z]+|\d", match.group().lower())
        order = [_ORDER.get(word, int(word) if word.isdigit() else -1) for word in words]
        steps = {right - left for left, right in zip(order, order[1:], strict=False)}
        if steps - {1} and steps - {-1} and not all(word.isdigit() for word in words):
            found.append(("contact.phone", *match.span()))
    return found


def _apart(spans: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Of overlapping spans the longest, in the order of the text."""
    kept: list[tuple[str, int, int]] = []
    for span in sorted(spans, key=lambda each: (each[1] - each[2], each[1])):
        if not any(span[1] < end and start < span[2] for _, start, end in kept):
            kept.append(span)
    return sorted(kept, key=lambda each: each[1])
