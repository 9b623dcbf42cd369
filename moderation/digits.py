"""Numbers that lead to a person: phones, cards, accounts and other ids, also spelled out.

Digits are candidates first, and a phone only if their shape, their neighbours or a numbering plan say so: dates, times,
doses, money and scores are full of digits too. Cards need Luhn, IBANs their checksum, other ids a word beside them.

A `Span` is (label, start, end) in the text given. Nothing here decides what happens to it.
"""

from __future__ import annotations

import re
from itertools import pairwise

import phonenumbers

Span = tuple[str, int, int]
Island = tuple[int, int]  # a listed helpline number: nothing inside it is personal

# Regions whose numbering plans decide about a number without a country code: where English-speaking rooms are, mostly.
REGIONS = ("GB", "US", "AU", "IE", "NZ", "IN", "ZA", "DE", "FR", "ES")
# Fewer digits than this are a year, a price, a room; more than this no plan allows.
LEAST_DIGITS, MOST_DIGITS = 7, 15

_CANDIDATE = re.compile(
    r"(?<![\w£$€.,:/])(?:\+|\(\+?)?\d(?:[ \t]{0,2}[-.()/–]{0,2}[ \t]{0,2}\d){5,21}(?![\w%]|[.,:/]\d)"  # 6 to 22 digits
)
_CUE = re.compile(
    r"\b(?:call|ring|phone|text|txt|number|num|no|cell|mobile|mob|tel|whatsapp|reach|dial|sms|signal|landline|contact|"
    r"hmu|on|me|line)\b",
    re.I,
)
_DATES = re.compile(
    r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d|(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|(?:(?:19|20)\d\d[ \-/.,]*)+"
)
_SMALL_NUMBERS = re.compile(r"\d{1,2}(?: \d{1,2})+")
_CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_SORT_CODE = re.compile(r"(?i)\bsort ?code\b[^\d]{0,12}(\d\d[- ]?\d\d[- ]?\d\d)\b")
_ACCOUNT = re.compile(r"(?i)\b(?:account|acct|acc|routing|iban)(?: (?:number|no|num))?\b[^\d\n]{0,8}(\d{6,12})\b")
_ID = re.compile(
    r"(?i)\b(?:ssn|social security|passport|licen[cs]e|national insurance|ni|nhs|medicare|case|policy)"
    r"(?: (?:number|no|num|is))*\b[^\w\n]{0,4}(?:is )?([A-Z]{0,2} ?\d(?:[ -]?\d){5,10}(?: ?[A-Z])?)\b"
)
_WORD = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred|\d)"
_SPELLED = re.compile(rf"(?i)\b{_WORD}(?:[ ,.\-]{{1,3}}{_WORD}){{5,}}\b")
_VALUE = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip


def phones(text: str, islands: list[Island]) -> list[Span]:
    """Phone numbers in `text`, outside the islands."""
    found: list[Span] = []
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        for first, last in islands:  # a listed number beside another one: keep the rest of the candidate
            if first <= start < last:
                start = last
            elif start < first < end:
                end = first
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        candidate = piece.strip()
        if is_phone(candidate, text[max(0, start - 40) : start]):
            found.append(("contact.phone", start, start + len(candidate)))
    return found


def is_phone(candidate: str, before: str) -> bool:
    """Whether digits written like this, after these words, are a phone number."""
    digits = re.sub(r"\D", "", candidate)
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS or len(set(digits)) == 1 or _DATES.fullmatch(candidate):
        return False
    if _SMALL_NUMBERS.fullmatch(candidate) and len(set(map(len, candidate.split()))) != 1:
        return False  # a row of small numbers; all single digits are a number set apart
    if candidate.startswith("+") or (candidate.startswith("(") and len(digits) >= 9):
        return True
    if re.fullmatch(r"\d{3}[-. ]\d{4}", candidate):
        return True
    cued = _CUE.search(before) is not None
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


def cards(text: str) -> list[Span]:
    """Payment cards and bank accounts."""
    found = [("contact.card", *match.span()) for match in _CARD.finditer(text) if luhn(match.group())]
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
    """Digits written as words; counting up or down ("five, four, three…") is a grounding exercise, not a number."""
    found: list[Span] = []
    for match in _SPELLED.finditer(text):
        words = re.findall(r"[a-z]+|\d", match.group().lower())
        values = [_VALUE.get(word, int(word) if word.isdigit() else -1) for word in words]
        steps = {right - left for left, right in pairwise(values)}
        if steps - {1} and steps - {-1} and not all(word.isdigit() for word in words):
            found.append(("contact.phone", *match.span()))
    return found


def forms(number: str) -> list[tuple[str, re.Pattern[str]]]:
    """One listed number as (its signs, how people write it): any spacing, with or without its leading 1 or 0."""
    signs = [sign for sign in number.lower() if sign.isalnum()]
    if len(signs) < 2:
        return []
    gap = r"[\s().\-]{0,3}"
    found = [("".join(signs), rf"(?<!\w)[+(]?{gap.join(signs)}(?!\w)")]
    if len(signs) >= 9 and signs[0] in "01":  # trunk prefix dropped, with a country code in front
        found.append(("".join(signs[1:]), rf"(?<!\w)(?:\+?\d{{1,3}}{gap})?\(?{gap.join(signs[1:])}(?!\w)"))
    return [(key, re.compile(form, re.I)) for key, form in found]
