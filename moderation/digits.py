"""Numbers that lead to a person: phones, cards, accounts and other ids, also spelled out.

Digits are candidates first, and a phone only if their shape, their neighbours or a numbering plan say so: dates, times,
doses, money and scores are full of digits too. Cards need Luhn, IBANs their checksum, other ids a word beside them.

A `Span` is (label, start, end) in the text given. Nothing here decides what happens to it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

import phonenumbers

Span = tuple[str, int, int]
Island = tuple[int, int]  # a listed helpline number: nothing inside it is personal


class Islands:
    """Islands of one text, longest first, and those near a place without looking at all of them."""

    def __init__(self, islands: Iterable[Island] = ()) -> None:
        self.all = sorted(set(islands), key=_longest_first)
        self._ordered = sorted(self.all)
        self._widest = max((last - first for first, last in self.all), default=0)

    def near(self, start: int, end: int) -> list[Island]:
        """Those that share something with `start:end`, longest first."""
        if not self.all:
            return []
        low = bisect_left(self._ordered, (start - self._widest, 0))
        high = bisect_left(self._ordered, (end, 0), low)
        return sorted((island for island in self._ordered[low:high] if island[1] > start), key=_longest_first)


def _longest_first(island: Island) -> tuple[int, int]:
    return island[0] - island[1], island[0]


def starting(signs: str, pattern: str) -> re.Pattern[str]:
    """`pattern`, tried only where one of `signs` stands, for it begins with one: elsewhere the engine would try each of
    its words.
    """
    flags = "(?i)" if pattern.startswith("(?i)") else ""
    return re.compile(f"{flags}(?=[{signs}])(?:{pattern.removeprefix(flags)})")


# Regions whose numbering plans decide about a number without a country code: where English-speaking rooms are, mostly.
REGIONS = ("GB", "US", "AU", "IE", "NZ", "IN", "ZA", "DE", "FR", "ES")
# Looking a number up in all plans is slow. After so many of one text, long numbers count as phones without it.
MOST_PLANS = 3
# Fewer digits than this are a year, a price, a room; more than this no plan allows.
LEAST_DIGITS, MOST_DIGITS = 7, 15

_CANDIDATE = re.compile(
    r"(?<![\w£$€.,:/])(?:\+|\(\+?)?\d(?:[ \t]{0,2}[-.()/–]{0,2}[ \t]{0,2}\d){5,21}(?![\w%]|[.,:/]\d)"  # 6 to 22 digits
)
_CUE = re.compile(
    r"\b(?:call|ring|phone|text|txt|number|num|no|cell|mobile|mob|tel|whatsapp|reach|dial|sms|signal|landline|contact|"
    r"hmu|on|me|line|digits|bell|numero|llamame|llama|anrufen|ruf|nummer|appelle|numer|dzwon|viber|telegram|i'm|im)\b",
    re.I,
)
# Words right before a number, or right after it, that say it counts or names a thing.
_OF_A_THING = re.compile(
    r"(?i)\b(?:order|ticket|case|claim|ref|reference|invoice|tracking|parcel|booking|flight|serial|model|batch|form|"
    r"page|"
    r"psalm|room|ward|docket|incident|roll|bus|train|platform|route|score|scored|receipt|item|isbn|barcode|version)"
    r"(?: (?:number|no|num|id|code|is|was))*(?:(?<=ref|.no|num)\.)?[\s:#=-]*$"  # a sentence that ends there is over
)
_MEASURED = re.compile(
    r"(?i) ?(?:mgs?|mcg|ml|g|kg|lbs?|oz|cm|mm|km|kcals?|cals?|calories|steps|days?|hours?|hrs|minutes|mins|pounds|"
    r"quid|euros?|"
    r"dollars|bucks|usd|bpm|miles|people|words|pages|points|degrees|percent|followers|rupees|rs|pesos|weeks|months|"
    r"years)\b|%"
)
_RUNG = re.compile(r"(?i)\b(?:call|ring|phone|text|txt|number|mobile|whatsapp)(?: me)?(?: on| is| at|:)?[ :]{1,2}$")
_CLOCK = re.compile(r"(?:(?:[01]\d|2[0-3])[0-5]\d)(?:[ ,/–-]+(?:[01]\d|2[0-3])[0-5]\d)+")
_GROUPED = re.compile(r"\d{2,4}[ .-]\d{3}[ .-]\d{3,4}")
_DATES = re.compile(
    r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|(?:(?:19|20)\d\d[ \-/.,]*)+"
)
_SMALL_NUMBERS = re.compile(r"\d{1,2}(?: \d{1,2})+")
_EXPIRY = r"(?:,? ?(?:exp(?:iry|ires)?|valid)\.?:? ?\d\d ?/ ?\d\d(?:\d\d)?)?(?:,? ?cv[vc]2?:? ?\d{3,4})?"
_CARD = re.compile(rf"(?i)(?<![\w.])(?P<card>\d(?:[ -]?\d){{12,18}})(?!\w){_EXPIRY}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_SORT_CODE = re.compile(r"(?i)\bsort ?code\b[^\d]{0,12}(\d\d[- ]?\d\d[- ]?\d\d)\b")
_ACCOUNT = re.compile(r"(?i)\b(?:account|acct|acc|routing|iban)(?: (?:number|no|num))?\b[^\d\n]{0,8}(\d{6,12})\b")
_ID = re.compile(
    r"(?i)\b(?:ssn|social security|passport|licen[cs]e|national insurance|ni|nhs|medicare|policy|aadhaar|pan|curp|"
    r"pesel|dni|nie)"
    r"(?: (?:number|no|num|is))*\b[^\w\n]{0,4}(?:is )?([A-Z]{0,2} ?\d(?:[ -]?\d){5,10}(?: ?[A-Z])?)\b"
)
_VALUE = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "hundred": "00", "twenty": "20",
    "thirty": "30", "forty": "40",
    "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "double": "", "triple": "",
    "treble": "", "naught": "0",
}  # fmt: skip
_ROUND = frozenset({"ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"})
_WORDS = "|".join(sorted(_VALUE, key=len, reverse=True))
_DIGIT_OR_WORD = rf"(?:\d{{1,6}}|(?<![a-z])(?:{_WORDS})(?![a-z]))"
_SPELLED = starting(r"\dzontfsehd", rf"(?i){_DIGIT_OR_WORD}(?:[ ,.\-–/()]{{0,3}}{_DIGIT_OR_WORD}){{2,}}")
_PIECE = re.compile(rf"(?i)\d+|{_WORDS}")


def phones(text: str, islands: Islands) -> list[Span]:
    """Phone numbers in `text`, outside the islands."""
    found: list[Span] = []
    plans: dict[str, bool] = {}
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        for first, last in islands.near(start, end):  # a listed number beside another one: keep the rest
            if first <= start < last:
                start = last
            elif start < first < end:
                end = first
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        candidate = piece.strip()
        before = text[max(0, start - 40) : start]
        if is_phone(candidate, before, plans) and not _measures(candidate, before, text[start + len(candidate) :][:12]):
            found.append(("contact.phone", start, start + len(candidate)))
    return found


def _measures(candidate: str, before: str, after: str) -> bool:
    """Whether the words around say that the number counts or names a thing; a "+" in front is stronger."""
    if candidate.startswith(("+", "(")):
        return False
    return _OF_A_THING.search(before) is not None or _MEASURED.match(after) is not None


def is_phone(candidate: str, before: str, plans: dict[str, bool]) -> bool:
    """Whether digits written like this, after these words, are a phone number. `plans` keeps what was looked up for
    this text.
    """
    digits = "".join(filter(str.isdecimal, candidate))
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS or len(set(digits)) == 1 or _DATES.fullmatch(candidate):
        return False
    if _SMALL_NUMBERS.fullmatch(candidate) and len(set(map(len, candidate.split()))) != 1:
        # a row of small numbers, unless it is rung; all single digits are a number set apart
        return digits[0] == "0" and len(digits) in (10, 11) and _RUNG.search(before) is not None
    if candidate.startswith("+") or (candidate.startswith("(") and len(digits) >= 9):
        return True
    if _CLOCK.fullmatch(candidate) or _counting(re.findall(r"\d+", candidate)):
        return False
    if re.fullmatch(r"\d{3}[-. ]\d{4}", candidate):
        return True
    cued = _CUE.search(before) is not None
    if len(digits) >= 10:
        return cued or digits[0] == "0" or _in_a_plan(candidate, plans)
    if len(digits) == 9 and digits[0] == "0" and _GROUPED.fullmatch(candidate):
        return True
    return cued and (digits[0] == "0" or len(digits) >= 8 or "-" in candidate or " " in candidate)


def _counting(numbers: list[str]) -> bool:
    """Whether numbers only go up, or down, in even steps: counting is how people ground themselves."""
    if len(numbers) < 4:
        return False
    return len({int(right) - int(left) for left, right in pairwise(numbers)}) == 1


def _in_a_plan(candidate: str, plans: dict[str, bool]) -> bool:
    """Whether the number is valid in one of the numbering plans we know about, or nobody can be asked any more."""
    if candidate not in plans and len(plans) < MOST_PLANS:
        plans[candidate] = _listed(candidate)
    return plans.get(candidate, True)


def warm() -> None:
    """Read the plans now, not while somebody waits: the library does when it is first asked."""
    _listed("9" * LEAST_DIGITS)
    _listed("9" * 10)


def _listed(candidate: str) -> bool:
    for region in REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(candidate, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def cards(text: str) -> list[Span]:
    """Payment cards and bank accounts."""
    found = [("contact.card", *match.span()) for match in _CARD.finditer(text) if luhn(match["card"])]
    found += [("contact.card", *match.span()) for match in _IBAN.finditer(text) if iban(match.group())]
    return found + [
        ("contact.card", *match.span(1)) for form in (_SORT_CODE, _ACCOUNT) for match in form.finditer(text)
    ]


def ids(text: str) -> list[Span]:
    """Numbers a state, an insurer or a clinic gave somebody."""
    found = [("contact.id", *match.span()) for match in _SSN.finditer(text)]
    return found + [("contact.id", *match.span(1)) for match in _ID.finditer(text)]


def luhn(number: str) -> bool:
    """The check digit of payment cards. Blanks and dashes don't count."""
    digits = re.sub(r"\D", "", number)
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0 and len(set(digits)) > 1


def iban(written: str) -> bool:
    """ISO 13616: the remainder by 97 is 1."""
    code = written.replace(" ", "")
    turned = code[4:] + code[:4]
    return 15 <= len(code) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def spelled(text: str) -> list[Span]:
    """Digits written as words, or as words and figures; counting ("five, four, three…") is no number."""
    found: list[Span] = []
    for match in _SPELLED.finditer(text):
        places = list(_PIECE.finditer(text, *match.span()))
        while len(places) > 1 and places[-1].group().lower() in _ROUND and places[-2].group().isdigit():
            places.pop()  # "… 900662 forty times": the forty counts something
        pieces = [place.group().lower() for place in places]
        words = sum(not piece.isdigit() for piece in pieces)
        digits = _dialled(pieces)
        if not words or not LEAST_DIGITS <= len(digits) <= MOST_DIGITS or len(pieces) < 4:
            continue
        values = [int(_VALUE.get(piece, piece) or -1) for piece in pieces]
        steps = {right - left for left, right in pairwise(values)}
        if steps - {1} and steps - {-1} and not _waltz(values):
            found.append(("contact.phone", places[0].start(), places[-1].end()))
    return found


def _dialled(pieces: list[str]) -> str:
    """What somebody would dial: "double" and "triple" repeat what follows, "nine hundred" is 900."""
    digits, times = "", 1
    for piece in pieces:
        if piece in ("double", "triple", "treble"):
            times = 2 if piece == "double" else 3
            continue
        digits += _VALUE.get(piece, piece) * times
        times = 1
    return digits


def _waltz(values: list[int]) -> bool:
    """Whether it is "one two three, one two three": each number one more than the last, or the first again."""
    return all(right in (left + 1, values[0]) for left, right in pairwise(values))


# Between the signs of a number, and what may stand before a listed one that is dialled from elsewhere.
_GAP = r"[\s().\-–/]{0,3}"
_ABROAD = r"(?:(?:\+|00)\d{1,3}[\s().\-]{0,3}|\(?0)?"
# Listed numbers with fewer signs are short codes: not one where they are a part of something longer.
_SHORT = 7


def forms(number: str) -> list[tuple[str, re.Pattern[str]]]:
    """One listed number as (its signs, how people write it): any spacing, with a country code, with or without its
    leading 1 or 0.
    """
    signs = [sign for sign in number.lower() if sign.isalnum()]
    if len(signs) < 2:
        return []
    joined = _GAP.join(signs)
    if len(signs) < _SHORT:
        code = r"(?:\+\d{1,3} ?)?" if len(signs) == _SHORT - 1 else ""
        apart = r"(?![ .\-]\d{1,3}(?:[ .\-]?\d){3})(?![ .\-]\d[ .\-])"  # not the beginning of something longer
        return [("".join(signs), re.compile(rf"(?<![\w+])(?<!\d[ .\-]){code}\(?{joined}(?!\w){apart}", re.I))]
    found = [("".join(signs), rf"(?<![\w+])[+(]?{_ABROAD}\(?{joined}(?!\w)")]
    if signs[0] in "01":  # trunk prefix dropped, with a country code in front
        front = r"\+?\d{1,3}" if len(signs) >= 9 else r"\+\d{1,3}"
        maybe = "?" if len(signs) >= 9 else ""
        found.append(("".join(signs[1:]), rf"(?<![\w+])(?:{front}{_GAP}){maybe}\(?{_GAP.join(signs[1:])}(?!\w)"))
    return [(key, re.compile(form, re.I)) for key, form in found]
